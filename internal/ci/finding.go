// Package ci writes what Deckplan finds as the systems read it in which
// changes are checked: SARIF, GitHub's workflow commands and job summaries,
// GitLab's Code Quality reports, and the comment of a pull request.
//
// Names come from a plan that anybody may have written: nothing in them is
// read as a command, as markup or as a mention.
package ci

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/lang"
	"deckplan/internal/verdict"
)

// Finding is one finding in words, with its place in a file.
type Finding struct {
	Rule     string           `json:"id"` // message id, the same for all findings of a kind
	Severity verdict.Severity `json:"severity"`
	Topic    string           `json:"topic"` // analysis, plan for the file's own faults, decision for records
	Subject  string           `json:"-"`     // what it is about, in words
	Text     string           `json:"text"`
	Why      string           `json:"why,omitempty"`
	Do       string           `json:"do,omitempty"`
	File     string           `json:"file"`
	Line     int              `json:"line"` // from 1
	Column   int              `json:"column"`
	// Same tells the finding apart from others of its rule, whatever the line:
	// the rows it is about.
	Same []string `json:"-"`
}

// Report is all findings of a check.
type Report struct {
	Lang     lang.Lang
	Version  string // of Deckplan
	Plan     string // the plan's name; empty where the file is wrong
	Findings []Finding
}

// Sort puts the gravest first, in the order they have otherwise.
func (r *Report) Sort() {
	slices.SortStableFunc(r.Findings, func(x, y Finding) int { return cmp.Compare(x.Severity, y.Severity) })
}

// asking are the findings that ask for something or are worth knowing: what
// was found in order is for no annotation.
func (r Report) asking() []Finding {
	out := make([]Finding, 0, len(r.Findings))
	for _, f := range r.Findings {
		if f.Severity < verdict.Good {
			out = append(out, f)
		}
	}
	return out
}

// counted gives the findings by severity.
func (r Report) counted() (out [4]int) {
	for _, f := range r.Findings {
		out[f.Severity]++
	}
	return out
}

// total words the counts.
func (r Report) total() string {
	c := r.counted()
	return r.Lang.T("ci.total", map[string]any{"errors": c[verdict.Error], "warnings": c[verdict.Warning], "notes": c[verdict.Note]})
}

// prints gives each finding's fingerprint. It stays when the finding's line
// moves and when its numbers change. Of findings that nothing tells apart, each
// has its own by their order.
func prints(findings []Finding) []string {
	out := make([]string, len(findings))
	count := map[string]int{}
	for i, f := range findings {
		sum := sha256.Sum256([]byte(strings.Join(append([]string{f.Rule, f.File, f.Topic}, f.Same...), "\x00")))
		key := hex.EncodeToString(sum[:8])
		count[key]++
		out[i] = key + ":" + strconv.Itoa(count[key])
	}
	return out
}

// said is a finding in one paragraph: what is so, why it matters, what to do.
func (f Finding) said(between string) string {
	return strings.Join(slices.DeleteFunc([]string{f.Text, f.Why, f.Do}, func(s string) bool { return s == "" }), between)
}
