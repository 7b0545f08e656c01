package command

import (
	"cmp"
	"maps"
	"slices"

	"deckplan/internal/appraise"
	"deckplan/internal/ci"
	"deckplan/internal/verdict"
)

// found is a finding in words, with its place in a file.
type found struct {
	appraise.Finding
	Text   string `json:"text"`
	Why    string `json:"why,omitempty"`
	Do     string `json:"do,omitempty"`
	File   string `json:"file"`
	Line   int    `json:"line"` // from 1, as the column
	Column int    `json:"column"`
}

// word words a finding.
func word(s *Streams, f appraise.Finding, currency string) found {
	args := maps.Clone(f.Args)
	if args == nil {
		args = verdict.Args{}
	}
	args["currency"] = currency
	out := found{Finding: f, Text: s.Lang.T(f.ID, args)}
	if id := f.ID + ".why"; s.Lang.Has(id) {
		out.Why = s.Lang.T(id, args)
	}
	if id := f.ID + ".do"; s.Lang.Has(id) {
		out.Do = s.Lang.T(id, args)
	}
	return out
}

// gravest puts the gravest first, in the order they have otherwise.
func gravest(all []found) []found {
	slices.SortStableFunc(all, func(x, y found) int { return cmp.Compare(x.Severity, y.Severity) })
	return all
}

// ci is the finding as CI systems are told of it. It is the same one again where
// it is about the same rows; where it names none, where it says the same words.
func (f found) ci() ci.Finding {
	same := []string{f.Subject.Key}
	for _, r := range f.About {
		same = append(same, r.Kind, r.Key)
	}
	if len(f.About) == 0 {
		for _, name := range slices.Sorted(maps.Keys(f.Args)) {
			if s, ok := f.Args[name].(string); ok {
				same = append(same, name, s)
			}
		}
	}
	return ci.Finding{Rule: f.ID, Severity: f.Severity, Topic: string(f.Topic), Subject: f.Subject.Name, Text: f.Text, Why: f.Why, Do: f.Do,
		File: f.File, Line: f.Line, Column: f.Column, Same: same}
}
