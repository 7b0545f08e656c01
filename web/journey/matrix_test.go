package journey

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Weights come from pairs judged by the keyboard, and a winner that rests on
// them is looked at from its other sides.
func TestMatrix_PairsAndMethods(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.open(plan + "/matrix?matrix=cd&view=weights")
	p.scripted()
	p.choose(id("i-matrices/cd/weighting"), "pairwise judgements")
	p.must("pairs can be judged", id("pairs"))
	p.quiet()
	for _, pair := range []string{"cd-security/cd-offline", "cd-security/cd-references", "cd-security/cd-effort"} {
		p.saves(func() { p.choose(id("i-judge//"+pair), "9") })
	}
	p.must("weights", having("#pairs td b", "75%"))
	p.must("the other way round", having("#pairs td", "1/9"))
	p.click(having("nav.tabs a", "Methods and robustness"))
	p.wait("the picture", css("#robust svg"))
	p.choose(id("i-matrices/cd/method"), "TOPSIS")
	p.must("the formula follows", says("distance from the worst"))
	p.click(css("#robust summary"))
	p.must("its table", having("#robust table th", "Argo CD"))
	p.enter(css("#robust input[name=seed]"), "7")
	p.press(kb.Enter)
	p.wait("another seed", says("seed 7"))
}
