package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/plan"
)

// Revision is one edit of a plan's history.
type Revision struct {
	Number  int64     `json:"number"`
	Author  string    `json:"author"`
	At      time.Time `json:"at"`
	Summary string    `json:"summary"`
	Undoes  int64     `json:"undoes,omitempty"`
	Undone  int64     `json:"undone,omitempty"`
}

// RevisionChanges is a revision with a page of what it changed.
type RevisionChanges struct {
	Revision
	Since   int64           `json:"since,omitempty"`
	Changes List[RowChange] `json:"changes"`
}

// RowChange is a row before and after.
type RowChange struct {
	Row
	Change string          `json:"change" enum:"added,changed,removed"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// History is a page of a plan's revisions, the newest first.
type History struct {
	Items []Revision `json:"items"`
	Next  string     `json:"next,omitempty"`
}

func (a *API) historyRoutes() {
	const one = "/api/v1/plans/{plan}"
	add(a, op{id: "list-history", method: http.MethodGet, path: one + "/history", tag: "history"}, a.history)
	add(a, op{id: "get-revision", method: http.MethodGet, path: one + "/revisions/{number}", tag: "history"}, a.revision)
	add(a, op{id: "list-scenarios", method: http.MethodGet, path: one + "/scenarios", tag: "history"}, a.scenarios)
	add(a, op{id: "create-scenario", method: http.MethodPost, path: one + "/scenarios", tag: "history", status: http.StatusCreated}, a.createScenario)
}

func revisionOf(ctx context.Context, r plan.Revision) Revision {
	return Revision{r.Number, r.Author, r.At.UTC(), askingOf(ctx).lang.T(r.Summary.ID, r.Summary.Args), r.Undoes, r.Undone}
}

func (a *API) history(ctx context.Context, in *struct {
	OfPlan
	Known
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Before int64 `query:"before" minimum:"1"`
}) (*Answer[History], error) {
	h, _, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	all, err := a.Plans.History(ctx, in.Plan, in.Before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return tagged(in.Known, a.ofRevision(ctx, h.Revision), func() History {
		out := History{Items: []Revision{}}
		for _, r := range all[:min(len(all), in.Limit)] {
			out.Items = append(out.Items, revisionOf(ctx, r))
		}
		if len(all) > in.Limit {
			out.Next = again(ctx, "before", strconv.FormatInt(all[in.Limit-1].Number, 10))
		}
		return out
	}), nil
}

// revision gives what one revision changed, or all that changed since another.
func (a *API) revision(ctx context.Context, in *struct {
	OfPlan
	Paged
	Number int64 `path:"number" minimum:"1"`
	Since  int64 `query:"since" minimum:"1"`
}) (*Plain[RevisionChanges], error) {
	rev, err := a.Plans.Revision(ctx, in.Plan, in.Number)
	if err != nil {
		return nil, err
	}
	changes := rev.Changes
	if in.Since > 0 {
		old, err := a.Plans.At(ctx, in.Plan, in.Since)
		if err != nil {
			return nil, err
		}
		now, err := a.Plans.At(ctx, in.Plan, in.Number)
		if err != nil {
			return nil, err
		}
		changes = plan.Diff(old, now)
	}
	out := RevisionChanges{Revision: revisionOf(ctx, rev), Since: in.Since}
	out.Changes = page(ctx, changes, in.Paged, func(c plan.Change) RowChange {
		return RowChange{Row{c.Kind, c.Key}, changeOf(c), c.Before, c.After}
	})
	return &Plain[RevisionChanges]{out}, nil
}

func (a *API) scenarios(ctx context.Context, in *struct {
	OfPlan
	Paged
}) (*Plain[List[PlanHead]], error) {
	h, _, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	all, err := a.Plans.Family(ctx, h.Family)
	if err != nil {
		return nil, err
	}
	return &Plain[List[PlanHead]]{page(ctx, all, in.Paged, headOf)}, nil
}

// NewScenario names a copy of a plan.
type NewScenario struct {
	Scenario string `json:"scenario" minLength:"1" maxLength:"60"`
	Author   string `json:"author,omitempty" maxLength:"60"`
}

func (a *API) createScenario(ctx context.Context, in *struct {
	OfPlan
	Authored
	Body NewScenario
}) (*Made[PlanHead], error) {
	name := strings.TrimSpace(in.Body.Scenario)
	if name == "" {
		return nil, refused(fault{location: "body.scenario", id: "scenario.name.missing"})
	}
	h, err := a.Plans.Copy(ctx, in.Plan, a.NewID(), author(in.Authored, in.Body.Author), name)
	if err != nil {
		return nil, err
	}
	return &Made[PlanHead]{planURL(h.ID), etag(h.Revision), headOf(h)}, nil
}
