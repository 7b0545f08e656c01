package journey

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/store"
)

// What was measured of an API in earlier runs becomes an assumption, and is
// taken back.
func TestPast(t *testing.T) {
	t.Parallel()
	cmd := deckplan(t, "DECKPLAN_ARGOCD_SEOUL_URL=https://127.0.0.1:1", "DECKPLAN_ARGOCD_SEOUL_TOKEN=never-accepted")
	path := cmd.Args[slices.Index(cmd.Args, "--database")+1]
	db, err := store.Open(t.Context(), path, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var n live.Notes
	begun := time.Now().Add(-61 * 24 * time.Hour)
	for i := range 5 {
		at := begun.Add(time.Duration(i) * 12 * 24 * time.Hour)
		n.Turns = append(n.Turns, live.Turn{Instance: "seoul", URL: "https://127.0.0.1:1", State: live.Down, Reason: live.TimedOut, At: at},
			live.Turn{Instance: "seoul", State: live.Connected, At: at.Add(6 * time.Minute)})
	}
	if err := db.WriteNotes(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if err := db.Beat(t.Context(), time.Now(), true); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p := visit(t, launch(t, cmd), "")
	p.open(p.sample() + "/layouts")
	p.wait("the measurement", id("measured"))
	p.must("named as what it is", text(id("measured"))+".includes('not a delivery outage')")
	p.click(id("measured") + ".querySelector('summary')")
	p.must("each instance", having("#measured dt", "seoul"))
	own := id("assume-restore_hours") + ".closest('details').classList.contains('own')"
	take := id("measured-restore_hours") + "?.querySelector('button')"
	p.must("an offer", take+" && !"+own)
	p.saves(func() { p.click(take) })
	p.must("it is the plan's own assumption", own+" && !"+take)
	p.saves(func() { p.click(css("#done [data-key=undo-this]")) })
	p.must("and is taken back", "!"+own+" && "+take)
}
