package print

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/inspector"
	cdpio "github.com/chromedp/cdproto/io"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"deckplan/static"
)

var errPageCrashed = errors.New("the page crashed")

// nowhere is a proxy that nobody answers at: the second wall around a page.
const nowhere = "http://127.0.0.1:9"

// write prints one page in a world of its own: no cookies, no cache, no
// scripts and no network.
func write(ctx, browser context.Context, html string, w io.Writer) error {
	crash := make(chan struct{})
	var once sync.Once
	tab, cancel := chromedp.NewContext(browser,
		chromedp.WithNewBrowserContext(func(p *target.CreateBrowserContextParams) {
			p.ProxyServer, p.ProxyBypassList = nowhere, "<-loopback>"
		}),
		chromedp.WithListener(func(ev any) {
			if _, ok := ev.(*inspector.EventTargetCrashed); ok {
				once.Do(func() { close(crash) })
			}
		}))
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	done := make(chan error, 1)
	go func() {
		done <- chromedp.Do(tab, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			if err := show(ctx, t, html); err != nil {
				return err
			}
			return stream(ctx, t, w)
		}))
	}()
	select {
	case err := <-done:
		return err
	case <-crash:
		cancel()
		<-done
		return errPageCrashed
	}
}

// show puts the page there and waits until its pictures and fonts are.
func show(ctx context.Context, t *chromedp.Target, html string) error {
	font, err := typeface()
	if err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return err
	}
	// The page's own policy may allow no font at all. Nothing can be fetched
	// anyway, and nothing runs.
	if _, err := cdp.Call(ctx, t, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	// Older browsers know no such patterns; the proxy that is none is enough.
	_, _ = cdp.Call(ctx, t, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/*", Block: true}}})
	tree, err := cdp.Call(ctx, t, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, t, page.SetDocumentContent, page.SetDocumentContentParams{FrameID: tree.FrameTree.Frame.ID, HTML: withFont(html, font)}); err != nil {
		return err
	}
	return settle(ctx, t)
}

// settled is asked by the browser itself, which runs although the page's own
// scripts do not.
const settled = `document.readyState === "complete" && document.fonts.status === "loaded" && [...document.images].every((i) => i.complete)`

func settle(ctx context.Context, t *chromedp.Target) error {
	for {
		yes := true
		answer, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: settled, ReturnByValue: &yes})
		if err != nil {
			return err
		}
		if answer.ExceptionDetails != nil {
			return fmt.Errorf("print: %s", answer.ExceptionDetails.Text)
		}
		if answer.Result != nil && string(answer.Result.Value) == "true" {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// stream prints what is shown, a megabyte at a time.
func stream(ctx context.Context, t *chromedp.Target, w io.Writer) (err error) {
	yes := true
	printed, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: &yes, PreferCSSPageSize: &yes, PaperWidth: 8.27, PaperHeight: 11.69,
		GenerateTaggedPDF: &yes, GenerateDocumentOutline: &yes, TransferMode: page.PrintToPDFTransferModeReturnAsStream})
	if err != nil {
		return err
	}
	for {
		part, err := cdp.Call(ctx, t, cdpio.Read, cdpio.ReadParams{Handle: printed.Stream, Size: 1 << 20})
		if err != nil {
			return err
		}
		if _, err := w.Write(part.Data); err != nil {
			return err
		}
		if part.EOF {
			_, err := cdp.Call(ctx, t, cdpio.Close, cdpio.CloseParams{Handle: printed.Stream})
			return err
		}
	}
}

// typeface is the style that brings the font, in two weights.
var typeface = sync.OnceValues(func() (string, error) {
	var b strings.Builder
	b.WriteString("<style>")
	for name, weight := range map[string]string{"pretendard-regular.ttf": "400", "pretendard-bold.ttf": "600 700"} {
		font, err := static.Packed(name)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(&b, "@font-face{font-family:Pretendard;font-weight:%s;src:url(data:font/ttf;base64,%s)}", weight, base64.StdEncoding.EncodeToString(font))
	}
	b.WriteString("</style>")
	return b.String(), nil
})

// withFont puts the style at the end of the head, or before a page without one.
func withFont(html, font string) string {
	if i := strings.Index(html, "</head>"); i >= 0 {
		return html[:i] + font + html[i:]
	}
	return font + html
}
