// Package roadmap plans the way from one Argo CD layout to another as ordered,
// reversible steps, and checks the steps a plan holds. It is pure.
//
// At every moment each cluster, or slice of one, is delivered by the instance
// it had before or by the one it gets, never by two: Roadmap.At gives the
// arrangement between any two steps, and each step's delivery radius is that
// arrangement's.
package roadmap

import (
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// none marks an absent instance.
const none = -1

// MaxAtOnce is the most clusters, or instances, one step may take.
const MaxAtOnce = 50

// Step is one move. Its name is the message ID with Args, what it puts at risk
// ID.risk, its way back ID.back; see Step.ID.
type Step struct {
	Kind     plan.StepKind
	Args     verdict.Args
	Team     string   // key of the team that owns what is touched, where known
	Clusters []string // keys
	After    []int    // positions of the steps that must be done before
	Radius   layout.Radius
	Checks   []Check

	environment int // of the clusters moved, or of the first that an installed instance gets
	slots       []int
	instances   []int // installed, adjusted or retired
}

// ID names the step's messages: roadmap.step.KIND, and a move of what no
// instance delivered before has its own.
func (s Step) ID() string {
	if s.Kind == plan.MoveStep && s.Args["from"] == "" {
		return "roadmap.step.move_new"
	}
	return "roadmap.step." + string(s.Kind)
}

// Environment is the position of the environment the step serves; -1 for none.
func (s Step) Environment() int { return s.environment }

// Check is a line of a step's checklist: message roadmap.check.ID with the
// step's Args. Without sources it is our own procedure.
type Check struct {
	ID      string
	Sources []verdict.Source
}

// Roadmap is the way from one arrangement to another.
type Roadmap struct {
	From, To layout.Arrangement
	Steps    []Step
	Start    layout.Radius // before the first step
	Kept     []Pair        // instances that stay
	Moved    int           // clusters and slices that change their instance
	Left     []string      // names of what is delivered today and has no instance in the target
	Broken   int           // errors of the target, which are to be settled before the first step

	planner *planner
}

// Pair is an instance under its former and its coming name.
type Pair struct{ From, To string }

// Empty says that there is nothing to do.
func (r *Roadmap) Empty() bool { return len(r.Steps) == 0 }

// Propose plans the way. No step takes more than atOnce clusters or instances
// (1 to MaxAtOnce). Clusters move by the plan's order of environments, those in
// none last; within one the lighter group of clusters with the same former and
// the same new instance first, and of a group the lightest clusters first.
func Propose(p *plan.Plan, from, to layout.Arrangement, atOnce int) Roadmap {
	pl := newPlanner(p, from, to, min(max(1, atOnce), MaxAtOnce))
	r := Roadmap{From: from, To: to, Start: pl.ix.Radius(pl.arrangement()), Broken: pl.broken, planner: pl}
	for _, j := range pl.target {
		if j < len(from.Instances) {
			r.Kept = append(r.Kept, Pair{from.Instances[j].Name, pl.later[j].Name})
		}
	}
	for k, c := range pl.slots {
		switch {
		case pl.goal[k] == none && pl.owner[k] != none:
			r.Left = append(r.Left, c.Name)
		case pl.goal[k] != pl.owner[k]:
			r.Moved++
		}
	}
	moves := pl.moves()
	pl.install(moves)
	pl.adjust()
	pl.move(moves)
	pl.cleanUp()
	r.Steps = pl.steps
	pl.measure(r.Start)
	return r
}

// At gives the arrangement after the first n steps.
func (r *Roadmap) At(n int) layout.Arrangement {
	pl := r.planner
	pl.reset()
	for _, s := range r.Steps[:min(n, len(r.Steps))] {
		pl.apply(s)
	}
	return pl.arrangement()
}

// Owners gives, for every cluster and slice in the order of an analysis, the
// name of the instance that delivers to it in both layouts; empty for none.
func (r *Roadmap) Owners() (from, to []string) {
	pl := r.planner
	name := func(of []int) []string {
		out := make([]string, len(of))
		for k, i := range of {
			if i != none {
				out[k] = pl.all[i].ID
			}
		}
		return out
	}
	return name(pl.owner), name(pl.goal)
}

// measure gives every step the delivery radius after it.
func (pl *planner) measure(start layout.Radius) {
	pl.reset()
	last := start
	for i := range pl.steps {
		s := &pl.steps[i]
		pl.apply(*s)
		if s.Kind == plan.MoveStep || s.Kind == plan.AdjustStep {
			last = pl.ix.Radius(pl.arrangement())
		}
		s.Radius = last
		s.Args["radius"], s.Args["cause"] = last.Value, last.Domain.Name
	}
}

// list names up to three and counts the rest. It uses no comma: where names
// are typed in, commas part them.
func list(names []string) string {
	shown := names[:min(3, len(names))]
	s := strings.ReplaceAll(strings.Join(shown, " · "), ",", " ")
	if rest := len(names) - len(shown); rest > 0 {
		s += " +" + strconv.Itoa(rest)
	}
	return s
}

// unique keeps the first of equal values.
func unique[T comparable](values []T) []T {
	seen := make(map[T]bool, len(values))
	return slices.DeleteFunc(values, func(v T) bool {
		was := seen[v]
		seen[v] = true
		return was
	})
}
