package journey

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The palette finds pages, things and actions, and goes where Enter says.
func TestPalette(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	dialog := css("dialog[open]")
	open := func() {
		t.Helper()
		p.scripted()
		p.press("k", chromedp.ModifierCtrl)
		p.wait("the palette", dialog+" && document.activeElement === "+css("dialog input[type=search]"))
	}
	open()
	p.press("vault")
	p.wait("the cluster", having("dialog .hit", "prod-vault"))
	p.press(kb.ArrowDown)
	p.must("an arrow goes to the first answer", "document.activeElement === document.querySelector('dialog .hit')")
	p.press(kb.ArrowUp)
	p.must("and back to the field", "document.activeElement.type === 'search'")
	p.press(kb.Escape)
	p.wait("no palette", "!"+dialog)

	open()
	p.press("tool mat")
	p.wait("the page first", having("dialog .hit", "Tool matrix")+" && document.querySelectorAll('dialog .hit').length < 4")
	p.press(kb.Enter)
	p.wait("the tool matrix", is(text(css("main h1")), "Tool matrix"))

	p.open(plan + "/facts/teams")
	p.scripted()
	p.saves(func() { p.enter(id("i-teams/payments/name"), "Settlement"); p.press(kb.Enter) })
	p.click(css(".open-find"))
	p.wait("the palette by its button", dialog)
	p.press("undo")
	p.wait("the action alone", having("dialog button.hit", "Undo")+" && document.querySelectorAll('dialog .hit').length === 1")
	p.press(kb.Enter)
	p.wait("undone", is(value(id("i-teams/payments/name")), "Payments"))

	open()
	p.insert("<b>nothing</b>")
	p.wait("that nothing was found", having("dialog", "Nothing matches “<b>nothing</b>”"))
}

// Letters go to pages, and a sheet lists them.
func TestShortcuts(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.scripted()
	p.press("?")
	p.wait("the sheet", having("dialog[open] #keys", "Go to"))
	p.press(kb.Escape)
	p.wait("no sheet", "!"+css("dialog[open]"))
	p.press("g")
	p.press("l")
	p.wait("the layouts", is(text(css("main h1")), "Argo CD layouts"))
	p.open(plan + "/facts/teams")
	p.scripted()
	p.press("n")
	p.must("the field for a new row", "document.activeElement === "+id("n-teams-name"))
	p.press("a", chromedp.ModifierCtrl)
	p.press("gh")
	p.must("letters are letters in a field", is(value(id("n-teams-name")), "gh"))
}

// What was typed is not lost by leaving the page unasked.
func TestUnsavedInput(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.open(plan + "/facts/teams")
	p.scripted()
	p.enter(id("n-teams-name"), "Night shift")
	p.expect("dialog: beforeunload")
	p.mu.Lock()
	p.stay = true
	p.mu.Unlock()
	p.click(having(".rail nav a", "Overview"))
	p.until("the question", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.asked == 1 })
	p.must("the page and what was typed are there", is(value(id("n-teams-name")), "Night shift"))
	p.saves(func() { p.click(css("#add-teams button")) })
	p.click(having(".rail nav a", "Overview"))
	p.wait("the overview, unasked", is(text(css("main h1")), "Overview"))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked != 1 {
		t.Errorf("asked %d times", p.asked)
	}
}

// A cluster is moved on the deck plan with the mouse and with the keyboard.
func TestMoving(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.open(plan + "/layouts")
	p.scripted()
	p.must("a layout of the team's own", id("move"))
	cell := id("deck-prod-seoul/")
	place := id("i-place/prod-seoul/")
	instances := eval[[]string](p, "[..."+place+".options].slice(1).map(o => o.text.trim())")
	from := eval[string](p, place+".selectedOptions[0].text.trim()")
	to := instances[0]
	if to == from {
		to = instances[1]
	}
	center := func(el string) (x, y float64) {
		at := eval[[]float64](p, "(() => { const r = ("+el+").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
		return at[0], at[1]
	}
	mouse := func(kind input.DispatchMouseEventType, x, y float64) {
		_, err := chromedp.Call(p.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: "left", Buttons: 1, ClickCount: 1})
		if err != nil {
			t.Fatal(err)
		}
	}
	deck := func(name string) string {
		return "[...document.querySelectorAll('[data-deck]')].find(d => d.dataset.name === " + quoted(name) + ").querySelector('.drop')"
	}
	eval[bool](p, "("+cell+".scrollIntoView({block: 'center', behavior: 'instant'}), true)")
	p.saves(func() {
		x, y := center(cell)
		tx, ty := center(deck(to))
		mouse("mousePressed", x, y)
		mouse("mouseMoved", x+10, y+4)
		mouse("mouseMoved", tx, ty)
		p.wait("the deck under the mouse is marked", css("[data-deck].over"))
		mouse("mouseReleased", tx, ty)
	})
	p.must("the cluster is on the other deck", is(place+".selectedOptions[0].text.trim()", to))
	p.must("the picture shows it there", cell+".closest('[data-deck]').dataset.name === "+quoted(to))

	// Back by the keyboard, once the page is drawn as it was saved.
	p.quiet()
	eval[bool](p, cell+".focus() || true")
	p.press(kb.Enter)
	p.must("it is told", text(id("announce"))+".startsWith('prod-seoul picked up')")
	p.press(kb.Escape)
	p.must("Escape leaves it", is(text(id("announce")), "Left where it was."))
	steps := eval[int](p, `(() => { const n = [...document.querySelectorAll('[data-deck]')].map(d => d.dataset.name); return n.indexOf(`+quoted(from)+`) - n.indexOf(`+quoted(to)+`); })()`)
	p.saves(func() {
		p.press(kb.Enter)
		for range max(steps, -steps) {
			if steps < 0 {
				p.press(kb.ArrowUp)
			} else {
				p.press(kb.ArrowDown)
			}
		}
		p.press(kb.Enter)
	})
	p.must("it is back", is(place+".selectedOptions[0].text.trim()", from))
	p.must("and keeps the focus", "document.activeElement === "+cell)
}

// Scenarios and history, by clicks.
func TestScenariosAndHistory(t *testing.T) {
	t.Parallel()
	base := serve(t)
	p := visit(t, base, "")
	plan := p.sample()
	p.enter(css("#new-scenario input[name=scenario]"), "to-be A")
	p.click(css("#new-scenario button"))
	p.wait("the copy", having(".rail .switch", "to-be A"))
	copied := p.path()
	p.open(copied + "/facts/teams")
	p.saves(func() { p.enter(id("i-teams/payments/name"), "Settlement"); p.press(kb.Enter) })
	p.turn("Compare scenarios")
	p.must("the row that differs", having(".sentences li", "Name: Settlement → Payments"))

	other := visit(t, base, "")
	other.open(copied + "/layouts")
	p.wait("who else is here", having("#here li", "Argo CD layouts"))

	p.turn("History")
	p.click(having("main a", "Name changed"))
	p.wait("the revision", is(text(css("main h1")), "Revision 2")+"")
	p.must("in place", "document.querySelector('.difference ins')?.textContent === 'Settlement'")
	p.open(copied + "/history/1")
	p.click(id("restore"))
	p.wait("restored", says("Restored to revision 1"))
	other.wait("the other sees it", is(text(css(".rail .switch small")), "to-be A · revision 3"))
	p.open(plan + "/facts/teams")
	p.scripted()
	p.must("the original is as it was", is(value(id("i-teams/payments/name")), "Payments"))
}
