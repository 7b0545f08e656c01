package argocd

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// pausing is a server whose list is too large and whose replays are of so many
// applications before they pause.
type pausing struct {
	client
	replays []int
}

func (p *pausing) list(context.Context, func(application)) error {
	return status.Error(codes.ResourceExhausted, "too large")
}

func (p *pausing) watch(ctx context.Context, _ string) (events, error) {
	n := p.replays[0]
	p.replays = p.replays[1:]
	return &replayed{ctx, n}, nil
}

type replayed struct {
	ctx  context.Context
	left int
}

func (r *replayed) next() (event, error) {
	if r.left == 0 {
		<-r.ctx.Done()
		return event{}, r.ctx.Err()
	}
	r.left--
	name := fmt.Sprint("app-", r.left)
	return event{eventAdded, application{Application: &wire.Application{Metadata: &wire.ObjectMeta{Name: &name}}}}, nil
}

func TestReplay_ThatPausesTakesNothingAway(t *testing.T) {
	table := live.NewTable(nil)
	p := &pausing{replays: []int{5, 2, 5, 4, 4}}
	i := &instance{Connection: Connection{Name: "one"}, table: table, log: slog.New(slog.DiscardHandler), options: Options{ReplayQuiet: 20 * time.Millisecond}.withDefaults()}
	s := &session{instance: i, client: p, waiting: map[live.Key]change{}}
	for round, want := range []int{5, 5, 4} {
		rows, err := s.snapshot(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.apply(rows)
		if got, _ := table.Instance("one"); got.Applications != want {
			t.Errorf("reading %d: %d applications, want %d", round, got.Applications, want)
		}
	}
}
