package journey

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deckplan/internal/argocd/argotest"
)

func appRow(instance, name string) string { return id("app/" + instance + "/argocd/" + name) }

// The status page against two real Argo CD API servers.
func TestLive(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and real Argo CD API servers")
	}
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"seoul", "busan"}, Apps: 12})
	var environment []string
	for _, s := range servers {
		prefix := "DECKPLAN_ARGOCD_" + strings.ToUpper(s.Name) + "_"
		environment = append(environment, prefix+"URL="+s.URL, prefix+"TOKEN="+s.Token, prefix+"INSECURE=true")
	}
	p := visit(t, serve(t, environment...), "")
	p.open("/")
	p.turn("Argo CD status")
	rows := `document.querySelectorAll("#applications tbody tr[id]").length`
	p.wait("all applications", rows+" === 24")
	seoul, busan := servers[0], servers[1]
	showsAll(p, seoul)
	showsAll(p, busan)

	narrow(p, rows)
	p.mark()
	name := seoul.Reference(t)[0].Name
	cell := func(s *argotest.Server, n int) string {
		return text(appRow(s.Name, name) + fmt.Sprintf("?.querySelector('td:nth-child(%d)')", n))
	}
	change := func(s *argotest.Server, health string) {
		t.Helper()
		s.Update(t, name, argotest.Change{Health: health})
		begun := time.Now()
		p.wait(health+" at "+s.Name, cell(s, 2)+"?.includes("+quoted(health)+")")
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("a change took %v to arrive", took)
		}
	}
	change(seoul, "Suspended")
	change(busan, "Degraded")
	p.marked()

	busan.Stop(t)
	p.wait("an instance that is down", id("instance/busan")+".classList.contains('stale') && "+text(id("instance/busan"))+".includes('last seen')")
	p.wait("its rows greyed", `document.querySelectorAll("tr.stale[id^='app/busan/']").length === 12`)
	p.must("with their age", text(appRow("busan", name))+".includes('last seen')")
	p.must("its last known state stays", cell(busan, 2)+".includes('Degraded')")
	p.must("the other is not disturbed", `!document.querySelector("tr.stale[id^='app/seoul/']")`)
	change(seoul, "Progressing")
	busan.Resume(t)
	p.wait("it comes back", "!document.querySelector('tr.stale')")
	change(busan, "Healthy")
	made := seoul.Create(t, "", argotest.Change{Health: "Missing"})
	p.wait("a new application", appRow("seoul", made))
	seoul.Delete(t, made)
	p.wait("it goes again", "!"+appRow("seoul", made))
	p.marked()
}

// showsAll compares the table with what the full client reads.
func showsAll(p *tab, s *argotest.Server) {
	p.t.Helper()
	showsAllOf(p, s, s.Name)
}

// showsAllOf is showsAll for a server under the name of its connection.
func showsAllOf(p *tab, s *argotest.Server, instance string) {
	p.t.Helper()
	for _, want := range s.Reference(p.t) {
		cells := eval[[]string](p, `[...(`+appRow(instance, want.Name)+`?.cells || [])].map(c => c.textContent.replace(/\s+/g, " ").trim())`)
		if len(cells) < 7 {
			p.t.Fatalf("no row for %s of %s", want.Name, s.Name)
		}
		for i, part := range []string{want.Name, want.Health, want.Sync, instance, want.Cluster, want.Project, want.Revision[:7]} {
			if part == "" || !strings.Contains(cells[i], part) {
				p.t.Errorf("%s of %s: cell %d is %q, not %q", want.Name, s.Name, i, cells[i], part)
			}
		}
	}
}

// narrow filters by words and by clicks, and takes it back.
func narrow(p *tab, rows string) {
	p.t.Helper()
	p.enter(css("input[type=search]"), "service-00003")
	p.wait("the two that match", rows+" === 2 && location.search.includes('q=service-00003')")
	p.click(having("a.facet", "All 24"))
	p.wait("all again", rows+" === 24")
	p.click(having("a.facet", "Degraded"))
	p.wait("the degraded ones", rows+" > 0 && "+rows+" < 24 && location.search.includes('health=Degraded')")
	p.must("and no others", `[...document.querySelectorAll("#applications tbody tr[id]")].every(r => r.cells[1].textContent.includes("Degraded"))`)
	p.click(css("#facet-instance summary"))
	p.click(having("#facet-instance a.facet", "busan"))
	p.wait("those of one instance", `[...document.querySelectorAll("#applications tbody tr[id]")].every(r => r.id.startsWith("app/busan/")) && `+rows+" > 0")
	p.click(having("a.facet", "All 24"))
	p.wait("all again", rows+" === 24")
}
