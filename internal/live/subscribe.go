package live

import "slices"

// maxKeys bounds the applications one Change names.
const maxKeys = 128

// Change tells a subscriber what to read again.
type Change struct {
	Version      uint64   // of the table after the change
	Everything   bool     // too much changed to name: read all again
	Applications []Key    // that were added, changed or deleted; nil if Everything
	Instances    []string // whose status or counts changed
	Status       []string // of these, whose status did; filled in by Since alone
}

type subscriber struct{ ch chan Change }

// Subscribe returns a channel of changes and a function that ends it. At most
// one change waits in the channel: while it is not taken, later ones are merged
// into it, so a slow subscriber costs no memory and misses nothing. The channel
// is closed by cancel, which may be called more than once.
func (t *Table) Subscribe() (<-chan Change, func()) {
	s := &subscriber{ch: make(chan Change, 1)}
	t.mu.Lock()
	t.subs[s] = struct{}{}
	t.mu.Unlock()
	return s.ch, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if _, ok := t.subs[s]; ok {
			delete(t.subs, s)
			close(s.ch)
		}
	}
}

// publish counts a change and hands it to every subscriber. The table's lock is
// held, so nobody else sends and a drained channel has room.
func (t *Table) publish(c Change) {
	t.version++
	c.Version = t.version
	if len(c.Applications) > maxKeys {
		c.Everything, c.Applications = true, nil
	}
	t.recent.add(c)
	for s := range t.subs {
		select {
		case old := <-s.ch:
			s.ch <- old.merge(c)
		default:
			// The subscriber owns what it receives.
			own := c
			own.Applications, own.Instances = slices.Clone(c.Applications), slices.Clone(c.Instances)
			s.ch <- own
		}
	}
}

// merge adds a later change to one that nobody has taken.
func (c Change) merge(later Change) Change {
	c.Version = later.Version
	for _, i := range later.Instances {
		if !slices.Contains(c.Instances, i) {
			c.Instances = append(c.Instances, i)
		}
	}
	if c.Everything || later.Everything {
		c.Everything, c.Applications = true, nil
		return c
	}
	for _, k := range later.Applications {
		if !slices.Contains(c.Applications, k) {
			c.Applications = append(c.Applications, k)
		}
	}
	if len(c.Applications) > maxKeys {
		c.Everything, c.Applications = true, nil
	}
	return c
}

// appendBounded adds k unless keys already names too much to be sent.
func appendBounded(keys []Key, k Key) []Key {
	if len(keys) > maxKeys {
		return keys
	}
	return append(keys, k)
}
