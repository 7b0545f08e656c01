package scan

import (
	"slices"
	"strings"
	"unicode"

	"deckplan/internal/plan"
)

// Keep gives the proposal with some of its stages only. A stage whose
// predecessor is left out follows that one's predecessors; pipelines without
// stages, and tools and teams that nothing names, go.
func (p *Proposal) Keep(stages func(plan.Stage) bool) *Proposal {
	out := *p
	out.Stages, out.Pipelines, out.Installations, out.Teams, out.Delivers = nil, nil, nil, nil, nil
	all := map[string]plan.Stage{}
	kept, named := map[string]bool{}, map[string]bool{}
	for _, s := range p.Stages {
		all[s.ID] = s
		kept[s.ID] = stages(s)
	}
	for _, s := range p.Stages {
		if !kept[s.ID] {
			continue
		}
		s.After = bridge(s.After, all, kept, map[string]bool{})
		if len(s.After) > 50 {
			s.After = s.After[:50]
		}
		named[s.Pipeline], named[s.Installation] = true, true
		for _, t := range s.Accountable {
			named[t] = true
		}
		out.Stages = append(out.Stages, s)
	}
	for _, row := range p.Pipelines {
		if named[row.ID] {
			out.Pipelines = append(out.Pipelines, row)
		}
	}
	for _, row := range p.Installations {
		if named[row.ID] {
			out.Installations = append(out.Installations, row)
		}
	}
	for _, row := range p.Teams {
		if named[row.ID] {
			out.Teams = append(out.Teams, row)
		}
	}
	for _, id := range p.Delivers {
		if named[id] {
			out.Delivers = append(out.Delivers, id)
		}
	}
	return &out
}

func bridge(after []string, all map[string]plan.Stage, kept, seen map[string]bool) []string {
	var out []string
	for _, id := range after {
		if seen[id] {
			continue
		}
		seen[id] = true
		if kept[id] {
			out = append(out, id)
		} else if s, ok := all[id]; ok {
			out = append(out, bridge(s.After, all, kept, seen)...)
		}
	}
	return out
}

// Reuse is a proposed row that a plan has already, under the plan's own name.
type Reuse struct{ ID, Name string }

// Reused gives, by the proposal's identifiers, the tools and teams of a plan
// that stand for proposed ones: an installation of the same tool (the one with
// the same name where there are several, else the first), and a team of the
// same name, whatever its spelling.
func (p *Proposal) Reused(doc *plan.Plan) map[string]Reuse {
	out := map[string]Reuse{}
	for _, in := range p.Installations {
		for _, have := range doc.Installations {
			_, found := out[in.ID]
			if have.Tool == in.Tool && (!found || same(have.Name, in.Name)) {
				out[in.ID] = Reuse{have.ID, have.Name}
			}
		}
	}
	for _, t := range p.Teams {
		for _, have := range doc.Teams {
			if same(have.Name, t.Name) {
				out[t.ID] = Reuse{have.ID, have.Name}
			}
		}
	}
	return out
}

// same compares names without case, punctuation and the word team.
func same(a, b string) bool {
	bare := func(s string) string {
		s = strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				return unicode.ToLower(c)
			}
			return -1
		}, s)
		for _, w := range []string{"team", "squad", "팀"} {
			if rest := strings.TrimSuffix(strings.TrimPrefix(s, w), w); rest != "" {
				s = rest
			}
		}
		return s
	}
	return bare(a) == bare(b)
}

// Fit makes the rows name a plan's own tools and teams where it has them, and
// leaves out the proposed ones they stand for.
func (p *Proposal) Fit(doc *plan.Plan) *Proposal {
	have := p.Reused(doc)
	out := *p
	out.Installations = slices.DeleteFunc(slices.Clone(p.Installations), func(in plan.Installation) bool { return have[in.ID].ID != "" })
	out.Teams = slices.DeleteFunc(slices.Clone(p.Teams), func(t plan.Team) bool { return have[t.ID].ID != "" })
	out.Stages = slices.Clone(p.Stages)
	for i := range out.Stages {
		s := &out.Stages[i]
		if r, ok := have[s.Installation]; ok {
			s.Installation = r.ID
		}
		s.Accountable = slices.Clone(s.Accountable)
		for k, t := range s.Accountable {
			if r, ok := have[t]; ok {
				s.Accountable[k] = r.ID
			}
		}
	}
	return &out
}

// Edit adds the proposal's rows to a plan, as one step that can be undone.
func (p *Proposal) Edit(doc *plan.Plan) plan.Edit {
	f := p.Fit(doc)
	name := p.Name
	if len(f.Pipelines) == 1 {
		name = f.Pipelines[0].Name
	}
	return plan.Batch{
		Edits: []plan.Edit{
			plan.Put{Kind: "teams", Items: plan.Rows(f.Teams...)},
			plan.Put{Kind: "installations", Items: plan.Rows(f.Installations...)},
			plan.Put{Kind: "pipelines", Items: plan.Rows(f.Pipelines...)},
			plan.Put{Kind: "stages", Items: plan.Rows(f.Stages...)},
		},
		Summary: plan.Summary{ID: "scan.summary", Args: map[string]any{"name": name, "pipelines": len(f.Pipelines), "stages": len(f.Stages)}},
	}
}
