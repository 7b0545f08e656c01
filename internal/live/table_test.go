package live

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

// clock is a clock that tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newClock() *clock { return &clock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func app(instance, name, health, sync string) Application {
	return Application{Instance: instance, Namespace: "argocd", Name: name, Project: "default", Cluster: "c1", Health: health, Sync: sync, ResourceVersion: "1"}
}

func key(instance, name string) Key { return Key{instance, "argocd", name} }

func TestTable_SinceIsWhenHealthOrSyncBegan(t *testing.T) {
	c := newClock()
	table := NewTable(c.now)
	began := c.t
	since := func() time.Time { r, _ := table.Get(key("a", "x")); return r.Since }

	table.Upsert(app("a", "x", Healthy, Synced))
	c.t = c.t.Add(time.Hour)
	same := app("a", "x", Healthy, Synced)
	same.Revision, same.Since = "r2", c.t
	table.Upsert(same)
	if !since().Equal(began) {
		t.Errorf("another revision moved Since to %v", since())
	}
	table.Upsert(app("a", "x", Healthy, OutOfSync))
	if !since().Equal(c.t) {
		t.Errorf("drift did not set Since: %v", since())
	}
	drifted := c.t
	c.t = c.t.Add(time.Hour)
	table.Reconcile("a", []Application{app("", "x", Healthy, OutOfSync)})
	if !since().Equal(drifted) {
		t.Errorf("a list moved Since to %v", since())
	}
}

func TestTable_ReconcileTouchesOnlyDifferences(t *testing.T) {
	table := NewTable(newClock().now)
	table.Upsert(app("a", "same", Healthy, Synced))
	table.Upsert(app("a", "newer-version", Healthy, Synced))
	table.Upsert(app("a", "worse", Healthy, Synced))
	table.Upsert(app("a", "missing", Healthy, Synced))
	table.Upsert(app("b", "missing", Healthy, Synced))
	ch, cancel := table.Subscribe()
	defer cancel()
	newer := app("a", "newer-version", Healthy, Synced)
	newer.ResourceVersion = "2"
	list := []Application{app("", "same", Healthy, Synced), newer, app("", "worse", Degraded, Synced), app("", "new", Missing, OutOfSync)}
	if d := table.Reconcile("a", list); d != (Difference{Added: 1, Changed: 1, Deleted: 1}) {
		t.Errorf("difference %+v", d)
	}
	change := <-ch
	slices.SortFunc(change.Applications, func(a, b Key) int { return len(a.Name) - len(b.Name) })
	if want := []Key{key("a", "new"), key("a", "worse"), key("a", "missing")}; !slices.Equal(change.Applications, want) || change.Everything {
		t.Errorf("change %+v", change)
	}
	if r, _ := table.Get(key("a", "newer-version")); r.ResourceVersion != "2" {
		t.Error("the resource version was not kept")
	}
	if _, ok := table.Get(key("b", "missing")); !ok {
		t.Error("another instance's row was deleted")
	}
	version := table.Version()
	if d := table.Reconcile("a", list); d != (Difference{}) || table.Version() != version {
		t.Errorf("the same list again: %+v, version %d after %d", d, table.Version(), version)
	}
}

func TestTable_InstanceCountsFollowItsRows(t *testing.T) {
	table := NewTable(newClock().now)
	table.SetStatus("a", Status{State: Connected})
	table.Upsert(app("a", "x", Healthy, Synced))
	table.Upsert(app("a", "y", Degraded, Synced))
	table.Upsert(app("a", "z", Degraded, OutOfSync))
	table.Upsert(app("a", "x", Degraded, Synced))
	table.Delete(key("a", "y"))
	i, _ := table.Instance("a")
	if i.Applications != 2 || !maps.Equal(i.Health, map[string]int{Degraded: 2}) || !maps.Equal(i.Sync, map[string]int{Synced: 1, OutOfSync: 1}) {
		t.Errorf("%+v", i)
	}
	if i.Complete {
		t.Error("complete without a list")
	}
	if table.Delete(key("a", "y")) || table.Delete(key("nowhere", "y")) {
		t.Error("what is not there was deleted")
	}
}

func TestTable_DownInstanceKeepsStaleRows(t *testing.T) {
	c := newClock()
	table := NewTable(c.now)
	table.SetStatus("a", Status{State: Connected, Version: "v2"})
	table.Seen("a")
	seen := c.t
	table.Upsert(app("a", "x", Healthy, Synced))
	c.t = c.t.Add(time.Minute)
	table.SetStatus("a", Status{State: Down, Reason: Unreachable})
	r, ok := table.Get(key("a", "x"))
	if !ok || !r.Stale || !r.LastSeen.Equal(seen) {
		t.Errorf("row %v: stale %v, last seen %v", ok, r.Stale, r.LastSeen)
	}
	if rows := table.Query(Query{Limit: 1}).Rows; !rows[0].Stale {
		t.Error("the query's row is not stale")
	}
	since := c.t
	c.t = c.t.Add(time.Minute)
	table.SetStatus("a", Status{State: Down, Reason: Unreachable, Detail: "again"})
	if i, _ := table.Instance("a"); !i.Since.Equal(since) || !i.LastSeen.Equal(seen) {
		t.Errorf("since %v, last seen %v", i.Since, i.LastSeen)
	}
}

func TestTable_ForgetRemovesAnInstance(t *testing.T) {
	table := NewTable(nil)
	table.Upsert(app("a", "x", Healthy, Synced))
	table.Upsert(app("b", "x", Healthy, Synced))
	table.Forget("a")
	if i := table.Instances(); len(i) != 1 || i[0].Name != "b" {
		t.Errorf("instances %v", i)
	}
	if n := table.Query(Query{}).All; n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestTable_FreesValuesNoRowHas(t *testing.T) {
	table := NewTable(nil)
	for i := range 5000 {
		a := app("a", "x", Healthy, Synced)
		a.Project, a.Revision = fmt.Sprint("project", i), fmt.Sprint("revision", i)
		table.Upsert(a)
	}
	if n, names := len(table.strings.entries), len(table.facets[ByProject].names); n > 10 || names > 2 {
		t.Errorf("%d shared strings and %d project numbers are kept for one row", n, names)
	}
	table.Delete(key("a", "x"))
	if n := len(table.strings.entries); n != 0 {
		t.Errorf("%d shared strings are kept for no row", n)
	}
}

func TestSubscribe_SlowReaderGetsOneMergedChange(t *testing.T) {
	table := NewTable(nil)
	ch, cancel := table.Subscribe()
	for range 3 {
		table.Upsert(app("a", "x", Healthy, fmt.Sprint(table.Version())))
	}
	table.Upsert(app("b", "y", Healthy, Synced))
	c := <-ch
	if !slices.Equal(c.Applications, []Key{key("a", "x"), key("b", "y")}) || !slices.Equal(c.Instances, []string{"a", "b"}) ||
		c.Version != table.Version() || c.Everything {
		t.Errorf("change %+v", c)
	}
	for i := range maxKeys + 1 {
		table.Upsert(app("a", fmt.Sprint(i), Healthy, Synced))
	}
	if c := <-ch; !c.Everything || c.Applications != nil || c.Version != table.Version() {
		t.Errorf("beyond the bound: %+v", c)
	}
	select {
	case c := <-ch:
		t.Errorf("a further change waits: %+v", c)
	default:
	}
	cancel()
	cancel()
	table.Upsert(app("a", "x", Missing, Synced))
	if _, open := <-ch; open {
		t.Error("a change arrived after cancel")
	}
}

func TestSubscribe_OnlyVisibleChangesAreTold(t *testing.T) {
	c := newClock()
	table := NewTable(c.now)
	s := Status{State: Connected, CanWrite: WriteCheck{State: WriteFound, Found: []string{"a"}, At: c.t}}
	table.SetStatus("a", s)
	table.Upsert(app("a", "x", Healthy, Synced))
	ch, cancel := table.Subscribe()
	defer cancel()
	version := table.Version()
	table.Upsert(app("a", "x", Healthy, Synced))
	table.Seen("a")
	s.LastSeen, s.CanWrite.At = c.t.Add(time.Hour), c.t.Add(time.Hour)
	table.SetStatus("a", s)
	if table.Version() != version || len(ch) > 0 {
		t.Error("a change nobody can see was told")
	}
	s.CanWrite.Found = []string{"b"}
	table.SetStatus("a", s)
	if len(ch) != 1 {
		t.Error("another write permission was not told")
	}
}

func TestTable_ConcurrentUse(t *testing.T) {
	table := NewTable(nil)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			name := fmt.Sprint("instance", w)
			for i := range 300 {
				a := app(name, fmt.Sprint("app", i%50), []string{Healthy, Degraded}[i%2], Synced)
				a.Project = fmt.Sprint("p", i)
				table.Upsert(a)
				table.SetStatus(name, Status{State: Connected, Detail: fmt.Sprint(i)})
				if i%10 == 0 {
					table.Delete(a.Key())
				}
			}
		})
		all.Go(func() {
			ch, cancel := table.Subscribe()
			defer cancel()
			for range 50 {
				select {
				case <-ch:
				case <-time.After(time.Millisecond):
				}
				r := table.Query(Query{Text: "app", Sort: SortProject, Limit: 10})
				sum := 0
				for _, c := range r.Project {
					sum += c.Rows
				}
				if sum != r.Total {
					t.Errorf("%d rows by project, %d in all", sum, r.Total)
				}
				table.Instances()
			}
		})
	}
	all.Wait()
}

func TestSetScope_TellsOfWhatIsSaidAndNotOfWhen(t *testing.T) {
	table := NewTable(nil)
	at := func(m int) Scope {
		return Scope{Clusters: []Cluster{{Server: "https://a", State: "Successful", At: time.Unix(int64(m)*60, 0)}}}
	}
	table.SetScope("a", at(1))
	before := table.Version()
	table.SetScope("a", at(2))
	if table.Version() != before || !table.Scope("a").Clusters[0].At.Equal(time.Unix(120, 0)) {
		t.Errorf("version %d after %d, %v", table.Version(), before, table.Scope("a"))
	}
	failed := at(3)
	failed.Clusters[0].State = "Failed"
	if table.SetScope("a", failed); table.Version() == before {
		t.Error("nobody heard of a cluster that failed")
	}
}
