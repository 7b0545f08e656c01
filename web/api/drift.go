package api

import (
	"context"
	"net/http"

	"deckplan/internal/appraise"
	"deckplan/internal/drift"
	"deckplan/internal/verdict"
)

// Drift is a page of the differences between a plan and what runs.
type Drift struct {
	List[Difference]
	Layout       *appraise.Subject `json:"layout,omitempty"`
	Counts       DriftCounts       `json:"counts"`
	Applications int               `json:"applications"`
	Unjudged     []string          `json:"unjudged,omitempty"`
	Captured     []string          `json:"captured,omitempty"`
}

// DriftCounts are the differences that count, by severity, and those set aside.
type DriftCounts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Intended int `json:"intended"`
}

// Difference is one way in which plan and live differ.
type Difference struct {
	Kind      string        `json:"kind"`
	Key       string        `json:"key"`
	Severity  string        `json:"severity" enum:"error,warning,note,good"`
	Text      string        `json:"text"`
	Plan      string        `json:"plan,omitempty"`
	Live      string        `json:"live,omitempty"`
	Why       string        `json:"why,omitempty"`
	Do        string        `json:"do,omitempty"`
	About     []verdict.Ref `json:"about,omitempty"`
	Places    []Place       `json:"places,omitempty"`
	Count     int           `json:"count"`
	Examples  []string      `json:"examples,omitempty"`
	Commands  []string      `json:"commands,omitempty"`
	Adoptable bool          `json:"adoptable"`
	Intended  *Intended     `json:"intended,omitempty"`
}

// Place names something live.
type Place struct {
	Instance  string `json:"instance"`
	Cluster   string `json:"cluster,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
}

// Intended is why a difference is set aside, and until when.
type Intended struct {
	Reason string `json:"reason"`
	Until  string `json:"until"`
	By     string `json:"by,omitempty"`
}

func (a *API) driftRoutes() {
	add(a, op{id: "get-drift", method: http.MethodGet, path: "/api/v1/plans/{plan}/drift", tag: "live", kinds: []kind{unconnected}}, a.drift)
}

func (a *API) drift(ctx context.Context, in *struct {
	OfPlan
	Paged
	Severity []string `query:"severity" enum:"error,warning,note"`
	Kind     []string `query:"kind" maxItems:"50"`
	Intended bool     `query:"intended"`
}) (*Plain[Drift], error) {
	h, doc, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	result := a.Drift(h.ID, h.Revision, doc)
	if result == nil {
		return nil, &refusal{kind: unconnected}
	}
	w := wordingOf(ctx, doc)
	counts := result.Counts()
	out := Drift{Applications: result.Applications, Unjudged: w.notes(result.Unjudged), Captured: w.notes(result.Captured),
		Counts: DriftCounts{counts[verdict.Error], counts[verdict.Warning], counts[verdict.Note], len(result.Aside)}}
	if result.Layout != "" {
		out.Layout = &appraise.Subject{Key: result.Layout, Name: result.LayoutName}
	}
	from := result.Differences
	if in.Intended {
		from = result.Aside
	}
	var all []*drift.Difference
	for i := range from {
		if d := &from[i]; among(in.Severity, d.Severity.String()) && among(in.Kind, string(d.Kind)) {
			all = append(all, d)
		}
	}
	out.List = page(ctx, all, in.Paged, func(d *drift.Difference) Difference { return w.difference(d) })
	return &Plain[Drift]{out}, nil
}

// mostNotes bounds what is told of what could not be judged.
const mostNotes = 100

func (w wording) notes(all []drift.Note) (out []string) {
	for _, n := range all[:min(len(all), mostNotes)] {
		out = append(out, w.word(n.ID, n.Args))
	}
	return out
}

func (w wording) difference(d *drift.Difference) Difference {
	id := "drift." + string(d.Kind)
	out := Difference{Kind: string(d.Kind), Key: d.Key, Severity: d.Severity.String(), Text: w.word(id, d.Args), Plan: w.maybe(d.PlanSays, d.Args),
		Live: w.maybe(id+".live", d.Args), Why: w.maybe(id+".why", d.Args), Do: w.maybe(id+".do", d.Args), About: d.Plan, Count: d.Count,
		Examples: d.Examples, Commands: d.Hint, Adoptable: d.Adoptable()}
	for _, p := range d.Live {
		out.Places = append(out.Places, Place(p))
	}
	if i := d.Intended; i != nil {
		out.Intended = &Intended{i.Reason, i.Until, i.By}
	}
	return out
}
