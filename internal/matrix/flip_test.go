package matrix

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"deckplan/internal/plan"
)

func leaderWith(p *plan.Plan, k int, weight float64) (string, bool) {
	q := *p
	q.Criteria = append([]plan.Criterion(nil), p.Criteria...)
	q.Criteria[k].Weight = weight
	a := Analyse(&q, "m")
	r, alone := a.Winner()
	return r.Candidate.ID, alone
}

func randomTable(r *rand.Rand) *plan.Plan {
	n, width := 2+r.IntN(5), 2+r.IntN(4)
	weights := make([]float64, width)
	for i := range weights {
		weights[i] = float64(r.IntN(40))
	}
	rows, order := map[string][]float64{}, []string{}
	for c := range n {
		id := "c" + strconv.Itoa(c)
		order = append(order, id)
		for range width {
			rows[id] = append(rows[id], float64(1+r.IntN(9))/2+.5)
		}
	}
	return table(plan.CompareOwn, weights, rows, order...)
}

// TestFlip_BruteForce moves every weight both ways and looks who leads: nobody
// else up to just short of the flip, the named rival just beyond it.
func TestFlip_BruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ways := []plan.Matrix{{}, {}, {Method: plan.WeightedProduct}, {Method: plan.TOPSIS}, {Method: plan.TOPSIS, Normalisation: plan.MinMax}, {Normalisation: plan.BySum}}
	flips, none := 0, 0
	for n := range 120 {
		p := randomTable(r)
		p.Matrices[0].Method, p.Matrices[0].Normalisation = ways[n%len(ways)].Method, ways[n%len(ways)].Normalisation
		a := Analyse(p, "m")
		leader, alone := a.Winner()
		if !alone || leader.Rank == 0 {
			continue
		}
		reach := float64(maxWeight)
		if a.Flip != nil {
			flips++
			reach = math.Abs(a.Flip.Points) - 1e-5
			for k, c := range p.Criteria {
				if c.ID != a.Flip.Criterion.ID {
					continue
				}
				beyond := c.Weight + a.Flip.Points + math.Copysign(1e-5, a.Flip.Points)
				if beyond < 0 || beyond > maxWeight {
					continue
				}
				if id, _ := leaderWith(p, k, beyond); id == leader.Candidate.ID {
					t.Fatalf("beyond %+v the leader is still %s", a.Flip, id)
				} else if id != a.Flip.RivalID {
					t.Fatalf("beyond the flip %s leads, not %s", id, a.Flip.RivalID)
				}
			}
		} else {
			none++
		}
		for k, c := range p.Criteria {
			for step := 1; step <= 40; step++ {
				for _, sign := range []float64{-1, 1} {
					w := c.Weight + sign*reach*float64(step)/40
					if w < 1e-6 || w > maxWeight-1e-6 {
						continue
					}
					if id, _ := leaderWith(p, k, w); id != leader.Candidate.ID {
						t.Fatalf("%s at %v makes %s lead, nearer than %+v", c.ID, w, id, a.Flip)
					}
				}
			}
		}
	}
	if flips < 40 || none < 4 {
		t.Errorf("%d flips, %d without: too few cases to say anything", flips, none)
	}
}

func TestFlip_CloseRace(t *testing.T) {
	rows := map[string][]float64{"argo_cd": {5, 3}, "flux": {4, 5}, "spinnaker": {3, 3}}
	a := Analyse(table(plan.CompareCD, []float64{70, 30}, rows, "argo_cd", "flux", "spinnaker"), "m") // 4.4 to 4.3
	f := find(a, "close")
	// The lead is 70·1 − 30·2 = 10 points; a rise of 5 on K1 or a fall of 10 on K0 takes it.
	if f == nil || f.Args["runner"] != "Flux CD" || f.Args["criterion"] != "K1" || f.Args["points"] != 5.0 || f.Args["margin"] != .1 {
		t.Fatalf("%+v", f)
	}
	if !near(a.Flip.Points, 5) {
		t.Errorf("flip %+v", a.Flip)
	}
	rows["flux"] = []float64{4.9, 2.9}
	if f := find(Analyse(table(plan.CompareCD, []float64{70, 30}, rows, "argo_cd", "flux"), "m"), "close_stable"); f == nil || f.Args["runner"] != "Flux CD" {
		t.Error("worse on everything, no weight helps")
	}
	rows["flux"] = []float64{2, 5}
	a = Analyse(table(plan.CompareCD, []float64{70, 30}, rows, "argo_cd", "flux"), "m")
	for _, id := range []string{"close", "close_less", "close_stable"} {
		if find(a, id) != nil {
			t.Errorf("%s fires at a margin of 1.5", id)
		}
	}
}

func TestFlip_FallOfAWeight(t *testing.T) {
	rows := map[string][]float64{"a": {5, 3, 3}, "b": {3, 3.1, 3.1}}
	a := Analyse(table(plan.CompareOwn, []float64{10, 85, 85}, rows, "a", "b"), "m") // lead 20 − 17 = 3 points
	f := find(a, "close_less")
	if f == nil || f.Args["criterion"] != "K0" || f.Args["points"] != 1.5 || !near(a.Flip.Points, -1.5) {
		t.Errorf("%+v", a.Verdict.Findings)
	}
}

// TestScoreFlip_BruteForce moves every score that counts over its range and
// looks whether anybody else leads before the flip, and the named rival beyond.
func TestScoreFlip_BruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	ways := []plan.Matrix{{}, {Method: plan.WeightedProduct}, {Method: plan.TOPSIS}}
	exact, bracketed := 0, 0
	for n := range 90 {
		p := randomTable(r)
		p.Matrices[0].Method = ways[n%len(ways)].Method
		a := Analyse(p, "m")
		leader, alone := a.Winner()
		if !alone || leader.Rank == 0 {
			continue
		}
		leads := func(i int, x float64) string {
			q := *p
			q.Scores = append([]plan.Score(nil), p.Scores...)
			q.Scores[i].Value = x
			b := Analyse(&q, "m")
			for _, l := range b.leaders() {
				if l.Candidate.ID == leader.Candidate.ID {
					return l.Candidate.ID // still, if beside another
				}
			}
			return b.Rows[0].Candidate.ID
		}
		flips := map[string]ScoreFlip{}
		for _, f := range a.ScoreFlips() {
			flips[f.CandidateID+"/"+f.Criterion.ID] = f
			if f.Exact {
				exact++
			} else {
				bracketed++
			}
		}
		for i, s := range p.Scores {
			f, ok := flips[s.Candidate+"/"+s.Criterion]
			end := 5.
			if s.Candidate == leader.Candidate.ID {
				end = 1
			}
			to := end
			if ok {
				to = f.To
				if beyond := to + math.Copysign(2e-5, to-s.Value); beyond > 1 && beyond < 5 && leads(i, beyond) != f.RivalID {
					t.Fatalf("%+v: beyond it %s leads", f, leads(i, beyond))
				}
			}
			steps := flipSteps
			if f.Exact {
				steps = 20
			}
			for step := range steps {
				x := s.Value + (end-s.Value)*float64(step)/float64(steps)
				if math.Abs(x-s.Value) < math.Abs(to-s.Value)-1e-5 && leads(i, x) != leader.Candidate.ID {
					t.Fatalf("%s/%s at %v takes the lead, nearer than %+v", s.Candidate, s.Criterion, x, f)
				}
			}
		}
	}
	if exact < 30 || bracketed < 15 {
		t.Errorf("%d exact, %d bracketed: too few to say anything", exact, bracketed)
	}
}
