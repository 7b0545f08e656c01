package journey

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The whole main job by one person, in English.
func TestJourney(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	editClusters(p)
	nameAnOwner(p)
	layout := compareLayouts(p)
	weighTools(p)
	p.open(plan + "/layouts?layout=" + layout)
	title := decide(p)
	readReport(p, title)
	p.open(plan)
	carryAway(p)
}

func editClusters(p *tab) {
	p.turn("Facts")
	p.click(having("nav.tabs a", "Clusters"))
	name := id("i-clusters/dev-1/name")
	p.wait("the clusters", name)

	p.saves(func() { p.enter(name, "dev-busan"); p.press(kb.Enter) })
	p.quiet()
	p.must("the toast stays when Enter both changes and submits", css("#done [data-key=undo-this]"))
	p.must("the new name", is(value(name), "dev-busan"))
	p.saves(func() { p.enter(id("i-clusters/stage-seoul/name"), "stage-busan"); p.press(kb.Tab) })
	p.quiet()
	p.must("the focus is where Tab took it", is("document.activeElement.id", "i-clusters/stage-seoul/environment"))
	p.must("the field before is saved", is(value(id("i-clusters/stage-seoul/name")), "stage-busan"))

	zone := id("i-clusters/dev-1/zone")
	p.saves(func() { p.choose(zone, "Internet") })
	p.must("the chosen zone", is(value(zone), "internet"))
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("the zone of before, after Undo", is(value(zone), "office"))

	rows := `document.querySelectorAll("tr[data-row]").length`
	p.saves(func() { p.enter(id("n-clusters-name"), "prod-daegu"); p.click(css("#add-clusters button")) })
	p.must("a sixth row", rows+" === 6")
	p.must("the field for the next one is empty", is(value(id("n-clusters-name")), ""))
	row := `[...document.querySelectorAll("tr[data-row]")].find(r => r.querySelector("input[name=value]").value === `
	p.saves(func() { p.click(row + `"prod-daegu").querySelector("button[value=duplicate]")`) })
	p.must("a copy", row+`"Copy of prod-daegu")`)
	remove := row + `"Copy of prod-daegu").querySelector("button[value=remove]")`
	p.saves(func() { p.click(remove) })
	p.must("the copy is gone", rows+" === 6")
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("the toast's button brings it back", row+`"Copy of prod-daegu")`)
	p.saves(func() { p.click(remove) })
	p.must("the copy is gone again", rows+" === 6")
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.must("Ctrl+Z brings it back", row+`"Copy of prod-daegu")`)
	p.saves(func() { p.press("z", chromedp.ModifierCtrl, chromedp.ModifierShift) })
	p.must("Ctrl+Shift+Z takes it away", rows+" === 6")
}

func nameAnOwner(p *tab) {
	p.turn("Stage ownership")
	p.click(having("nav.tabs a", "Ledger, by hand"))
	p.wait("the pipeline", having(".sheet h2", "Ledger, by hand"))
	p.must("a swimlane", having(".sheet .body svg", "Ledger, by hand"))
	nobody := "Nobody is accountable for Container build."
	p.must("the finding", having(".findings", nobody))
	p.must("the two owners", having(".findings", "2 teams are accountable for Deploy"))
	menu := id("i-stages/b2/accountable")
	p.click(menu + "?.querySelector('summary')")
	p.saves(func() { p.click(menu + "?.querySelector('input[value=payments]')") })
	p.must("the finding is gone", "!"+having(".findings", nobody))
	p.must("the team", having("summary", "Payments"))
	p.must("the menu stays open for a second tick", menu+".open")
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.must("the finding is back after Undo", having(".findings", nobody))
	p.must("so is the box", "!"+menu+".querySelector('input[value=payments]').checked")
	p.saves(func() { p.press("z", chromedp.ModifierCtrl, chromedp.ModifierShift) })
	p.must("and forth again", menu+".querySelector('input[value=payments]').checked")
	p.press(kb.Escape)
	p.wait("a closed menu", "!"+menu+".open")
}

const radius = "aside .figure b"

// compareLayouts makes a layout of the team's own and gives its identifier.
func compareLayouts(p *tab) string {
	p.turn("Argo CD layouts")
	p.must("alternatives side by side", `document.querySelectorAll(".alts .alt").length >= 4`)
	p.click(having(".alt", "1:N, one hub"))
	p.wait("the hub", having(`.alt[aria-current=true]`, "1:N, one hub"))
	p.must("a deck plan", "document.querySelectorAll('main .sheet svg').length > 0")
	p.must("a preset has no menu to move clusters", "!"+id("placements"))
	p.saves(func() { p.click(id("adopt")) })
	copied := having(".alt", "Copy of 1:N, one hub")
	p.wait("the copy among the alternatives", copied)
	p.must("the copy is opened to be edited", id("placements"))
	if !eval[bool](p, "!!"+id("placements")) {
		p.click(copied)
	}
	p.wait("the copy", id("placements"))
	layout := eval[string](p, css("#placements input[name=layout]")+".value")

	p.saves(func() { p.enter(id("n-instances-name"), "argo-two"); p.click(css("#add-instances button")) })
	before := eval[string](p, text(css(radius)))
	place := id("i-place/prod-seoul/")
	p.saves(func() { p.choose(place, "argo-two") })
	p.must("the cluster is moved", is(place+".selectedOptions[0].text", "argo-two"))
	p.must("the focus stays for the next key", "document.activeElement === "+place)
	if after := eval[string](p, text(css(radius))); after == before {
		p.t.Errorf("the radius is %s before and after the move", before)
	}
	overrideAssumption(p)
	return layout
}

func overrideAssumption(p *tab) {
	figures := text(css("aside .metrics"))
	before := eval[string](p, figures)
	const form = "assume-restore_hours"
	details := id(form) + ".closest('details')"
	p.click(details + ".querySelector('summary')")
	p.must("a source", details+".querySelector('.sources')")
	p.saves(func() { p.enter(id(form)+".querySelector('input.num')", "77"); p.press(kb.Enter) })
	p.must("a mark that it is the team's own", details+".classList.contains('own')")
	if eval[string](p, figures) == before {
		p.t.Errorf("no figure moved with the assumption %s", form)
	}
	if !eval[bool](p, details+".open") {
		p.click(details + ".querySelector('summary')")
	}
	p.saves(func() { p.click(id(form) + "?.querySelector('button[name=value]')") })
	p.must("no mark any more", "!"+details+".classList.contains('own')")
	if after := eval[string](p, figures); after != before {
		p.t.Errorf("the figures were %s and are %s after the way back", before, after)
	}
}

func weighTools(p *tab) {
	p.turn("Tool matrix")
	p.click(having("nav.tabs a", "Which tool deploys"))
	winner := text(css(radius))
	p.wait("a winner", is(winner, "Argo CD"))
	p.click(having("nav.tabs a", "Weights and pairs"))
	p.wait("the weights", id("i-criteria/cd-offline/weight"))
	p.saves(func() { p.enter(id("i-criteria/cd-offline/weight"), "9"); p.press(kb.Tab) })
	p.must("another winner", "("+winner+") !== 'Argo CD'")
	p.click(having("nav.tabs a", "Scores"))
	p.wait("the scores", css("#scores"))
	first := text(css("#scores tbody tr td:nth-child(2) b"))
	p.must("the table follows", is(first, eval[string](p, winner)))
	gate := id("f-matrices/cd/gates") + "?.querySelector('input[value=daemonless]')"
	p.saves(func() { p.click(gate) })
	p.must("the gate counts", gate+".closest('label').textContent.includes(' out, ')")
	p.saves(func() { p.click(gate) })
	p.must("the gate is off", "!"+gate+".checked")
	for _, c := range []string{"security", "offline", "references", "effort"} {
		p.saves(func() { p.choose(id("i-score/cd-flux/cd-"+c), "1") })
	}
	p.must("bad scores take the lead away", is(winner, "Argo CD"))
}

// decide records a decision from the page the tab is on and accepts it.
func decide(p *tab) string {
	p.click(having(".bar a.primary", "Record decision"))
	title := css("#record input[name=title]")
	p.wait("the form", title)
	p.must("a title", value(title)+".includes('Copy of 1:N, one hub')")
	p.must("the context", value(css("#record textarea[name=context]"))+".includes('One Jenkins runs everything')")
	p.must("the options", `document.querySelectorAll("#record input[name=option]").length >= 6`)
	p.must("the figures", `[...document.querySelectorAll("#record textarea[name=arguments]")].filter(a => a.value.includes("Delivery radius")).length >= 4`)
	p.must("the choice", `document.querySelector("#record input[name=chosen]:checked")`)
	p.enter(title, "Two instances, split by Seoul")
	p.enter(css("#record textarea[name=justification]"), "A failure stops less at once.")
	p.click(css("#record button.primary"))
	p.wait("the record", says("Two instances, split by Seoul")+" && "+says("proposed"))
	p.must("its hash", says("sha256:"))
	p.must("its picture", "document.querySelector('figure.kept img').naturalWidth > 0")
	p.must("it can be edited", having("aside a", "Edit"))
	record := p.path()
	p.click(having("aside button", "Accept"))
	p.wait("accepted or the reason why not", having("aside .tag.good", "accepted")+" || "+css(".failed"))
	if eval[bool](p, "!!"+css(".failed")) {
		p.t.Fatalf("the record cannot be accepted: %s", eval[string](p, text(css(".failed"))))
	}
	p.must("it cannot be edited any more", "!"+having("aside a", "Edit"))
	p.must("the verdict is kept", says("sha256:"))
	p.open(record + "?edit")
	p.must("no form at the form's address either", "!"+css("#record"))
	return "Two instances, split by Seoul"
}

func readReport(p *tab, title string) {
	p.turn("Report")
	p.click(id("report-open"))
	p.wait("the report", "location.pathname.endsWith('/report.html') && document.readyState === 'complete'")
	for _, what := range []string{"Commerce platform", title, "dev-busan", "Nobody", "Which tool deploys"} {
		p.must("the report tells "+what, "document.body.innerText.includes("+quoted(what)+")")
	}
	p.must("pictures", "document.querySelectorAll('svg').length >= 5")
	p.must("nothing of other files", "!document.querySelector('script, link[rel=stylesheet], img:not([src^=\"data:\"])')")
	p.must("no message is missing", "!document.documentElement.outerHTML.includes('‹')")
}

// carryAway downloads the plan, reads it in again and tries a broken file.
func carryAway(p *tab) {
	plan := strings.TrimSuffix(p.path(), "/")
	file := download(p, having("a[download]", "YAML"))
	p.open("/")
	upload(p, file)
	p.wait("the plan again", "location.pathname.startsWith('/plans/')")
	again := strings.TrimSuffix(p.path(), "/")
	if again == plan {
		p.t.Error("the file was not read as a plan of its own")
	}
	if a, b := get(p.t, p.base+plan+"/plan.yaml"), get(p.t, p.base+again+"/plan.yaml"); a != b {
		p.t.Error("the plan is another one after the way through a file")
	}
	broken := filepath.Join(p.t.TempDir(), "broken.yaml")
	if err := os.WriteFile(broken, []byte("schema: 1\nabout:\n  name: Broken\nteams:\n  - id: a\n    nam: A\nclusters:\n  - id: c\n    name: c\n    zone: nowhere\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.open("/")
	p.expect("status of 422")
	upload(p, broken)
	p.wait("what is wrong", css(".failed"))
	for _, line := range []string{"Line 6:", "Line 10:"} {
		p.must(line, says(line))
	}
}

func upload(p *tab, file string) {
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#start-file input[type=file]"), []string{file}))
	p.click(css("#start-file button"))
}

// download clicks on a link and gives the file that comes of it.
func download(p *tab, link string) string {
	dir := p.t.TempDir()
	yes := true
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	progress := chromedp.Events(ctx, browser.DownloadProgress)
	if _, err := chromedp.Call(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &yes,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID}); err != nil {
		p.t.Fatal(err)
	}
	p.click(link)
	for e, err := range progress {
		if err != nil {
			p.t.Fatal(err)
		}
		if e.State == browser.DownloadProgressStateCompleted {
			named := filepath.Join(dir, "plan.yaml")
			if err := os.Rename(filepath.Join(dir, e.GUID), named); err != nil {
				p.t.Fatal(err)
			}
			return named
		}
	}
	p.t.Fatal("nothing was downloaded")
	return ""
}
