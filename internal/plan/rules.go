package plan

import "strings"

// unfit finds the rows of matrices that contradict each other where every row
// by itself is right: scores beyond their criterion's scale or across matrices, and pairs that are
// compared twice, with themselves or across matrices; and facts about tools
// whose value is no word of theirs.
func unfit(p *Plan) (problems []Problem) {
	r := newMatrixRules(p)
	for i, s := range p.Scores {
		problems = r.add(problems, at(r.score(s), "scores", i))
	}
	for i, j := range p.Judgements {
		problems = r.add(problems, at(r.judgement(j), "judgements", i))
	}
	for i, c := range p.Comparisons {
		problems = r.add(problems, at(r.comparison(c), "comparisons", i))
	}
	for i, f := range p.ToolFacts {
		problems = r.add(problems, at(f.unread(), "toolFacts", i))
	}
	return problems
}

// at says in which row of a document a problem is.
func at(p *Problem, table string, i int) *Problem {
	if p != nil {
		_, field, _ := strings.Cut(p.Path, ".")
		p.Path = path(KindOf(table), i, field)
	}
	return p
}

// unfit does so for what an edit touched: the rows themselves, and the scores
// of criteria whose kind it changed.
func (t *tx) unfit() (problems []Problem) {
	changed := map[string]map[string]bool{}
	for _, c := range t.changes {
		if c.After == nil {
			continue
		}
		if changed[c.Kind] == nil {
			changed[c.Kind] = map[string]bool{}
		}
		changed[c.Kind][c.Key] = true
	}
	for _, f := range t.plan.ToolFacts {
		if changed["toolFacts"][f.Key()] {
			problems = matrixRules{}.add(problems, f.unread())
		}
	}
	if len(changed["scores"])+len(changed["criteria"])+len(changed["judgements"])+len(changed["comparisons"]) == 0 {
		return problems
	}
	r := newMatrixRules(t.plan)
	for _, s := range t.plan.Scores {
		r.fresh = len(changed["scores"]) > 0 && changed["scores"][s.Key()]
		if r.fresh || changed["criteria"][s.Criterion] {
			problems = r.add(problems, r.score(s))
		}
	}
	for _, j := range t.plan.Judgements {
		if p := r.judgement(j); changed["judgements"][j.Key()] || changed["judgements"][Judgement{First: j.Second, Second: j.First}.Key()] {
			problems = r.add(problems, p)
		}
	}
	for _, c := range t.plan.Comparisons {
		if p := r.comparison(c); changed["comparisons"][c.Key()] || changed["comparisons"][Comparison{Criterion: c.Criterion, First: c.Second, Second: c.First}.Key()] {
			problems = r.add(problems, p)
		}
	}
	return problems
}

// matrixRules knows what the rows of matrices are held against.
type matrixRules struct {
	criteria map[string]Criterion
	matrix   map[string]string // of a candidate
	name     map[string]string
	pairs    map[string]bool
	// fresh holds that rows are new: stored plans may have scores across matrices,
	// which count nowhere.
	fresh bool
}

func newMatrixRules(p *Plan) matrixRules {
	r := matrixRules{make(map[string]Criterion, len(p.Criteria)), make(map[string]string, len(p.Candidates)), map[string]string{}, map[string]bool{}, false}
	for _, c := range p.Criteria {
		r.criteria[c.ID], r.name[c.ID] = c, c.Name
	}
	for _, c := range p.Candidates {
		r.matrix[c.ID], r.name[c.ID] = c.Matrix, c.Name
		if c.Name == "" {
			r.name[c.ID] = c.Tool
		}
	}
	return r
}

func (matrixRules) add(problems []Problem, p *Problem) []Problem {
	if p != nil && len(problems) < maxProblems {
		problems = append(problems, *p)
	}
	return problems
}

// score holds a value against the scale of its criterion, which a measured one
// has not.
func (r matrixRules) score(s Score) *Problem {
	c, ok := r.criteria[s.Criterion]
	if ok && r.fresh && r.matrix[s.Candidate] != "" && r.matrix[s.Candidate] != c.Matrix {
		return &Problem{Path: "scores.criterion", ID: "plan.problem.score_apart", Args: map[string]any{"criterion": c.Name, "name": r.name[s.Candidate]}}
	}
	if !ok || c.Measures() || s.Value >= 1 && s.Value <= 5 {
		return nil
	}
	return &Problem{Path: "scores.value", ID: "plan.problem.score", Args: map[string]any{"criterion": c.Name, "got": s.Value}}
}

func (r matrixRules) judgement(j Judgement) *Problem {
	return r.pair("judgements.second", "", j.First, j.Second, r.criteria[j.First].Matrix, r.criteria[j.Second].Matrix)
}

func (r matrixRules) comparison(c Comparison) *Problem {
	if on := r.criteria[c.Criterion].Matrix; r.matrix[c.First] == r.matrix[c.Second] && r.matrix[c.First] != on && on != "" && r.matrix[c.First] != "" {
		return r.odd("comparisons.second", "pair_apart", c.First, c.Criterion)
	}
	return r.pair("comparisons.second", c.Criterion, c.First, c.Second, r.matrix[c.First], r.matrix[c.Second])
}

func (r matrixRules) pair(path, on, first, second, of, with string) *Problem {
	twice := r.pairs[on+"/"+second+"/"+first]
	r.pairs[on+"/"+first+"/"+second] = true
	switch {
	case first == second:
		return r.odd(path, "pair_self", first, second)
	case of != with && of != "" && with != "":
		return r.odd(path, "pair_apart", first, second)
	case twice:
		return r.odd(path, "pair_twice", first, second)
	}
	return nil
}

func (r matrixRules) odd(path, id, first, second string) *Problem {
	return &Problem{Path: path, ID: "plan.problem." + id, Args: map[string]any{"first": r.name[first], "second": r.name[second]}}
}
