package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/plan"
)

// Decision is a record with the snapshot it was taken on. Intact tells whether
// the snapshot is still what was taken, NeedsReview whether something that it
// rests on no longer holds, Reasons what, in sentences. State has the figures.
type Decision struct {
	Record   decision.Record    `json:"record"`
	Version  int64              `json:"version"`
	Next     []decision.Status  `json:"next"`
	Snapshot *decision.Snapshot `json:"snapshot,omitempty"`
	Hash     string             `json:"hash,omitempty"`
	Intact   bool               `json:"intact"`

	NeedsReview bool           `json:"needsReview"`
	Reasons     []string       `json:"reasons,omitempty"`
	State       decision.State `json:"state"`
}

// decisionOf is a decision as it stands now.
func (a *API) decisionOf(ctx context.Context, id string, d decision.Kept) (Decision, error) {
	h, doc, err := a.Plans.Plan(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	standing, err := a.Standing(ctx, h, doc)
	if err != nil {
		return Decision{}, err
	}
	state := standing.States[d.Record.Number]

	next := d.Record.Status.Next()
	if next == nil {
		next = []decision.Status{}
	}
	return Decision{d.Record, d.Version, next, d.Snapshot, d.Hash, d.Intact(), state.Needs(),
		state.Reasons(askingOf(ctx).lang, doc.About.CurrencyOr(), d.Record.Assumptions), state}, nil
}

// NewDecision is what a team says in a new record. The rest of a record is for
// its steps.
type NewDecision struct {
	Topic          decision.Topic        `json:"topic" enum:"plan,ownership,layout,matrix,strategy,image"`
	Subject        string                `json:"subject,omitempty" maxLength:"200"`
	Title          string                `json:"title"`
	Status         decision.Status       `json:"status,omitempty" enum:"draft,proposed"`
	Date           string                `json:"date,omitempty"`
	DecisionMakers []string              `json:"decisionMakers,omitempty"`
	Consulted      []string              `json:"consulted,omitempty"`
	Informed       []string              `json:"informed,omitempty"`
	Context        string                `json:"context"`
	Drivers        []string              `json:"drivers,omitempty"`
	Options        []decision.Option     `json:"options,omitempty"`
	Chosen         string                `json:"chosen,omitempty"`
	Justification  string                `json:"justification,omitempty"`
	Consequences   []decision.Argument   `json:"consequences,omitempty"`
	Confirmation   string                `json:"confirmation,omitempty"`
	More           string                `json:"moreInformation,omitempty"`
	Assumptions    []decision.Assumption `json:"assumptions,omitempty" maxItems:"100"`
	ReviewBy       string                `json:"reviewBy,omitempty"`
}

func (n NewDecision) record(today string) decision.Record {
	r := decision.Record{Topic: n.Topic, Subject: n.Subject, Title: n.Title, Status: n.Status, Date: n.Date, DecisionMakers: n.DecisionMakers,
		Consulted: n.Consulted, Informed: n.Informed, Context: n.Context, Drivers: n.Drivers, Options: n.Options, Chosen: n.Chosen,
		Justification: n.Justification, Consequences: n.Consequences, Confirmation: n.Confirmation, More: n.More,
		Assumptions: n.Assumptions, ReviewBy: n.ReviewBy}
	if r.Status == "" {
		r.Status = decision.Proposed
	}
	if r.Date == "" {
		r.Date = today
	}
	return r
}

// NewStep is a step of a record's life cycle.
type NewStep struct {
	To     decision.Status `json:"to" enum:"draft,proposed,accepted,rejected,superseded,deprecated"`
	Person string          `json:"person,omitempty" maxLength:"60"`
	Why    string          `json:"why,omitempty" maxLength:"2000"`
	By     int             `json:"by,omitempty" minimum:"1"`
}

func (a *API) decisionRoutes() {
	const all, one = "/api/v1/plans/{plan}/decisions", "/api/v1/plans/{plan}/decisions/{number}"
	add(a, op{id: "list-decisions", method: http.MethodGet, path: all, tag: "decisions"}, a.decisions)
	add(a, op{id: "create-decision", method: http.MethodPost, path: all, tag: "decisions", status: http.StatusCreated}, a.createDecision)
	add(a, op{id: "get-decision", method: http.MethodGet, path: one, tag: "decisions"}, a.decision)
	add(a, op{id: "take-step", method: http.MethodPost, path: one + "/steps", tag: "decisions", kinds: []kind{conflict, stale}}, a.takeStep)
	add(a, op{id: "get-madr", method: http.MethodGet, path: one + "/madr", tag: "decisions", gives: map[string]string{"text/markdown": ""}}, a.madr)
}

func (a *API) decisions(ctx context.Context, in *struct {
	OfPlan
	Paged
	Status []string `query:"status" enum:"draft,proposed,accepted,rejected,superseded,deprecated"`
	Topic  []string `query:"topic" enum:"plan,ownership,layout,matrix,strategy,image"`
	Needs  bool     `query:"needsReview"`
}) (*Plain[List[decision.Record]], error) {
	h, doc, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	standing, err := a.Standing(ctx, h, doc)
	if err != nil {
		return nil, err
	}
	var all []decision.Record
	for _, r := range standing.Records {
		if (!in.Needs || standing.States[r.Number].Needs()) && among(in.Status, string(r.Status)) && among(in.Topic, string(r.Topic)) {
			all = append(all, r)
		}
	}
	return &Plain[List[decision.Record]]{page(ctx, all, in.Paged, func(r decision.Record) decision.Record { return r })}, nil
}

// createDecision keeps a new record with a snapshot of the verdict it is about.
func (a *API) createDecision(ctx context.Context, in *struct {
	OfPlan
	Body NewDecision
}) (*Made[Decision], error) {
	h, doc, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	begun, snapshot := a.Draft(askingOf(ctx).lang, h, doc, string(in.Body.Topic), in.Body.Subject)
	var faults []fault
	if begun.Topic != in.Body.Topic || in.Body.Subject != "" && begun.Subject != in.Body.Subject {
		faults = append(faults, fault{location: "body.subject", id: "api.problem.subject", value: clip(in.Body.Subject)})
	}
	record := in.Body.record(a.Now().Format(time.DateOnly))
	record.Subject = begun.Subject
	for _, p := range decision.Validate(record) {
		faults = append(faults, fault{location: "body." + p.Field, id: p.ID, args: p.Args})
	}
	if len(faults) > 0 {
		return nil, refused(faults...)
	}
	d, err := a.Plans.AddDecision(ctx, in.Plan, decision.Kept{Decision: decision.Decision{Record: record, Snapshot: snapshot}})
	if err != nil {
		return nil, err
	}
	out, err := a.decisionOf(ctx, h.ID, d)
	return &Made[Decision]{planURL(h.ID, "decisions", strconv.Itoa(d.Record.Number)), etag(d.Version), out}, err
}

// OfDecision is for what is asked of one record.
type OfDecision struct {
	OfPlan
	Number int64 `path:"number" minimum:"1"`
}

func (a *API) decision(ctx context.Context, in *OfDecision) (*Answer[Decision], error) {
	d, err := a.Plans.Decision(ctx, in.Plan, in.Number)
	if err != nil {
		return nil, err
	}
	out, err := a.decisionOf(ctx, in.Plan, d)
	if err != nil {
		return nil, err
	}
	return &Answer[Decision]{Status: http.StatusOK, ETag: etag(d.Version), Body: out}, nil
}

// takeStep takes a record to its next status. The record that takes its place,
// if one does, is linked to it.
func (a *API) takeStep(ctx context.Context, in *struct {
	OfDecision
	Authored
	IfMatch string `header:"If-Match"`
	Body    NewStep
}) (*Answer[Decision], error) {
	by := decision.By{Person: author(in.Authored, in.Body.Person), At: a.Now(), Why: strings.TrimSpace(in.Body.Why), Number: in.Body.By}
	numbers := []int{int(in.Number)}
	if in.Body.To == decision.Superseded && by.Number > 0 && by.Number != numbers[0] {
		if _, err := a.Plans.Decision(ctx, in.Plan, int64(by.Number)); errors.Is(err, plan.ErrNotFound) {
			return nil, refused(fault{location: "body.by", id: "api.problem.successor", value: by.Number})
		} else if err != nil {
			return nil, err
		}
		numbers = append(numbers, by.Number)
	}
	err := a.Plans.ChangeDecisions(ctx, in.Plan, func(all []*decision.Kept) error {
		if _, err := expected(in.IfMatch, false, all[0].Version); err != nil {
			return err
		}
		return decision.Take(all, in.Body.To, by)
	}, numbers...)
	if err != nil {
		return nil, err
	}
	if in.Body.To == decision.Accepted {
		a.Accepted(ctx, in.Plan, numbers[0], by)
	}
	d, err := a.Plans.Decision(ctx, in.Plan, in.Number)
	if err != nil {
		return nil, err
	}
	out, err := a.decisionOf(ctx, in.Plan, d)
	if err != nil {
		return nil, err
	}
	return &Answer[Decision]{Status: http.StatusOK, ETag: etag(d.Version), Body: out}, nil
}

func (a *API) madr(ctx context.Context, in *OfDecision) (*File, error) {
	d, err := a.Plans.Decision(ctx, in.Plan, in.Number)
	if err != nil {
		return nil, err
	}
	return &File{Status: http.StatusOK, ContentType: "text/markdown; charset=utf-8", ETag: etag(d.Version),
		Body: []byte(decision.MADR(d.Record, askingOf(ctx).lang))}, nil
}
