package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/plan"
	"deckplan/internal/seal"
	"deckplan/internal/store"
)

// got is a message as a receiver has it.
type got struct {
	header http.Header
	body   []byte
}

// receiver is a real server that notes what comes and answers as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	all    []got
	answer func(n int, w http.ResponseWriter, r *http.Request) // nil: 204
}

func newReceiver(t *testing.T, secure bool, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.all = append(r.all, got{req.Header.Clone(), body})
		n := len(r.all)
		r.mu.Unlock()
		if r.answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		r.answer(n, w, req)
	}))
	r.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if secure {
		r.StartTLS()
	} else {
		r.Start()
	}
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]got(nil), r.all...)
}

// roots trusts the receiver's certificate.
func (r *receiver) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return pool
}

// genuine checks a signature as the documentation says, with none of the
// sender's code.
func genuine(t *testing.T, g got, secret seal.Secret) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret), "whsec_"))
	if err != nil || !strings.HasPrefix(string(secret), "whsec_") || len(key) < 24 {
		t.Fatalf("a secret of %d bytes, %v", len(key), err)
	}
	at, err := strconv.ParseInt(g.header.Get("webhook-timestamp"), 10, 64)
	if age := time.Since(time.Unix(at, 0)); err != nil || age > 5*time.Minute || age < -5*time.Minute {
		t.Errorf("timestamp %q", g.header.Get("webhook-timestamp"))
	}
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, g.header.Get("webhook-id")+"."+g.header.Get("webhook-timestamp")+".")
	_, _ = mac.Write(g.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for one := range strings.FieldsSeq(g.header.Get("webhook-signature")) {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}

// site is a sender on a real database with one plan and one record.
type site struct {
	*Sender
	db   *store.Store
	file string
}

func quickly(c *Config) {
	c.Timeout, c.Lease, c.First, c.Longest = 2*time.Second, 3*time.Second, 10*time.Millisecond, 100*time.Millisecond
}

func open(t *testing.T, file string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), file, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func testKey(t *testing.T, fill byte) *seal.Key {
	t.Helper()
	raw := make([]byte, seal.KeySize)
	raw[0] = fill
	k, err := seal.New(raw)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newSite(t *testing.T, change ...func(*Config)) *site {
	t.Helper()
	file := filepath.Join(t.TempDir(), "deckplan.db")
	db := open(t, file)
	t.Cleanup(func() { _ = db.Close() })
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Create(t.Context(), "p", "", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}}); err != nil {
		t.Fatal(err)
	}
	record := decision.Record{Topic: decision.Layout, Title: "One hub <b>", Status: decision.Accepted, Context: "x", Options: []decision.Option{{Name: "a"}}, Chosen: "a", Justification: "y"}
	if _, err := db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: record}}); err != nil {
		t.Fatal(err)
	}
	c := Config{Store: db, Key: testKey(t, 1), Reach: Loopback, Base: "https://deckplan.example.com", Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	for _, do := range append([]func(*Config){quickly}, change...) {
		do(&c)
	}
	return &site{New(c), db, file}
}

func (s *site) run(t *testing.T) {
	t.Helper()
	run(t, s.Sender)
}

// run runs a sender until stop, or the test's end.
func run(t *testing.T, s *Sender) (stop func()) {
	t.Helper()
	ctx, cancel := contextOf(t)
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

func (s *site) add(t *testing.T, name, url string, change ...func(*hook.Draft)) (hook.Shown, seal.Secret) {
	t.Helper()
	d := hook.Draft{Name: name, URL: url, Events: hook.Types, Language: "en", Enabled: true}
	for _, do := range change {
		do(&d)
	}
	one, secret, err := s.Add(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return one, secret
}

func (s *site) last(t *testing.T, id string) hook.Delivery {
	t.Helper()
	all, err := s.Deliveries(t.Context(), id)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d deliveries, %v", len(all), err)
	}
	return all[0]
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

var accepted = hook.Event{Type: hook.Accepted, Plan: hook.Plan{ID: "p"}, Decision: &hook.Decision{Number: 1, By: "Jimin"}}

func TestSend_SignsWhatAReceiverCanCheck(t *testing.T) {
	r := newReceiver(t, true, nil)
	s := newSite(t, func(c *Config) { c.Roots = r.roots() })
	one, secret := s.add(t, "chat", r.URL+"/hooks?token=abc")
	s.run(t)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	within(t, "the delivery", func() bool { return s.last(t, one.ID).State == hook.Delivered })
	all := r.got()
	if len(all) != 1 || !genuine(t, all[0], secret) {
		t.Fatalf("%d messages; the signature is wrong", len(all))
	}
	altered := all[0]
	altered.body = append([]byte(nil), altered.body...)
	altered.body[len(altered.body)/2] ^= 1
	if genuine(t, altered, secret) || genuine(t, all[0], newSecret()) {
		t.Error("the signature holds for another body or secret")
	}
	var b struct {
		Version        int
		ID, Type, Text string
		At             time.Time
		Plan           struct{ ID, Name, URL string }
		Decision       struct {
			Number                 int
			Title, Status, By, URL string
		}
	}
	if err := json.Unmarshal(all[0].body, &b); err != nil {
		t.Fatal(err)
	}
	if b.Version != 1 || b.ID == "" || b.ID != all[0].header.Get("webhook-id") || b.Type != "decision.accepted" || b.At.IsZero() || b.Plan.ID != "p" || b.Plan.Name != "Commerce platform" ||
		b.Plan.URL != "https://deckplan.example.com/plans/p" || b.Decision.Number != 1 || b.Decision.Title != "One hub <b>" || b.Decision.Status != "accepted" || b.Decision.URL != "https://deckplan.example.com/plans/p/decisions/1" {
		t.Errorf("%s", all[0].body)
	}
	if b.Text != "Commerce platform: Jimin accepted decision 0001 “One hub <b>”." || all[0].header.Get("Content-Type") != "application/json" {
		t.Errorf("%q %v", b.Text, all[0].header)
	}
}

func TestSend_OnlyEndpointsThatWantItHearOfIt(t *testing.T) {
	s := newSite(t)
	yes, _ := s.add(t, "yes", "https://192.0.2.1/")
	its, _ := s.add(t, "its plan", "https://192.0.2.1/", func(d *hook.Draft) { d.Plan = "p" })
	korean, _ := s.add(t, "korean", "https://192.0.2.1/", func(d *hook.Draft) { d.Language = "ko" })
	off, _ := s.add(t, "off", "https://192.0.2.1/", func(d *hook.Draft) { d.Enabled = false })
	deaf, _ := s.add(t, "other event", "https://192.0.2.1/", func(d *hook.Draft) { d.Events = []hook.Type{hook.Drifted} })
	if _, err := s.db.Copy(t.Context(), "p", "q", "", "to-be"); err != nil {
		t.Fatal(err)
	}
	other, _ := s.add(t, "other plan", "https://192.0.2.1/", func(d *hook.Draft) { d.Plan = "q" })
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for id, want := range map[string]int{yes.ID: 1, its.ID: 1, korean.ID: 1, off.ID: 0, deaf.ID: 0, other.ID: 0} {
		all, err := s.Deliveries(t.Context(), id)
		if err != nil || len(all) != want {
			t.Errorf("%s: %d deliveries, %v", id, len(all), err)
		}
		for _, d := range all {
			ids[d.Event] = true
		}
	}
	if len(ids) != 1 {
		t.Errorf("one event has %d ids", len(ids))
	}
	if d := s.last(t, korean.ID); !strings.Contains(d.Body, "Jimin님이 승인함") {
		t.Error(d.Body)
	}
}

func TestNeedsReview_SaysWhichFigureMovedAndByWhom(t *testing.T) {
	s := newSite(t)
	one, _ := s.add(t, "chat", "https://192.0.2.1/")
	both := func(text string) decision.Text { return decision.Text{En: text, Ko: text} }
	reasons := []hook.Reason{{Assumption: "At most half stops", Figure: "delivery_radius", Label: both("delivery radius"), From: both("40%"), To: both("72%"), By: "Jimin", Revision: 12},
		{Label: both("cost"), From: both("$1"), To: both("$2"), Revision: 13}, {Label: both("applications"), From: both("3"), To: both("4")}, {Assumption: "Only words"}}
	for range 30 {
		reasons = append(reasons, hook.Reason{Text: both(strings.Repeat("x", 5000))})
	}
	if err := s.NeedsReview(t.Context(), "p", 1, reasons); err != nil {
		t.Fatal(err)
	}
	d := s.last(t, one.ID)
	for _, want := range []string{`"type":"decision.needs_review"`, `"figure":"delivery_radius"`, `"from":"40%"`, `"to":"72%"`, `"by":"Jimin"`, `"revision":12`, `“One hub <b>” needs review.\ndelivery radius went from 40% to 72% by an edit of Jimin, revision 12.\ncost went from $1 to $2 in revision 13.\napplications went from 3 to 4."`, `"text":"Only words"`} {
		if !strings.Contains(d.Body, want) {
			t.Errorf("%s is not in %s", want, d.Body[:1500])
		}
	}
	if len(d.Body) > 64<<10 {
		t.Errorf("%d bytes", len(d.Body))
	}
	if err := s.NeedsReview(t.Context(), "p", 99, nil); err == nil {
		t.Error("a record that is not there was told of")
	}
}

func TestRotate_BothSecretsSignForAWhile(t *testing.T) {
	r := newReceiver(t, false, nil)
	now := time.Now()
	s := newSite(t, func(c *Config) { c.Now = func() time.Time { return now } })
	one, first := s.add(t, "chat", r.URL)
	one, second, err := s.Rotate(t.Context(), one.ID, one.Version)
	if err != nil || second == first {
		t.Fatal(err)
	}
	if _, _, err := s.Rotate(t.Context(), one.ID, one.Version-1); err == nil {
		t.Error("rotated by a page that is out of date")
	}
	ping := func() got {
		t.Helper()
		if d, err := s.Ping(t.Context(), one.ID); err != nil || d.State != hook.Delivered {
			t.Fatalf("%+v %v", d, err)
		}
		all := r.got()
		return all[len(all)-1]
	}
	if g := ping(); !genuine(t, g, first) || !genuine(t, g, second) {
		t.Error("one of the two secrets does not sign")
	}
	now = now.Add(Overlap + time.Minute)
	all := r.got()
	if _, err := s.Ping(t.Context(), one.ID); err != nil {
		t.Fatal(err)
	}
	g := r.got()[len(all)]
	if n := len(strings.Fields(g.header.Get("webhook-signature"))); n != 1 {
		t.Errorf("%d signatures after the overlap", n)
	}
}

func TestSecrets_AreSealedAndShownOnce(t *testing.T) {
	s := newSite(t)
	one, secret := s.add(t, "chat", "https://example.com/hooks/a1b2c3d4e5f6g7h8?token=topsecret")
	kept, err := s.db.Webhook(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	if kept.Secret == "" || strings.Contains(kept.Secret, string(secret)) || one.Secret != "" || one.Former != "" {
		t.Error("the secret is kept readable, or shown")
	}
	if strings.Contains(one.URL, "topsecret") || strings.Contains(one.URL, "a1b2c3") || kept.URL != "https://example.com/hooks/a1b2c3d4e5f6g7h8?token=topsecret" {
		t.Errorf("%s, %s", one.URL, kept.URL)
	}
	c := s.Config
	c.Key = testKey(t, 2)
	other := New(c)
	if lost, err := other.One(t.Context(), one.ID); err != nil || !lost.Lost {
		t.Errorf("%+v %v", lost, err)
	}
	if d, err := other.Ping(t.Context(), one.ID); err != nil || d.Fault != hook.SecretLost || d.State != hook.Failed {
		t.Errorf("%+v %v", d, err)
	}
	again, secret, err := other.Rotate(t.Context(), one.ID, one.Version)
	if err != nil || again.Lost || secret == "" || !again.FormerUntil.IsZero() {
		t.Errorf("%+v %v", again, err)
	}
}
