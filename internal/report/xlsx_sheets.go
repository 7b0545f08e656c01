package report

import (
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/catalog"
	"deckplan/internal/compare"
	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// sheets are the workbook's, in its order.
func (d *doc) sheets() (out []sheet) {
	if d.Other != nil {
		out = append(out, d.comparedSheet(), d.rowsSheet())
	}
	if d.Only == nil {
		out = append(out, d.figureSheet(), d.findingSheet())
	}
	out = append(out, d.decisionSheet())
	if d.Only != nil {
		return out
	}
	out = append(out, d.assumptionSheet())
	for _, k := range plan.Kinds() {
		if k.Len(d.Plan) > 0 && k.Name != "assumptions" { // they have their sheet
			out = append(out, d.kindSheet(k))
		}
	}
	return out
}

// listed makes a sheet of rows that are there already.
func (d *doc) listed(name string, heads []string, rows [][]any) sheet {
	return sheet{name: name, heads: heads, rows: len(rows), row: func(i int) []any { return rows[i] }}
}

// kindSheet is a table of the plan with every row and field.
func (d *doc) kindSheet(k *plan.Kind) sheet {
	s := sheet{name: d.t("kind." + k.Name), rows: k.Len(d.Plan)}
	if k.HasID() {
		s.heads = append(s.heads, "id")
	}
	for _, f := range k.Fields {
		s.heads = append(s.heads, d.t("field."+k.Name+"."+f.Name))
	}
	s.row = func(i int) []any {
		item := k.At(d.Plan, i)
		row := make([]any, 0, len(s.heads))
		if k.HasID() {
			row = append(row, item.Key())
		}
		for _, f := range k.Fields {
			switch v := k.Get(item, f).(type) {
			case bool, int, float64:
				row = append(row, v)
			default:
				row = append(row, d.cell(k, item, f))
			}
		}
		return row
	}
	return s
}

// unit names a figure's unit.
func (d *doc) unit(u verdict.Unit, currency string) string {
	if u == verdict.Money {
		return currency
	}
	return d.t("xlsx.unit." + string(u))
}

// figure is a figure as a cell.
func figureCell(x float64, u verdict.Unit) any {
	if u == verdict.Percent {
		return share(x)
	}
	return x
}

// figureSheet lists every figure of every analysis.
func (d *doc) figureSheet() sheet {
	var rows [][]any
	add := func(t appraise.Topic, subject string, list []verdict.Metric) {
		for _, m := range list {
			rows = append(rows, []any{d.topic(t), subject, d.t("metric." + m.ID), figureCell(m.Value, m.Unit), d.unit(m.Unit, d.Plan.About.CurrencyOr()), m.Cause, m.ID})
		}
	}
	for i := range d.Appraisal.Pipelines {
		a := &d.Appraisal.Pipelines[i]
		add(appraise.Ownership, a.Pipeline.Name, a.Verdict.Metrics)
	}
	for i := range d.Appraisal.Layouts {
		a := &d.Appraisal.Layouts[i]
		add(appraise.Layout, d.layoutName(a), a.Verdict.Metrics)
	}
	for i := range d.Appraisal.Matrices {
		a := &d.Appraisal.Matrices[i]
		add(appraise.Matrix, a.Matrix.Name, a.Verdict.Metrics)
	}
	for i := range d.Appraisal.Strategies.Briefs {
		b := &d.Appraisal.Strategies.Briefs[i]
		if i >= maxSheetRows/16 {
			break
		}
		add(appraise.Strategy, b.Name, d.Appraisal.Strategies.Verdict(b).Metrics)
	}
	add(appraise.Image, d.Plan.About.Name, d.Appraisal.Images.Verdict.Metrics)
	return d.listed(d.t("xlsx.figures"), []string{d.t("decision.field.topic"), d.t("decision.field.subject"), d.t("report.figure"), d.t("report.value"), d.t("xlsx.unit"),
		d.t("report.cause"), "id"}, rows)
}

// findingSheet lists every finding, those in order too.
func (d *doc) findingSheet() sheet {
	all := withSteps(d.Plan, d.Appraisal.Findings(), verdict.Good)
	return sheet{name: d.t("xlsx.findings"), rows: len(all), heads: []string{d.t("xlsx.severity"), d.t("decision.field.topic"), d.t("decision.field.subject"), d.t("xlsx.finding"),
		d.t("xlsx.why"), d.t("xlsx.do"), d.t("xlsx.rows"), d.t("report.source"), "id"},
		row: func(i int) []any {
			f := all[i]
			var rows []string
			for _, r := range f.About {
				rows = append(rows, r.Name)
			}
			return []any{d.t("report.mark." + f.Severity.String()), d.topic(f.Topic), f.Subject.Name, d.word(f.ID, f.Args), d.maybe(f.ID+".why", f.Args),
				d.maybe(f.ID+".do", f.Args), strings.Join(rows, ", "), d.cites(f.Sources), f.ID}
		}}
}

// decisionSheet lists the records, one a row.
func (d *doc) decisionSheet() sheet {
	fields := []string{"number", "title", "status", "topic", "subject", "date", "decisionMakers", "consulted", "informed", "context", "drivers", "options", "chosen", "justification",
		"consequences", "confirmation", "moreInformation"}
	s := sheet{name: d.t("report.decisions"), rows: len(d.Decisions)}
	for _, f := range fields {
		s.heads = append(s.heads, d.t("decision.field."+f))
	}
	s.heads = append(s.heads, d.t("report.rests_on"), d.t("report.review_by"))
	s.row = func(i int) []any {
		r := d.Decisions[i].Record
		var options, rests []string
		for _, o := range r.Options {
			options = append(options, strings.TrimSuffix(o.Name+": "+o.Description, ": "))
			options = append(options, sided(o.Arguments)...)
		}
		for _, a := range r.Assumptions {
			rests = append(rests, strings.TrimSuffix(a.Text+" ("+a.Check+")", " ()"))
		}
		consequences := sided(r.Consequences)
		if r.Aftermath != "" {
			consequences = append(consequences, r.Aftermath)
		}
		join := func(list []string) string { return strings.Join(list, "\n") }
		return []any{r.Number, r.Title, d.t("decision.status." + string(r.Status)), d.t("decision.topic." + string(r.Topic)), d.subject(r), r.Date, join(r.DecisionMakers),
			join(r.Consulted), join(r.Informed), r.Context, join(r.Drivers), join(options), r.Chosen, r.Justification, join(consequences), r.Confirmation, r.More, join(rests), r.ReviewBy}
	}
	return s
}

// sided are arguments as lines, each after its sign.
func sided(list []decision.Argument) (out []string) {
	for _, a := range list {
		sign := map[decision.Side]string{decision.Good: "+ ", decision.Bad: "− "}[a.Side]
		if sign == "" {
			sign = "~ "
		}
		out = append(out, sign+a.Text)
	}
	return out
}

// assumptionSheet lists what the models take for granted, as numbers.
func (d *doc) assumptionSheet() sheet {
	own := map[string]plan.Assumption{}
	for _, a := range d.Plan.Assumptions {
		own[a.ID] = a
	}
	var rows [][]any
	currency := d.Plan.About.CurrencyOr()
	for _, list := range [][]catalog.Parameter{catalog.Parameters(), catalog.StrategyParameters()} {
		for _, p := range list {
			o, set := own[p.ID]
			value, note := p.Default, ""
			if set {
				value, note = o.Value, o.Note
				delete(own, p.ID)
			}
			rows = append(rows, []any{d.t("assumption." + p.ID), figureCell(value, p.Unit), d.unit(p.Unit, currency), figureCell(p.Default, p.Unit), figureCell(p.Low, p.Unit),
				figureCell(p.High, p.Unit), set, note, d.cites(p.Sources), p.ID})
		}
	}
	for _, a := range d.Plan.Assumptions {
		if _, left := own[a.ID]; left {
			rows = append(rows, []any{a.ID, a.Value, nil, nil, nil, nil, true, a.Note, nil, a.ID})
		}
	}
	return d.listed(d.t("report.assumptions"), []string{d.t("report.assumption"), d.t("report.value"), d.t("xlsx.unit"), d.t("xlsx.usual"), d.t("xlsx.low"), d.t("xlsx.high"),
		d.t("xlsx.own"), d.t("xlsx.note"), d.t("report.source"), "id"}, rows)
}

// comparedSheet lists the figures of both plans, equal ones too.
func (d *doc) comparedSheet() sheet {
	a, b := d.pair()
	mine, theirs := d.Plan.About.CurrencyOr(), d.Other.Plan.About.CurrencyOr()
	var rows [][]any
	for _, s := range compare.Verdicts(d.Appraisal, d.Other.Appraisal) {
		name := s.Name
		if s.Preset {
			name = d.t("layout.preset." + s.Key)
		}
		for _, f := range s.Figures {
			var was, now, moved any
			unit := d.unit(f.Unit, mine)
			if f.InA {
				was = figureCell(f.A, f.Unit)
			}
			if f.InB {
				now = figureCell(f.B, f.Unit)
			}
			switch comparable := f.Unit != verdict.Money || mine == theirs; {
			case !comparable:
				unit = mine + " / " + theirs
			case f.InA && f.InB:
				moved = figureCell(f.B-f.A, f.Unit)
			}
			rows = append(rows, []any{d.topic(s.Topic), name, d.t("metric." + f.ID), was, now, moved, unit})
		}
	}
	return d.listed(d.t("report.figures"), []string{d.t("decision.field.topic"), d.t("decision.field.subject"), d.t("report.figure"), a, b, d.t("compare.change"), d.t("xlsx.unit")}, rows)
}

// rowsSheet lists the rows that differ between both plans.
func (d *doc) rowsSheet() sheet {
	heads, rows, _ := d.rowsOf()
	s := sheet{name: d.t("report.rows"), rows: len(rows)}
	for _, h := range heads {
		s.heads = append(s.heads, h.text)
	}
	s.row = func(i int) []any {
		out := make([]any, len(rows[i]))
		for j, c := range rows[i] {
			out[j] = c
		}
		return out
	}
	return s
}
