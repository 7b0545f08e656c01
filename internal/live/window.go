package live

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/robfig/cron/v3"
)

// Opening is whether a sync window applies at a moment, and when it does next.
type Opening struct {
	Open  bool
	Until time.Time // when it ends, where it is open
	Next  time.Time // when it begins next; zero if it never does
}

// errWindow is a window that cannot be read; Argo CD ignores none, it fails.
var errWindow = errors.New("live: sync window cannot be read")

// windowParser takes what Argo CD takes: five fields, no @every and the like.
var windowParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// At tells whether the window applies at that time and when it does next. It
// fails where schedule, duration or time zone cannot be read.
func (w *Window) At(now time.Time) (Opening, error) {
	// The parser takes a time zone before the fields, which Argo CD has a field for.
	if len(w.Schedule) > 200 || strings.Contains(w.Schedule, "=") {
		return Opening{}, errWindow
	}
	schedule, err := windowParser.Parse(w.Schedule)
	if err != nil {
		return Opening{}, errors.Join(errWindow, err)
	}
	lasts, err := time.ParseDuration(w.Duration)
	if err != nil || lasts <= 0 {
		return Opening{}, errors.Join(errWindow, err)
	}
	zone := time.UTC
	if w.TimeZone != "" {
		if zone, err = time.LoadLocation(w.TimeZone); err != nil {
			return Opening{}, errors.Join(errWindow, err)
		}
	}
	now = now.In(zone)
	turn := Opening{Next: schedule.Next(now)}
	if begun := latest(schedule, now.Add(-lasts), now); !begun.IsZero() {
		turn.Open, turn.Until = true, begun.Add(lasts)
	}
	return turn, nil
}

// latest is the last start after one time and up to another, zero where there
// is none. It halves the time between, for there can be a start every minute of
// many years.
func latest(schedule cron.Schedule, after, to time.Time) time.Time {
	next := func(t time.Time) (time.Time, bool) {
		start := schedule.Next(t)
		return start, !start.IsZero() && !start.After(to)
	}
	begun, ok := next(after)
	if !ok {
		return time.Time{}
	}
	for none := to; none.Sub(begun) > time.Minute; { // no start follows none
		middle := begun.Add(none.Sub(begun) / 2)
		if start, ok := next(middle); ok {
			begun = start
		} else {
			none = middle
		}
	}
	if start, ok := next(begun); ok {
		begun = start
	}
	return begun
}

// Covers tells whether the window is meant for an application: one of its
// patterns fits the application's name, its namespace or its cluster.
func (w *Window) Covers(a *Application) bool {
	return fits(w.Applications, a.Name) || fits(w.Namespaces, a.DestNamespace) || fits(w.Clusters, a.Server) || fits(w.Clusters, a.Cluster)
}

// fits matches names as Argo CD does: a * stands for slashes too.
func fits(patterns []string, name string) bool {
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x01") }
	return name != "" && slices.ContainsFunc(patterns, func(p string) bool {
		if ways(p) > maxWays {
			return false
		}
		ok, err := doublestar.Match(flat(p), flat(name))
		return err == nil && ok
	})
}

// maxWays bounds the ways in which one pattern is tried; one with more fits
// nothing.
const maxWays = 256

// ways is at most how many patterns one with alternatives, as in {a,b}-*, stands
// for: they multiply.
func ways(pattern string) int {
	all, here := 1, 1
	for i := range len(pattern) {
		switch {
		case all*here > maxWays:
			return maxWays + 1
		case pattern[i] == '{':
			all, here = all*here, 1
		case pattern[i] == ',':
			here++
		}
	}
	return all * here
}

// Gate is what sync windows permit at a moment.
type Gate struct{ Automatic, Manual bool }

// Gated tells what some windows, all meant for one application, permit: an open
// deny window stops syncs; else an open allow window, or no allow window at
// all, lets them pass. What is stopped may pass by hand where every window that
// stops it says so. Windows that cannot be read are left out.
func Gated(windows []Window, now time.Time) Gate {
	var denies, closed []Window
	allowed := false
	for _, w := range windows {
		turn, err := w.At(now)
		switch {
		case err != nil:
		case w.Kind == "deny" && turn.Open:
			denies = append(denies, w)
		case w.Kind == "allow" && turn.Open:
			allowed = true
		case w.Kind == "allow":
			closed = append(closed, w)
		}
	}
	byHand := func(all []Window) bool {
		return !slices.ContainsFunc(all, func(w Window) bool { return !w.Manual })
	}
	switch {
	case len(denies) > 0:
		return Gate{Manual: byHand(denies)}
	case !allowed && len(closed) > 0:
		return Gate{Manual: byHand(closed)}
	}
	return Gate{Automatic: true, Manual: true}
}
