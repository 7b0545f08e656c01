package live

// interner shares equal strings and counts their uses, so that values that
// disappear from the table are freed. It is guarded by the table's lock.
type interner struct{ entries map[string]*interned }

type interned struct {
	text string
	uses int
}

func newInterner() *interner { return &interner{entries: map[string]*interned{}} }

// take returns the shared copy of s and counts one use.
func (i *interner) take(s string) string {
	if s == "" {
		return ""
	}
	e := i.entries[s]
	if e == nil {
		e = &interned{text: s}
		i.entries[s] = e
	}
	e.uses++
	return e.text
}

// drop takes back one use of s.
func (i *interner) drop(s string) {
	if s == "" {
		return
	}
	if e := i.entries[s]; e != nil {
		if e.uses--; e.uses == 0 {
			delete(i.entries, s)
		}
	}
}

// dictionary numbers the values of one facet. Numbers of values no longer used
// are given out again. It is guarded by the table's lock.
type dictionary struct {
	ids   map[string]uint32
	names []string
	uses  []uint32
	free  []uint32
}

func newDictionary() *dictionary { return &dictionary{ids: map[string]uint32{}} }

func (d *dictionary) take(s string) uint32 {
	id, ok := d.ids[s]
	if !ok {
		if n := len(d.free); n > 0 {
			id, d.free = d.free[n-1], d.free[:n-1]
			d.names[id] = s
		} else {
			id = uint32(len(d.names))
			d.names, d.uses = append(d.names, s), append(d.uses, 0)
		}
		d.ids[s] = id
	}
	d.uses[id]++
	return id
}

func (d *dictionary) drop(id uint32) {
	if d.uses[id]--; d.uses[id] == 0 {
		delete(d.ids, d.names[id])
		d.names[id] = ""
		d.free = append(d.free, id)
	}
}
