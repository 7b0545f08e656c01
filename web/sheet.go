package web

import (
	"errors"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/catalog"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) sheetRoutes(r chi.Router) {
	r.Get("/facts/{kind}.csv", s.page(s.csv))
	r.Get("/facts/{kind}/paste", s.page(s.pastePage))
	r.Post("/facts/{kind}/paste", s.page(s.paste))
}

// sheetWords are what readers of a language call tables' fields and values,
// and what those of the other do.
func sheetWords(l lang.Lang) sheet.Words {
	tools := map[string]string{}
	for _, t := range catalog.Tools() {
		tools[t.ID] = t.Name
	}
	return sheet.Words{Tools: tools, Texts: func(id string) []string {
		out := []string{l.T(id, nil)}
		for _, other := range lang.All {
			if other != l {
				out = append(out, other.T(id, nil))
			}
		}
		return out
	}}
}

// csv sends the rows of a table that match.
func (s *Server) csv(w http.ResponseWriter, r *http.Request) error {
	k := plan.KindOf(chi.URLParam(r, "kind"))
	if k == nil {
		return errNotFound
	}
	head, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	l := language(r)
	t := tableView(&ui.View{Lang: l, Author: author(r), Plan: &ui.PlanView{Doc: doc}}, k, nil, nil)
	var rows []plan.Item
	for _, i := range matchingRows(doc, t, r.URL.Query()) {
		rows = append(rows, k.At(doc, i))
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", attachment(head.Name+" - "+l.T("kind."+k.Name, nil), "csv"))
	return sheet.Write(w, doc, k, rows, sheetWords(l), r.URL.Query().Get("names") == "1")
}

// pastePage is the empty form to paste rows into.
func (s *Server) pastePage(w http.ResponseWriter, r *http.Request) error {
	k, v, err := s.pasteView(w, r)
	if err != nil {
		return err
	}
	return s.render(w, r, page.Paste(v, page.PasteView{Kind: k, Existing: sheet.Update}))
}

func (s *Server) pasteView(w http.ResponseWriter, r *http.Request) (*plan.Kind, *ui.View, error) {
	k := plan.KindOf(chi.URLParam(r, "kind"))
	if k == nil {
		return nil, nil, errNotFound
	}
	v, err := s.planView(w, r, "facts")
	if err != nil {
		return nil, nil, err
	}
	v.Title = v.T("sheet.title", "table", v.T("kind."+k.Name))
	return k, v, nil
}

// paste shows what a text would do to a table, and does it when asked to.
// Everything is in the form, so nothing is lost when something is refused.
func (s *Server) paste(w http.ResponseWriter, r *http.Request) error {
	done, err := parseForm(r)
	if err != nil {
		return err
	}
	defer done()
	k, v, err := s.pasteView(w, r)
	if err != nil {
		return err
	}
	p := page.PasteView{Kind: k, Existing: r.PostForm.Get("existing"), Head: r.PostForm.Get("head"), Separator: r.PostForm.Get("sep"), Create: map[string]bool{}}
	if !slices.Contains([]string{sheet.Update, sheet.Add, sheet.Skip}, p.Existing) {
		p.Existing = sheet.Update
	}
	for _, table := range r.PostForm["create"] {
		p.Create[table] = true
	}
	data, err := pasted(r)
	if err != nil {
		return err
	}
	p.Text = data.text
	status := http.StatusOK
	var refused *plan.Invalid
	if err := s.understand(v, &p, r.PostForm, data); errors.As(err, &refused) {
		status = http.StatusUnprocessableEntity
		for _, one := range refused.Problems {
			p.Problems = append(p.Problems, problemText(v.Lang, one))
		}
	}
	do := r.PostForm.Get("do")
	p.LeaveOut = do == "partly"
	if p.Result != nil && (do == "apply" || p.LeaveOut) {
		if p.Result.Ready(p.LeaveOut) {
			return s.applySheet(w, r, v, &p)
		}
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, withStatus(r, status), page.Paste(v, p))
}

func (s *Server) applySheet(w http.ResponseWriter, r *http.Request, v *ui.View, p *page.PasteView) error {
	rev, err := s.Plans.Edit(r.Context(), planOf(r), v.Author, p.Result.Edit)
	if err == nil {
		return s.answer(w, r, v.URL("facts", p.Kind.Name), &outcome{done: s.edited(v.Lang, rev)})
	}
	c := classify(err)
	if c.status >= 500 || c.status == http.StatusNotFound {
		return err
	}
	var invalid *plan.Invalid
	if errors.As(err, &invalid) {
		for _, one := range invalid.Problems {
			p.Problems = append(p.Problems, problemText(v.Lang, one))
		}
	} else { // somebody edited between the check and now: the page shows the newest
		p.Problems = append(p.Problems, v.T("sheet.problem.meanwhile"))
	}
	return s.render(w, withStatus(r, c.status), page.Paste(v, *p))
}

// pastedText is what came with a form: typed text, or a file as it is.
type pastedText struct {
	text string
	file []byte
}

func pasted(r *http.Request) (pastedText, error) {
	p := pastedText{text: strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")}
	if r.MultipartForm == nil {
		return p, nil
	}
	file, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 {
		return p, nil
	}
	defer func() { _ = file.Close() }() // read only
	p.file, err = io.ReadAll(io.LimitReader(file, sheet.MaxBytes+1))
	return p, err
}

// understand reads the text, takes over what was mended in single cells, and
// checks it all against the plan.
func (s *Server) understand(v *ui.View, p *page.PasteView, form url.Values, data pastedText) error {
	raw := []byte(data.text)
	fresh := form.Get("sum") != sum(data.text)
	separator := separators[p.Separator]
	if len(data.file) > 0 {
		raw, fresh = data.file, true
	}
	g, err := sheet.Read(raw, separator)
	if err != nil {
		return err
	}
	if data.file != nil {
		p.Text = g.Text()
		p.Separator = "tab"
	}
	if !fresh && mend(g, form) {
		p.Text, p.Separator = g.Text(), "tab"
	}
	words := sheetWords(v.Lang)
	m := mapping(g, p, words, form, fresh)
	result := sheet.Check(v.Plan.Doc, p.Kind, g, sheet.Choice{Mapping: m, Existing: p.Existing, Create: p.Create, NewID: plan.NewID}, words)
	p.Grid, p.Mapping, p.Result, p.Sum = g, m, &result, sum(p.Text)
	p.Columns, p.Headers = sheet.Columns(p.Kind), sheet.Headers(p.Kind, words)
	p.Word = func(one plan.Problem) string { return problemText(v.Lang, one) }
	return nil
}

// separators are the choices of what stands between cells.
var separators = map[string]rune{"tab": '\t', "comma": ',', "semicolon": ';'}

// sum tells one text from another, however a browser ends its lines.
func sum(text string) string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n")) // a hash takes everything
	return strconv.FormatUint(h.Sum64(), 36)
}

// mend sets the cells that were edited in the preview, named c.ROW.COLUMN.
func mend(g sheet.Grid, form url.Values) bool {
	changed := false
	for name, values := range form {
		place, ok := strings.CutPrefix(name, "c.")
		if !ok || len(values) == 0 {
			continue
		}
		a, b, _ := strings.Cut(place, ".")
		row, err := strconv.Atoi(a)
		column, err2 := strconv.Atoi(b)
		if err != nil || err2 != nil {
			continue
		}
		if text := strings.ReplaceAll(values[0], "\r\n", "\n"); g.Cell(row, column) != text {
			g.Set(row, column, text)
			changed = true
		}
	}
	return changed
}

// mapping takes the columns as chosen, or finds them where the text is new or
// the choice of a header has changed.
func mapping(g sheet.Grid, p *page.PasteView, words sheet.Words, form url.Values, fresh bool) sheet.Mapping {
	var m sheet.Mapping
	switch p.Head {
	case "yes":
		m = sheet.ByHeader(g, p.Kind, words)
	case "no":
		m = sheet.InOrder(g, p.Kind)
	default:
		m = sheet.Map(g, p.Kind, words)
	}
	if fresh || form.Get("head") != form.Get("head_was") || form.Get("sep") != form.Get("sep_was") || form.Get("width") != strconv.Itoa(g.Width()) {
		return m
	}
	for i := range m.Columns {
		if name := "col." + strconv.Itoa(i); form.Has(name) {
			m.Columns[i] = form.Get(name)
		}
	}
	return m
}
