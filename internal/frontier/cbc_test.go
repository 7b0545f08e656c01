package frontier

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// cbcSeconds is what COIN-OR CBC may take for one question.
const cbcSeconds = 1

// TestSearch_AgreesWithCBC holds the pool against a mixed-integer solver on
// classes that are too large to enumerate, where that solver is installed
// (Debian: coinor-cbc). It prints what each found and took.
func TestSearch_AgreesWithCBC(t *testing.T) {
	cbc, err := exec.LookPath("cbc")
	if err != nil || testing.Short() {
		t.Skip("cbc is not installed, or the tests are to be short")
	}
	for _, q := range []struct {
		n, k       int
		from, upTo int64
	}{{12, 4, 1, 50}, {20, 6, 1, 200}, {30, 11, 200, 400}, {60, 14, 1, 100}} {
		r := rand.New(rand.NewPCG(uint64(q.n), uint64(q.k)))
		w := make([]int64, q.n)
		for i := range w {
			w[i] = q.from + r.Int64N(q.upTo-q.from)
		}
		slices.SortFunc(w, func(a, b int64) int { return int(b - a) })
		start := time.Now()
		p := &pool{w: w, apps: make([]int64, q.n)}
		p.solve(budget(DefaultNodes))
		ours := time.Since(start)
		start = time.Now()
		theirs, optimal := solveByCBC(t, cbc, w, q.k)
		took := time.Since(start)
		low, high := p.low[q.k], p.high[q.k]
		t.Logf("%d items of %d to %d into %d: ours %d, proven %d, all k in %v; cbc %v (optimal: %v), this k in %v; gap %.2f %%, time ratio %.0f",
			q.n, q.from, q.upTo, q.k, high, low, ours, theirs, optimal, took, 100*float64(high-low)/float64(high), float64(took)/float64(ours))
		if float64(high) > theirs+1e-6 || optimal && math.Abs(float64(high)-theirs) > 1e-6 || float64(low) > theirs+1e-6 {
			t.Errorf("%v into %d: ours lies in [%d, %d], cbc finds %v (optimal: %v)", w, q.k, low, high, theirs, optimal)
		}
	}
}

// solveByCBC minimises the largest load; it says whether that is proven.
func solveByCBC(t *testing.T, cbc string, w []int64, k int) (float64, bool) {
	t.Helper()
	var b strings.Builder
	b.WriteString("Minimize\n obj: r\nSubject To\n")
	for j := range k {
		for i := j; i < len(w); i++ { // item i lies in one of the first i+1 bins
			fmt.Fprintf(&b, " + %d x%d_%d", w[i], i, j)
		}
		b.WriteString(" - r <= 0\n")
	}
	for i := range w {
		for j := range min(i+1, k) {
			fmt.Fprintf(&b, " + x%d_%d", i, j)
		}
		b.WriteString(" = 1\n")
	}
	b.WriteString("Binaries\n")
	for i := range w {
		for j := range min(i+1, k) {
			fmt.Fprintf(&b, " x%d_%d", i, j)
		}
		b.WriteString("\n")
	}
	b.WriteString("End\n")
	dir := t.TempDir()
	model, solution := filepath.Join(dir, "m.lp"), filepath.Join(dir, "m.sol")
	if err := os.WriteFile(model, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cbc, model, "-sec", fmt.Sprint(cbcSeconds), "-solve", "-solution", solution).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(solution)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	_, value, ok := strings.Cut(line, "objective value")
	var v float64
	if _, err := fmt.Sscan(value, &v); !ok || err != nil {
		t.Fatalf("cannot read %q", line)
	}
	return v, strings.HasPrefix(line, "Optimal")
}
