package live

import (
	"testing"
	"time"
)

func TestCapture_WhatASnapshotSaysHoldsAsOfItsTime(t *testing.T) {
	c := newClock()
	table := NewTable(c.now)
	first, second := c.t.Add(-48*time.Hour), c.t.Add(-24*time.Hour)
	long := c.t.Add(-96 * time.Hour)
	known := app("a", "known", Degraded, Synced)
	known.Since = long
	table.Capture("a", []Application{app("a", "same", Healthy, Synced), app("a", "worse", Healthy, Synced), known}, Scope{Projects: []Project{{Name: "p"}}}, Status{Captured: first})
	d := table.Capture("a", []Application{app("a", "same", Healthy, Synced), app("a", "worse", Degraded, Synced), known}, Scope{}, Status{Captured: second})
	if d != (Difference{Changed: 1}) {
		t.Errorf("%+v", d)
	}
	for name, since := range map[string]time.Time{"same": first, "worse": second, "known": long} {
		r, ok := table.Get(key("a", name))
		if !ok || !r.Since.Equal(since) || !r.AsOf.Equal(second) || r.Stale {
			t.Errorf("%s: since %v as of %v, stale %v", name, r.Since, r.AsOf, r.Stale)
		}
	}
	if in, _ := table.Instance("a"); in.State != Captured || in.Protocol != Snapshot || len(table.Scope("a").Projects) != 0 {
		t.Errorf("%+v", in)
	}
	if n := len(table.strings.entries); n > 10 {
		t.Errorf("%d shared strings", n)
	}
}
