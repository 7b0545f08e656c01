package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deckplan/internal/live"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute).Local() }

func change(instance, name, health string, at int) live.Transition {
	t := live.Transition{Key: live.Key{Instance: instance, Namespace: "argocd", Name: name}, At: minute(at), Health: health, Revision: fmt.Sprintf("%040x", at)}
	if health != "" {
		t.Sync = live.Synced
	}
	return t
}

func write(t testing.TB, s *Store, n live.Notes) {
	t.Helper()
	if err := s.WriteNotes(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

func past(t testing.TB, s *Store, instance, name string) []live.Transition {
	t.Helper()
	all, err := s.Transitions(t.Context(), live.Key{Instance: instance, Namespace: "argocd", Name: name}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func stretches(t testing.TB, s *Store, instance string) []live.Stretch {
	t.Helper()
	all, err := s.Stretches(t.Context(), instance, start)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func recollect(t testing.TB, s *Store) (out []live.Recollection) {
	t.Helper()
	if err := s.Recollect(t.Context(), "", func(r live.Recollection) { out = append(out, r) }); err != nil {
		t.Fatal(err)
	}
	return out
}

func prune(t testing.TB, s *Store, before time.Time, most int64) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = s.PruneLive(t.Context(), before, most); err != nil {
			t.Fatal(err)
		}
	}
}

func count(t testing.TB, s *Store, table string) (n int) {
	t.Helper()
	if err := s.db.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLive_TransitionsAndStatesSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path)
	first, second := change("a", "x", live.Healthy, 1), change("a", "x", live.Degraded, 5)
	write(t, s, live.Notes{Transitions: []live.Transition{first, change("b", "x", live.Healthy, 2), second},
		Turns: []live.Turn{{Instance: "a", URL: "https://a", State: live.Connecting, At: minute(0)}}})
	write(t, s, live.Notes{Transitions: []live.Transition{change("a", "gone", live.Healthy, 6), change("a", "gone", "", 7)}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if got := past(t, s, "a", "x"); !slices.Equal(got, []live.Transition{second, first}) {
		t.Errorf("%v", got)
	}
	if got := past(t, s, "a", "gone"); len(got) != 2 || !got[0].Gone() {
		t.Errorf("%v", got)
	}
	if got := past(t, s, "a", "never"); got != nil {
		t.Errorf("%v", got)
	}
	want := []live.Recollection{{Instance: "a", URL: "https://a", States: []live.Memory{{Namespace: "argocd", Name: "x", Health: live.Degraded, Sync: live.Synced, Since: minute(5)}}},
		{Instance: "b", States: []live.Memory{{Namespace: "argocd", Name: "x", Health: live.Healthy, Sync: live.Synced, Since: minute(2)}}}}
	if got := recollect(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestLive_StretchesFollowOneAnother(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	write(t, s, live.Notes{Turns: []live.Turn{{Instance: "a", State: live.Connected, At: minute(0)}, {Instance: "b", State: live.Connected, At: minute(1)},
		{Instance: "a", State: live.Down, Reason: live.TLS, At: minute(10)}}})
	want := []live.Stretch{{Instance: "a", State: live.Down, Reason: live.TLS, From: minute(10)},
		{Instance: "a", State: live.Connected, From: minute(0), To: minute(10)}}
	if got := stretches(t, s, "a"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, _ := s.Stretches(t.Context(), "a", minute(10)); len(got) != 1 {
		t.Errorf("what ended before: %v", got)
	}
	if err := s.Beat(t.Context(), minute(20), true); err != nil {
		t.Fatal(err)
	}
	if got := stretches(t, s, "a"); !got[0].To.Equal(minute(20)) || !got[1].To.Equal(minute(10)) {
		t.Errorf("at the end: %v", got)
	}
}

func TestLive_AfterACrashTheLastBeatEndsWhatWasOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path) // it is never closed before the next one opens
	write(t, s, live.Notes{Turns: []live.Turn{{Instance: "a", State: live.Connected, At: minute(0)}}})
	if err := s.Beat(t.Context(), minute(30), false); err != nil {
		t.Fatal(err)
	}
	write(t, s, live.Notes{Turns: []live.Turn{{Instance: "b", State: live.Connected, At: minute(31)}}})
	again := open(t, path)
	if err := again.BeginLive(t.Context()); err != nil {
		t.Fatal(err)
	}
	for instance, want := range map[string]time.Time{"a": minute(30), "b": minute(31)} {
		if got := stretches(t, again, instance); len(got) != 1 && instance == "a" || len(got) > 0 && !got[0].To.Equal(want) {
			t.Errorf("%s: %v, want until %v", instance, got, want)
		}
	}
	if n := count(t, again, "live_stretch WHERE until = 0"); n != 0 {
		t.Errorf("%d stretches are open", n)
	}
}

func TestLive_OldTransitionsGoAndAgesStay(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	write(t, s, live.Notes{Transitions: []live.Transition{change("a", "x", live.Healthy, 0), change("a", "quiet", live.Degraded, 1),
		change("a", "gone", live.Healthy, 2), change("a", "gone", "", 3), change("a", "x", live.Degraded, 100)},
		Turns: []live.Turn{{Instance: "a", State: live.Connected, At: minute(0)}, {Instance: "a", State: live.Down, At: minute(5)}}})
	prune(t, s, minute(50), 1000)
	if got := past(t, s, "a", "x"); len(got) != 1 || !got[0].At.Equal(minute(100)) {
		t.Errorf("%v", got)
	}
	if got := past(t, s, "a", "quiet"); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := recollect(t, s); len(got) != 1 || len(got[0].States) != 2 || !got[0].States[0].Since.Equal(minute(1)) {
		t.Errorf("ages: %v", got)
	}
	if n := count(t, s, "live_application"); n != 2 {
		t.Errorf("%d applications are kept; one is gone without a trace", n)
	}
	if got := stretches(t, s, "a"); len(got) != 1 || got[0].State != live.Down {
		t.Errorf("%v", got)
	}
}

func TestLive_BoundsHold(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	var n live.Notes
	for i := range 3 * maxTransitions {
		n.Transitions = append(n.Transitions, change("a", "flapping", []string{live.Healthy, live.Degraded}[i%2], 10+i))
	}
	for i := range 2 * maxStretches {
		n.Turns = append(n.Turns, live.Turn{Instance: "a", State: []live.State{live.Connected, live.Down}[i%2], At: minute(i)})
	}
	n.Transitions = append([]live.Transition{change("a", "calm", live.Healthy, 0)}, n.Transitions...)
	write(t, s, n)
	got := past(t, s, "a", "flapping")
	if len(got) < maxTransitions || len(got) > maxTransitions+surplus || !got[0].At.Equal(minute(10+3*maxTransitions-1)) {
		t.Errorf("%d transitions, the newest of %v", len(got), got[0].At)
	}
	if got := stretches(t, s, "a"); len(got) != maxStretches || !got[0].To.IsZero() {
		t.Errorf("%d stretches", len(got))
	}
	// Numbers given out to what the flapping one lost do not count.
	prune(t, s, start, int64(len(got))+1)
	if len(past(t, s, "a", "calm")) != 1 {
		t.Error("one application's changes pushed another's out")
	}
	prune(t, s, start, 100)
	if n := count(t, s, "live_transition"); n != 100 {
		t.Errorf("%d transitions in all", n)
	}
	var kept int
	if err := s.db.QueryRow(`SELECT SUM(kept) FROM live_application`).Scan(&kept); err != nil || kept != 100 {
		t.Errorf("%d are said to be kept, %v", kept, err)
	}
}

func TestLive_ForgottenInstanceLeavesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	var n live.Notes
	for i := range 300 {
		n.Transitions = append(n.Transitions, change("a", fmt.Sprint(i), live.Healthy, i), change("b", fmt.Sprint(i), live.Healthy, i))
	}
	n.Turns = []live.Turn{{Instance: "a", URL: "https://old", State: live.Connected, At: minute(0)}, {Instance: "b", State: live.Connected, At: minute(0)}}
	write(t, s, n)
	write(t, s, live.Notes{Forgotten: []string{"a"}, Transitions: []live.Transition{change("a", "1", live.Degraded, 400)},
		Turns: []live.Turn{{Instance: "a", URL: "https://new", State: live.Connecting, At: minute(400)}}})
	if got := past(t, s, "a", "1"); len(got) != 1 || got[0].Health != live.Degraded {
		t.Errorf("at once: %v", got)
	}
	if got := stretches(t, s, "a"); len(got) != 1 {
		t.Errorf("at once: %v", got)
	}
	prune(t, s, start, 1000)
	if a, tr, i := count(t, s, "live_application"), count(t, s, "live_transition"), count(t, s, "live_instance"); a != 301 || tr != 301 || i != 2 {
		t.Errorf("%d applications, %d transitions, %d instances are left", a, tr, i)
	}
	if got := recollect(t, s); len(got) != 2 || got[1].URL != "https://new" {
		t.Errorf("%v", got)
	}
	if err := s.ForgetLive(t.Context()); err != nil {
		t.Fatal(err)
	}
	prune(t, s, start, 1000)
	if n := count(t, s, "live_application") + count(t, s, "live_transition") + count(t, s, "live_instance") + count(t, s, "live_stretch"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestLive_UnseenInstanceGoesOnceNothingIsKeptOfItsConnection(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	write(t, s, live.Notes{Transitions: []live.Transition{change("left", "x", live.Healthy, 0), change("file", "x", live.Healthy, 0), change("down", "x", live.Healthy, 0)},
		Turns: []live.Turn{{Instance: "down", State: live.Connected, At: minute(0)}}})
	if err := s.ForgetUnseen(t.Context(), func(name string) bool { return name == "file" }); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range recollect(t, s) {
		names = append(names, r.Instance)
	}
	if !slices.Equal(names, []string{"down", "file"}) {
		t.Errorf("%v", names)
	}
}

func TestLive_StatesAreWrittenWithoutATransition(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	write(t, s, live.Notes{Transitions: []live.Transition{change("a", "x", live.Healthy, 0)}})
	err := s.WriteStates(t.Context(), live.Recollection{Instance: "a", States: []live.Memory{{Namespace: "argocd", Name: "x", Since: minute(9)},
		{Namespace: "argocd", Name: "never", Since: minute(9)}, {Namespace: "argocd", Name: "y", Health: live.Degraded, Sync: live.Synced, Since: minute(8)}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := recollect(t, s); len(got) != 1 || len(got[0].States) != 1 || got[0].States[0].Name != "y" || !got[0].States[0].Since.Equal(minute(8)) {
		t.Errorf("%v", got)
	}
	if len(past(t, s, "a", "x")) != 1 || len(past(t, s, "a", "y")) != 0 || count(t, s, "live_application") != 2 {
		t.Error("a state was written as a transition")
	}
}

// full is a database of applications in so many instances, each with a state.
func full(b *testing.B, applications, instances int) (*Store, string) {
	path := filepath.Join(b.TempDir(), "deckplan.db")
	s := open(b, path)
	for i := range instances {
		var n live.Notes
		for a := range applications / instances {
			n.Transitions = append(n.Transitions, change(fmt.Sprint("instance-", i), fmt.Sprintf("team-%02d-service-%05d", a%40, a), live.Healthy, a))
		}
		write(b, s, n)
	}
	return s, path
}

// BenchmarkLive_HundredChanges writes what 100 changes a second make, beside
// 100,000 applications.
func BenchmarkLive_HundredChanges(b *testing.B) {
	s, _ := full(b, 100_000, 50)
	k := 0
	for b.Loop() {
		var n live.Notes
		for range 100 {
			n.Transitions = append(n.Transitions, change(fmt.Sprint("instance-", k%50), fmt.Sprintf("team-%02d-service-%05d", k*7%2000%40, k*7%2000), live.Degraded, k))
			k++
		}
		write(b, s, n)
	}
}

// BenchmarkLive_Start reads 100,000 states into an empty table.
func BenchmarkLive_Start(b *testing.B) {
	s, _ := full(b, 100_000, 50)
	for b.Loop() {
		table, n := live.NewTable(nil), 0
		if err := s.Recollect(b.Context(), "", func(r live.Recollection) { n += len(r.States); table.Restore(r) }); err != nil || n != 100_000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkLive_Size states what a transition takes on disk.
func BenchmarkLive_Size(b *testing.B) {
	for b.Loop() {
		s, path := full(b, 100_000, 50)
		states := size(b, s, path)
		for k := range 200 {
			var n live.Notes
			for a := range 1000 {
				n.Transitions = append(n.Transitions, change(fmt.Sprint("instance-", k%50), fmt.Sprintf("team-%02d-service-%05d", a%40, a), live.Degraded, k*1000+a))
			}
			write(b, s, n)
		}
		b.ReportMetric(float64(size(b, s, path)-states)/200_000, "bytes/transition")
		b.ReportMetric(float64(states)/100_000, "bytes/first")
	}
}

func size(b *testing.B, s *Store, path string) int64 {
	b.Helper()
	var busy, log, done sql.NullInt64
	if err := s.db.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}
