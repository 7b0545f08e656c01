package journey

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A variant is adopted in one click and taken back by Undo, a template opens as
// an ordinary pipeline, and who does what is downloaded.
func TestOwnership(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.turn("Stage ownership")
	p.must("advice", having("#variants .advice", "Split it"))
	p.must("reasons", having("#variants .weighed", "3 teams own stages"))
	p.click(css("#variant-split summary"))
	p.wait("the split pipeline's picture", having("#variant-split[open] svg", "Approval: Release manager"))
	p.saves(func() { p.click(css("#adopt-split")) })
	p.wait("the new pipeline", having(".sheet h2", "Storefront, all in Jenkins, Split"))
	p.must("it is split", having(".tag.accent", "split"))
	p.must("the approval is a step of its own", having("table.edit", "Approval"))
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.open(plan + "/ownership?view=all")
	p.must("after Undo it is gone", "!"+having("nav.tabs", "Split"))
	p.must("the map", having("#heat", "nobody"))
	p.must("the load", having("#loads", "Storefront"))

	p.saves(func() {
		p.choose(css("#template select[name=template]"), "GitLab CI and Argo CD (GitLab CI/CD, Buildah, Argo CD)")
		p.choose(css("#template select[name=build]"), "Storefront")
		p.choose(css("#template select[name=release]"), "Release")
		p.click(css("#template button"))
	})
	p.wait("the template's pipeline", having(".sheet h2", "GitLab CI and Argo CD"))
	p.must("every stage is owned", having(".findings", "has exactly one accountable team"))
	p.must("five stages", `document.querySelectorAll("table.edit tr[data-row]").length === 5`)
	down := css("tr[data-row] button[value=down]")
	p.saves(func() { p.click(down) })
	p.must("the first stage is the second", is(value(css("table.edit tr[data-row] input[name=value]")), "Test"))

	text, err := os.ReadFile(download(p, css(`a[download][href*="raci.csv"]`)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "\ufeffPipeline,Name") || !strings.Contains(string(text), "Deploy") || strings.Count(string(text), "\n") != 6 {
		t.Errorf("got %s", text)
	}
	p.scripted()

	axe, err := os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/ownership", "/ownership?view=all"} {
		for _, width := range []int64{390, 1360} {
			p.resize(width, 900)
			p.open(plan + path)
			p.must("no scrolling sideways", "document.documentElement.scrollWidth <= innerWidth")
			eval[bool](p, `document.querySelectorAll("details.variant").forEach(d => { d.open = true }), true`)
			p.do(chromedp.Evaluate[chromedp.Void](string(axe)))
			for _, theme := range []string{"light", "dark"} {
				p.scheme(theme)
				for _, v := range faults(p) {
					t.Errorf("%s at %d, %s: %s", path, width, theme, v)
				}
			}
		}
	}
}
