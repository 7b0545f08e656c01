package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/hook"
	"deckplan/internal/plan"
)

// A program that is killed after the message went out and before that was
// written sends it once more, with the same id.
func TestRestart_AKilledTryIsMadeOnceMore(t *testing.T) {
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	r := newReceiver(t, false, func(n int, w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		if n == 1 {
			<-release
		}
	})
	s := newSite(t, func(c *Config) { c.Lease = 200 * time.Millisecond })
	one, _ := s.add(t, "chat", r.URL)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	stop := run(t, s.Sender)
	<-arrived
	if err := s.db.Close(); err != nil { // what it does now is lost, as if it were killed
		t.Fatal(err)
	}
	close(release)
	stop()
	db := open(t, s.file)
	t.Cleanup(func() { _ = db.Close() })
	if all, err := db.Deliveries(t.Context(), one.ID, 10); err != nil || len(all) != 1 || all[0].State != hook.Waiting || all[0].Attempts != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	c := s.Config
	c.Store = db
	again := New(c)
	run(t, again)
	within(t, "the delivery", func() bool { all, _ := db.Deliveries(t.Context(), one.ID, 10); return all[0].State == hook.Delivered })
	all := r.got()
	if len(all) != 2 || all[0].header.Get("webhook-id") != all[1].header.Get("webhook-id") || string(all[0].body) != string(all[1].body) {
		t.Errorf("%d messages, or not the same", len(all))
	}
}

func TestRun_EndsAtOnceAndLeavesWhatItWasAt(t *testing.T) {
	arrived := make(chan struct{}, 1)
	r := newReceiver(t, false, func(_ int, w http.ResponseWriter, r *http.Request) { arrived <- struct{}{}; hang(0, w, r) })
	s := newSite(t, func(c *Config) { c.Timeout = time.Hour })
	one, _ := s.add(t, "chat", r.URL)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	stop := run(t, s.Sender)
	<-arrived
	stop()
	if d := s.last(t, one.ID); d.State != hook.Waiting || d.Fault != hook.Interrupted || d.Next.After(time.Now()) {
		t.Errorf("%+v", d)
	}
}

// Many are sent at a time, one that hangs holds up no other, and nothing is
// lost or doubled.
func TestRun_ManyAtATimeAndOneThatHangs(t *testing.T) {
	bad := newReceiver(t, false, hang)
	good := newReceiver(t, false, nil)
	s := newSite(t, func(c *Config) { c.Timeout, c.Lease = time.Minute, time.Hour })
	s.add(t, "bad", bad.URL)
	for i := range 12 {
		s.add(t, fmt.Sprint("good-", i), good.URL)
	}
	s.run(t)
	var sending sync.WaitGroup
	for range 10 {
		sending.Go(func() {
			if err := s.Send(t.Context(), accepted); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	within(t, "all others", func() bool { return len(good.got()) >= 120 })
	time.Sleep(50 * time.Millisecond)
	seen := map[string]int{}
	for _, g := range good.got() {
		seen[g.header.Get("webhook-id")]++
	}
	for id, n := range seen {
		if n != 12 {
			t.Errorf("%s came %d times to 12 endpoints", id, n)
		}
	}
	if len(seen) != 10 || len(bad.got()) != 1 {
		t.Errorf("%d events; %d at the one that hangs", len(seen), len(bad.got()))
	}
}

func TestAgain_SendsTheSameMessageOnceMore(t *testing.T) {
	r := newReceiver(t, false, nil)
	s := newSite(t)
	one, secret := s.add(t, "chat", r.URL)
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	s.deliver(t.Context(), one.ID)
	first := s.last(t, one.ID)
	d, err := s.Again(t.Context(), one.ID, first.ID)
	if err != nil || d.State != hook.Delivered || d.ID == first.ID {
		t.Fatalf("%+v %v", d, err)
	}
	if all := r.got(); len(all) != 2 || string(all[0].body) != string(all[1].body) || all[0].header.Get("webhook-id") != all[1].header.Get("webhook-id") || !genuine(t, all[1], secret) {
		t.Errorf("%d messages, or not the same", len(all))
	}
	two, _ := s.add(t, "other", r.URL)
	if _, err := s.Again(t.Context(), two.ID, first.ID); err == nil {
		t.Error("another endpoint's message was sent")
	}
}

func TestQueue_IsBoundedForAnEndpointThatNeverAnswers(t *testing.T) {
	s := newSite(t)
	one, _ := s.add(t, "chat", "https://192.0.2.1/")
	now := time.Now()
	var all []hook.Delivery
	for i := range 520 {
		all = append(all, hook.Delivery{ID: fmt.Sprint("d", i), Endpoint: one.ID, Event: "e", Type: hook.Accepted, Body: "{}", State: hook.Waiting, Next: now, Created: now.Add(time.Duration(i) * time.Millisecond)})
	}
	if err := s.db.Enqueue(t.Context(), all, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := s.db.WaitingDeliveries(t.Context(), one.ID); err != nil || n != 500 {
		t.Errorf("%d wait, %v", n, err)
	}
	if d, err := s.db.Delivery(t.Context(), one.ID, "d0"); err != nil || d.State != hook.GivenUp || d.Fault != hook.Crowded {
		t.Errorf("%+v %v", d, err)
	}
	for i := range 500 {
		d := all[20+i]
		d.State = hook.Delivered
		if err := s.db.Finish(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := s.db.Deliveries(t.Context(), one.ID, 1000); err != nil || len(kept) != 200 || kept[0].ID != "d519" {
		t.Errorf("%d are kept, %v", len(kept), err)
	}
}

func TestRemove_TakesItsDeliveriesAlong(t *testing.T) {
	s := newSite(t)
	one, _ := s.add(t, "chat", "https://192.0.2.1/")
	if err := s.Send(t.Context(), accepted); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), one.ID); err != nil {
		t.Fatal(err)
	}
	if all, err := s.db.Deliveries(t.Context(), one.ID, 10); err != nil || len(all) != 0 {
		t.Errorf("%d deliveries, %v", len(all), err)
	}
	if err := s.Remove(t.Context(), one.ID); err != plan.ErrNotFound && !strings.Contains(err.Error(), plan.ErrNotFound.Error()) {
		t.Error(err)
	}
}
