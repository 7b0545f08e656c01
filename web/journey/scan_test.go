package journey

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const shipped = `name: Ship
on: push
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
        with: {push: true}
      - run: frobnicate --all
  checks:
    needs: image
    runs-on: ubuntu-24.04
    steps: [{run: go test ./...}]
  rollout:
    needs: checks
    runs-on: ubuntu-24.04
    steps: [{run: kubectl apply -f .}]
`

// accessible runs axe on the page at hand, in both themes.
func accessible(p *tab, what string) {
	p.t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.Evaluate[chromedp.Void](string(axe)))
	for _, theme := range []string{"light", "dark"} {
		p.scheme(theme)
		for _, v := range faults(p) {
			p.t.Errorf("%s, %s: %s", what, theme, v)
		}
	}
}

// CI files become a pipeline of the plan, and one undo takes it away again;
// without scripts as well.
func TestScan(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ship.yml")
	if err := os.WriteFile(file, []byte(shipped), 0o600); err != nil {
		t.Fatal(err)
	}
	base := serve(t)
	for _, scripts := range []bool{true, false} {
		p := visit(t, base, "")
		if !scripts {
			if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				t.Fatal(err)
			}
		}
		p.open("/")
		p.click(id("start-sample"))
		p.wait("the sample", "location.pathname.startsWith('/plans/')")
		if scripts {
			p.scripted()
		}
		p.click(having(".rail nav a", "Stage ownership"))
		p.wait("the pipelines", css(".tabs"))
		p.click(having(".tabs a", "Read CI files"))
		p.wait("the form", css("#scan input[type=file]"))
		p.do(chromedp.SetUploadFiles("#scan input[type=file]", []string{file}))
		p.enter(css("#scan input[name=name]"), "shop")
		p.click(css("#scan button"))
		p.wait("the proposal", css("#proposal"))
		p.must("what was not recognised, with its line", says("the command frobnicate is not known.")+" && "+says("ship.yml:10"))
		p.must("three stages, all ticked", `document.querySelectorAll("input[name=stage]:checked").length === 3`)
		if scripts {
			accessible(p, "the proposal")
			p.resize(390, 900)
			p.must("nothing but tables scrolls sideways", "document.documentElement.scrollWidth <= innerWidth")
			p.resize(1400, 1000)
		}
		p.click(`[...document.querySelectorAll("tbody tr")].find(r => r.innerText.includes("checks")).querySelector("input")`)
		p.click(css("#scan-take"))
		p.wait("the new pipeline", having(".sheet h2", "shop: Ship"))
		p.must("its picture", having(".sheet .body svg", "rollout"))
		p.must("what was left out is not there", `![...document.querySelectorAll("tr[data-row] input[name=value]")].some(i => i.value === "checks")`)
		p.click(css("#done [data-key=undo-this]"))
		p.wait("the pipeline is gone", "!("+having(".tabs a", "shop: Ship")+")")
	}
}
