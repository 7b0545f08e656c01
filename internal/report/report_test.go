package report

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

var at = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)

const evil = `<script src="http://evil.example/x.js">alert(1)</script>&"'`

// decisions makes decisions on a plan's first layout.
func decisions(a appraise.Appraisal, n int) (out []decision.Decision) {
	for i := range n {
		l := a.Layouts[len(a.Layouts)-1]
		s := decision.Snapshot{Plan: "p", Revision: 41, Taken: at, Metrics: decision.Metrics("", l.Verdict.Metrics, "USD"),
			Findings: decision.Findings(l.Verdict.Findings, "USD"),
			Figures: []decision.Picture{{ID: "deckplan", Title: decision.Text{En: "Deck plan", Ko: "배치도"},
				SVG: decision.Both(func(lang.Lang) string {
					return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 10"><rect width="96" height="10" fill="#c8d9f2"/></svg>`
				})}}}
		s.Metrics = append(s.Metrics, decision.Metrics("1:N", a.Layouts[0].Verdict.Metrics, "USD")...)
		out = append(out, decision.Decision{Snapshot: &s, Hash: s.Hash(), Record: decision.Record{Number: i + 1, Topic: decision.Layout, Subject: l.Arrangement.ID,
			Title: "Group Argo CD instances by environment", Status: decision.Accepted, Date: "2026-11-20", DecisionMakers: []string{"Jimin, platform", "민서, 보안"},
			Consulted: []string{"Hana, release"}, Context: "One hub delivers to nine clusters. In September its controller ran out of memory and nobody could deploy for three hours.\n\n" + evil,
			Drivers: []string{"Delivery radius", "Upgrades a year"}, Options: []decision.Option{{Name: "1:N", Description: "One hub for all.", Arguments: []decision.Argument{{Side: decision.Bad, Text: "one outage stops every delivery"}}}, {Name: "By environment", Arguments: []decision.Argument{{Side: decision.Good, Text: "production upgrades come last"}, {Side: decision.Neutral, Text: "two more hosts"}}}},
			Chosen: "By environment", Justification: "it halves the delivery radius at a cost we can bear.", Consequences: []decision.Argument{{Side: decision.Bad, Text: "three upgrades each release"}}, Confirmation: "deckplan check in CI.", Supersedes: []int{7}}})
	}
	return out
}

func write(t testing.TB, in Input) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sample(t testing.TB, l lang.Lang) Input {
	t.Helper()
	p, err := plan.Sample(string(l))
	if err != nil {
		t.Fatal(err)
	}
	a := appraise.Run(p)
	return Input{Plan: p, Revision: 42, Appraisal: a, Decisions: decisions(a, 2), Lang: l, Generated: at}
}

// An address that a browser would fetch: anything but a place in the file, a
// data: address, or the pattern of a figure in the file.
var fetches = regexp.MustCompile(`(?i)(?:src|href|srcset|action|data|poster)="([^"]*)"|url\(([^)]*)\)|@import|<script|<link|<iframe|<object`)

func TestWrite_SampleInBothLanguagesIsWholeAndNeedsNothingElse(t *testing.T) {
	for _, l := range lang.All {
		in := sample(t, l)
		s := write(t, in)
		for _, m := range fetches.FindAllStringSubmatch(s, -1) {
			address := strings.Trim(m[1]+m[2], `"'`)
			if !strings.HasPrefix(address, "#") && !strings.HasPrefix(address, "data:image/") {
				t.Errorf("%s: the file fetches %s", l, m[0])
			}
		}
		if marks := regexp.MustCompile(`‹[^›]*›`).FindAllString(s, -1); len(marks) > 0 {
			t.Errorf("%s: messages are missing: %v", l, marks)
		}
		figures := len(in.Appraisal.Pipelines) + len(in.Appraisal.Layouts) + 1 + len(in.Appraisal.Matrices)
		if n := strings.Count(s, `<svg xmlns=`); n != figures {
			t.Errorf("%s: %d figures, want %d", l, n, figures)
		}
		if n := strings.Count(s, "<img src=\"data:image/svg+xml;base64,"); n != 2 {
			t.Errorf("%s: %d pictures of decisions", l, n)
		}
		if strings.Contains(s, "var(--env") || strings.Contains(s, " style=\"") {
			t.Errorf("%s: a page's palette or a style attribute is in the file", l)
		}
		for _, f := range in.Appraisal.Findings() {
			if n := in.Lang.T(f.ID, f.Args); strings.Contains(n, "‹") || !strings.Contains(s, templEscape(n)) {
				t.Errorf("%s: the finding %q is missing", l, n)
			}
		}
		if again := write(t, in); again != s {
			t.Errorf("%s: the same input gave other bytes", l)
		}
		if dir := os.Getenv("REPORT_DIR"); dir != "" {
			if err := os.WriteFile(dir+"/"+string(l)+".html", []byte(s), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func templEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s)
}

func TestWrite_EscapesWhateverPeopleTyped(t *testing.T) {
	in := sample(t, lang.English)
	p := *in.Plan
	p.About.Name, p.About.Purpose = evil, evil
	p.Teams = []plan.Team{{ID: "t", Name: evil, Contact: evil}}
	p.Clusters = append([]plan.Cluster{{ID: "evil", Name: evil, Team: "t", Region: evil}}, p.Clusters...)
	p.Layouts = append([]plan.Layout{{ID: "evil", Name: evil}}, p.Layouts...)
	p.Pipelines = append([]plan.Pipeline{{ID: "evil", Name: evil, Note: evil}}, p.Pipelines...)
	p.Matrices = append([]plan.Matrix{{ID: "evil", Name: evil, Purpose: plan.CompareOwn}}, p.Matrices...)
	p.Assumptions = append(p.Assumptions, plan.Assumption{ID: evil, Value: 1, Note: evil})
	in.Plan, in.Appraisal = &p, appraise.Run(&p)
	d := &in.Decisions[0]
	d.Record.Title, d.Record.Chosen, d.Record.Options[0].Name, d.Record.Drivers = evil, evil, evil, []string{evil}
	d.Snapshot.Figures = append(d.Snapshot.Figures, decision.Picture{Title: decision.Text{En: evil}, SVG: decision.Text{En: "<svg onload='x()'>" + evil}})
	s := write(t, in)
	if strings.Contains(s, "<script") || strings.Contains(s, "onload") || strings.Contains(s, "&\"'") {
		t.Error("markup got through")
	}
	if n := strings.Count(s, "&lt;script src=&#34;http://evil.example"); n < 12 {
		t.Errorf("the names stand there only %d times", n)
	}
	if !strings.Contains(s, lang.English.T("report.broken", nil)) {
		t.Error("a changed snapshot is not called so")
	}
}

func TestWrite_EmptyPlan(t *testing.T) {
	for _, l := range lang.All {
		p := plan.Empty("새 계획")
		s := write(t, Input{Plan: p, Appraisal: appraise.Run(p), Lang: l, Generated: at})
		if strings.Contains(s, l.T("report.revision", nil)+"</dt>") || !strings.Contains(s, l.T("report.none_decisions", nil)) {
			t.Errorf("%s: %s", l, s)
		}
	}
}

// large is a plan of many clusters and services.
func large(clusters, services int) *plan.Plan {
	p := plan.Empty("Large")
	p.Environments = []plan.Environment{{ID: "dev", Name: "Development", Tier: plan.Development}, {ID: "prod", Name: "Production", Tier: plan.Production}}
	p.Zones = []plan.Zone{{ID: "z", Name: "Office"}}
	p.Layouts = []plan.Layout{{ID: "l", Name: "Ours"}}
	for i := range 50 {
		p.Teams = append(p.Teams, plan.Team{ID: "t" + strconv.Itoa(i), Name: fmt.Sprint("Team ", i)})
	}
	for i := range 100 {
		id := "p" + strconv.Itoa(i)
		p.Pipelines = append(p.Pipelines, plan.Pipeline{ID: id, Name: "Pipeline " + id})
		for j := range 4 {
			p.Stages = append(p.Stages, plan.Stage{ID: fmt.Sprint(id, "-", j), Pipeline: id, Name: fmt.Sprint("stage ", j), Kind: plan.Deploy, Accountable: []string{"t" + strconv.Itoa(j)}, Minutes: 5})
		}
	}
	for i := range clusters {
		id := "c" + strconv.Itoa(i)
		p.Clusters = append(p.Clusters, plan.Cluster{ID: id, Name: "cluster-" + strconv.Itoa(i), Environment: p.Environments[i%2].ID, Zone: "z", Kubernetes: "1.34"})
		p.Instances = append(p.Instances, plan.Instance{ID: "i" + id, Layout: "l", Name: "argocd-" + id, Host: id})
		p.Placements = append(p.Placements, plan.Placement{Layout: "l", Cluster: id, Instance: "i" + id})
	}
	for i := range services {
		id := "s" + strconv.Itoa(i)
		p.Services = append(p.Services, plan.Service{ID: id, Name: "service-" + strconv.Itoa(i), Team: p.Teams[i%50].ID, Pipeline: p.Pipelines[i%100].ID})
		p.Applications = append(p.Applications, plan.Application{ID: "a" + id, Name: id, Service: id, Cluster: p.Clusters[i%clusters].ID})
	}
	return p
}

func TestWrite_LargePlanStaysBounded(t *testing.T) {
	p := large(1000, 10000)
	begin := time.Now()
	a := appraise.Run(p)
	appraised := time.Since(begin)
	begin = time.Now()
	s := write(t, Input{Plan: p, Revision: 1, Appraisal: a, Decisions: decisions(a, 500), Lang: lang.Korean, Generated: at})
	t.Logf("appraised in %v, written in %v, %d bytes", appraised, time.Since(begin), len(s))
	if len(s) > 8<<20 {
		t.Errorf("%d bytes", len(s))
	}
	without := write(t, Input{Plan: p, Appraisal: a, Lang: lang.Korean, Generated: at})
	t.Logf("%d bytes without decisions", len(without))
	if len(without) > 5<<20 || !strings.Contains(s, lang.Korean.T("report.more", map[string]any{"n": 9800})) {
		t.Errorf("%d bytes without decisions, or what is left off is not said", len(without))
	}
}

func TestOrdered_GravestFirst(t *testing.T) {
	list, rest := ordered([]verdict.Finding{{ID: "a", Severity: verdict.Note}, {ID: "b", Severity: verdict.Error}, {ID: "c", Severity: verdict.Warning}}, 2)
	if list[0].ID != "b" || list[1].ID != "c" || rest != 1 || len(asking(list)) != 2 {
		t.Errorf("got %+v and %d", list, rest)
	}
}

func TestWrite_SetsAPipelineBesideTheVariantThatIsAdvised(t *testing.T) {
	for _, l := range lang.All {
		in := sample(t, l)
		files, _ := unzip(t, in)
		for name, text := range map[string]string{"html": write(t, in), "markdown": files["report.md"]} {
			// one pipeline of three is arranged as it should be
			if n := strings.Count(text, l.T("ownership.page.variants", nil)); n != 2 {
				t.Errorf("%s in %s: %d comparisons", name, l, n)
			}
			if !strings.Contains(text, l.T("ownership.page.advice.split", nil)) || !strings.Contains(text, l.T("ownership.reason.mandated", map[string]any{"wait": 120.0})) {
				t.Errorf("%s in %s: no advice", name, l)
			}
		}
	}
}
