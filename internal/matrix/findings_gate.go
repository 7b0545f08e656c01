package matrix

import (
	"cmp"
	"slices"

	"deckplan/internal/verdict"
)

// bigSpread is the distance between two people's scores from which they should
// talk; at most spreadShown such cells are named.
const (
	bigSpread   = 2
	spreadShown = 3
)

// gateFindings say what the gates did, which of them the plan asks for, and
// where one was decided by something nobody verified.
func (a *Analysis) gateFindings() (out []verdict.Finding) {
	if a.count(Out) == len(a.Rows) {
		out = append(out, a.noneLeft())
	}
	for _, g := range a.Gates {
		if f, asked := a.asked(g); asked {
			out = append(out, f)
		}
		if g.Out > 0 {
			out = append(out, a.byGate("out", verdict.Note, g, func(_ Row, o Outcome) bool { return o.Result == Fails }))
		}
		if g.Open > 0 {
			open := a.byGate("open", verdict.Warning, g, func(r Row, o Outcome) bool { return o.Result == Open && r.State != Out })
			if len(open.About) > 0 && open.Args["count"] != 0 {
				out = append(out, open)
			}
		}
		unverified := func(_ Row, o Outcome) bool { return o.Result == Fails && o.Fact.Fact.Unverified }
		if f := a.byGate("unverified_out", verdict.Warning, g, unverified); f.Args["count"] != 0 {
			out = append(out, f)
		}
		passes := func(r Row, o Outcome) bool { return r.Rank == 1 && o.Result == Passes && o.Fact.Fact.Unverified }
		if f := a.byGate("unverified_winner", verdict.Warning, g, passes); f.Args["count"] != 0 {
			out = append(out, f)
		}
	}
	return append(out, a.turnFindings()...)
}

// asked says why the plan sets a gate, or that the matrix lifts it against that.
func (a *Analysis) asked(g Gate) (verdict.Finding, bool) {
	if len(g.Reasons) == 0 {
		return verdict.Finding{}, false
	}
	args := verdict.Args{"gate": string(g.Gate)}
	r := g.Reasons[0]
	switch {
	case r.Rule != "" && g.Lifted:
		args["rule"] = r.Rule
		return a.finding("gate_lifted_rule", verdict.Warning, args), true
	case r.Rule != "":
		args["rule"] = r.Rule
		return a.finding("gate_set_rule", verdict.Note, args), true
	}
	args["zone"], args["zones"], args["pipeline"], args["pipelines"] = r.Zone.Name, len(g.Reasons), r.Pipelines[0].Name, len(r.Pipelines)
	if g.Lifted {
		return a.finding("gate_lifted", verdict.Warning, args, r.Zone, r.Pipelines[0]), true
	}
	return a.finding("gate_set", verdict.Note, args, r.Zone, r.Pipelines[0]), true
}

// byGate makes a finding on the candidates whose outcome at a gate is as asked.
// Its arguments are gate, fact, names and count.
func (a *Analysis) byGate(id string, s verdict.Severity, g Gate, asked func(Row, Outcome) bool) verdict.Finding {
	var rows []Row
	var sources []verdict.Source
	fact := rules[g.Gate].fact
	for _, r := range a.Rows {
		for _, o := range r.Outcomes {
			if o.Gate == g.Gate && asked(r, o) {
				rows = append(rows, r)
				sources = addSources(sources, o.Fact.Fact.Sources)
			}
		}
	}
	f := a.finding(id, s, verdict.Args{"gate": string(g.Gate), "fact": fact, "names": listNames(rows, 4), "count": len(rows)}, refs(rows)...)
	f.Sources = sources
	return f
}

// noneLeft names the gate, or the two, that leave no candidate, and how many
// come back when the one that costs most is lifted.
func (a *Analysis) noneLeft() verdict.Finding {
	gates := a.blocking()
	args := verdict.Args{"count": len(a.Rows)}
	if len(gates) == 0 {
		for _, g := range a.Gates {
			if g.On {
				gates = append(gates, g)
			}
		}
		args["gates"] = len(gates)
	}
	best := slices.MaxFunc(gates, func(x, y Gate) int { return cmp.Compare(a.without(x.Gate), a.without(y.Gate)) })
	args["lift"], args["back"] = string(best.Gate), a.without(best.Gate)
	id := "none_left"
	switch {
	case args["gates"] != nil:
	case len(gates) == 1:
		id, args["gate"] = "none_left_one", string(gates[0].Gate)
	default:
		id, args["gate"], args["other"] = "none_left_two", string(gates[0].Gate), string(gates[1].Gate)
	}
	return a.finding(id, verdict.Error, args)
}

// spreadFindings name the cells on which people differ most, those of heavier
// criteria first among equals, and count the rest.
func (a *Analysis) spreadFindings() (out []verdict.Finding) {
	type cell struct{ row, column int }
	var cells []cell
	for i, r := range a.Rows {
		for k, c := range r.Cells {
			if r.State != Out && c.Spread() >= bigSpread {
				cells = append(cells, cell{i, k})
			}
		}
	}
	slices.SortStableFunc(cells, func(x, y cell) int {
		if d := cmp.Compare(a.Rows[y.row].Cells[y.column].Spread(), a.Rows[x.row].Cells[x.column].Spread()); d != 0 {
			return d
		}
		return cmp.Compare(a.Criteria[y.column].Share, a.Criteria[x.column].Share)
	})
	for n, at := range cells {
		if n == spreadShown {
			out = append(out, a.finding("spread_more", verdict.Note, verdict.Args{"count": len(cells) - spreadShown, "points": bigSpread}))
			break
		}
		r, c, k := a.Rows[at.row], a.Rows[at.row].Cells[at.column], a.Criteria[at.column]
		id := "spread"
		if c.LowBy == "" || c.HighBy == "" {
			id = "spread_unnamed"
		}
		out = append(out, a.finding(id, verdict.Warning, verdict.Args{"candidate": r.Name, "criterion": k.Name, "points": cents(c.Spread()),
			"low": c.LowBy, "high": c.HighBy}, r.Ref(), verdict.Ref{Kind: "criteria", Key: k.ID, Name: k.Name}))
	}
	return out
}
