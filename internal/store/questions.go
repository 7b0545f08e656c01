package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"deckplan/internal/decision"
)

const questionColumns = `SELECT question, version FROM question WHERE plan_id = $1`

func scanQuestion(row interface{ Scan(...any) error }) (decision.KeptQuestion, error) {
	var q decision.KeptQuestion
	var text string
	err := row.Scan(&text, &q.Version)
	if err != nil {
		return q, err
	}
	return q, json.Unmarshal([]byte(text), &q.Question)
}

// mostQuestions bounds a plan's backlog, closed questions included.
const mostQuestions = 2000

// Questions lists what a plan's team has to decide, the oldest first; what was
// answered or dropped too.
func (s *Store) Questions(ctx context.Context, id string) ([]decision.KeptQuestion, error) {
	all, err := s.questions(ctx, s.db, id)
	return all, mapError(err)
}

func (s *Store) questions(ctx context.Context, q querier, id string) ([]decision.KeptQuestion, error) {
	rows, err := q.QueryContext(ctx, questionColumns+` ORDER BY created_at, id LIMIT $2`, id, mostQuestions)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []decision.KeptQuestion
	for rows.Next() {
		one, err := scanQuestion(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// AddQuestion keeps a new question; a *decision.Error where the backlog takes no
// more.
func (s *Store) AddQuestion(ctx context.Context, id string, q decision.Question) error {
	text, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return s.noting(ctx, id, func(t *sql.Tx) error {
		var n int
		if err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM question WHERE plan_id = $1`, id).Scan(&n); err != nil {
			return err
		}
		if n >= mostQuestions {
			return &decision.Error{ID: "backlog.full", Args: map[string]any{"max": mostQuestions}}
		}
		_, err := t.ExecContext(ctx, `INSERT INTO question (plan_id, id, question, version, created_at, updated_at)
			VALUES ($1, $2, $3, 1, $4, $4)`, id, q.ID, string(text), s.now().UnixMilli())
		return err
	})
}

// ChangeQuestion changes a question as it is now; nothing is written where
// change fails.
func (s *Store) ChangeQuestion(ctx context.Context, id, question string, change func(*decision.KeptQuestion) error) error {
	return s.noting(ctx, id, func(t *sql.Tx) error { return s.changeQuestion(ctx, t, id, question, change) })
}

func (s *Store) changeQuestion(ctx context.Context, t *sql.Tx, id, question string, change func(*decision.KeptQuestion) error) error {
	q, err := scanQuestion(t.QueryRowContext(ctx, questionColumns+` AND id = $2`, id, question))
	if err != nil {
		return err
	}
	if err := change(&q); err != nil {
		return err
	}
	text, err := json.Marshal(q.Question)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE question SET question = $3, version = version + 1, updated_at = $4
		WHERE plan_id = $1 AND id = $2`, id, question, string(text), s.now().UnixMilli())
	return err
}
