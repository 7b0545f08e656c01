package decision

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/lang"
	"deckplan/internal/verdict"
)

func example() Record {
	return Record{Number: 7, Topic: Layout, Subject: "ours", Title: "Group Argo CD instances by environment", Status: Proposed, Date: "2026-11-23",
		DecisionMakers: []string{"Jimin: platform", "민서"}, Consulted: []string{"Hana"}, Context: "One hub delivers to nine clusters.\n# not a heading\n```\n# a comment\n```\ntext\n---",
		Drivers: []string{"delivery radius"}, Options: []Option{{Name: "1:N", Description: "One hub.", Arguments: []Argument{{Bad, "one outage stops\nevery delivery"}}}, {Name: "By environment", Arguments: []Argument{{Good, "production comes last"}, {Neutral, "two more hosts"}}}},
		Chosen: "By environment", Justification: "production upgrades come last.", Consequences: []Argument{{Good, "x"}, {Bad, "y"}}, Confirmation: "deckplan check", More: "See the runbook."}
}

var now = time.Date(2026, 11, 24, 9, 30, 15, 123456789, time.FixedZone("KST", 9*3600))

func TestTransition_FollowsTheLifeCycle(t *testing.T) {
	for _, from := range Statuses {
		for _, to := range Statuses {
			r := example()
			r.Status = from
			got, err := Transition(r, to, By{Person: "Jimin", At: now, Why: "agreed", Number: 9})
			if slices.Contains(from.Next(), to) {
				if err != nil || got.Status != to || got.Date != "2026-11-24" || len(got.Steps) != 1 || got.Steps[0].Why != "agreed" {
					t.Errorf("%s to %s: %v %+v", from, to, err, got)
				}
				continue
			}
			var e *Error
			if !errors.As(err, &e) || e.ID != "decision.error.transition" || got.Status != from {
				t.Errorf("%s to %s: got %v", from, to, err)
			}
		}
	}
}

func TestTransition_NeedsWhatTheStatusMeans(t *testing.T) {
	undecided, accepted := example(), example()
	undecided.Chosen = ""
	accepted.Status = Accepted
	for id, c := range map[string]struct {
		r  Record
		to Status
		by By
	}{
		"decision.error.no_outcome":   {undecided, Accepted, By{}},
		"decision.error.no_successor": {accepted, Superseded, By{}},
		"decision.error.itself":       {accepted, Superseded, By{Number: 7}},
	} {
		var e *Error
		if _, err := Transition(c.r, c.to, c.by); !errors.As(err, &e) || e.ID != id {
			t.Errorf("%s: got %v", id, err)
		} else if s := lang.Korean.T(e.ID, e.Args); strings.Contains(s, "‹") {
			t.Error(s)
		}
	}
	if _, err := Transition(accepted, Superseded, By{Number: -9}); err == nil {
		t.Error("superseded by a record that cannot be")
	}
	r, err := Transition(accepted, Superseded, By{Number: 9})
	if err != nil || r.SupersededBy != 9 || r.Editable() || !example().Editable() {
		t.Errorf("got %v %+v", err, r)
	}
	if n := (Record{Number: 9}).LinkTo(7).LinkTo(7).LinkTo(9).Supersedes; !slices.Equal(n, []int{7}) {
		t.Errorf("got %v", n)
	}
}

func TestValidate_FindsEveryProblemAndWordsIt(t *testing.T) {
	if got := Validate(example()); got != nil {
		t.Errorf("got %+v", got)
	}
	bad := example()
	bad.Title, bad.Context, bad.Date, bad.Topic, bad.Status, bad.Chosen = " ", strings.Repeat("가", MaxText+1), "1.2.2026", "x", "y", "none of them"
	bad.Drivers = make([]string, MaxEntries+1)
	bad.Informed = []string{"a\x00"}
	bad.Consequences = []Argument{{"maybe", ""}}
	bad.Options = append(bad.Options, Option{Name: "1:N"})
	want := map[string]string{"title": "required", "context": "long", "date": "date", "topic": "unknown", "status": "unknown", "chosen": "not_an_option",
		"drivers": "many", "informed[0]": "bytes", "consequences[0]": "unknown", "options[2]": "twice"}
	got := map[string]string{}
	for _, p := range Validate(bad) {
		got[p.Field] = strings.TrimPrefix(p.ID, "decision.problem.")
		for _, l := range lang.All {
			if s := l.T(p.ID, p.Args); strings.Contains(s, "‹") {
				t.Error(s)
			}
		}
	}
	for field, id := range want {
		if got[field] != id {
			t.Errorf("%s: got %q, want %q", field, got[field], id)
		}
	}
	if len(Validate(Record{})) < 3 {
		t.Error("an empty record passes")
	}
}

func TestSnapshot_HashShowsEveryChange(t *testing.T) {
	v := []verdict.Metric{{ID: "layout.radius", Value: 0.48, Unit: verdict.Percent, Cause: "argo-prod"}, {ID: "layout.cost", Value: 19100, Unit: verdict.Money}}
	s := Snapshot{Plan: "p", Revision: 31, Taken: now, Metrics: Metrics("", v, "USD"),
		Findings: Findings([]verdict.Finding{{ID: "layout.finding.homeless", Severity: verdict.Warning, Args: verdict.Args{"n": 2}}}, "USD"),
		Figures:  []Picture{{ID: "deckplan", SVG: Text{"<svg>&</svg>", "<svg>가</svg>"}}}}
	if m, ok := s.Metric("layout.radius"); !ok || m.Text.Ko != "48%" || m.Label.En != "Delivery radius" {
		t.Errorf("got %+v", m)
	}
	if f := s.Findings[0]; f.Severity != "warning" || f.Text.En == f.Text.Ko || f.Why.Ko == "" {
		t.Errorf("got %+v", f)
	}
	back, err := ParseSnapshot(s.JSON())
	if err != nil || back.Hash() != s.Hash() || string(back.JSON()) != string(s.JSON()) || strings.Contains(string(s.JSON()), `\u003c`) {
		t.Errorf("%v: %s", err, s.JSON())
	}
	d := Decision{Snapshot: &back, Hash: s.Hash()}
	if !d.Intact() || len(d.Hash) != 64 {
		t.Error("it was not changed")
	}
	back.Metrics[0].Value = 0.47
	if d.Intact() {
		t.Error("it was changed")
	}
}

func TestMADR_WritesTheTemplateOfVersion4(t *testing.T) {
	r := example()
	r.Status, r.SupersededBy, r.Supersedes = Superseded, 9, []int{3}
	want := `---
status: superseded by ADR-0009
date: "2026-11-23"
decision-makers: ['Jimin: platform', 민서]
consulted: [Hana]
deckplan:
  number: 7
  topic: layout
  subject: ours
  exact:
    context:
      reads: e511c2f95f428c5c
      is: "One hub delivers to nine clusters.\n# not a heading\n` + "```\\n# a comment\\n```" + `\ntext\n---"
    options:
      reads: 348cf6cd3f0a95c2
      is:
        - name: 1:N
          description: One hub.
          arguments:
            - side: bad
              text: "one outage stops\nevery delivery"
        - name: By environment
          arguments:
            - side: good
              text: production comes last
            - side: neutral
              text: two more hosts
---

# Group Argo CD instances by environment

## Context and Problem Statement

One hub delivers to nine clusters.
\# not a heading
` + "```\n# a comment\n```" + `
text
\---

## Decision Drivers

* delivery radius

## Considered Options

* 1:N
* By environment

## Decision Outcome

Chosen option: "By environment", because production upgrades come last.

### Consequences

* Good, because x
* Bad, because y

### Confirmation

deckplan check

## Pros and Cons of the Options

### 1:N

One hub.

* Bad, because one outage stops every delivery

### By environment

* Good, because production comes last
* Neutral, because two more hosts

## More Information

See the runbook.

* Supersedes ADR-0003.
* Superseded by ADR-0009.
`
	if got := MADR(r, lang.English); got != want {
		t.Errorf("got\n%s", got)
	}
	if s := MADR(Record{Title: "x\n# y"}, lang.Korean); strings.Contains(s, "\n# y") || strings.Contains(s, "‹") {
		t.Error(s)
	}
	if got := (Record{Number: 12, Title: "허브 하나로: 1:N!"}).FileName(); got != "0012-허브-하나로-1-n.md" {
		t.Error(got)
	}
}

func TestMessages_EveryWordExists(t *testing.T) {
	for _, l := range lang.All {
		for _, s := range Statuses {
			if !l.Has("decision.status." + string(s)) {
				t.Errorf("%s: status %s", l, s)
			}
		}
		for _, s := range Topics {
			if !l.Has("decision.topic." + string(s)) {
				t.Errorf("%s: topic %s", l, s)
			}
		}
		for _, s := range Sides {
			if !l.Has("decision.side." + string(s)) {
				t.Errorf("%s: side %s", l, s)
			}
		}
	}
}
