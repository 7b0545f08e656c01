package strategy

// The versions of a service.
const (
	old = iota
	fresh
)

// batch is replicas of one version that were created together and are not warm
// yet.
type batch struct {
	version, count int
	readyAt, hotAt int // second from which they answer, and answer fast
	ready          bool
}

// leaving is replicas on their way out.
type leaving struct{ count, until int }

// pods is what runs: warm replicas by version, younger ones by batch.
type pods struct {
	warm, ready, total [2]int
	young              []batch
	gone               []leaving
	stopping           int
}

// reset leaves n warm replicas of the old version.
func (p *pods) reset(n int) {
	p.warm, p.ready, p.total, p.stopping = [2]int{n}, [2]int{n}, [2]int{n}, 0
	p.young, p.gone = p.young[:0], p.gone[:0]
}

// start creates replicas. They are ready after start seconds and fast after
// warm more.
func (p *pods) start(version, count, now, start, warm int) {
	if count <= 0 {
		return
	}
	p.total[version] += count
	p.young = append(p.young, batch{version: version, count: count, readyAt: now + start, hotAt: now + start + warm})
}

// stop ends replicas, those first that are not ready, then the youngest.
func (p *pods) stop(version, count, now, stop int) {
	count = min(count, p.total[version])
	if count <= 0 {
		return
	}
	p.total[version] -= count
	if stop > 0 {
		p.stopping += count
		p.gone = append(p.gone, leaving{count, now + stop})
	}
	for _, ready := range [2]bool{false, true} {
		for i := len(p.young) - 1; i >= 0 && count > 0; i-- {
			if b := &p.young[i]; b.version == version && b.ready == ready {
				k := min(count, b.count)
				b.count -= k
				count -= k
				if ready {
					p.ready[version] -= k
				}
			}
		}
	}
	p.warm[version] -= count
	p.ready[version] -= count
}

// ripen brings the replicas to a second.
func (p *pods) ripen(now int) {
	kept := p.young[:0]
	for _, b := range p.young {
		if b.count == 0 {
			continue
		}
		if !b.ready && b.readyAt <= now {
			b.ready = true
			p.ready[b.version] += b.count
		}
		if b.ready && b.hotAt <= now {
			p.warm[b.version] += b.count
			continue
		}
		kept = append(kept, b)
	}
	p.young = kept
	left := p.gone[:0]
	for _, g := range p.gone {
		if g.until <= now {
			p.stopping -= g.count
			continue
		}
		left = append(left, g)
	}
	p.gone = left
}

// next is the second at which a replica changes; never if none does.
func (p *pods) next(now int) int {
	at := never
	for i := range p.young {
		b := &p.young[i]
		if b.count == 0 {
			continue
		}
		if !b.ready {
			at = min(at, b.readyAt)
		} else {
			at = min(at, b.hotAt)
		}
	}
	for _, g := range p.gone {
		at = min(at, g.until)
	}
	return max(at, now+1)
}
