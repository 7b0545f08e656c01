package journey

import (
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// clip pastes a text where the focus is, as the clipboard would.
func (p *tab) clip(el, text string) {
	p.t.Helper()
	eval[bool](p, `(() => { const data = new DataTransfer(); data.setData("text/plain", `+quoted(text)+`);
		(`+el+`).dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); return true; })()`)
}

// Rows copied from a spreadsheet: one cell is wrong, is mended in the preview,
// all rows are applied at once and taken back at once.
func TestPaste_MendApplyUndo(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.open(plan + "/facts/services")
	p.scripted()
	rows := `document.querySelectorAll("tr[data-row]").length`
	before := eval[int](p, rows)
	p.clip(css("table.edit input[name=value]"), "Name\tTeam\tCriticality 1–5\r\nbilling\tPayments\t4\r\nrefunds\tPayments\tfour\r\nvouchers\tstorefront\t2\r\n")
	p.wait("the preview", `location.pathname.endsWith("/facts/services/paste") && `+css("table.preview"))
	p.must("what would be added", having(".counts", "2 to add")+" && "+having(".counts", "1 wrong"))
	cell := id("c.2.2")
	p.must("the wrong cell", is(value(cell), "four")+" && "+having(".preview .problem", "“four” is not a number"))
	p.must("nothing can be applied as a whole", "!"+css("button[value=apply]"))
	p.enter(cell, "5")
	p.press(kb.Enter)
	p.wait("all three are right", having(".counts", "3 to add")+" && "+css("button[value=apply]"))
	p.must("Enter applied nothing", "location.pathname.endsWith('/paste')")
	p.click(css("button[value=apply]"))
	p.wait("the table with what was done", having("#done", "Services: 3 added, 0 updated by paste"))
	p.must("three more rows", rows+" === "+strconv.Itoa(before+3))
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("all are gone again", rows+" === "+strconv.Itoa(before))
}

// Several lines pasted into a text of several lines stay a text.
func TestPaste_ALongTextStays(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.open(p.sample() + "/facts/zones")
	p.scripted()
	p.clip(css("table.edit textarea"), "one\ntwo")
	p.clip(css("table.edit input[name=value]"), "one word")
	p.quiet()
	p.must("the page is still there", `location.pathname.endsWith("/facts/zones")`)
}

// Rows are selected by clicks and keys, set, copied and removed in one edit.
func TestMany_SetRemoveUndo(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.open(p.sample() + "/facts/clusters")
	p.scripted()
	bar := id("many")
	box := func(key string) string { return css(`td.sel input[value="` + key + `"]`) }
	p.must("no bar while nothing is selected", bar+".getClientRects().length === 0")
	p.click(box("dev-1"))
	p.wait("the bar", bar+".getClientRects().length > 0 && "+having("#many b", "1 selected"))
	p.do(chromedp.Focus(chromedp.JSPath(id("i-clusters/stage-seoul/name"))))
	p.press(" ", chromedp.ModifierShift)
	p.wait("a second by keys", having("#many b", "2 selected"))
	p.click(css("#many-set summary"))
	p.choose(css("#many select[name=field]"), "Zone")
	p.must("only that field's input", `[...document.querySelectorAll("#many .value")].filter(e => e.getClientRects().length).length === 1`)
	p.choose(id("s-zone"), "Internet")
	p.saves(func() { p.click(css("#many button[value=setmany]")) })
	p.must("it says what was done", having("#done", "Zone of 2 rows set to Internet"))
	p.must("both are set", is(value(id("i-clusters/dev-1/zone")), "internet")+" && "+is(value(id("i-clusters/stage-seoul/zone")), "internet"))
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("both are back", is(value(id("i-clusters/dev-1/zone")), "office")+" && "+is(value(id("i-clusters/stage-seoul/zone")), "office"))

	p.click(box("dev-1"))
	eval[bool](p, box("prod-tokyo")+`.dispatchEvent(new MouseEvent("click", {shiftKey: true, detail: 1, bubbles: true, cancelable: true}))`)
	p.wait("a range", having("#many b", "4 selected"))
	p.click(css("th.sel input"))
	p.wait("the whole page", having("#many button", "Remove 5"))
	p.click(box("prod-vault"))
	p.wait("all but one", having("#many button", "Remove 4"))
	p.saves(func() { p.click(css("#many button[value=removemany]")) })
	rows := `document.querySelectorAll("tr[data-row]").length`
	p.must("one is left", rows+" === 1 && "+having("#done", "4 rows removed from Clusters"))
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("all are back", rows+" === 5")
}

// The keys of a spreadsheet move from cell to cell.
func TestKeys_MoveThroughATable(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.open(p.sample() + "/facts/teams")
	p.scripted()
	at := func(want string) { t.Helper(); p.wait("the focus on "+want, is("document.activeElement.id", want)) }
	name := id("i-teams/storefront/name")
	p.saves(func() { p.enter(name, "Shop"); p.press(kb.Enter) })
	at("i-teams/payments/name")
	p.must("saved on the way", is(value(name), "Shop"))
	p.press(kb.ArrowRight)
	at("i-teams/payments/contact")
	p.press("someone")
	p.press(kb.Escape)
	p.must("what was there before", is(value(id("i-teams/payments/contact")), ""))
	p.press(kb.ArrowDown)
	at("i-teams/platform/contact")
	p.press(kb.Enter, chromedp.ModifierShift)
	at("i-teams/payments/contact")
	p.press(kb.ArrowUp + kb.ArrowLeft)
	at("i-teams/storefront/name")
	p.press(kb.ArrowLeft)
	p.must("the row's box", "document.activeElement.name === 'key'")
	p.press(" ")
	p.wait("selected", having("#many b", "1 selected"))
	p.do(chromedp.Focus(chromedp.JSPath(id("i-teams/security/name"))))
	p.press(kb.Enter)
	at("n-teams-name")
	p.saves(func() { p.press("Data"); p.press(kb.Enter) })
	p.must("a row more", `document.querySelectorAll("tr[data-row]").length === 6`)
	p.quiet()
}

// Paste and selection work in a browser without scripts.
func TestTables_WithoutScripts(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	plan := p.sample()
	p.open(plan + "/facts/teams")
	p.click(having("a.btn", "Paste rows"))
	p.wait("the page", id("paste-text"))
	p.click(id("paste-text"))
	p.insert("Data\tdata@example.com")
	p.click(css("button[value=check]"))
	p.wait("the preview", css("button[value=apply]"))
	p.click(css("button[value=apply]"))
	p.wait("the table", having("#done", "Teams: 1 added, 0 updated by paste"))
	p.click(css(`td.sel input[value="payments"]`))
	p.click(css(`td.sel input[value="release"]`))
	p.wait("the bar", css("#many")+".getClientRects().length > 0")
	p.click(css("#many-set summary"))
	p.enter(id("s-contact"), "both@example.com")
	p.saves(func() { p.click(css("#many button[value=setmany]")) })
	p.must("both are set", is(value(id("i-teams/payments/contact")), "both@example.com")+" && "+is(value(id("i-teams/release/contact")), "both@example.com"))
	p.click(css(`td.sel input[value="payments"]`))
	p.saves(func() { p.click(css("#many button[value=removemany]")) })
	p.must("it is gone", "!"+id("teams/payments"))
}

// A cell that is refused has the focus again, with what was typed in it.
func TestGrid_ARefusedCellGetsTheFocusBack(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.open(p.sample() + "/facts/services")
	p.scripted()
	first := css(`tr[data-row] input[id$="/criticality"]`)
	p.expect("422")
	p.enter(first, "very")
	p.press(kb.Enter)
	p.wait("what is wrong with it", having("form.cell .problem", "is not a number"))
	p.wait("the focus in it", "document.activeElement === "+first+" && "+is(value(first), "very"))
	p.saves(func() { p.enter(first, "4"); p.press(kb.Enter) })
}

// On a narrow screen the navigation is one row, with the current entry in view.
func TestNarrow_TheNavigationIsOneRow(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.resize(390, 844)
	p.open(plan + "/decisions")
	p.scripted()
	p.must("little above the page", "document.querySelector('.rail').getBoundingClientRect().height < 220")
	p.wait("the current entry in view", "(() => { const r = document.querySelector('.rail [aria-current=page]').getBoundingClientRect(); return r.left >= 0 && r.right <= 390; })()")
	p.must("no scrolling sideways", "document.documentElement.scrollWidth <= 390")
}
