package journey

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

// scheme makes the tab's system light or dark.
func (p *tab) scheme(theme string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}); err != nil {
		p.t.Fatal(err)
	}
}

// resize gives the tab's window a size.
func (p *tab) resize(width, height int64) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600}); err != nil {
		p.t.Fatal(err)
	}
}

// axe finds no serious fault of accessibility on any page, in any theme.
func TestPages_AxeFindsNothingSerious(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	base := demonstrate(t, "-pace", "0")
	plan := furnish(t, base, "en")
	p := visit(t, base, "")
	for _, one := range pages {
		p.scheme("light")
		if one.name == "report" { // runs no scripts where it is: it is read as a document of its own
			p.do(chromedp.Navigate("about:blank"))
			p.do(chromedp.Evaluate[chromedp.Void]("document.open(); document.write(" + quoted(get(t, base+one.at(plan))) + "); document.close()"))
		} else {
			p.open(one.at(plan))
			p.must(one.name+": the marks of severity are small", `[...document.querySelectorAll("span.mark")].every(m => m.offsetWidth <= 9)`)
		}
		p.do(chromedp.Evaluate[chromedp.Void](string(axe)))
		for _, theme := range []string{"light", "dark"} {
			p.scheme(theme)
			for _, v := range faults(p) {
				t.Errorf("%s, %s: %s", one.name, theme, v)
			}
		}
	}
}

// faults are what axe calls serious or critical on the tab's page.
func faults(p *tab) []string {
	p.t.Helper()
	found, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " " + n.failureSummary.replace(/\s+/g, " ").slice(0, 200)).join(" | ")))`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// unreachable are the controls on the tab's page that cannot be brought into
// its window.
const unreachable = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
	.filter(e => e.getClientRects().length && e.checkVisibility({visibilityProperty: true}) && !e.matches(".skip"))
	.filter(e => {
		e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
		return x < 0 || x > innerWidth || y < 0 || y > innerHeight || r.width < 1 || r.height < 1;
	}).map(e => e.outerHTML.slice(0, 160))`

// On a phone no page scrolls sideways, and every control can be reached.
func TestPages_FitAPhone(t *testing.T) {
	t.Parallel()
	base := demonstrate(t, "-pace", "0")
	for _, language := range []string{"en", "ko"} {
		plan := furnish(t, base, language)
		p := visit(t, base, language)
		p.resize(390, 844)
		for _, one := range pages {
			p.open(one.at(plan))
			p.wait(one.name, "document.body && document.readyState === 'complete'")
			if wide := eval[int](p, "document.scrollingElement.scrollWidth"); wide > 390 {
				t.Errorf("%s in %s is %d px wide", one.name, language, wide)
			}
			for _, e := range eval[[]string](p, unreachable) {
				t.Errorf("%s in %s: cannot be reached: %s", one.name, language, e)
			}
		}
	}
}

// A program that knows no scripts gets every page whole, and every form on it
// can be sent.
func TestPages_WorkWithoutScripts(t *testing.T) {
	t.Parallel()
	base := demonstrate(t, "-pace", "0")
	plan := furnish(t, base, "en")
	tried := map[string]bool{}
	for _, one := range pages {
		if one.name == "report" {
			continue // a document, not a page of the dashboard
		}
		path := one.at(plan)
		doc := parse(t, get(t, base+path))
		mains := elements(doc, "main")
		if len(mains) != 1 || len(words(mains[0])) < 120 {
			t.Errorf("%s has no content without scripts", one.name)
			continue
		}
		for _, form := range elements(doc, "form") {
			values := filled(form)
			kind, _, _ := strings.Cut(values.Get("at"), "/")
			names := slices.Collect(func(yield func(string) bool) {
				for n := range values {
					if !yield(n) {
						return
					}
				}
			})
			slices.Sort(names)
			if key := fmt.Sprint(attribute(form, "action"), values.Get("op"), kind, names); !tried[key] {
				tried[key] = true
				tryForm(t, base, one.name, path, form, values)
			}
		}
	}
	if len(tried) < 30 {
		t.Errorf("only %d forms were found", len(tried))
	}
}

// tryForm sends a form as it stands on the page. It may be refused in words,
// as an empty new row is.
func tryForm(t *testing.T, base, name, path string, form *html.Node, values url.Values) {
	t.Helper()
	action, method := attribute(form, "action"), attribute(form, "method")
	what := fmt.Sprintf("%s: %s %s %v", name, method, action, values)
	if action == "" && method == "get" {
		action, _, _ = strings.Cut(path, "?") // the page itself
	}
	if !strings.HasPrefix(action, "/") {
		t.Errorf("%s: no address", what)
		return
	}
	var status int
	var body string
	switch {
	case method == "get":
		_ = get(t, base+action+"?"+values.Encode())
		return
	case method != "post":
		t.Errorf("%s: no method", what)
		return
	case attribute(form, "enctype") == "multipart/form-data":
		status, body = sendParts(t, base, action, path, values)
	default:
		status, body = send(t, base, action, path, "en", values)
	}
	switch {
	case status == http.StatusSeeOther:
	case status == http.StatusOK && strings.Contains(body, "<main"): // an answer, such as a connection's test
	case status == http.StatusUnprocessableEntity || status == http.StatusConflict:
		if !strings.Contains(body, "toast failed") || !strings.Contains(body, "<p>") {
			t.Errorf("%s: refused without a word", what)
		}
	default:
		t.Errorf("%s: %d", what, status)
	}
}
