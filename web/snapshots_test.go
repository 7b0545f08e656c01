package web

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/live"
	"deckplan/internal/roster"
	"deckplan/internal/seal"
	"deckplan/internal/snapshot"
	"deckplan/internal/store"
)

// snapshotSite is a server that shows snapshots.
func snapshotSite(t *testing.T) *site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "d.db"), time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	table := live.NewTable(time.Now)
	keeper := snapshot.NewKeeper(snapshot.Config{Store: db, Table: table, Log: log, Now: time.Now})
	key, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	fleet := argocd.NewFleet(table, log, argocd.Options{})
	t.Cleanup(fleet.Close)
	connections := roster.New(roster.Config{Store: db, Key: key, Fleet: fleet, Log: log, Snapshot: keeper.Shows})
	s, err := New(Config{Plans: db, Live: table, Connections: connections, Snapshots: keeper, Log: log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &site{s, "", db}
}

func kubectlFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "internal", "snapshot", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hand posts a file as the form does.
func (s *site) hand(language, file string, data []byte, fields ...string) *httptest.ResponseRecorder {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	w, _ := m.CreateFormFile("file", file)
	_, _ = w.Write(data)
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, snapshotsPath, &b)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", language)
	return s.do(r)
}

func TestSnapshots_AFileIsSeenBeforeItIsTaken(t *testing.T) {
	s := snapshotSite(t)
	w := s.hand("en", "vault.yaml", kubectlFile(t, "kubectl.yaml"), "name", "Vault", "captured", "2026-11-23T15:30")
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, snapshotsPath+"/offers/") {
		t.Fatalf("%d to %q: %s", w.Code, to, w.Body)
	}
	review := s.get(to)
	for _, want := range []string{"Vault is not shown yet: 10 applications are added", `value="2026-11-23T15:30"`, "vault.yaml", "kubectl"} {
		if !strings.Contains(review.Body.String(), want) {
			t.Errorf("the review does not say %q", want)
		}
	}
	if len(s.Live.Instances()) > 0 {
		t.Error("it is shown already")
	}
	path, _, _ := strings.Cut(to, "?")
	taken := s.post(path, path, url.Values{"name": {"Vault"}, "captured": {"2026-11-23T15:30"}})
	if taken.Code != http.StatusSeeOther || taken.Header().Get("Location") != snapshotsPath {
		t.Errorf("%d: %s", taken.Code, taken.Body)
	}
	in, _ := s.Live.Instance("Vault")
	if want := time.Date(2026, 11, 23, 15, 30, 0, 0, time.Local); in.Applications != 10 || !in.Captured.Equal(want) || in.Guessed {
		t.Errorf("%+v", in)
	}
	live := s.get("/live").Body.String()
	if !strings.Contains(live, "◇ snapshot") || !strings.Contains(live, "as of ") || strings.Contains(live, "no answer since") || strings.Contains(live, `class="stale"`) {
		t.Error("the status page does not show it as a snapshot")
	}
	if again := s.post(path, path, url.Values{"name": {"Vault"}}); again.Code != http.StatusNotFound && again.Code != http.StatusUnprocessableEntity || !strings.Contains(again.Body.String(), "no longer at hand") {
		t.Errorf("taken twice: %d", again.Code)
	}
	next := s.get(s.hand("en", "vault.json", kubectlFile(t, "kubectl.json"), "name", "vault", "captured", "2026-11-20T10:00").Header().Get("Location")).Body.String()
	for _, want := range []string{"It takes the place of the snapshot Vault", "0 applications added", "0 applications changed", "A newer snapshot of Vault is shown already", `name="older"`} {
		if !strings.Contains(next, want) {
			t.Errorf("the second review does not say %q", want)
		}
	}
}

func TestSnapshots_ABadFileKeepsTheFormAndNamesTheLine(t *testing.T) {
	s := snapshotSite(t)
	secret := []byte("items:\n- {kind: Secret, apiVersion: v1, metadata: {name: argocd-secret}, data: {admin.password: c2VudGluZWw=}}\n")
	for language, wants := range map[string][]string{
		"en": {"Item 1, line 2, argocd-secret: The file contains Secrets, so nothing of it was taken", "kubectl get applications.argoproj.io"},
		"ko": {"1번째 항목, 2행, argocd-secret: 파일에 Secret이 들어 있어"},
	} {
		w := s.hand(language, "x.yaml", secret, "name", "<Vault>", "captured", "2026-11-23T15:30")
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="&lt;Vault&gt;"`) || !strings.Contains(body, `value="2026-11-23T15:30"`) || strings.Contains(body, "c2VudGluZWw") {
			t.Errorf("%s: %d", language, w.Code)
		}
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: not said: %s", language, want)
			}
		}
	}
	if w := s.hand("en", "", nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Choose a file first.") {
		t.Errorf("no file: %d", w.Code)
	}
	if w := s.post(snapshotsPath, snapshotsPath, url.Values{"name": {"x"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("another form: %d", w.Code)
	}
}

// longBody is a form whose file never ends.
type longBody struct {
	head *strings.Reader
	sent int64
}

func (l *longBody) Read(p []byte) (int, error) {
	if l.head.Len() > 0 {
		return l.head.Read(p)
	}
	for i := range p {
		p[i] = '\n'
	}
	l.sent += int64(len(p))
	return len(p), nil
}

func TestSnapshots_AnUploadIsBounded(t *testing.T) {
	s := snapshotSite(t)
	body := &longBody{head: strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n")}
	r := httptest.NewRequest(http.MethodPost, snapshotsPath, body)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := s.do(r)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "larger than 256 MiB") || body.sent > snapshot.MaxBytes+4<<20 {
		t.Errorf("%d after %d MB", w.Code, body.sent>>20)
	}
	small := httptest.NewRequest(http.MethodPost, "/live/snapshots/offers/x", &longBody{head: strings.NewReader("name=")})
	small.Host = "127.0.0.1:8080"
	small.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	small.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := s.do(small); w.Code < 400 {
		t.Errorf("another endless form: %d", w.Code)
	}
}

func (s *site) take(t *testing.T, name string) {
	t.Helper()
	path, _, _ := strings.Cut(s.hand("en", "x.json", kubectlFile(t, "kubectl.json"), "name", name).Header().Get("Location"), "?")
	if w := s.post(path, path, url.Values{"name": {name}}); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
}

func TestSnapshots_AndConnectionsShareNoName(t *testing.T) {
	s := snapshotSite(t)
	s.take(t, "vault")
	if w := s.post("/connections", "/connections/new", url.Values{"name": {"VAULT"}, "url": {"https://127.0.0.1:1"}, "token": {"t"}}); w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "A snapshot is shown under the name VAULT") {
		t.Errorf("a connection of a snapshot's name: %d", w.Code)
	}
	s.Live.SetStatus("prod", live.Status{State: live.Down})
	to := s.hand("en", "x.json", kubectlFile(t, "kubectl.json"), "name", "prod").Header().Get("Location")
	if body := s.get(to).Body.String(); !strings.Contains(body, "prod is connected, so a snapshot cannot be shown") {
		t.Error("a snapshot of a connection's name is not refused")
	}
}

func TestSnapshots_RemovedAreGoneFromTheTable(t *testing.T) {
	s := snapshotSite(t)
	s.take(t, "vault")
	body := s.get(snapshotsPath).Body.String()
	m := regexp.MustCompile(`href="(/live/snapshots/\w+/remove)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no way to remove it")
	}
	if w := s.get(m[1]); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "10 applications leave") {
		t.Errorf("the question: %d", w.Code)
	}
	if w := s.post(m[1], m[1], nil); w.Code != http.StatusSeeOther {
		t.Errorf("%d", w.Code)
	}
	if len(s.Live.Instances()) != 0 || s.get(m[1]).Code != http.StatusNotFound || s.post(m[1], m[1], nil).Code != http.StatusNotFound {
		t.Error("it is still there")
	}
}

func TestSnapshots_PagesHaveEveryMessageInBothLanguages(t *testing.T) {
	s := snapshotSite(t)
	s.take(t, "vault")
	s.take(t, "vault")
	offer := s.hand("en", "x.json", kubectlFile(t, "kubectl.json"), "name", "vault").Header().Get("Location")
	for _, language := range []string{"en", "ko"} {
		for _, path := range []string{snapshotsPath, offer, offer + "&captured=never", "/live", "/connections"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = "localhost"
			r.Header.Set("Accept-Language", language)
			w := s.do(r)
			body := w.Body.String()
			if i := strings.Index(body, "‹"); w.Code != http.StatusOK || i >= 0 || strings.Contains(body, " style=") {
				t.Errorf("%s in %s: %d, %s", path, language, w.Code, body[max(i, 0):min(len(body), max(i, 0)+60)])
			}
		}
	}
}

func TestSnapshots_ASlowUploadIsWaitedFor(t *testing.T) {
	s := snapshotSite(t)
	server := httptest.NewUnstartedServer(s)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	server.Start()
	defer server.Close()
	r, w := io.Pipe()
	m := multipart.NewWriter(w)
	go func() {
		part, _ := m.CreateFormFile("file", "slow.json")
		file := kubectlFile(t, "kubectl.json")
		_, _ = part.Write(file[:1000])
		time.Sleep(600 * time.Millisecond)
		_, err := part.Write(file[1000:])
		w.CloseWithError(errors.Join(err, m.Close()))
	}()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Post(server.URL+snapshotsPath, m.FormDataContentType(), r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusSeeOther {
		t.Error(answer.Status)
	}
}

func TestStart_CountsOnlyInstancesThatCanBeRead(t *testing.T) {
	s := snapshotSite(t)
	s.Live.SetStatus("argo", live.Status{State: live.Connected})
	s.Live.SetStatus("closed", live.Status{State: live.Captured, Captured: s.Now()})
	s.shows(t, "/", 200, "read from 1 connected instance.")
}
