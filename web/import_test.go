package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

// observing is a site that is connected to two instances; busan cannot be read.
func observing(t *testing.T, o func() survey.Observed) *site {
	t.Helper()
	s := newSite(t, plan.Empty("Test"))
	for _, name := range []string{"busan", "seoul"} {
		s.Live.SetStatus(name, live.Status{URL: "https://" + name + ".example.com", State: live.Connected})
	}
	s.Survey = func(_ context.Context, instance string) (survey.Observed, error) {
		if instance == "busan" {
			return survey.Observed{}, &survey.Error{Instance: instance, Reason: string(live.Unauthenticated), Detail: "x"}
		}
		return o(), nil
	}
	return s
}

func running() survey.Observed {
	o := survey.Observed{Instances: []survey.Instance{{Name: "seoul", Version: "v3.2.1"}},
		Clusters: []survey.Cluster{{Instance: "seoul", Name: "prod", Server: "https://prod.example.com", Kubernetes: "1.34", Labels: []survey.Label{{Key: "env", Value: "<b>production</b>"}}}},
		Missing:  []survey.Missing{{Instance: "seoul", What: "projects"}}}
	for i := range 60 {
		o.Applications = append(o.Applications, survey.Application{Instance: "seoul", Namespace: "argocd", Name: fmt.Sprintf("app-%02d", i), Cluster: "prod", DestNamespace: "n",
			Labels: []survey.Label{{Key: "service", Value: fmt.Sprintf("svc-%02d", i%3)}, {Key: "team", Value: "payments"}, {Key: "group", Value: "shop"}}})
	}
	return o
}

func (s *site) read(t *testing.T, form url.Values) string {
	t.Helper()
	w := s.post("/plans/p/import/read", "/plans/p/import", form)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/plans/p/import?read=") {
		t.Fatalf("%d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	return w.Header().Get("Location")
}

func applied(t *testing.T, s *site, at string, more url.Values) *httptest.ResponseRecorder {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	form := u.Query()
	for k, v := range more {
		form[k] = v
	}
	return s.post("/plans/p/import", at, form)
}

func TestImport_ReadsPreviewsAppliesAndUndoes(t *testing.T) {
	s := observing(t, running)
	at := s.read(t, url.Values{"instance": {"seoul", "busan", "nowhere"}})
	for lang, wants := range map[string][]string{
		"en": {"busan could not be read", "may not see projects", "service: on 60 of 60, such as svc-00, svc-01, svc-02", "and 10 more", "&lt;b&gt;production&lt;/b&gt;", "Add to Services: 3", "The layout as it runs"},
		"ko": {"busan을 읽지 못했습니다", "계획에 적용", "서비스 추가: 3"},
	} {
		r := httptest.NewRequest(http.MethodGet, at, nil)
		r.Host = "localhost"
		r.Header.Set("Accept-Language", lang)
		w := s.do(r)
		body := w.Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q", lang, want)
			}
		}
		if w.Code != http.StatusOK || strings.Contains(body, "‹") || strings.Contains(body, " style=") || strings.Contains(body, "<b>production") {
			t.Errorf("%d: %s", w.Code, regexp.MustCompile(`.{60}‹.{60}`).FindString(body))
		}
	}
	if _, p := s.doc(t); len(p.Clusters) != 0 {
		t.Error("the preview changed the plan")
	}
	w := applied(t, s, at, nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/plans/p" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	_, p := s.doc(t)
	if len(p.Clusters) != 1 || len(p.Services) != 3 || len(p.Applications) != 60 || len(p.Placements) != 1 || p.Layouts[0].Name != "As it runs" {
		t.Errorf("%d clusters, %d services, %d applications", len(p.Clusters), len(p.Services), len(p.Applications))
	}
	if w := applied(t, s, at, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Nothing is ticked") {
		t.Errorf("a second time: %d", w.Code)
	}
	if w := s.post("/plans/p/undo", "/plans/p", url.Values{"revision": {"2"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if _, p := s.doc(t); len(p.Clusters)+len(p.Services)+len(p.Applications)+len(p.Layouts)+len(p.Teams) != 0 {
		t.Error("one Undo does not take all of it back")
	}
}

func TestImport_DoesOnlyWhatIsTicked(t *testing.T) {
	s := observing(t, running)
	at := s.read(t, url.Values{"instance": {"seoul"}})
	choices := url.Values{"ticked": {"true"}, "team": {"label/group"}, "service": {"label/team"}, "environment": {"label/no such label"},
		"known": {"add/applications", "add/repositories", survey.LayoutGroup}, "group": {"add/applications"}}
	w := s.get(at + "&" + choices.Encode())
	if body := w.Body.String(); !strings.Contains(body, "Add to Services: 1") || !strings.Contains(body, `value="label/group" selected`) {
		t.Errorf("%d %s", w.Code, body)
	}
	if w := applied(t, s, at, choices); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	_, p := s.doc(t)
	if len(p.Services) != 1 || p.Services[0].Name != "payments" || p.Teams[0].Name != "shop" || len(p.Layouts) != 0 || len(p.Applications) != 60 {
		t.Errorf("%+v %+v", p.Services, p.Teams)
	}
	// Somebody's own version stays unless it is ticked.
	cluster := p.Clusters[0]
	set := url.Values{"op": {"set"}, "at": {"clusters/" + cluster.ID + "/kubernetes"}, "value": {"1.30"}}
	if w := s.post("/plans/p/edit", "/plans/p/facts/clusters", set); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	at = s.read(t, url.Values{"instance": {"seoul"}})
	body := s.get(at).Body.String()
	row := "clusters/" + cluster.ID + "/kubernetes"
	if !strings.Contains(body, `value="`+row+`" aria-label`) {
		t.Errorf("no box for %s in %s", row, body)
	}
	if w := applied(t, s, at, url.Values{"ticked": {"true"}, "team": {"label/group"}, "service": {"label/team"}, "known": {survey.LayoutGroup}, "row": {row}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if _, p := s.doc(t); p.Clusters[0].Kubernetes != "1.34" || len(p.Layouts) != 0 {
		t.Errorf("%+v", p.Clusters[0])
	}
}

func TestImport_SaysWhatCannotBeRead(t *testing.T) {
	s := observing(t, running)
	for _, c := range []struct {
		form url.Values
		want string
	}{{url.Values{}, "Tick at least one instance."}, {url.Values{"instance": {"busan"}}, "It refused the token"}} {
		if w := s.post("/plans/p/import/read", "/plans/p/import", c.form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%v: %d", c.form, w.Code)
		}
	}
	s.Survey = func(context.Context, string) (survey.Observed, error) { return survey.Observed{}, errors.New("odd") }
	if w := s.post("/plans/p/import/read", "/plans/p/import", url.Values{"instance": {"seoul"}}); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "odd") {
		t.Error(w.Code)
	}
	if w := s.post("/plans/none/import/read", "/", url.Values{"instance": {"seoul"}}); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

func TestImport_ReadingsExpireAndAreAPlansOwn(t *testing.T) {
	s := observing(t, running)
	at := s.read(t, url.Values{"instance": {"seoul"}})
	if s.readings.get("other", strings.TrimPrefix(at, "/plans/p/import?read=")) != nil {
		t.Error("another plan's reading")
	}
	s.readings.now = func() time.Time { return time.Now().Add(readingAge + time.Second) }
	if body := s.get(at).Body.String(); !strings.Contains(body, "Read again; nothing was changed.") || !strings.Contains(body, `id="read"`) {
		t.Error("an expired reading is not told")
	}
	if w := applied(t, s, at, nil); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Read again; nothing was changed.") {
		t.Error(w.Code)
	}
}

func TestReadings_AreBounded(t *testing.T) {
	r := &readings{now: time.Now}
	large := &survey.Observed{Applications: make([]survey.Application, survey.MaxApplications)}
	var ids []string
	for range 5 {
		ids = append(ids, r.add("p", large).id)
	}
	kept := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.get("p", id) == nil })
	if !slices.Equal(kept, ids[2:]) {
		t.Errorf("%d kept", len(kept))
	}
	for range 100 {
		r.add("p", &survey.Observed{})
	}
	if len(r.all) != readingCount {
		t.Errorf("%d kept", len(r.all))
	}
}

func TestImport_BackstageByFileAndByPaste(t *testing.T) {
	s := newSite(t, plan.Empty("Test"))
	const text = "kind: Component\nmetadata: {name: checkout}\nspec: {owner: payments}\n---\nkind: API\nmetadata: {name: v1}\n"
	send := func(field, file, text string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormField(field)
		if file != "" {
			part, err = m.CreateFormFile(field, file)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(text)) // a buffer does not fail
		_ = m.Close()
		r := httptest.NewRequest(http.MethodPost, "/plans/p/import/read?from=backstage", &b)
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Content-Type", m.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return s.do(r)
	}
	for _, w := range []*httptest.ResponseRecorder{send("file", "c.yaml", text), send("text", "", text)} {
		at := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if body := s.get(at).Body.String(); !strings.Contains(body, "1 entity a plan has no place for") || !strings.Contains(body, "Add to Teams: 1") {
			t.Error(body)
		}
	}
	w := send("text", "", "kind: Component\nmetadata: {}\n<x>")
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "Line 3:") || !strings.Contains(body, "&lt;x&gt;") {
		t.Errorf("%d: what was typed is gone or no line is told\n%s", w.Code, body)
	}
	if w := send("text", "", "  "); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Choose a file") {
		t.Error(w.Code)
	}
}

func TestStart_LeadsToTheImportOfANewPlan(t *testing.T) {
	s := newSite(t, plan.Empty("Test"))
	if body := s.get("/").Body.String(); !strings.Contains(body, "No Argo CD is connected yet") {
		t.Error("no hint without an instance")
	}
	w := s.post("/plans", "/", url.Values{"then": {"import"}, "name": {"From Argo CD"}})
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasSuffix(to, "/import") {
		t.Fatalf("%d %s", w.Code, to)
	} else if body := s.get(to).Body.String(); !strings.Contains(body, "No Argo CD is connected.") || !strings.Contains(body, "from=backstage") {
		t.Error("the page does not say what to do without an instance")
	}
}
