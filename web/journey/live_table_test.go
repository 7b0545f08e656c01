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

const liveRows = `document.querySelectorAll("#applications tbody tr[id^='app/']").length`

// The table of applications by the keyboard: search, rows, groups, and a view
// that is kept.
func TestLiveTable_Keyboard(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	server := argotest.Start(t, argotest.Options{Names: []string{"seoul"}, Apps: 30, Projects: 3, Clusters: 3})
	p := visit(t, serve(t, "DECKPLAN_ARGOCD_SEOUL_URL="+server.URL, "DECKPLAN_ARGOCD_SEOUL_TOKEN="+server.Token, "DECKPLAN_ARGOCD_SEOUL_INSECURE=true"), "")
	p.open("/live")
	p.scripted()
	p.wait("all applications", liveRows+" === 30")
	p.mark()

	p.press("/")
	p.wait("the focus in the search box", "document.activeElement === "+css("#filter input[name=q]"))
	p.press("a", chromedp.ModifierCtrl) // unlike a keyboard, the tests' sends the letter all the same
	p.press("app:*-0000? helth:x")
	p.wait("what was not understood", having("#search-problems .problem", "Did you mean health:?"))
	p.wait("what the rest selects", liveRows+" === 10 && location.search.includes('helth')")
	p.enter(css("#filter input[name=q]"), "app:*-0000?")
	p.wait("no problem", liveRows+" === 10 && !document.querySelector('#search-problems .problem')")
	p.must("what was typed stays", is(value(css("#filter input[name=q]")), "app:*-0000?"))
	p.press(kb.Escape)
	p.wait("the field is left", "document.activeElement === document.body")
	p.must("what was searched for stays", is(value(css("#filter input[name=q]")), "app:*-0000?")+" && "+liveRows+" === 10")

	walks(p, server)
	groups(p)
	keeps(p)
	p.marked()

	p.open("/live")
	p.scripted()
	p.press("?")
	p.wait("the keys are listed", having("dialog #keys", "to the next or previous application"))
	p.press(kb.Escape)
	p.wait("they go", "!"+css("dialog[open]"))
	p.press("j")
	p.wait("a row", "document.activeElement.matches('a.name')")
	p.expect("status of 404")
	p.press(kb.Enter)
	p.wait("its page", "location.pathname.startsWith('/live/applications/seoul/argocd/')")
}

// walks goes from row to row, and the table changes meanwhile.
func walks(p *tab, server *argotest.Server) {
	p.t.Helper()
	at := func(n string) string {
		return "document.activeElement === [...document.querySelectorAll('#applications a.name')]" + n
	}
	eval[bool](p, "(document.activeElement.blur(), true)")
	p.press("j")
	p.wait("the first row", at(".at(0)"))
	p.press("jj")
	p.wait("the third", at(".at(2)"))
	p.press(kb.ArrowUp)
	p.wait("the second", at(".at(1)"))
	p.press(kb.End)
	p.wait("the last", at(".at(-1)"))
	p.press("k")
	name := eval[string](p, "document.activeElement.textContent")
	server.Update(p.t, name, argotest.Change{Health: "Suspended"})
	p.wait("a change of that row", appRow("seoul", name)+"?.textContent.includes('Suspended')")
	p.must("the focus is still on it", is("document.activeElement.textContent", name))
	server.Delete(p.t, name)
	p.wait("it goes", "!"+appRow("seoul", name)+" || "+appRow("seoul", name)+".classList.contains('gone')")
	p.wait("the focus is on a row", "document.activeElement.matches('#applications a.name')")
}

// groups puts rows together and folds them.
func groups(p *tab) {
	p.t.Helper()
	p.click(having("a.facet", "All 29"))
	p.wait("all again", liveRows+" === 29")
	p.click(css("#group-menu summary"))
	p.click(having("#group-menu a", "Project"))
	p.wait("groups", "document.querySelectorAll('#applications tr.group').length > 1 && "+liveRows+" === 29")
	p.scripted()
	p.mark()
	p.click(css("#applications a.fold"))
	p.wait("one is folded", "document.querySelector('#applications a.fold').getAttribute('aria-expanded') === 'false' && "+liveRows+" < 29")
	p.must("the focus stays on it", "document.activeElement === document.querySelector('#applications a.fold')")
	p.press("j")
	p.wait("the next group", "document.activeElement === document.querySelectorAll('#applications a.fold')[1]")
	p.press(kb.Enter)
	p.wait("that is folded too", "document.querySelectorAll('#applications a.fold[aria-expanded=false]').length === 2")
	p.click(css("#search-help summary"))
	reads(p)
	p.press(kb.Escape)
}

// reads checks that the page can be read by everybody, and on a phone.
func reads(p *tab) {
	p.t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.Evaluate[chromedp.Void](string(axe)))
	for _, theme := range []string{"dark", "light"} {
		p.scheme(theme)
		for _, v := range faults(p) {
			p.t.Errorf("%s: %s", theme, v)
		}
	}
	p.resize(390, 844)
	if wide := eval[int](p, "document.scrollingElement.scrollWidth"); wide > 390 {
		p.t.Errorf("the page is %d px wide on a phone", wide)
	}
	p.press(kb.Escape)
	p.wait("the help goes", "!"+css("#search-help[open]"))
	for _, menu := range []string{"#group-menu", "#column-menu", "#save-menu", "#facet-cluster"} {
		p.click(css(menu + " summary"))
		if wide := eval[int](p, "document.scrollingElement.scrollWidth"); wide > 390 {
			p.t.Errorf("the page is %d px wide with %s", wide, menu)
		}
		for _, e := range eval[[]string](p, unreachable) {
			p.t.Errorf("with %s: cannot be reached: %s", menu, e)
		}
		p.press(kb.Escape)
	}
	p.resize(1400, 1000)
}

// keeps saves what is shown, gives it another name and takes it away.
func keeps(p *tab) {
	p.t.Helper()
	here := eval[string](p, "location.search")
	p.click(css("#save-menu summary"))
	p.enter(css("#save-menu input[name=name]"), "Two folded")
	p.press(kb.Enter)
	p.wait("it is listed", having(".views a[aria-current]", "Two folded"))
	p.must("and leads here", "document.querySelector('.views a[aria-current]').search.length > 10")
	p.mark()
	p.click(css("#view-menu summary"))
	p.enter(css("#view-menu input[name=name]"), "Folded")
	p.press(kb.Enter)
	p.wait("it has another name", having(".views a[aria-current]", "★ Folded"))
	p.click(css("#view-menu summary"))
	p.click(having("#view-menu button", "Remove view"))
	p.wait("it is gone", css("#save-menu")+" && !"+having(".views a", "Folded"))
	p.must("what it showed stays", "new URLSearchParams(location.search).get('group') === 'project' && "+quoted(here)+".includes('group=project')")
	p.mark()
}

// The same without scripts: a form, links, and a file.
func TestLiveTable_WithoutScripts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	server := argotest.Start(t, argotest.Options{Names: []string{"seoul"}, Apps: 30, Projects: 3})
	base := serve(t, "DECKPLAN_ARGOCD_SEOUL_URL="+server.URL, "DECKPLAN_ARGOCD_SEOUL_TOKEN="+server.Token, "DECKPLAN_ARGOCD_SEOUL_INSECURE=true")
	p := visit(t, base, "ko")
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.until("all applications", func() bool { p.open("/live"); return eval[int](p, liveRows) == 30 })
	p.enter(css("#filter input[name=q]"), "app:*-0000? age:soon")
	p.press(kb.Enter)
	p.wait("what is found, and what was not understood", liveRows+" === 10 && "+having(".problem", "기간을 읽을 수 없습니다"))
	p.click(css("#group-menu summary"))
	p.click(having("#group-menu a", "프로젝트"))
	p.wait("groups", css("#applications tr.group")+" && "+liveRows+" === 10")
	p.click(css("#applications a.fold"))
	p.wait("one is folded", css("#applications a.fold[aria-expanded=false]")+" && "+liveRows+" < 10")
	p.click(css("#save-menu summary"))
	p.click(css("#save-menu input[name=name]"))
	p.insert("결제 묶음")
	p.click(css("#save-menu button"))
	p.wait("the view", having(".views a[aria-current]", "결제 묶음"))
	p.click(css("#column-menu summary"))
	p.click(css("#columns input[value=namespace]"))
	p.click(css("#columns button"))
	p.wait("its column", having("#applications th", "네임스페이스"))
	if lines := strings.Count(get(t, base+"/live.csv?q=app:*-0000%3F"), "\n"); lines != 11 {
		t.Errorf("the file has %d lines", lines)
	}
}
