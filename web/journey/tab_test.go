package journey

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const patience = 12 * time.Second

// Elements are named by JavaScript expressions; these write them.

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string does not fail
	return string(b)
}

func id(s string) string { return "document.getElementById(" + quoted(s) + ")" }

func css(s string) string { return "document.querySelector(" + quoted(s) + ")" }

// having is the first visible element of a kind that holds a text.
func having(selector, text string) string {
	return "[...document.querySelectorAll(" + quoted(selector) + ")].find(e => e.getClientRects().length && e.textContent.replace(/\\s+/g, ' ').includes(" + quoted(text) + "))"
}

// says tells whether the page's main part shows a text.
func says(text string) string {
	return "document.querySelector('main').innerText.replace(/\\s+/g, ' ').includes(" + quoted(text) + ")"
}

func value(el string) string { return "(" + el + ")?.value" }

func text(el string) string { return "(" + el + ")?.textContent.replace(/\\s+/g, ' ').trim()" }

func is(expression, want string) string { return "(" + expression + ") === " + quoted(want) }

func eval[T any](p *tab, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a condition; a page that does not fulfil it is shown.
func (p *tab) until(what string, ok func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			shown, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.querySelector('main')?.innerText.replace(/\\s+/g, ' ').slice(0, 700)"))
			p.t.Fatalf("waited in vain for: %s\n%s\nunder way: %v\n%s", what, strings.Join(p.wrong(), "\n"), p.pending, shown)
		}
		time.Sleep(15 * time.Millisecond)
	}
}

// wait waits until an expression is true. It bears a page that is just being
// replaced.
func (p *tab) wait(what, js string) {
	p.t.Helper()
	p.until(what, func() bool {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		return err == nil && ok
	})
}

// must waits as wait does, and goes on after a failure.
func (p *tab) must(what, js string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(15 * time.Millisecond) {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			p.t.Errorf("not so: %s (%s) at %s", what, js, eval[string](p, "location.href"))
			return
		}
	}
}

func (p *tab) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.base + path))
}

// path is where the tab is.
func (p *tab) path() string {
	p.t.Helper()
	u, err := url.Parse(eval[string](p, "location.href"))
	if err != nil {
		p.t.Fatal(err)
	}
	return u.Path
}

// spot is where to click, and whether the element is what a click there meets.
type spot struct {
	X, Y float64
	Free bool
	Over string // what is met
}

// click clicks with the mouse in the middle of an element, once it stands
// still and nothing lies over it.
func (p *tab) click(el string) {
	p.t.Helper()
	var at, before spot
	defer func() {
		if p.t.Failed() && !at.Free {
			p.t.Logf("over %s lies %s at %v, %v", el, at.Over, at.X, at.Y)
		}
	}()
	p.until("something to click: "+el, func() bool {
		before = at
		s, err := chromedp.Run(p.ctx, chromedp.Evaluate[spot](`(() => {
			const e = `+el+`; if (!e || e.disabled) return {X: -1, Y: -1, Free: false};
			e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
			const r = e.getClientRects()[0]; if (!r) return {X: -1, Y: -1, Free: false};
			const X = r.x + r.width / 2, Y = r.y + r.height / 2, hit = document.elementFromPoint(X, Y);
			return {X, Y, Free: !!hit && (e.contains(hit) || hit.closest("label")?.control === e), Over: hit?.outerHTML.slice(0, 200) || "outside"};
		})()`))
		at = s
		return err == nil && at.Free && at == before
	})
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

// press sends keys to whatever has the focus.
func (p *tab) press(keys string, with ...chromedp.Modifier) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(with...)))
}

// enter replaces what a field holds by typing.
func (p *tab) enter(el, text string) {
	p.t.Helper()
	p.click(el)
	p.wait("the focus in "+el, "document.activeElement === "+el)
	p.press("a", chromedp.ModifierCtrl)
	for _, r := range text {
		if r > 127 || strings.ContainsRune("<>&", r) {
			p.insert(text)
			return
		}
	}
	p.press(text)
}

// insert is what an input method editor or the clipboard does.
func (p *tab) insert(text string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatal(err)
	}
}

// choose picks an option of a list by the keyboard: the focus on the list,
// then arrows to the option.
func (p *tab) choose(el, option string) {
	p.t.Helper()
	p.wait("a list: "+el, el)
	steps := eval[int](p, `(() => { const e = `+el+`; e.scrollIntoView({block: "center"}); e.focus();
		return [...e.options].findIndex(o => o.text.trim() === `+quoted(option)+`) - e.selectedIndex; })()`)
	key := kb.ArrowDown
	if steps < 0 {
		steps, key = -steps, kb.ArrowUp
	}
	p.must("the option "+option, "[...("+el+").options].some(o => o.text.trim() === "+quoted(option)+")")
	p.press(strings.Repeat(key, steps))
}

// revision is the plan's revision that the page shows.
func (p *tab) revision() int {
	p.t.Helper()
	p.wait("a page of a plan", css("[data-revision]"))
	return eval[int](p, `Number(document.querySelector("[data-revision]").dataset.revision)`)
}

// saves does something that makes one new revision at once, and waits until
// the page shows it and says so.
func (p *tab) saves(do func()) {
	p.t.Helper()
	n := p.revision()
	do()
	p.wait("revision "+strconv.Itoa(n+1)+" said to be saved",
		`Number(document.querySelector("[data-revision]")?.dataset.revision) === `+strconv.Itoa(n+1)+` && document.querySelector("#done")`)
}

// sample opens the sample plan from the start page and gives its address.
func (p *tab) sample() string {
	p.t.Helper()
	p.open("/")
	p.click(id("start-sample"))
	p.wait("the sample", "location.pathname.startsWith('/plans/')")
	return strings.TrimSuffix(p.path(), "/")
}

// turn goes to a page by its entry in the rail.
func (p *tab) turn(name string) {
	p.t.Helper()
	p.click(having(".rail nav a", name))
	p.wait("the page "+name, is(text(css("main h1")), name))
}

// scripted waits until the page's scripts have run: before that, keys do
// nothing.
func (p *tab) scripted() {
	p.t.Helper()
	p.wait("the page's scripts", css("html.scripted"))
}

// mark leaves a mark that a reload would wipe.
func (p *tab) mark() { eval[bool](p, "window.__stay = true") }

func (p *tab) marked() {
	p.t.Helper()
	p.must("the page was not loaded again", "window.__stay")
}

// crawl opens every page that a link leads to and checks what holds for all.
func (p *tab) crawl(from, language string, each func(path string)) int {
	p.t.Helper()
	seen, queue := map[string]bool{from: true}, []string{from}
	alike := map[string]int{} // pages by their path and what is asked of them
	for i := 0; i < len(queue); i++ {
		path := queue[i]
		p.open(path)
		p.wait(path, "document.documentElement && document.readyState === 'complete'")
		if i > 250 {
			p.t.Fatalf("there are too many pages to see them all: %v", alike)
		}
		if gap := eval[string](p, `(document.documentElement.outerHTML.match(/.{0,80}‹.{0,80}/) || [""])[0]`); gap != "" {
			p.t.Errorf("%s: a message is missing: %s", path, gap)
		}
		if l := eval[string](p, "document.documentElement.lang"); l != language {
			p.t.Errorf("%s: lang is %q, not %q", path, l, language)
		}
		if each != nil {
			each(path)
		}
		for _, f := range p.wrong() {
			p.t.Errorf("%s: %s", path, f)
		}
		for _, next := range eval[[]string](p, `[...document.querySelectorAll("a[href]:not([download])")].filter(a => a.origin === location.origin).map(a => a.pathname + a.search)`) {
			if !seen[next] && !strings.HasPrefix(next, "/live?") && !isData(next) && !strings.Contains(next, "sort=") {
				seen[next] = true
				if kind := kindOfPage(next); alike[kind] < 6 {
					alike[kind]++
					queue = append(queue, next)
				}
			}
		}
	}
	return len(queue)
}

// isData tells of an address that gives something else than a page.
func isData(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	return strings.HasPrefix(path, "/schema") || strings.HasSuffix(path, ".atom") || strings.HasSuffix(path, ".json")
}

// kindOfPage is an address without what its parameters are.
func kindOfPage(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	return u.Path + "?" + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&")
}
