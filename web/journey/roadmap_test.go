package journey

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// The way to another layout is proposed, adopted as the plan's steps, ticked
// off, and taken back by Undo.
func TestRoadmap(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.turn("Roadmap")
	p.wait("a proposal", css("#proposed"))
	p.must("a picture", having("main svg", "Delivery radius"))
	p.choose(css("#ends select[name=to]"), "1:1, one per cluster")
	p.wait("the other target", "new URLSearchParams(location.search).get('to') === 'per_cluster'")
	p.quiet()
	p.must("the last move", having("#proposed", "prod-vault"))
	p.click(having("#proposed summary", "Checklist (9)"))
	p.must("never two controllers", having("#proposed .checks", "Never two controllers"))
	p.must("with sources", having("#proposed .checks", "app_deletion.md")+" || "+css("#proposed .checks .sources"))

	accessible(p, "roadmap")

	rows := `document.querySelectorAll("#own-steps tr[data-row]").length`
	p.saves(func() { p.click(css("#adopt-roadmap button")) })
	p.must("the steps are the plan's", rows+" > 5")
	done := `document.querySelectorAll("#own-steps input[type=checkbox][id$='/done']")`
	p.saves(func() { p.click(done + "[3]") })
	p.must("one is done", says("1 of"))
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.must("none is done after Undo", says("0 of"))
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.must("the adopted steps are gone at once", rows+" === 3")
	p.quiet()
	p.resize(390, 844)
	p.must("no wider than a phone", "document.scrollingElement.scrollWidth <= 390")

	ko := visit(t, p.base, "ko-KR")
	ko.open(plan + "/roadmap?from=ours&to=per_cluster")
	ko.must("Korean", is(text(css("main h1")), "로드맵"))
	ko.must("the checklist in Korean", "document.querySelector('#proposed').textContent.includes('두 컨트롤러')")
}
