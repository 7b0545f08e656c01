package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// The feed is written with encoding/xml and these types: gorilla/feeds writes
// categories that Atom does not know, and neither the language nor both the
// feed's own address and its page's.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomPerson  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID       string        `xml:"id"`
	Title    string        `xml:"title"`
	Updated  string        `xml:"updated"`
	Author   *atomPerson   `xml:"author"`
	Link     atomLink      `xml:"link"`
	Category atomCategory  `xml:"category"`
	Summary  string        `xml:"summary"`
	Content  atomTypedText `xml:"content"`
	at       time.Time
}

type atomCategory struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

type atomTypedText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// Limits of a feed.
const (
	feedEntries = 100
	feedRecords = 200 // that entries are looked for in
	feedSummary = 500 // characters
)

func (s *Server) feedRoutes(r chi.Router) {
	r.Get("/decisions.atom", s.page(s.feed))
	r.Get("/plans/{plan}/decisions.atom", s.page(s.feed))
}

// feed tells as Atom which steps the records of a plan, or of all plans, took.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	id := planOf(r)
	heads, err := s.Plans.Plans(r.Context())
	if err != nil {
		return err
	}
	of := map[string]plan.Head{}
	changed := time.Unix(0, 0)
	for _, h := range heads {
		if id == "" || h.ID == id {
			of[h.ID] = h
			changed = later(changed, h.Updated)
		}
	}
	if id != "" && len(of) == 0 {
		return errNotFound
	}
	records, err := s.Plans.Chronicle(r.Context(), id, feedRecords)
	if err != nil {
		return err
	}
	f := s.atom(r, of[id], feedLanguage(r))
	updated := time.Unix(0, 0)
	for _, d := range records {
		h, ok := of[d.Plan]
		if !ok { // its plan was removed between the two questions
			continue
		}
		changed = later(changed, d.Updated)
		f.Entries = append(f.Entries, f.entriesOf(h, d, id == "")...)
	}
	slices.SortStableFunc(f.Entries, func(a, b atomEntry) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.ID, b.ID)) })
	f.Entries = f.Entries[:min(len(f.Entries), feedEntries)]
	for _, e := range f.Entries {
		updated = later(updated, e.at)
	}
	f.Updated = rfc3339(updated)
	return serveFeed(w, r, f.atomFeed, changed)
}

// feedLanguage is the address's, else the reader program's: it has no cookies.
func feedLanguage(r *http.Request) lang.Lang {
	if l, ok := lang.Parse(r.URL.Query().Get("lang")); ok {
		return l
	}
	return lang.Match(r.Header.Get("Accept-Language"))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// wordedFeed is a feed being written.
type wordedFeed struct {
	atomFeed
	base string
	in   lang.Lang
}

// atom begins the feed of a plan, or with none of all plans.
func (s *Server) atom(r *http.Request, h plan.Head, l lang.Lang) *wordedFeed {
	f := &wordedFeed{base: s.base(r), in: l}
	title, page, self := l.T("feed.title.all", nil), "/", "/decisions.atom"
	if h.ID != "" {
		title, page, self = l.T("feed.title", map[string]any{"plan": h.Title()}), planURL(h.ID, "decisions"), planURL(h.ID, "decisions.atom")
	}
	f.atomFeed = atomFeed{Lang: string(l), ID: feedID("feed", h.ID), Title: title, Author: atomPerson{"Deckplan"}, Links: []atomLink{
		{"self", "application/atom+xml", f.base + self + "?" + url.Values{"lang": {string(l)}}.Encode()}, {"alternate", "text/html", f.base + page}}}
	return f
}

// base is Deckplan's own address, without a slash at its end.
func (s *Server) base(r *http.Request) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// feedID is the same for the same thing, wherever Deckplan is served.
func feedID(parts ...string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:deckplan:"+strings.Join(parts, ":"))).URN()
}

// entriesOf are the steps of a record, but for drafts, which are nobody else's
// business. named puts the plan into their titles.
func (f *wordedFeed) entriesOf(h plan.Head, d decision.Dated, named bool) (out []atomEntry) {
	for i, step := range d.Taken() {
		if step.To == decision.Draft || step.To == "" {
			continue
		}
		status := f.in.T("decision.status."+string(step.To), nil)
		id := "feed.entry"
		if named {
			id = "feed.entry.of"
		}
		at := step.At
		if at.IsZero() {
			at = d.Created
		}
		e := atomEntry{ID: feedID("decision", h.ID, strconv.Itoa(d.Number), strconv.Itoa(i)), Updated: rfc3339(at), at: at,
			Title:    f.in.T(id, map[string]any{"plan": h.Title(), "number": d.Record.ID(), "title": d.Title, "status": status}),
			Link:     atomLink{"alternate", "text/html", f.base + planURL(h.ID, "decisions", strconv.Itoa(d.Number))},
			Category: atomCategory{string(step.To), status}}
		if step.Person != "" {
			e.Author = &atomPerson{step.Person}
		}
		told := f.told(d, step, status)
		e.Summary = clip(told, feedSummary)
		e.Content = atomTypedText{"html", paragraphs(append([]string{told}, f.text(d)...))}
		out = append(out, e)
	}
	return out
}

// told says what the step was, by whom and why.
func (f *wordedFeed) told(d decision.Dated, step decision.Step, status string) string {
	first := status + "."
	if step.Person != "" {
		first = f.in.T("feed.by", map[string]any{"status": status, "by": step.Person})
	}
	if step.To == decision.Superseded && d.SupersededBy > 0 {
		first += " " + f.in.T("feed.successor", map[string]any{"number": decision.FormatNumber(d.SupersededBy)})
	}
	if step.Why != "" {
		first += " " + step.Why
	}
	return first
}

// text is what a record says in short: why it was asked, and what was chosen.
func (f *wordedFeed) text(d decision.Dated) (out []string) {
	for _, part := range []struct{ field, text string }{{"context", d.Context}, {"chosen", d.Chosen}, {"justification", d.Justification}} {
		if part.text != "" {
			out = append(out, f.in.T("decision.field."+part.field, nil)+": "+part.text)
		}
	}
	return out
}

// paragraphs makes HTML of plain texts: nothing in them is markup.
func paragraphs(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(t), "\n", "<br>") + "</p>")
	}
	return b.String()
}

// serveFeed answers with a feed, or says that it is as it was.
func serveFeed(w http.ResponseWriter, r *http.Request, f atomFeed, changed time.Time) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(f); err != nil {
		return err
	}
	sum := sha256.Sum256(b.Bytes())
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Language")
	h.Set("ETag", `W/"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", changed, bytes.NewReader(b.Bytes()))
	return nil
}
