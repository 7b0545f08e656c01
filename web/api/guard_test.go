package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGuard_AnswersOnlyOnItsOwnMachine(t *testing.T) {
	s := sampleSite(t)
	for from, want := range map[string]int{"127.0.0.1:1": 200, "127.8.9.1:1": 200, "[::1]:1": 200, "[::ffff:127.0.0.1]:1": 200, "192.168.0.7:1": 403, "[fe80::1%eth0]:1": 403,
		"172.17.0.1:1": 403, "": 403, "pipe": 403} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/plans", nil)
		r.Host, r.RemoteAddr = "localhost", from
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("from %q: %d, want %d", from, w.Code, want)
		}
		if want == 403 {
			refused(t, w, 403, "no_tokens")
		}
	}
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"} {
		refused(t, s.get("/api/v1/plans", name, "127.0.0.1"), 403, "no_tokens")
	}
	// What does not exist tells nothing to others either.
	refused(t, s.get("/api/v1/nothing", "X-Forwarded-For", "1.2.3.4"), 403, "no_tokens")
}

func TestGuard_RefusesWhatAPageOfAnotherSiteCanSend(t *testing.T) {
	s := sampleSite(t)
	const path, edit = "/api/v1/plans/commerce", `{"edits": [{"op": "set", "table": "zones", "key": "office", "fields": {"name": "HQ"}}]}`
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		refused(t, s.call(method, path, edit, "Sec-Fetch-Site", "cross-site"), 403, "cross_site")
		refused(t, s.call(method, path, edit, "Sec-Fetch-Site", "same-site"), 403, "cross_site")
		refused(t, s.call(method, path, edit, "Origin", "https://evil.example"), 403, "cross_site")
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host, r.RemoteAddr = "evil.example", "127.0.0.1:1"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	refused(t, w, 421, "host")
	if w := s.get(path); w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", w.Header())
	}
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json", "application/json, text/plain"} {
		for _, e := range s.API().Examples() {
			if e.Body == "" {
				continue
			}
			p := refused(t, s.call(e.Method, e.Path, e.Body, "Content-Type", media, "If-Match", `"1"`), 415, "media_type")
			if len(p.Errors) != 1 || p.Errors[0].Location != "header.Content-Type" || !strings.Contains(p.Errors[0].Message, "application/json") {
				t.Errorf("%s: %+v", e.ID, p)
			}
		}
	}
	if w := s.call("PATCH", path, edit, "Content-Type", "application/json; charset=utf-8"); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestErrors_AreProblemsWhateverIsAsked(t *testing.T) {
	s := sampleSite(t)
	refused(t, s.get("/api/v1"), 404, "not_found")
	refused(t, s.get("/api/"), 404, "not_found")
	refused(t, s.get("/api/v1/plans/commerce/nothing"), 404, "not_found")
	refused(t, s.get("/api/v1/plans/%2e%2e/history"), 404, "not_found")
	if w := s.call("POST", "/api/v1/plans/commerce", `{}`); w.Header().Get("Allow") != "GET, HEAD, PUT, PATCH, DELETE" {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	} else {
		refused(t, w, 405, "method")
	}
	for path, location := range map[string]string{"/api/v1/plans?limit=0": "query.limit", "/api/v1/plans?limit=1001": "query.limit", "/api/v1/plans?limit=x": "query.limit",
		"/api/v1/plans?offset=-1": "query.offset", "/api/v1/plans?limits=3": "query.limits", "/api/v1/plans?lang=fr": "query.lang",
		"/api/v1/plans/commerce/verdicts/weather": "path.topic", "/api/v1/plans/commerce/findings?severity=bad": "query.severity[0]",
		"/api/v1/plans/commerce/history?before=0": "query.before", "/api/v1/plans/commerce/revisions/first": "path.number",
		"/api/v1/live/applications?sort=age": "query.sort", "/api/v1/live/applications?attention=perhaps": "query.attention"} {
		p := refused(t, s.get(path), 422, "invalid")
		if len(p.Errors) != 1 || p.Errors[0].Location != location {
			t.Errorf("%s: %+v", path, p.Errors)
		}
	}
	for body, kind := range map[string]string{"{": "malformed", "nonsense": "malformed", `{"to": 3}`: "invalid", `{"to": "gone"}`: "invalid", `[]`: "invalid", `{}`: "invalid", `{"to": "accepted", "who": "me"}`: "invalid"} {
		status := map[string]int{"malformed": 400, "invalid": 422}[kind]
		refused(t, s.call("POST", "/api/v1/plans/commerce/decisions/1/steps", body), status, kind)
	}
	refused(t, s.call("POST", "/api/v1/plans/commerce/decisions/1/steps", " "), 400, "malformed")
	p := refused(t, s.get("/api/v1/plans?limit=0", "Accept-Language", "ko-KR,ko;q=0.9"), 422, "invalid")
	if !strings.Contains(p.Errors[0].Message, "1 이상") {
		t.Errorf("%+v", p)
	}
}

func TestErrors_TellNothingOfTheInside(t *testing.T) {
	s := sampleSite(t)
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	w := s.get("/api/v1/plans")
	refused(t, w, 500, "internal")
	if strings.Contains(w.Body.String(), "sql") || !strings.Contains(s.log.String(), "sql: database is closed") {
		t.Errorf("%s; log %s", w.Body, s.log)
	}
}

func TestBodies_AreBounded(t *testing.T) {
	s := sampleSite(t)
	large := `{"edits": [], "author": "` + strings.Repeat("x", 34<<20) + `"}`
	for method, path := range map[string]string{"PATCH": "/api/v1/plans/commerce", "POST": "/api/v1/plans", "PUT": "/api/v1/plans/commerce"} {
		refused(t, s.call(method, path, large, "If-Match", `"1"`), 413, "too_large")
	}
	refused(t, s.call("POST", "/api/v1/plans/commerce/decisions", large), 413, "too_large")
}

func TestAnswers_ArePackedAndNeverKeptByOthers(t *testing.T) {
	s := sampleSite(t)
	for _, path := range []string{"/api/v1/plans", "/api/v1/plans/commerce", "/api/v1/plans/commerce/verdicts", "/api/v1/live/instances", "/api/v1/plans/nothing"} {
		w := s.get(path, "Accept-Encoding", "gzip")
		if w.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is sent as it is", path)
		}
		if cache := w.Header().Get("Cache-Control"); cache != "no-store" && cache != "private, no-cache" {
			t.Errorf("%s: %q", path, cache)
		}
		if head := s.call(http.MethodHead, path, ""); head.Code != w.Code {
			t.Errorf("HEAD %s: %d, GET %d", path, head.Code, w.Code)
		}
	}
}
