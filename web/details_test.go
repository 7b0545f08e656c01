package web

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deckplan/internal/live"
)

func TestDetails_ManyReadersCostOneReading(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var reads atomic.Int64
	begun, open := make(chan struct{}, 1), make(chan struct{})
	d := newDetails(func() time.Time { return now }, func(_ context.Context, k live.Key) (live.Detail, error) {
		reads.Add(1)
		begun <- struct{}{}
		<-open
		return live.Detail{Read: now, Application: live.Application{Name: k.Name}}, nil
	})
	key := live.Key{Instance: "a", Namespace: "n", Name: "x"}
	gone, leave := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() {
		if _, err := d.of(gone, key); !errors.Is(err, context.Canceled) {
			t.Errorf("the reader who left: %v", err)
		}
	})
	<-begun
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := d.of(t.Context(), key); err != nil || got.Name != "x" {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	leave()
	first.Wait()
	close(open)
	all.Wait()
	if n := reads.Load(); n != 1 {
		t.Errorf("%d readings", n)
	}
	now = now.Add(detailsFresh)
	if _, err := d.of(t.Context(), key); err != nil || reads.Load() != 2 {
		t.Errorf("later: %v, %d readings", err, reads.Load())
	}
}

func TestDetails_FailureKeepsWhatWasKnownAndMemoryIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var fail error
	d := newDetails(func() time.Time { return now }, func(_ context.Context, k live.Key) (live.Detail, error) {
		if k.Name == "panics" {
			panic("no such map")
		}
		return live.Detail{Read: now, Conditions: []live.Condition{{Message: "kept"}}}, fail
	})
	reason := func(name string) live.Reason {
		t.Helper()
		_, err := d.of(t.Context(), live.Key{Name: name})
		var f *live.Failure
		if err != nil && !errors.As(err, &f) {
			t.Fatalf("%s: %v", name, err)
		}
		if f == nil {
			return live.NoReason
		}
		return f.Reason
	}
	if r := reason("x"); r != live.NoReason {
		t.Error(r)
	}
	now, fail = now.Add(time.Minute), &live.Failure{Reason: live.Unauthenticated}
	if r := reason("x"); r != live.Unauthenticated {
		t.Error(r)
	}
	if got, ok := d.last(live.Key{Name: "x"}); !ok || len(got.Conditions) != 1 {
		t.Errorf("what was known is gone: %v", got)
	}
	fail = fmt.Errorf("read: %w", context.DeadlineExceeded)
	if r := reason("slow"); r != live.TimedOut {
		t.Error(r)
	}
	if r := reason("panics"); r != live.UnknownReason {
		t.Error(r)
	}
	for i := range 3 * detailsKept {
		reason(fmt.Sprint(i))
	}
	if len(d.kept) != detailsKept || len(d.order) != detailsKept {
		t.Errorf("%d kept, %d in order", len(d.kept), len(d.order))
	}
}
