package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/seal"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// Webhooks is what the pages need to add, change, try and remove webhooks. A
// draft with faults is a *hook.Refused. Secrets are given once, where they are
// made.
type Webhooks interface {
	All(ctx context.Context) ([]hook.Shown, error)
	One(ctx context.Context, id string) (hook.Shown, error)
	Deliveries(ctx context.Context, id string) ([]hook.Delivery, error)
	Add(ctx context.Context, d hook.Draft) (hook.Shown, seal.Secret, error)
	Change(ctx context.Context, d hook.Draft) (hook.Shown, error)
	Rotate(ctx context.Context, id string, version int64) (hook.Shown, seal.Secret, error)
	Remove(ctx context.Context, id string) error
	Ping(ctx context.Context, id string) (hook.Delivery, error)
	Again(ctx context.Context, id, delivery string) (hook.Delivery, error)
}

func (s *Server) webhookRoutes(r chi.Router) {
	if s.Webhooks == nil {
		return
	}
	r.Route(webhooksPath, func(r chi.Router) {
		r.Get("/", s.page(s.webhooks))
		r.Post("/", s.page(s.saveWebhook))
		r.Get("/new", s.page(s.newWebhook))
		r.Get("/{webhook}", s.page(s.webhook))
		r.Post("/{webhook}/ping", s.page(s.pingWebhook))
		r.Post("/{webhook}/secret", s.page(s.rotateWebhook))
		r.Get("/{webhook}/remove", s.page(s.askRemoveWebhook))
		r.Post("/{webhook}/remove", s.page(s.removeWebhook))
		r.Post("/{webhook}/deliveries/{delivery}/again", s.page(s.sendAgain))
	})
}

const webhooksPath = "/webhooks"

func webhookOf(r *http.Request) string { return chi.URLParam(r, "webhook") }

// webhookView is besideView; the crumb leads back from a single webhook.
func (s *Server) webhookView(w http.ResponseWriter, r *http.Request) (*ui.View, error) {
	v, err := s.besideView(w, r, "webhooks")
	if v.Crumb = ""; r.URL.Path != webhooksPath {
		v.Crumb = v.T("nav.webhooks")
	}
	return v, err
}

// webhooks lists all webhooks with what was last sent to each.
func (s *Server) webhooks(w http.ResponseWriter, r *http.Request) error {
	v, err := s.webhookView(w, r)
	if err != nil {
		return err
	}
	all, err := s.Webhooks.All(r.Context())
	if err != nil {
		return err
	}
	heads, err := s.Plans.Plans(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, page.Webhooks(v, all, heads))
}

func (s *Server) newWebhook(w http.ResponseWriter, r *http.Request) error {
	l := language(r)
	return s.showWebhook(w, r, page.WebhookForm{Draft: hook.Draft{Enabled: true, Events: hook.Types, Language: string(l)}})
}

// webhook shows one with its form and its last deliveries.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) error {
	one, err := s.Webhooks.One(r.Context(), webhookOf(r))
	if err != nil {
		return err
	}
	return s.showWebhook(w, r, page.WebhookForm{Draft: draftOf(one), Kept: &one})
}

func draftOf(one hook.Shown) hook.Draft {
	return hook.Draft{ID: one.ID, Version: one.Version, Name: one.Name, Plan: one.Plan, URL: one.URL, Events: one.Events, Language: string(one.Language), Enabled: one.Enabled}
}

// showWebhook completes what the page of a webhook shows.
func (s *Server) showWebhook(w http.ResponseWriter, r *http.Request, p page.WebhookForm) error {
	v, err := s.webhookView(w, r)
	if err != nil {
		return err
	}
	if p.Plans, err = s.Plans.Plans(r.Context()); err != nil {
		return err
	}
	v.Title = v.T("hook.add")
	if p.Kept != nil {
		v.Title = v.T("hook.edit", "name", p.Kept.Name)
		if p.Deliveries, err = s.Webhooks.Deliveries(r.Context(), p.ID); err != nil {
			return err
		}
	}
	if len(p.Faults) > 0 {
		v.Failed = &ui.Failed{Form: "webhook"}
		p.Problems = map[string]string{}
		for _, one := range p.Faults {
			text := v.Word(one.ID, one.Args)
			p.Problems[one.Field] = strings.TrimSpace(p.Problems[one.Field] + " " + text)
			v.Failed.Problems = append(v.Failed.Problems, v.T("hook.field."+one.Field)+": "+text)
		}
	}
	return s.render(w, r, page.EditWebhook(v, p))
}

// webhookDraft reads the form.
func webhookDraft(w http.ResponseWriter, r *http.Request) (hook.Draft, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return hook.Draft{}, errors.Join(errForm, err)
	}
	get := func(name string) string { return strings.ToValidUTF8(r.PostForm.Get(name), "") }
	d := hook.Draft{ID: get("id"), Version: parseVersion(r.PostForm), Name: get("name"), Plan: get("plan"), URL: get("url"), Language: get("language"), Enabled: get("enabled") == "true"}
	for _, t := range r.PostForm["event"] {
		if t := hook.Type(t); t.Known() {
			d.Events = append(d.Events, t)
		}
	}
	return d, nil
}

// saveWebhook adds a webhook and shows its secret, or changes the one whose id
// is given.
func (s *Server) saveWebhook(w http.ResponseWriter, r *http.Request) error {
	d, err := webhookDraft(w, r)
	if err != nil {
		return err
	}
	if d.ID == "" {
		one, secret, err := s.Webhooks.Add(r.Context(), d)
		if err != nil {
			return s.refuseWebhook(w, r, d, err)
		}
		return s.showSecret(w, r, one, secret, "hook.added")
	}
	one, err := s.Webhooks.Change(r.Context(), d)
	if err != nil {
		return s.refuseWebhook(w, r, d, err)
	}
	return s.answer(w, r, webhooksPath, &outcome{done: &ui.Done{Text: language(r).T("hook.changed", map[string]any{"name": one.Name})}})
}

// refuseWebhook shows the form again where it was refused.
func (s *Server) refuseWebhook(w http.ResponseWriter, r *http.Request, d hook.Draft, err error) error {
	var refused *hook.Refused
	if !errors.As(err, &refused) {
		return err
	}
	p := page.WebhookForm{Draft: d, Faults: refused.Problems}
	if d.ID != "" {
		kept, err := s.Webhooks.One(r.Context(), d.ID)
		if err != nil {
			return err
		}
		p.Kept = &kept
	}
	return s.showWebhook(w, withStatus(r, http.StatusUnprocessableEntity), p)
}

// showSecret answers at once with the page that holds a new secret: after a
// redirect it would have to be kept readable somewhere.
func (s *Server) showSecret(w http.ResponseWriter, r *http.Request, one hook.Shown, secret seal.Secret, done string) error {
	if isFragment(r) {
		w.Header().Set("HX-Push-Url", page.WebhookURL(one.ID))
	}
	text := language(r).T(done, map[string]any{"name": one.Name})
	r = r.WithContext(context.WithValue(r.Context(), outcomeKey{}, &outcome{done: &ui.Done{Text: text}}))
	return s.showWebhook(w, r, page.WebhookForm{Draft: draftOf(one), Kept: &one, Secret: string(secret)})
}

func (s *Server) rotateWebhook(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errors.Join(errForm, err)
	}
	one, secret, err := s.Webhooks.Rotate(r.Context(), webhookOf(r), parseVersion(r.PostForm))
	if err != nil {
		return err
	}
	return s.showSecret(w, r, one, secret, "hook.changed")
}

func (s *Server) pingWebhook(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Webhooks.Ping(r.Context(), webhookOf(r))
	return s.tellDelivery(w, r, d, err)
}

func (s *Server) sendAgain(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Webhooks.Again(r.Context(), webhookOf(r), chi.URLParam(r, "delivery"))
	return s.tellDelivery(w, r, d, err)
}

// tellDelivery says in a sentence what came of a delivery that was asked for.
func (s *Server) tellDelivery(w http.ResponseWriter, r *http.Request, d hook.Delivery, err error) error {
	if err != nil {
		return err
	}
	one, err := s.Webhooks.One(r.Context(), webhookOf(r))
	if err != nil {
		return err
	}
	l := language(r)
	back := page.WebhookURL(one.ID)
	args := map[string]any{"name": one.Name, "status": strconv.Itoa(d.Status)}
	if d.State == hook.Delivered {
		return s.answer(w, r, back, &outcome{done: &ui.Done{Text: l.T("hook.sent", args)}})
	}
	args["reason"] = page.HookReason(l, d)
	return s.answer(w, r, back, &outcome{failed: &ui.Failed{Form: "ping", Problems: []string{l.T("hook.unsent", args)}}})
}

func (s *Server) askRemoveWebhook(w http.ResponseWriter, r *http.Request) error {
	one, err := s.Webhooks.One(r.Context(), webhookOf(r))
	if err != nil {
		return err
	}
	v, err := s.webhookView(w, r)
	if err != nil {
		return err
	}
	v.Title = v.T("hook.remove", "name", one.Name)
	return s.render(w, r, page.RemoveWebhook(v, one))
}

func (s *Server) removeWebhook(w http.ResponseWriter, r *http.Request) error {
	one, err := s.Webhooks.One(r.Context(), webhookOf(r))
	if err != nil {
		return err
	}
	if err := s.Webhooks.Remove(r.Context(), one.ID); err != nil {
		return err
	}
	return s.answer(w, r, webhooksPath, &outcome{done: &ui.Done{Text: language(r).T("hook.removed", map[string]any{"name": one.Name})}})
}

// tellAccepted tells that a record was accepted, if it is kept so.
func (s *Server) tellAccepted(r *http.Request, number int, by decision.By) {
	d, err := s.Plans.Decision(r.Context(), planOf(r), int64(number))
	if err != nil || d.Record.Status != decision.Accepted {
		return
	}
	s.notify(r.Context(), hook.Event{Type: hook.Accepted, At: by.At, Plan: hook.Plan{ID: planOf(r)},
		Decision: &hook.Decision{Number: number, Title: d.Record.Title, Status: d.Record.Status, By: by.Person}})
}

// notify tells of an event, where anything listens. What was done is done
// whether or not it can be told.
func (s *Server) notify(ctx context.Context, e hook.Event) {
	if s.Notify == nil {
		return
	}
	if err := s.Notify(context.WithoutCancel(ctx), e); err != nil {
		s.Log.Error("event not told", "type", e.Type, "plan", e.Plan.ID, "error", err)
	}
}
