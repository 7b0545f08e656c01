package matrix

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// table makes a plan with one matrix "m". Each row is a tool of the catalogue
// (or an own name) with one person's scores by criterion, 0 for none.
func table(purpose plan.MatrixPurpose, weights []float64, rows map[string][]float64, order ...string) *plan.Plan {
	p := &plan.Plan{Schema: plan.Schema, Matrices: []plan.Matrix{{ID: "m", Name: "Tools", Purpose: purpose}}}
	for i, w := range weights {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: "k" + strconv.Itoa(i), Matrix: "m", Name: "K" + strconv.Itoa(i), Weight: w})
	}
	for _, tool := range order {
		c := plan.Candidate{ID: tool, Matrix: "m", Tool: tool}
		if _, ok := catalog.ToolByID(tool); !ok {
			c.Tool, c.Name = "", tool
		}
		p.Candidates = append(p.Candidates, c)
		for i, v := range rows[tool] {
			if v > 0 {
				p.Scores = append(p.Scores, plan.Score{Candidate: tool, Criterion: "k" + strconv.Itoa(i), Person: "Jimin", Value: v})
			}
		}
	}
	return p
}

func gated(p *plan.Plan, gates ...plan.Gate) *plan.Plan { p.Matrices[0].Gates = gates; return p }

func find(a Analysis, id string) *verdict.Finding {
	for i, f := range a.Verdict.Findings {
		if f.ID == "matrix.finding."+id {
			return &a.Verdict.Findings[i]
		}
	}
	return nil
}

func order(a Analysis) (out []string) {
	for _, r := range a.Rows {
		out = append(out, r.Candidate.ID)
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestMatrix_WeightedSumOverPeopleWithContributions(t *testing.T) {
	p := table(plan.CompareCD, []float64{40, 30, 20, 10}, map[string][]float64{"argo_cd": {5, 5, 5, 4}, "flux": {4, 5, 4, 4}}, "flux", "argo_cd")
	p.Scores = append(p.Scores, plan.Score{Candidate: "flux", Criterion: "k0", Person: "Hana", Value: 3})
	a := Analyse(p, "m")
	if !slices.Equal(order(a), []string{"argo_cd", "flux"}) {
		t.Fatalf("order %v", order(a))
	}
	argo, flux := a.Rows[0], a.Rows[1]
	if !near(argo.Total, 4.9) || !near(flux.Total, .4*3.5+.3*5+.2*4+.1*4) || !near(argo.Cells[3].Contribution, .4) || !near(a.Criteria[1].Share, .3) {
		t.Errorf("totals %v and %v", argo.Total, flux.Total)
	}
	c := flux.Cells[0]
	if c.People != 2 || c.Mean != 3.5 || c.Low != 3 || c.LowBy != "Hana" || c.HighBy != "Jimin" || c.Spread() != 1 || !slices.Equal(c.Scores, []int{0, 8}) {
		t.Errorf("cell %+v", c)
	}
	m, _ := a.Verdict.Metric("matrix.margin")
	if !near(m.Value, argo.Total-flux.Total) || m.Cause != "Argo CD" {
		t.Errorf("margin %+v", m)
	}
	for id, want := range map[string]float64{"matrix.candidates": 2, "matrix.out": 0, "matrix.scored": 1, "matrix.winner": 4.9} {
		if m, ok := a.Verdict.Metric(id); !ok || !near(m.Value, want) {
			t.Errorf("%s is %v", id, m.Value)
		}
	}
	if find(a, "clear_stable") == nil {
		t.Error("no weight helps Flux CD, which is better on nothing")
	}
	if empty := Analyse(p, "other"); empty.Matrix.ID != "" || len(empty.Verdict.Findings) > 0 {
		t.Error("a matrix that does not exist has an analysis")
	}
}

func TestMatrix_TiesShareARankWhateverTheRounding(t *testing.T) {
	p := table(plan.CompareOwn, []float64{1, 1, 1}, map[string][]float64{"a": {1, 2, 3}, "b": {3, 1, 2}, "c": {1, 1, 1}}, "c", "a", "b")
	a := Analyse(p, "m")
	if r := a.Rows; r[0].Rank != 1 || r[1].Rank != 1 || !r[0].Tied || !r[1].Tied || r[2].Rank != 3 || r[2].Tied || !slices.Equal(order(a), []string{"a", "b", "c"}) {
		t.Errorf("order %v", order(a))
	}
	f := find(a, "tie")
	if f == nil || f.Args["names"] != "a, b" || a.Flip != nil {
		t.Errorf("tie: %+v", f)
	}
	if _, alone := a.Winner(); alone {
		t.Error("one of two level leaders is called the winner")
	}
	p.Scores[3].Value = 2 // a's first
	if a := Analyse(p, "m"); find(a, "tie") != nil || a.Rows[0].Candidate.ID != "a" || a.Rows[0].Tied {
		t.Error("a tie that is gone is said")
	}
}

func TestMatrix_IncompleteRowsComeAfterAndSayWhetherTheyCouldWin(t *testing.T) {
	rows := map[string][]float64{"a": {3, 3}, "b": {5, 0}, "c": {5, 5}}
	a := Analyse(table(plan.CompareOwn, []float64{1, 1}, rows, "b", "a"), "m")
	b := a.Rows[1]
	if b.Candidate.ID != "b" || b.State != Incomplete || b.Rank != 0 || b.Missing != 1 || b.Low != 3 || b.High != 5 || b.Total != 2.5 {
		t.Errorf("%+v", b)
	}
	if f := find(a, "missing_open"); f == nil || f.Args["candidate"] != "b" || f.Args["winner"] != "a" {
		t.Errorf("missing_open: %+v", f)
	}
	if m, _ := a.Verdict.Metric("matrix.scored"); m.Value != .75 {
		t.Errorf("scored %v", m.Value)
	}
	if find(a, "alone") != nil || find(a, "clear") != nil {
		t.Error("the lead is called sure while scores are missing")
	}
	a = Analyse(table(plan.CompareOwn, []float64{1, 1}, rows, "b", "c"), "m")
	if f := find(a, "missing"); f == nil || f.Severity != verdict.Note || find(a, "missing_open") != nil {
		t.Error("a candidate that cannot win any more is called open")
	}
	a = Analyse(table(plan.CompareOwn, []float64{1, 0}, rows, "b", "a"), "m")
	if a.Rows[0].Candidate.ID != "b" || find(a, "missing") != nil || find(a, "missing_open") != nil {
		t.Error("a criterion without weight needs no score")
	}
}

func TestMatrix_NothingToRank(t *testing.T) {
	none := Analyse(table(plan.CompareOwn, []float64{1}, nil), "m")
	unweighed := Analyse(table(plan.CompareOwn, []float64{0}, map[string][]float64{"a": {3}}, "a"), "m")
	unscored := Analyse(table(plan.CompareOwn, []float64{1}, nil, "a"), "m")
	if find(none, "no_candidates") == nil || find(unweighed, "no_weights") == nil || find(unscored, "no_scores") == nil {
		t.Error("a finding is missing")
	}
	if unweighed.Rows[0].State != Incomplete || len(unweighed.Ranked()) != 0 || len(unscored.Ranked()) != 0 {
		t.Error("something is ranked")
	}
	fine := Analyse(table(plan.CompareOwn, []float64{1}, map[string][]float64{"a": {3}}, "a"), "m")
	for _, id := range []string{"no_candidates", "no_weights", "no_scores"} {
		if find(fine, id) != nil {
			t.Errorf("%s fires", id)
		}
	}
	if find(fine, "alone") == nil || find(Analyse(table(plan.CompareOwn, []float64{1}, map[string][]float64{"a": {3}, "b": {2}}, "a", "b"), "m"), "alone") != nil {
		t.Error("alone")
	}
}

func TestMatrix_SpreadBetweenPeople(t *testing.T) {
	p := table(plan.CompareCD, []float64{1, 3}, map[string][]float64{"spinnaker": {5, 3}, "flux": {4, 4}}, "spinnaker", "flux")
	p.Scores = append(p.Scores, plan.Score{Candidate: "spinnaker", Criterion: "k0", Person: "Hana", Value: 3.5})
	if a := Analyse(p, "m"); find(a, "spread") != nil || find(a, "spread_unnamed") != nil {
		t.Error("1.5 points are called a big spread")
	}
	p.Scores = append(p.Scores, plan.Score{Candidate: "spinnaker", Criterion: "k0", Person: "Minseo", Value: 2})
	f := find(Analyse(p, "m"), "spread")
	if f == nil || f.Args["points"] != 3.0 || f.Args["low"] != "Minseo" || f.Args["high"] != "Jimin" || f.Args["criterion"] != "K0" {
		t.Errorf("spread: %+v", f)
	}
	for _, c := range []string{"spinnaker", "flux"} {
		for _, k := range []string{"k0", "k1"} {
			p.Scores = append(p.Scores, plan.Score{Candidate: c, Criterion: k, Value: 1})
		}
	}
	a := Analyse(p, "m")
	n := 0
	for _, f := range a.Verdict.Findings {
		if f.ID == "matrix.finding.spread" || f.ID == "matrix.finding.spread_unnamed" {
			n++
		}
	}
	if more := find(a, "spread_more"); n != spreadShown || more == nil || more.Args["count"] != 1 {
		t.Errorf("%d named, %+v", n, more)
	}
}

func TestMatrix_LeaderThatEnded(t *testing.T) {
	lead := func(winner, other string) Analysis {
		return Analyse(table(plan.CompareOwn, []float64{1}, map[string][]float64{winner: {5}, other: {1}}, winner, other), "m")
	}
	if f := find(lead("kaniko", "buildah"), "winner_retired"); f == nil || f.Args["date"] != "2025-06-03" || len(f.Sources) == 0 {
		t.Errorf("kaniko: %+v", f)
	}
	x := lead("jenkins_x", "jenkins")
	if f := find(x, "winner_renamed"); f == nil || f.Args["now"] != "JayeX" || find(x, "winner_minimal") == nil {
		t.Errorf("Jenkins X: %+v", f)
	}
	for _, a := range []Analysis{lead("buildah", "kaniko"), lead("jenkins", "jenkins_x"), lead("own", "drone")} {
		for _, id := range []string{"winner_retired", "winner_renamed", "winner_minimal"} {
			if find(a, id) != nil {
				t.Errorf("%s fires for %s", id, a.Rows[0].Name)
			}
		}
	}
}

func TestMatrix_CandidateThatDoesNotFit(t *testing.T) {
	rows := map[string][]float64{"argo_cd": {4}, "jenkins": {3}}
	if f := find(Analyse(table(plan.CompareCI, []float64{1}, rows, "argo_cd", "jenkins"), "m"), "unfit"); f == nil || f.Args["names"] != "Argo CD" {
		t.Errorf("unfit: %+v", f)
	}
	if find(Analyse(table(plan.CompareCD, []float64{1}, rows, "argo_cd", "jenkins"), "m"), "unfit") != nil {
		t.Error("Jenkins deploys through what it calls")
	}
}

func TestNew_CandidatesFitByAbility(t *testing.T) {
	n := 0
	newID := func() string { n++; return "id" + strconv.Itoa(n) }
	tools := func(purpose plan.MatrixPurpose) (out []string) {
		m, criteria, candidates := New(purpose, func(id string) string { return "<" + id + ">" }, newID)
		if len(criteria) != 4 || criteria[0].Name != "<matrix.criterion.security>" || criteria[0].Matrix != m.ID || m.Purpose != purpose || m.Name != "<matrix.template."+string(purpose)+">" {
			t.Errorf("%+v %+v", m, criteria)
		}
		for _, c := range candidates {
			out = append(out, c.Tool)
		}
		return out
	}
	for purpose, want := range map[plan.MatrixPurpose][2][]string{
		plan.CompareIntegrated: {{"github_actions", "jenkins", "jenkins_x", "gitlab_ci"}, {"argo_cd", "buildah", "drone"}},
		plan.CompareCI:         {{"circleci", "gitlab_ci", "jenkins", "tekton"}, {"argo_cd", "kaniko"}},
		plan.CompareCD:         {{"argo_cd", "spinnaker", "flux"}, {"jenkins", "kargo", "docker_build"}},
		plan.CompareBuilders:   {{"docker_build", "buildkit", "buildah", "kaniko", "jib"}, {"jenkins", "harness", "containerd_ctr"}},
	} {
		got := tools(purpose)
		for _, id := range want[0] {
			if !slices.Contains(got, id) {
				t.Errorf("%s lacks %s", purpose, id)
			}
		}
		for _, id := range want[1] {
			if slices.Contains(got, id) {
				t.Errorf("%s has %s", purpose, id)
			}
		}
	}
	if got := tools(plan.CompareOwn); len(got) > 0 {
		t.Errorf("a purpose of one's own begins with %v", got)
	}
}

func TestAnalyse_Sample(t *testing.T) {
	for _, lang := range []string{"en", "ko"} {
		p, err := plan.Sample(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Matrices {
			if a := Analyse(p, m.ID); len(a.Rows) == 0 || len(a.Verdict.Metrics) == 0 {
				t.Errorf("%s has no rows", m.ID)
			}
		}
	}
}

func bigMatrix() *plan.Plan {
	p := &plan.Plan{Matrices: []plan.Matrix{{ID: "m", Purpose: plan.CompareOwn}}}
	tools, r := catalog.Tools(), rand.New(rand.NewPCG(1, 2))
	for k := range 30 {
		p.Criteria = append(p.Criteria, plan.Criterion{ID: "criterion-" + strconv.Itoa(k), Matrix: "m", Weight: float64(k%7 + 1)})
	}
	for c := range 200 {
		id := "candidate-" + strconv.Itoa(c)
		p.Candidates = append(p.Candidates, plan.Candidate{ID: id, Matrix: "m", Tool: tools[c%len(tools)].ID})
		for k := range 30 {
			for person := range 50 {
				p.Scores = append(p.Scores, plan.Score{Candidate: id, Criterion: p.Criteria[k].ID, Person: "p" + strconv.Itoa(person), Value: float64(1 + r.IntN(5))})
			}
		}
	}
	return p
}

func BenchmarkAnalyse200x30x50(b *testing.B) {
	for _, way := range []plan.Matrix{{Gates: []plan.Gate{plan.GateOffline, plan.GateMaintained}}, {Method: plan.TOPSIS}, {Aggregate: plan.Median, Method: plan.WeightedProduct}} {
		p := bigMatrix()
		p.Matrices[0].Gates, p.Matrices[0].Method, p.Matrices[0].Aggregate = way.Gates, way.Method, way.Aggregate
		b.Run(string(way.Method+" "+plan.MatrixMethod(way.Aggregate)), func(b *testing.B) {
			for b.Loop() {
				Analyse(p, "m")
			}
		})
	}
}
