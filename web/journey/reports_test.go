package journey

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// untick leaves only the first chapter of the plan.
const untick = `document.querySelectorAll('[name="section"]:checked').forEach((box, i) => { if (i > 0) box.click() })`

// latest is the newest job's row while it is in a state.
func latest(state string) string {
	return css(`#jobs tbody tr:first-child[data-state="` + state + `"]`)
}

// A report is asked for and made while the page looks on; what is typed
// meanwhile stays. Another is cancelled. Without scripts it works as well.
func TestReports(t *testing.T) {
	t.Parallel()
	base := serve(t)
	p := visit(t, base, "")
	plan := p.sample()
	p.open(plan + "/report")
	p.must("the parts of another choice are out of sight", `document.querySelector('.of-plan').getClientRects().length > 0 && document.querySelector('[name="about"][value="decisions"]').disabled`)
	accessible(p, "the form")
	p.enter(id("report-title"), "For the board")
	p.do(chromedp.Evaluate[chromedp.Void](untick))
	p.click(css(`[name="format"][value="pdf"]`))
	p.click(id("report-start"))
	p.wait("the job", css("#jobs tbody tr"))
	p.do(chromedp.Evaluate[chromedp.Void](`window.before = true`))
	p.enter(id("report-classification"), "typed meanwhile")
	p.until("the report, a while later", func() bool { return ready(p) })
	p.must("no reload, and what was typed", "window.before === true && "+is(value(id("report-classification")), "typed meanwhile"))
	p.must("the title is offered again", is(value(id("report-title")), "For the board"))
	accessible(p, "the reports made")
	got := fetched(t, base+eval[string](p, latest("done")+`.querySelector("a[download]").getAttribute("href")`))
	if !strings.HasPrefix(got, "%PDF-") || !strings.Contains(got, "%%EOF") {
		t.Errorf("no PDF: %.40q", got)
	}

	// Two are made at a time; the third waits and is cancelled.
	for range 3 {
		p.click(css(`[name="format"][value="all"]`))
		p.click(id("report-start"))
		p.wait("one more", "document.querySelector('#report-start') && location.hash === '#jobs'")
	}
	p.click(having("#jobs tbody tr:first-child button", "Cancel"))
	p.wait("the cancelled one", latest("cancelled"))
	p.click(having("#jobs tbody tr:first-child button", "Delete"))
	p.wait("the list without it", "!"+latest("cancelled"))

	q := visit(t, base, "ko")
	if _, err := chromedp.Call(q.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	q.open(plan + "/report")
	q.click(css(`[name="format"][value="xlsx"]`))
	q.click(id("report-start"))
	q.wait("the page again", "location.hash === '#jobs'")
	q.until("the workbook", func() bool {
		q.open(plan + "/report")
		return eval[bool](q, "!!"+latest("done"))
	})
}

// ready waits longer than for a page: a browser has to start.
func ready(p *tab) bool {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if eval[bool](p, "!!"+latest("failed")) {
			p.t.Fatalf("the job failed: %s", eval[string](p, text(latest("failed"))))
		}
		if eval[bool](p, "!!"+latest("done")) {
			return true
		}
	}
	return false
}

func fetched(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v", r.Status, err)
	}
	return string(b)
}
