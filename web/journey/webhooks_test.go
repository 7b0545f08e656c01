package journey

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// A webhook from the empty page on: added, its secret shown once, tried, told of
// an accepted decision, switched off by its receiver, removed.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var bodies []string
	status := http.StatusOK
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, string(b))
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, "thank you")
	}))
	t.Cleanup(r.Close)
	base := serve(t, "DECKPLAN_WEBHOOK_PRIVATE=loopback")
	p := visit(t, base, "")
	sound := func(what string) {
		t.Helper()
		p.do(chromedp.Evaluate[chromedp.Void](string(axe)))
		for _, theme := range []string{"light", "dark"} {
			p.scheme(theme)
			for _, v := range faults(p) {
				t.Errorf("%s, %s: %s", what, theme, v)
			}
		}
		p.resize(390, 844)
		p.must(what+" does not scroll sideways", "document.documentElement.scrollWidth <= 390")
		p.resize(1280, 900)
	}
	p.open("/connections")
	p.turn("Webhooks")
	p.wait("what webhooks are for", says("Nothing is told yet"))
	p.click(having("a.btn", "Add webhook"))
	p.wait("the form", id("webhook"))
	p.enter(id("name"), "chat")
	p.enter(id("url"), "https://me:pass@example.com/")
	p.expect("status of 422")
	p.click(id("save-webhook"))
	p.wait("the refused form", says("URL: Leave user name and password out"))
	p.must("what was typed", is(value(id("name")), "chat"))
	p.enter(id("url"), r.URL+"/in?token=topsecret")
	p.click(id("save-webhook"))
	p.wait("the secret", "location.pathname.startsWith('/webhooks/') && document.querySelector('#secret pre').textContent.startsWith('whsec_')")
	sound("the page with the secret")
	p.must("no token in the page", "!document.documentElement.outerHTML.includes('topsecret')")
	p.click(id("ping"))
	p.wait("what came of the test", says("Delivered: chat answered 200."))
	p.wait("the delivery", text(id("deliveries"))+".includes('● delivered')")
	sound("the page with a delivery")
	p.must("the secret is gone", "!document.querySelector('#secret')")
	mu.Lock()
	if len(bodies) != 1 || !strings.Contains(bodies[0], `"type":"ping"`) {
		t.Errorf("%v", bodies)
	}
	status = http.StatusGone
	mu.Unlock()
	p.click(having("button", "Send again"))
	p.wait("why it failed", says("Not delivered to chat: the receiver answered 410"))
	p.turn("Webhooks")
	p.wait("that it is off", says("off: the receiver answered 410"))
	sound("the list")
	p.click(having("#webhooks a", "chat"))
	p.wait("the form", id("ask-remove"))
	p.click(id("ask-remove"))
	p.wait("the question", id("remove-webhook"))
	p.click(id("remove-webhook"))
	p.wait("the empty page", says("Webhook chat removed.")+" && "+says("Nothing is told yet"))
}
