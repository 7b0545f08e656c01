package web

import (
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/matrix"
	"deckplan/internal/plan"
)

// newMatrix begins a matrix with the catalogue's candidates for a purpose.
func newMatrix(f *form) (plan.Edit, error) {
	purpose := plan.MatrixPurpose(f.values.Get("purpose"))
	if !slices.Contains(purpose.Values(), string(purpose)) {
		return nil, errForm
	}
	m, criteria, candidates := matrix.New(purpose, func(id string) string { return f.lang.T(id, nil) }, plan.NewID)
	f.show(pageOf["matrices"], m.ID)
	return plan.Batch{
		Edits: []plan.Edit{plan.Put{Kind: "matrices", Items: plan.Rows(m)}, plan.Put{Kind: "criteria", Items: plan.Rows(criteria...)},
			plan.Put{Kind: "candidates", Items: plan.Rows(candidates...)}},
		Summary: plan.Summary{ID: "plan.summary.add", Args: map[string]any{"table": "matrices", "name": m.Name}},
	}, nil
}

// scoreCandidate keeps the reader's own score of a candidate, or takes it back.
// Evidence and date stay where the form does not ask for them; a new value is
// of today.
func scoreCandidate(f *form) (plan.Edit, error) {
	sc := plan.Score{Candidate: f.values.Get("candidate"), Criterion: f.values.Get("criterion"), Person: f.author}
	if p := f.values.Get("person"); f.values.Has("person") {
		sc.Person = personName(p)
	}
	text := strings.TrimSpace(f.values.Get("value"))
	args := map[string]any{"name": "", "criterion": clip(plan.NameOf(f.doc, "criteria", sc.Criterion), 120)}
	if c, ok := plan.KindOf("candidates").Find(f.doc, sc.Candidate).(plan.Candidate); ok {
		args["name"] = matrix.NameOf(c)
	}
	if text == "" {
		return plan.Batch{Edits: []plan.Edit{plan.Remove{Kind: "scores", Keys: []string{sc.Key()}}},
			Summary: plan.Summary{ID: "plan.summary.unscore", Args: args}}, nil
	}
	was, _ := plan.KindOf("scores").Find(f.doc, sc.Key()).(plan.Score)
	var err error
	if sc.Value, err = number(text, "scores.value"); err != nil {
		return nil, err
	}
	sc.Evidence, sc.Date = was.Evidence, was.Date
	if sc.Value != was.Value || was.Person != sc.Person {
		sc.Date = f.today
	}
	if f.values.Has("evidence") {
		sc.Evidence = strings.TrimSpace(strings.ReplaceAll(f.values.Get("evidence"), "\r\n", "\n"))
		sc.Date = strings.TrimSpace(f.values.Get("date"))
	}
	return plan.Batch{Edits: []plan.Edit{plan.Put{Kind: "scores", Items: plan.Rows(sc)}},
		Summary: plan.Summary{ID: "plan.summary.score", Args: args}}, nil
}

// judgePair keeps a judgement of two criteria or, where the form names a
// criterion, a comparison of two candidates on it; without a value it takes it
// back. A pair that was judged the other way round is turned.
func judgePair(f *form) (plan.Edit, error) {
	on, first, second := f.values.Get("criterion"), f.values.Get("first"), f.values.Get("second")
	kind, things := "judgements", "criteria"
	key := func(a, b string) string { return plan.Judgement{First: a, Second: b}.Key() }
	if on != "" {
		kind, things = "comparisons", "candidates"
		key = func(a, b string) string { return plan.Comparison{Criterion: on, First: a, Second: b}.Key() }
	}
	k := plan.KindOf(kind)
	args := map[string]any{"first": clip(plan.NameOf(f.doc, things, first), 60), "second": clip(plan.NameOf(f.doc, things, second), 60)}
	var edits []plan.Edit
	var gone []string
	value := strings.TrimSpace(f.values.Get("value"))
	if k.Find(f.doc, key(second, first)) != nil {
		gone = append(gone, key(second, first))
	}
	if value == "" && k.Find(f.doc, key(first, second)) != nil {
		gone = append(gone, key(first, second))
	}
	if len(gone) > 0 {
		edits = append(edits, plan.Remove{Kind: kind, Keys: gone})
	}
	if value == "" {
		if len(edits) == 0 {
			return nil, &plan.Gone{Kind: kind, Key: key(first, second)}
		}
		return plan.Batch{Edits: edits, Summary: plan.Summary{ID: "plan.summary.unjudge", Args: args}}, nil
	}
	r, err := ratio(value, kind+".ratio")
	if err != nil {
		return nil, err
	}
	if on != "" {
		edits = append(edits, plan.Put{Kind: kind, Items: plan.Rows(plan.Comparison{Criterion: on, First: first, Second: second, Ratio: r})})
	} else {
		edits = append(edits, plan.Put{Kind: kind, Items: plan.Rows(plan.Judgement{First: first, Second: second, Ratio: r})})
	}
	return plan.Batch{Edits: edits, Summary: plan.Summary{ID: "plan.summary.judge", Args: args}}, nil
}

// ratio reads 5, 0.2 or 1/5.
func ratio(text, field string) (float64, error) {
	over, under, fraction := strings.Cut(text, "/")
	if !fraction {
		return number(text, field)
	}
	a, err := number(strings.TrimSpace(over), field)
	if err != nil {
		return 0, err
	}
	b, err := strconv.ParseFloat(strings.TrimSpace(under), 64)
	if err != nil || b == 0 {
		return number(text, field) // worded as any text that is no number
	}
	return a / b, nil
}
