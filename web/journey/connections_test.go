package journey

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"deckplan/internal/argocd/argotest"
)

// A connection by form, from the empty status page to its removal.
func TestConnections(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	argo := argotest.Start(t, argotest.Options{TLS: true, Apps: 12})
	base := serve(t)
	p := visit(t, base, "")
	watcher := visit(t, base, "")
	watcher.open("/live")
	rows := `document.querySelectorAll("#applications tbody tr[id]").length`

	p.open("/live")
	p.click(having("a.btn", "Connect an Argo CD"))
	p.wait("the form", id("connection"))
	p.must("what a token should be", says("p, dashboard, applications, get"))
	p.enter(id("name"), "서울")
	p.enter(id("url"), argo.URL)
	p.enter(id("token"), argo.Token)
	p.click(id("test-connection"))
	p.wait("what the test found", says("does not work")+" && "+says("Its certificate was refused"))
	p.must("the token stays in the field", is(value(id("token")), argo.Token))
	p.must("and is not in the page", "!document.documentElement.outerHTML.includes("+quoted(argo.Token)+")")

	p.expect("status of 422")
	p.click(id("ca"))
	p.insert("no certificate")
	p.click(id("save-connection"))
	p.wait("the refused form", says("Certificate authority: This is not a list of certificates"))
	p.must("what was typed", is(value(id("name")), "서울")+" && "+is(value(id("ca")), "no certificate")+" && "+is(value(id("token")), argo.Token))
	p.enter(id("ca"), " ")
	p.press("a", chromedp.ModifierCtrl)
	p.insert(argo.CA)
	p.click(id("test-connection"))
	p.wait("a test that works", says("works")+" && "+says("the token as account dashboard")+" && "+says("no write permission was detected."))
	p.click(id("save-connection"))
	p.wait("the list", "location.pathname === '/connections' && "+says("Connection 서울 added."))
	p.wait("its state", text(id("connection/서울"))+".includes('connected')")
	watcher.wait("the applications at another reader", rows+" === 12")

	p.click(having("button", "Test"))
	p.wait("the test from the list", css("#trial .works"))
	p.turn("Argo CD status")
	p.wait("the applications", rows+" === 12")
	showsAllOf(p, argo, "서울")

	p.turn("Argo CD connections")
	p.click(having("a.btn", "Edit"))
	p.wait("the form", id("connection"))
	p.must("no token in it", is(value(id("token")), ""))
	p.enter(id("url"), strings.Replace(argo.URL, "127.0.0.1", "localhost", 1))
	p.click(id("save-connection"))
	p.wait("the token asked for again", says("was given for another host or port"))
	p.enter(id("url"), argo.URL)
	p.enter(id("name"), "Busan")
	p.click(id("save-connection"))
	p.wait("the list", says("Connection Busan saved."))
	watcher.wait("the new name at another reader", id("instance/Busan")+" && !"+id("instance/서울")+" && "+rows+" === 12")

	p.click(having("a.btn", "Remove"))
	p.wait("the question", says("it cannot be undone"))
	p.click(id("remove-connection"))
	p.wait("the empty list", says("Connection Busan removed.")+" && "+says("No Argo CD is connected yet"))
	watcher.wait("no rows at another reader", rows+" === 0")
}

// The same in a browser without scripts.
func TestConnections_WithoutScripts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	argo := argotest.Start(t, argotest.Options{})
	p := visit(t, serve(t), "ko-KR,ko;q=0.9")
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.open("/connections")
	p.click(having("a.btn", "Argo CD 연결 추가"))
	p.wait("the form", id("connection"))
	p.enter(id("name"), "prod")
	p.enter(id("url"), argo.URL)
	p.enter(id("token"), argo.Token)
	p.click(id("test-connection"))
	p.wait("what the test found", css("#trial .works")+" && "+says("토큰은 dashboard 계정이며"))
	p.must("all that was typed but the token", is(value(id("name")), "prod")+" && "+is(value(id("url")), argo.URL)+" && "+is(value(id("token")), ""))
	p.expect("status of 422")
	p.click(id("save-connection"))
	p.wait("the token missed", says("토큰: 토큰을 입력하십시오."))
	p.enter(id("token"), argo.Token)
	p.click(id("save-connection"))
	p.wait("the list", says("연결 추가: prod"))
	p.until("its state", func() bool { p.open("/connections"); return eval[bool](p, says("연결됨")) })
	p.click(having("a.btn", "삭제"))
	p.wait("the question", id("remove-connection"))
	p.click(id("remove-connection"))
	p.wait("the empty list", says("연결 삭제: prod"))
}

// A certificate that nobody vouches for is found, pinned, tested and kept.
func TestConnections_PinACertificate(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	argo := argotest.Start(t, argotest.Options{TLS: true})
	p := visit(t, serve(t), "")
	p.open("/connections/new")
	p.enter(id("name"), "prod")
	p.enter(id("url"), argo.URL)
	p.enter(id("token"), argo.Token)
	p.click(id("test-connection"))
	p.wait("the certificate that was found", says("does not work")+" && "+id("pin-certificate"))
	p.click(id("pin-certificate"))
	p.wait("the test with it pinned", css("#trial .works")+" && "+says("with the pinned certificate"))
	p.must("it stands in its field, and the token in its own", value(id("pin"))+".length === 95 && "+is(value(id("token")), argo.Token)+" && !"+id("pin-certificate"))
	p.click(css("#filters > summary"))
	p.enter(id("projects"), "team-00")
	p.click(id("save-connection"))
	p.wait("the list", says("Connection prod added."))
	p.wait("its state", text(id("connection/prod"))+".includes('connected') && "+says("only projects team-00"))
	p.must("the certificate", having("td", "pinned"))

	p.click(having("a.btn", "Edit"))
	p.wait("the form", id("connection"))
	p.must("the filters are open, because one is set", css("#filters[open]")+" && "+is(value(id("projects")), "team-00"))
	p.expect("status of 422")
	p.enter(id("pin"), "AB:CD")
	p.click(id("save-connection"))
	p.wait("the refused pin", says("A SHA-256 fingerprint is 64 hex digits"))
	p.must("what was typed", is(value(id("pin")), "AB:CD"))
}

// What a token that may write brings onto the pages can be read by everybody,
// in every theme and on a phone, and copied.
func TestConnections_TheLinesThatMakeATokenReadOnly(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	axe, err := os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	argo := argotest.Start(t, argotest.Options{TLS: true})
	p := visit(t, serve(t), "")
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
		if out := eval[[]string](p, unreachable); len(out) > 0 {
			t.Errorf("%s: not to be reached: %v", what, out)
		}
		p.resize(1280, 900)
	}
	p.open("/connections/new")
	p.enter(id("name"), "prod")
	p.enter(id("url"), argo.URL)
	p.enter(id("token"), argo.WriterToken)
	p.click(id("insecure"))
	p.click(id("test-connection"))
	p.wait("the lines", css("#trial .trial:not(.works) .tag.good")+" && "+id("pin-certificate")+" && "+having("#trial pre", "p, writer, applications, get, */*, allow"))
	sound("the test")
	p.click(having("#trial .lines button", "Copy"))
	p.wait("that it was copied", having("#trial .lines button", "Copied"))
	p.click(id("save-connection"))
	p.wait("the list", says("Connection prod added."))
	p.wait("the lines under the list", "!!"+id("writes/prod")+" && !!"+having("pre", "accounts.writer: apiKey"))
	sound("the list")
	p.click(having("a.tag", "can write"))
	p.must("the link leads there", "location.hash === '#writes/prod'")
}
