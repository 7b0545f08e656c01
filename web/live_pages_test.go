package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/web/page"
)

// heldPast is what is kept of earlier states, by hand.
type heldPast struct {
	transitions map[live.Key][]live.Transition
	stretches   []live.Stretch
}

func (m *heldPast) Transitions(_ context.Context, k live.Key, limit int) ([]live.Transition, error) {
	all := m.transitions[k]
	return all[:min(len(all), limit)], nil
}

func (m *heldPast) Stretches(_ context.Context, instance string, _ time.Time) (out []live.Stretch, _ error) {
	for _, s := range m.stretches {
		if s.Instance == instance {
			out = append(out, s)
		}
	}
	return out, nil
}

// hostile is a name that must be text wherever it stands.
const hostile = `결제/"><img src=x onerror=alert(1)> 100%`

func officeApp(name string) live.Application {
	return live.Application{Instance: "argo-office", Namespace: "argocd", Name: name, Project: "commerce", Cluster: "prod-seoul",
		Server: "https://prod-seoul.example.com:6443", DestNamespace: "shop", Health: live.Degraded, HealthMessage: "back-off restarting", Sync: live.OutOfSync,
		Phase: "Failed", OperationMessage: "one or more objects failed to apply", Revision: strings.Repeat("8f3c21a", 6)[:40],
		RepoURL: "https://robot:secret@git.example.com/commerce/deploy", Path: "apps/cart", TargetRevision: "main", Images: "harbor.example.com/cart:1.2\nredis:7"}
}

// furnished fills the table as adapters would: an instance with trouble, one
// that is down, and one that knows nothing.
func furnished(t testing.TB, read func(context.Context, live.Key) (live.Detail, error)) (*site, *heldPast) {
	t.Helper()
	s := sampleSite(t)
	now := time.Now()
	m := &heldPast{transitions: map[live.Key][]live.Transition{}}
	s.Past, s.Detail = m, read
	if read != nil {
		s.details = newDetails(s.Now, read)
	}
	table := s.Live
	table.SetStatus("argo-office", live.Status{URL: "https://argo.example.com/argo", State: live.Connected, Protocol: live.GRPC, Version: "v3.5.1", LastSeen: now,
		Account: "dashboard", Expires: now.Add(72 * time.Hour), CanWrite: live.WriteCheck{State: live.WriteFound, Found: []string{"applications sync */*"}, At: now}})
	table.SetStatus("argo-lost", live.Status{URL: "javascript:alert(1)", State: live.Down, Reason: live.Unauthenticated, Detail: "401", LastSeen: now.Add(-time.Hour), Version: "v2.10.0"})
	table.SetStatus(hostile, live.Status{State: live.Connected, Protocol: live.Snapshot, Captured: now.Add(-48 * time.Hour)})
	second := officeApp("web-dev")
	second.Health, second.HealthMessage, second.Sync, second.Phase, second.OperationMessage = live.Healthy, "", live.Synced, "Succeeded", ""
	table.Reconcile("argo-office", []live.Application{officeApp("cart-prod-seoul"), second})
	table.Upsert(live.Application{Instance: "argo-lost", Namespace: "argocd", Name: "mailer", Health: live.Missing, Sync: live.Unknown, Cluster: "c"})
	table.Upsert(live.Application{Instance: hostile, Name: hostile, Project: hostile, Cluster: hostile, Health: live.Healthy, Sync: live.Synced, RepoURL: "javascript:alert(1)"})
	window := func(kind, schedule string) live.Window {
		return live.Window{Kind: kind, Schedule: schedule, Duration: "24h", TimeZone: "Asia/Seoul", Applications: []string{"*"}}
	}
	table.SetScope("argo-office", live.Scope{
		Clusters: []live.Cluster{{Server: "https://prod-seoul.example.com:6443", Name: "prod-seoul", Kubernetes: "1.20", State: "Failed", Message: "dial tcp: timeout", At: now, Applications: 3, Objects: 1234},
			{Server: "https://kubernetes.default.svc", Name: "in-cluster", Kubernetes: "1.34", State: "Successful", At: now}},
		Projects: []live.Project{{Name: "commerce", Windows: []live.Window{window("deny", "0 0 * * *"), window("allow", "not a schedule")}}, {Name: "default"}}})
	table.SetScope("argo-lost", live.Scope{Hidden: []string{"projects"}, Clusters: []live.Cluster{{Server: "https://PROD-seoul.example.com:6443/", Name: "seoul"},
		{Server: "https://kubernetes.default.svc", Name: "in-cluster"}}})
	table.SetScope(hostile, live.Scope{Hidden: []string{"clusters", "projects"}})
	return s, m
}

func readFully(_ context.Context, k live.Key) (live.Detail, error) {
	d := live.Detail{Application: officeApp(k.Name), Read: time.Now(), Cut: 7, Conditions: []live.Condition{{Type: "SyncError", Message: "<b>bad</b>", At: time.Now()}},
		Resources: []live.Resource{{Kind: "Service", Name: "fine", Health: live.Healthy, Sync: live.Synced}, {Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "cart", Health: live.Degraded, Message: "1 of 3 ready", Sync: live.Synced},
			{Kind: "ConfigMap", Name: "old", Sync: live.OutOfSync, Prune: true}, {Group: "batch", Kind: "Job", Name: "migrate", Hook: true}},
		Sources:   []live.Source{{RepoURL: "git@git.example.com:commerce/deploy.git", Path: "apps"}, {RepoURL: "https://x:y@charts.example.com/", Chart: "redis", TargetRevision: "1.x"}},
		History:   []live.Deployment{{ID: 2, Started: time.Now().Add(-time.Hour), Deployed: time.Now().Add(-time.Hour + 42*time.Second), By: "automated", Sources: []live.Source{{Revision: strings.Repeat("a", 40)}}}},
		Operation: live.Operation{Phase: "Running", Started: time.Now().Add(-time.Minute), By: "kim", Retries: 2}}
	return d, nil
}

func (s *site) in(lang, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "localhost"
	r.Header.Set("Accept-Language", lang)
	r.AddCookie(besidePlan())
	return s.do(r)
}

func besidePlan() *http.Cookie {
	w := httptest.NewRecorder()
	setCookie(w, "plan", "p", 60)
	return w.Result().Cookies()[0]
}

func (s *site) shows(t *testing.T, path string, code int, wanted ...string) string {
	t.Helper()
	w := s.in("en", path)
	body := w.Body.String()
	if w.Code != code {
		t.Errorf("%s: %d, not %d", path, w.Code, code)
	}
	for _, want := range wanted {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not show %q", path, want)
		}
	}
	return body
}

func TestLivePages_AreWholeInBothLanguagesAndHoldOnlyText(t *testing.T) {
	s, m := furnished(t, readFully)
	evil := live.Key{Instance: hostile, Name: hostile}
	m.transitions[evil] = []live.Transition{{Key: evil, At: time.Now().Add(-time.Hour), Health: live.Healthy, Sync: live.Synced, Revision: hostile}}
	m.stretches = []live.Stretch{{Instance: hostile, State: live.Connected, From: time.Now().Add(-time.Hour)}}
	office := page.ApplicationURL(live.Key{Instance: "argo-office", Namespace: "argocd", Name: "cart-prod-seoul"})
	paths := []string{office, office + "/detail", page.ApplicationURL(evil), page.ApplicationURL(evil) + "/detail?resource=" + "%22%3E%3Cimg", page.InstanceURL(hostile),
		page.InstanceURL("argo-office"), page.InstanceURL("argo-lost"), "/live/clusters", "/live/clusters?q=%3Cimg&only=twice", "/live", "/find?q=argo"}
	for _, path := range paths {
		for _, lang := range []string{"en", "ko"} {
			w := s.in(lang, path)
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `lang="`+lang+`"`) {
				t.Errorf("%s in %s: %d", path, lang, w.Code)
			}
			for _, never := range []string{"‹", "<img", `href="javascript:`, "<b>bad", " style=", "robot:secret", "x:y@"} {
				if i := strings.Index(body, never); i >= 0 {
					t.Errorf("%s in %s holds %s: %s", path, lang, never, body[max(0, i-60):min(len(body), i+60)])
				}
			}
		}
	}
}

func TestApplication_ShowsWhatIsKnownAtOnceAndReadsTheRest(t *testing.T) {
	var reads atomic.Int64
	s, _ := furnished(t, func(ctx context.Context, k live.Key) (live.Detail, error) { reads.Add(1); return readFully(ctx, k) })
	at := "/live/applications/argo-office/argocd/cart-prod-seoul"
	body := s.shows(t, at, 200, "■ Degraded", "▲ OutOfSync", "back-off restarting", "one or more objects failed", "harbor.example.com/cart:1.2",
		`href="https://argo.example.com/argo/applications/argocd/cart-prod-seoul"`, `href="https://git.example.com/commerce/deploy"`,
		"Storefront", `hx-get="`+at+`/detail"`, "no syncs now", "cannot read its schedule", "/plans/p/facts/clusters?q=prod-seoul")
	if reads.Load() != 0 || strings.Contains(body, "migrate") {
		t.Error("the page waited for Argo CD")
	}
	body = s.shows(t, at+"/detail", 200, "SyncError", "to be pruned", "hook", "1 of 3 ready", "under way for", "automated", "42 s", "kim", "7 more resources", `href="https://charts.example.com/"`, "git@git.example.com")
	if trouble, fine := strings.Index(body, "1 of 3 ready"), strings.Index(body, "<b>fine</b>"); trouble < 0 || fine < trouble {
		t.Errorf("problems do not come first: %d, %d", trouble, fine)
	}
	body = s.shows(t, at+"/detail?resource=DEPLOY+cart", 200, "1 of 3 ready", `value="DEPLOY cart"`)
	if strings.Contains(body, "migrate") {
		t.Error("the filter lets others pass")
	}
	body = s.shows(t, at+"/detail?problems=true", 200, "1 of 3 ready")
	if strings.Contains(body, "migrate") || reads.Load() != 1 {
		t.Errorf("not only problems, or %d readings", reads.Load())
	}
}

func TestApplication_FailureSaysWhyAndOffersARetry(t *testing.T) {
	s, _ := furnished(t, func(context.Context, live.Key) (live.Detail, error) {
		return live.Detail{}, fmt.Errorf("get: %w", &live.Failure{Reason: live.TooLarge, Detail: "rpc: received message larger than max"})
	})
	at := "/live/applications/argo-office/argocd/cart-prod-seoul"
	s.shows(t, at+"/detail", 200, "Could not be read", "larger than the limit", "larger than max", "Try again", "■ Degraded", `hx-target="#detail"`)
	s.shows(t, "/live/applications/argo-lost/argocd/mailer", 200, "Last known", "It refused the token")
	s.details = newDetails(s.Now, func(context.Context, live.Key) (live.Detail, error) { return live.Detail{}, errors.New("strange") })
	s.shows(t, at+"/detail", 200, "for a reason the log tells")
	s.details = nil
	s.shows(t, at, 200, "cannot be read here")
}

func TestApplication_DeletedShowsWhatWasLastKnown(t *testing.T) {
	s, m := furnished(t, readFully)
	k := live.Key{Instance: "argo-office", Namespace: "argocd", Name: "gone"}
	at := page.ApplicationURL(k)
	s.shows(t, at, 404, "has no application gone")
	m.transitions[k] = []live.Transition{{Key: k, At: time.Now().Add(-time.Minute)}, {Key: k, At: time.Now().Add(-time.Hour), Health: live.Suspended, Sync: live.Synced, Revision: "r1"}}
	s.shows(t, at, 200, "Deleted", "Suspended", "r1", "Last known at", "2 changes")
	s.shows(t, at+"/detail", 200, "Deleted")
	s.shows(t, "/live/applications/nowhere/argocd/x", 404, "no instance named nowhere")
	known := page.ApplicationURL(live.Key{Instance: "argo-office", Namespace: "argocd", Name: "web-dev"})
	s.shows(t, known+"/detail", 200, "SyncError")
	s.Live.Delete(live.Key{Instance: "argo-office", Namespace: "argocd", Name: "web-dev"})
	s.shows(t, known, 200, "Deleted", "SyncError")
}

func TestApplication_HugeListsAreBounded(t *testing.T) {
	s, m := furnished(t, func(_ context.Context, k live.Key) (live.Detail, error) {
		d := live.Detail{Read: time.Now()}
		for i := range 5000 {
			d.Resources = append(d.Resources, live.Resource{Kind: fmt.Sprint("Kind", i%50), Name: fmt.Sprint("r", i), Health: live.Healthy, Sync: live.Synced})
			d.History = append(d.History, live.Deployment{Deployed: time.Now()})
			d.Sources = append(d.Sources, live.Source{RepoURL: "https://git.example.com"})
		}
		return d, nil
	})
	k := live.Key{Instance: "argo-office", Namespace: "argocd", Name: "cart-prod-seoul"}
	for i := range 5000 {
		m.transitions[k] = append(m.transitions[k], live.Transition{Key: k, At: time.Now().Add(-time.Duration(i) * time.Minute), Health: live.Healthy, Sync: live.Synced})
	}
	scope := live.Scope{}
	for i := range 3000 {
		p := live.Project{Name: fmt.Sprint("p", i)}
		for range 100 {
			p.Windows = append(p.Windows, live.Window{Kind: "allow", Schedule: "0 22 * * *", Duration: "1h", Applications: []string{"*"}})
		}
		scope.Projects = append(scope.Projects, p)
		scope.Clusters = append(scope.Clusters, live.Cluster{Server: fmt.Sprint("https://c", i), Name: fmt.Sprint("c", i)})
	}
	s.Live.SetScope("argo-office", scope)
	for _, path := range []string{page.ApplicationURL(k) + "/detail", page.InstanceURL("argo-office"), "/live/clusters"} {
		begun := time.Now()
		body := s.shows(t, path, 200)
		t.Logf("%-60s %7d bytes, %v", path, len(body), time.Since(begun))
		if len(body) > 450_000 {
			t.Errorf("%s: %d bytes", path, len(body))
		}
	}
	s.shows(t, page.ApplicationURL(k)+"/detail", 200, "4,600 more are not listed")
}

func TestInstance_SaysWhatFailsWithIt(t *testing.T) {
	s, m := furnished(t, readFully)
	now := time.Now()
	m.stretches = []live.Stretch{{Instance: "argo-office", State: live.Connected, From: now.Add(-10 * time.Hour)},
		{Instance: "argo-office", State: live.Down, Reason: live.TimedOut, From: now.Add(-20 * time.Hour), To: now.Add(-10 * time.Hour)}}
	body := s.shows(t, "/live/instances/argo-office", 200, "of all delivery stops, by the layout Our draft", "fails=instance", "50%", "of the 20 h watched",
		"It did not answer in time", "can write", "applications, get, */*, allow", "applications */*: sync", "make a new one", "gets fixes", "1.33, 1.34",
		"/live?health=Degraded&amp;instance=argo-office", "commerce", "Storefront", "dial tcp: timeout", "untested")
	if strings.Contains(body, "Not in the plan") {
		t.Error("the plan's instance was not found")
	}
	s.shows(t, "/live/instances/argo-lost", 200, "has no instance named argo-lost", "no longer supported", "It refused the token", "may not see: projects")
	s.shows(t, page.InstanceURL(hostile), 200, "Snapshot file", "2 d ago", "may not see clusters")
	s.shows(t, "/live/instances/nowhere", 404)
	r := httptest.NewRequest(http.MethodGet, "/live/instances/argo-office", nil)
	r.Host = "localhost"
	if body := s.do(r).Body.String(); !strings.Contains(body, "Open a plan: its layout tells") {
		t.Error("without a plan there is no remedy")
	}
}

func TestClusters_OfTwoInstancesAreOneAndMarked(t *testing.T) {
	s, _ := furnished(t, readFully)
	body := s.shows(t, "/live/clusters", 200, "2 instances", "called seoul there", "1,234", "not reached", "/plans/p/facts/clusters?q=prod-seoul")
	if n := strings.Count(body, "instance&#39;s own"); n != 2 {
		t.Errorf("%d clusters of the instances' own", n)
	}
	body = s.shows(t, "/live/clusters?only=twice", 200, "prod-seoul")
	if strings.Contains(body, "in-cluster") {
		t.Error("two instances' own clusters are not one")
	}
	body = s.shows(t, "/live/clusters?q=tokyo", 200, "Nothing matches")
	if strings.Contains(body, "1,234") {
		t.Error("the filter lets others pass")
	}
}

func TestFind_KnowsInstancesClustersAndApplications(t *testing.T) {
	s, _ := furnished(t, nil)
	s.shows(t, "/find?q=office", 200, `href="/live/instances/argo-office"`)
	s.shows(t, "/find?q=prod-seoul", 200, `href="/live/clusters?q=prod-seoul"`, `href="/live/applications/argo-office/argocd/cart-prod-seoul"`)
	s.shows(t, "/live", 200, `href="/live/instances/argo-office"`)
}

func TestClusters_NothingCountedIsNoZero(t *testing.T) {
	s := sampleSite(t)
	s.Live.SetStatus("argo", live.Status{State: live.Connected})
	s.Live.SetScope("argo", live.Scope{Clusters: []live.Cluster{{Server: "https://a", Name: "a", State: "Unknown"}, {Server: "https://b", Name: "b", State: "Successful"}}})
	body := s.shows(t, "/live/clusters", 200)
	for name, want := range map[string][2]int{"a": {2, 0}, "b": {0, 2}} {
		_, row, _ := strings.Cut(body, `id="cluster/argo/https://`+name+"/"+name+`"`)
		row, _, _ = strings.Cut(row, "</tr>")
		_, row, _ = strings.Cut(row, `class="num"`) // the counts
		if dashes, zeros := strings.Count(row, "—"), strings.Count(row, ">0<"); dashes != want[0] || zeros != want[1] {
			t.Errorf("cluster %s: %d dashes and %d zeros: %s", name, dashes, zeros, row)
		}
	}
}

func TestApplication_AnAgeIsTheLeastWhereNoOtherStateWasSeen(t *testing.T) {
	s, m := furnished(t, readFully)
	k := live.Key{Instance: "argo-office", Namespace: "argocd", Name: "cart-prod-seoul"}
	now := time.Now()
	s.shows(t, page.ApplicationURL(k), 200, "or longer; first seen")
	m.transitions[k] = []live.Transition{{Key: k, At: now, Health: live.Degraded, Sync: live.OutOfSync}, {Key: k, At: now.Add(-time.Hour), Health: live.Healthy, Sync: live.Synced}}
	if body := s.shows(t, page.ApplicationURL(k), 200, "in this state for"); strings.Contains(body, "or longer") {
		t.Error("a change that was seen is said to be the least")
	}
}
