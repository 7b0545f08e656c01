package appraise

import (
	"slices"
	"testing"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func TestRun_CoversEveryPipelineLayoutAndMatrix(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	a := Run(p)
	if len(a.Layouts) != len(layout.Presets(p))+len(p.Layouts) || len(a.Stored()) != len(p.Layouts) || len(a.Pipelines) != len(p.Pipelines) || len(a.Matrices) != len(p.Matrices) {
		t.Errorf("got %d layouts, %d pipelines, %d matrices", len(a.Layouts), len(a.Pipelines), len(a.Matrices))
	}
	if e := Run(plan.Empty("x")); len(e.Findings()) != 0 || e.Errors() != 0 || len(e.Counts()) != len(Topics) {
		t.Errorf("an empty plan: %+v", e.Findings())
	}
}

func TestFindings_AreThoseOfWhatIsStoredGravestFirst(t *testing.T) {
	p, err := plan.Sample("ko")
	if err != nil {
		t.Fatal(err)
	}
	a := Run(p)
	all := a.Findings()
	if !slices.IsSortedFunc(all, func(x, y Finding) int { return int(x.Severity) - int(y.Severity) }) {
		t.Error("not in order")
	}
	count := map[Topic]Count{}
	stored := map[string]bool{}
	for _, l := range p.Layouts {
		stored[l.ID] = true
	}
	for _, f := range all {
		c := count[f.Topic]
		switch f.Severity {
		case verdict.Error:
			c.Errors++
		case verdict.Warning:
			c.Warnings++
		}
		count[f.Topic] = c
		if f.Subject.Name == "" || f.Topic == Layout && !stored[f.Subject.Key] {
			t.Errorf("%s is about %+v", f.ID, f.Subject)
		}
	}
	errors := 0
	for topic, c := range a.Counts() {
		errors += c.Errors
		if count[topic] != c {
			t.Errorf("%s: counted %+v, found %+v", topic, c, count[topic])
		}
	}
	if errors != a.Errors() {
		t.Errorf("got %d errors", a.Errors())
	}
}
