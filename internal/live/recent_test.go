package live

import (
	"fmt"
	"slices"
	"testing"
)

func TestSince_NamesWhatChangedAfterAVersionAndNothingElse(t *testing.T) {
	table := NewTable(newClock().now)
	table.Upsert(app("a", "x", Healthy, Synced))
	from := table.Version()
	table.Upsert(app("a", "y", Healthy, Synced))
	table.Upsert(app("b", "z", Healthy, Synced))
	table.Upsert(app("a", "y", Degraded, Synced))
	c, ok := table.Since(from)
	if !ok || c.Everything || c.Version != table.Version() || !slices.Equal(c.Applications, []Key{key("a", "y"), key("b", "z")}) || len(c.Status) != 0 {
		t.Errorf("%+v, %t", c, ok)
	}
	table.SetStatus("b", Status{State: Down, Reason: TimedOut})
	if c, ok := table.Since(c.Version); !ok || len(c.Applications) != 0 || !slices.Equal(c.Status, []string{"b"}) {
		t.Errorf("a status: %+v, %t", c, ok)
	}
	if c, ok := table.Since(table.Version()); !ok || c.Everything || len(c.Applications)+len(c.Instances) != 0 {
		t.Errorf("nothing since now: %+v, %t", c, ok)
	}
	table.Forget("b")
	if c, ok := table.Since(from); !ok || !c.Everything || c.Applications != nil {
		t.Errorf("an instance that went: %+v, %t", c, ok)
	}
	if _, ok := table.Since(table.Version() + 1); ok {
		t.Error("a version that never was is known")
	}
}

// A table that cannot tell must say so instead of leaving something out.
func TestSince_SaysWhenItCannotTell(t *testing.T) {
	table := NewTable(newClock().now)
	for n := range recentChanges + 10 {
		table.Upsert(app("a", fmt.Sprint("x", n%7), Healthy, fmt.Sprint(n)))
	}
	now := table.Version()
	if c, ok := table.Since(now - recentChanges); !ok || len(c.Applications) != 7 {
		t.Errorf("the oldest it knows: %+v, %t", c, ok)
	}
	if _, ok := table.Since(now - recentChanges - 1); ok {
		t.Error("it knows a change it has dropped")
	}
	big := make([]Application, maxKeys)
	for round := range recentKeys/maxKeys + 5 {
		for i := range big {
			big[i] = app("", fmt.Sprint("y", i), Healthy, fmt.Sprint(round))
		}
		table.Reconcile("c", big)
	}
	if table.recent.keys > recentKeys {
		t.Errorf("it holds %d keys", table.recent.keys)
	}
	if _, ok := table.Since(now); ok {
		t.Error("it knows changes whose keys it has dropped")
	}
}
