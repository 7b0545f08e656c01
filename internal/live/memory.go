package live

import "time"

// Memory is what must outlive a restart so that the age of a drift or of bad
// health stays true.
type Memory struct {
	Key          Key
	Health, Sync string
	Since        time.Time
}

// Memories returns what to keep of every application that needs attention.
func (t *Table) Memories() []Memory {
	t.mu.RLock()
	rows := append([]*row(nil), t.rows...)
	t.mu.RUnlock()
	var out []Memory
	for _, r := range rows {
		if r.app.Attention() {
			out = append(out, Memory{r.app.Key(), r.app.Health, r.app.Sync, r.app.Since})
		}
	}
	return out
}

// Restore gives the table what an earlier one remembered. It applies to rows
// that first appear afterwards, if they are still in the remembered state.
func (t *Table) Restore(memories []Memory) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range memories {
		t.restored[m.Key] = m
	}
}
