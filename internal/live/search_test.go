package live

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseSearch_NamesWhatItDoesNotUnderstand(t *testing.T) {
	for text, want := range map[string]Problem{
		"helth:degraded":                  {Code: UnknownField, Term: "helth:degraded", Field: "helth", Nearest: "health"},
		"-Team:pay":                       {Code: UnknownField, Term: "-Team:pay", Field: "Team", Nearest: "owner"},
		"name:x":                          {Code: UnknownField, Term: "name:x", Field: "name", Nearest: "app"},
		"clustr:x":                        {Code: UnknownField, Term: "clustr:x", Field: "clustr", Nearest: "cluster"},
		"zebra:x":                         {Code: UnknownField, Term: "zebra:x", Field: "zebra"},
		"age:yesterday":                   {Code: BadAge, Term: "age:yesterday", Field: "age"},
		"age:>1":                          {Code: BadAge, Term: "age:>1", Field: "age"},
		"synced:<":                        {Code: BadAge, Term: "synced:<", Field: "synced"},
		"age:>1e9d":                       {Code: BadAge, Term: "age:>1e9d", Field: "age"},
		"age:>99999w":                     {Code: BadAge, Term: "age:>99999w", Field: "age"},
		"health:":                         {Code: NoValue, Term: "health:", Field: "health"},
		"cluster:,":                       {Code: NoValue, Term: "cluster:,", Field: "cluster"},
		`cluster:"prod`:                   {Code: OpenQuote, Term: `cluster:"prod`},
		strings.Repeat("가", 501):          {Code: TooLong, Term: "500"},
		strings.Repeat("a ", 32) + "b":    {Code: TooLong, Term: "b"},
		"app:" + strings.Repeat("a,", 33): {Code: TooLong, Term: "app:" + strings.Repeat("a,", 33), Field: "app"},
	} {
		_, problems := ParseSearch("one " + text)
		if strings.HasPrefix(text, "a ") || strings.HasPrefix(text, "가") {
			_, problems = ParseSearch(text)
		}
		if len(problems) != 1 || problems[0] != want {
			t.Errorf("%s: %+v", text, problems)
		}
	}
}

func TestParseSearch_KeepsTheRestOfABadSearch(t *testing.T) {
	for text, want := range map[string]string{
		"checkout helth:bad -sync:Synced":      "checkout -sync:synced",
		"age:soon health:Degraded,MISSING":     "health:degraded,missing",
		`"two words" cluster:prod-*,"a,b" -x`:  `"two words" cluster:prod-*,"a,b" -x`,
		"age:>1d synced:<2h30m age:1w":         "age:>86400s synced:<9000s age:>=604800s",
		`owner:"" set:"",x`:                    `owner:"" set:"",x`,
		"harbor.example.com/a:1 10.0.0.1:6443": `"harbor.example.com/a:1" "10.0.0.1:6443"`,
		"image:nginx:1.27-*":                   "image:nginx:1.27-*",
		`"health:degraded" -"a b"c`:            `"health:degraded" -"a bc"`,
		`cluster:"prod*"`:                      `cluster:"prod*"`,
		`" " - ""`:                             `" " "-"`,
	} {
		s, _ := ParseSearch(text)
		if s.String() != want {
			t.Errorf("%s: %s", text, s)
		}
	}
}

func FuzzParseSearch(f *testing.F) {
	for _, s := range []string{"health:degraded -cluster:prod-* age:>1d", `"a b" owner:"" x,y`, "a:b:c", `--- -"" ":`, "age:>1.5h,<0s", "?*", "가나:다 health:가"} {
		f.Add(s)
	}
	table, _ := random(50)
	f.Fuzz(func(t *testing.T, text string) {
		s, problems := ParseSearch(text)
		again, none := ParseSearch(s.String())
		if len(s.String()) < MaxSearch && (again.String() != s.String() || len(none) > 0) {
			t.Fatalf("%q: %s is read as %s, %v", text, s, again, none)
		}
		for _, p := range problems {
			if p.Code == "" || p.Term == "" {
				t.Fatalf("%q: %+v", text, p)
			}
		}
		if n := table.Query(Query{Search: s, Owner: team}).Total; n != table.Query(Query{Search: again, Owner: team}).Total && len(none) == 0 {
			t.Fatalf("%q selects other rows when written as %s", text, again)
		}
	})
}

// simple is a term in the plainest form, to be written and to be held against
// rows without any of the table's means.
type simple struct {
	field, value string
	not          bool
}

func (s simple) String() string {
	out := s.value
	if s.field != "" {
		out = s.field + ":" + s.value
	}
	if s.not {
		return "-" + out
	}
	return out
}

func (s simple) holds(a *Application, owner string, now time.Time) bool {
	lower := strings.ToLower
	has := false
	for v := range strings.SplitSeq(lower(s.value), ",") {
		whole := func(text string) bool { ok, _ := path.Match(v, lower(text)); return ok }
		age := func(at time.Time) bool {
			days := time.Duration(v[1]-'0') * 24 * time.Hour
			return !at.IsZero() && (v[0] == '>' && now.Sub(at) > days || v[0] == '<' && now.Sub(at) < days)
		}
		switch s.field {
		case "":
			all := strings.Join([]string{a.Name, a.Project, a.Cluster, a.Instance, a.Namespace, a.DestNamespace, a.Revision, owner}, " ")
			has = has || strings.Contains(lower(all), v)
		case "health":
			has = has || whole(a.Health)
		case "sync":
			has = has || whole(a.Sync)
		case "operation":
			has = has || whole(a.Phase)
		case "instance":
			has = has || whole(a.Instance)
		case "cluster":
			has = has || whole(a.Cluster)
		case "namespace":
			has = has || whole(a.DestNamespace)
		case "project":
			has = has || whole(a.Project)
		case "owner":
			has = has || whole(owner)
		case "app":
			has = has || whole(a.Name)
		case "set":
			has = has || whole(a.Set)
		case "image":
			has = has || strings.Contains(lower(a.Images), v)
		case "revision":
			has = has || strings.HasPrefix(lower(a.Revision), v)
		case "age":
			has = has || age(a.Since)
		case "synced":
			has = has || age(a.LastSync)
		}
	}
	return has != s.not
}

func TestSearch_EqualsItsPlainMeaning(t *testing.T) {
	table, all := random(1500)
	now := newClock().t
	for i := range all {
		row, _ := table.Get(all[i].Key())
		all[i] = row.Application
	}
	values := map[string][]string{"": {"team-1", "SERVICE-0000", "cluster-7", "argocd", "ns-2", "00000", "c-te", "seoul"},
		"health": {"degraded", "Missing,healthy", "*ed", "H*"}, "sync": {"synced", "outofsync", "*sync*"}, "operation": {"failed,running", "nothing"},
		"instance": {"argocd-1", "argocd-?"}, "cluster": {"CLUSTER-1*", "cluster-20,cluster-3"}, "namespace": {"ns-1?", "ns-7"}, "project": {"project-*", "project-3"},
		"owner": {"team-01", "team-1*,team-2*"}, "app": {"team-*-service-*9", "team-03"}, "image": {"envoy:v1.3", "Team-7/"}, "revision": {"00000000000000000000", "0"},
		"set": {"set-1", "set-*"}, "age": {">0d", "<9d"}, "synced": {">5d", "<3d,>8d"}}
	fields := slices.Sorted(maps.Keys(values))
	r := rand.New(rand.NewPCG(1, 2))
	selected := 0
	for range 400 {
		var terms []simple
		var text []string
		for range 1 + r.IntN(3) {
			f := fields[r.IntN(len(fields))]
			s := simple{f, values[f][r.IntN(len(values[f]))], r.IntN(4) == 0}
			terms, text = append(terms, s), append(text, s.String())
		}
		search, problems := ParseSearch(strings.Join(text, "  "))
		if len(problems) > 0 {
			t.Fatalf("%v: %+v", text, problems)
		}
		q := Query{Search: search, Owner: team, OwnerKey: "teams", Limit: -1, Sort: Column([]Column{SortOwner, SortName, SortImages}[r.IntN(3)])}
		var want []Key
		owners := map[string]int{}
		for i := range all {
			a := &all[i]
			if !slices.ContainsFunc(terms, func(s simple) bool { return !s.holds(a, team(a), now) }) {
				want = append(want, a.Key())
				owners[team(a)]++
			}
		}
		selected += len(want)
		result := table.Query(q)
		var got []Key
		for i := range result.Rows {
			got = append(got, result.Rows[i].Key())
			if i > 0 && q.Sort == SortOwner && team(&result.Rows[i-1].Application) > team(&result.Rows[i].Application) {
				t.Fatalf("%v: row %d is out of order", text, i)
			}
		}
		byName := func(a, b Key) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(want, byName)
		slices.SortFunc(got, byName)
		if !slices.Equal(got, want) {
			t.Fatalf("%v: %d rows, want %d", text, len(got), len(want))
		}
		for _, c := range result.Owner {
			if owners[c.Value] != c.Rows {
				t.Fatalf("%v: %s has %d, want %d", text, c.Value, c.Rows, owners[c.Value])
			}
		}
		n := 0
		for row := range table.Select(q) {
			if row.Key() != result.Rows[n].Key() {
				t.Fatalf("%v: Select gives row %d otherwise", text, n)
			}
			n++
		}
	}
	if selected < 5000 {
		t.Errorf("only %d rows were selected: the queries are too narrow to tell", selected)
	}
}

func TestQuery_OwnersAreAFacetOfTheirOwn(t *testing.T) {
	table, _ := random(400)
	q := Query{Owner: team, OwnerKey: "k", Owners: []string{"team-03", "team-04"}, Limit: -1}
	got := table.Query(q)
	if got.Total == 0 || len(got.Owner) < 30 {
		t.Fatalf("%d rows, %d owners", got.Total, len(got.Owner))
	}
	for i := range got.Rows {
		if o := team(&got.Rows[i].Application); o != "team-03" && o != "team-04" {
			t.Errorf("a row of %s", o)
		}
	}
	other := q
	other.OwnerKey, other.Owner = "other", func(a *Application) string { return "all" }
	if again := table.Query(other); again.Total != 0 || len(again.Owner) != 3 || again.Owner[0] != (Count{"all", 400, false}) {
		t.Errorf("another plan's owners: %d, %+v", again.Total, again.Owner)
	}
	if n := table.Query(Query{Owners: []string{"team-03"}}).Total; n != 0 {
		t.Errorf("%d rows of a team without a plan", n)
	}
}

func TestQuery_GroupedPagesJoinToTheWhole(t *testing.T) {
	table, _ := random(900)
	for _, by := range Groups {
		for _, fold := range []struct{ fold, open []string }{{}, {fold: []string{"argocd-2", "Cluster-7", "project-3", "team-05", "ns-3"}}, {fold: []string{"*"}, open: []string{"argocd-2", "Cluster-7"}}} {
			q := Query{Group: by, Fold: fold.fold, Open: fold.open, Owner: team, OwnerKey: "k", Sort: SortHealth, Limit: -1}
			whole := table.Query(q)
			if whole.Total != 900 || whole.Lines < len(whole.Groups) {
				t.Fatalf("%s: %d rows, %d lines", by, whole.Total, whole.Lines)
			}
			at, rows := 0, 0
			for i, g := range whole.Groups {
				rows += g.Rows
				folded := slices.Contains(fold.fold, g.Value) || slices.Contains(fold.fold, "*") && !slices.Contains(fold.open, g.Value)
				if g.Folded != folded || !folded && g.Shown != g.Rows || folded && g.Shown != 0 {
					t.Fatalf("%s: %+v", by, g)
				}
				inHealth := 0
				for _, c := range g.Health {
					inHealth += c.Rows
				}
				if inHealth != g.Rows || i > 0 && bad(&whole.Groups[i-1]) < bad(&g) {
					t.Fatalf("%s: group %d: %+v", by, i, g)
				}
				f := facetOf[by]
				for n := range g.Shown {
					a := &whole.Rows[at+n].Application
					if value := f.of(a); by != SortOwner && value != g.Value || by == SortOwner && team(a) != g.Value {
						t.Fatalf("%s: a row of another group", by)
					}
					if n > 0 && rank(whole.Rows[at+n-1].Health) > rank(a.Health) {
						t.Fatalf("%s: a group is out of order", by)
					}
				}
				at += g.Shown
			}
			if rows != 900 || at != len(whole.Rows) || whole.Lines != at+len(whole.Groups) {
				t.Fatalf("%s: %d rows in groups, %d shown, %d lines", by, rows, at, whole.Lines)
			}
			joined, heads := 0, 0
			q.Limit = 70
			for ; q.Offset < whole.Lines; q.Offset += q.Limit {
				page := table.Query(q)
				lines := len(page.Rows)
				for _, g := range page.Groups {
					if !g.Continued {
						heads++
						lines++
					}
				}
				if want := min(70, whole.Lines-q.Offset); lines != want {
					t.Fatalf("%s: %d lines at %d, want %d", by, lines, q.Offset, want)
				}
				for i := range page.Rows {
					if page.Rows[i].Application != whole.Rows[joined+i].Application {
						t.Fatalf("%s: row %d at %d differs", by, i, q.Offset)
					}
				}
				joined += len(page.Rows)
			}
			if joined != len(whole.Rows) || heads != len(whole.Groups) {
				t.Fatalf("%s: pages have %d rows and %d groups", by, joined, heads)
			}
		}
	}
}

func bad(g *Group) (n int) {
	for _, c := range g.Health {
		if c.Value == Degraded || c.Value == Missing || c.Value == Unknown {
			n += c.Rows
		}
	}
	return n
}

func TestQuery_AKeptAnswerIsGivenUntilTheTableChanges(t *testing.T) {
	table, all := random(300)
	scans := 0
	q := Query{Owner: func(*Application) string { scans++; return "" }, OwnerKey: "k", Limit: 10}
	first := table.Query(q)
	first.Rows[0].Name = "changed by its reader"
	if again := table.Query(q); scans != 300 || again.Rows[0].Name == first.Rows[0].Name {
		t.Errorf("%d rows were looked at; first row %s", scans, again.Rows[0].Name)
	}
	table.SetStatus("argocd-1", Status{State: Down, Reason: Unreachable})
	q.Instance = []string{"argocd-1"}
	if r := table.Query(q); !r.Rows[0].Stale {
		t.Error("the answer is of before")
	}
	changed := all[0]
	changed.Health = "Invented"
	if r := table.Query(Query{Health: []string{"Invented"}}); r.Total != 0 {
		t.Errorf("%d rows before", r.Total)
	}
	table.Upsert(changed)
	if r := table.Query(Query{Health: []string{"Invented"}}); r.Total != 1 {
		t.Errorf("%d rows", r.Total)
	}
	for i := range 100 {
		table.Query(Query{Text: fmt.Sprint(i)})
	}
	if n := len(table.kept.answers); n > answersKept {
		t.Errorf("%d answers are kept", n)
	}
}

func TestTable_ChurnLeavesNothingBehind(t *testing.T) {
	table := NewTable(newClock().now)
	list := func(round int) (out []Application) {
		for i := range 2000 {
			a := app("", fmt.Sprintf("app-%d-%d", round, i), Healthy, Synced)
			a.Cluster, a.DestNamespace = fmt.Sprintf("cluster-%d-%d", round, i%300), fmt.Sprintf("ns-%d-%d", round, i)
			a.Revision, a.Images = fmt.Sprintf("%d-%040d", round, i), fmt.Sprintf("registry.example.com/app-%d:%d", i, round)
			a.Condition, a.Set = fmt.Sprintf("cannot pull %d %d", round, i), fmt.Sprintf("set-%d", round)
			out = append(out, a)
		}
		return out
	}
	size := func() uint64 {
		table.Query(Query{Owner: team, OwnerKey: "k", Limit: 100})
		return heap()
	}
	table.Reconcile("a", list(0))
	table.Reconcile("a", list(1))
	before := size()
	for round := 2; round < 30; round++ {
		table.Reconcile("a", list(round))
	}
	after := size()
	for f, d := range table.facets {
		if len(d.names) > 4001 || len(d.ids) > 2000 {
			t.Errorf("facet %d has %d slots for %d values", f, len(d.names), len(d.ids))
		}
	}
	if len(table.rows) != 2000 {
		t.Errorf("%d rows", len(table.rows))
	}
	if after > before+before/4 {
		t.Errorf("%d bytes after 28 rounds, %d before", after, before)
	}
	table.Reconcile("a", nil)
	if n := len(table.strings.entries); n > 1 {
		t.Errorf("%d texts are left of no rows", n)
	}
}

func TestTable_RowIsUnderAKilobyte(t *testing.T) {
	const n = 20000
	before := heap()
	table, _ := random(n)
	table.Query(Query{Owner: team, OwnerKey: "k", Limit: 100})
	if size := (heap() - before) / n; size > 1024 {
		t.Errorf("a row takes %d bytes", size)
	} else {
		t.Logf("a row takes %d bytes", size)
	}
	if table.Version() == 0 {
		t.Error("nothing was made")
	}
}
