package decision

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"deckplan/internal/lang"
)

// figures is a world of given values.
type figures map[string]any

func (w figures) Figure(r Ref) (Figure, error) {
	v, ok := w[r.String()]
	if !ok {
		return Figure{}, &Missing{Ref: r, ID: "decision.missing.gone", Args: map[string]any{"kind": r.Kind, "name": r.Key}, Gone: true}
	}
	return Figure{Ref: r, Name: r.Key, Value: v}, nil
}

var someFigures = figures{`layout("hub").radius`: 0.48, `layout("hub").most_applications`: 31.0, `matrix("m").winner`: "Argo CD",
	`zone("vault").offline`: true, `plan.clusters`: 9.0, `plan.errors`: 0.0}

func TestCheck_ComparesFigures(t *testing.T) {
	for text, want := range map[string]Result{
		`layout("hub").radius <= 0.5`:                                        Holds,
		`layout("hub").radius < 0.48`:                                        Broken,
		`layout('hub').radius * 100 <= 48 and plan.clusters == 9`:            Holds,
		`matrix("m").winner == "Argo CD"`:                                    Holds,
		`matrix("m").winner in ["Flux", "Spinnaker"]`:                        Broken,
		`zone("vault").offline`:                                              Holds,
		`not zone("vault").offline`:                                          Broken,
		`plan.clusters > 5 ? layout("hub").radius < 0.5 : true`:              Holds,
		`layout("hub").most_applications / plan.errors > 1`:                  Holds, // infinity is above one
		`max(plan.clusters, 3) == 9 and round(layout("hub").radius*10) == 5`: Holds,
		`layout("gone").radius <= 0.5`:                                       Unknown,
	} {
		c, fault := CompileCheck(text)
		if fault != nil {
			t.Errorf("%s: %v", text, fault)
			continue
		}
		j := c.Judge(someFigures)
		if j.Result != want {
			t.Errorf("%s: %s, want %s", text, j.Result, want)
		}
		if (j.Missing != nil) != (want == Unknown) {
			t.Errorf("%s: missing %v", text, j.Missing)
		}
	}
}

func TestCheck_RefusesWhatIsNoPartOfTheLanguage(t *testing.T) {
	for text, want := range map[string]string{
		``:                                "syntax",
		`plan.clusters`:                   "syntax", // a number is no answer
		`plan.clusters <= "nine"`:         "syntax", // types are told apart
		`matrix("m").winner > 3`:          "syntax",
		`plan.clusters <=`:                "syntax",
		`true`:                            "nothing",
		`layout.radius <= 1`:              "no_key",
		`plan("x").clusters <= 1`:         "key",
		`layout("hub").radios <= 1`:       "unknown_figure",
		`hub("x").radius <= 1`:            "unknown_kind",
		`layout("hub")`:                   "no_figure",
		`plan`:                            "no_figure",
		`os.Exit`:                         "unknown_kind",
		`env("HOME") == ""`:               "unknown_kind",
		`len(plan.clusters) > 1`:          "not_allowed",
		`filter([1], # > 0) == [1]`:       "not_allowed",
		`plan["clusters"] > 1 and x`:      "unknown_kind",
		`layout("h" + "ub").radius <= 1`:  "not_allowed",
		`plan.clusters in 1..1000000000`:  "not_allowed",
		`matrix("m").winner matches ".*"`: "not_allowed",
		`{"a": plan.clusters} == {}`:      "not_allowed",
		`let x = plan.clusters; x > 1`:    "not_allowed",
		`plan.clusters == nil`:            "not_allowed",
		strings.Repeat("(", 400) + "true": "long",
		`plan.clusters > ` + strings.Repeat("1+", 300) + "1": "long",
		strings.Repeat("-", 450) + "plan.clusters > 1":       "long",
	} {
		_, fault := CompileCheck(text)
		if fault == nil || !strings.HasSuffix(fault.ID, "."+want) {
			t.Errorf("%.60q: got %v, want %s", text, fault, want)
			continue
		}
		for _, l := range lang.All {
			args := map[string]any{"field": "assumptions", "check": text}
			for k, v := range fault.Args {
				args[k] = v
			}
			if s := l.T(fault.ID, args); strings.Contains(s, "‹") {
				t.Error(s)
			}
		}
	}
}

func TestVocabulary_EveryNameHasAWordAndAValueAType(t *testing.T) {
	for kind, things := range Vocabulary {
		for _, term := range things.Terms {
			for _, l := range lang.All {
				for _, id := range []string{term.Label, "checks.unit." + term.UnitWord(), "checks.kind." + kind} {
					if !l.Has(id) {
						t.Errorf("%s.%s: no message %s", kind, term.Field, id)
					}
				}
			}
		}
	}
}

func FuzzCompileCheck(f *testing.F) {
	f.Add(`layout("hub").radius <= 0.5 and not zone("a").offline`)
	f.Add(`plan.clusters in [1, 2] ? true : plan.errors ** 2 > 3`)
	f.Fuzz(func(t *testing.T, text string) {
		c, fault := CompileCheck(text)
		if fault == nil {
			c.Judge(someFigures)
		}
	})
}

func TestJudge_SaysWhatMovedAndKeepsSinceWhen(t *testing.T) {
	r := Record{Number: 1, Status: Accepted, Assumptions: []Assumption{{"The radius stays at most half", `layout("hub").radius <= 0.5`}, {"Stated only", ""}}}
	first := Judge(r, State{}, someFigures, "2026-11-30", Moment{At: now})
	if len(first.Checks) != 1 || first.Checks[0].Result != Holds || first.Needs() {
		t.Fatalf("got %+v", first)
	}
	worse := figures{`layout("hub").radius`: 0.81}
	at := now.Add(time.Hour)
	broken := Judge(r, first, worse, "2026-11-30", Moment{At: at, Revision: 7, Author: "Jimin"})
	moved := broken.Checks[0].Moved()
	if !broken.Needs() || len(moved) != 1 || moved[0][0].Value != 0.48 || moved[0][1].Value != 0.81 {
		t.Fatalf("got %+v", broken)
	}
	for l, want := range map[lang.Lang]string{
		lang.English: "“The radius stays at most half” no longer holds: Delivery radius of 1:N, one hub went from 48% to 81%, with revision 7 by Jimin,",
		lang.Korean:  "48% → 81%. Jimin 님의 리비전 7,",
	} {
		reasons := broken.Reasons(l, "USD", r.Assumptions)
		if len(reasons) != 1 || !strings.Contains(reasons[0], want) {
			t.Errorf("got %q, want %q", reasons, want)
		}
	}
	later := Judge(r, broken, figures{`layout("hub").radius`: 0.9}, "2026-11-30", Moment{At: at.Add(time.Hour), Revision: 8, Author: "민서"})
	if c := later.Checks[0]; c.Revision != 7 || c.Author != "Jimin" || !c.Since.Equal(at) || c.Was[0].Value != 0.48 || c.Now[0].Value != 0.9 {
		t.Errorf("it was broken before: %+v", c)
	}
	gone := Judge(r, later, figures{}, "2026-11-30", Moment{At: at})
	if c := gone.Checks[0]; c.Result != Unknown || !gone.Needs() || c.Missing == "" {
		t.Errorf("its layout is gone: %+v", c)
	}
	r.Status = Proposed
	if Judge(r, first, worse, "2026-11-30", Moment{At: at}).Needs() {
		t.Error("what is not accepted needs no review")
	}
	r.Status = Superseded
	if s := Judge(r, first, worse, "2026-11-30", Moment{At: at}); len(s.Checks) > 0 {
		t.Error("what has come to its end is judged")
	}
}

func TestJudge_AReviewDateDoesNotPassSilently(t *testing.T) {
	r := Record{Number: 1, Status: Accepted, ReviewBy: "2026-12-01"}
	for today, want := range map[string]bool{"2026-11-30": false, "2026-12-01": true, "2027-01-01": true} {
		s := Judge(r, State{}, figures{}, today, Moment{At: now})
		if s.Needs() != want || want && !strings.Contains(s.Reasons(lang.English, "", nil)[0], "2026-12-01") {
			t.Errorf("%s: %+v", today, s)
		}
	}
}

func TestSign_CountsOnlyTheTextThatStands(t *testing.T) {
	r := example()
	sign := func(r Record, s SignOff) Record {
		t.Helper()
		next, err := r.Sign(s)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	if n := r.Unsigned(); len(n) != 2 {
		t.Fatalf("got %v", n)
	}
	if _, err := Transition(r, Accepted, By{Person: "x"}); !refusedAs(err, "decision.error.unsigned") {
		t.Errorf("accepted without sign-offs: %v", err)
	}
	r = sign(r, SignOff{Person: " 민서", Agrees: true, By: "Hana", At: now})
	if n := r.Unsigned(); len(n) != 1 || r.SignOffs[0].By != "Hana" || r.SignOffs[0].Person != "민서" {
		t.Errorf("got %v %+v", n, r.SignOffs)
	}
	r = sign(r, SignOff{Person: "Jimin: platform", Word: "too early", At: now})
	if s := r.Signatures(); !s[0].Objects() || !s[1].Agreed() {
		t.Errorf("got %+v", s)
	}
	r = sign(r, SignOff{Person: "jimin: PLATFORM", Agrees: true, By: "Jimin: platform", At: now})
	if len(r.Unsigned()) != 0 || r.SignOffs[2].By != "" {
		t.Errorf("the last word counts: %+v", r.SignOffs)
	}
	edited := r
	edited.Justification = "another reason"
	if s := edited.Signatures(); len(edited.Unsigned()) != 2 || !s[0].Earlier {
		t.Error("a word on an earlier text counts")
	}
	accepted, err := Transition(r, Accepted, By{Person: "x", At: now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accepted.Sign(SignOff{Person: "민서", Agrees: true}); !refusedAs(err, "decision.error.not_proposed") {
		t.Errorf("signed what is accepted: %v", err)
	}
	if _, err := r.Sign(SignOff{Person: "Nobody", Agrees: true}); !refusedAs(err, "decision.error.not_a_decider") {
		t.Errorf("signed by somebody else: %v", err)
	}
	if _, err := r.Sign(SignOff{Person: "민서"}); !refusedAs(err, "decision.error.objection") {
		t.Errorf("objected without a word: %v", err)
	}
}

func refusedAs(err error, id string) bool {
	var e *Error
	return errors.As(err, &e) && e.ID == id
}

func TestReviewed_KeepsWhatWasAssumed(t *testing.T) {
	r := example()
	r.Status, r.ReviewBy, r.Assumptions = Accepted, "2026-11-01", []Assumption{{"a", "plan.clusters <= 9"}}
	next, err := r.Reviewed(Review{Person: "Jimin", At: now, Why: "grew"}, []Assumption{{"a", "plan.clusters <= 20"}}, "2027-05-01")
	if err != nil || next.ReviewBy != "2027-05-01" || next.Assumptions[0].Check != "plan.clusters <= 20" || next.Reviews[0].Was[0].Check != "plan.clusters <= 9" || next.Reviews[0].ReviewBy != "2026-11-01" {
		t.Errorf("%v: %+v", err, next)
	}
	if _, err := r.Reviewed(Review{At: now}, nil, ""); !refusedAs(err, "decision.error.review_why") {
		t.Error(err)
	}
	if _, err := r.Reviewed(Review{At: now, Why: "x"}, nil, "2026-11-24"); !refusedAs(err, "decision.error.review_date") {
		t.Error(err)
	}
}

func TestRelate_LinksBothWays(t *testing.T) {
	a, b := Record{Number: 1}, Record{Number: 2}
	Relate(&a, &b, true)
	Relate(&b, &a, true)
	if len(a.RelatesTo) != 1 || len(b.RelatesTo) != 1 || a.RelatesTo[0] != 2 {
		t.Errorf("got %v %v", a.RelatesTo, b.RelatesTo)
	}
	Relate(&b, &a, false)
	if len(a.RelatesTo)+len(b.RelatesTo) != 0 {
		t.Errorf("got %v %v", a.RelatesTo, b.RelatesTo)
	}
}

func TestCheck_WhatTheReadmeShowsIsUnderstood(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "**Assumptions.**")
	_, rest, _ = strings.Cut(rest, "```\n")
	block, _, _ := strings.Cut(rest, "```")
	n := 0
	for line := range strings.Lines(block) {
		n++
		if _, fault := CompileCheck(strings.TrimSpace(line)); fault != nil {
			t.Errorf("%s: %v", line, fault)
		}
	}
	if n < 3 {
		t.Errorf("%d checks were read", n)
	}
}
