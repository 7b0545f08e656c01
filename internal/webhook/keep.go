package webhook

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/connect"
	"deckplan/internal/hook"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/seal"
)

// Limits of what is taken.
const (
	maxEndpoints = 100
	maxURL       = 2000 // bytes
	secretBytes  = 32
	// Overlap is how long the former secret signs beside a new one.
	Overlap = 24 * time.Hour
)

// owner is what an endpoint's secret is sealed for.
func owner(id string) string { return "webhook." + id }

func newSecret() seal.Secret {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails
	return seal.Secret("whsec_" + base64.StdEncoding.EncodeToString(raw))
}

// All lists the endpoints by name, each with its last delivery.
func (s *Sender) All(ctx context.Context) ([]hook.Shown, error) {
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]hook.Shown, len(all))
	for i, e := range all {
		if out[i], err = s.shown(ctx, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// One gives an endpoint.
func (s *Sender) One(ctx context.Context, id string) (hook.Shown, error) {
	e, err := s.Store.Webhook(ctx, id)
	if err != nil {
		return hook.Shown{}, err
	}
	return s.shown(ctx, e)
}

// Deliveries gives an endpoint's last deliveries, the newest first.
func (s *Sender) Deliveries(ctx context.Context, id string) ([]hook.Delivery, error) {
	return s.Store.Deliveries(ctx, id, hook.MostDelivery)
}

func (s *Sender) shown(ctx context.Context, e hook.Endpoint) (hook.Shown, error) {
	out := hook.Shown{Endpoint: e}
	_, err := s.Key.Open(e.Secret, owner(e.ID))
	out.Lost = err != nil
	out.URL, out.Secret, out.Former = hook.Mask(e.URL), "", ""
	last, err := s.Store.Deliveries(ctx, e.ID, 1)
	if err != nil {
		return out, err
	}
	if len(last) > 0 {
		out.Last = &last[0]
	}
	out.Wait, err = s.Store.WaitingDeliveries(ctx, e.ID)
	return out, err
}

// Add keeps a new endpoint and gives its secret, which is never given again. A
// draft with faults is a *hook.Refused.
func (s *Sender) Add(ctx context.Context, d hook.Draft) (hook.Shown, seal.Secret, error) {
	e := hook.Endpoint{ID: strings.ToLower(rand.Text()[:12])}
	if err := s.merge(ctx, &e, d); err != nil {
		return hook.Shown{}, "", err
	}
	secret := newSecret()
	e.Secret = s.Key.Seal(secret, owner(e.ID))
	e, err := s.Store.AddWebhook(ctx, e)
	if err != nil {
		return hook.Shown{}, "", taken(err, d)
	}
	s.Log.Info("webhook added", "webhook", e.Name, "url", hook.Mask(e.URL))
	shown, err := s.shown(ctx, e)
	return shown, secret, err
}

// Change changes an endpoint. One that is switched on again gets what waited.
func (s *Sender) Change(ctx context.Context, d hook.Draft) (hook.Shown, error) {
	e, err := s.Store.Webhook(ctx, d.ID)
	if err != nil {
		return hook.Shown{}, err
	}
	if err := s.merge(ctx, &e, d); err != nil {
		return hook.Shown{}, err
	}
	e.Version = d.Version
	if e, err = s.Store.SaveWebhook(ctx, e); err != nil {
		return hook.Shown{}, taken(err, d)
	}
	s.Log.Info("webhook changed", "webhook", e.Name, "url", hook.Mask(e.URL), "enabled", e.Enabled)
	s.poke()
	return s.shown(ctx, e)
}

// Rotate gives an endpoint a new secret. The former one signs as well until
// Overlap is over.
func (s *Sender) Rotate(ctx context.Context, id string, version int64) (hook.Shown, seal.Secret, error) {
	e, err := s.Store.Webhook(ctx, id)
	if err != nil {
		return hook.Shown{}, "", err
	}
	e.Version = version
	if _, err := s.Key.Open(e.Secret, owner(id)); err == nil {
		e.Former, e.FormerUntil = e.Secret, s.Now().Add(Overlap)
	}
	secret := newSecret()
	e.Secret = s.Key.Seal(secret, owner(id))
	if e, err = s.Store.SaveWebhook(ctx, e); err != nil {
		return hook.Shown{}, "", err
	}
	s.Log.Info("webhook has a new secret", "webhook", e.Name)
	shown, err := s.shown(ctx, e)
	return shown, secret, err
}

// Remove deletes an endpoint with what is still to be sent to it.
func (s *Sender) Remove(ctx context.Context, id string) error {
	e, err := s.Store.Webhook(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Store.RemoveWebhook(ctx, id); err != nil {
		return err
	}
	s.Log.Info("webhook removed", "webhook", e.Name)
	return nil
}

// Drifting names the plans whose drift some endpoint wants to hear of.
func (s *Sender) Drifting(ctx context.Context) ([]string, error) {
	all, err := s.Store.Webhooks(ctx)
	if err != nil || !slices.ContainsFunc(all, func(e hook.Endpoint) bool { return e.Wants(hook.Drifted, e.Plan) }) {
		return nil, err
	}
	heads, err := s.Store.Plans(ctx)
	var out []string
	for _, h := range heads {
		if slices.ContainsFunc(all, func(e hook.Endpoint) bool { return e.Wants(hook.Drifted, h.ID) }) {
			out = append(out, h.ID)
		}
	}
	return out, err
}

func problem(field, id string, pairs ...any) hook.Problem {
	p := hook.Problem{Field: field, ID: id}
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Args == nil {
			p.Args = map[string]any{}
		}
		p.Args[pairs[i].(string)] = pairs[i+1]
	}
	return p
}

// taken makes a refusal of a name that another endpoint has.
func taken(err error, d hook.Draft) error {
	if errors.Is(err, hook.ErrNameTaken) {
		return &hook.Refused{Problems: []hook.Problem{problem("name", "hook.problem.name_taken", "name", strings.TrimSpace(d.Name))}}
	}
	return err
}

// merge puts a draft into an endpoint. Faults are a *hook.Refused.
func (s *Sender) merge(ctx context.Context, e *hook.Endpoint, d hook.Draft) error {
	var out []hook.Problem
	e.Name = strings.TrimSpace(d.Name)
	if fault := connect.NameFault(e.Name); fault != "" {
		out = append(out, problem("name", "hook.problem."+fault, "n", connect.MaxName))
	}
	out = append(out, s.mergeURL(e, strings.TrimSpace(d.URL))...)
	heads, err := s.Store.Plans(ctx)
	if err != nil {
		return err
	}
	if d.Plan != "" && !slices.ContainsFunc(heads, func(h plan.Head) bool { return h.ID == d.Plan }) {
		out = append(out, problem("plan", "hook.problem.plan"))
	}
	e.Plan, e.Events = d.Plan, nil
	for _, t := range hook.Types {
		if slices.Contains(d.Events, t) {
			e.Events = append(e.Events, t)
		}
	}
	if len(e.Events) == 0 {
		out = append(out, problem("events", "hook.problem.events"))
	}
	var known bool
	if e.Language, known = lang.Parse(d.Language); !known {
		out = append(out, problem("language", "hook.problem.language"))
	}
	if e.Enabled = d.Enabled; e.Enabled {
		e.Gone = time.Time{}
	}
	all, err := s.Store.Webhooks(ctx)
	if err != nil {
		return err
	}
	if d.ID == "" && len(all) >= maxEndpoints {
		out = append(out, problem("name", "hook.problem.too_many", "n", maxEndpoints))
	}
	if len(out) > 0 {
		return &hook.Refused{Problems: out}
	}
	return nil
}

// mergeURL takes an address over. One that stands there as it is shown, with
// what may be a token masked, is the one that is kept.
func (s *Sender) mergeURL(e *hook.Endpoint, text string) []hook.Problem {
	switch {
	case text == "":
		return []hook.Problem{problem("url", "hook.problem.url_missing")}
	case e.URL != "" && text == hook.Mask(e.URL):
		return nil
	case hook.Masked(text):
		return []hook.Problem{problem("url", "hook.problem.url_masked")}
	case len(text) > maxURL:
		return []hook.Problem{problem("url", "hook.problem.too_long", "n", maxURL)}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Opaque != "", u.Fragment != "", !validPort(u):
		return []hook.Problem{problem("url", "hook.problem.url_invalid")}
	case u.User != nil:
		return []hook.Problem{problem("url", "hook.problem.url_user")}
	case s.refused(u) != nil:
		return []hook.Problem{problem("url", "hook.problem.url_forbidden")}
	}
	e.URL = u.String()
	return nil
}

func validPort(u *url.URL) bool {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" && !strings.HasSuffix(u.Host, ":") || err == nil && n > 0
}
