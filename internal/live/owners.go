package live

import (
	"slices"
	"sync"
)

// roll numbers the owners that one owner function names. A row remembers its
// number with the roll's generation.
type roll struct {
	generation uint32

	mu    sync.RWMutex
	ids   map[string]uint32
	names []string // 0 is nobody
}

func (r *roll) number(name string) uint32 {
	r.mu.RLock()
	id, ok := r.ids[name]
	r.mu.RUnlock()
	if ok {
		return id
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := r.ids[name]; ok {
		return id
	}
	id = uint32(len(r.names))
	r.names, r.ids[name] = append(r.names, name), id
	return id
}

// all gives the names so far, by number.
func (r *roll) all() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names[:len(r.names):len(r.names)]
}

// rolls are those of the owner functions used last.
type rolls struct {
	mu   sync.Mutex
	last uint32 // generation
	keys []string
	kept map[string]*roll
}

// rollsKept bounds the plans whose owners stay numbered.
const rollsKept = 4

// of gives the roll of a key; none is kept for the empty one.
func (r *rolls) of(key string) *roll {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.kept[key]; known != nil {
		at := slices.Index(r.keys, key)
		r.keys = append(slices.Delete(r.keys, at, at+1), key)
		return known
	}
	r.last++
	fresh := &roll{generation: r.last, ids: map[string]uint32{"": 0}, names: []string{""}}
	if key == "" {
		return fresh
	}
	if r.kept == nil {
		r.kept = map[string]*roll{}
	}
	if len(r.keys) == rollsKept {
		delete(r.kept, r.keys[0])
		r.keys = slices.Delete(r.keys, 0, 1)
	}
	r.keys, r.kept[key] = append(r.keys, key), fresh
	return fresh
}
