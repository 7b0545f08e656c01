package ci

import (
	"encoding/json"
	"io"

	"deckplan/internal/verdict"
)

// grades are Code Quality's words for severities.
var grades = [...]string{verdict.Error: "critical", verdict.Warning: "major", verdict.Note: "info"}

// WriteGitLab writes the findings as a Code Quality report, the gravest first.
// It is an empty list where there are none.
func WriteGitLab(w io.Writer, r Report) error {
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type issue struct {
		Description string   `json:"description"`
		Check       string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	r.Sort()
	all := r.asking()
	marks := prints(all)
	out := make([]issue, len(all))
	for i, f := range all {
		out[i] = issue{subjected(f) + f.said(" "), f.Rule, marks[i], grades[f.Severity], location{f.File, lines{max(1, f.Line)}}}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
