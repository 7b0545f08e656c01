package decision

import (
	"maps"
	"slices"
	"strings"

	"deckplan/internal/verdict"
)

// Type is what kind of value a figure has.
type Type int

const (
	Number Type = iota
	Word
	Truth
)

// Term is a figure that checks may name. Its label is the message Label.
type Term struct {
	Field string
	Type  Type
	Unit  verdict.Unit // of a number
	Label string
}

// Things are what figures are of: a kind of row of the plan, or the plan itself
// where they have no key.
type Things struct {
	Keyed bool
	Table string // of the plan, whose rows the keys name
	Terms []Term
}

// metrics are terms whose labels are those of an analysis' figures.
func metrics(topic string, unit verdict.Unit, names ...string) []Term {
	out := make([]Term, len(names))
	for i, n := range names {
		out[i] = Term{n, Number, unit, "metric." + topic + "." + n}
	}
	return out
}

// own are terms with labels of their own.
func own(kind string, t Type, unit verdict.Unit, names ...string) []Term {
	out := make([]Term, len(names))
	for i, n := range names {
		out[i] = Term{n, t, unit, "decision.figure." + kind + "." + n}
	}
	return out
}

// Vocabulary is every figure that a check may name, by kind of thing.
var Vocabulary = map[string]Things{
	"layout": {true, "layouts", slices.Concat(
		metrics("layout", verdict.Percent, "radius", "floor", "change_radius", "undelivered"),
		metrics("layout", verdict.Hours, "blocked_hours", "blocked_hours_unweighted", "floor_hours"),
		metrics("layout", verdict.Money, "cost"),
		metrics("layout", verdict.Count, "deployments_delayed", "instances", "upgrades", "credentials"),
		own("layout", Number, verdict.Count, "most_applications", "most_clusters", "errors", "warnings", "live_differences"))},
	"pipeline": {true, "pipelines", slices.Concat(
		metrics("ownership", verdict.Minutes, "lead", "mandated"),
		metrics("ownership", verdict.Percent, "waiting", "automated"),
		metrics("ownership", verdict.Count, "handoffs", "seams", "owners", "installations", "keys", "reach"),
		own("pipeline", Number, verdict.Count, "errors", "warnings"))},
	"matrix": {true, "matrices", slices.Concat(
		own("matrix", Word, "", "winner"),
		[]Term{{"score", Number, verdict.Score, "metric.matrix.winner"}},
		metrics("matrix", verdict.Score, "margin"),
		metrics("matrix", verdict.Percent, "scored", "agreement", "consistency"),
		metrics("matrix", verdict.Count, "candidates", "out"))},
	"service": {true, "services", slices.Concat(
		own("service", Word, "", "strategy"),
		metrics("strategy", verdict.Seconds, "downtime", "rollback", "done"),
		metrics("strategy", verdict.Count, "extra"),
		own("service", Number, verdict.Count, "applications", "criticality", "deploys_per_week"))},
	"zone": {true, "zones", slices.Concat(
		own("zone", Truth, "", "internet", "offline"),
		own("zone", Number, verdict.Count, "clusters"))},
	"cluster": {true, "clusters", slices.Concat(
		own("cluster", Word, "", "zone", "environment", "kubernetes"),
		own("cluster", Number, verdict.Count, "applications"))},
	"tool": {true, "", slices.Concat(
		own("tool", Truth, "", "maintained"),
		own("tool", Word, "", "status"),
		own("tool", Number, verdict.Count, "installations"))},
	"plan": {false, "", own("plan", Number, verdict.Count, "clusters", "services", "applications", "teams", "pipelines", "errors", "warnings")},
	"images": {false, "", slices.Concat(
		metrics("image", verdict.Count, "services", "unnamed", "registries"),
		metrics("image", verdict.Percent, "pinned"))},
}

func term(kind, field string) (Term, bool) {
	for _, t := range Vocabulary[kind].Terms {
		if t.Field == field {
			return t, true
		}
	}
	return Term{}, false
}

// Term gives what is known of the figure's name.
func (r Ref) Term() Term {
	t, _ := term(r.Kind, r.Field)
	return t
}

// Kinds are the kinds of things, in alphabetical order.
func Kinds() []string { return slices.Sorted(maps.Keys(Vocabulary)) }

func kinds() string { return strings.Join(Kinds(), ", ") }

func fields(kind string) string {
	var out []string
	for _, t := range Vocabulary[kind].Terms {
		out = append(out, t.Field)
	}
	return strings.Join(out, ", ")
}
