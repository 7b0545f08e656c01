package argocd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
)

func TestProber_GoesRoundAndForgetsWhatIsTakenBack(t *testing.T) {
	var projects []string
	for i := range maxProbedProjects + 5 {
		projects = append(projects, fmt.Sprintf("p%02d", i))
	}
	last := probe{"applications", "sync", projects[len(projects)-1] + "/*"}
	allowed, asked := true, map[probe]int{}
	ask := func(_ context.Context, q probe) (yes, ok bool, err error) {
		asked[q]++
		return allowed && q == last, q.action != "action", nil
	}
	now := func() time.Time { return time.Unix(1, 0) }
	p := newProber()
	round := func() live.WriteCheck {
		check, err := p.round(context.Background(), ask, projects, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		return check
	}
	if c := round(); c.State != live.WriteNone || asked[last] != 0 {
		t.Errorf("first round: %+v, asked for the last project %d times", c, asked[last])
	}
	if c := round(); c.State != live.WriteFound || !slices.Equal(c.Found, []string{last.String()}) {
		t.Errorf("second round: %+v", c)
	}
	allowed = false
	var c live.WriteCheck
	for range 12 {
		c = round()
	}
	if c.State != live.WriteNone || len(c.Found) > 0 {
		t.Errorf("after the permission was taken back: %+v", c)
	}
}

func TestProber_NamesOnlyTheBroadest(t *testing.T) {
	p := newProber()
	ask := func(_ context.Context, q probe) (yes, ok bool, err error) {
		broad := q.action == "sync"
		inA := q.action == "delete" && strings.HasPrefix(q.object, "a/")
		one := q.action == "update" && q.object == "b/two"
		return q.resource == "applications" && (broad || inA || one), true, nil
	}
	c, err := p.round(context.Background(), ask, []string{"a", "b"}, []place{{"a", "one"}, {"b", "two"}}, time.Now)
	want := []string{"applications delete a/*", "applications sync */*", "applications update b/two"}
	if err != nil || !slices.Equal(c.Found, want) {
		t.Errorf("found %q, %v", c.Found, err)
	}
}

func TestProber_KnowsNothingWithoutAnswers(t *testing.T) {
	none := func(context.Context, probe) (yes, ok bool, err error) { return false, false, nil }
	if c, err := newProber().round(context.Background(), none, nil, nil, time.Now); err != nil || c.State != live.WriteUnknown {
		t.Errorf("%+v, %v", c, err)
	}
	broken := errors.New("broken")
	fails := func(context.Context, probe) (yes, ok bool, err error) { return false, false, broken }
	if _, err := newProber().round(context.Background(), fails, nil, nil, time.Now); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
