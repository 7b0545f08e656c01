package web

import (
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
	"deckplan/web/ui"
)

// liveCSV sends every row that the page's query selects, as CSV in UTF-8 with a
// byte order mark, while it is made.
func (s *Server) liveCSV(w http.ResponseWriter, r *http.Request) error {
	q, _ := liveQuery(r.URL.Query())
	beside, err := s.planBeside(r)
	if err != nil {
		return err
	}
	s.owned(beside, &q)
	l := language(r)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(l.T("nav.live", nil)+" "+s.Now().Format("2006-01-02 1504"), "csv"))
	w.Header().Set("Cache-Control", "no-store")
	return s.writeLive(r, w, q, l)
}

// planBeside is the plan that the reader came from, nil where there is none.
func (s *Server) planBeside(r *http.Request) (*ui.PlanView, error) {
	id := cookie(r, "plan")
	if id == "" {
		return nil, nil
	}
	head, doc, err := s.Plans.Plan(r.Context(), id)
	if errors.Is(err, plan.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return &ui.PlanView{ID: id, Revision: head.Revision, Doc: doc}, nil
}

// csvColumns are what is known of an application: the heading's message, and
// the text.
var csvColumns = []struct {
	label string
	text  func(r *live.Row) string
}{
	{"live.application", func(r *live.Row) string { return r.Name }},
	{"live.health", func(r *live.Row) string { return r.Health }},
	{"live.sync", func(r *live.Row) string { return r.Sync }},
	{"live.table.operation", func(r *live.Row) string { return r.Phase }},
	{"live.instance", func(r *live.Row) string { return r.Instance }},
	{"live.table.home", func(r *live.Row) string { return r.Namespace }},
	{"live.cluster", func(r *live.Row) string { return r.Cluster }},
	{"live.table.server", func(r *live.Row) string { return r.Server }},
	{"live.table.namespace", func(r *live.Row) string { return r.DestNamespace }},
	{"live.project", func(r *live.Row) string { return r.Project }},
	{"live.table.set", func(r *live.Row) string { return r.Set }},
	{"live.revision", func(r *live.Row) string { return r.Revision }},
	{"live.table.target", func(r *live.Row) string { return r.TargetRevision }},
	{"live.table.repository", func(r *live.Row) string { return r.RepoURL }},
	{"live.table.path", func(r *live.Row) string { return r.Path }},
	{"live.table.images", func(r *live.Row) string { return strings.ReplaceAll(r.Images, "\n", " ") }},
	{"live.since", func(r *live.Row) string { return stamp(r.Since) }},
	{"live.last_sync", func(r *live.Row) string { return stamp(r.LastSync) }},
	{"live.table.known", func(r *live.Row) string {
		if r.Stale {
			return stamp(r.LastSeen)
		}
		return stamp(r.AsOf)
	}},
	{"live.table.message", func(r *live.Row) string {
		for _, text := range []string{r.HealthMessage, r.Condition, r.OperationMessage} {
			if text != "" {
				return text
			}
		}
		return ""
	}},
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// writeLive writes the rows, some at a time; the owner is known only beside a
// plan.
func (s *Server) writeLive(r *http.Request, w io.Writer, q live.Query, l lang.Lang) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	cells := make([]string, 0, len(csvColumns)+1)
	write := func() error {
		for i := range cells {
			cells[i] = sheet.Guard(strings.ReplaceAll(cells[i], "\x00", ""))
		}
		return out.Write(cells)
	}
	for _, c := range csvColumns {
		cells = append(cells, l.T(c.label, nil))
	}
	if q.Owner != nil {
		cells = append(cells, l.T("live.table.owner", nil))
	}
	if err := write(); err != nil {
		return err
	}
	for row := range s.Live.Select(q) {
		cells = cells[:0]
		for _, c := range csvColumns {
			cells = append(cells, c.text(&row))
		}
		if q.Owner != nil {
			cells = append(cells, q.Owner(&row.Application))
		}
		if err := errors.Join(r.Context().Err(), write()); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
