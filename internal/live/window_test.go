package live

import (
	"strings"
	"testing"
	"time"
)

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestWindow_AppliesFromItsStartForItsDuration(t *testing.T) {
	night := Window{Kind: "allow", Schedule: "0 22 * * *", Duration: "1h"}
	seoul := night
	seoul.TimeZone = "Asia/Seoul"
	for _, c := range []struct {
		w           Window
		now         string
		open        bool
		until, next string
	}{
		{night, "2026-11-23T21:59:59Z", false, "", "2026-11-23T22:00:00Z"},
		{night, "2026-11-23T22:00:00Z", true, "2026-11-23T23:00:00Z", "2026-11-24T22:00:00Z"},
		{night, "2026-11-23T22:59:59Z", true, "2026-11-23T23:00:00Z", "2026-11-24T22:00:00Z"},
		{night, "2026-11-23T23:00:00Z", false, "", "2026-11-24T22:00:00Z"},
		{seoul, "2026-11-23T13:30:00Z", true, "2026-11-23T14:00:00Z", "2026-11-24T13:00:00Z"},
		{Window{Schedule: "0 * * * *", Duration: "2h"}, "2026-11-23T10:30:00Z", true, "2026-11-23T12:00:00Z", "2026-11-23T11:00:00Z"},
	} {
		turn, err := c.w.At(instant(c.now))
		if err != nil || turn.Open != c.open || !turn.Next.Equal(instant(c.next)) || c.open && !turn.Until.Equal(instant(c.until)) {
			t.Errorf("%+v at %s: %+v, %v", c.w, c.now, turn, err)
		}
	}
}

func TestWindow_ThatCannotBeReadIsAnError(t *testing.T) {
	for _, w := range []Window{
		{Schedule: "", Duration: "1h"}, {Schedule: "TZ=0", Duration: "1h"}, {Schedule: "CRON_TZ=Asia/Seoul", Duration: "1h"}, {Schedule: "@every 1s", Duration: "1h"},
		{Schedule: "* * * * *", Duration: "soon"}, {Schedule: "* * * * *", Duration: "-1h"}, {Schedule: "* * * * *", Duration: "1h", TimeZone: "Moon/Sea"},
		{Schedule: "99 * * * *", Duration: "1h"},
	} {
		if turn, err := w.At(instant("2026-11-23T10:30:00Z")); err == nil {
			t.Errorf("%+v: %+v", w, turn)
		}
	}
	never := Window{Schedule: "0 0 31 2 *", Duration: "1h"}
	if turn, err := never.At(instant("2026-11-23T10:30:00Z")); err != nil || turn.Open || !turn.Next.IsZero() {
		t.Errorf("on 31 February: %+v, %v", turn, err)
	}
	dense := Window{Schedule: "* * * * *", Duration: "87600h"}
	if turn, err := dense.At(instant("2026-11-23T10:30:00Z")); err != nil || !turn.Open {
		t.Errorf("every minute for ten years: %+v, %v", turn, err)
	}
}

func TestWindow_CoversByNameNamespaceOrCluster(t *testing.T) {
	a := Application{Name: "cart-prod", DestNamespace: "shop", Server: "https://prod.example.com:6443/x", Cluster: "prod-seoul"}
	for _, c := range []struct {
		w    Window
		want bool
	}{
		{Window{}, false},
		{Window{Applications: []string{"cart-*"}}, true},
		{Window{Applications: []string{"web-*"}, Namespaces: []string{"sh?p"}}, true},
		{Window{Clusters: []string{"https://prod*"}}, true},
		{Window{Clusters: []string{"prod-seoul"}}, true},
		{Window{Clusters: []string{"prod-tokyo", "[", "*:8443*"}}, false},
	} {
		if got := c.w.Covers(&a); got != c.want {
			t.Errorf("%+v: %v", c.w, got)
		}
	}
}

func TestGated_DenyStopsAndAllowOpens(t *testing.T) {
	now := instant("2026-11-23T10:30:00Z")
	open, closed := "0 10 * * *", "0 22 * * *"
	w := func(kind, schedule string, manual bool) Window {
		return Window{Kind: kind, Schedule: schedule, Duration: "1h", Manual: manual}
	}
	for _, c := range []struct {
		windows []Window
		want    Gate
	}{
		{nil, Gate{true, true}},
		{[]Window{w("allow", open, false)}, Gate{true, true}},
		{[]Window{w("allow", closed, false)}, Gate{false, false}},
		{[]Window{w("allow", closed, true)}, Gate{false, true}},
		{[]Window{w("deny", closed, false)}, Gate{true, true}},
		{[]Window{w("deny", open, false), w("allow", open, false)}, Gate{false, false}},
		{[]Window{w("deny", open, true), w("deny", open, false)}, Gate{false, false}},
		{[]Window{w("deny", open, true)}, Gate{false, true}},
		{[]Window{{Kind: "deny", Schedule: "broken", Duration: "1h"}}, Gate{true, true}},
	} {
		if got := Gated(c.windows, now); got != c.want {
			t.Errorf("%+v: %+v, not %+v", c.windows, got, c.want)
		}
	}
}

func TestWindow_IsOpenUntilItsLastStartEnds(t *testing.T) {
	now := instant("2026-11-23T10:30:20Z")
	for _, c := range []struct {
		w     Window
		until string
	}{
		{Window{Schedule: "* * * * *", Duration: "48h"}, "2026-11-25T10:30:00Z"},
		{Window{Schedule: "* * * * *", Duration: "87600h"}, "2036-11-20T10:30:00Z"},
		{Window{Schedule: "0 0 29 2 *", Duration: "87600h"}, "2034-02-26T00:00:00Z"},
		{Window{Schedule: "0,1,2 * 1 * *", Duration: "1440h"}, "2026-12-31T23:02:00Z"},
		{Window{Schedule: "30 10 * * *", Duration: "1m"}, "2026-11-23T10:31:00Z"},
		{Window{Schedule: "59 23 31 12 0", Duration: "2562047h", TimeZone: "Australia/Lord_Howe"}, "2318-04-12T11:59:00Z"},
	} {
		if turn, err := c.w.At(now); err != nil || !turn.Open || !turn.Until.Equal(instant(c.until)) {
			t.Errorf("%+v: %+v, %v", c.w, turn, err)
		}
	}
}

func TestWindow_AlternativesThatMultiplyAreNotTried(t *testing.T) {
	name := strings.Repeat("a", 200)
	for _, p := range []string{strings.Repeat("{a,aa}", 300) + "b", "{" + strings.Repeat("a,{a,", 300) + strings.Repeat("}}", 300) + "b", strings.Repeat(`{a\},aa}`, 200) + "b"} {
		answered := make(chan bool, 1)
		go func() { answered <- (&Window{Applications: []string{p}}).Covers(&Application{Name: name}) }()
		select {
		case yes := <-answered:
			if yes {
				t.Errorf("%.20s… covers", p)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%.20s… is still being tried", p)
		}
	}
	if w := (Window{Applications: []string{"{cart,web,mail}-{dev,prod}"}}); !w.Covers(&Application{Name: "web-prod"}) {
		t.Error("alternatives as people write them do not cover")
	}
}

func FuzzWindow(f *testing.F) {
	f.Add("0 22 * * *", "1h", "Asia/Seoul", "cart-{a,b}*", "cart-a", int64(1_800_000_000))
	f.Add("* * * * *", "2562047h", "Australia/Lord_Howe", strings.Repeat("{a,aa}", 20), "aaaa", int64(-1<<40))
	f.Fuzz(func(t *testing.T, schedule, lasts, zone, pattern, name string, at int64) {
		w := Window{Schedule: schedule, Duration: lasts, TimeZone: zone, Applications: []string{pattern}, Kind: "allow"}
		now := time.Unix(at%(1<<33), 0)
		turn, err := w.At(now)
		if err == nil && turn.Open && !turn.Until.After(now) || err == nil && !turn.Next.IsZero() && !turn.Next.After(now) {
			t.Errorf("%+v at %v: %+v", w, now, turn)
		}
		w.Covers(&Application{Name: name})
	})
}
