package matrix

import (
	"cmp"
	"math"
	"slices"
)

// RandomIndexSource names the table of RandomIndex.
const RandomIndexSource = "T. L. Saaty, The Analytic Hierarchy Process, McGraw-Hill 1980 (first in J. Math. Psychology 15, 1977)"

// randomIndex is the mean consistency index of random reciprocal matrices by
// their order, from RandomIndexSource; it ends at 15.
var randomIndex = [...]float64{0, 0, 0, .58, .90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59}

// RandomIndex gives the table's value for an order; there is none beyond 15.
func RandomIndex(n int) (float64, bool) {
	if n < 0 || n >= len(randomIndex) {
		return 0, false
	}
	return randomIndex[n], true
}

// ConsistentEnough is the consistency ratio up to which judgements are taken
// as they are (Saaty's rule of a tenth).
const ConsistentEnough = 0.1

// mendTries bounds the judgements that are tried for a mend: all of them up to
// 15 things, beyond that those farthest from what the weights say.
const mendTries = 105

// Pair is a judgement: First counts Ratio times as much as Second. Both are
// positions.
type Pair struct {
	First, Second int
	Ratio         float64
}

// Priorities are what pairwise judgements of N things come to.
type Priorities struct {
	N int `json:"n"`
	// Weights add up to 1; they are nil where Apart is more than 1.
	Weights []float64 `json:"weights,omitempty"`
	// Lambda is the principal eigenvalue: N where the judgements agree with
	// each other, more where they do not.
	Lambda float64 `json:"lambda"`
	// Index is (Lambda − N)/(N − 1); Ratio is Index over Random. Both are 0 for
	// fewer than three things, which cannot contradict each other.
	Index float64 `json:"index"`
	// Random is the random index, 0 where there is none: Ratio is then not
	// known, and 0.
	Random float64 `json:"random"`
	Ratio  float64 `json:"ratio"`
	// Given and Missing count the pairs judged and those left out.
	Given   int `json:"given"`
	Missing int `json:"missing"`
	// Apart is the number of groups that no judgement joins: 1 where weights
	// can be told.
	Apart int   `json:"apart"`
	Mend  *Mend `json:"mend,omitempty"`
}

// Known tells whether a consistency ratio could be worked out.
func (p Priorities) Known() bool { return p.Random > 0 }

// Judged tells whether there is something to be consistent about: more
// judgements than it takes to join the things.
func (p Priorities) Judged() bool { return p.Apart == 1 && p.Given > p.N-1 }

// Mend is the judgement that agrees least with the others, and the value that
// would make it agree.
type Mend struct {
	First  int     `json:"first"`
	Second int     `json:"second"`
	Given  float64 `json:"given"`
	Value  float64 `json:"value"`
	Ratio  float64 `json:"ratio"` // consistency ratio after it; the index where no random index is known
}

// Prioritise works out the weights of n things from judgements of pairs (the
// last one counts where a pair is judged twice), by the principal right
// eigenvector (Saaty 1977).
//
// Where pairs are missing, Harker's method is used (P. T. Harker, Alternative
// modes of questioning in the analytic hierarchy process, Mathematical
// Modelling 9, 1987): a missing entry is 0, and the diagonal of its row 1 plus
// the number of entries the row misses. That is the eigenvector of the matrix
// in which each missing entry is the ratio of the weights. The random index is
// then RI(n)·(1 − 2m/((n−1)(n−2))) for m missing pairs, the linear estimate of
// K. C. Ágoston and L. Csató (Inconsistency thresholds for incomplete pairwise
// comparison matrices, Omega 108, 2022): it is 0 where the judgements only just
// join the things and cannot contradict each other.
func Prioritise(n int, pairs []Pair) Priorities {
	m := newJudged(n, pairs)
	p := m.solve(nil)
	if p.Apart > 1 || n < 3 {
		return p
	}
	if p.Index > 1e-9 {
		p.Mend = m.mend(p)
	}
	return p
}

// judged is a reciprocal matrix, 0 where nothing was said.
type judged struct {
	n int
	a []float64
}

func newJudged(n int, pairs []Pair) judged {
	m := judged{n, make([]float64, n*n)}
	for _, p := range pairs {
		if p.First != p.Second && p.Ratio > 0 {
			m.set(p.First, p.Second, p.Ratio)
		}
	}
	return m
}

func (m judged) set(i, j int, ratio float64) {
	m.a[i*m.n+j] = ratio
	if m.a[j*m.n+i] = 0; ratio > 0 {
		m.a[j*m.n+i] = 1 / ratio
	}
}

// groups counts the groups that judgements join.
func (m judged) groups() (n int) {
	seen := make([]bool, m.n)
	for start := range m.n {
		if seen[start] {
			continue
		}
		n++
		queue := []int{start}
		seen[start] = true
		for len(queue) > 0 {
			i := queue[0]
			queue = queue[1:]
			for j := range m.n {
				if m.a[i*m.n+j] > 0 && !seen[j] {
					seen[j] = true
					queue = append(queue, j)
				}
			}
		}
	}
	return n
}

// solve finds the weights, beginning from some that are near.
func (m judged) solve(near []float64) Priorities {
	n := m.n
	p := Priorities{N: n, Apart: m.groups()}
	for _, v := range m.a {
		if v > 0 {
			p.Given++
		}
	}
	p.Given /= 2
	p.Missing = n*(n-1)/2 - p.Given
	if p.Apart != 1 {
		return p
	}
	p.Weights, p.Lambda = m.eigenvector(near)
	if n < 3 {
		p.Lambda = float64(n)
		return p
	}
	p.Index = max(0, (p.Lambda-float64(n))/float64(n-1))
	if ri, ok := RandomIndex(n); ok {
		p.Random = ri * (1 - 2*float64(p.Missing)/float64((n-1)*(n-2)))
	}
	if p.Random < 1e-12 {
		p.Random = 0
	} else {
		p.Ratio = p.Index / p.Random
	}
	return p
}

// eigenvector finds the principal eigenvector, its sum 1, and its eigenvalue
// by power iteration. The matrix with its diagonal is primitive, so it
// converges; the number of rounds is bounded all the same.
func (m judged) eigenvector(near []float64) (w []float64, lambda float64) {
	n := m.n
	w, next := make([]float64, n), make([]float64, n)
	diagonal := make([]float64, n)
	for i := range n {
		w[i] = 1 / float64(n)
		for j := range n {
			if i == j || m.a[i*n+j] == 0 {
				diagonal[i]++
			}
		}
	}
	if near != nil {
		copy(w, near)
	}
	for range 20_000 {
		var sum, change float64
		for i := range n {
			row := m.a[i*n : i*n+n]
			next[i] = diagonal[i] * w[i]
			for j, v := range row {
				next[i] += v * w[j]
			}
			sum += next[i]
		}
		for i := range next {
			next[i] /= sum
			change = max(change, math.Abs(next[i]-w[i])/next[i])
		}
		w, next, lambda = next, w, sum
		if change < 1e-13 {
			break
		}
	}
	return w, lambda
}

// mend takes each judgement out in turn, solves the rest, puts the ratio of the
// weights found in its place (kept on the scale), and takes the one after which
// the eigenvalue is smallest.
func (m judged) mend(p Priorities) *Mend {
	var pairs []Pair
	off := func(x Pair) float64 { return math.Abs(math.Log(x.Ratio * p.Weights[x.Second] / p.Weights[x.First])) }
	for i := range m.n {
		for j := i + 1; j < m.n; j++ {
			if v := m.a[i*m.n+j]; v > 0 {
				pairs = append(pairs, Pair{i, j, v})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y Pair) int { return cmp.Compare(off(y), off(x)) })
	var best *Mend
	lambda := p.Lambda - 1e-9
	for _, x := range pairs[:min(len(pairs), mendTries)] {
		m.set(x.First, x.Second, 0)
		if rest := m.solve(p.Weights); rest.Apart == 1 {
			value := min(9, max(1./9, rest.Weights[x.First]/rest.Weights[x.Second]))
			m.set(x.First, x.Second, value)
			if after := m.solve(rest.Weights); after.Lambda < lambda {
				lambda = after.Lambda
				best = &Mend{x.First, x.Second, x.Ratio, value, after.Ratio}
				if !after.Known() {
					best.Ratio = after.Index
				}
			}
		}
		m.set(x.First, x.Second, x.Ratio)
	}
	return best
}
