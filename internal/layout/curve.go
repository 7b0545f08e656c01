package layout

import (
	"math"
	"math/rand/v2"
)

// Curve says how many hours a year at least so much of the delivery is blocked.
type Curve struct {
	// Hours[i] is the expected time a year in which at least the fraction
	// i/(len-1) of all weight is blocked; Hours[0] that in which anything is.
	Hours []float64
	// Expected is the mean behind the curve, in hours a year of everything
	// being blocked: the metric layout.blocked_hours over all weight.
	Expected float64
	// Exact tells that the hours were computed. Otherwise they were simulated,
	// and Error is the standard error of the largest of them, in hours.
	Exact bool
	Error float64
}

// At is the time a year in which at least a fraction of all weight is blocked.
func (c Curve) At(fraction float64) float64 {
	return c.Hours[min(len(c.Hours)-1, max(0, int(math.Ceil(fraction*float64(len(c.Hours)-1)-1e-9))))]
}

// Limits of the computation are counts and a seed, so that results repeat.
const (
	curveBins    = 1000        // steps of the fraction of weight
	curveWork    = 100_000_000 // additions spent before simulating instead
	curveSamples = 20_000
	curveSeed    = 1
)

// Curve computes the distribution of the weight whose delivery is blocked while
// its cluster is up, as the model of Analyse has it (see model).
//
// By conditioning and convolution: slots that share no domain are independent
// of each other, and their sums are convolved. Of slots that do share domains,
// the one that serves most of them is taken as down, which blocks those, and
// as up, which leaves the others less tied; and so on until every slot stands
// alone. Nested domains (instance, shard, cluster) cost next to nothing this
// way; only crossing ones (hosts, links, clusters of several instances)
// multiply the work. The sums lie on a grid of thousandths of the weight; what
// falls between two steps is divided between them so that the mean stays
// exact. Where the work exceeds a fixed count, seeded states are drawn instead.
func (ix *Index) Curve(a Arrangement) Curve {
	m := newModel(ix, &a)
	c := newCurver(m)
	if pmf := c.distribution(c.all); c.work <= curveWork {
		return fromDistribution(pmf, 1)
	}
	return c.simulate(curveSamples)
}

// fromDistribution sums a distribution over the grid from its end.
func fromDistribution(pmf []float64, total float64) Curve {
	out := Curve{Hours: make([]float64, curveBins+1), Exact: true}
	tail := 0.0
	for i := len(pmf) - 1; i > 0; i-- {
		p := pmf[i] / total
		tail += p
		out.Hours[min(i, curveBins)] = hoursPerYear * tail
		out.Expected += hoursPerYear * p * float64(i) / curveBins
	}
	out.Hours[0] = out.Hours[1]
	return out
}

// tied is a slot with the domains not yet decided on.
type tied struct {
	weight float64 // in steps of the grid
	blocks []int32 // domains any of which blocks it
	dark   int32   // domain that takes its own cluster down; none for no shared one
	up     float64 // probability that its cluster is up, dark left aside
	sure   bool    // it is blocked, whatever else happens
}

type curver struct {
	all  []tied
	q    []float64 // by domain
	work int
}

func newCurver(m *model) *curver {
	c := &curver{}
	for _, d := range m.domains {
		c.q = append(c.q, d.Q)
	}
	hosts := map[int]int32{} // by cluster
	for i, d := range m.domains {
		if d.Kind == HostDomain && d.cluster != none {
			hosts[d.cluster] = int32(i)
		}
	}
	for k, s := range m.ix.slots {
		if m.serves[k].n == 0 {
			continue
		}
		t := tied{dark: none, up: 1, weight: m.share(s.weight) * curveBins}
		t.blocks = append(t.blocks, m.serves[k].of[:m.serves[k].n]...)
		if d, ok := hosts[s.cluster]; ok {
			t.dark = d
		} else if m.hosts[s.cluster] || len(m.ix.slotsOf[s.cluster]) > 1 {
			c.q = append(c.q, m.down(s.cluster)) // the cluster is what its slots share
			t.dark = int32(len(c.q) - 1)
			hosts[s.cluster] = t.dark
		} else {
			t.up = 1 - m.down(s.cluster)
		}
		c.all = append(c.all, t)
	}
	return c
}

// distribution is that of the blocked weight of some slots.
func (c *curver) distribution(slots []tied) []float64 {
	sum := []float64{1}
	for _, part := range c.components(slots) {
		if c.work > curveWork {
			return sum
		}
		sum = c.convolve(sum, c.component(part))
	}
	return sum
}

// component is the distribution of slots that share domains.
func (c *curver) component(slots []tied) []float64 {
	d, shared := c.widest(slots)
	if !shared {
		sum := []float64{1}
		for _, t := range slots {
			sum = c.convolve(sum, c.alone(t))
		}
		return sum
	}
	down, up := c.given(slots, d, true), c.given(slots, d, false)
	a, b := c.distribution(down), c.distribution(up)
	if len(a) < len(b) {
		a, b = b, a
		return mix(a, 1-c.q[d], b, c.q[d])
	}
	return mix(a, c.q[d], b, 1-c.q[d])
}

// mix weighs two distributions; a is the longer.
func mix(a []float64, p float64, b []float64, q float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = p * a[i]
	}
	for i := range b {
		out[i] += q * b[i]
	}
	return out
}

// alone is the distribution of a slot that shares nothing.
func (c *curver) alone(t tied) []float64 {
	works := 1.0
	if t.sure {
		works = 0
	}
	for _, d := range t.blocks {
		works *= 1 - c.q[d]
	}
	p := t.up * (1 - works)
	if t.dark != none {
		p *= 1 - c.q[t.dark]
	}
	low := math.Floor(t.weight)
	out := make([]float64, int(low)+2)
	out[0] = 1 - p
	out[int(low)] += p * (1 - (t.weight - low))
	out[int(low)+1] += p * (t.weight - low)
	return out
}

// widest is the domain that the most slots share; false if none is shared.
func (c *curver) widest(slots []tied) (int32, bool) {
	counts := make(map[int32]int, 8)
	for _, t := range slots {
		for _, d := range t.blocks {
			counts[d]++
		}
		if t.dark != none {
			counts[t.dark]++
		}
	}
	best, most := int32(none), 1
	for d, n := range counts {
		if n > most || n == most && n > 1 && d < best {
			best, most = d, n
		}
	}
	return best, most > 1
}

// given is what is left to decide once a domain is down or up.
func (c *curver) given(slots []tied, d int32, down bool) []tied {
	out := make([]tied, 0, len(slots))
	for _, t := range slots {
		if t.dark == d {
			if down {
				continue // its own cluster is down: not counted
			}
			t.dark = none
		}
		for i, b := range t.blocks {
			if b != d {
				continue
			}
			if down {
				t.sure, t.blocks = true, nil
			} else {
				t.blocks = append(append(make([]int32, 0, len(t.blocks)-1), t.blocks[:i]...), t.blocks[i+1:]...)
			}
			break
		}
		out = append(out, t)
	}
	return out
}

// components parts slots into those that share domains, in their order.
func (c *curver) components(slots []tied) [][]tied {
	parent := make([]int, len(slots))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := make(map[int32]int, len(slots))
	join := func(d int32, i int) {
		if j, ok := first[d]; ok {
			parent[find(i)] = find(j)
		} else {
			first[d] = i
		}
	}
	for i, t := range slots {
		for _, d := range t.blocks {
			join(d, i)
		}
		if t.dark != none {
			join(t.dark, i)
		}
	}
	c.work += 8 * len(slots)
	var out [][]tied
	at := make(map[int]int, 8)
	for i, t := range slots {
		root := find(i)
		j, ok := at[root]
		if !ok {
			j = len(out)
			at[root] = j
			out = append(out, nil)
		}
		out[j] = append(out[j], t)
	}
	return out
}

func (c *curver) convolve(a, b []float64) []float64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	c.work += len(a) * min(len(b), 3)
	out := make([]float64, len(a)+len(b)-1)
	for j, q := range b {
		if q == 0 {
			continue
		}
		if j > 2 {
			c.work += len(a)
		}
		for i, p := range a {
			out[i+j] += p * q
		}
	}
	return out
}

// simulate draws states of all domains.
func (c *curver) simulate(samples int) Curve {
	r := rand.New(rand.NewPCG(curveSeed, curveSeed))
	pmf := make([]float64, 2*curveBins+2)
	down := make([]bool, len(c.q))
	for range samples {
		for d, q := range c.q {
			down[d] = r.Float64() < q
		}
		sum := 0.0
		for _, t := range c.all {
			blocked := false
			for _, d := range t.blocks {
				blocked = blocked || down[d]
			}
			if blocked && (t.dark == none || !down[t.dark]) && r.Float64() < t.up {
				sum += t.weight
			}
		}
		low := int(sum)
		pmf[low] += 1 - (sum - float64(low))
		pmf[low+1] += sum - float64(low)
	}
	out := fromDistribution(pmf, float64(samples))
	p := out.Hours[0] / hoursPerYear
	out.Exact, out.Error = false, hoursPerYear*math.Sqrt(p*(1-p)/float64(samples))
	return out
}
