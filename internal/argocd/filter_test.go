package argocd

import (
	"strings"
	"testing"
)

// The right and wrong selectors are those of Kubernetes' own tests of
// labels.Parse, as far as they can be told apart without it.
func TestBadTerm_TakesWhatKubernetesTakes(t *testing.T) {
	for _, good := range []string{"", " ", "x=a", "x==a", "x!=a", "x=a,y=b,z=c", "x != a , z in (a,b)", "x", "!x", "x,!y", "x=", "x= ", "x>1", "x<-3",
		"env in (prod, stage)", "env notin (prod)", "env in ()", "env in (,a)", "argocd.argoproj.io/instance=web", "a.b/c-d_e.f in (x.y,Z-1)"} {
		if term, ok := badTerm(good); !ok {
			t.Errorf("%q is refused for %q", good, term)
		}
	}
	for bad, want := range map[string]string{"x=a||y=b": "x=a||y=b", "x==a==b": "x==a==b", "a=b,": "", ",a=b": "", "a=b,c d": "c d", "x in a": "x in a", "x in (a": "x in (a", "x in (a))": "x in (a))",
		"-x=a": "-x=a", "x=-a": "x=-a", "A.B/c=d": "A.B/c=d", "/c=d": "/c=d", "a/b/c": "a/b/c", "x>a": "x>a", "한=a": "한=a", "x=한": "x=한",
		"x=" + strings.Repeat("a", 64): "x=" + strings.Repeat("a", 64), strings.Repeat("a", 64): strings.Repeat("a", 64), "!x=a": "!x=a", "x\x00": "x\x00"} {
		if term, ok := badTerm(bad); ok || term != want {
			t.Errorf("%q: %q, %v", bad, term, ok)
		}
	}
}

func TestBadProject_NamesTheFirst(t *testing.T) {
	for projects, want := range map[string]string{"": "", "team-a": "", "team-a, team.b,9": "", " , ": "", "team-a,Team-B": "Team-B", "team-*": "team-*", "a_b": "a_b", "-a": "-a",
		strings.Repeat("a", 254): strings.Repeat("a", 254)} {
		if got := badProject(projects); got != want {
			t.Errorf("%q: %q", projects, got)
		}
	}
	if got := tidyProjects(" b, a ,,b"); got != "b,a" {
		t.Errorf("%q", got)
	}
}
