package journey

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"deckplan/internal/argocd/argotest"
)

// A plan begun from two real Argo CDs: read, choose, preview, apply, undo; and
// later an update that keeps what was written by hand.
func TestImport_FromArgoCD(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and real Argo CD API servers")
	}
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"seoul", "busan"}, Apps: 12})
	var environment []string
	for _, s := range servers {
		prefix := "DECKPLAN_ARGOCD_" + strings.ToUpper(s.Name) + "_"
		environment = append(environment, prefix+"URL="+s.URL, prefix+"TOKEN="+s.Token)
	}
	p := visit(t, serve(t, environment...), "")
	p.open("/")
	p.enter(css("#start-import input[name=name]"), "From Argo CD")
	p.click(css("#start-import button"))
	p.wait("both instances, ticked", `document.querySelectorAll("#read input[name=instance]:checked").length === 2`)
	plan := strings.TrimSuffix(p.path(), "/import")
	p.click(css("#read button"))
	p.wait("the preview", id("survey"))
	p.must("teams by their label", is(value(id("choose-team")), "label/team"))
	p.must("environments by the clusters' label", is(value(id("choose-environment")), "cluster/environment"))
	p.must("services by name", having("#group\\/add\\/services h2", "Add to Services: 12"))

	p.mark()
	p.choose(id("choose-service"), "the AppProject")
	p.wait("services by project", having("#group\\/add\\/services h2", "Add to Services: 3"))
	p.must("the address follows", "location.search.includes('service=project')")
	environments := css(`input[name=group][value="add/environments"]`)
	p.click(environments)
	p.wait("one group less", "!("+environments+").checked && "+id("doing")+".textContent.includes('to add')")
	p.marked()
	p.quiet()
	p.click(id("apply"))
	p.wait("the overview, saying so", "location.pathname === "+quoted(plan)+" && "+css("#done [data-key=undo-this]"))
	p.must("in words", says("Taken over from what exists"))

	p.open(plan + "/facts/services")
	p.wait("the services", `document.querySelectorAll("tr[data-row]").length === 3`)
	p.must("their names", `[...document.querySelectorAll("tr[data-row] input")].some(e => e.value === "team-00")`)
	p.open(plan + "/facts/environments")
	p.must("what was not ticked is not there", `document.querySelectorAll("tr[data-row]").length === 0`)
	p.open(plan + "/layouts")
	p.must("the layout as it runs", having(".alt", "As it runs"))
	p.quiet()
	p.open(plan)
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.must("one Undo takes all back", `[...document.querySelectorAll(".holds b")].every(b => b.textContent === "0")`)
	p.saves(func() { p.press("z", chromedp.ModifierCtrl, chromedp.ModifierShift) })
	updateFromArgoCD(p, plan)
}

// updateFromArgoCD renames a cluster and reads again: nothing is added, and
// the address somebody wrote stays until it is ticked.
func updateFromArgoCD(p *tab, plan string) {
	p.open(plan + "/facts/clusters")
	field := func(name string) string {
		return `[...document.querySelectorAll("tr[data-row]:first-child input")].find(e => e.id.endsWith("/` + name + `"))`
	}
	p.saves(func() { p.enter(field("name"), "Renamed"); p.press(kb.Tab) })
	p.quiet()
	p.saves(func() { p.enter(field("server"), "https://elsewhere.example.com"); p.press(kb.Tab) })
	p.quiet()
	p.click(having(".tabs a", "Fill in from what exists"))
	p.click(css("#read button"))
	p.wait("the preview", id("survey"))
	p.choose(id("choose-service"), "the AppProject")
	p.wait("no services to add", `!document.getElementById("group/add/services")`)
	p.must("no cluster to add", `!document.getElementById("group/add/clusters")`)
	p.quiet()
	box := css(`input[name=row][value^="clusters/"][value$="/server"]`)
	p.must("the difference, not ticked", "!("+box+").checked")
	p.click(box)
	p.wait("the tick in the address", `location.search.includes("&row=")`)
	p.must("the focus stays", "document.activeElement === "+box)
	p.quiet()
	p.click(id("apply"))
	p.wait("applied", css("#done"))
	p.open(plan + "/facts/clusters")
	p.must("the address that was read", value(field("server"))+".includes('cluster-0')")
	p.must("the name that was written", is(value(field("name")), "Renamed"))
}

// A Backstage catalogue, in Korean and without scripts.
func TestImport_BackstageWithoutScripts(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "ko")
	plan := p.sample()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.open(plan + "/facts/services")
	p.must("scripts are off", "typeof htmx === 'undefined'")
	p.click(having(".tabs a", "기존 환경에서 가져오기"))
	p.click(having(".tabs a", "Backstage"))
	p.wait("the form", css("#read input[type=file]"))
	file := filepath.Join(t.TempDir(), "catalog-info.yaml")
	text := "kind: Group\nmetadata: {name: search}\nspec: {profile: {displayName: 검색팀}}\n---\nkind: System\nmetadata: {name: discovery}\nspec: {owner: search}\n---\n" +
		"kind: Component\nmetadata: {name: suggest}\nspec: {owner: group:default/search, system: discovery}\n---\nkind: API\nmetadata: {name: v1}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#read input[type=file]"), []string{file}))
	p.click(css("#read button"))
	p.wait("the preview", id("survey"))
	p.must("the component", having("#survey td", "suggest"))
	p.choose(id("choose-systems"), "시스템(System)과 시스템에 속하지 않은 컴포넌트")
	p.click(having("#survey button", "보기"))
	p.wait("the system", having("#survey td", "discovery"))
	p.click(id("apply"))
	p.wait("the overview", "location.pathname === "+quoted(plan)+" && "+css("#done"))
	p.open(plan + "/facts/services")
	p.wait("the service", `[...document.querySelectorAll("tr[data-row] input")].some(e => e.value === "discovery")`)
}
