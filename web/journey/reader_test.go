package journey

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The main steps in Korean, as a browser asks for it.
func TestKorean(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "ko-KR,ko;q=0.9,en;q=0.8")
	plan := p.sample()
	p.must("the sample's name", is(text(css("main h1")), "개요")+" && "+having(".rail .switch", "커머스 플랫폼"))
	p.turn("기초 정보")
	p.saves(func() { p.enter(id("i-teams/payments/name"), "정산팀"); p.press(kb.Enter) })
	p.turn("단계별 관리 책임")
	p.must("a swimlane", css("main .sheet .body svg"))
	p.must("its teams", having("main", "정산팀"))
	p.click(having(".bar a.primary", "결정 기록"))
	p.wait("the form", css("#record"))
	p.enter(css("#record input[name=title]"), "컨테이너 빌드는 빌드 플랫폼팀이 책임진다")
	p.click(css("#record button.primary"))
	p.wait("the record", says("컨테이너 빌드는 빌드 플랫폼팀이 책임진다")+" && "+says("제안"))
	p.turn("Argo CD 구성")
	p.click(having(".alt", "1:N, 허브 하나"))
	p.wait("the hub", having(".alt[aria-current=true]", "1:N, 허브 하나"))
	p.saves(func() { p.click(id("adopt")) })
	p.turn("보고서")
	p.click(id("report-open"))
	p.wait("the report", "location.pathname.endsWith('/report.html') && document.readyState === 'complete'")
	p.must("the decision in it", "document.body.innerText.includes('컨테이너 빌드는 빌드 플랫폼팀이 책임진다')")
	if n := p.crawl(plan, "ko", nil); n < 40 {
		t.Errorf("only %d pages were found", n)
	}
}

// What is not there is told in words.
func TestNotFound(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.expect("status of 404")
	p.open("/plans/nothing")
	p.must("a page that says so", says("This does not exist"))
}

// Language and theme are a reader's own, and last.
func TestPreferences_Last(t *testing.T) {
	t.Parallel()
	base := serve(t)
	p := visit(t, base, "")
	p.open("/")
	p.must("English by the browser", is("document.documentElement.lang", "en"))
	p.click(css(".langs button"))
	p.wait("Korean by the switch", is("document.documentElement.lang", "ko"))
	p.do(chromedp.Reload())
	p.must("Korean after a reload", is("document.documentElement.lang", "ko"))

	paper := "getComputedStyle(document.body).backgroundColor"
	light := eval[string](p, paper)
	p.click(css(".prefs summary"))
	p.enter(css(".prefs input[name=name]"), "지민")
	p.choose(css(".prefs select[name=theme]"), "어둡게")
	p.click(css(".prefs button"))
	p.wait("the dark theme", is("document.documentElement.dataset.theme", "dark"))
	dark := eval[string](p, paper)
	if dark == light {
		t.Errorf("the background is %s in both themes", light)
	}
	p.do(chromedp.Reload())
	p.must("dark after a reload", is(paper, dark))
	p.must("Korean still", is("document.documentElement.lang", "ko"))
	p.must("the name", is(value(css(".prefs input[name=name]")), "지민"))

	other := visit(t, base, "")
	other.open("/")
	other.must("another reader is not concerned", is("document.documentElement.lang", "en")+" && "+is(paper, light))
}

// Everything that matters works in a browser without scripts.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.sample()
	p.must("scripts are off", "typeof htmx === 'undefined'")
	p.turn("Facts")
	p.click(having("nav.tabs a", "Teams"))
	p.wait("the teams", id("add-teams"))
	p.saves(func() { p.enter(id("n-teams-name"), "Data"); p.click(css("#add-teams button")) })
	last := `[...document.querySelectorAll("tr[data-row] input[name=value]")].filter(e => e.id.endsWith("/name")).at(-1).value`
	p.must("the new team", is(last, "Data"))
	name := id("i-teams/payments/name")
	p.saves(func() { p.enter(name, "Settlement"); p.press(kb.Enter) })
	p.must("the new name", is(value(name), "Settlement"))
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("the old name", is(value(name), "Payments"))
	p.saves(func() {
		p.click(`[...document.querySelectorAll("tr[data-row]")].at(-1).querySelector("button[value=remove]")`)
	})
	p.must("the new team is gone", "("+last+") !== 'Data'")
	p.turn("Argo CD layouts")
	p.click(having(".alt", "Our draft"))
	p.wait("the layout", "location.search === '?layout=ours' && "+id("placements"))
	place := id("i-place/prod-seoul/")
	p.choose(place, "argo-dev")
	p.saves(func() { p.click(place + "?.form.querySelector('button')") })
	p.must("the cluster is moved", is(place+".selectedOptions[0].text", "argo-dev"))
	p.click(having(".bar a.primary", "Record decision"))
	p.wait("the form", css("#record"))
	p.enter(css("#record input[name=title]"), "Production beside development")
	p.enter(css("#record textarea[name=justification]"), "For a trial.")
	p.click(css("#record button.primary"))
	p.wait("the record", says("Production beside development")+" && "+says("proposed"))
}
