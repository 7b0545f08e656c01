package matrix

import (
	"math"
	"math/rand/v2"
	"slices"

	"deckplan/internal/plan"
)

// What Robust does unless it would be too much: Draws weightings, fewer where
// candidates × criteria × draws passed mostWork; shares of the first mostRanks
// ranks.
const (
	Draws     = 10_000
	mostWork  = 200_000_000
	mostRanks = 200
)

// Robustness says how often each ranked candidate comes where, over random
// weightings.
type Robustness struct {
	Draws  int               `json:"draws"`
	Seed   uint64            `json:"seed"`
	Method plan.MatrixMethod `json:"method"`
	// Criteria is the number of criteria whose weights were drawn.
	Criteria int     `json:"criteria"`
	Rows     []Place `json:"rows"` // in the order of ranked rows
}

// Place is where one candidate comes. Level candidates share the ranks they
// take up between them, so that each rank adds up to 1.
type Place struct {
	CandidateID string  `json:"candidate"`
	Name        string  `json:"name"`
	Wins        float64 `json:"wins"` // share of weightings
	// Error is the standard error of Wins.
	Error float64 `json:"error"`
	// Ranks is the share of each rank, the first one first; of the first 200.
	Ranks []float64 `json:"ranks"`
	Mean  float64   `json:"mean"` // rank
}

// Robust draws weightings of the criteria that weigh anything from the
// Dirichlet distribution with all parameters 1, which is uniform over all
// weightings: independent exponential variables over their sum (L. Devroye,
// Non-Uniform Random Variate Generation, Springer 1986). The same seed gives
// the same result. It is empty where nothing is ranked.
func (a *Analysis) Robust(seed uint64) Robustness {
	out := Robustness{Seed: seed, Method: a.Method}
	f := a.newField()
	if f.rows == 0 || f.look(a, a.Method, a.Normalisation) != nil {
		return out
	}
	out.Draws = min(Draws, max(100, mostWork/(f.rows*f.columns)))
	out.Criteria = f.columns
	d := newDraw(f)
	ranks := make([]float64, f.rows*min(f.rows, mostRanks))
	mean := make([]float64, f.rows)
	random := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	w := make([]float64, f.columns)
	for range out.Draws {
		sum := 0.0
		for k := range w {
			w[k] = random.ExpFloat64()
			sum += w[k]
		}
		for k := range w {
			w[k] /= sum
		}
		d.place(w, ranks, mean)
	}
	n := float64(out.Draws)
	width := len(ranks) / f.rows
	for i, r := range a.Ranked() {
		p := Place{CandidateID: r.Candidate.ID, Name: r.Name, Ranks: ranks[i*width : (i+1)*width], Mean: mean[i] / n}
		for k := range p.Ranks {
			p.Ranks[k] /= n
		}
		p.Wins = p.Ranks[0]
		p.Error = math.Sqrt(p.Wins * (1 - p.Wins) / n)
		out.Rows = append(out.Rows, p)
	}
	return out
}

// draw ranks the field's rows by one weighting after another. Only the order
// counts, so the product is compared by its logarithm and TOPSIS by near/far.
type draw struct {
	*field
	one, two []float64 // by row, then column: what a weight (of TOPSIS its square) is multiplied with
	squares  []float64
	keys     []uint64
	// For sort.
	spare        []uint64
	bucket, ends []int32
	figures      []float64
}

func newDraw(f *field) *draw {
	d := &draw{field: f, one: f.norm, keys: make([]uint64, f.rows), spare: make([]uint64, f.rows), bucket: make([]int32, f.rows), ends: make([]int32, f.rows), figures: make([]float64, f.rows), squares: make([]float64, f.columns)}
	switch f.method {
	case plan.WeightedProduct:
		d.one = make([]float64, len(f.norm))
		for i, x := range f.norm {
			d.one[i] = max(-1e6, math.Log(x)) // of 0: far below any other
		}
	case plan.TOPSIS:
		best, worst := f.ends()
		d.one, d.two = make([]float64, len(f.norm)), make([]float64, len(f.norm))
		for i, x := range f.norm {
			k := i % f.columns
			d.one[i], d.two[i] = (x-worst[k])*(x-worst[k]), (best[k]-x)*(best[k]-x)
		}
	}
	return d
}

// place adds where each row comes with weights w.
func (d *draw) place(w []float64, ranks, mean []float64) {
	n, m := d.rows, d.columns
	if d.two != nil {
		for k, x := range w {
			d.squares[k] = x * x
		}
		w = d.squares
	}
	// The last bits of a figure hold its row, so that sorting figures sorts rows.
	mask := uint64(1)<<bitsFor(n) - 1
	for i := range n {
		var t float64
		if d.two == nil {
			t = dot(w, d.one[i*m:i*m+m])
		} else if near, far := dots(w, d.one[i*m:i*m+m], d.two[i*m:i*m+m]); near+far > 0 {
			t = near / (near + far)
		} else {
			t = 1
		}
		d.figures[i] = t
		d.keys[i] = ordered(t)&^mask | uint64(i)
	}
	d.sort()
	width := len(ranks) / n
	for rank := 0; rank < n; {
		first := int(d.keys[n-1-rank] & mask)
		end := rank + 1
		for end < n && d.figures[first]-d.figures[d.keys[n-1-end]&mask] <= level {
			end++
		}
		part := 1 / float64(end-rank)
		for r := rank; r < end; r++ {
			row := int(d.keys[n-1-r] & mask)
			mean[row] += float64(rank+1+end) / 2
			for s := rank; s < min(end, width); s++ {
				ranks[row*width+s] += part
			}
		}
		rank = end
	}
}

// sort orders the keys: figures are dealt to as many buckets as there are, in
// even steps from the least to the most, so that little is left to swap.
func (d *draw) sort() {
	low, high := d.figures[0], d.figures[0]
	for _, x := range d.figures {
		low, high = min(low, x), max(high, x)
	}
	if !(high > low) || math.IsInf(high-low, 0) {
		slices.Sort(d.keys)
		return
	}
	n := len(d.keys)
	clear(d.ends)
	step := float64(n-1) / (high - low)
	for i, x := range d.figures {
		b := int32((x - low) * step)
		d.bucket[i] = b
		d.ends[b]++
	}
	sum := int32(0)
	for b, c := range d.ends {
		d.ends[b] = sum
		sum += c
	}
	for i, key := range d.keys {
		b := d.bucket[i]
		d.spare[d.ends[b]] = key
		d.ends[b]++
	}
	d.keys, d.spare = d.spare, d.keys
	for i := 1; i < n; i++ {
		key, j := d.keys[i], i
		for ; j > 0 && d.keys[j-1] > key; j-- {
			d.keys[j] = d.keys[j-1]
		}
		d.keys[j] = key
	}
}

// ordered gives bits that compare as the figures do.
func ordered(x float64) uint64 {
	b := math.Float64bits(x)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

func bitsFor(n int) (bits int) {
	for 1<<bits < n {
		bits++
	}
	return bits
}

// dot multiplies in four strands, which processors carry out side by side.
func dot(x, y []float64) float64 {
	var a, b, c, d float64
	y = y[:len(x)]
	for len(x) >= 4 && len(y) >= 4 {
		a += x[0] * y[0]
		b += x[1] * y[1]
		c += x[2] * y[2]
		d += x[3] * y[3]
		x, y = x[4:], y[4:]
	}
	for i := range x {
		a += x[i] * y[i]
	}
	return a + b + c + d
}

// dots multiplies with two at once.
func dots(x, y, z []float64) (float64, float64) {
	var a, b, c, d float64
	y, z = y[:len(x)], z[:len(x)]
	for len(x) >= 2 && len(y) >= 2 && len(z) >= 2 {
		a += x[0] * y[0]
		b += x[1] * y[1]
		c += x[0] * z[0]
		d += x[1] * z[1]
		x, y, z = x[2:], y[2:], z[2:]
	}
	for i := range x {
		a += x[i] * y[i]
		c += x[i] * z[i]
	}
	return a + b, c + d
}
