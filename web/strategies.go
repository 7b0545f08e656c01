package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/plan"
	"deckplan/internal/rollout"
	"deckplan/internal/strategy"
	"deckplan/internal/verdict"
	"deckplan/web/page"
	"deckplan/web/ui"
)

// strategies lists the services with their deployment strategies, or compares
// the strategies for one service.
func (s *Server) strategies(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "strategies")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if id := q.Get("service"); id != "" {
		a, ok := strategy.Analyse(v.Plan.Doc, id)
		if !ok {
			return errNotFound
		}
		v.About("strategy", id)
		v.Title, v.Crumb = v.T("strategies.of", "name", a.Name), v.Plan.Name+" / "+a.Name
		props := page.StrategyProps{Analysis: a, Rows: ownedTable(v, "strategies", "service", id, []string{"environment", "choice", "segment", "reason"})}
		e := q.Get("environment")
		if !q.Has("environment") && len(a.Choices) > 0 {
			e = a.Choices[0].Environment
		}
		if slices.ContainsFunc(v.Plan.Doc.Environments, func(x plan.Environment) bool { return x.ID == e }) {
			props.Environment = e
		}
		props.Until, _ = strconv.Atoi(q.Get("until"))
		props.Until = min(max(0, props.Until), 3600)
		props.At, err = strconv.Atoi(q.Get("at"))
		if err != nil { // where the canary's first users come is where it is worth looking
			props.At = max(0, a.Option(plan.Canary).Good.First)
		}
		last := a.Span()
		if props.Until > 0 {
			last = min(last, props.Until)
		}
		props.At = min(max(0, props.At), last)
		props.Manifest = manifestChoice(v.Plan.Doc, a, props.Environment, q)
		props.Files = rollout.Build(props.Manifest, v.Lang.T)
		return s.render(w, r, page.Strategy(v, props))
	}
	survey := s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Strategies
	if q.Get("view") == "fleet" {
		return s.fleet(w, r, v, survey)
	}
	all := survey.Briefs
	p := &page.StrategiesProps{Filter: strings.TrimSpace(clip(q.Get("q"), 100)), Team: strings.TrimSpace(clip(q.Get("team"), 120)), Only: q.Get("only"),
		Teams: options(v.Plan.Doc, "teams"), All: len(all)}
	match := narrow(v, all, p)
	asked, _ := strconv.Atoi(q.Get("page"))
	p.Total = len(match)
	p.Pages = max(1, (p.Total+pageSize-1)/pageSize)
	p.Page = min(max(1, asked), p.Pages)
	from := (p.Page - 1) * pageSize
	for _, b := range match[from:min(p.Total, from+pageSize)] {
		p.Rows = append(p.Rows, page.StrategyRow{Brief: b, Findings: survey.Findings(b)})
	}
	return s.render(w, r, page.Strategies(v, p))
}

// fleet shows how services roll out side by side.
func (s *Server) fleet(w http.ResponseWriter, r *http.Request, v *ui.View, survey strategy.Survey) error {
	f := survey.Fleet()
	asked, _ := strconv.Atoi(r.URL.Query().Get("page"))
	p := &page.FleetProps{Longest: f.Longest, Total: len(f.Lanes), All: len(survey.Briefs), Pages: max(1, (len(f.Lanes)+pageSize-1)/pageSize)}
	p.Page = min(max(1, asked), p.Pages)
	from := (p.Page - 1) * pageSize
	p.Lanes = f.Lanes[from:min(len(f.Lanes), from+pageSize)]
	v.Title = v.T("fleet.title")
	return s.render(w, r, page.Fleet(v, p))
}

// narrow picks the services that the filters leave: by a text in the name of
// the service or of its team, by team, and by what there is to do.
func narrow(v *ui.View, all []strategy.Brief, p *page.StrategiesProps) (out []*strategy.Brief) {
	text := strings.ToLower(p.Filter)
	holding, picked := map[string]bool{}, pickedOf(p.Teams, p.Team)
	for _, t := range p.Teams {
		holding[t.Value] = strings.Contains(strings.ToLower(t.Label), text)
	}
	for i := range all {
		b := &all[i]
		team := v.Plan.Doc.Services[b.At].Team
		switch {
		case p.Team != "" && !picked[team],
			p.Only == "undecided" && len(b.Choices) > 0,
			p.Only == "chosen" && len(b.Choices) == 0,
			p.Only == "open" && b.Worst() > verdict.Warning,
			text != "" && !holding[team] && !strings.Contains(strings.ToLower(b.Name), text):
			continue
		}
		out = append(out, b)
	}
	return out
}

// pickedOf gives the options that a filter's text means: the one of that value,
// else those that are called so, else those whose name holds it.
func pickedOf(options []ui.Option, text string) map[string]bool {
	lower := strings.ToLower(text)
	for _, means := range []func(ui.Option) bool{
		func(o ui.Option) bool { return o.Value == text },
		func(o ui.Option) bool { return strings.ToLower(o.Label) == lower },
		func(o ui.Option) bool { return strings.Contains(strings.ToLower(o.Label), lower) },
	} {
		out := map[string]bool{}
		for _, o := range options {
			if means(o) {
				out[o.Value] = true
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// chooseStrategy sets a service's strategy in an environment (or in every one,
// where it is empty), or takes it back. A reason that was given stays.
func chooseStrategy(f *form) (plan.Edit, error) {
	service, environment, choice := f.values.Get("service"), f.values.Get("environment"), f.values.Get("choice")
	args := map[string]any{"name": plan.NameOf(f.doc, "services", service), "choice": choice}
	if environment != "" {
		args["name"] = args["name"].(string) + " (" + plan.NameOf(f.doc, "environments", environment) + ")"
	}
	var rows []plan.Strategy
	for _, row := range f.doc.Strategies {
		if row.Service == service && row.Environment == environment {
			rows = append(rows, row)
		}
	}
	var surplus []string // a second row for the same environment would contradict the first
	for i, row := range rows {
		if i > 0 || choice == "" {
			surplus = append(surplus, row.ID)
		}
	}
	if choice == "" {
		return plan.Batch{Edits: []plan.Edit{plan.Remove{Kind: "strategies", Keys: surplus}},
			Summary: plan.Summary{ID: "plan.summary.unchoose_strategy", Args: args}}, nil
	}
	row := plan.Strategy{ID: plan.NewID(), Service: service, Environment: environment, Choice: plan.Rollout(choice)}
	edits := []plan.Edit{plan.Put{Kind: "strategies", Items: plan.Rows(row)}}
	if len(rows) > 0 { // what else is in the row may have changed since it was read
		edits[0] = plan.Set{Kind: "strategies", Key: rows[0].ID, Fields: []plan.FieldValue{{Name: "choice", Now: plan.Raw(choice)}}}
	}
	if len(surplus) > 0 {
		edits = append(edits, plan.Remove{Kind: "strategies", Keys: surplus})
	}
	return plan.Batch{Edits: edits, Summary: plan.Summary{ID: "plan.summary.choose_strategy", Args: args}}, nil
}
