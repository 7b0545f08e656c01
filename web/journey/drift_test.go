package journey

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"deckplan/internal/argocd/argotest"
)

// A plan held against two real Argo CDs: a cluster moves to the other instance,
// the page tells it by itself, the plan takes it over, and gives it back.
func TestDrift_ClusterOnTheWrongInstance(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and real Argo CD API servers")
	}
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"seoul", "busan"}, Apps: -1})
	const one, two = "https://one.example.com:6443", "https://two.example.com:6443"
	seoul, busan := servers[0], servers[1]
	seoul.Create(t, "", argotest.Change{Cluster: one})
	moved := busan.Create(t, "", argotest.Change{Cluster: two})
	var environment []string
	for _, s := range servers {
		prefix := "DECKPLAN_ARGOCD_" + strings.ToUpper(s.Name) + "_"
		environment = append(environment, prefix+"URL="+s.URL, prefix+"TOKEN="+s.Token)
	}
	p := visit(t, serve(t, environment...), "")
	p.open("/")
	p.enter(css("#start-import input[name=name]"), "From Argo CD")
	p.click(css("#start-import button"))
	p.wait("both instances", `document.querySelectorAll("#read input[name=instance]:checked").length === 2`)
	plan := strings.TrimSuffix(p.path(), "/import")
	p.click(css("#read button"))
	p.wait("the preview", id("survey"))
	p.quiet()
	p.click(id("apply"))
	p.wait("the overview", "location.pathname === "+quoted(plan))

	p.turn("Plan against live")
	finding := having(".drift", "two.example.com:6443 is managed by seoul.")
	p.must("both are where the plan has them", "!"+finding)
	p.must("matched by address", having("#matches tr", "two.example.com:6443")+".textContent.includes('API server')")
	p.scripted()
	p.mark()
	busan.Delete(t, moved)
	seoul.Create(t, "", argotest.Change{Cluster: two})
	p.wait("the finding, without a reload", finding)
	p.marked()
	p.must("the plan's side", finding+".textContent.includes('busan delivers to two.example.com:6443')")
	p.wait("the count in the rail", css("[data-entry=drift] .count"))
	accessible(p, "drift")

	p.click(finding + "?.querySelector('input[name=pick]')")
	p.click(id("adopt"))
	p.wait("what will change", having("main", "1 difference would change the plan"))
	p.must("the placement", having(".sentences", "busan → seoul"))
	accessible(p, "adopting")
	p.click(id("apply"))
	p.wait("back, saying so", css("#done [data-key=undo-this]")+" && location.pathname === "+quoted(plan+"/drift"))
	p.must("the finding is gone", "!"+finding)
	p.quiet()
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.wait("it is told again after Undo", finding)

	p.quiet()
	p.click(finding + "?.querySelector('input[name=pick]')")
	p.click(css("#intend summary"))
	p.enter(css("#intend input[name=reason]"), "On its way")
	p.click(css("#intend button"))
	p.wait("put aside", "!"+finding+" && "+id("aside"))
	p.must("with its reason", id("aside")+".textContent.includes('On its way')")
}
