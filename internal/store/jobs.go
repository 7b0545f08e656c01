package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"time"

	"deckplan/internal/jobs"
)

const jobColumns = `SELECT id, plan_id, revision, kind, author, options, state, reason, args, name, type, size, created_at, ended_at FROM job WHERE plan_id = $1`

func scanJob(row interface{ Scan(...any) error }) (jobs.Job, error) {
	var j jobs.Job
	var options, args string
	var created, ended int64
	if err := row.Scan(&j.ID, &j.Plan, &j.Revision, &j.Kind, &j.Author, &options, &j.State, &j.Reason, &args, &j.Name, &j.Type, &j.Size, &created, &ended); err != nil {
		return j, err
	}
	j.Options, j.Created = json.RawMessage(options), time.UnixMilli(created)
	if ended != 0 {
		j.Ended = time.UnixMilli(ended)
	}
	return j, json.Unmarshal([]byte(args), &j.Args)
}

// Jobs lists a plan's jobs without what is attached, the newest first.
func (s *Store) Jobs(ctx context.Context, id string) ([]jobs.Job, error) {
	rows, err := s.db.QueryContext(ctx, jobColumns+` ORDER BY created_at DESC, id`, id)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []jobs.Job
	for rows.Next() {
		j, err := scanJob(rows)
		if err != nil {
			return nil, mapError(err)
		}
		out = append(out, j)
	}
	return out, mapError(rows.Err())
}

// Job gives one job of a plan.
func (s *Store) Job(ctx context.Context, planID, id string) (jobs.Job, error) {
	j, err := scanJob(s.db.QueryRowContext(ctx, jobColumns+` AND id = $2`, planID, id))
	if err != nil {
		return j, mapError(err)
	}
	var text string
	if err := s.db.QueryRowContext(ctx, `SELECT attached FROM job WHERE plan_id = $1 AND id = $2`, planID, id).Scan(&text); err != nil {
		return j, mapError(err)
	}
	j.Attached, err = base64.StdEncoding.DecodeString(text)
	return j, err
}

// JobContent gives the file that a job made; one that made none is
// plan.ErrNotFound.
func (s *Store) JobContent(ctx context.Context, planID, id string) ([]byte, error) {
	var text string
	err := s.db.QueryRowContext(ctx, `SELECT content FROM job WHERE plan_id = $1 AND id = $2 AND state = $3`, planID, id, string(jobs.Done)).Scan(&text)
	if err != nil {
		return nil, mapError(err)
	}
	return base64.StdEncoding.DecodeString(text)
}

// AddJob keeps a new job and forgets ended ones beyond the bounds. A plan that
// is gone is plan.ErrNotFound.
func (s *Store) AddJob(ctx context.Context, j jobs.Job) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		if err := t.QueryRowContext(ctx, `SELECT id FROM plan WHERE id = $1`, j.Plan).Scan(new(string)); err != nil {
			return err
		}
		args, err := json.Marshal(j.Args)
		if err != nil {
			return err
		}
		options := string(j.Options)
		if options == "" {
			options = "null"
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO job (id, plan_id, revision, kind, author, options, state, reason, args, name, type, size, created_at, ended_at, content, attached)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, '', $14)`,
			j.ID, j.Plan, j.Revision, j.Kind, j.Author, options, string(j.State), j.Reason, string(args), j.Name, j.Type, j.Size, j.Created.UnixMilli(),
			base64.StdEncoding.EncodeToString(j.Attached)); err != nil {
			return err
		}
		return s.pruneJobs(ctx, t)
	})
}

// SaveJob keeps what became of a job, and its file where there is one. A job
// whose plan is gone is gone with it.
func (s *Store) SaveJob(ctx context.Context, j jobs.Job, content []byte) error {
	args, err := json.Marshal(j.Args)
	if err != nil {
		return err
	}
	ended := int64(0)
	if !j.Ended.IsZero() {
		ended = j.Ended.UnixMilli()
	}
	return s.tx(ctx, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `UPDATE job SET state = $2, reason = $3, args = $4, name = $5, type = $6, size = $7, ended_at = $8, content = $9 WHERE id = $1`,
			j.ID, string(j.State), j.Reason, string(args), j.Name, j.Type, j.Size, ended, base64.StdEncoding.EncodeToString(content)); err != nil {
			return err
		}
		return s.pruneJobs(ctx, t)
	})
}

// RemoveJob forgets a job with its file.
func (s *Store) RemoveJob(ctx context.Context, planID, id string) error {
	r, err := s.db.ExecContext(ctx, `DELETE FROM job WHERE plan_id = $1 AND id = $2`, planID, id)
	return changedOne(r, mapError(err))
}

// InterruptJobs marks the jobs that have not ended, and counts them.
func (s *Store) InterruptJobs(ctx context.Context) (int64, error) {
	r, err := s.db.ExecContext(ctx, `UPDATE job SET state = $1, ended_at = $2 WHERE state = $3 OR state = $4`,
		string(jobs.Interrupted), s.now().UnixMilli(), string(jobs.Waiting), string(jobs.Running))
	if err != nil {
		return 0, mapError(err)
	}
	return r.RowsAffected()
}

// pruneJobs forgets ended jobs that are old, more than a plan keeps, or whose
// files are more than are kept in all: the oldest go.
func (s *Store) pruneJobs(ctx context.Context, t *sql.Tx) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM job WHERE ended_at > 0 AND ended_at < $1`, s.now().Add(-jobs.MaxAge).UnixMilli()); err != nil {
		return err
	}
	rows, err := t.QueryContext(ctx, `SELECT id, plan_id, size FROM job WHERE ended_at > 0 ORDER BY created_at DESC, id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var over []string
	count, total := map[string]int{}, int64(0)
	for rows.Next() {
		var id, planID string
		var size int64
		if err := rows.Scan(&id, &planID, &size); err != nil {
			return err
		}
		count[planID]++
		total += size
		if count[planID] > jobs.MaxPerPlan || total > jobs.MaxBytes {
			over = append(over, id)
			total -= size
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range over {
		if _, err := t.ExecContext(ctx, `DELETE FROM job WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}
