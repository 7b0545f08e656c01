package api

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2/negotiation"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// PlanHead is a plan without its document.
type PlanHead struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Scenario string    `json:"scenario"`
	Family   string    `json:"family"`
	Revision int64     `json:"revision"`
	Updated  time.Time `json:"updated"`
	Author   string    `json:"author"`
}

func headOf(h plan.Head) PlanHead {
	return PlanHead{h.ID, h.Name, h.Scenario, h.Family, h.Revision, h.Updated.UTC(), h.Author}
}

// Beginning is what a new plan is made of, where it is not a document.
type Beginning struct {
	From   string `json:"from" enum:"sample,empty"`
	Lang   string `json:"lang,omitempty" enum:"en,ko"`
	Name   string `json:"name,omitempty" maxLength:"120"`
	Author string `json:"author,omitempty" maxLength:"60"`
}

func (a *API) planRoutes() {
	const all, one = "/api/v1/plans", "/api/v1/plans/{plan}"
	add(a, op{id: "list-plans", method: http.MethodGet, path: all, tag: "plans"}, a.listPlans)
	add(a, op{id: "create-plan", method: http.MethodPost, path: all, tag: "plans", status: http.StatusCreated, takes: "NewPlan", also: true, raw: true}, a.createPlan)
	add(a, op{id: "get-plan", method: http.MethodGet, path: one, tag: "plans", kinds: []kind{notAccepted}, gives: map[string]string{jsonMedia: "Plan", yamlMedia: ""}}, a.getPlan)
	add(a, op{id: "delete-plan", method: http.MethodDelete, path: one, tag: "plans", status: http.StatusNoContent, kinds: []kind{stale}}, a.deletePlan)
}

func (a *API) listPlans(ctx context.Context, in *struct {
	Spoken
	Paged
}) (*Plain[List[PlanHead]], error) {
	all, err := a.Plans.Plans(ctx)
	if err != nil {
		return nil, err
	}
	return &Plain[List[PlanHead]]{page(ctx, all, in.Paged, headOf)}, nil
}

func (a *API) createPlan(ctx context.Context, in *struct {
	Spoken
	Authored
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}) (*Made[PlanHead], error) {
	who, how := "", "file"
	var p *plan.Plan
	begin, err := beginning(in.ContentType, in.RawBody)
	switch {
	case err != nil:
		return nil, err
	case begin != nil:
		who, how = begin.Author, begin.From
		p, err = a.begun(askingOf(ctx).lang, begin)
	default:
		p, err = plan.DecodeYAML(bytes.NewReader(in.RawBody))
	}
	if err != nil {
		return nil, err
	}
	h, err := a.Plans.Create(ctx, a.NewID(), author(in.Authored, who), p,
		plan.Summary{ID: "plan.summary.begun." + how, Args: map[string]any{"name": p.About.Name}})
	if err != nil {
		return nil, err
	}
	return &Made[PlanHead]{planURL(h.ID), etag(h.Revision), headOf(h)}, nil
}

// beginning reads a body that says what to begin with; nil where it is a
// document, which is told by its having no field from.
func beginning(contentType string, body []byte) (*Beginning, error) {
	media, _, _ := mime.ParseMediaType(contentType)
	var asked struct {
		From json.RawMessage `json:"from"`
	}
	if mediaOf(media) != jsonMedia || json.Unmarshal(body, &asked) != nil || asked.From == nil {
		return nil, nil
	}
	var b Beginning
	faults, err := decode(body, &b, "body")
	if err != nil {
		return nil, err
	}
	if b.From != "sample" && b.From != "empty" {
		faults = append(faults, fault{location: "body.from", id: "api.problem.choice", args: map[string]any{"want": "sample, empty"}, value: clip(b.From)})
	}
	if _, ok := lang.Parse(b.Lang); !ok && b.Lang != "" {
		faults = append(faults, fault{location: "body.lang", id: "api.problem.choice", args: map[string]any{"want": "en, ko"}, value: clip(b.Lang)})
	}
	if len([]rune(b.Name)) > 120 {
		faults = append(faults, fault{location: "body.name", id: "api.problem.long", args: map[string]any{"want": "120"}})
	}
	if len([]rune(b.Author)) > 60 {
		faults = append(faults, fault{location: "body.author", id: "api.problem.long", args: map[string]any{"want": "60"}})
	}
	if len(faults) > 0 {
		return nil, refused(faults...)
	}
	return &b, nil
}

func (a *API) begun(l lang.Lang, b *Beginning) (*plan.Plan, error) {
	if asked, ok := lang.Parse(b.Lang); ok {
		l = asked
	}
	name := strings.TrimSpace(strings.ToValidUTF8(b.Name, ""))
	if b.From == "empty" {
		if name == "" {
			name = l.T("start.empty.name", nil)
		}
		return plan.Empty(name), nil
	}
	p, err := plan.Sample(string(l))
	if err == nil && name != "" {
		p.About.Name = name
	}
	return p, err
}

// planMedia are the types that a document can be had in, the usual one first.
var planMedia = []string{jsonMedia, yamlMedia, "application/x-yaml", "text/yaml", "*/*", "application/*"}

func (a *API) getPlan(ctx context.Context, in *struct {
	OfPlan
	Known
	Accept   string `header:"Accept" hidden:"true"`
	Revision int64  `query:"revision" minimum:"1"`
}) (*File, error) {
	media := jsonMedia
	if in.Accept != "" {
		switch media = mediaOf(negotiation.SelectQValue(in.Accept, planMedia)); media {
		case jsonMedia, yamlMedia:
		case "*/*", "application/*":
			media = jsonMedia
		default:
			return nil, &refusal{kind: notAccepted, faults: []fault{{location: "header.Accept", id: "api.problem.media",
				args: map[string]any{"want": jsonMedia + ", " + yamlMedia}, value: clip(in.Accept)}}}
		}
	}
	h, p, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	if in.Revision != 0 && in.Revision != h.Revision {
		if p, err = a.Plans.At(ctx, in.Plan, in.Revision); err != nil {
			return nil, err
		}
		h.Revision = in.Revision
	}
	out := &File{Status: http.StatusOK, ContentType: media, ETag: etag(h.Revision), CacheControl: revalidate, Vary: "Accept"}
	if matches(in.IfNoneMatch, out.ETag, false) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body, err = a.Document(h.ID, h.Revision, p, media == yamlMedia)
	return out, err
}

func (a *API) deletePlan(ctx context.Context, in *struct {
	OfPlan
	IfMatch string `header:"If-Match"`
}) (*struct{}, error) {
	h, _, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	if _, err := expected(in.IfMatch, false, h.Revision); err != nil {
		return nil, err
	}
	return nil, a.Plans.Delete(ctx, in.Plan)
}
