package figure

import (
	"testing"

	"deckplan/internal/ownership"
	"deckplan/internal/plan"
)

func TestSwimlane_ParallelStagesAndTheirLabelsDoNotOverlap(t *testing.T) {
	stage := func(id, team string, wait float64, after ...string) plan.Stage {
		return plan.Stage{ID: id, Pipeline: "p", Name: id, Kind: plan.Own, Accountable: []string{team}, Trigger: plan.OnUpstream, WaitMinutes: wait, After: after}
	}
	a := ownership.Analyse(&plan.Plan{
		Teams:     []plan.Team{{ID: "a", Name: "A"}, {ID: "b", Name: "B"}},
		Pipelines: []plan.Pipeline{{ID: "p", Name: "P"}},
		Stages: []plan.Stage{stage("1", "a", 0), stage("2", "b", 10, "1"), stage("3", "b", 20, "1"),
			stage("4", "a", 30, "2", "3"), stage("5", "a", 0, "1", "4")},
	}, "p")
	d := drawSwimlane(SwimlaneProps{ID: "x", Name: "P", Analysis: &a, Palette: File,
		Words: func(id string, _ map[string]any) string { return id }})
	for i, x := range d.boxes {
		for _, y := range d.boxes[:i] {
			if x.x < y.x+y.width && y.x < x.x+x.width && x.y < y.y+boxHeight && y.y < x.y+boxHeight {
				t.Errorf("%s lies on %s", x.name, y.name)
			}
		}
		if x.y+boxHeight > d.height {
			t.Errorf("%s lies below the picture", x.name)
		}
	}
	if len(d.rings) != 3 { // two hand-offs lead to stage 4 and share one
		t.Errorf("got %d rings", len(d.rings))
	}
	for i, x := range d.rings {
		for _, y := range d.rings[:i] {
			if x.x == y.x && x.y == y.y {
				t.Errorf("%q lies on %q", x.title, y.title)
			}
		}
	}
}

func TestSwimlane_AWaitThatIsNoHandOffShows(t *testing.T) {
	for wait, want := range map[float64]int{0: 0, 50: 1} {
		a := ownership.Analyse(&plan.Plan{
			Teams:     []plan.Team{{ID: "a", Name: "A"}},
			Pipelines: []plan.Pipeline{{ID: "p", Name: "P"}},
			Stages: []plan.Stage{{ID: "1", Pipeline: "p", Name: "1", Accountable: []string{"a"}},
				{ID: "2", Pipeline: "p", Name: "2", Accountable: []string{"a"}, Trigger: plan.OnUpstream, WaitMinutes: wait, After: []string{"1"}}},
		}, "p")
		d := drawSwimlane(SwimlaneProps{ID: "x", Name: "P", Analysis: &a, Palette: File,
			Words: func(id string, _ map[string]any) string { return id }})
		if len(d.rings) != want || want > 0 && (!d.rings[0].plain || d.rings[0].label != "figure.swimlane.wait") {
			t.Errorf("waiting %v min: %+v", wait, d.rings)
		}
	}
}
