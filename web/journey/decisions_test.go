package journey

import (
	"net/http"
	"net/url"
	"testing"
)

// A decision is signed and accepted; an edit by somebody else breaks what it
// rests on, and its page says so without a reload.
func TestDecisions_StandAndFall(t *testing.T) {
	t.Parallel()
	base := serve(t)
	p := visit(t, base, "")
	plan := p.sample()
	p.open(plan + "/decisions/new?topic=layout&subject=hub")
	p.must("assumptions are offered", value(css("#record input[name=check]"))+".startsWith('layout(')")
	p.enter(css("#record input[name=title]"), "One hub for all")
	p.enter(css("#record input[name=makers]"), "Jimin")
	p.enter(css("#record input[name=assumption]"), "The plan stays small")
	p.enter(css("#record input[name=check]"), "plan.clusters < 6")
	p.click(css("#record button.primary"))
	p.wait("the record", says("One hub for all")+" && "+says("0 of 1"))
	record := p.path()
	p.click(having("aside button", "Agree"))
	p.wait("the sign-off", says("1 of 1"))
	p.click(having("aside button", "Accept"))
	p.wait("accepted", having("aside .tag.good", "accepted"))
	p.must("it holds", having("#assumptions .tag", "holds"))
	p.enter(css("#comment textarea"), "One more thought")
	if status, body := send(t, base, plan+"/edit", plan+"/facts/clusters", "en", url.Values{"op": {"add"}, "at": {"clusters"}, "name": {"prod-osaka"}}); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	p.wait("the need for a review, without a reload", says("Clusters of the plan went from 5 to 6, with revision 2"))
	p.must("what was being typed is kept", is(value(css("#comment textarea")), "One more thought"))
	p.click(css("#comment button"))
	p.wait("the comment", having("#comments", "One more thought"))
	p.must("the rail counts it", having("[data-entry=decisions] .count", "1"))
	p.enter(css(".review input[name=check]"), "plan.clusters < 9")
	p.enter(css(".review textarea[name=why]"), "Osaka was meant.")
	p.click(having(".review button", "Save the review"))
	p.wait("the review", says("Osaka was meant.")+" && !"+says("no longer holds"))
	if p.path() != record {
		t.Errorf("the form led to %s", p.path())
	}
	p.open(plan + "/layouts")
	p.click(having(".finding button", "Raise a question"))
	p.wait("it is on the list", says("is on the list of things to decide"))
	p.turn("Decisions")
	p.click(having(".tabs a", "To decide"))
	p.click(having("#backlog a", "Record decision"))
	p.wait("a record begun with the question", "document.querySelector('#record input[name=question]').value !== ''")
}
