package matrix

import (
	"slices"

	"deckplan/internal/verdict"
)

// methodFindings say where the method has no answer, and where other methods or
// normalisations name another winner.
func (a *Analysis) methodFindings() []verdict.Finding {
	args := verdict.Args{"method": string(a.Method), "normalisation": string(a.Normalisation)}
	if a.Fault != nil {
		id := "method_unsuited"
		switch a.Fault.ID {
		case "negative":
			id = "method_negative"
		case "zero":
			id = "method_zero"
		}
		args["criterion"] = a.Fault.Criterion.Name
		return []verdict.Finding{a.finding(id, verdict.Error, args)}
	}
	others := a.Dissent()
	if len(others) == 0 {
		return nil
	}
	of := 0
	for _, r := range a.Runs {
		if r.Fault == nil {
			of++
		}
	}
	// The nearest other way of calculating is the most telling: the same method.
	first := others[0]
	if i := slices.IndexFunc(others, func(r Run) bool { return r.Method == a.Method }); i >= 0 {
		first = others[i]
	}
	other := a.Rows[first.Leaders[0]]
	args["winner"], args["other"] = listNames(a.leaders(), 4), other.Name
	args["by"], args["after"] = string(first.Method), string(first.Normalisation)
	args["count"], args["of"] = len(others), of
	return []verdict.Finding{a.finding("methods_differ", verdict.Warning, args, append(refs(a.leaders()), other.Ref())...)}
}

// pairFindings say how well pairwise judgements hold together.
func (a *Analysis) pairFindings() (out []verdict.Finding) {
	if a.Judged != nil {
		names := func(i int) (string, verdict.Ref) {
			c := a.Criteria[i]
			return c.Name, verdict.Ref{Kind: "criteria", Key: c.ID, Name: c.Name}
		}
		out = append(out, a.paired(*a.Judged, "", names)...)
	}
	called := map[string]Row{}
	for _, r := range a.Rows {
		called[r.Candidate.ID] = r
	}
	for _, c := range a.Criteria {
		if c.Local == nil || c.Share == 0 {
			continue
		}
		names := func(i int) (string, verdict.Ref) {
			r := called[c.Compared[i]]
			return r.Name, r.Ref()
		}
		out = append(out, a.paired(*c.Local, c.Name, names)...)
	}
	return out
}

// paired says it of one set of judgements: of criteria, or of candidates on the
// criterion called on.
func (a *Analysis) paired(p Priorities, on string, names func(int) (string, verdict.Ref)) (out []verdict.Finding) {
	say := func(id, ofCandidates string, s verdict.Severity, args verdict.Args, about ...verdict.Ref) {
		if on != "" {
			id, args["criterion"] = ofCandidates, on
		}
		out = append(out, a.finding(id, s, args, about...))
	}
	switch {
	case p.Apart > 1:
		say("judgements_apart", "compared_apart", verdict.Error, verdict.Args{"groups": p.Apart, "needed": p.Apart - 1})
		return out
	case p.Missing > 0:
		say("judgements_missing", "compared_missing", verdict.Note, verdict.Args{"missing": p.Missing, "given": p.Given})
	}
	if p.Judged() && p.N >= len(randomIndex) {
		say("index_unknown", "compared_unknown", verdict.Note, verdict.Args{"n": p.N, "most": len(randomIndex) - 1, "index": cents(p.Index)})
	}
	if !p.Known() || p.Ratio <= ConsistentEnough {
		return out
	}
	args := verdict.Args{"ratio": cents(100 * p.Ratio), "limit": int(100 * ConsistentEnough)}
	m := p.Mend
	if m == nil {
		say("inconsistent_all", "compared_inconsistent_all", verdict.Warning, args)
		return out
	}
	var first, second verdict.Ref
	args["first"], first = names(m.First)
	args["second"], second = names(m.Second)
	args["given"], args["value"], args["after"] = cents(m.Given), cents(m.Value), cents(100*m.Ratio)
	say("inconsistent", "compared_inconsistent", verdict.Warning, args, first, second)
	return out
}
