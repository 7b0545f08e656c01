package page

import "testing"

func TestReadOnly_GivesTheLinesOfTheAccountItself(t *testing.T) {
	for account, k := range map[string]struct {
		projects []string
		policy   string
		own      bool
	}{
		"writer":              {nil, "p, writer, applications, get, */*, allow\np, writer, projects, get, *, allow\np, writer, clusters, get, *, allow", false},
		"ci.bot":              {[]string{"a"}, "p, ci.bot, applications, get, a/*, allow\np, ci.bot, projects, get, a, allow\np, ci.bot, clusters, get, *, allow", false},
		"proj:team-a:deploy":  {nil, "p, proj:team-a:deploy, applications, get, team-a/*, allow\np, proj:team-a:deploy, clusters, get, team-a/*, allow", false},
		"admin":               {nil, "p, dashboard, applications, get, */*, allow\np, dashboard, projects, get, *, allow\np, dashboard, clusters, get, *, allow", true},
		"kim@example.com":     {[]string{"a"}, "p, dashboard, applications, get, a/*, allow\np, dashboard, projects, get, a, allow\np, dashboard, clusters, get, *, allow", true},
		"x, *, *, *, allow\n": {[]string{"a"}, "p, dashboard, applications, get, a/*, allow\np, dashboard, projects, get, a, allow\np, dashboard, clusters, get, *, allow", true},
	} {
		r := readOnly(account, k.projects)
		if r.policy() != k.policy || r.own != k.own {
			t.Errorf("%q: %v\n%s", account, r.own, r.policy())
		}
	}
	if got, want := readOnly("proj:p:r", nil).projectRole(), "spec:\n  roles:\n    - name: r\n      policies:\n        - p, proj:p:r, applications, get, p/*, allow\n        - p, proj:p:r, clusters, get, p/*, allow"; got != want {
		t.Errorf("%s", got)
	}
}
