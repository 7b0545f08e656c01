package strategy

import (
	"slices"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Segment is a canary whose first users are chosen and not drawn: A/B. Its
// reasons tell what it takes and where it ends.
type Segment struct {
	By      plan.Segment
	Fit     Fit
	Chosen  bool
	Reasons []verdict.Finding
	// Routers says by router how well it can choose so: Impossible where it
	// cannot.
	Routers []RouterFit
}

// RouterFit is a router's way of choosing users.
type RouterFit struct {
	Router plan.Router
	Fit    Fit
	Way    string // message strategy.way.* that tells how
}

// ways tells by router how users are chosen by a segment; what is missing
// cannot be done.
var ways = map[plan.Router]map[plan.Segment]RouterFit{
	plan.GatewayAPI:   {plan.ByHeader: {Way: "header_exact"}, plan.ByUser: {Fit: Doubtful, Way: "user_header"}, plan.ByLanguage: {Fit: Doubtful, Way: "language_regex_maybe"}, plan.ByAddress: {Fit: Doubtful, Way: "address_header"}},
	plan.Istio:        {plan.ByHeader: {Way: "header_any"}, plan.ByUser: {Way: "cookie_regex"}, plan.ByLanguage: {Way: "language_regex"}, plan.ByAddress: {Fit: Doubtful, Way: "address_header"}},
	plan.ALB:          {plan.ByHeader: {Way: "header_alb"}, plan.ByUser: {Fit: Doubtful, Way: "user_header"}, plan.ByLanguage: {Way: "language_wildcard"}, plan.ByAddress: {Way: "address_rule"}},
	plan.NginxIngress: {plan.ByHeader: {Fit: Doubtful, Way: "header_nginx"}, plan.ByUser: {Fit: Doubtful, Way: "cookie_nginx"}, plan.ByLanguage: {Fit: Doubtful, Way: "language_nginx"}},
}

// Way gives how a router chooses users by a segment.
func Way(r plan.Router, by plan.Segment) RouterFit {
	w, ok := ways[r][by]
	if !ok {
		w = RouterFit{Fit: Impossible, Way: "none"}
	}
	w.Router = r
	return w
}

// segments judges the forms of A/B for a service.
func (a *analyser) segments(c *comparison) (out []Segment) {
	t := &c.service.Traits
	for _, value := range plan.ByHeader.Values() {
		s := Segment{By: plan.Segment(value), Chosen: slices.ContainsFunc(a.choices[c.service.ID], func(x plan.Strategy) bool { return string(x.Segment) == value })}
		add := func(when bool, sev verdict.Severity, id string, args verdict.Args) {
			if when {
				s.Reasons = append(s.Reasons, verdict.Finding{ID: "strategy.segment." + id, Severity: sev, Args: args})
			}
		}
		for _, name := range plan.GatewayAPI.Values() {
			if r := plan.Router(name); t.Router == "" || t.Router == r {
				s.Routers = append(s.Routers, Way(r, s.By))
			}
		}
		can := slices.ContainsFunc(s.Routers, func(r RouterFit) bool { return r.Fit != Impossible })
		add(t.Alone, verdict.Error, "alone", nil)
		add(!t.Splits(), verdict.Error, "no_router", verdict.Args{"routers": routers()})
		add(t.Splits() && !can, verdict.Error, "not_by_router", verdict.Args{"router": string(t.Router)})
		add(c.cramped(plan.Canary) && t.Splits(), verdict.Error, "no_room", verdict.Args{"needs": c.needs(plan.Canary), "room": c.room})
		if len(s.Reasons) > 0 {
			s.Fit = Impossible
		} else {
			s.Fit = Doubtful
			for _, r := range s.Routers {
				s.Fit = min(s.Fit, r.Fit)
			}
			add(true, verdict.Good, "for."+value, nil)
			add(true, verdict.Note, "against."+value, nil)
			add(t.Stateful, verdict.Warning, "stateful", nil)
		}
		out = append(out, s)
	}
	return out
}
