package web

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"

	"deckplan/internal/lang"
	"deckplan/internal/ownership"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

// chosen are the pipelines that a download is about: the one that its address
// names, or all; and what to call the file.
func (s *Server) chosen(r *http.Request) (*plan.Plan, []*ownership.Analysis, string, error) {
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return nil, nil, "", err
	}
	all, name := s.appraise.of(head.ID, head.Revision, doc).Pipelines, head.Name
	var out []*ownership.Analysis
	for i := range all {
		if asked := r.URL.Query().Get("ownership"); asked == "" || asked == all[i].Pipeline.ID {
			out = append(out, &all[i])
			if asked != "" {
				name = all[i].Pipeline.Name
			}
		}
	}
	if len(out) == 0 && r.URL.Query().Get("ownership") != "" {
		return nil, nil, "", errNotFound
	}
	return doc, out, name, nil
}

// raci sends who does what as CSV in UTF-8 with a byte order mark, a row for
// each stage and a column for each team.
func (s *Server) raci(w http.ResponseWriter, r *http.Request) error {
	doc, all, name, err := s.chosen(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(name+" RACI", "csv"))
	w.Header().Set("Cache-Control", "no-store")
	return writeRACI(w, doc, ownership.NewRACI(doc, all...), language(r))
}

func writeRACI(w io.Writer, doc *plan.Plan, t ownership.RACI, l lang.Lang) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	write := func(cells []string) error {
		for i := range cells {
			cells[i] = sheet.Guard(strings.ReplaceAll(cells[i], "\x00", ""))
		}
		return out.Write(cells)
	}
	head := []string{l.T("field.stages.pipeline", nil)}
	for _, f := range []string{"name", "kind", "installation", "trigger", "file"} {
		head = append(head, l.T("field.stages."+f, nil))
	}
	for _, team := range t.Teams {
		head = append(head, team.Name)
	}
	if err := write(head); err != nil {
		return err
	}
	installations := map[string]string{}
	for _, in := range doc.Installations {
		installations[in.ID] = in.Name
	}
	for _, row := range t.Rows {
		trigger := ""
		if row.Stage.Trigger != "" {
			trigger = l.T("choice.trigger."+string(row.Stage.Trigger), nil)
		}
		cells := []string{row.Pipeline.Name, row.Stage.Name, l.T("choice.stagekind."+string(row.Stage.Kind), nil),
			installations[row.Stage.Installation], trigger, row.Stage.File}
		if err := write(append(cells, row.Letters...)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// fileOwners sends who answers for the files that define stages, as a
// CODEOWNERS file does.
func (s *Server) fileOwners(w http.ResponseWriter, r *http.Request) error {
	doc, all, name, err := s.chosen(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(name+" CODEOWNERS", "txt"))
	w.Header().Set("Cache-Control", "no-store")
	_, err = io.WriteString(w, ownership.Files(doc, language(r).T, all...))
	return err
}
