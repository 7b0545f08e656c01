// Package print makes PDF of HTML by a Chromium that is installed here, or
// that is reached at an address. A page is handed over as text: it runs no
// script, and nothing of it is fetched, so what it says is all that is printed.
// Text is set in the font that Deckplan brings, with Latin and Hangul, whatever
// fonts the browser's machine has.
package print

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// Bounds of one print. What exceeds them is refused with a reason.
const (
	MaxHTML = 48 << 20 // bytes
	MaxPDF  = 64 << 20
	// Patience is how long a print may take if Config says nothing.
	Patience = 3 * time.Minute
	atOnce   = 2
	starting = 30 * time.Second
)

// Reason says why there is no PDF; each has the messages print.REASON and
// print.REASON.do.
type Reason string

const (
	Absent      Reason = "absent"      // no Chromium is installed, no address is given
	Unreachable Reason = "unreachable" // it does not answer, or does not start
	Crashed     Reason = "crashed"     // it ended while it printed, twice
	Slow        Reason = "slow"        // it took longer than is allowed
	Refused     Reason = "refused"     // it answered with an error
	TooLarge    Reason = "too_large"   // the page or the PDF is beyond the bounds
)

// Error is a print that came to nothing.
type Error struct {
	Reason Reason
	Err    error // for the log
}

// Error is for the log; what people read is a message by Reason.
func (e *Error) Error() string {
	if e.Err == nil {
		return "print: " + string(e.Reason)
	}
	return "print: " + string(e.Reason) + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Config says where the browser is. The zero value is one that is installed.
type Config struct {
	ChromeURL string        // a DevTools address, http://host:9222 or ws://…; none if empty
	Path      string        // of the program; found on PATH if empty
	Patience  time.Duration // for one print; Patience if 0
	Idle      time.Duration // after which the browser is ended; two minutes if 0
	Log       *slog.Logger
}

// Printer prints. It is safe for concurrent use.
type Printer struct {
	Config
	turns chan struct{}

	mu      sync.Mutex
	browser *browser
	ending  *time.Timer
	closed  bool
}

// browser is one that runs, or one that is connected to.
type browser struct {
	ctx  context.Context
	stop func()
	uses int
}

// ValidURL tells whether a text is an address that a browser may be reached at.
func ValidURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return false
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
		return true
	}
	return false
}

// Find gives the path of an installed Chromium.
func Find() (string, bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// New makes a printer. No browser is started before the first print.
func New(c Config) *Printer {
	if c.Patience == 0 {
		c.Patience = Patience
	}
	if c.Idle == 0 {
		c.Idle = 2 * time.Minute
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Printer{Config: c, turns: make(chan struct{}, atOnce)}
}

// Ready tells whether there is a browser to print with: nil, or an *Error with
// the reason. One that is given by its address is not asked.
func (p *Printer) Ready() error {
	if p.ChromeURL != "" {
		return nil
	}
	_, err := p.path()
	return err
}

func (p *Printer) path() (string, error) {
	if p.Path != "" {
		found, err := exec.LookPath(p.Path)
		if err != nil {
			return "", &Error{Absent, err}
		}
		return found, nil
	}
	if found, ok := Find(); ok {
		return found, nil
	}
	return "", &Error{Reason: Absent}
}

// Close ends the browser. Prints under way come to nothing.
func (p *Printer) Close() {
	p.mu.Lock()
	b := p.browser
	p.browser, p.closed = nil, true
	if p.ending != nil {
		p.ending.Stop()
	}
	p.mu.Unlock()
	if b != nil {
		b.stop()
	}
}

// PDF prints a page to w. What comes to nothing is an *Error; a print that ctx
// ends answers with ctx's error. w may then hold a part.
func (p *Printer) PDF(ctx context.Context, html io.Reader, w io.Writer) error {
	text, err := io.ReadAll(io.LimitReader(html, MaxHTML+1))
	if err != nil {
		return err
	}
	if len(text) > MaxHTML {
		return &Error{Reason: TooLarge}
	}
	if err := p.Ready(); err != nil {
		return err
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, p.Patience)
	defer cancel()
	out := &bounded{w: w, left: MaxPDF}
	for attempt := 1; ; attempt++ {
		crashed, err := p.attempt(limited, string(text), out)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case limited.Err() != nil:
			return &Error{Slow, err}
		case crashed && attempt == 1 && !out.begun:
			p.Log.Warn("browser ended while it printed; once more", "error", err)
			continue
		case crashed:
			return &Error{Crashed, err}
		case errors.As(err, new(*Error)):
			return err
		}
		return &Error{Refused, err}
	}
}

// attempt prints once and tells whether the browser ended meanwhile.
func (p *Printer) attempt(ctx context.Context, html string, w io.Writer) (crashed bool, err error) {
	b, err := p.acquire(ctx)
	if err != nil {
		return false, err
	}
	err = write(ctx, b.ctx, html, w)
	crashed = err != nil && ctx.Err() == nil && (b.ctx.Err() != nil || errors.Is(err, errPageCrashed))
	p.release(b, crashed)
	return crashed, err
}

// acquire gives the browser, started if need be.
func (p *Printer) acquire(ctx context.Context) (*browser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, &Error{Reason: Unreachable}
	}
	if p.browser != nil && p.browser.ctx.Err() != nil {
		go p.browser.stop()
		p.browser = nil
	}
	if p.browser == nil {
		b, err := p.start(ctx)
		if err != nil {
			return nil, err
		}
		p.browser = b
	}
	if p.ending != nil {
		p.ending.Stop()
	}
	p.browser.uses++
	return p.browser, nil
}

// release ends a browser that crashed at once, and another when it is not used
// for a while.
func (p *Printer) release(b *browser, crashed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.uses--
	if crashed && p.browser == b {
		p.browser = nil
		go b.stop()
	}
	if b.uses > 0 || p.browser != b {
		return
	}
	p.ending = time.AfterFunc(p.Idle, func() {
		p.mu.Lock()
		idle := p.browser == b && b.uses == 0
		if idle {
			p.browser = nil
		}
		p.mu.Unlock()
		if idle {
			p.Log.Debug("browser ended: nothing to print")
			b.stop()
		}
	})
}

// start starts the installed browser or connects to the one at the address.
func (p *Printer) start(ctx context.Context) (*browser, error) {
	allocator, free, err := p.allocator()
	if err != nil {
		return nil, err
	}
	say := func(format string, args ...any) { p.Log.Debug("browser: " + fmt.Sprintf(format, args...)) }
	tab, cancel := chromedp.NewContext(allocator, chromedp.WithLogf(say), chromedp.WithErrorf(say))
	b := &browser{ctx: tab, stop: func() {
		end, done := context.WithTimeout(tab, 5*time.Second)
		defer done()
		_ = chromedp.Cancel(end) // it is gone either way
		cancel()
		free()
	}}
	failed := make(chan error, 1)
	go func() { failed <- chromedp.Do(tab) }()
	wait := time.NewTimer(starting)
	defer wait.Stop()
	select {
	case err = <-failed:
	case <-wait.C:
		err = context.DeadlineExceeded
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		cancel()
		go free()
		return nil, &Error{Unreachable, err}
	}
	return b, nil
}

func (p *Printer) allocator() (context.Context, func(), error) {
	if p.ChromeURL != "" {
		ctx, free := remote.NewAllocator(context.Background(), p.ChromeURL)
		return ctx, free, nil
	}
	path, err := p.path()
	if err != nil {
		return nil, nil, err
	}
	// Whatever is secret in this program's environment is none of the browser's
	// business.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.NoInheritEnv,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("no-pings", true), chromedp.Flag("disable-domain-reliability", true))
	for _, name := range []string{"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE"} {
		if v, ok := os.LookupEnv(name); ok {
			options = append(options, chromedp.Env(name+"="+v))
		}
	}
	root := os.Getuid() == 0
	options = append(options, chromedp.Flag("no-sandbox", root))
	p.Log.Info("browser started for printing", "path", path)
	if root {
		p.Log.Warn("the browser runs without its sandbox, because Deckplan runs as root")
	}
	ctx, free := chromedp.NewExecAllocator(context.Background(), options...)
	return ctx, free, nil
}

// bounded refuses more than is left.
type bounded struct {
	w     io.Writer
	left  int
	begun bool
}

// Write passes on what is within the bound.
func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, &Error{Reason: TooLarge}
	}
	b.begun = b.begun || len(p) > 0
	return b.w.Write(p)
}
