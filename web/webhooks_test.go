package web

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/hook"
	"deckplan/internal/seal"
	"deckplan/internal/store"
	"deckplan/internal/webhook"
)

func newHooks(t testing.TB, db *store.Store, log *slog.Logger) *webhook.Sender {
	t.Helper()
	k, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return webhook.New(webhook.Config{Store: db, Key: k, Reach: webhook.Loopback, Now: time.Now, Log: log, Timeout: 2 * time.Second})
}

// receiver notes the bodies that come, and answers with a status.
func receiver(t *testing.T, status int) (address string, bodies func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, string(b))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<script>alert(1)</script>")
	}))
	t.Cleanup(r.Close)
	return r.URL, func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), all...) }
}

func webhookForm(name, address string) url.Values {
	return url.Values{"name": {name}, "url": {address}, "event": {"decision.accepted", "drift.changed"}, "language": {"en"}, "enabled": {"true"}}
}

func (s *site) hookID(t *testing.T) string {
	t.Helper()
	all, err := s.db.Webhooks(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d webhooks, %v", len(all), err)
	}
	return all[0].ID
}

var secretText = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`)

func TestWebhooks_ASecretIsShownOnceAndATestSaysWhatCameOfIt(t *testing.T) {
	address, bodies := receiver(t, http.StatusOK)
	s := sampleSite(t)
	w := s.post("/webhooks", "/webhooks/new", webhookForm("chat", address+"/in?token=topsecret"))
	first := secretText.FindString(w.Body.String())
	if w.Code != http.StatusOK || first == "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	id := s.hookID(t)
	for _, path := range []string{"/webhooks", "/webhooks/" + id, "/webhooks/" + id + "/remove"} {
		body := s.get(path).Body.String()
		if strings.Contains(body, first) || strings.Contains(body, "topsecret") || !strings.Contains(body, "token=•••") {
			t.Errorf("%s shows a secret, or no address", path)
		}
	}
	w = s.post("/webhooks/"+id+"/ping", "/webhooks/"+id, nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/webhooks/"+id || len(bodies()) != 1 || !strings.Contains(bodies()[0], `"type":"ping"`) {
		t.Fatalf("%d %s, %v", w.Code, w.Body, bodies())
	}
	r := httptest.NewRequest(http.MethodGet, "/webhooks/"+id, nil)
	r.Host = "localhost"
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	body := s.do(r).Body.String()
	for _, want := range []string{"Delivered: chat answered 200.", "● delivered", "&lt;script&gt;alert(1)", "Send again"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("an answer is markup")
	}
	w = s.post("/webhooks/"+id+"/secret", "/webhooks/"+id, url.Values{"version": {"1"}})
	second := secretText.FindString(w.Body.String())
	if w.Code != http.StatusOK || second == "" || second == first || !strings.Contains(w.Body.String(), "both secrets sign") {
		t.Errorf("%d %s", w.Code, second)
	}
	if w := s.post("/webhooks/"+id+"/secret", "/webhooks/"+id, url.Values{"version": {"1"}}); w.Code != http.StatusConflict {
		t.Errorf("rotated from a page that is out of date: %d", w.Code)
	}
	last, err := s.db.Deliveries(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.post("/webhooks/"+id+"/deliveries/"+last[0].ID+"/again", "/webhooks/"+id, nil); w.Code != http.StatusSeeOther || len(bodies()) != 2 || bodies()[0] != bodies()[1] {
		t.Errorf("%d, %d messages", w.Code, len(bodies()))
	}
}

func TestWebhooks_AFailedTestSaysWhyInBothLanguages(t *testing.T) {
	address, _ := receiver(t, http.StatusForbidden)
	s := sampleSite(t)
	s.post("/webhooks", "/webhooks/new", webhookForm("chat", address))
	id := s.hookID(t)
	for lang, want := range map[string]string{"en": "Not delivered to chat: the receiver answered 403.", "ko": "chat에 전송하지 못함: 수신 측 응답: 403"} {
		r := httptest.NewRequest(http.MethodPost, "/webhooks/"+id+"/ping", nil)
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Accept-Language", lang)
		if body := s.do(r).Body.String(); !strings.Contains(body, want) || strings.Contains(body, "‹") {
			t.Errorf("%s: %q is not told", lang, want)
		}
	}
}

func TestWebhooks_ARefusedFormKeepsWhatWasTyped(t *testing.T) {
	s := sampleSite(t)
	f := webhookForm("", "https://me:secret@example.com/<b>")
	f.Del("event")
	w := s.post("/webhooks", "/webhooks/new", f)
	body := w.Body.String()
	for _, want := range []string{"Name: Enter a name.", "URL: Leave user name and password out", "Events: Choose at least one event.", `value="https://me:secret@example.com/&lt;b&gt;"`, `aria-invalid="true"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not shown", want)
		}
	}
	if all, err := s.db.Webhooks(t.Context()); w.Code != http.StatusUnprocessableEntity || len(all) != 0 || err != nil {
		t.Errorf("%d; %d kept", w.Code, len(all))
	}
	if w := s.get("/webhooks/nowhere"); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	for _, path := range []string{"/webhooks/nowhere/ping", "/webhooks/nowhere/secret", "/webhooks/nowhere/remove", "/webhooks/nowhere/deliveries/x/again"} {
		if w := s.post(path, "/webhooks", nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestWebhooks_ChangeAndRemove(t *testing.T) {
	s := sampleSite(t)
	s.post("/webhooks", "/webhooks/new", webhookForm("chat", "https://example.com/in?key=1"))
	id := s.hookID(t)
	f := webhookForm("ops", "https://example.com/in?key=•••")
	f.Set("id", id)
	f.Set("version", "1")
	f.Set("plan", "p")
	f.Del("enabled")
	if w := s.post("/webhooks", "/webhooks/"+id, f); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if e, err := s.db.Webhook(t.Context(), id); err != nil || e.Name != "ops" || e.URL != "https://example.com/in?key=1" || e.Plan != "p" || e.Enabled {
		t.Errorf("%+v %v", e, err)
	}
	if body := s.get("/webhooks").Body.String(); !strings.Contains(body, "○ off") || !strings.Contains(body, "Commerce platform") {
		t.Error("the list does not say so")
	}
	if w := s.post("/webhooks", "/webhooks/"+id, f); w.Code != http.StatusConflict {
		t.Errorf("saved from a page that is out of date: %d", w.Code)
	}
	if w := s.post("/webhooks/"+id+"/remove", "/webhooks/"+id+"/remove", nil); w.Code != http.StatusSeeOther || s.get("/webhooks/"+id).Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

func TestStep_AcceptingARecordTellsOfItAndNothingElseDoes(t *testing.T) {
	address, bodies := receiver(t, http.StatusOK)
	s := sampleSite(t)
	hooks := s.Webhooks.(*webhook.Sender)
	s.Notify = hooks.Send
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { hooks.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	s.post("/webhooks", "/webhooks/new", webhookForm("chat", address))
	if w := s.post("/plans/p/decisions", "/plans/p/decisions/new", url.Values{"topic": {"layout"}, "title": {"One hub"}, "context": {"x"}, "option": {"a"}, "chosen": {"0"}, "justification": {"y"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	d, err := s.db.Decision(t.Context(), "p", 1)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.post("/plans/p/decisions/1/status", "/plans/p/decisions/1", url.Values{"version": {"1"}, "status": {"superseded"}, "by": {"9"}}); w.Code == http.StatusSeeOther || d.Version != 1 {
		t.Fatalf("%d", w.Code)
	}
	if w := s.post("/plans/p/decisions/1/status", "/plans/p/decisions/1", url.Values{"version": {"1"}, "status": {"accepted"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	within(t, "the message", func() bool { return len(bodies()) > 0 })
	var b struct {
		Type     string
		Decision struct {
			Number        int
			Title, Status string
		}
	}
	if err := json.Unmarshal([]byte(bodies()[0]), &b); err != nil || b.Type != string(hook.Accepted) || b.Decision.Title != "One hub" || b.Decision.Status != "accepted" {
		t.Errorf("%s %v", bodies()[0], err)
	}
	if n := len(bodies()); n != 1 {
		t.Errorf("%d messages", n)
	}
}
