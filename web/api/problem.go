package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// Media types.
const (
	jsonMedia    = "application/json"
	yamlMedia    = "application/yaml"
	problemMedia = "application/problem+json"
)

// Problem says what went wrong, as RFC 9457 has it.
type Problem struct {
	Type     string  `json:"type" format:"uri-reference"`
	Title    string  `json:"title"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail"`
	Errors   []Fault `json:"errors,omitempty"`
	Conflict *Clash  `json:"conflict,omitempty"`
	Gone     *Row    `json:"gone,omitempty"`
	Revision int64   `json:"revision,omitempty"`

	headers http.Header
}

// Fault is one thing wrong with a request.
type Fault struct {
	Location string `json:"location"`
	Line     int    `json:"line,omitempty"`
	Message  string `json:"message"`
	Value    any    `json:"value,omitempty"`
}

// Clash is a field that somebody else has changed meanwhile.
type Clash struct {
	Row
	Field string          `json:"field"`
	Was   json.RawMessage `json:"was"`
	Now   json.RawMessage `json:"now"`
	Mine  json.RawMessage `json:"mine"`
}

// Row names a row of the plan.
type Row struct {
	Table string `json:"table"`
	Key   string `json:"key"`
}

// Error is the problem's title; GetStatus, GetHeaders and ContentType are what
// the router's library asks of an error.
func (p *Problem) Error() string             { return p.Title }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) GetHeaders() http.Header   { return p.headers }
func (p *Problem) ContentType(string) string { return problemMedia }

func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), p.headers)
	w.Header().Set("Content-Type", problemMedia)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(p) // who has gone needs no answer
	}
}

// kind is a sort of problem. Its messages are api.error.NAME and
// api.error.NAME.do, its documentation is docsPath#error-NAME.
type kind struct {
	name   string
	status int
}

// The kinds of problems.
var (
	malformed    = kind{"malformed", http.StatusBadRequest}
	crossSite    = kind{"cross_site", http.StatusForbidden}
	noTokens     = kind{"no_tokens", http.StatusForbidden}
	notFound     = kind{"not_found", http.StatusNotFound}
	wrongMethod  = kind{"method", http.StatusMethodNotAllowed}
	notAccepted  = kind{"not_acceptable", http.StatusNotAcceptable}
	slowBody     = kind{"slow_body", http.StatusRequestTimeout}
	conflict     = kind{"conflict", http.StatusConflict}
	gone         = kind{"gone", http.StatusConflict}
	undone       = kind{"undone", http.StatusConflict}
	unconnected  = kind{"unconnected", http.StatusConflict}
	stale        = kind{"stale", http.StatusPreconditionFailed}
	tooLarge     = kind{"too_large", http.StatusRequestEntityTooLarge}
	mediaType    = kind{"media_type", http.StatusUnsupportedMediaType}
	otherHost    = kind{"host", http.StatusMisdirectedRequest}
	invalid      = kind{"invalid", http.StatusUnprocessableEntity}
	precondition = kind{"precondition", http.StatusPreconditionRequired}
	internal     = kind{"internal", http.StatusInternalServerError}
	unavailable  = kind{"unavailable", http.StatusServiceUnavailable}
)

// kinds are all of them, in the order of the documentation.
var kinds = []kind{malformed, invalid, mediaType, tooLarge, slowBody, notFound, wrongMethod, notAccepted, conflict, gone, undone, stale, precondition,
	unconnected, noTokens, crossSite, otherHost, unavailable, internal}

func kindNamed(name string) kind {
	if i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name }); i >= 0 {
		return kinds[i]
	}
	return internal
}

// refusal is an error of the API's own: what is wrong with a request.
type refusal struct {
	kind     kind
	faults   []fault
	revision int64 // that the plan is at, 0 where it is no matter
}

func (e *refusal) Error() string { return "api: " + e.kind.name }

// fault is a Fault that is not worded yet.
type fault struct {
	location string
	line     int
	id       string
	args     map[string]any
	value    any
}

func refused(faults ...fault) error { return &refusal{kind: invalid, faults: faults} }

// mostFaults bounds what is told of one request.
const mostFaults = 100

// classify gives an error its kind.
func classify(err error) kind {
	var own *refusal
	var bad *plan.Invalid
	var away *plan.Gone
	var clash *plan.Conflict
	var step *decision.Error
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &own):
		return own.kind
	case errors.Is(err, plan.ErrNotFound):
		return notFound
	case errors.As(err, &away):
		return gone
	case errors.As(err, &clash), errors.Is(err, plan.ErrStale):
		return conflict
	case errors.Is(err, plan.ErrUndone):
		return undone
	case errors.As(err, &tooBig):
		return tooLarge
	case errors.As(err, &bad), errors.As(err, &step):
		return invalid
	case errors.Is(err, plan.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return unavailable
	}
	return internal
}

// problem words an error in the request's language. What it wraps goes to the
// log only.
func (q *asking) problem(err error) *Problem {
	k := classify(err)
	if k.status >= 500 && q.api != nil && q.r != nil && !errors.Is(q.r.Context().Err(), context.Canceled) {
		q.api.Log.Error("request failed", "path", q.r.URL.Path, "error", err)
	}
	p := &Problem{Type: docsPath + "#error-" + k.name, Title: q.lang.T("api.error."+k.name, nil), Status: k.status,
		Detail: q.lang.T("api.error."+k.name+".do", nil), headers: http.Header{}}
	var own *refusal
	var bad *plan.Invalid
	var away *plan.Gone
	var clash *plan.Conflict
	var step *decision.Error
	switch {
	case errors.As(err, &own):
		for _, f := range own.faults[:min(len(own.faults), mostFaults)] {
			p.Errors = append(p.Errors, Fault{f.location, f.line, q.lang.T(f.id, f.args), f.value})
		}
		if own.revision > 0 {
			p.Revision = own.revision
			p.headers.Set("ETag", etag(own.revision))
		}
	case errors.As(err, &bad):
		for _, one := range bad.Problems {
			p.Errors = append(p.Errors, Fault{Location: bodyPath(one.Path), Line: one.Line, Message: problemText(q.lang, one)})
		}
	case errors.As(err, &away):
		p.Gone = &Row{away.Kind, away.Key}
	case errors.As(err, &clash):
		p.Conflict = &Clash{Row{clash.Kind, clash.Key}, clash.Field, raw(clash.Was), raw(clash.Now), raw(clash.Mine)}
	case errors.As(err, &step):
		p.Errors = []Fault{{Location: "body.to", Message: q.lang.T(step.ID, step.Args)}}
	}
	return p
}

// bodyPath is where a path of a document stands in a request.
func bodyPath(path string) string {
	if path == "" {
		return "body"
	}
	return "body." + path
}

// problemText words a plan's problem, with the field called as the pages call
// it.
func problemText(l lang.Lang, p plan.Problem) string {
	args := maps.Clone(p.Args)
	if label := "field." + p.Path; l.Has(label) && args["field"] != nil && p.ID != "plan.problem.type" {
		args["field"] = l.T(label, nil)
	}
	return l.T(p.ID, args)
}

func raw(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

// mostQuoted bounds the characters of a request that are said again.
const mostQuoted = 200

// clip shortens a text that came in.
func clip(s string) string {
	if utf8.RuneCountInString(s) > mostQuoted {
		return string([]rune(s)[:mostQuoted]) + "…"
	}
	return s
}

// etag is the entity tag of a revision.
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }
