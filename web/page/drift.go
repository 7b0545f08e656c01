package page

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"deckplan/internal/compare"
	"deckplan/internal/drift"
	"deckplan/internal/layout"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
	"deckplan/web/ui"
)

// DriftProps is what the page of differences shows.
type DriftProps struct {
	Result              *drift.Result
	Drawn               *layout.Analysis // what runs; nil without a chosen layout
	Groups              []DriftGroup
	Filter              string
	Kind                drift.Kind  // shown alone; empty for all
	Instances, Clusters []ui.Option // of the plan, to be matched with
	Tomorrow, Quarter   string      // dates
}

// DriftGroup is the differences of one kind that match the filter.
type DriftGroup struct {
	Kind  drift.Kind
	All   int // that match
	Shown []*drift.Difference
}

// Limits of what the page shows.
const (
	driftShown   = 20 // differences of a kind
	driftAlone   = 100
	driftMatches = 50
	driftOptions = 16 // up to which a match is chosen from a list
)

// DriftGroups sorts the differences by kind, and keeps those that hold the
// filter's text in what is said of them.
func DriftGroups(v *ui.View, p DriftProps) (out []DriftGroup) {
	for _, k := range drift.Kinds {
		if p.Kind != "" && p.Kind != k {
			continue
		}
		g := DriftGroup{Kind: k}
		most := driftShown
		if p.Kind == k {
			most = driftAlone
		}
		for _, d := range p.Result.Of(k) {
			if p.Filter != "" && !driftHolds(v, d, strings.ToLower(p.Filter)) {
				continue
			}
			if g.All++; len(g.Shown) < most {
				g.Shown = append(g.Shown, d)
			}
		}
		if g.All > 0 {
			out = append(out, g)
		}
	}
	return out
}

func driftHolds(v *ui.View, d *drift.Difference, text string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return has(driftText(v, d)) || has(v.Word(d.PlanSays, d.Args)) || has(v.Word("drift."+string(d.Kind)+".live", d.Args)) || slices.ContainsFunc(d.Examples, has)
}

func driftText(v *ui.View, d *drift.Difference) string {
	return v.Word("drift."+string(d.Kind), d.Args)
}

// driftRemedy says what can be done about a difference.
func driftRemedy(v *ui.View, d *drift.Difference) string {
	return v.Maybe("drift."+string(d.Kind)+".do", d.Args)
}

// remedy is what can be done about each of several differences, empty where it
// is not the same for all.
func (g DriftGroup) remedy(v *ui.View) string {
	if len(g.Shown) < 2 {
		return ""
	}
	first := driftRemedy(v, g.Shown[0])
	if slices.ContainsFunc(g.Shown, func(d *drift.Difference) bool { return driftRemedy(v, d) != first }) {
		return ""
	}
	return first
}

// driftKindURL is the page with another kind or filter.
func driftKindURL(v *ui.View, p DriftProps, kind drift.Kind) string {
	q := url.Values{}
	if kind != "" {
		q.Set("kind", string(kind))
	}
	if p.Filter != "" {
		q.Set("q", p.Filter)
	}
	if len(q) == 0 {
		return v.URL("drift")
	}
	return v.URL("drift") + "?" + q.Encode()
}

// planPlace is where a row of the plan is shown.
func planPlace(v *ui.View, r *drift.Result, ref verdict.Ref) string {
	switch ref.Kind {
	case "instances":
		return v.Link("layouts", "layout", r.Layout, "instance", ref.Key)
	case "strategies":
		return v.Link("strategies", "service", ref.Key)
	}
	return v.Link("facts/"+ref.Kind, "q", ref.Name)
}

// livePlace is where something live is shown.
func livePlace(p drift.Place) (name, href string) {
	switch {
	case p.Name != "":
		return p.Name, ApplicationURL(live.Key{Instance: p.Instance, Namespace: p.Namespace, Name: p.Name})
	case p.Cluster != "":
		return p.Instance + " · " + p.Cluster, tableURL("instance", p.Instance, "cluster", p.Cluster)
	}
	return p.Instance, InstanceURL(p.Instance)
}

// wasPicked tells whether a refused form had picked it.
func wasPicked(v *ui.View, name, value string) bool {
	return v.Failed != nil && v.Failed.Form == "drift" && slices.Contains(v.Failed.Values[name], value)
}

// adoptable tells whether any difference of a group can be taken over.
func (g DriftGroup) adoptable() bool {
	return slices.ContainsFunc(g.Shown, func(d *drift.Difference) bool { return d.Adoptable() })
}

// matchOrder puts first what nothing fits, then what was corrected.
func matchOrder(by string) int {
	switch by {
	case "ambiguous", "none":
		return 0
	case "corrected":
		return 1
	}
	return 2
}

// clusterMatches are those shown, what asks for a correction first.
func (p DriftProps) clusterMatches() []drift.ClusterMatch {
	out := slices.Clone(p.Result.Clusters)
	slices.SortStableFunc(out, func(a, b drift.ClusterMatch) int {
		return cmp.Or(cmp.Compare(matchOrder(a.By), matchOrder(b.By)), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), driftMatches)]
}

// DriftAdoptProps is what adopting would change.
type DriftAdoptProps struct {
	Picks drift.Pick
	N     int // differences
	Rows  []compare.Row
	All   int // rows that would change
}

// Contradiction is what runs against the layout of a decision.
type Contradiction struct {
	Revision    int64
	Differences []*drift.Difference // the gravest first
}

// optionLabel is what an option is called, or its value.
func optionLabel(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func layoutsOf(v *ui.View) []plan.Layout { return v.Plan.Doc.Layouts }
