package web

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
	"deckplan/internal/roster"
	"deckplan/internal/seal"
	"deckplan/internal/store"
)

func newRoster(t testing.TB, db *store.Store, table *live.Table, log *slog.Logger) *roster.Roster {
	t.Helper()
	k, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	f := argocd.NewFleet(table, log, argocd.Options{RetryMin: 50 * time.Millisecond, RetryMax: 200 * time.Millisecond})
	t.Cleanup(f.Close)
	return roster.New(roster.Config{Store: db, Key: k, Fleet: f, Log: log, Environment: []argocd.Connection{
		{Name: "from-env", URL: "https://127.0.0.1:1", Token: "environment-token"}}})
}

// diary collects what is logged.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

// connectionSite is a server with a log to read and a database file.
func connectionSite(t *testing.T) (s *site, log *diary, file string) {
	t.Helper()
	log, file = &diary{}, filepath.Join(t.TempDir(), "deckplan.db")
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db, err := store.Open(t.Context(), file, time.Now, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	table := live.NewTable(time.Now)
	server, err := New(Config{Plans: db, Live: table, Connections: newRoster(t, db, table, logger), Log: logger, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &site{server, "", db}, log, file
}

func (s *site) kept(t *testing.T) (id string, version string) {
	t.Helper()
	all, err := s.db.Connections(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d connections, %v", len(all), err)
	}
	return all[0].ID, string(rune('0' + all[0].Version))
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (s *site) connected(name string) func() bool {
	return func() bool { i, _ := s.Live.Instance(name); return i.State == live.Connected && i.Applications > 0 }
}

func TestConnections_TheTokenIsNowhere(t *testing.T) {
	argo := argotest.Start(t, argotest.Options{TLS: true})
	s, log, file := connectionSite(t)
	var shown strings.Builder
	post := func(path string, values url.Values) {
		t.Helper()
		w := s.post(path, "/connections", values)
		shown.WriteString(w.Body.String())
		for _, all := range w.Header() {
			shown.WriteString(strings.Join(all, "\n"))
		}
		if w.Code >= 500 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	values := url.Values{"name": {"prod"}, "url": {argo.URL}, "token": {argo.Token}, "ca": {argo.CA}}
	post("/connections/test", values)
	for field, wrong := range map[string]string{"name": "", "url": "https://user:" + argo.Token + "@127.0.0.1", "ca": "no CA"} {
		bad := url.Values{"name": {"prod"}, "url": {argo.URL}, "token": {argo.Token}, "ca": {argo.CA}}
		bad.Set(field, wrong)
		post("/connections", bad)
	}
	post("/connections", values)
	within(t, "the applications", s.connected("prod"))
	id, version := s.kept(t)
	post("/connections/"+id+"/test", nil)
	post("/connections", url.Values{"id": {id}, "version": {version}, "name": {"production"}, "url": {argo.URL}, "ca": {argo.CA}})
	within(t, "the applications under the new name", s.connected("production"))
	argo.Revoke(t, "dashboard")
	post("/connections/"+id+"/test", nil)
	for _, path := range []string{"/connections", "/connections/new", "/connections/" + id, "/connections/" + id + "/remove", "/live", "/"} {
		shown.WriteString(s.get(path).Body.String())
	}
	var stored strings.Builder
	files, _ := filepath.Glob(file + "*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		stored.Write(b)
	}
	if !strings.Contains(stored.String(), "production") || !strings.Contains(shown.String(), "production") || !strings.Contains(log.String(), "production") {
		t.Error("the places that are searched do not hold what they should")
	}
	parts := strings.Split(argo.Token, ".") // of a JWT, the last is its signature
	for where, text := range map[string]string{"the log": log.String(), "the database": stored.String(), "a page": shown.String()} {
		for _, never := range []string{argo.Token, parts[len(parts)-1], "environment-token"} {
			if i := strings.Index(text, never); i >= 0 {
				t.Errorf("the token is in %s: %.200s", where, text[max(0, i-100):])
			}
		}
	}
}

func TestConnections_AStoredTokenGoesToNoOtherServer(t *testing.T) {
	argo := argotest.Start(t, argotest.Options{})
	s, _, _ := connectionSite(t)
	s.post("/connections", "/connections/new", url.Values{"name": {"prod"}, "url": {argo.URL}, "token": {argo.Token}})
	id, version := s.kept(t)
	thief := http.NewServeMux()
	got := make(chan string, 10)
	thief.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Token") })
	at := listenHTTP2(t, thief)
	for name, moved := range map[string]string{"another port": at, "another host": strings.Replace(argo.URL, "127.0.0.1", "localhost", 1)} {
		values := url.Values{"id": {id}, "version": {version}, "name": {"prod"}, "url": {moved}}
		for _, path := range []string{"/connections/test", "/connections"} {
			w := s.post(path, "/connections/"+id, values)
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "was given for another host or port") {
				t.Errorf("%s to %s: %d", path, name, w.Code)
			}
		}
	}
	insecure := url.Values{"id": {id}, "version": {version}, "name": {"prod"}, "url": {argo.URL}, "insecure": {"true"}}
	if w := s.post("/connections", "/connections/"+id, insecure); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "without verifying") {
		t.Errorf("verification off: %d", w.Code)
	}
	select {
	case token := <-got:
		t.Errorf("another server was asked, with the token %q", token)
	default:
	}
	// With a token of its own it is asked.
	own := url.Values{"id": {id}, "version": {version}, "name": {"prod"}, "url": {at}, "token": {"own-token"}}
	s.post("/connections/test", "/connections/"+id, own)
	if token := <-got; token != "own-token" {
		t.Errorf("the other server got %q", token)
	}
	if all, _ := s.db.Connections(t.Context()); all[0].URL != argo.URL || all[0].Version != 1 {
		t.Errorf("a refused change or a test was stored: %+v", all[0])
	}
}

// listenHTTP2 serves HTTP/2 without TLS, as a gRPC client greets it.
func listenHTTP2(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, Protocols: new(http.Protocols)}
	srv.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return "http://" + l.Addr().String()
}

func TestConnections_AFormThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	s, _, _ := connectionSite(t)
	ca := certificate(t)
	good := url.Values{"name": {"서울 운영"}, "url": {"https://argocd.example.com/root"}, "token": {"a.b.c"}, "ca": {ca},
		"pin": {strings.TrimSuffix(strings.Repeat("AB:", 32), ":")}, "projects": {"team-a, team-b"}, "selector": {"tier=web"}, "protocol": {"rest"}}
	keeps := map[string]string{"pin": good.Get("pin"), "projects": `value="team-a, team-b"`, "selector": `value="tier=web"`, "protocol": `<option value="rest" selected`}
	for name, k := range map[string]struct{ field, value, want string }{
		"no name":            {"name", " ", "Name: Enter a name."},
		"markup in a name":   {"name", "<b>", "Name: A name may hold"},
		"a name of the env":  {"name", "From-Env", "Name: A connection from the environment has the name From-Env."},
		"no URL":             {"url", "", "URL: Enter the address"},
		"a query":            {"url", "https://a.example.com?x=1", "URL: It must look like"},
		"plain text":         {"url", "http://a.example.com", "URL: The token would travel unencrypted"},
		"no token":           {"token", "", "Token: Enter the token."},
		"a token of words":   {"token", "a b", "Token: It is empty or has characters"},
		"no certificate":     {"ca", "hello", "Certificate authority: This is not a list"},
		"a private key":      {"ca", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "Certificate authority: There is a private key"},
		"a very long CA":     {"ca", strings.Repeat("x", 70<<10), "Certificate authority: This is longer than"},
		"a file of the host": {"token_file", "/etc/hostname", "Token file: Token files are off"},
		"half a pin":         {"pin", "AB:CD", "Pinned certificate (SHA-256): A SHA-256 fingerprint is 64 hex digits"},
		"pin and any":        {"insecure", "true", "Pinned certificate (SHA-256): Either this certificate only, or any"},
		"a glob of projects": {"projects", "team-*", "Projects: “team-*” cannot be an AppProject"},
		"no selector":        {"selector", "tier is web", "Labels: “tier is web” is no label selector"},
		"another protocol":   {"protocol", "soap", "Protocol: “soap” is no protocol"},
	} {
		values := url.Values{}
		for f, v := range good {
			values[f] = v
		}
		values.Set(k.field, k.value)
		w := s.post("/connections", "/connections/new", values)
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, k.want) || !strings.Contains(body, `aria-invalid="true"`) {
			t.Errorf("%s: %d, not told %q", name, w.Code, k.want)
		}
		if k.field != "name" && !strings.Contains(body, `value="서울 운영"`) || k.field != "url" && !strings.Contains(body, `value="https://argocd.example.com/root"`) ||
			k.field != "ca" && !strings.Contains(body, strings.SplitN(ca, "\n", 3)[1]) {
			t.Errorf("%s: what was typed is lost", name)
		}
		for field, text := range keeps {
			if k.field != field && !strings.Contains(body, text) {
				t.Errorf("%s: the %s that was typed is lost", name, field)
			}
		}
		if strings.Contains(body, "a.b.c") {
			t.Errorf("%s: the token is sent back", name)
		}
	}
	if all, _ := s.db.Connections(t.Context()); len(all) != 0 {
		t.Errorf("%d were kept", len(all))
	}
}

func TestConnections_AreFollowedAtOnce(t *testing.T) {
	argo := argotest.Start(t, argotest.Options{})
	s, _, _ := connectionSite(t)
	w := s.post("/connections", "/connections/new", url.Values{"name": {"prod"}, "url": {argo.URL}, "token": {argo.Token}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/connections" {
		t.Fatalf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	within(t, "the applications", s.connected("prod"))
	if again := s.post("/connections", "/connections/new", url.Values{"name": {"PROD"}, "url": {argo.URL}, "token": {argo.Token}}); again.Code != http.StatusUnprocessableEntity {
		t.Errorf("a name that is taken: %d", again.Code)
	}
	id, version := s.kept(t)
	w = s.post("/connections/"+id+"/test", "/connections", nil)
	for _, want := range []string{"works", "dashboard", "without encryption", "no write permission was detected"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the test does not say %q", want)
		}
	}
	s.post("/connections", "/connections/"+id, url.Values{"id": {id}, "version": {version}, "name": {"prod-2"}, "url": {argo.URL}})
	within(t, "the new name", s.connected("prod-2"))
	if _, shown := s.Live.Instance("prod"); shown {
		t.Error("the former name is still shown")
	}
	stale := url.Values{"id": {id}, "version": {version}, "name": {"prod-3"}, "url": {argo.URL}}
	if w := s.post("/connections", "/connections/"+id, stale); w.Code != http.StatusConflict {
		t.Errorf("a stale form: %d", w.Code)
	}
	if body := s.get("/connections/" + id + "/remove").Body.String(); !strings.Contains(body, "cannot be undone") {
		t.Error("removal is not asked about")
	}
	s.post("/connections/"+id+"/remove", "/connections", nil)
	if _, shown := s.Live.Instance("prod-2"); shown || s.Live.Query(live.Query{}).All != 0 {
		t.Error("the rows of a connection that was removed are still there")
	}
	for _, path := range []string{"/connections/" + id, "/connections/env.from-env", "/connections/" + id + "/remove"} {
		if w := s.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := s.post("/connections/env.from-env/test", "/connections", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "It cannot be reached.") {
		t.Errorf("the test of one from the environment: %d", w.Code)
	}
	if body := s.get("/connections").Body.String(); !strings.Contains(body, "from the environment") || strings.Contains(body, "/connections/env.from-env/remove") {
		t.Error("one from the environment is not shown as such")
	}
}

func certificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestConnections_SavingOneThatFailsSaysSo(t *testing.T) {
	s, _, _ := connectionSite(t)
	for _, at := range []string{"https://127.0.0.1:1", argotest.Start(t, argotest.Options{}).URL} {
		w := s.post("/connections", "/connections/new", url.Values{"name": {"one-" + strings.Trim(at[len(at)-2:], ":")}, "url": {at}, "token": {"wrong"}, "insecure": {"true"}})
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", at, w.Code)
		}
		r := httptest.NewRequest(http.MethodGet, "/connections", nil)
		r.Host = "localhost"
		for _, c := range w.Result().Cookies() {
			r.AddCookie(c)
		}
		if body := s.do(r).Body.String(); !strings.Contains(body, "It does not connect:") {
			t.Errorf("%s: it is not said", at)
		}
	}
}

// holds tells which of some texts a page lacks.
func (s *site) holds(t *testing.T, what, body string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", what, want)
		}
	}
}

// Without scripts: every step is a form and an answer.
func TestConnections_ATestOffersToPinWhatItFound(t *testing.T) {
	argo := argotest.Start(t, argotest.Options{TLS: true})
	s, _, _ := connectionSite(t)
	values := url.Values{"name": {"prod"}, "url": {argo.URL}, "token": {argo.Token}, "insecure": {"true"}}
	body := s.post("/connections/test", "/connections/new", values).Body.String()
	s.holds(t, "an unverified connection", body, "with an unverified certificate (until", "knows the token as account dashboard", "Nothing this machine trusts", "Pin this certificate and test")
	values.Del("insecure")
	body = s.post("/connections/test", "/connections/new", values).Body.String()
	s.holds(t, "a refused certificate", body, "Its certificate was refused", "Pin this certificate and test")
	at := strings.Index(body, `/connections/test?pin=`)
	if at < 0 {
		t.Fatal("no way to pin it")
	}
	address := body[at : at+len(`/connections/test?pin=`)+64]
	values.Set("insecure", "true") // to pin is to accept no other
	body = s.post(address, "/connections/new", values).Body.String()
	s.holds(t, "a pinned connection", body, "with the pinned certificate (until", "and no write permission was detected.", `value="prod"`)
	values.Del("insecure")
	values.Set("pin", address[len(address)-64:])
	s.post("/connections", "/connections/new", values)
	within(t, "the applications", s.connected("prod"))
	s.holds(t, "the list", s.get("/connections").Body.String(), "<td>pinned</td>")

	other := argotest.Start(t, argotest.Options{TLS: true})
	values.Set("url", other.URL)
	body = s.post("/connections/test", "/connections/new", values).Body.String()
	s.holds(t, "another certificate", body, "another certificate than the pinned one", "/connections/test?pin=")
	if strings.Contains(body, address) {
		t.Error("the refused certificate is offered under the pinned one's fingerprint")
	}
	if w := s.post("/connections/test?pin=%3Cb%3E%FF", "/connections/new", values); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "<b>\xff") {
		t.Errorf("a made-up pin: %d", w.Code)
	}
}

func TestConnections_ATokenThatWritesShowsTheLinesThatEndIt(t *testing.T) {
	argo := argotest.Start(t, argotest.Options{})
	s, _, _ := connectionSite(t)
	values := url.Values{"name": {"prod"}, "url": {argo.URL}, "token": {argo.WriterToken}, "projects": {"team-00, team-01"}}
	s.holds(t, "the test", s.post("/connections/test", "/connections/new", values).Body.String(), "the token can write", `sheet body trial">`, "<li class=\"mono\">applications */*: create, delete, override, sync, update</li>",
		"accounts.writer: apiKey", "p, writer, applications, get, team-00/*, allow\np, writer, projects, get, team-00, allow\np, writer, applications, get, team-01/*, allow",
		"p, writer, clusters, get, *, allow", "data-copy")
	values.Set("token", argo.NarrowToken)
	s.holds(t, "a test that sees too little", s.post("/connections/test", "/connections/new", values).Body.String(), `trial works">`, "The token sees none of: clusters, projects.")
	values.Set("token", argo.WriterToken)
	s.post("/connections", "/connections/new", values)
	within(t, "what it may write", func() bool { i, _ := s.Live.Instance("prod"); return i.CanWrite.State == live.WriteFound })
	s.holds(t, "the status page", s.get("/live").Body.String(), `href="/connections#writes/prod"`, "can write")
	s.holds(t, "the list", s.get("/connections").Body.String(), "only projects team-00, team-01", `id="writes/prod"`, "p, writer, applications, get, team-00/*")
}
