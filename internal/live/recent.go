package live

import "slices"

// What the table remembers of its changes, and with it how long a reader may be
// away and still be told exactly what changed: at a hundred changes a second
// about a minute and a half.
const (
	recentChanges = 8192
	recentKeys    = 16384
)

// recent holds the newest changes, oldest first, without a gap. It is guarded
// by the table's lock.
type recent struct {
	changes []Change
	keys    int // that they name
}

func (r *recent) add(c Change) {
	c.Applications, c.Instances = slices.Clone(c.Applications), slices.Clone(c.Instances)
	r.changes, r.keys = append(r.changes, c), r.keys+len(c.Applications)
	drop := 0
	for len(r.changes)-drop > recentChanges || r.keys > recentKeys {
		r.keys -= len(r.changes[drop].Applications)
		r.changes[drop] = Change{}
		drop++
	}
	r.changes = r.changes[drop:] // append moves what is left once the array is full
}

// Since gives what changed after a version as one change, naming every
// application, however many. It is false where the table cannot tell: the
// version is too long ago, or not one of this table.
func (t *Table) Since(version uint64) (Change, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := Change{Version: t.version}
	later := t.version - version
	if version > t.version || later > uint64(len(t.recent.changes)) {
		return out, false
	}
	seen := map[Key]struct{}{}
	for _, c := range t.recent.changes[len(t.recent.changes)-int(later):] {
		out.Everything = out.Everything || c.Everything
		for _, i := range c.Instances {
			if !slices.Contains(out.Instances, i) {
				out.Instances = append(out.Instances, i)
			}
			if len(c.Applications) == 0 && !slices.Contains(out.Status, i) {
				out.Status = append(out.Status, i)
			}
		}
		for _, k := range c.Applications {
			if _, ok := seen[k]; !ok {
				seen[k] = struct{}{}
				out.Applications = append(out.Applications, k)
			}
		}
	}
	if out.Everything {
		out.Applications = nil
	}
	return out, true
}
