package journey

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys come faster than answers; the last one is what is kept.
func TestFields_LastKeyCounts(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.open(p.sample() + "/matrix?matrix=cd")
	score := id("i-score/cd-flux/cd-security")
	p.choose(score, "5")
	p.quiet()
	p.must("the last key", is(value(score), "5"))
	p.press(kb.ArrowUp + kb.ArrowUp + kb.ArrowUp)
	p.quiet()
	p.must("the last key back", is(value(score), "2"))
	p.do(chromedp.Reload())
	p.must("the same after a reload", is(value(score), "2"))
	gates := id("f-matrices/cd/gates")
	for _, g := range []string{"daemonless", "self_hosted", "open_source"} {
		p.do(chromedp.Focus(chromedp.JSPath(gates + ".querySelector('input[value=" + g + "]')")))
		p.press(" ")
	}
	p.quiet()
	ticked := "[..." + gates + ".querySelectorAll('input:checked')].map(e => e.value).sort().join()"
	const all = "daemonless,maintained,offline,open_source,self_hosted"
	p.must("three quick ticks", is(ticked, all))
	p.do(chromedp.Reload())
	p.must("the same after a reload", is(ticked, all))
}

// A field shows what the plan holds, after Undo too, and whatever kind it is.
func TestFields_ShowWhatIsHeld(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	undo := func() { p.saves(func() { p.click(css("#done [data-key=undo-this]")) }) }

	p.open(plan + "/matrix?matrix=cd")
	gate := id("f-matrices/cd/gates") + ".querySelector('input[value=daemonless]')"
	p.saves(func() { p.click(gate) })
	undo()
	p.must("a box is not ticked any more", "!"+gate+".checked")
	score := id("i-score/cd-flux/cd-security")
	p.saves(func() { p.choose(score, "1") })
	undo()
	p.must("a list is back at nothing", is(value(score), ""))

	p.open(plan + "/facts/services")
	flag := `document.querySelector("[id='i-services/cart/traits.stateful']")`
	p.saves(func() { p.click(flag) })
	p.must("a flag is set", flag+".checked")
	undo()
	p.must("a flag is taken back", "!"+flag+".checked")
	number := id("i-services/cart/criticality")
	p.saves(func() { p.enter(number, "2"); p.press(kb.Tab) })
	undo()
	p.must("a number is back", is(value(number), "4"))

	p.expect("status of 422")
	p.enter(number, "many")
	p.press(kb.Tab)
	p.wait("what is wrong, beside the field", id("f-services/cart/criticality")+"?.querySelector('.problem')")
	p.must("what was typed is kept", is(value(number), "many"))
	p.saves(func() { p.enter(number, "3"); p.press(kb.Tab) })
	p.must("nothing is wrong any more", "!"+css(".problem"))

	p.open(plan + "/facts/about")
	purpose := id("i-about/about/purpose")
	p.saves(func() { p.enter(purpose, "Short."); p.press(kb.Tab) })
	undo()
	p.must("a long text is back", value(purpose)+".startsWith('One Jenkins')")
}

// What others change arrives although a field has the focus, unless it is
// being typed in.
func TestFields_FollowOthers(t *testing.T) {
	t.Parallel()
	base := serve(t)
	a, b := visit(t, base, ""), visit(t, base, "")
	page := a.sample() + "/facts/clusters"
	a.open(page)
	b.open(page)
	name, zone := id("i-clusters/dev-1/name"), id("i-clusters/dev-1/zone")
	b.mark()
	b.do(chromedp.Focus(chromedp.JSPath(zone)))
	a.saves(func() { a.enter(name, "dev-two"); a.press(kb.Enter) })
	b.wait("the name, while a list has the focus", is(value(name), "dev-two"))
	a.saves(func() { a.choose(zone, "Internet") })
	b.wait("the list itself", is(value(zone), "internet"))
	b.click(name)
	a.saves(func() { a.enter(name, "dev-three"); a.press(kb.Enter) })
	b.wait("the field that has the focus", is(value(name), "dev-three"))
	b.marked()

	// A filter is being typed while somebody edits: it must not be lost.
	search := css("input[type=search]")
	b.enter(search, "tokyo")
	a.saves(func() { a.enter(name, "dev-four"); a.press(kb.Enter) })
	b.wait("the filtered rows", `document.querySelectorAll("tr[data-row]").length === 1`)
	b.must("what was typed", is(value(search), "tokyo"))
	b.press(strings.Repeat("\b", 5))
	b.wait("all rows with the other's edit", is(value(name), "dev-four"))
}
