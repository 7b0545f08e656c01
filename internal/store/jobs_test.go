package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"deckplan/internal/jobs"
	"deckplan/internal/plan"
)

func keepJob(t *testing.T, s *Store, planID, id string, created time.Time, size int) {
	t.Helper()
	j := jobs.Job{Order: jobs.Order{Plan: planID}, ID: id, State: jobs.Waiting, Created: created}
	if err := s.AddJob(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	j.State, j.Ended, j.Size = jobs.Done, created, int64(size)
	if err := s.SaveJob(t.Context(), j, make([]byte, size)); err != nil {
		t.Fatal(err)
	}
}

func jobIDs(t *testing.T, s *Store, planID string) (out []string) {
	t.Helper()
	list, err := s.Jobs(t.Context(), planID)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range list {
		out = append(out, j.ID)
	}
	return out
}

func TestJobs_TheOldestGoWhereAPlanHasMoreOrTheyAreOld(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	p, _ := plan.Sample("en")
	for _, id := range []string{"p", "q"} {
		if _, err := s.Create(t.Context(), id, "", p, plan.Summary{}); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	keepJob(t, s, "q", "theirs", now.Add(-time.Hour), 1)
	for i := range jobs.MaxPerPlan + 3 {
		keepJob(t, s, "p", fmt.Sprint("j", i), now.Add(time.Duration(i-100)*time.Second), 1)
	}
	ids := jobIDs(t, s, "p")
	if len(ids) != jobs.MaxPerPlan || ids[0] != "j22" || ids[len(ids)-1] != "j3" {
		t.Errorf("%v", ids)
	}
	// One that runs is not forgotten, however old it is.
	if err := s.AddJob(t.Context(), jobs.Job{Order: jobs.Order{Plan: "q"}, ID: "runs", State: jobs.Running, Created: now.Add(-jobs.MaxAge * 2)}); err != nil {
		t.Fatal(err)
	}
	s.now = func() time.Time { return now.Add(jobs.MaxAge + time.Minute) }
	keepJob(t, s, "q", "new", s.now(), 1)
	if ids := append(jobIDs(t, s, "p"), jobIDs(t, s, "q")...); fmt.Sprint(ids) != "[new runs]" {
		t.Errorf("old ones stay: %v", ids)
	}
}

func TestJobs_FilesBeyondWhatIsKeptInAllGo(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "deckplan.db"))
	p, _ := plan.Sample("en")
	if _, err := s.Create(t.Context(), "p", "", p, plan.Summary{}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i, size := range []int{1, jobs.MaxBytes / 2, jobs.MaxBytes / 4, jobs.MaxBytes / 4} {
		keepJob(t, s, "p", fmt.Sprint("j", i), now.Add(time.Duration(i)*time.Second), size)
	}
	if ids := jobIDs(t, s, "p"); fmt.Sprint(ids) != "[j3 j2 j1]" {
		t.Errorf("%v", ids)
	}
	if b, err := s.JobContent(t.Context(), "p", "j1"); err != nil || len(b) != jobs.MaxBytes/2 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
