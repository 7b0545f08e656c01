// Package webhook tells endpoints of what happens in plans, as the Standard
// Webhooks specification asks: JSON over HTTP, signed with HMAC-SHA256, tried
// again until it is taken. What is to be sent lies in the database, so that a
// restart loses nothing; a receiver may get the same event more than once, with
// the same id.
package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/plan"
	"deckplan/internal/seal"
)

// Store is what a sender needs of the database.
type Store interface {
	Webhooks(ctx context.Context) ([]hook.Endpoint, error)
	Webhook(ctx context.Context, id string) (hook.Endpoint, error)
	AddWebhook(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error)
	SaveWebhook(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error)
	CloseWebhook(ctx context.Context, id string) error
	RemoveWebhook(ctx context.Context, id string) error
	Enqueue(ctx context.Context, all []hook.Delivery, seen *hook.Seen) error
	Deliveries(ctx context.Context, endpoint string, limit int) ([]hook.Delivery, error)
	Delivery(ctx context.Context, endpoint, id string) (hook.Delivery, error)
	WaitingDeliveries(ctx context.Context, endpoint string) (int, error)
	Due(ctx context.Context) (endpoints []string, at []time.Time, err error)
	Claim(ctx context.Context, endpoint string, now, lease time.Time) (hook.Delivery, error)
	Finish(ctx context.Context, d hook.Delivery) error
	Plans(ctx context.Context) ([]plan.Head, error)
	Decision(ctx context.Context, id string, number int64) (decision.Kept, error)
}

// Config is what a sender is made of.
type Config struct {
	Store Store
	Key   *seal.Key
	Reach Reach    // which addresses are sent to
	Proxy *url.URL // through which all is sent; nil for none
	Base  string   // address of Deckplan for links, without a slash at its end; no links if empty
	Now   func() time.Time
	Log   *slog.Logger

	// For tests: certificate authorities and names that the system does not have.
	Roots    *x509.CertPool
	Resolver *net.Resolver

	// Zero is the value in brackets.
	Timeout time.Duration // of one try (10 s)
	Lease   time.Duration // after which a try that was never finished is made again (30 s)
	First   time.Duration // wait after the first try (5 s)
	Longest time.Duration // wait between two tries (1 h)
	Enough  time.Duration // after which no further try is made (24 h)
}

// Sender is safe for concurrent use.
type Sender struct {
	Config
	client *http.Client
	wake   chan struct{}
	asked  chan struct{} // a place for each try that somebody waits for
	mu     sync.Mutex
	busy   map[string]bool // endpoints that something is being sent to
}

// Limits.
const (
	atOnce     = 8                // endpoints that are sent to at a time, one delivery each
	askedFor   = 4                // tries that somebody waits for at a time
	lookAtMost = 30 * time.Second // between two looks at the queue
)

// New makes a sender that does nothing before Run.
func New(c Config) *Sender {
	c.Timeout, c.Lease = cmp.Or(c.Timeout, 10*time.Second), cmp.Or(c.Lease, 30*time.Second)
	c.First, c.Longest, c.Enough = cmp.Or(c.First, 5*time.Second), cmp.Or(c.Longest, time.Hour), cmp.Or(c.Enough, 24*time.Hour)
	s := &Sender{Config: c, wake: make(chan struct{}, 1), asked: make(chan struct{}, askedFor), busy: map[string]bool{}}
	s.client = s.newClient()
	return s
}

func newID(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

// Send keeps an event for every endpoint that wants to hear of it, all or none,
// and has it sent. It does not wait for any receiver.
func (s *Sender) Send(ctx context.Context, e hook.Event) error { return s.send(ctx, e, nil) }

// SendDrift is Send, and keeps with the event what was told of the plan's
// differences, all or nothing.
func (s *Sender) SendDrift(ctx context.Context, e hook.Event, seen hook.Seen) error {
	return s.send(ctx, e, &seen)
}

// NeedsReview tells that a plan's decision needs review, and why.
func (s *Sender) NeedsReview(ctx context.Context, plan string, number int, reasons []hook.Reason) error {
	return s.Send(ctx, hook.Event{Type: hook.NeedsReview, Plan: hook.Plan{ID: plan}, Decision: &hook.Decision{Number: number, Reasons: reasons}})
}

func (s *Sender) send(ctx context.Context, e hook.Event, seen *hook.Seen) error {
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return err
	}
	var wanted []hook.Endpoint
	for _, one := range all {
		if one.Wants(e.Type, e.Plan.ID) {
			wanted = append(wanted, one)
		}
	}
	if len(wanted) == 0 && seen == nil {
		return nil
	}
	if len(wanted) > 0 {
		if err := s.complete(ctx, &e); err != nil {
			return err
		}
	}
	deliveries := make([]hook.Delivery, len(wanted))
	for i, one := range wanted {
		if deliveries[i], err = s.delivery(one, e); err != nil {
			return err
		}
	}
	if err := s.Store.Enqueue(ctx, deliveries, seen); err != nil {
		return err
	}
	s.poke()
	return nil
}

// complete finds what an event leaves out.
func (s *Sender) complete(ctx context.Context, e *hook.Event) error {
	e.ID = cmp.Or(e.ID, newID("evt_"))
	if e.At.IsZero() {
		e.At = s.Now()
	}
	if e.Plan.ID != "" && e.Plan.Name == "" {
		heads, err := s.Store.Plans(ctx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			if h.ID == e.Plan.ID {
				e.Plan.Name, e.Plan.Scenario = h.Name, h.Scenario
			}
		}
		if e.Plan.Name == "" && e.Plan.Scenario == "" {
			return plan.ErrNotFound
		}
	}
	if e.Decision == nil || e.Decision.Title != "" {
		return nil
	}
	d, err := s.Store.Decision(ctx, e.Plan.ID, int64(e.Decision.Number))
	if err != nil {
		return err
	}
	found := *e.Decision
	found.Title, found.Status = d.Record.Title, d.Record.Status
	e.Decision = &found
	return nil
}

// delivery is an event as it is sent to an endpoint.
func (s *Sender) delivery(to hook.Endpoint, e hook.Event) (hook.Delivery, error) {
	body, err := s.body(e, to.Language)
	now := s.Now()
	return hook.Delivery{ID: newID(""), Endpoint: to.ID, Event: e.ID, Type: e.Type, Body: string(body), State: hook.Waiting, Next: now, Created: now}, err
}

func (s *Sender) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends what waits until ctx ends, and returns when the last try is over.
func (s *Sender) Run(ctx context.Context) {
	var tries sync.WaitGroup
	defer tries.Wait()
	for {
		next := s.start(ctx, &tries)
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// start begins the tries that are due, and gives how long to wait for the next.
func (s *Sender) start(ctx context.Context, tries *sync.WaitGroup) time.Duration {
	endpoints, at, err := s.Store.Due(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Error("webhooks that are due cannot be read", "error", err)
		}
		return lookAtMost
	}
	now := s.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, id := range endpoints {
		if wait := at[i].Sub(now); wait > 0 { // the others are later still
			return min(wait, lookAtMost)
		}
		if s.busy[id] || len(s.busy) >= atOnce {
			continue // its end wakes the sender
		}
		s.busy[id] = true
		tries.Go(func() {
			s.deliver(ctx, id)
			s.mu.Lock()
			delete(s.busy, id)
			s.mu.Unlock()
			s.poke()
		})
	}
	return lookAtMost
}

// deliver makes one try of an endpoint's next delivery.
func (s *Sender) deliver(ctx context.Context, id string) {
	now := s.Now()
	d, err := s.Store.Claim(ctx, id, now, now.Add(s.Lease))
	if errors.Is(err, plan.ErrNotFound) {
		return
	}
	var to hook.Endpoint
	if err == nil {
		to, err = s.Store.Webhook(ctx, id)
	}
	if err == nil {
		_, err = s.try(ctx, to, d, false)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, plan.ErrNotFound) { // the endpoint may have gone meanwhile
		s.Log.Error("a webhook cannot be sent", "webhook", to.Name, "error", err)
	}
}

// Ping sends a test event to an endpoint at once, once, and gives what came of
// it.
func (s *Sender) Ping(ctx context.Context, id string) (hook.Delivery, error) {
	to, err := s.Store.Webhook(ctx, id)
	if err != nil {
		return hook.Delivery{}, err
	}
	e := hook.Event{Type: hook.Ping, Plan: hook.Plan{ID: to.Plan}}
	if err := s.complete(ctx, &e); errors.Is(err, plan.ErrNotFound) {
		e.Plan = hook.Plan{}
	} else if err != nil {
		return hook.Delivery{}, err
	}
	d, err := s.delivery(to, e)
	if err != nil {
		return d, err
	}
	return s.atOnce(ctx, to, d, true)
}

// Again sends an earlier delivery once more, at once, and gives what came of
// it; where it fails it is tried again as any other.
func (s *Sender) Again(ctx context.Context, endpoint, id string) (hook.Delivery, error) {
	to, err := s.Store.Webhook(ctx, endpoint)
	if err != nil {
		return hook.Delivery{}, err
	}
	old, err := s.Store.Delivery(ctx, endpoint, id)
	if err != nil {
		return hook.Delivery{}, err
	}
	now := s.Now()
	return s.atOnce(ctx, to, hook.Delivery{ID: newID(""), Endpoint: endpoint, Event: old.Event, Type: old.Type, Body: old.Body, State: hook.Waiting, Created: now}, old.Type == hook.Ping)
}

// atOnce keeps a delivery as one that is being tried, and tries it.
func (s *Sender) atOnce(ctx context.Context, to hook.Endpoint, d hook.Delivery, once bool) (hook.Delivery, error) {
	select {
	case s.asked <- struct{}{}:
		defer func() { <-s.asked }()
	case <-ctx.Done():
		return d, ctx.Err()
	}
	ctx = context.WithoutCancel(ctx) // who asked may leave; what was begun is finished
	d.Tried, d.Attempts = s.Now(), 1
	d.Next = d.Tried.Add(s.Lease)
	if err := s.Store.Enqueue(ctx, []hook.Delivery{d}, nil); err != nil {
		return d, err
	}
	d, err := s.try(ctx, to, d, once)
	s.poke()
	return d, err
}
