package roadmap

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

func preset(t testing.TB, p *plan.Plan, id layout.Preset) layout.Arrangement {
	t.Helper()
	for _, a := range layout.Presets(p) {
		if a.Preset == id {
			return a
		}
	}
	t.Fatalf("no preset %s", id)
	return layout.Arrangement{}
}

// random makes an arrangement of a few instances; some clusters and slices are
// given to nobody.
func random(r *rand.Rand, p *plan.Plan, id string) layout.Arrangement {
	a := layout.Arrangement{ID: id, Name: id}
	for i := range 1 + r.IntN(4) {
		in := plan.Instance{ID: fmt.Sprintf("i%d", i), Name: fmt.Sprintf("argo-%d", r.IntN(6)), HA: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			in.Host = p.Clusters[r.IntN(len(p.Clusters))].ID
		}
		in.Mode = []plan.Mode{"", plan.Push, plan.AgentManaged, plan.AgentAutonomous}[r.IntN(4)]
		a.Instances = append(a.Instances, in)
	}
	one := func() string { return a.Instances[r.IntN(len(a.Instances))].ID }
	for _, c := range p.Clusters {
		if r.IntN(6) > 0 {
			a.Placements = append(a.Placements, plan.Placement{Cluster: c.ID, Instance: one()})
		}
	}
	for _, s := range p.Slices {
		if r.IntN(3) > 0 {
			a.Placements = append(a.Placements, plan.Placement{Cluster: s.Cluster, Slice: s.ID, Instance: one()})
		}
	}
	return a
}

func sliced(seed uint64) *plan.Plan {
	p := plantest.Generate(seed, 14, 60)
	p.Clusters[3].Environment = ""
	for i := range 8 {
		p.Slices = append(p.Slices, plan.Slice{ID: fmt.Sprintf("slice%d", i), Name: fmt.Sprintf("slice %d", i), Cluster: p.Clusters[i/2].ID, Team: "t1"})
	}
	for i := range p.Applications {
		if i%3 == 0 {
			p.Applications[i].Slice, p.Applications[i].Cluster = p.Slices[i%8].ID, p.Slices[i%8].Cluster
		}
	}
	return p
}

// Whatever the two layouts: after any number of steps every cluster and slice
// is delivered by its former instance or by its new one, changes once, and ends
// where the target has it.
func TestRoadmap_EveryPrefixDeliversEverySliceByExactlyOneInstance(t *testing.T) {
	for seed := range uint64(60) {
		p := sliced(seed)
		r := rand.New(rand.NewPCG(seed, 1))
		way := Propose(p, random(r, p, "a"), random(r, p, "b"), 1+r.IntN(4))
		ix := layout.NewIndex(p)
		from, to := way.Owners()
		before := append([]string(nil), from...)
		for n := range len(way.Steps) + 1 {
			a := way.At(n)
			analysis := ix.Analyse(a)
			for k, c := range analysis.Compartments {
				now := ""
				if c.Instance >= 0 {
					now = a.Instances[c.Instance].ID
				}
				want := from[k]
				if now == to[k] && to[k] != "" {
					want = to[k]
				}
				if now != want {
					t.Fatalf("seed %d, step %d: %s is delivered by %q, neither %q nor %q", seed, n, c.Name, now, from[k], to[k])
				}
				if now != before[k] && before[k] != from[k] {
					t.Fatalf("seed %d, step %d: %s changes twice", seed, n, c.Name)
				}
				before[k] = now
			}
			if n > 0 && way.Steps[n-1].Radius.Value != analysis.Radius.Value {
				t.Fatalf("seed %d, step %d: radius %v, the arrangement's is %v", seed, n, way.Steps[n-1].Radius.Value, analysis.Radius.Value)
			}
		}
		for k := range to {
			if to[k] != "" && before[k] != to[k] {
				t.Fatalf("seed %d: %d ends at %q instead of %q", seed, k, before[k], to[k])
			}
		}
	}
}

// The order in which steps stand fulfils what each waits for, and instances
// are there before anything moves to them and until nothing is on them.
func TestRoadmap_StepsStandInAnOrderThatWorks(t *testing.T) {
	for seed := range uint64(40) {
		p := sliced(seed)
		r := rand.New(rand.NewPCG(seed, 2))
		way := Propose(p, random(r, p, "a"), random(r, p, "b"), 3)
		moved, envs, cleaning := 0, -1, false
		for i, s := range way.Steps {
			for _, j := range s.After {
				if j >= i {
					t.Errorf("seed %d: step %d waits for %d", seed, i, j)
				}
			}
			switch s.Kind {
			case plan.MoveStep:
				if s.Environment() < envs || cleaning {
					t.Errorf("seed %d: step %d moves an earlier environment, or after the clean-up began", seed, i)
				}
				envs, moved = s.Environment(), moved+len(s.slots)
				if len(s.slots) > 3 || len(s.Clusters) == 0 {
					t.Errorf("seed %d: step %d moves %d at once", seed, i, len(s.slots))
				}
				there := map[string]bool{}
				for _, in := range way.At(i).Instances {
					there[in.ID] = true
				}
				_, to := way.Owners()
				for _, k := range s.slots {
					if !there[to[k]] {
						t.Errorf("seed %d: step %d moves to %s, which is not there", seed, i, to[k])
					}
				}
			case plan.CredentialsStep, plan.RetireStep:
				cleaning = true
			}
		}
		if moved != way.Moved {
			t.Errorf("seed %d: %d of %d moved", seed, moved, way.Moved)
		}
	}
}

func TestRoadmap_DevelopmentBeforeProductionLightestFirst(t *testing.T) {
	p := plantest.Generate(1, 30, 300)
	way := Propose(p, preset(t, p, layout.Hub), preset(t, p, layout.PerEnvironment), 2)
	weight := map[string]float64{}
	for _, c := range layout.Analyse(p, way.To).Compartments {
		weight[c.Cluster] = c.Weight
	}
	env, last := -1, 0.0
	for _, s := range way.Steps {
		if s.Kind != plan.MoveStep {
			continue
		}
		for _, c := range s.Clusters {
			if s.Environment() != env {
				env, last = s.Environment(), 0
			}
			if weight[c] < last {
				t.Errorf("%s (%v) after a heavier one (%v)", c, weight[c], last)
			}
			last = weight[c]
		}
	}
	if env != 2 {
		t.Errorf("the last environment moved is %d", env)
	}
	if got := way.Steps[len(way.Steps)-1]; got.Kind != plan.CredentialsStep {
		t.Errorf("the last step is %s: credentials go out last", got.Kind)
	}
	if len(way.Kept) != 1 {
		t.Errorf("the hub stays as one of the instances: %v", way.Kept)
	}
}

func TestRoadmap_ToItselfHasNoSteps(t *testing.T) {
	p, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range layout.Presets(p) {
		if way := Propose(p, a, a, 5); !way.Empty() || way.Moved > 0 {
			t.Errorf("%s: %+v", a.ID, way.Steps)
		}
	}
}

func TestRoadmap_EveryMoveCarriesTheCutOver(t *testing.T) {
	p, err := plan.Sample("ko")
	if err != nil {
		t.Fatal(err)
	}
	from, _ := layout.Resolve(p, "ours")
	way := Propose(p, from, preset(t, p, layout.PerCluster), 1)
	moves := 0
	for _, s := range way.Steps {
		if s.Team == "" {
			t.Errorf("%s %v has no owner", s.Kind, s.Args)
		}
		if s.Kind != plan.MoveStep {
			continue
		}
		moves++
		var ids []string
		for _, c := range s.Checks {
			ids = append(ids, c.ID)
		}
		if got := strings.Join(ids, " "); got != "one_controller tracking sync_off finalizer create diff sync_on delete keep_credential" {
			t.Errorf("%v: %s", s.Args, got)
		}
		if !slices.ContainsFunc(s.Checks, func(c Check) bool { return c.ID == "finalizer" && len(c.Sources) == 2 }) {
			t.Errorf("%v: the finalizer's sources are missing", s.Args)
		}
	}
	if moves != 3 {
		t.Errorf("%d moves", moves)
	}
}

// Every message of a step and of a checklist exists, whatever the step.
func TestRoadmap_EveryStepHasItsWords(t *testing.T) {
	var ids []string
	for _, checks := range [][]Check{installChecks(true, true), prepareChecks(true), prepareChecks(false), adjustChecks(), moveChecks(true, true),
		credentialChecks(true), credentialChecks(false), retireChecks()} {
		for _, c := range checks {
			ids = append(ids, "roadmap.check."+c.ID)
		}
	}
	steps := []Step{{Kind: plan.MoveStep, Args: map[string]any{"from": ""}}}
	for _, k := range plan.StepKind("").Values() {
		steps = append(steps, Step{Kind: plan.StepKind(k), Args: map[string]any{"from": "x"}})
	}
	for _, s := range steps {
		ids = append(ids, s.ID(), s.ID()+".risk", s.ID()+".back")
	}
	for _, id := range ids {
		if !lang.English.Has(id) || !lang.Korean.Has(id) {
			t.Errorf("no message %s", id)
		}
	}
}

func TestInspect_FindsCyclesAndWhatCanBegin(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{
		{ID: "a", Name: "a", After: []string{"c"}, Team: "t", WayBack: "w"},
		{ID: "b", Name: "b", After: []string{"a"}, Team: "t", WayBack: "w"},
		{ID: "c", Name: "c", After: []string{"b"}, Team: "t", WayBack: "w"},
		{ID: "d", Name: "d", After: []string{"d"}, Team: "t", WayBack: "w"},
		{ID: "e", Name: "e"},
		{ID: "f", Name: "f", After: []string{"e", "gone"}, Done: true},
	}}
	got := map[string][]string{}
	for _, f := range Inspect(p) {
		got[f.ID] = append(got[f.ID], f.Args["step"].(string))
	}
	for id, want := range map[string]string{"roadmap.finding.cycle": "[a · b · c d]", "roadmap.finding.early": "[f]", "roadmap.finding.next": "[e]",
		"roadmap.finding.no_owner": "[e]", "roadmap.finding.no_way_back": "[e]"} {
		if fmt.Sprint(got[id]) != want {
			t.Errorf("%s: %v, not %s", id, got[id], want)
		}
	}
}

func TestInspect_BearsTheLongestChain(t *testing.T) {
	p := &plan.Plan{}
	for i := range plan.MaxSteps {
		p.Steps = append(p.Steps, plan.Step{ID: fmt.Sprint(i), Name: "x", After: []string{fmt.Sprint((i + 1) % plan.MaxSteps)}})
	}
	if f := Inspect(p); len(f) == 0 || f[0].ID != "roadmap.finding.cycle" || f[0].Args["n"] != plan.MaxSteps {
		t.Errorf("%+v", f)
	}
}

func BenchmarkPropose(b *testing.B) {
	p := plantest.Generate(1, 1000, 10000)
	for _, to := range []layout.Preset{layout.PerEnvironment, layout.PerTeam, layout.PerCluster} {
		from, target := preset(b, p, layout.Hub), preset(b, p, to)
		b.Run(string(to), func(b *testing.B) {
			n := 0
			for b.Loop() {
				way := Propose(p, from, target, 5)
				n = len(way.Steps)
			}
			b.ReportMetric(float64(n), "steps")
		})
	}
}
