package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"deckplan/internal/plan"
)

// Change is what came of a change to a plan.
type Change struct {
	Plan     string       `json:"plan"`
	Revision int64        `json:"revision"`
	Author   string       `json:"author"`
	At       time.Time    `json:"at"`
	Summary  string       `json:"summary"`
	Changed  int          `json:"changed"`
	Rows     []ChangedRow `json:"rows"`
}

// ChangedRow is a row that a change has touched.
type ChangedRow struct {
	Row
	Change string `json:"change" enum:"added,changed,removed"`
}

// mostRows bounds the rows that a change names.
const mostRows = 1000

func changed(ctx context.Context, id string, rev plan.Revision) *Answer[Change] {
	out := Change{Plan: id, Revision: rev.Number, Author: rev.Author, At: rev.At.UTC(), Changed: len(rev.Changes), Rows: []ChangedRow{}}
	if out.Summary = askingOf(ctx).lang.T("api.unchanged", nil); len(rev.Changes) > 0 {
		out.Summary = askingOf(ctx).lang.T(rev.Summary.ID, rev.Summary.Args)
	}
	for _, c := range rev.Changes[:min(len(rev.Changes), mostRows)] {
		out.Rows = append(out.Rows, ChangedRow{Row{c.Kind, c.Key}, changeOf(c)})
	}
	return &Answer[Change]{Status: http.StatusOK, ETag: etag(rev.Number), Body: out}
}

func changeOf(c plan.Change) string {
	switch {
	case c.Before == nil:
		return "added"
	case c.After == nil:
		return "removed"
	}
	return "changed"
}

func (a *API) changeRoutes() {
	const one = "/api/v1/plans/{plan}"
	add(a, op{id: "put-plan", method: http.MethodPut, path: one, tag: "plans", takes: "Plan", also: true, raw: true,
		kinds: []kind{stale, precondition}}, a.putPlan)
	add(a, op{id: "patch-plan", method: http.MethodPatch, path: one, tag: "plans", takes: "Patch", raw: true,
		kinds: []kind{conflict, stale}}, a.patchPlan)
	add(a, op{id: "undo", method: http.MethodPost, path: one + "/undo", tag: "history", kinds: []kind{conflict, undone}}, a.undo)
}

// putPlan replaces the document, as one edit that can be undone.
func (a *API) putPlan(ctx context.Context, in *struct {
	OfPlan
	Authored
	IfMatch string `header:"If-Match"`
	RawBody []byte `contentType:"application/json"`
}) (*Answer[Change], error) {
	h, _, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	at, err := expected(in.IfMatch, true, h.Revision)
	if err != nil {
		return nil, err
	}
	p, err := plan.DecodeYAML(bytes.NewReader(in.RawBody))
	if err != nil {
		return nil, err
	}
	return a.edit(ctx, in.Plan, author(in.Authored, ""), at, plan.Restore{To: p, Summary: plan.Summary{ID: "plan.summary.replace"}})
}

// edit carries an edit out, on one revision only where at names it.
func (a *API) edit(ctx context.Context, id, who string, at int64, e plan.Edit) (*Answer[Change], error) {
	var rev plan.Revision
	var err error
	if at > 0 {
		rev, err = a.Plans.EditAt(ctx, id, who, at, e)
	} else {
		rev, err = a.Plans.Edit(ctx, id, who, e)
	}
	if errors.Is(err, plan.ErrStale) {
		h, _, again := a.Plans.Plan(ctx, id)
		if again != nil {
			return nil, again
		}
		return nil, &refusal{kind: stale, revision: h.Revision}
	}
	if err != nil {
		return nil, err
	}
	return changed(ctx, id, rev), nil
}

// patchPlan carries out a list of edits as one.
func (a *API) patchPlan(ctx context.Context, in *struct {
	OfPlan
	Authored
	IfMatch string `header:"If-Match"`
	RawBody []byte `contentType:"application/json"`
}) (*Answer[Change], error) {
	h, _, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	at, err := expected(in.IfMatch, false, h.Revision)
	if err != nil {
		return nil, err
	}
	patch, err := readPatch(in.RawBody, a.NewID)
	if err != nil {
		return nil, err
	}
	out, err := a.edit(ctx, in.Plan, author(in.Authored, patch.author), at, patch.edit())
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		return nil, patch.located(askingOf(ctx).lang, bad)
	}
	return out, err
}

// Undoing says what to take back.
type Undoing struct {
	Revision int64  `json:"revision,omitempty" minimum:"1"`
	Redo     bool   `json:"redo,omitempty"`
	Author   string `json:"author,omitempty" maxLength:"60"`
}

// undo takes an edit back; without a number the newest in force, or puts the
// one undone last in force again.
func (a *API) undo(ctx context.Context, in *struct {
	OfPlan
	Authored
	Body *Undoing
}) (*Answer[Change], error) {
	asked := Undoing{}
	if in.Body != nil {
		asked = *in.Body
	}
	if asked.Revision == 0 {
		undo, redo, err := a.Plans.Undoable(ctx, in.Plan)
		if err != nil {
			return nil, err
		}
		if asked.Revision = undo; asked.Redo {
			asked.Revision = redo
		}
		if asked.Revision == 0 {
			if _, _, err := a.Plans.Plan(ctx, in.Plan); err != nil {
				return nil, err
			}
			return nil, plan.ErrUndone
		}
	} else if asked.Redo {
		return nil, refused(fault{location: "body.redo", id: "api.problem.redo"})
	}
	rev, err := a.Plans.Undo(ctx, in.Plan, author(in.Authored, asked.Author), asked.Revision)
	if err != nil {
		return nil, err
	}
	return changed(ctx, in.Plan, rev), nil
}
