package webhook

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/hook"
)

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.WithoutCancel(t.Context()))
}

func TestRetries_UntilItIsTakenWithTheSameID(t *testing.T) {
	r := newReceiver(t, false, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n < 3 {
			http.Error(w, "not yet\x00\x1b[31m", http.StatusInternalServerError)
		}
	})
	s := newSite(t)
	one, secret := s.add(t, "chat", r.URL)
	s.run(t)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	within(t, "the third try", func() bool { return s.last(t, one.ID).State == hook.Delivered })
	all := r.got()
	if d := s.last(t, one.ID); len(all) != 3 || d.Attempts != 3 || d.Status != 200 || d.Fault != hook.NoFault {
		t.Errorf("%d messages, %+v", len(all), d)
	}
	for _, g := range all {
		if g.header.Get("webhook-id") != all[0].header.Get("webhook-id") || !genuine(t, g, secret) {
			t.Error("a repetition has another id, or a wrong signature")
		}
	}
}

// What a receiver can do wrong is told, and nothing it does stops others.
func TestTry_TellsWhatWentWrong(t *testing.T) {
	elsewhere := newReceiver(t, false, nil)
	t.Cleanup(func() { // when all is over
		if n := len(elsewhere.got()); n > 0 {
			t.Errorf("%d messages followed a redirect", n)
		}
	})
	for name, c := range map[string]struct {
		answer func(int, http.ResponseWriter, *http.Request)
		fault  hook.Fault
		status int
	}{
		"an error": {func(_ int, w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 500) }, hook.Status, 500},
		"a redirect": {func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, hook.Redirected, 307},
		"no answer": {hang, hook.TimedOut, 0},
		"garbage":   {func(_ int, w http.ResponseWriter, _ *http.Request) { hijack(w, "SSH-2.0-OpenSSH\r\n\r\n") }, hook.Broken, 0},
		"a break":   {func(_ int, w http.ResponseWriter, _ *http.Request) { hijack(w, "") }, hook.Broken, 0},
		"huge headers": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			for i := range 100 {
				w.Header().Set(fmt.Sprint("x-", i), strings.Repeat("x", 4096))
			}
		}, hook.Broken, 0},
		"a huge body": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			for range 1 << 14 {
				if _, err := w.Write(make([]byte, 1<<14)); err != nil {
					return
				}
			}
		}, hook.NoFault, 200},
		"a slow body": {func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("o"))
			_ = http.NewResponseController(w).Flush()
			hang(0, w, r)
		}, hook.NoFault, 200},
		"gone": {func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, hook.Gone, 410},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, false, c.answer)
			s := newSite(t, func(c *Config) { c.Timeout = 300 * time.Millisecond })
			one, _ := s.add(t, "chat", r.URL+"/?token=topsecret")
			d, err := s.Ping(t.Context(), one.ID)
			if err != nil {
				t.Fatal(err)
			}
			if d.Fault != c.fault || d.Status != c.status || len(d.Excerpt) > hook.MaxExcerpt || strings.Contains(d.Detail, "topsecret") {
				t.Errorf("%s %d %q %q", d.Fault, d.Status, d.Detail, d.Excerpt)
			}
			if kept, err := s.One(t.Context(), one.ID); err != nil || kept.Enabled == (name == "gone") || kept.Gone.IsZero() != (name != "gone") {
				t.Errorf("%+v %v", kept, err)
			}
		})
	}
}

// hang answers when nobody waits any more.
func hang(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func hijack(w http.ResponseWriter, text string) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_, _ = c.Write([]byte(text))
		_ = c.Close()
	}
}

func TestTry_VerifiesCertificatesAndNames(t *testing.T) {
	r := newReceiver(t, true, nil)
	s := newSite(t, func(c *Config) { c.Roots = x509.NewCertPool() })
	one, _ := s.add(t, "chat", r.URL)
	if d, err := s.Ping(t.Context(), one.ID); err != nil || d.Fault != hook.Untrusted || len(r.got()) != 0 {
		t.Errorf("%+v %v", d, err)
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	two, _ := s.add(t, "closed", "http://"+closed.Addr().String())
	if d, err := s.Ping(t.Context(), two.ID); err != nil || d.Fault != hook.Unreachable || d.Detail == "" {
		t.Errorf("%+v %v", d, err)
	}
}

func TestRetries_A410SwitchesTheEndpointOffAndItsFormOnAgain(t *testing.T) {
	r := newReceiver(t, false, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.WriteHeader(http.StatusGone)
		}
	})
	s := newSite(t)
	one, _ := s.add(t, "chat", r.URL)
	s.run(t)
	for range 2 {
		if err := s.Send(t.Context(), accepted); err != nil {
			t.Fatal(err)
		}
	}
	within(t, "the answer", func() bool { e, _ := s.db.Webhook(t.Context(), one.ID); return !e.Enabled })
	if n, err := s.db.WaitingDeliveries(t.Context(), one.ID); err != nil || n > 1 {
		t.Errorf("%d wait, %v", n, err)
	}
	kept, err := s.One(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	before := len(r.got())
	if err := s.Send(t.Context(), accepted); err != nil || before > 2 {
		t.Errorf("%v; %d messages", err, before)
	}
	if _, err := s.Change(t.Context(), hook.Draft{ID: one.ID, Version: kept.Version, Name: "chat", URL: kept.URL, Events: hook.Types, Language: "en", Enabled: true}); err != nil {
		t.Fatal(err)
	}
	within(t, "what waited", func() bool { n, _ := s.db.WaitingDeliveries(t.Context(), one.ID); return n == 0 })
}

func TestRetries_LeaveAReceiverAloneForAsLongAsItAsks(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, " 120 ": 2 * time.Minute, "Tue, 24 Nov 2026 09:01:00 GMT": time.Minute, "Tue, 24 Nov 2026 08:00:00 GMT": 0,
		"2000000000": longestAsked, "99999999999999": 0, "-5": 0, "soon": 0, "Tue, 24 Nov 2099 09:01:00 GMT": longestAsked} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	r := newReceiver(t, false, func(n int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	s := newSite(t)
	one, _ := s.add(t, "chat", r.URL)
	s.run(t)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	within(t, "the answer", func() bool { return s.last(t, one.ID).Status == http.StatusTooManyRequests })
	if d := s.last(t, one.ID); d.State != hook.Waiting || d.Next.Sub(d.Tried) < 9*time.Minute {
		t.Errorf("%+v", d)
	}
}

func TestRetries_WaitLongerEachTimeAndEndAfterADay(t *testing.T) {
	s := newSite(t, func(c *Config) { c.First, c.Longest, c.Enough = 5*time.Second, time.Hour, 24*time.Hour })
	total, tries := time.Duration(0), 0
	for last := time.Duration(0); total < 24*time.Hour; tries++ {
		w := s.wait(tries + 1)
		if w < last/2 || w > time.Hour || tries == 0 && (w < 4*time.Second || w > 6*time.Second) {
			t.Errorf("try %d: %v after %v", tries+1, w, last)
		}
		last = w
		total += w
	}
	if tries < 20 || tries > 60 {
		t.Errorf("%d tries a day", tries)
	}
	r := newReceiver(t, false, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	now := time.Now()
	s = newSite(t, func(c *Config) { c.Now = func() time.Time { return now } })
	one, _ := s.add(t, "chat", r.URL)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	now = now.Add(25 * time.Hour)
	s.deliver(t.Context(), one.ID)
	if d := s.last(t, one.ID); d.State != hook.GivenUp || d.Attempts != 1 {
		t.Errorf("%+v", d)
	}
}

func TestDrafts_AreHeldToWhatWorks(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Reach = Networks })
	s.add(t, "Chat", "https://example.com/")
	good := hook.Draft{Name: "ops", URL: "https://example.com/hook?key=1", Events: []hook.Type{hook.Accepted}, Language: "ko", Enabled: true}
	for name, c := range map[string]struct {
		change func(*hook.Draft)
		field  string
	}{
		"no name":      {func(d *hook.Draft) { d.Name = " " }, "name"},
		"taken":        {func(d *hook.Draft) { d.Name = "CHAT" }, "name"},
		"long":         {func(d *hook.Draft) { d.Name = strings.Repeat("x", 61) }, "name"},
		"no url":       {func(d *hook.Draft) { d.URL = "" }, "url"},
		"scheme":       {func(d *hook.Draft) { d.URL = "ftp://example.com" }, "url"},
		"file":         {func(d *hook.Draft) { d.URL = "file:///etc/passwd" }, "url"},
		"no host":      {func(d *hook.Draft) { d.URL = "https:///x" }, "url"},
		"credentials":  {func(d *hook.Draft) { d.URL = "https://me:secret@example.com" }, "url"},
		"fragment":     {func(d *hook.Draft) { d.URL = "https://example.com/#x" }, "url"},
		"port":         {func(d *hook.Draft) { d.URL = "https://example.com:99999/" }, "url"},
		"long url":     {func(d *hook.Draft) { d.URL = "https://example.com/" + strings.Repeat("x", 2000) }, "url"},
		"masked":       {func(d *hook.Draft) { d.URL = hook.Mask(d.URL) }, "url"},
		"this machine": {func(d *hook.Draft) { d.URL = "http://localhost:8080/" }, "url"},
		"its address":  {func(d *hook.Draft) { d.URL = "http://127.0.0.1/" }, "url"},
		"metadata":     {func(d *hook.Draft) { d.URL = "http://169.254.169.254/latest" }, "url"},
		"no event":     {func(d *hook.Draft) { d.Events = nil }, "events"},
		"ping":         {func(d *hook.Draft) { d.Events = []hook.Type{hook.Ping} }, "events"},
		"language":     {func(d *hook.Draft) { d.Language = "fr" }, "language"},
		"plan":         {func(d *hook.Draft) { d.Plan = "nowhere" }, "plan"},
	} {
		d := good
		c.change(&d)
		_, _, err := s.Add(t.Context(), d)
		refused, ok := err.(*hook.Refused)
		if !ok || len(refused.Problems) != 1 || refused.Problems[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	one, _, err := s.Add(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	// What is masked stays as it is kept.
	if _, err := s.Change(t.Context(), hook.Draft{ID: one.ID, Version: one.Version, Name: "ops", URL: one.URL, Events: hook.Types, Language: "ko"}); err != nil {
		t.Fatal(err)
	}
	if kept, err := s.db.Webhook(t.Context(), one.ID); err != nil || kept.URL != good.URL || kept.Enabled || !slices.Equal(kept.Events, hook.Types) {
		t.Errorf("%+v %v", kept, err)
	}
}
