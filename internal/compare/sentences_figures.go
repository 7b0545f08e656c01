package compare

import (
	"slices"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/verdict"
)

// spoken are the figures whose change is a sentence, by topic in order. Its
// words are compare.say.figure_FIGURE_up and _down.
var spoken = map[appraise.Topic][]string{
	appraise.Layout:    {"layout.radius", "layout.blocked_hours", "layout.cost"},
	appraise.Ownership: {"ownership.handoffs", "ownership.lead"},
}

// figures tells what the change does to the figures that count.
func (n *narrator) figures(a, b appraise.Appraisal) {
	before := map[string]appraise.Verdict{}
	for _, v := range a.Verdicts() {
		before[string(v.Topic)+"/"+v.Subject.Key] = v
	}
	for _, v := range b.Verdicts() {
		was, ok := before[string(v.Topic)+"/"+v.Subject.Key]
		if !ok || v.Preset {
			continue
		}
		of := verdict.Ref{Kind: v.Topic.Table(), Key: v.Subject.Key, Name: v.Subject.Name}
		if v.Topic == appraise.Matrix {
			n.leader(of, was, v)
		}
		for _, id := range spoken[v.Topic] {
			n.figure(of, id, was, v)
		}
	}
}

// lead is the figure that a verdict names: the delivery radius of the layout in
// force, else the first one, else whatever figure came first.
func (n *narrator) lead() string {
	chosen, pick := n.b.ChosenLayout(), ""
	radius := false
	for _, s := range n.out {
		if s.Part != Figures {
			continue
		}
		is := strings.HasPrefix(s.Kind, "figure_radius_")
		if is && s.Refs[0].Key == chosen {
			return s.Text
		}
		if pick == "" || is && !radius {
			pick, radius = s.Text, is
		}
	}
	return pick
}

// figure tells how a figure changes, where a reader can see that it does.
func (n *narrator) figure(of verdict.Ref, id string, a, b appraise.Verdict) {
	x, inA := a.Metric(id)
	y, inB := b.Metric(id)
	if !inA || !inB {
		return
	}
	was := n.lang.Figure(x.Value, string(x.Unit), n.a.About.CurrencyOr())
	now := n.lang.Figure(y.Value, string(y.Unit), n.b.About.CurrencyOr())
	if was == now {
		return // a difference that no reader could see is none
	}
	_, short, _ := strings.Cut(id, ".")
	kind, cause := "figure_"+short+"_up", y.Cause
	if y.Value < x.Value {
		kind = "figure_" + short + "_down"
	}
	if cause != "" {
		cause = n.lang.T("compare.cause", args{"name": cause})
	}
	n.say(Figures, kind, args{"name": of.Name, "was": was, "now": now, "cause": cause}, x.Value, y.Value, of)
}

// leader tells that another candidate leads a matrix.
func (n *narrator) leader(of verdict.Ref, a, b appraise.Verdict) {
	x, _ := a.Metric("matrix.winner")
	y, _ := b.Metric("matrix.winner")
	if x.Cause == y.Cause {
		return
	}
	n.say(Figures, "figure_winner", args{"name": of.Name, "was": n.text(x.Cause), "now": n.text(y.Cause)}, x.Cause, y.Cause, of)
}

// findings tells which appear and which go. Those that a preset has, and what
// is found in order, are not told.
func (n *narrator) findings(a, b appraise.Appraisal) {
	was, now := a.Grave(verdict.Note), b.Grave(verdict.Note)
	key := func(f appraise.Finding) string {
		return string(f.Topic) + "/" + f.Subject.Key + "/" + identity(f.Finding)
	}
	count := map[string]int{}
	for _, f := range was {
		count[key(f)]++
	}
	var fresh []appraise.Finding
	for _, f := range now {
		if k := key(f); count[k] > 0 {
			count[k]--
		} else {
			fresh = append(fresh, f)
		}
	}
	for _, f := range fresh {
		n.fresh[f.Severity]++
		n.finding("finding_fresh", f, n.b.About.CurrencyOr())
	}
	var gone []appraise.Finding
	for _, f := range slices.Backward(was) { // of several alike, the last are the ones that went
		if k := key(f); count[k] > 0 {
			count[k]--
			n.gone[f.Severity]++
			gone = append(gone, f)
		}
	}
	for _, f := range slices.Backward(gone) {
		n.finding("finding_gone", f, n.a.About.CurrencyOr())
	}
}

func (n *narrator) finding(kind string, f appraise.Finding, currency string) {
	a := args{"currency": currency}
	for k, v := range f.Args {
		a[k] = v
	}
	text := n.lang.T(f.ID, a)
	var before, after any = f.Severity.String(), nil
	if kind == "finding_fresh" {
		before, after = nil, before
	}
	n.say(Findings, kind, args{"severity": n.lang.T("severity."+f.Severity.String(), nil), "subject": f.Subject.Name, "text": text}, before, after, f.About...)
}

// verdict is the story in one line.
func (n *narrator) verdict(rows int) string {
	if rows == 0 && len(n.out) == 0 {
		return n.lang.T("compare.none", nil)
	}
	lead := strings.TrimSuffix(n.lead(), ".")
	if lead == "" {
		lead = n.lang.T("compare.verdict.rows", args{"n": rows})
	}
	sum := func(counts [4]int) (all int) {
		for _, c := range counts {
			all += c
		}
		return all
	}
	a := args{"lead": lead, "fresh": sum(n.fresh), "errors": "", "gone": sum(n.gone)}
	if e := n.fresh[verdict.Error]; e > 0 {
		a["errors"] = n.lang.T("compare.verdict.errors", args{"n": e})
	}
	kind := "none"
	switch fresh, gone := sum(n.fresh), sum(n.gone); {
	case fresh > 0 && gone > 0:
		kind = "both"
	case fresh > 0:
		kind = "fresh"
	case gone > 0:
		kind = "gone"
	}
	return n.lang.T("compare.verdict."+kind, a)
}
