package scan

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// Write writes the proposal as a person reads it on a terminal: a line a stage,
// columns parted by tabs, then the notes.
func (p *Proposal) Write(w io.Writer, word func(id string, args map[string]any) string, doc *plan.Plan) error {
	var b strings.Builder
	f := p.Fit(doc)
	tools := map[string]string{}
	for _, in := range slices.Concat(doc.Installations, f.Installations) {
		tools[in.ID] = in.Name
	}
	teams := map[string]string{}
	for _, t := range slices.Concat(doc.Teams, f.Teams) {
		teams[t.ID] = t.Name
	}
	fmt.Fprintln(&b, word("scan.cli.summary", map[string]any{"files": p.Files, "pipelines": len(p.Pipelines), "stages": len(p.Stages), "tools": len(p.Installations)}))
	for _, row := range f.Pipelines {
		fmt.Fprintf(&b, "\n%s\n", row.Name)
		for _, st := range f.Stages {
			if st.Pipeline != row.ID {
				continue
			}
			var credentials, owners []string
			for _, cr := range st.Credentials {
				credentials = append(credentials, cr.String())
			}
			for _, t := range st.Accountable {
				owners = append(owners, teams[t])
			}
			fmt.Fprintf(&b, "  %s\t%s\t%s\t%s\t%s\t%s\n", st.Name, word("choice.stagekind."+string(st.Kind), nil), tools[st.Installation],
				strings.Join(credentials, " "), strings.Join(owners, " "), p.Places[st.ID])
		}
	}
	for _, part := range []struct {
		id    string
		notes []Note
	}{{"scan.unrecognised", p.Unrecognised}, {"scan.recognised", p.Recognised}} {
		fmt.Fprintf(&b, "\n%s\n", word(part.id, map[string]any{"n": len(part.notes)}))
		for _, n := range part.notes {
			fmt.Fprintf(&b, "  %s: %s\n", Place{n.File, n.Line}, word(n.ID, n.Args))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
