package compare

import (
	"encoding/json"
	"slices"

	"deckplan/internal/appraise"
	"deckplan/internal/verdict"
)

// Subject is what both plans' analyses say of one thing: a pipeline, a layout,
// a matrix. What only one plan has is said too.
type Subject struct {
	Topic   appraise.Topic
	Key     string
	Name    string
	Preset  bool
	InA     bool
	InB     bool
	Figures []Figure
	OnlyA   []verdict.Finding // findings that the second plan no longer has
	OnlyB   []verdict.Finding // and those that only it has
	Both    []verdict.Finding // as the second plan has them
}

// Figure is one figure of both plans.
type Figure struct {
	ID       string
	Unit     verdict.Unit
	A, B     float64
	InA, InB bool
}

// Differs tells whether the plans have different values.
func (f Figure) Differs() bool { return f.InA != f.InB || f.A != f.B }

// Differs tells whether anything of the subject does.
func (s Subject) Differs() bool {
	return s.InA != s.InB || len(s.OnlyA)+len(s.OnlyB) > 0 || slices.ContainsFunc(s.Figures, Figure.Differs)
}

// Verdicts pairs what two appraisals say, in the first one's order and then
// what only the second has. A finding is the same in both when it is of one id
// about the same rows; its numbers may differ.
func Verdicts(a, b appraise.Appraisal) []Subject {
	type id struct {
		topic appraise.Topic
		key   string
	}
	var out []Subject
	at := map[id]int{}
	for _, v := range a.Verdicts() {
		at[id{v.Topic, v.Subject.Key}] = len(out)
		out = append(out, begin(v, true))
	}
	for _, v := range b.Verdicts() {
		i, ok := at[id{v.Topic, v.Subject.Key}]
		if !ok {
			out = append(out, begin(v, false))
			continue
		}
		out[i].pair(v)
	}
	return out
}

func begin(v appraise.Verdict, first bool) Subject {
	s := Subject{Topic: v.Topic, Key: v.Subject.Key, Name: v.Subject.Name, Preset: v.Preset, InA: first, InB: !first}
	for _, m := range v.Metrics {
		f := Figure{ID: m.ID, Unit: m.Unit, InA: first, InB: !first}
		if first {
			f.A = m.Value
		} else {
			f.B = m.Value
		}
		s.Figures = append(s.Figures, f)
	}
	if v.Preset {
		return s // what a preset lacks is for nobody to mend
	}
	if first {
		s.OnlyA = slices.Clone(v.Findings)
	} else {
		s.OnlyB = slices.Clone(v.Findings)
	}
	return s
}

// pair adds what the second plan says.
func (s *Subject) pair(v appraise.Verdict) {
	s.InB, s.Name = true, v.Subject.Name
	for _, m := range v.Metrics {
		i := slices.IndexFunc(s.Figures, func(f Figure) bool { return f.ID == m.ID })
		if i < 0 {
			s.Figures = append(s.Figures, Figure{ID: m.ID, Unit: m.Unit, B: m.Value, InB: true})
			continue
		}
		s.Figures[i].B, s.Figures[i].InB = m.Value, true
	}
	if v.Preset {
		return
	}
	before := map[string]int{}
	for _, f := range s.OnlyA {
		before[identity(f)]++
	}
	both := map[string]int{}
	for _, f := range v.Findings {
		if n := identity(f); before[n] > 0 {
			before[n]--
			both[n]++
			s.Both = append(s.Both, f)
		} else {
			s.OnlyB = append(s.OnlyB, f)
		}
	}
	s.OnlyA = slices.DeleteFunc(s.OnlyA, func(f verdict.Finding) bool {
		n := identity(f)
		if both[n] == 0 {
			return false
		}
		both[n]--
		return true
	})
}

// identity tells findings apart: by what they say of which rows, or by their
// arguments where they name no row.
func identity(f verdict.Finding) string {
	keys := []string{f.ID, f.Severity.String()}
	for _, r := range f.About {
		keys = append(keys, r.Kind, r.Key)
	}
	if len(f.About) == 0 {
		args, err := json.Marshal(f.Args)
		if err == nil {
			keys = append(keys, string(args))
		}
	}
	b, _ := json.Marshal(keys) // texts always encode
	return string(b)
}
