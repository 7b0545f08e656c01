package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

func TestProtect_RefusesOtherHostsAndOrigins(t *testing.T) {
	s := sampleSite(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for host, want := range map[string]int{"127.0.0.1:8080": 200, "localhost": 200, "[::1]:80": 200, "evil.example": 421, "127.0.0.1.evil.example": 421} {
		r.Host = host
		if w := s.do(r); w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
	post := httptest.NewRequest(http.MethodPost, "/plans", strings.NewReader("from=sample"))
	post.Host = "127.0.0.1:8080"
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	post.Header.Set("Origin", "https://evil.example")
	if w := s.do(post); w.Code != http.StatusForbidden {
		t.Errorf("a foreign origin's form: %d", w.Code)
	}
	if csp := s.get("/").Header().Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
}

func TestRefused_IsNeverKeptByTheBrowser(t *testing.T) {
	s := sampleSite(t)
	for path, form := range map[string]url.Values{"/plans/p/decisions": {"title": {""}}, "/plans/p/facts/teams/paste": {"text": {""}},
		"/plans/p/edit": {"op": {"set"}, "at": {"services/web/criticality"}, "value": {"very"}}} {
		w := s.post(path, "/plans/p", form)
		if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
}

func TestBackTo_StaysOnThisServer(t *testing.T) {
	for from, want := range map[string]string{
		"http://127.0.0.1:8080/plans/p?x=1": "/plans/p?x=1",
		"http://evil.example/plans":         "/home",
		"//evil.example/x":                  "/home",
		"http://127.0.0.1:8080//evil/x":     "/home",
		"":                                  "/home",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Referer", from)
		if got := backTo(r, "/home"); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
}

// A file too large for memory is gone from the disk when it has been read.
func TestUploads_LeaveNothingOnTheDisk(t *testing.T) {
	s := sampleSite(t)
	for path, field := range map[string]string{"/plans": "file", "/plans/p/import/read?from=backstage": "file", "/plans/p/facts/teams/paste": "file", "/plans/p/scan": "files"} {
		t.Setenv("TMPDIR", t.TempDir())
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile(field, "large.yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, "schema: 1\nabout: {name: Large}\n"+strings.Repeat("# filling\n", 1_000_000))
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, path, &body)
		r.Host = "127.0.0.1:8080"
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if w := s.do(r); w.Code >= 400 && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, w.Code)
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
			t.Errorf("%s leaves %v, %v", path, left, err)
		}
	}
}

// A cookie is what a browser says, not what /preferences wrote.
func TestAuthor_IsBoundedWhereverItComesFrom(t *testing.T) {
	s := sampleSite(t)
	r := httptest.NewRequest(http.MethodPost, "/plans/p/edit", strings.NewReader(url.Values{"op": {"score"}, "candidate": {"cd-flux"},
		"criterion": {"cd-effort"}, "value": {"5"}}.Encode()))
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	jar := httptest.NewRecorder()
	setCookie(jar, "name", " \xff"+strings.Repeat("지", 500), 60)
	r.AddCookie(jar.Result().Cookies()[0])
	if w := s.do(r); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	want := strings.Repeat("지", 60)
	h, p := s.doc(t)
	if last := p.Scores[len(p.Scores)-1]; h.Author != want || last.Person != want {
		t.Errorf("%q, %q", h.Author, last.Person)
	}
	view := httptest.NewRequest(http.MethodGet, "/", nil)
	view.AddCookie(jar.Result().Cookies()[0])
	if got := s.view(httptest.NewRecorder(), view, "").Author; got != want {
		t.Errorf("%q", got)
	}
}
