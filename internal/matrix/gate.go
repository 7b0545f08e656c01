package matrix

import (
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// Result is what a gate says of a candidate.
type Result string

const (
	Passes Result = "passes"
	Fails  Result = "fails"
	Open   Result = "open" // not known, or it depends on what one makes of the tool
)

// Gate is a kind of gate in this matrix.
type Gate struct {
	Gate plan.Gate `json:"gate"`
	On   bool      `json:"on"` // it is in force: switched on, or asked for and not lifted
	// Reasons say why the plan asks for it, in force or not.
	Reasons []Reason `json:"reasons,omitempty"`
	// Lifted says that the plan asks for it and the matrix does without.
	Lifted bool `json:"lifted,omitempty"`
	Out    int  `json:"out"`  // candidates it knocks out
	Open   int  `json:"open"` // candidates it cannot judge
}

// Outcome is what a gate says of one candidate, and by which fact.
type Outcome struct {
	Gate   plan.Gate         `json:"gate"`
	Result Result            `json:"result"`
	Fact   catalog.NamedFact `json:"fact"`
}

// gates says which gates are in force. The offline gate follows from the air
// gaps that the plan delivers into, the others from what the team demands of
// every tool; a matrix may switch on more, and lift what the plan asks for.
func gates(p *plan.Plan, m plan.Matrix) []Gate {
	var out []Gate
	rules := p.About.Tools.Gates()
	for _, v := range plan.Gate("").Values() {
		g := Gate{Gate: plan.Gate(v)}
		if g.Gate == plan.GateOffline {
			g.Reasons = airGapReasons(p, m.Purpose)
		} else if rule := rules[g.Gate]; rule != "" {
			g.Reasons = []Reason{{Rule: rule}}
		}
		g.Lifted = len(g.Reasons) > 0 && slices.Contains(m.Lifted, g.Gate)
		g.On = !g.Lifted && (len(g.Reasons) > 0 || slices.Contains(m.Gates, g.Gate))
		out = append(out, g)
	}
	return out
}

// Switch gives a matrix's gates and lifted gates when exactly the gates of on
// are to be in force: what the plan asks for is lifted rather than switched off,
// and needs no switching on.
func Switch(p *plan.Plan, m plan.Matrix, on []plan.Gate) (switched, lifted []plan.Gate) {
	for _, g := range gates(p, m) {
		asked, wanted, was := len(g.Reasons) > 0, slices.Contains(on, g.Gate), slices.Contains(m.Gates, g.Gate)
		if wanted && (!asked || was) {
			switched = append(switched, g.Gate)
		}
		if asked && !wanted {
			lifted = append(lifted, g.Gate)
		}
	}
	return switched, lifted
}

// judge asks every gate in force about every candidate.
func (a *Analysis) judge() {
	for g := range a.Gates {
		gate := &a.Gates[g]
		if !gate.On {
			continue
		}
		for i := range a.Rows {
			r := &a.Rows[i]
			o := Judge(gate.Gate, r.Tool)
			r.Outcomes = append(r.Outcomes, o)
			switch o.Result {
			case Fails:
				gate.Out++
				r.State = Out
			case Open:
				gate.Open++
			}
		}
	}
}

// Judge says whether a tool of the catalogue passes a gate; for a tool that the
// catalogue lacks (nil) the question is open. The words of a fact that pass
// and fail are those of the table below; any other word leaves it open.
func Judge(gate plan.Gate, tool *catalog.Tool) Outcome {
	rule := rules[gate]
	out := Outcome{Gate: gate, Result: Open, Fact: catalog.NamedFact{Name: rule.fact, Vocabulary: rule.fact, Fact: catalog.Fact{Value: catalog.Unknown}}}
	if tool == nil {
		return out
	}
	for _, f := range tool.Facts() {
		if f.Name == rule.fact {
			out.Fact = f
		}
	}
	switch v := out.Fact.Fact.Value; {
	case slices.Contains(rule.pass, v):
		out.Result = Passes
	case slices.Contains(rule.fail, v):
		out.Result = Fails
	case gate == plan.GateRootless && v == "not_applicable" && tool.ContainerBuild.Value == string(catalog.DoesNot):
		out.Result = Passes // it builds no images
	}
	return out
}

// rules names for each gate the fact that decides it. Open core, a builder
// that depends on the job or builds without root only in part, and a project continued elsewhere or hardly kept up
// are left to people. Something that is archived fails even where forks
// exist: a fork is a candidate of its own.
var rules = map[plan.Gate]struct {
	fact       string
	pass, fail []string
}{
	plan.GateOffline:    {"airgapped", []string{"yes", "with_effort"}, []string{"no"}},
	plan.GateDaemonless: {"daemon", []string{"not_required"}, []string{"required"}},
	plan.GateRootless:   {"rootless", []string{"yes", "with_effort"}, nil},
	plan.GateSelfHosted: {"hosting", []string{"self_hosted", "both", "local"}, []string{"saas"}},
	plan.GateOpenSource: {"licence", []string{"open_source"}, []string{"proprietary"}},
	plan.GateMaintained: {"maintenance", []string{"active", "low"}, []string{"archived"}},
}

// blocking is the smallest set of gates in force, at most two, that together
// leave no candidate; it is nil where candidates remain or it takes more.
func (a *Analysis) blocking() []Gate {
	var on []Gate
	for _, g := range a.Gates {
		if g.On {
			on = append(on, g)
		}
	}
	for i, g := range on {
		if a.allOut(g.Gate) {
			return on[i : i+1]
		}
	}
	for i, g := range on {
		for _, h := range on[i+1:] {
			if a.allOut(g.Gate, h.Gate) {
				return []Gate{g, h}
			}
		}
	}
	return nil
}

func (a *Analysis) allOut(gates ...plan.Gate) bool {
	for i := range a.Rows {
		if !a.Rows[i].failsOneOf(gates) {
			return false
		}
	}
	return true
}

func (r *Row) failsOneOf(gates []plan.Gate) bool {
	return slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Result == Fails && slices.Contains(gates, o.Gate) })
}

// without counts the candidates that would be left if a gate were lifted.
func (a *Analysis) without(gate plan.Gate) (n int) {
	var others []plan.Gate
	for _, g := range a.Gates {
		if g.Gate != gate {
			others = append(others, g.Gate)
		}
	}
	for i := range a.Rows {
		if !a.Rows[i].failsOneOf(others) {
			n++
		}
	}
	return n
}
