package journey

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var (
	closers  []func()
	chromium = sync.OnceValues(startBrowser)
)

func startBrowser() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, errors.New("the browser tests need Chromium: install it, on Debian with apt-get install chromium fonts-noto-cjk")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("hide-scrollbars", false), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "en-US"), chromedp.WindowSize(1400, 1000))
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	closers = append(closers, func() { _ = chromedp.Cancel(ctx) }, cancel, free)
	return ctx, chromedp.Do(ctx)
}

func closeBrowser() {
	for _, f := range closers {
		f()
	}
}

// tab is one person's browser: a page with cookies of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string // of the server

	mu       sync.Mutex
	expected []string // parts of errors that the test brings about
	stay     bool     // refuse to leave the page when asked
	asked    int      // dialogs so far
	faults   []string
	pending  map[network.RequestID]string
	last     time.Time // when the last request began or ended
}

// visit opens a new tab for a server, in a language ("" is English).
func visit(t *testing.T, base, language string) *tab {
	t.Helper()
	root, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	p := &tab{t: t, base: base, pending: map[network.RequestID]string{}}
	ctx, cancel := chromedp.NewContext(root, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	ctx, stop := context.WithTimeout(ctx, 6*time.Minute)
	p.ctx = ctx
	t.Cleanup(func() {
		for _, f := range p.wrong() {
			t.Error(f)
		}
		stop()
		cancel()
	})
	p.do(chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
		_, err := cdp.Call(ctx, tg, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		if err != nil || language == "" {
			return err
		}
		_, err = cdp.Call(ctx, tg, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
		return err
	}))
	return p
}

// hear keeps what must not happen, and what is under way.
func (p *tab) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		p.fault("exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "assert" {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			p.fault("console: " + strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Source == "security" {
			p.fault(fmt.Sprintf("browser: %s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *page.EventJavascriptDialogOpening:
		p.fault("dialog: " + string(e.Type) + " " + e.Message)
		go p.answerDialog(!p.stay)
	case *network.EventRequestWillBeSent:
		u := e.Request.URL
		if !strings.HasPrefix(u, p.base+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "about:") {
			p.fault("request to another origin: " + u)
		}
		if e.Type != "EventSource" && !strings.HasSuffix(u, ".svg") { // of the icon no end is told
			p.pending[e.RequestID], p.last = e.Request.Method+" "+u, time.Now()
		}
	case *network.EventLoadingFinished:
		delete(p.pending, e.RequestID)
		p.last = time.Now()
	case *network.EventLoadingFailed:
		delete(p.pending, e.RequestID)
		p.last = time.Now()
	}
}

// answerDialog closes a dialog of the browser's own; leave accepts it.
func (p *tab) answerDialog(leave bool) {
	_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: leave}) // the tab may be gone
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
}

func (p *tab) fault(text string) {
	for _, part := range p.expected {
		if strings.Contains(text, part) {
			return
		}
	}
	p.faults = append(p.faults, text)
}

// expect lets errors pass that hold a text.
func (p *tab) expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, part)
}

// wrong gives what went wrong since it was last asked.
func (p *tab) wrong() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.faults
	p.faults = nil
	return out
}

// quiet waits until no request has been under way for a while.
func (p *tab) quiet() {
	p.t.Helper()
	p.until("no request under way", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.pending) == 0 && time.Since(p.last) > 300*time.Millisecond
	})
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}
