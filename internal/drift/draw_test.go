package drift

import (
	"maps"
	"slices"
	"testing"

	"deckplan/internal/plan"
)

func TestDraw_MarksWhatIsElsewhereOrShared(t *testing.T) {
	w := agreed()
	w.apps = append(w.apps, application("argo-b", "catalog", one, "shop"))
	r := w.compare()
	if len(r.Away) > 0 || r.Shared["c1"] != "argo-b" {
		t.Errorf("away %v, shared %v", r.Away, r.Shared)
	}
	if of := r.Of(ClusterShared); len(of) != 1 || of[0].Args["each"] != "argo-a 1, argo-b 1" {
		t.Errorf("what each has there: %v", of)
	}
	w.apps = append(w.apps, application("argo-b", "more", one, "shop"))
	if r := w.compare(); r.Away["c1"] != "A" || r.Shared["c1"] != "argo-a" || len(r.Drawn.Placements) != 2 || r.Drawn.Placements[0].Instance != "ib" {
		t.Errorf("away %v, shared %v, %v", r.Away, r.Shared, r.Drawn.Placements)
	}
}

func TestDraw_SlicesAreOnTheInstanceTheyArePlannedFor(t *testing.T) {
	w := agreed()
	w.apps = append(w.apps, application("argo-b", "catalog", one, "blog"))
	w.plan.Slices = []plan.Slice{{ID: "mine", Cluster: "c1", Name: "mine", Namespaces: []string{"shop"}}, {ID: "other", Cluster: "c1", Name: "other", Namespaces: []string{"blog"}}}
	w.plan.Placements = slices.DeleteFunc(w.plan.Placements, func(p plan.Placement) bool { return p.Cluster == "c1" })
	for slice, in := range map[string]string{"mine": "ia", "other": "ib"} {
		w.plan.Placements = append(w.plan.Placements, plan.Placement{Layout: w.plan.ChosenLayout(), Cluster: "c1", Slice: slice, Instance: in})
	}
	on := map[string]string{}
	for _, p := range w.compare().Drawn.Placements {
		if p.Cluster == "c1" {
			on[p.Slice] = p.Instance
		}
	}
	if want := map[string]string{"mine": "ia", "other": "ib"}; !maps.Equal(on, want) {
		t.Errorf("%v, not %v", on, want)
	}
}
