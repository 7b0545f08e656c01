package live

import "slices"

// Each calls do with every row as the table is at this moment, in no order,
// and gives the table's version. Rows are never changed, so do may keep them.
func (t *Table) Each(do func(*Application)) (version uint64) {
	t.mu.RLock()
	rows, version := slices.Clone(t.rows), t.version
	t.mu.RUnlock()
	for _, r := range rows {
		do(&r.app)
	}
	return version
}
