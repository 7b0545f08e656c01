package webhook

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// version counts the changes of the body that a receiver must know of. Further
// fields are no such change.
const version = 1

// Limits of what a body lists, and of how long one text in it is, in bytes.
const (
	maxListed = 20
	maxTold   = 3 // in the sentence
	maxText   = 1000
)

type body struct {
	Version  int           `json:"version"`
	ID       string        `json:"id"`
	Type     hook.Type     `json:"type"`
	At       time.Time     `json:"at"`
	Text     string        `json:"text"`
	Language lang.Lang     `json:"language"`
	Plan     *bodyPlan     `json:"plan,omitempty"`
	Decision *bodyDecision `json:"decision,omitempty"`
	Drift    *bodyDrift    `json:"drift,omitempty"`
}

type bodyPlan struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Scenario string `json:"scenario,omitempty"`
	URL      string `json:"url,omitempty"`
}

type bodyDecision struct {
	Number  int             `json:"number"`
	Title   string          `json:"title"`
	Status  decision.Status `json:"status"`
	By      string          `json:"by,omitempty"`
	URL     string          `json:"url,omitempty"`
	Reasons []bodyReason    `json:"reasons,omitempty"`
}

type bodyReason struct {
	Text       string `json:"text"`
	Assumption string `json:"assumption,omitempty"`
	Figure     string `json:"figure,omitempty"`
	Label      string `json:"label,omitempty"`
	From       string `json:"from,omitempty"`
	To         string `json:"to,omitempty"`
	By         string `json:"by,omitempty"`
	Revision   int64  `json:"revision,omitempty"`
}

type bodyDrift struct {
	URL       string           `json:"url,omitempty"`
	Counts    map[string]int   `json:"counts"`
	New       []bodyDifference `json:"new"`
	Gone      []bodyDifference `json:"gone"`
	NewCount  int              `json:"newCount"`
	GoneCount int              `json:"goneCount"`
}

type bodyDifference struct {
	Key      string `json:"key"`
	Kind     string `json:"kind"`
	Severity string `json:"severity"`
	Text     string `json:"text"`
}

// body is what is sent of an event to an endpoint of that language.
func (s *Sender) body(e hook.Event, l lang.Lang) ([]byte, error) {
	b := body{Version: version, ID: e.ID, Type: e.Type, At: e.At.UTC().Truncate(time.Millisecond), Language: l}
	title := plan.Head{Name: e.Plan.Name, Scenario: e.Plan.Scenario}.Title()
	if e.Plan.ID != "" {
		b.Plan = &bodyPlan{e.Plan.ID, e.Plan.Name, e.Plan.Scenario, s.link(e.Plan.ID)}
	}
	switch {
	case e.Decision != nil:
		b.Decision = s.decision(e, l)
		b.Text = decisionText(e, b.Decision, title, l)
	case e.Drift != nil:
		b.Drift = s.drift(e, l)
		b.Text = driftText(b.Drift, title, l)
	default:
		b.Text = l.T("hook.text.ping", nil)
	}
	var out bytes.Buffer
	w := json.NewEncoder(&out)
	w.SetEscapeHTML(false)
	err := w.Encode(b)
	return bytes.TrimSpace(out.Bytes()), err
}

// link is the address of a page of a plan; empty where Deckplan's own is not
// known.
func (s *Sender) link(id string, rest ...string) string {
	if s.Base == "" {
		return ""
	}
	return strings.Join(append([]string{s.Base, "plans", url.PathEscape(id)}, rest...), "/")
}

func (s *Sender) decision(e hook.Event, l lang.Lang) *bodyDecision {
	d := e.Decision
	out := &bodyDecision{Number: d.Number, Title: d.Title, Status: d.Status, By: d.By, URL: s.link(e.Plan.ID, "decisions", strconv.Itoa(d.Number))}
	for _, r := range d.Reasons[:min(len(d.Reasons), maxListed)] {
		out.Reasons = append(out.Reasons, bodyReason{Text: legible(reasonText(r, l), maxText), Assumption: legible(r.Assumption, maxText), Figure: r.Figure,
			Label: r.Label.In(l), From: r.From.In(l), To: r.To.In(l), By: r.By, Revision: r.Revision})
	}
	return out
}

// reasonText says a reason in a sentence.
func reasonText(r hook.Reason, l lang.Lang) string {
	if text := r.Text.In(l); text != "" {
		return text
	}
	if r.Label.In(l) == "" {
		return r.Assumption
	}
	args := map[string]any{"label": r.Label.In(l), "from": r.From.In(l), "to": r.To.In(l), "by": r.By, "revision": r.Revision}
	switch {
	case r.Revision > 0 && r.By != "":
		return l.T("hook.text.moved_by", args)
	case r.Revision > 0:
		return l.T("hook.text.moved_in", args)
	}
	return l.T("hook.text.moved", args)
}

func decisionText(e hook.Event, d *bodyDecision, title string, l lang.Lang) string {
	args := map[string]any{"plan": title, "number": decision.FormatNumber(d.Number), "title": d.Title, "by": d.By}
	if e.Type == hook.NeedsReview {
		lines := []string{l.T("hook.text.needs_review", args)}
		for _, r := range d.Reasons[:min(len(d.Reasons), maxTold)] {
			lines = append(lines, r.Text)
		}
		return strings.Join(lines, "\n")
	}
	if d.By != "" {
		return l.T("hook.text.accepted_by", args)
	}
	return l.T("hook.text.accepted", args)
}

func (s *Sender) drift(e hook.Event, l lang.Lang) *bodyDrift {
	d := e.Drift
	list := func(all []hook.Difference) []bodyDifference {
		out := []bodyDifference{}
		for _, one := range all[:min(len(all), maxListed)] {
			out = append(out, bodyDifference{one.Key, one.Kind, one.Severity, legible(one.Text.In(l), maxText)})
		}
		return out
	}
	return &bodyDrift{URL: s.link(e.Plan.ID, "drift"), Counts: map[string]int{"errors": d.Errors, "warnings": d.Warnings, "notes": d.Notes},
		New: list(d.New), Gone: list(d.Gone), NewCount: len(d.New), GoneCount: len(d.Gone)}
}

func driftText(d *bodyDrift, title string, l lang.Lang) string {
	n := d.Counts["errors"] + d.Counts["warnings"] + d.Counts["notes"]
	lines := []string{l.T("hook.text.drift", map[string]any{"plan": title, "new": d.NewCount, "gone": d.GoneCount, "n": n})}
	for _, one := range d.New[:min(len(d.New), maxTold)] {
		lines = append(lines, one.Text)
	}
	return strings.Join(lines, "\n")
}
