package web

import "sync"

// kept holds values by key, of the last few keys. An empty one is ready.
type kept[K comparable, V any] struct {
	mu     sync.Mutex
	order  []K // the oldest first
	values map[K]V
}

// of gives a key's value, made where it is not held: one asker makes it, others
// wait for the same. The oldest goes where there would be more than most.
func (k *kept[K, V]) of(key K, most int, make func() V) V {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.values[key]
	if !ok {
		v = make()
		k.add(key, most, v)
	}
	return v
}

func (k *kept[K, V]) get(key K) (v V, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok = k.values[key]
	return v, ok
}

// put holds a value in place of the key's last.
func (k *kept[K, V]) put(key K, most int, v V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.values[key]; ok {
		k.values[key] = v
	} else {
		k.add(key, most, v)
	}
}

// add is for a key that is not held; the lock is.
func (k *kept[K, V]) add(key K, most int, v V) {
	if k.values == nil {
		k.values = map[K]V{}
	}
	k.values[key] = v
	if k.order = append(k.order, key); len(k.order) > most {
		delete(k.values, k.order[0])
		k.order = k.order[1:]
	}
}

// revisionKey names a revision of a plan.
type revisionKey struct {
	plan     string
	revision int64
}
