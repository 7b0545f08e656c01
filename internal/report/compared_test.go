package report

import (
	"os"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// copied is a plan of its own with the same rows.
func copied(t testing.TB, p *plan.Plan) *plan.Plan {
	t.Helper()
	b, err := plan.EncodeJSON(p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.DecodeJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// scenarios is the sample beside one of its scenarios: a stage has found its
// team, a cluster is new, a service has another name, and a step lost its way
// back.
func scenarios(t testing.TB, l lang.Lang) Input {
	in := sample(t, l)
	p := copied(t, in.Plan)
	p.About.Scenario = "to-be A"
	for i := range p.Stages {
		if len(p.Stages[i].Accountable) != 1 {
			p.Stages[i].Accountable = []string{p.Teams[0].ID}
		}
	}
	p.Clusters = append(p.Clusters, plan.Cluster{ID: "new", Name: "brand-new", Environment: p.Environments[0].ID, Zone: p.Zones[0].ID})
	p.Services[0].Name = "renamed"
	for i := range p.Steps {
		p.Steps[i].WayBack = ""
	}
	in.Other = &Other{Plan: p, Revision: 7, Appraisal: appraise.Run(p)}
	return in
}

func TestComparison_TellsRowsFiguresAndFindingsInEveryFormat(t *testing.T) {
	for _, l := range lang.All {
		in := scenarios(t, l)
		a, b := in.Plan.About.Name, in.Plan.About.Name+" · to-be A"
		for format, s := range texts(t, in) {
			if strings.Contains(s, "‹") {
				t.Errorf("%s in %s: a message is missing", format, l)
			}
			for _, want := range []string{a + " ↔ " + b, "brand-new", "renamed", l.T("compare.row.added", nil), l.T("report.revision_n", map[string]any{"n": 7}), l.T("report.title.comparison", nil),
				l.T("compare.gone", map[string]any{"plan": a}), l.T("compare.fresh", map[string]any{"plan": b}), l.T("report.both", nil), l.T("compare.change", nil)} {
				if !strings.Contains(s, want) {
					t.Errorf("%s in %s lacks %q", format, l, want)
				}
			}
			if strings.Contains(s, "<h2>"+l.T("report.decisions", nil)) {
				t.Errorf("%s in %s: a comparison holds the plan's chapters unasked", format, l)
			}
		}
		if dir := os.Getenv("REPORT_DIR"); dir != "" {
			if err := os.WriteFile(dir+"/compared-"+string(l)+".html", []byte(write(t, in)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, docx := word(t, in)
			pages(t, "compared-"+string(l), docx)
		}
		c := asJSON(t, in).Comparison
		if c == nil || c.Plan.Revision != 7 || c.Plan.Scenario != "to-be A" {
			t.Fatalf("%s: %+v", l, c)
		}
		ids := func(list []jsonFinding) (out []string) {
			for _, f := range list {
				out = append(out, f.ID)
			}
			return out
		}
		for _, id := range ids(c.Gone) {
			if id != "ownership.finding.no_owner" && id != "ownership.finding.two_owners" && id != "roadmap.finding.no_way_back" {
				t.Errorf("%s: %s is gone", l, id)
			}
		}
		if len(c.Gone) != 3 {
			t.Errorf("%s: gone %v", l, ids(c.Gone))
		}
		// every unresolved finding of the second plan is new or in both
		if grave := unresolved(in.Other.Plan, in.Other.Appraisal); len(grave) != len(c.Both)+len(slices.DeleteFunc(c.Fresh, func(f jsonFinding) bool { return f.Severity != "error" && f.Severity != "warning" })) {
			t.Errorf("%s: of %d unresolved ones %d are new and %d in both", l, len(grave), len(c.Fresh), len(c.Both))
		}
		if len(c.Figures) == 0 || c.Figures[0].Was == nil && c.Figures[0].Now == nil {
			t.Errorf("%s: figures %+v", l, c.Figures)
		}
		if !slices.ContainsFunc(c.Rows, func(r jsonRow) bool { return r.Kind == "clusters" && r.Key == "new" && r.What == "added" }) {
			t.Errorf("%s: rows %+v", l, c.Rows)
		}
	}
}

func TestComparison_OfAPlanWithItselfSaysThatNothingDiffers(t *testing.T) {
	in := sample(t, lang.English)
	in.Other = &Other{Plan: in.Plan, Appraisal: in.Appraisal}
	in.Options.Sections = slices.Concat(ComparisonChapters(), []string{"summary"})
	for format, s := range texts(t, in) {
		for _, want := range []string{lang.English.T("compare.same", nil), lang.English.T("compare.rows.none", nil), in.Plan.About.Name + " (2)", lang.English.T("report.summary", nil)} {
			if !strings.Contains(s, want) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
	}
}
