package store

import (
	"context"
	"database/sql"
	"time"

	"deckplan/internal/live"
)

// Limits of what is kept of one application and of one instance.
const (
	maxTransitions = 500
	maxStretches   = 2000
)

// Transitions gives the newest limit changes of state of an application, newest
// first. One nothing is known of has none.
func (s *Store) Transitions(ctx context.Context, k live.Key, limit int) ([]live.Transition, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT t.at, t.health, t.sync, t.revision FROM live_transition t
		WHERE t.application = (SELECT a.id FROM live_application a JOIN live_instance i ON i.id = a.instance
			WHERE i.name = $1 AND a.namespace = $2 AND a.name = $3)
		ORDER BY t.id DESC LIMIT $4`, k.Instance, k.Namespace, k.Name, limit)
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []live.Transition
	for rows.Next() {
		t, at := live.Transition{Key: k}, int64(0)
		if err := rows.Scan(&at, &t.Health, &t.Sync, &t.Revision); err != nil {
			return nil, mapError(err)
		}
		t.At = time.UnixMilli(at)
		out = append(out, t)
	}
	return out, mapError(rows.Err())
}

// Stretches gives how the connection of an instance was, as far as it lasted
// beyond since, newest first.
func (s *Store) Stretches(ctx context.Context, instance string, since time.Time) ([]live.Stretch, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT t.state, t.reason, t.since, t.until FROM live_stretch t
		WHERE t.instance = (SELECT id FROM live_instance WHERE name = $1) AND (t.until = 0 OR t.until > $2)
		ORDER BY t.id DESC`, instance, since.UnixMilli())
	if err != nil {
		return nil, mapError(err)
	}
	defer rows.Close()
	var out []live.Stretch
	for rows.Next() {
		t, from, to := live.Stretch{Instance: instance}, int64(0), int64(0)
		if err := rows.Scan(&t.State, &t.Reason, &from, &to); err != nil {
			return nil, mapError(err)
		}
		t.From = time.UnixMilli(from)
		if to != 0 {
			t.To = time.UnixMilli(to)
		}
		out = append(out, t)
	}
	return out, mapError(rows.Err())
}

// BeginLive ends the stretches that an earlier run left open, at the time it
// was last known to run.
func (s *Store) BeginLive(ctx context.Context) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `UPDATE live_stretch SET until = COALESCE(
			(SELECT CASE WHEN b.at > live_stretch.since THEN b.at END FROM live_beat b WHERE b.id = 1), since) WHERE until = 0`)
		return err
	})
}

// Beat notes that Deckplan runs now. last ends the stretches that are open, for
// it runs no longer.
func (s *Store) Beat(ctx context.Context, at time.Time, last bool) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, `INSERT INTO live_beat (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, at.UnixMilli()); err != nil || !last {
			return err
		}
		_, err := t.ExecContext(ctx, `UPDATE live_stretch SET until = CASE WHEN since > $1 THEN since ELSE $1 END WHERE until = 0`, at.UnixMilli())
		return err
	})
}

// Recollect hands over the present states of one instance after the other; of
// one instance only, unless its name is empty.
func (s *Store) Recollect(ctx context.Context, instance string, each func(live.Recollection)) error {
	rows, err := s.db.QueryContext(ctx, `SELECT i.name, i.url, a.namespace, a.name, a.health, a.sync, a.since
		FROM live_instance i JOIN live_application a ON a.instance = i.id
		WHERE i.name IS NOT NULL AND ($1 = '' OR i.name = $1) AND NOT (a.health = '' AND a.sync = '')
		ORDER BY a.instance, a.namespace, a.name`, instance)
	if err != nil {
		return mapError(err)
	}
	defer rows.Close()
	var r live.Recollection
	words := map[string]string{} // one copy of what repeats
	same := func(texts ...*string) {
		for _, t := range texts {
			if w, ok := words[*t]; ok {
				*t = w
			} else {
				words[*t] = *t
			}
		}
	}
	for rows.Next() {
		var name, url string
		var m live.Memory
		var since int64
		if err := rows.Scan(&name, &url, &m.Namespace, &m.Name, &m.Health, &m.Sync, &since); err != nil {
			return mapError(err)
		}
		if name != r.Instance {
			if r.Instance != "" {
				each(r)
			}
			r = live.Recollection{Instance: name, URL: url}
		}
		same(&m.Namespace, &m.Health, &m.Sync)
		m.Since = time.UnixMilli(since)
		r.States = append(r.States, m)
	}
	if r.Instance != "" {
		each(r)
	}
	return mapError(rows.Err())
}

// WriteNotes keeps what a table has noted, all or nothing.
func (s *Store) WriteNotes(ctx context.Context, n live.Notes) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		w := &liveWriter{ctx: ctx, tx: t, instances: map[string]int64{}}
		for _, name := range n.Forgotten {
			if err := w.exec(`UPDATE live_instance SET name = NULL WHERE name = $1`, name); err != nil {
				return err
			}
		}
		for _, turn := range n.Turns {
			if err := w.turn(turn); err != nil {
				return err
			}
		}
		if len(n.Turns) > 0 {
			if err := w.shortenStretches(); err != nil {
				return err
			}
		}
		return w.transitions(n.Transitions)
	})
}

// WriteStates writes present states without a transition, as repair of what
// could not be noted. A Memory without health and sync is of an application
// that is gone.
func (s *Store) WriteStates(ctx context.Context, r live.Recollection) error {
	return s.tx(ctx, func(t *sql.Tx) error {
		w := &liveWriter{ctx: ctx, tx: t, instances: map[string]int64{}}
		set, err := w.setter()
		if err != nil {
			return err
		}
		for i := range r.States {
			id, _, err := set(live.Key{Instance: r.Instance, Namespace: r.States[i].Namespace, Name: r.States[i].Name}, &r.States[i], 0)
			if err == nil {
				err = w.exec(withoutTrace, id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// withoutTrace removes an application that is gone once nothing is kept of it.
const withoutTrace = `DELETE FROM live_application WHERE id = $1 AND kept <= 0 AND health = '' AND sync = ''`

// liveWriter writes within one transaction.
type liveWriter struct {
	ctx       context.Context
	tx        *sql.Tx
	instances map[string]int64 // numbers by name
}

func (w *liveWriter) exec(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

// instance is the number of an instance, which is made if need be. An empty url
// leaves the one that is kept.
func (w *liveWriter) instance(name, url string) (int64, error) {
	if id, ok := w.instances[name]; ok && url == "" {
		return id, nil
	}
	var id int64
	err := w.tx.QueryRowContext(w.ctx, `INSERT INTO live_instance (id, name, url) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM live_instance), $1, $2)
		ON CONFLICT (name) DO UPDATE SET url = CASE WHEN excluded.url = '' THEN live_instance.url ELSE excluded.url END RETURNING id`, name, url).Scan(&id)
	w.instances[name] = id
	return id, err
}

func (w *liveWriter) turn(t live.Turn) error {
	id, err := w.instance(t.Instance, t.URL)
	if err != nil {
		return err
	}
	at := t.At.UnixMilli()
	if err := w.exec(`UPDATE live_stretch SET until = CASE WHEN since > $2 THEN since ELSE $2 END WHERE instance = $1 AND until = 0`, id, at); err != nil {
		return err
	}
	if err := w.exec(`INSERT INTO live_stretch (id, instance, state, reason, since, until)
		VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM live_stretch), $1, $2, $3, $4, 0)`, id, string(t.State), string(t.Reason), at); err != nil {
		return err
	}
	return nil
}

// shortenStretches removes the oldest of every instance that was written of.
func (w *liveWriter) shortenStretches() error {
	for _, id := range w.instances {
		if err := w.exec(`DELETE FROM live_stretch WHERE instance = $1 AND id <= (SELECT id FROM live_stretch WHERE instance = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, id, maxStretches); err != nil {
			return err
		}
	}
	return nil
}

// setter gives a function that sets an application's state and tells its number
// and how many transitions it has with the new ones.
func (w *liveWriter) setter() (func(k live.Key, m *live.Memory, more int) (id int64, kept int, err error), error) {
	set, err := w.tx.PrepareContext(w.ctx, `INSERT INTO live_application (id, instance, namespace, name, health, sync, since, kept)
		VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM live_application), $1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (instance, namespace, name) DO UPDATE SET health = excluded.health, sync = excluded.sync, since = excluded.since,
			kept = live_application.kept + excluded.kept RETURNING id, kept`)
	if err != nil {
		return nil, err
	}
	return func(k live.Key, m *live.Memory, more int) (id int64, kept int, err error) {
		instance, err := w.instance(k.Instance, "")
		if err != nil {
			return 0, 0, err
		}
		err = set.QueryRowContext(w.ctx, instance, k.Namespace, k.Name, m.Health, m.Sync, m.Since.UnixMilli(), more).Scan(&id, &kept)
		return id, kept, err
	}, nil
}

// surplus is how many transitions beyond the bound an application may have
// before the oldest go, so that they go together.
const surplus = 50

func (w *liveWriter) transitions(all []live.Transition) error {
	if len(all) == 0 {
		return nil
	}
	set, err := w.setter()
	if err != nil {
		return err
	}
	add, err := w.tx.PrepareContext(w.ctx, `INSERT INTO live_transition (id, application, at, health, sync, revision) VALUES ($1, $2, $3, $4, $5, $6)`)
	if err != nil {
		return err
	}
	var last int64
	if err := w.tx.QueryRowContext(w.ctx, `SELECT COALESCE(MAX(id), 0) FROM live_transition`).Scan(&last); err != nil {
		return err
	}
	for i := range all {
		t := &all[i]
		id, kept, err := set(t.Key, &live.Memory{Health: t.Health, Sync: t.Sync, Since: t.At}, 1)
		if err != nil {
			return err
		}
		last++
		if _, err := add.ExecContext(w.ctx, last, id, t.At.UnixMilli(), t.Health, t.Sync, t.Revision); err != nil {
			return err
		}
		if kept > maxTransitions+surplus {
			if err := w.shorten(id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *liveWriter) shorten(application int64) error {
	if err := w.exec(`DELETE FROM live_transition WHERE application = $1 AND id <=
		(SELECT id FROM live_transition WHERE application = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, application, maxTransitions); err != nil {
		return err
	}
	return w.exec(`UPDATE live_application SET kept = (SELECT COUNT(*) FROM live_transition WHERE application = $1) WHERE id = $1`, application)
}
