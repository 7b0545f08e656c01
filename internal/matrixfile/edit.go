package matrixfile

import (
	"math"
	"reflect"

	"deckplan/internal/plan"
)

// Counts are the rows of a file by what an edit does with them.
type Counts struct{ Added, Updated, Same int }

// Edit makes an edit of a plan that brings the file's matrix into its matrix
// matrixID, or adds a new one where that is empty. Rows are the same by their
// identifier, or by their name; what the file does not say stays as it is, and
// nothing is removed but a comparison that the file has the other way round.
// An edit of nothing has no edits. The error is *plan.Gone where the matrix is
// not there any more.
func (f File) Edit(doc *plan.Plan, matrixID string, newID func() string) (plan.Batch, Counts, error) {
	e := &edit{file: f, doc: doc, keys: map[string]string{}, newID: newID}
	m := f.Matrix()
	if matrixID == "" {
		m.ID = newID()
		e.put("matrices", nil, m)
	} else {
		was, ok := plan.KindOf("matrices").Find(doc, matrixID).(plan.Matrix)
		if !ok {
			return plan.Batch{}, Counts{}, &plan.Gone{Kind: "matrices", Key: matrixID}
		}
		m = f.settings(was)
		e.put("matrices", was, m)
	}
	e.matrix = m.ID
	e.criteria()
	e.candidates()
	e.rest()
	batch := plan.Batch{Summary: plan.Summary{ID: "plan.summary.matrix_file", Args: map[string]any{"name": m.Name, "added": e.counts.Added, "updated": e.counts.Updated}}}
	for _, name := range []string{"matrices", "criteria", "candidates", "scores", "judgements", "comparisons"} {
		if keys := e.gone[name]; len(keys) > 0 {
			batch.Edits = append(batch.Edits, plan.Remove{Kind: name, Keys: keys})
		}
		if items := e.items[name]; len(items) > 0 {
			batch.Edits = append(batch.Edits, plan.Put{Kind: name, Items: items})
		}
	}
	return batch, e.counts, nil
}

// settings gives a matrix what the file says of it.
func (f File) settings(m plan.Matrix) plan.Matrix {
	from := f.Matrix()
	for name, take := range map[string]func(){
		"name": func() { m.Name = from.Name }, "purpose": func() { m.Purpose = from.Purpose }, "method": func() { m.Method = from.Method },
		"normalisation": func() { m.Normalisation = from.Normalisation }, "weighting": func() { m.Weighting = from.Weighting },
		"aggregate": func() { m.Aggregate = from.Aggregate }, "gates": func() { m.Gates = from.Gates }, "lifted": func() { m.Lifted = from.Lifted }, "blind": func() { m.Blind = from.Blind },
		"factMonths": func() { m.FactMonths = from.FactMonths },
	} {
		if f.given[name] {
			take()
		}
	}
	return m
}

type edit struct {
	file   File
	doc    *plan.Plan
	matrix string
	keys   map[string]string // of the plan, by table/key of the file
	newID  func() string
	items  map[string][]plan.Item
	gone   map[string][]string
	counts Counts
}

// put takes a row in, unless the plan has it just so; was is nil where it is new.
func (e *edit) put(table string, was, now plan.Item) {
	switch {
	case was == nil:
		e.counts.Added++
	case reflect.DeepEqual(was, now) || string(plan.Raw(was)) == string(plan.Raw(now)):
		e.counts.Same++
		return
	default:
		e.counts.Updated++
	}
	if e.items == nil {
		e.items = map[string][]plan.Item{}
	}
	e.items[table] = append(e.items[table], now)
}

// kept is the figure the plan has where a file's is the same to the 15 digits
// that spreadsheets keep.
func kept(was, now float64) float64 {
	if math.Abs(was-now) <= 1e-14*math.Abs(was) {
		return was
	}
	return now
}

func (e *edit) criteria() {
	ids, names := map[string]plan.Criterion{}, map[string]plan.Criterion{}
	for _, c := range e.doc.Criteria {
		if _, twice := names[fold(c.Name)]; c.Matrix == e.matrix {
			if ids[c.ID] = c; !twice {
				names[fold(c.Name)] = c
			}
		}
	}
	for _, c := range e.file.Plan.Criteria {
		was, ok := ids[c.ID]
		if !ok {
			was, ok = names[fold(c.Name)]
		}
		said := func(field string) bool { return e.file.given["criteria/"+c.ID+"/"+field] }
		key := "criteria/" + c.ID
		if !ok {
			c.ID, c.Matrix = e.newID(), e.matrix
			e.keys[key] = c.ID
			e.put("criteria", nil, c)
			continue
		}
		now := was
		now.Name = c.Name
		for field, take := range map[string]func(){
			"weight": func() { now.Weight = kept(was.Weight, c.Weight) }, "kind": func() { now.Kind = c.Kind }, "unit": func() { now.Unit = c.Unit },
			"direction": func() { now.Direction = c.Direction }, "note": func() { now.Note = c.Note },
		} {
			if said(field) {
				take()
			}
		}
		e.keys[key] = was.ID
		e.put("criteria", was, now)
	}
}

func (e *edit) candidates() {
	ids, names := map[string]plan.Candidate{}, map[string]plan.Candidate{}
	for _, c := range e.doc.Candidates {
		name := fold(nameOr(c.Name, c.Tool))
		if _, twice := names[name]; c.Matrix == e.matrix {
			if ids[c.ID] = c; !twice {
				names[name] = c
			}
		}
	}
	for _, c := range e.file.Plan.Candidates {
		was, ok := ids[c.ID]
		if !ok {
			was, ok = names[fold(nameOr(c.Name, c.Tool))]
		}
		key := "candidates/" + c.ID
		if !ok {
			c.ID, c.Matrix = e.newID(), e.matrix
			e.keys[key] = c.ID
			e.put("candidates", nil, c)
			continue
		}
		now := was
		if e.file.given["candidates/"+c.ID+"/tool"] {
			now.Tool, now.Name = c.Tool, c.Name
		}
		e.keys[key] = was.ID
		e.put("candidates", was, now)
	}
}

// rest takes in the rows that have no identifier of their own.
func (e *edit) rest() {
	index := func(table string) map[string]plan.Item {
		k, out := plan.KindOf(table), map[string]plan.Item{}
		for i := range k.Len(e.doc) {
			item := k.At(e.doc, i)
			out[item.Key()] = item
		}
		return out
	}
	criterion := func(id string) string { return e.keys["criteria/"+id] }
	candidate := func(id string) string { return e.keys["candidates/"+id] }
	scores := index("scores")
	for _, s := range e.file.Plan.Scores {
		s.Candidate, s.Criterion = candidate(s.Candidate), criterion(s.Criterion)
		was := scores[s.Key()]
		if before, ok := was.(plan.Score); ok {
			if s.Value = kept(before.Value, s.Value); s.Evidence == "" && s.Date == "" {
				s.Evidence, s.Date = before.Evidence, before.Date
			}
		}
		e.put("scores", was, s)
	}
	e.gone = map[string][]string{}
	turn := func(table string, have map[string]plan.Item, other string) {
		if have[other] != nil {
			e.gone[table] = append(e.gone[table], other)
		}
	}
	judgements := index("judgements")
	for _, j := range e.file.Plan.Judgements {
		j.First, j.Second = criterion(j.First), criterion(j.Second)
		turn("judgements", judgements, plan.Judgement{First: j.Second, Second: j.First}.Key())
		was := judgements[j.Key()]
		if before, ok := was.(plan.Judgement); ok {
			j.Ratio = kept(before.Ratio, j.Ratio)
		}
		e.put("judgements", was, j)
	}
	comparisons := index("comparisons")
	for _, c := range e.file.Plan.Comparisons {
		c.Criterion, c.First, c.Second = criterion(c.Criterion), candidate(c.First), candidate(c.Second)
		turn("comparisons", comparisons, plan.Comparison{Criterion: c.Criterion, First: c.Second, Second: c.First}.Key())
		was := comparisons[c.Key()]
		if before, ok := was.(plan.Comparison); ok {
			c.Ratio = kept(before.Ratio, c.Ratio)
		}
		e.put("comparisons", was, c)
	}
}
