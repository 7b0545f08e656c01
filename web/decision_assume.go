package web

import (
	"math"
	"strconv"

	"deckplan/internal/decision"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/web/ui"
)

// assuming makes assumptions with checks out of a plan's present figures.
type assuming struct {
	v   *ui.View
	w   decision.World
	out []decision.Assumption
}

// add offers an assumption in the reader's words.
func (a *assuming) add(check, message string, pairs ...any) {
	a.out = append(a.out, decision.Assumption{Text: a.v.T("assume."+message, pairs...), Check: check})
}

// most offers that a figure stays at most what it is now, rounded up to a
// multiple of step.
func (a *assuming) most(message string, ref decision.Ref, step float64) {
	f, err := a.w.Figure(ref)
	x, ok := f.Value.(float64)
	if err != nil || !ok {
		return
	}
	limit := math.Round(math.Ceil(x/step-1e-9)*step*1e6) / 1e6
	shown := f
	shown.Value = limit
	a.add(ref.String()+" <= "+strconv.FormatFloat(limit, 'f', -1, 64), message, "name", f.Label(a.v.Lang), "limit", shown.Text(a.v.Lang, a.v.Plan.Currency))
}

// assumed are the assumptions that a new record begins with: what its topic
// rests on.
func (s *Server) assumed(v *ui.View, r decision.Record) []decision.Assumption {
	a := &assuming{v: v, w: s.figures(v)}
	switch r.Topic {
	case decision.Layout:
		a.most("most", decision.Ref{Kind: "layout", Key: r.Subject, Field: "radius"}, 0.05)
		a.most("most", decision.Ref{Kind: "layout", Key: r.Subject, Field: "most_applications"}, 100)
	case decision.Ownership:
		a.most("most", decision.Ref{Kind: "pipeline", Key: r.Subject, Field: "lead"}, 60)
	case decision.Matrix:
		a.winner(s, r)
	case decision.Strategy:
		if f, err := a.w.Figure(decision.Ref{Kind: "service", Key: r.Subject, Field: "strategy"}); err == nil {
			a.add(f.Ref.String()+" == "+strconv.Quote(f.Value.(string)), "strategy", "name", f.Name, "choice", f.Text(v.Lang, ""))
		}
	}
	return a.out
}

// offers are further assumptions that a record could rest on.
func (s *Server) offers(v *ui.View, r decision.Record) []decision.Assumption {
	a := &assuming{v: v, w: s.figures(v), out: s.assumed(v, r)}
	switch r.Topic {
	case decision.Layout:
		if plan.KindOf("layouts").Find(v.Plan.Doc, r.Subject) != nil {
			ref := decision.Ref{Kind: "layout", Key: r.Subject, Field: "live_differences"}
			a.add(ref.String()+" == 0", "live", "name", plan.NameOf(v.Plan.Doc, "layouts", r.Subject))
		}
		a.most("most", decision.Ref{Kind: "layout", Key: r.Subject, Field: "most_clusters"}, 10)
		a.most("most", decision.Ref{Kind: "layout", Key: r.Subject, Field: "cost"}, 1000)
		a.most("most", decision.Ref{Kind: "layout", Key: r.Subject, Field: "change_radius"}, 0.05)
	case decision.Ownership:
		for _, field := range []string{"handoffs", "seams", "keys"} {
			a.most("most", decision.Ref{Kind: "pipeline", Key: r.Subject, Field: field}, 1)
		}
	case decision.Strategy:
		a.most("most", decision.Ref{Kind: "service", Key: r.Subject, Field: "downtime"}, 10)
	default:
		a.most("most", decision.Ref{Kind: "plan", Field: "clusters"}, 10)
		a.most("most", decision.Ref{Kind: "plan", Field: "errors"}, 1)
	}
	a.zones()
	a.tools(r)
	return a.out
}

// winner offers that the matrix's leader stays so and is maintained.
func (a *assuming) winner(s *Server, r decision.Record) {
	for i := range s.appraise.of(a.v.Plan.ID, a.v.Plan.Revision, a.v.Plan.Doc).Matrices {
		m := &s.appraise.of(a.v.Plan.ID, a.v.Plan.Revision, a.v.Plan.Doc).Matrices[i]
		w, ok := m.Winner()
		if m.Matrix.ID != r.Subject || !ok {
			continue
		}
		a.add(decision.Ref{Kind: "matrix", Key: r.Subject, Field: "winner"}.String()+" == "+strconv.Quote(w.Name), "winner", "name", w.Name, "matrix", m.Matrix.Name)
		if w.Tool != nil {
			a.maintained(w.Tool.ID)
		}
	}
}

func (a *assuming) maintained(tool string) {
	ref := decision.Ref{Kind: "tool", Key: tool, Field: "maintained"}
	if f, err := a.w.Figure(ref); err == nil && f.Value == true {
		a.add(ref.String(), "maintained", "name", f.Name)
	}
}

// offersOfAKind bounds the zones and the tools that are offered.
const offersOfAKind = 12

// zones offers that those without a way to the internet stay so.
func (a *assuming) zones() {
	gapped, n := matrix.AirGapped(a.v.Plan.Doc), 0
	for _, z := range a.v.Plan.Doc.Zones {
		if gapped[z.ID] && n < offersOfAKind {
			n++
			a.add(decision.Ref{Kind: "zone", Key: z.ID, Field: "offline"}.String(), "offline", "name", z.Name)
		}
	}
}

// tools offers that those the plan has installed stay maintained.
func (a *assuming) tools(r decision.Record) {
	if r.Topic == decision.Matrix {
		return
	}
	seen := map[string]bool{}
	for _, in := range a.v.Plan.Doc.Installations {
		if in.Tool != "" && !seen[in.Tool] && len(seen) < offersOfAKind {
			seen[in.Tool] = true
			a.maintained(in.Tool)
		}
	}
}
