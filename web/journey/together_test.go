package journey

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Two people on one plan see each other's edits at once, and neither
// overwrites the other unasked.
func TestTwoPeople(t *testing.T) {
	t.Parallel()
	base := serve(t)
	a, b := visit(t, base, ""), visit(t, base, "")
	page := a.sample() + "/facts/teams"
	a.open(page)
	b.open(page)
	b.mark()

	name := func(team string) string { return id("i-teams/" + team + "/name") }
	a.saves(func() { a.enter(name("payments"), "Settlement"); a.press(kb.Enter) })
	b.wait("the other's edit", is(value(name("payments")), "Settlement"))
	b.marked()

	// Different fields at the same time: both stay.
	b.enter(name("release"), "Ship")
	a.saves(func() { a.enter(name("payments"), "Money"); a.press(kb.Enter) })
	b.quiet()
	b.must("nothing is replaced under a person who types", is(value(name("release")), "Ship"))
	b.press(kb.Enter)
	b.wait("both edits", is(value(name("payments")), "Money")+" && "+is(value(name("release")), "Ship")+" && "+css("#done"))
	a.wait("both edits", is(value(name("release")), "Ship"))

	conflict := func(mine, theirs string) {
		t.Helper()
		b.enter(name("platform"), mine)
		a.saves(func() { a.enter(name("platform"), theirs); a.press(kb.Enter) })
		b.quiet()
		b.press(kb.Enter)
		b.wait("the conflict", css(".failed")+" && "+having(".failed button", "Use mine: "+mine)+" && "+having(".failed a", "Keep theirs: "+theirs))
		b.quiet()
		b.must("the question stays", having(".failed button", "Use mine: "+mine))
		a.must("the first edit stands until the other chooses", is(value(name("platform")), theirs))
	}
	b.expect("status of 409")
	conflict("Builders", "Makers")
	b.click(having(".failed button", "Use mine"))
	b.wait("mine", is(value(name("platform")), "Builders")+" && !"+css(".failed"))
	a.wait("the other's choice, in the field that has the focus too", is(value(name("platform")), "Builders"))
	b.marked()
	conflict("Smiths", "Carpenters")
	b.click(having(".failed a", "Keep theirs"))
	b.wait("theirs", is(value(name("platform")), "Carpenters")+" && !"+css(".failed"))
	a.must("theirs", is(value(name("platform")), "Carpenters"))

	// A row that is gone.
	b.enter(name("security"), "Guards")
	a.saves(func() { a.click(`document.getElementById("teams/security").querySelector("button[value=remove]")`) })
	b.press(kb.Enter)
	b.wait("that it is gone", having(".failed", "removed this meanwhile"))
}
