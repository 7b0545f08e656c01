package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"deckplan/internal/jobs"
	"deckplan/internal/plan"
	"deckplan/internal/store"
)

func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func keeper(t testing.TB, s *store.Store, c jobs.Config) *jobs.Keeper {
	t.Helper()
	c.Store, c.Log, c.Now = s, slog.New(slog.DiscardHandler), time.Now
	k, err := jobs.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

func begin(t testing.TB, c jobs.Config) (*jobs.Keeper, *store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "deckplan.db")
	s := open(t, path)
	p, _ := plan.Sample("en")
	for _, id := range []string{"p", "q"} {
		if _, err := s.Create(t.Context(), id, "", p, plan.Summary{}); err != nil {
			t.Fatal(err)
		}
	}
	return keeper(t, s, c), s, path
}

func start(t testing.TB, k *jobs.Keeper, work jobs.Work) jobs.Job {
	t.Helper()
	j, err := k.Start(t.Context(), jobs.Order{Plan: "p", Revision: 1, Kind: "report", Author: "Jimin", Options: []byte(`{"format":"pdf"}`), Attached: []byte("logo")}, work)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// until waits for a job to be as told.
func until(t testing.TB, k *jobs.Keeper, id string, ok func(jobs.Job) bool) jobs.Job {
	t.Helper()
	changed, cancel := k.Subscribe("p")
	defer cancel()
	late := time.After(20 * time.Second)
	for {
		list, err := k.Jobs(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		var last jobs.Job
		for _, j := range list {
			if last = j; j.ID == id && ok(j) {
				return j
			}
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the job never comes to that: %+v", last)
		}
	}
}

func in(s jobs.State) func(jobs.Job) bool {
	return func(j jobs.Job) bool { return j.State == s }
}

func file(text string) jobs.Work {
	return func(context.Context, func(jobs.Step)) (jobs.Result, error) {
		return jobs.Result{Name: "r.txt", Type: "text/plain", Content: []byte(text)}, nil
	}
}

// held is work that tells where it is and then waits.
func held(begun chan<- struct{}, release <-chan struct{}) jobs.Work {
	return func(ctx context.Context, tell func(jobs.Step)) (jobs.Result, error) {
		tell(jobs.Step{ID: "jobs.step", Done: 1, Total: 3})
		begun <- struct{}{}
		select {
		case <-release:
			return jobs.Result{Name: "held"}, nil
		case <-ctx.Done():
			return jobs.Result{}, ctx.Err()
		}
	}
}

func TestJobs_AResultIsKeptAcrossARestart(t *testing.T) {
	k, s, path := begin(t, jobs.Config{})
	j := start(t, k, file("보고서"))
	until(t, k, j.ID, in(jobs.Done))
	k.Close()
	_ = s.Close()
	k = keeper(t, open(t, path), jobs.Config{})
	got, content, err := k.Result(t.Context(), "p", j.ID)
	if err != nil || string(content) != "보고서" || got.Name != "r.txt" || got.Type != "text/plain" || got.Size != 9 || got.Author != "Jimin" || got.Revision != 1 || string(got.Options) != `{"format":"pdf"}` || string(got.Attached) != "logo" || got.Ended.IsZero() {
		t.Errorf("%+v %q %v", got, content, err)
	}
	if _, _, err := k.Result(t.Context(), "q", j.ID); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("another plan's job is given out: %v", err)
	}
	if err := k.Remove(t.Context(), "p", j.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.Result(t.Context(), "p", j.ID); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
}

func TestJobs_OnlySoManyRunAndOthersWaitTheirTurn(t *testing.T) {
	k, _, _ := begin(t, jobs.Config{Workers: 1})
	begun, release := make(chan struct{}, 9), make(chan struct{})
	first := start(t, k, held(begun, release))
	<-begun
	second := start(t, k, file("x"))
	got := until(t, k, first.ID, in(jobs.Running))
	if got.Step != (jobs.Step{ID: "jobs.step", Done: 1, Total: 3}) {
		t.Errorf("progress %+v", got.Step)
	}
	until(t, k, second.ID, in(jobs.Waiting))
	if err := k.Remove(t.Context(), "p", first.ID); !errors.Is(err, jobs.ErrRunning) {
		t.Errorf("one that runs is removed: %v", err)
	}
	close(release)
	until(t, k, first.ID, in(jobs.Done))
	until(t, k, second.ID, in(jobs.Done))
}

func TestJobs_ACancelledOneEndsWhetherItRunsOrWaits(t *testing.T) {
	k, _, _ := begin(t, jobs.Config{Workers: 1})
	begun := make(chan struct{}, 9)
	first := start(t, k, held(begun, nil))
	<-begun
	second := start(t, k, file("x"))
	for _, j := range []jobs.Job{second, first} {
		if err := k.Cancel(t.Context(), "q", j.ID); !errors.Is(err, plan.ErrNotFound) {
			t.Errorf("cancelled from another plan: %v", err)
		}
		if err := k.Cancel(t.Context(), "p", j.ID); err != nil {
			t.Fatal(err)
		}
		until(t, k, j.ID, in(jobs.Cancelled))
	}
	third := start(t, k, file("x"))
	until(t, k, third.ID, in(jobs.Done))
	if err := k.Cancel(t.Context(), "p", third.ID); err != nil {
		t.Fatal(err)
	}
	until(t, k, third.ID, in(jobs.Done))
}

func TestJobs_OnesThatRanWhenTheProgramEndedAreInterrupted(t *testing.T) {
	k, s, path := begin(t, jobs.Config{Workers: 1})
	begun := make(chan struct{}, 9)
	orderly := start(t, k, held(begun, nil))
	<-begun
	k.Close()
	until(t, k, orderly.ID, in(jobs.Interrupted))
	if _, err := k.Start(t.Context(), jobs.Order{Plan: "p"}, file("x")); !errors.Is(err, jobs.ErrBusy) {
		t.Errorf("started after the end: %v", err)
	}
	// One that a crash left as it was.
	if err := s.AddJob(t.Context(), jobs.Job{Order: jobs.Order{Plan: "p"}, ID: "crashed", State: jobs.Running, Created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	k = keeper(t, open(t, path), jobs.Config{})
	until(t, k, "crashed", in(jobs.Interrupted))
}

func TestJobs_FailuresSayWhyAndTakeNothingDown(t *testing.T) {
	k, _, _ := begin(t, jobs.Config{Longest: 50 * time.Millisecond})
	for name, c := range map[string]struct {
		work jobs.Work
		want string
	}{
		"told": {func(context.Context, func(jobs.Step)) (jobs.Result, error) {
			return jobs.Result{}, &jobs.Failure{ID: "print.absent"}
		}, "print.absent"},
		"else": {func(context.Context, func(jobs.Step)) (jobs.Result, error) {
			return jobs.Result{}, errors.New("secret")
		}, "jobs.fault.internal"},
		"panic": {func(context.Context, func(jobs.Step)) (jobs.Result, error) { panic("secret") }, "jobs.fault.internal"},
		"slow":  {held(make(chan struct{}, 1), nil), "jobs.fault.slow"},
		"large": {func(context.Context, func(jobs.Step)) (jobs.Result, error) {
			return jobs.Result{Content: make([]byte, jobs.MaxResult+1)}, nil
		}, "jobs.fault.large"},
	} {
		j := start(t, k, c.work)
		if got := until(t, k, j.ID, in(jobs.Failed)); got.Reason != c.want || got.Size != 0 {
			t.Errorf("%s: %s", name, got.Reason)
		}
	}
}

func TestJobs_TooManyAreRefused(t *testing.T) {
	k, _, _ := begin(t, jobs.Config{Workers: 1})
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		_, err = k.Start(t.Context(), jobs.Order{Plan: "p"}, held(make(chan struct{}, 1), nil))
	}
	if !errors.Is(err, jobs.ErrBusy) || n != 11 {
		t.Errorf("%d were taken: %v", n, err)
	}
	if _, err := k.Start(t.Context(), jobs.Order{Plan: "q"}, file("x")); err != nil {
		t.Errorf("another plan must wait too: %v", err)
	}
	if _, err := k.Start(t.Context(), jobs.Order{Plan: "gone"}, file("x")); !errors.Is(err, plan.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
}

func TestJobs_APlanThatIsDeletedTakesItsJobsAlong(t *testing.T) {
	k, s, _ := begin(t, jobs.Config{})
	begun, release := make(chan struct{}, 1), make(chan struct{})
	start(t, k, held(begun, release))
	<-begun
	if err := s.Delete(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	close(release)
	k.Close()
	if list, err := k.Jobs(t.Context(), "p"); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestJobs_ManyAtOnceEndAll(t *testing.T) {
	k, _, _ := begin(t, jobs.Config{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			j, err := k.Start(t.Context(), jobs.Order{Plan: "p"}, file("x"))
			if err != nil {
				t.Error(err)
				return
			}
			until(t, k, j.ID, in(jobs.Done))
		})
	}
	all.Wait()
}
