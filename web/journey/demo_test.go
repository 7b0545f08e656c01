package journey

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/argocd/argotest"
	"deckplan/internal/plan"
)

// demonstrate runs the demo until the test ends and gives its address. Of
// args, those after "--" are deckplan's.
func demonstrate(t *testing.T, args ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the whole program and real Argo CD API servers")
	}
	server, err := program()
	if err != nil {
		t.Fatal(err)
	}
	demo, err := argotest.Build("demo")
	if err != nil {
		t.Fatal(err)
	}
	own := []string{"-deckplan", server, "-listen", "127.0.0.1:0", "-database", filepath.Join(t.TempDir(), "demo.db"), "-seed", "7"}
	if !slices.Contains(args, "--") {
		args = append(args, "--")
	}
	cmd := exec.Command(demo, append(append(own, args...), "--log-format", "json")...)
	return launch(t, cmd)
}

// begin begins the sample plan in the reader's language and gives its address.
func begin(t *testing.T, base, language string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, base+"/plans", strings.NewReader("from=sample"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", language)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("the sample: %s", answer.Status)
	}
	return answer.Header.Get("Location")
}

var states = regexp.MustCompile(`(?s)<tr id="app/[^/]*/[^/]*/([^"]*)".*?</tr>`)
var tags = regexp.MustCompile(`<span class="tag[^>]*>([^<]*)`)

// shown gives each application's state on the status page, as its words.
func shown(t *testing.T, base string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, row := range states.FindAllStringSubmatch(get(t, base+"/live"), -1) {
		for _, tag := range tags.FindAllStringSubmatch(row[0], -1) {
			out[row[1]] += tag[1]
		}
	}
	return out
}

// The demo comes up with plans in both languages, with the applications that
// these plan, and with states that change.
func TestDemo_ShowsPlansAndChangingApplications(t *testing.T) {
	t.Parallel()
	base := demonstrate(t, "-pace", "100ms")
	begun := map[string]string{}
	eventually(t, "the applications, those of the closed zone too", func() bool {
		begun = shown(t, base)
		return len(begun) > 30 && begun["ledger-prod-vault"] != ""
	})
	sample, err := plan.Sample("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range sample.Applications {
		if _, runs := begun[a.Name]; runs == (a.Name == "mailer-prod-vault") {
			t.Errorf("%s runs: %v, planned on %s", a.Name, runs, a.Cluster)
		}
	}
	changed, kinds := map[string]bool{}, map[string]bool{}
	eventually(t, "changing states", func() bool {
		for name, now := range shown(t, base) {
			kinds[now] = true
			changed[name] = changed[name] || now != begun[name]
			if !changed[name] {
				delete(changed, name)
			}
		}
		return len(changed) >= 4 && len(kinds) >= 4
	})
	start := get(t, base+"/")
	for _, want := range []string{"Commerce platform", "커머스 플랫폼", "The plans and Argo CD applications here are made up."} {
		if !strings.Contains(start, want) {
			t.Errorf("the first page does not say %s", want)
		}
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * patience); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
