package matrix

import (
	"math"
	"math/rand/v2"
	"testing"

	"deckplan/internal/plan"
)

func TestStack_BruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		s := StackAnalysis{Stack: plan.Stack{SeamPrice: float64(r.IntN(4)) / 4, ToolPrice: float64(r.IntN(4)) / 4}}
		for range 3 {
			part := StackPart{}
			for _, tool := range r.Perm(5)[:1+r.IntN(4)] {
				part.Options = append(part.Options, Pick{Tool: string(rune('a' + tool)), Score: 1 + float64(r.IntN(17))/4})
			}
			s.Stages = append(s.Stages, part)
		}
		s.choose()
		net, score := math.Inf(-1), [3]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)}
		for _, x := range s.Stages[0].Options {
			for _, y := range s.Stages[1].Options {
				for _, z := range s.Stages[2].Options {
					c := Combination{Picks: [3]Pick{x, y, z}}
					s.price(&c)
					net = max(net, c.Net)
					for seams := c.Seams; seams < 3; seams++ {
						score[seams] = max(score[seams], c.Score)
					}
				}
			}
		}
		if s.Best == nil || !near(s.Best.Net, net) {
			t.Fatalf("best %+v, not %v", s.Best, net)
		}
		for seams, want := range score {
			got := math.Inf(-1)
			for _, c := range s.Frontier {
				if c.Seams <= seams {
					got = max(got, c.Score)
				}
			}
			if got != want && !near(got, want) {
				t.Fatalf("with %d seams %v, not %v", seams, got, want)
			}
		}
	}
}

// stages makes matrices for all purposes with candidates scored on one
// criterion each.
func stages(scores map[plan.MatrixPurpose]map[string]float64) *plan.Plan {
	p := &plan.Plan{}
	for _, purpose := range []plan.MatrixPurpose{plan.CompareIntegrated, plan.CompareCI, plan.CompareBuilders, plan.CompareCD} {
		id := string(purpose)
		p.Matrices = append(p.Matrices, plan.Matrix{ID: id, Name: id, Purpose: purpose})
		p.Criteria = append(p.Criteria, plan.Criterion{ID: id, Matrix: id, Name: id, Weight: 1})
		for _, tool := range []string{"gitlab_ci", "jenkins", "github_actions", "buildah", "kaniko", "argo_cd", "flux"} {
			if v := scores[purpose][tool]; v > 0 {
				p.Candidates = append(p.Candidates, plan.Candidate{ID: id + tool, Matrix: id, Tool: tool})
				p.Scores = append(p.Scores, plan.Score{Candidate: id + tool, Criterion: id, Value: v})
			}
		}
	}
	return p
}

func TestStacks_PriceDecidesBetweenOneToolAndSeveral(t *testing.T) {
	p := stages(map[plan.MatrixPurpose]map[string]float64{plan.CompareIntegrated: {"gitlab_ci": 3.5}, plan.CompareCI: {"jenkins": 4}, plan.CompareBuilders: {"buildah": 4, "kaniko": 5}, plan.CompareCD: {"argo_cd": 4.5}})
	p.Matrices[2].Gates = []plan.Gate{plan.GateMaintained}
	got := Stacks(p, "")
	if len(got) != 1 || !got[0].Usual {
		t.Fatalf("%+v", got)
	}
	s := got[0] // Jenkins, buildah, Argo CD: 12.5/3, less 0.8; GitLab CI throughout 3.5
	if b := s.Best; b == nil || b.Tools != 1 || b.Picks[0].Tool != "gitlab_ci" || !near(b.Net, 3.5) {
		t.Errorf("at usual prices one tool: %+v", s.Best)
	}
	if f := s.Frontier; len(f) != 3 || f[1].Seams != 1 || f[1].Picks[2].Tool != "argo_cd" || !near(f[2].Score, 12.5/3) || f[2].Picks[1].Tool != "buildah" {
		t.Errorf("frontier %+v", f)
	}
	if b := s.Stages[1].Barred; len(b) != 1 || s.Stages[1].Options[0].Tool != "buildah" {
		t.Errorf("kaniko is archived and the gate asks for more: %v", b)
	}
	p.Stacks = []plan.Stack{{ID: "s", Name: "S"}}
	if b := Stacks(p, "")[0].Best; b.Tools != 3 || !near(b.Net, 12.5/3) {
		t.Errorf("free of charge the best of each: %+v", b)
	}
	p.Matrices[1].Method = plan.TOPSIS
	if s := Stacks(p, "")[0]; len(s.Other) != 1 || !near(s.Best.Net, 12.5/3) {
		t.Errorf("a matrix by TOPSIS is taken on the common scale: %+v", s)
	}
	p.Scores = p.Scores[:1]
	p.Matrices[0].Gates = []plan.Gate{plan.GateOpenSource, plan.GateOffline}
	p.Matrices[3].Gates = []plan.Gate{plan.GateDaemonless}
	if s := Stacks(p, "")[0]; s.Best == nil && len(s.Stages[2].Options) > 0 {
		t.Errorf("%+v", s)
	}
}
