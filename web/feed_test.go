package web

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed/atom"

	"deckplan/internal/decision"
)

const markup = "A <script>alert(1)</script> & \"B\" \x01]]> 서울"

// recorded is the sample's site with a record that was proposed, accepted and
// superseded, and a draft.
func recorded(t *testing.T) *site {
	t.Helper()
	s := sampleSite(t)
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("KST", 9*3600))
	record := decision.Record{Topic: decision.Layout, Title: markup, Status: decision.Superseded, Context: "One hub\ndelivers " + markup, Options: []decision.Option{{Name: "a"}}, Chosen: "a", Justification: "because", SupersededBy: 2,
		Steps: []decision.Step{{From: decision.Draft, To: decision.Proposed, Person: "Jimin", At: at}, {From: decision.Proposed, To: decision.Accepted, Person: "민서", At: at.Add(time.Hour), Why: markup}, {From: decision.Accepted, To: decision.Superseded, At: at.Add(2 * time.Hour)}}}
	for _, r := range []decision.Record{record, {Topic: decision.Layout, Title: "Second", Status: decision.Proposed, Context: "x", Options: []decision.Option{{Name: "a"}}}, {Topic: decision.Layout, Title: "Not yet", Status: decision.Draft, Context: "x", Options: []decision.Option{{Name: "a"}}}} {
		if _, err := s.db.AddDecision(t.Context(), "p", decision.Kept{Decision: decision.Decision{Record: r}}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func parseFeed(t *testing.T, body string) *atom.Feed {
	t.Helper()
	f, err := (&atom.Parser{}).Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return f
}

func TestFeed_IsAtomThatAnotherProgramReads(t *testing.T) {
	s := recorded(t)
	w := s.get("/plans/p/decisions.atom?lang=en")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	f := parseFeed(t, w.Body.String())
	if f.Title != "Decisions: Commerce platform" || !strings.HasPrefix(f.ID, "urn:uuid:") || f.UpdatedParsed == nil || f.Language != "en" || len(f.Authors) != 1 {
		t.Errorf("%+v", f)
	}
	rels := map[string]string{}
	for _, l := range f.Links {
		rels[l.Rel] = l.Href
	}
	if rels["self"] != "http://127.0.0.1:8080/plans/p/decisions.atom?lang=en" || rels["alternate"] != "http://127.0.0.1:8080/plans/p/decisions" {
		t.Errorf("%v", rels)
	}
	ids, statuses := map[string]bool{}, []string{}
	for _, e := range f.Entries {
		ids[e.ID] = true
		statuses = append(statuses, e.Categories[0].Term)
		u, err := url.Parse(e.Links[0].Href)
		if err != nil || !strings.HasPrefix(u.Path, "/plans/p/decisions/") || s.get(u.Path).Code != http.StatusOK {
			t.Errorf("%s leads nowhere: %v", e.Links[0].Href, err)
		}
		if e.UpdatedParsed == nil || e.Title == "" || e.Summary == "" || e.Content.Type != "html" || strings.Contains(e.Content.Value, "<script") {
			t.Errorf("%+v", e)
		}
		if strings.Contains(e.Title, "Not yet") {
			t.Error("a draft is told of")
		}
	}
	if len(ids) != 4 || strings.Join(statuses, " ") != "proposed superseded accepted proposed" {
		t.Errorf("%d ids, %v", len(ids), statuses)
	}
	if e := f.Entries[2]; e.Authors[0].Name != "민서" || e.Updated != "2026-11-24T01:00:00Z" || !strings.Contains(e.Summary, "accepted by 민서.") || !strings.Contains(e.Content.Value, "&lt;script&gt;") || !strings.Contains(e.Content.Value, "One hub<br>delivers") {
		t.Errorf("%+v %+v", e, e.Content)
	}
}

// What RFC 4287 asks of every feed and entry, held against the elements as they
// stand.
func TestFeed_HoldsWhatRFC4287Asks(t *testing.T) {
	s := recorded(t)
	for _, path := range []string{"/plans/p/decisions.atom", "/decisions.atom", "/decisions.atom?lang=ko"} {
		counts, depth, kind := map[string]int{}, 0, ""
		check := func() {
			for name, want := range map[string]int{"id": 1, "title": 1, "updated": 1} {
				if counts[name] != want {
					t.Errorf("%s: %s has %d %s", path, kind, counts[name], name)
				}
			}
		}
		d := xml.NewDecoder(strings.NewReader(s.get(path).Body.String()))
		for {
			token, err := d.Token()
			if err != nil {
				if err.Error() != "EOF" {
					t.Error(err)
				}
				break
			}
			switch e := token.(type) {
			case xml.StartElement:
				if depth++; e.Name.Space != "http://www.w3.org/2005/Atom" {
					t.Errorf("%s: %v", path, e.Name)
				}
				if depth == 2 && e.Name.Local == "entry" {
					if kind == "" {
						kind = "feed"
						check()
					}
					counts, kind = map[string]int{}, "entry"
				} else if depth == 2 && kind == "" || depth == 3 && kind == "entry" {
					counts[e.Name.Local]++
				}
			case xml.EndElement:
				if depth--; e.Name.Local == "entry" {
					check()
				}
			}
		}
	}
}

func TestFeed_IDsAndTimesStayAndNothingIsSentTwice(t *testing.T) {
	s := recorded(t)
	first := s.get("/decisions.atom?lang=ko")
	r := httptest.NewRequest(http.MethodGet, "/decisions.atom?lang=ko", nil)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	if w := s.do(r); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("%d", w.Code)
	}
	r = httptest.NewRequest(http.MethodGet, "/decisions.atom?lang=ko", nil)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("If-Modified-Since", first.Header().Get("Last-Modified"))
	if w := s.do(r); w.Code != http.StatusNotModified {
		t.Errorf("%d", w.Code)
	}
	err := s.db.ChangeDecisions(t.Context(), "p", func(all []*decision.Kept) (err error) {
		all[0].Record, err = decision.Transition(all[0].Record, decision.Rejected, decision.By{Person: "Jimin", At: time.Now().Add(time.Minute)})
		return err
	}, 2)
	if err != nil {
		t.Fatal(err)
	}
	r = httptest.NewRequest(http.MethodGet, "/decisions.atom?lang=ko", nil)
	r.Host = "localhost"
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	w := s.do(r)
	before, after := parseFeed(t, first.Body.String()), parseFeed(t, w.Body.String())
	if w.Code != http.StatusOK || len(after.Entries) != len(before.Entries)+1 || after.Entries[0].Categories[0].Term != "rejected" || after.ID != before.ID || after.Updated == before.Updated {
		t.Fatalf("%d %+v", w.Code, after)
	}
	for i, e := range before.Entries {
		if e.ID != after.Entries[i+1].ID || e.Updated != after.Entries[i+1].Updated {
			t.Errorf("%s is %s now", e.ID, after.Entries[i+1].ID)
		}
	}
	if before.Title != "모든 계획의 결정" || !strings.Contains(before.Entries[0].Title, "Commerce platform: 0002 Second") {
		t.Errorf("%q %q", before.Title, before.Entries[0].Title)
	}
}

func TestFeed_LanguageEmptyAndUnknownPlans(t *testing.T) {
	s := sampleSite(t)
	if f := parseFeed(t, s.get("/plans/p/decisions.atom").Body.String()); len(f.Entries) != 0 || f.UpdatedParsed == nil {
		t.Errorf("%+v", f)
	}
	r := httptest.NewRequest(http.MethodGet, "/plans/p/decisions.atom", nil)
	r.Host = "localhost"
	r.Header.Set("Accept-Language", "ko")
	if f := parseFeed(t, s.do(r).Body.String()); f.Title != "결정: Commerce platform" {
		t.Errorf("%q", f.Title)
	}
	if w := s.get("/plans/nowhere/decisions.atom"); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	s.PublicURL = "https://deckplan.example.com"
	if f := parseFeed(t, s.get("/plans/p/decisions.atom").Body.String()); !strings.HasPrefix(f.Links[0].Href, "https://deckplan.example.com/plans/p/") {
		t.Errorf("%+v", f.Links[0])
	}
	if body := s.get("/plans/p/decisions").Body.String(); !strings.Contains(body, `<link rel="alternate" type="application/atom+xml"`) {
		t.Error("the page does not name its feed")
	}
}
