package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// paste sends rows to a table's paste page, with a file where data is given.
func (s *site) paste(t *testing.T, kind string, values url.Values, data []byte) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, all := range values {
		for _, v := range all {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	f, err := m.CreateFormFile("file", "rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/plans/p/facts/"+kind+"/paste", &b)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.do(r)
}

var hidden = regexp.MustCompile(`name="(sum|width|head_was|sep_was)" value="([^"]*)"`)

// again is the preview's form as a browser would send it back.
func again(body, text string) url.Values {
	out := url.Values{"text": {text}}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

func TestPaste_NothingIsAppliedWhileACellIsWrong(t *testing.T) {
	s := sampleSite(t)
	const text = "Name\tTeam\tCriticality 1–5\npay\tPayments\t5\nledger-2\tPayments\tnine\nreport\tNobody\t1\n"
	w := s.paste(t, "services", url.Values{"text": {text}, "do": {"apply"}}, nil)
	body := w.Body.String()
	for _, want := range []string{`name="c.2.2" value="nine"`, "“nine” is not a number", `name="c.3.1" value="Nobody"`, `name="create" value="teams"`, "Apply 1 row without the 2 wrong", "ledger-2"} {
		if !strings.Contains(body, want) {
			t.Errorf("the preview lacks %s", want)
		}
	}
	if h, _ := s.doc(t); w.Code != http.StatusUnprocessableEntity || h.Revision != 1 {
		t.Fatalf("%d, revision %d", w.Code, h.Revision)
	}
	form := again(body, text)
	form.Set("c.2.2", "2")
	form.Set("create", "teams")
	form.Set("do", "apply")
	if w = s.paste(t, "services", form, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	h, p := s.doc(t)
	last := p.Services[len(p.Services)-1]
	if h.Revision != 2 || last.Name != "report" || plan.NameOf(p, "teams", last.Team) != "Nobody" || p.Services[len(p.Services)-2].Criticality != 2 {
		t.Errorf("revision %d, %+v", h.Revision, last)
	}
	if w := s.post("/plans/p/undo", "/plans/p/facts/services", url.Values{"revision": {"2"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if _, p := s.doc(t); len(p.Teams) != 5 || plan.KindOf("services").Index(p, last.ID) >= 0 {
		t.Error("one undo does not take all of it back")
	}
}

func TestPaste_LeavesWrongRowsOutWhenAsked(t *testing.T) {
	s := sampleSite(t)
	if w := s.paste(t, "teams", url.Values{"text": {"name,contact\nData,x\n,y\n"}, "do": {"partly"}}, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	if _, p := s.doc(t); p.Teams[len(p.Teams)-1].Name != "Data" || len(p.Teams) != 6 {
		t.Errorf("%+v", p.Teams)
	}
}

func TestPaste_TakesTheColumnsAsChosen(t *testing.T) {
	s := sampleSite(t)
	const text = "x@example.com,Data\n"
	body := s.paste(t, "teams", url.Values{"text": {text}, "do": {"check"}}, nil).Body.String()
	form := again(body, text)
	form.Set("col.0", "contact")
	form.Set("col.1", "name")
	form.Set("do", "apply")
	if w := s.paste(t, "teams", form, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	if _, p := s.doc(t); p.Teams[5].Name != "Data" || p.Teams[5].Contact != "x@example.com" {
		t.Errorf("%+v", p.Teams[5])
	}
}

func TestPaste_KeepsAFilesTextAndRefusesWorkbooks(t *testing.T) {
	s := sampleSite(t)
	w := s.paste(t, "teams", url.Values{"text": {"ignored"}, "do": {"check"}}, []byte("이름,연락처\n데이터팀,\n"))
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "이름\t연락처\n데이터팀\t") || !strings.Contains(body, "1 to add") {
		t.Errorf("%d: %s", w.Code, body)
	}
	w = s.paste(t, "teams", url.Values{"text": {"kept"}}, []byte("PK\x03\x04"))
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "This is an Excel workbook") || !strings.Contains(body, "kept</textarea>") {
		t.Errorf("%d: %s", w.Code, body)
	}
	if w := s.get("/plans/p/facts/nothing/paste"); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

func TestCSV_IsWhatTheFilterShowsAndReadsBack(t *testing.T) {
	s := sampleSite(t)
	w := s.get("/plans/p/facts/clusters.csv?q=tokyo")
	if body := w.Body.String(); !strings.HasPrefix(body, "\ufeffid,Name,Environment,") || strings.Count(body, "\n") != 2 || !strings.Contains(body, ",Production,") {
		t.Errorf("%q", body)
	}
	if w := s.get("/plans/p/facts/clusters.csv?names=1&sort=name&order=desc"); !strings.HasPrefix(w.Body.String(), "\ufeffid,name,environment,") || strings.Index(w.Body.String(), "stage-seoul,") > strings.Index(w.Body.String(), "prod-seoul,") {
		t.Errorf("%q", w.Body)
	}
	all := s.get("/plans/p/facts/clusters.csv")
	if d := all.Header().Get("Content-Disposition"); !strings.Contains(d, "Commerce platform - Clusters.csv") {
		t.Error(d)
	}
	if body := s.paste(t, "clusters", url.Values{"do": {"check"}}, all.Body.Bytes()).Body.String(); !strings.Contains(body, "5 unchanged") {
		t.Error("the table is another one after the way through CSV")
	}
}

func TestFacts_SortByWhatAFieldNames(t *testing.T) {
	s := sampleSite(t)
	body := s.get("/plans/p/facts/clusters?sort=team&order=desc").Body.String()
	at := func(key string) int { return strings.Index(body, `data-row="`+key+`"`) }
	// Release, Payments, Build platform; equal ones in the plan's order
	if !(at("prod-seoul") < at("prod-tokyo") && at("prod-tokyo") < at("prod-vault") && at("prod-vault") < at("dev-1") && at("dev-1") < at("stage-seoul")) {
		t.Error("not by the teams' names")
	}
	if !strings.Contains(body, `aria-sort="descending"`) {
		t.Error("the order is not told")
	}
}

func TestMany_OneEditForAllSelected(t *testing.T) {
	s := sampleSite(t)
	keys := []string{"dev-1", "stage-seoul"}
	send := func(values url.Values) *httptest.ResponseRecorder {
		values.Set("at", "clusters")
		return s.post("/plans/p/edit", "/plans/p/facts/clusters", values)
	}
	if w := send(url.Values{"op": {"setmany"}, "key": keys, "field": {"zone"}, "set.zone": {"vault"}, "set.region": {""}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	if h, p := s.doc(t); h.Revision != 2 || p.Clusters[0].Zone != "vault" || p.Clusters[1].Zone != "vault" || p.Clusters[2].Zone != "office" {
		t.Errorf("revision %d, %+v", h.Revision, p.Clusters)
	}
	if w := send(url.Values{"op": {"duplicatemany"}, "key": keys}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if _, p := s.doc(t); len(p.Clusters) != 7 || p.Clusters[1].Name != "Copy of dev-1" {
		t.Errorf("%+v", p.Clusters)
	}
	if w := send(url.Values{"op": {"removemany"}, "all": {"match"}, "q": {"copy of"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	h, p := s.doc(t)
	if h.Revision != 4 || len(p.Clusters) != 5 {
		t.Errorf("revision %d, %d clusters", h.Revision, len(p.Clusters))
	}
	for name, values := range map[string]url.Values{
		"No row is selected":   {"op": {"removemany"}},
		"Choose which field":   {"op": {"setmany"}, "key": keys},
		"is not a number":      {"op": {"setmany"}, "key": keys, "field": {"spareCpuMilli"}, "set.spareCpuMilli": {"lots"}},
		"removed this meanwhi": {"op": {"removemany"}, "key": {"dev-1", "gone"}},
	} {
		w := send(values)
		if body := w.Body.String(); w.Code < 400 || w.Code >= 500 || !strings.Contains(body, name) {
			t.Errorf("%s: %d", name, w.Code)
		} else if len(values["key"]) > 0 && !strings.Contains(body, `value="dev-1" form="many" checked`) {
			t.Errorf("%s: the selection is lost", name)
		}
	}
}

// Removing all of a large table and taking that back touches every row once.
func TestMany_AllOfALargeTableAndBack(t *testing.T) {
	s := newSite(t, plantest.Generate(1, 1000, 10000))
	_, before := s.doc(t)
	w := s.post("/plans/p/edit", "/plans/p/facts/services", url.Values{"op": {"removemany"}, "at": {"services"}, "all": {"match"}, "q": {"7"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	if _, p := s.doc(t); len(p.Services) > 7000 || len(p.Applications) != len(p.Services) {
		t.Errorf("%d services, %d applications", len(p.Services), len(p.Applications))
	}
	if w := s.post("/plans/p/undo", "/plans/p/facts/services", url.Values{"revision": {"2"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	_, after := s.doc(t)
	if len(after.Services) != len(before.Services) || after.Services[77] != before.Services[77] || after.Applications[9999] != before.Applications[9999] {
		t.Error("not all came back to its place")
	}
}

// The largest text that is taken is understood and applied.
func TestPaste_TakesTwentyThousandRows(t *testing.T) {
	s := newSite(t, plantest.Generate(1, 1000, 10000))
	var b strings.Builder
	b.WriteString("name,team,criticality,pipeline\n")
	for i := range 19_999 {
		fmt.Fprintf(&b, "service-%05d,team-%02d,%d,pipeline-%03d\n", i, i%40, 1+i%5, i%100)
	}
	w := s.paste(t, "services", url.Values{"do": {"apply"}}, []byte(b.String()))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body.String()[:2000])
	}
	if _, p := s.doc(t); len(p.Services) != 19_999 || p.Services[3].Team != "t3" {
		t.Errorf("%d services, %+v", len(p.Services), p.Services[3])
	}
}
