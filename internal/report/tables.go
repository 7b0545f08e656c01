package report

import (
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// table is one of the plan's tables as the report shows it.
type table struct {
	title string
	heads []head
	rows  [][]string
	rest  int // rows left off
	count int
}

type head struct {
	text string
	num  bool
}

// columns are the tables of the report's chapter on the plan, in its order,
// with the columns that a reader on paper needs.
var columns = []struct {
	kind   string
	fields []string
}{
	{"teams", []string{"name", "contact"}},
	{"environments", []string{"name", "tier"}},
	{"zones", []string{"name", "internet", "note"}},
	{"links", []string{"from", "to", "kind", "delayMinutes", "approver"}},
	{"clusters", []string{"name", "environment", "zone", "region", "team", "kubernetes"}},
	{"services", []string{"name", "team", "criticality", "deploysPerWeek", "pipeline"}},
	{"repositories", []string{"name", "kind", "zone", "team", "url"}},
	{"registries", []string{"name", "zone", "mirrors", "team", "url"}},
	{"installations", []string{"name", "tool", "version", "zone", "host", "team"}},
	{"pipelines", []string{"name", "note"}},
}

// tables gives the plan's tables that have rows.
func (d *doc) tables() (out []table) {
	for _, c := range columns {
		k := plan.KindOf(c.kind)
		if k.Len(d.Plan) > 0 {
			out = append(out, d.tableOf(k, c.fields))
		}
	}
	return out
}

func (d *doc) tableOf(k *plan.Kind, names []string) table {
	t := table{title: d.t("kind." + k.Name), count: k.Len(d.Plan)}
	shown := min(t.count, maxRows)
	t.rest = t.count - shown
	var fields []plan.Field
	for _, name := range names {
		f, ok := k.Field(name)
		if !ok || !d.used(k, f, shown) {
			continue
		}
		fields = append(fields, f)
		t.heads = append(t.heads, head{d.t("field." + k.Name + "." + f.Name), f.Type == plan.Number || f.Type == plan.Integer})
	}
	applications := map[string]int{}
	if k.Name == "services" {
		t.heads = append(t.heads, head{d.t("report.applications"), true})
		for i := range d.Plan.Applications {
			applications[d.Plan.Applications[i].Service]++
		}
	}
	for i := range shown {
		item := k.At(d.Plan, i)
		row := make([]string, 0, len(fields)+1)
		for _, f := range fields {
			row = append(row, d.cell(k, item, f))
		}
		if k.Name == "services" {
			row = append(row, d.Lang.Number(float64(applications[item.Key()])))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// used tells whether a column says anything; names always do.
func (d *doc) used(k *plan.Kind, f plan.Field, rows int) bool {
	for i := range rows {
		if d.cell(k, k.At(d.Plan, i), f) != "" {
			return true
		}
	}
	return false
}

// cell writes a field of a row.
func (d *doc) cell(k *plan.Kind, item plan.Item, f plan.Field) string {
	var words []string
	switch f.Type {
	case plan.RefOne, plan.RefMany:
		for _, key := range k.Refs(item, f) {
			words = append(words, d.nameOf(f.Ref, key))
		}
	case plan.Choice, plan.Choices:
		for _, w := range plan.Words(item, f) {
			words = append(words, d.t(f.Words+w))
		}
	case plan.Tool:
		for _, w := range plan.Words(item, f) {
			words = append(words, toolName(w))
		}
	case plan.Flag:
		if on, _ := k.Get(item, f).(bool); on {
			return d.t("report.yes")
		}
	case plan.Integer:
		if n, _ := k.Get(item, f).(int); n != 0 {
			return d.Lang.Number(float64(n))
		}
	case plan.Number:
		n, _ := k.Get(item, f).(float64)
		switch {
		case n == 0:
		case strings.HasSuffix(f.Name, "inutes"):
			return d.Lang.Minutes(n)
		default:
			return d.Lang.Number(n)
		}
	case plan.Texts:
		words = plan.Words(item, f)
	default:
		s, _ := k.Get(item, f).(string)
		return s
	}
	return strings.Join(words, ", ")
}

func toolName(id string) string {
	if t, ok := catalog.ToolByID(id); ok {
		return t.Name
	}
	return id
}

// nameOf gives what a row is called; each table is read once.
func (d *doc) nameOf(kind, key string) string {
	m := d.names[kind]
	if m == nil {
		k := plan.KindOf(kind)
		m = make(map[string]string, k.Len(d.Plan))
		for i := range k.Len(d.Plan) {
			item := k.At(d.Plan, i)
			m[item.Key()] = plan.Name(d.Plan, k, item)
		}
		d.names[kind] = m
	}
	if s := m[key]; s != "" {
		return s
	}
	return key
}

// rule is a line of what the team demands of layouts.
type rule struct{ name, value string }

// rules lists the rules the team has set, with what holds unless set.
func (d *doc) rules() (out []rule) {
	k := plan.KindOf("about")
	for _, f := range k.Fields {
		if !strings.HasPrefix(f.Name, "rules.") {
			continue
		}
		v := d.cell(k, d.Plan.About, f)
		switch {
		case v == "" && f.Type == plan.Flag:
			v = d.t("report.no")
		case v == "":
			v = d.t("report.any")
		case f.Name == "rules.maxRadiusPercent":
			v += "%"
		}
		out = append(out, rule{d.t("field.about." + f.Name), v})
	}
	return out
}

// assumption is a figure of the layout model as it holds for the plan.
type assumption struct {
	id            string
	name, means   string
	number        float64
	usualNumber   float64
	unit          verdict.Unit
	value, usual  string
	note          string
	own           bool
	sources       []verdict.Source
	low, high     string
	withoutSource bool
}

// assumptions lists every figure of the catalogue, and then those of the plan
// that the catalogue lacks.
func (d *doc) assumptions() (out []assumption) {
	own := map[string]plan.Assumption{}
	for _, a := range d.Plan.Assumptions {
		own[a.ID] = a
	}
	for _, p := range slices.Concat(catalog.Parameters(), catalog.StrategyParameters()) {
		a := assumption{id: p.ID, number: p.Default, usualNumber: p.Default, unit: p.Unit, name: d.t("assumption." + p.ID), means: d.maybe("assumption."+p.ID+".means", nil), value: d.value(p.Default, p.Unit),
			usual: d.value(p.Default, p.Unit), sources: p.Sources}
		if p.Low != p.High {
			a.low, a.high = d.value(p.Low, p.Unit), d.value(p.High, p.Unit)
		}
		if o, ok := own[p.ID]; ok {
			a.own, a.note, a.number, a.value = true, o.Note, o.Value, d.value(o.Value, p.Unit)
			delete(own, p.ID)
		}
		out = append(out, a)
	}
	for _, a := range d.Plan.Assumptions {
		if _, ok := own[a.ID]; ok {
			out = append(out, assumption{id: a.ID, number: a.Value, name: a.ID, value: d.Lang.Number(a.Value), note: a.Note, own: true, withoutSource: true})
		}
	}
	return out
}

// stageRow is a stage in the table below its pipeline's picture.
type stageRow struct {
	name, kind, installation, accountable, trigger, minutes, wait, approval string
}

func (d *doc) stages(pipeline string) (out []stageRow, rest int) {
	for i := range d.Plan.Stages {
		s := &d.Plan.Stages[i]
		if s.Pipeline != pipeline {
			continue
		}
		if len(out) == maxRows {
			rest++
			continue
		}
		r := stageRow{name: s.Name, kind: d.t("choice.stagekind." + string(s.Kind)), approval: s.Approval.Role}
		if s.Installation != "" {
			r.installation = d.nameOf("installations", s.Installation)
		}
		if s.Builder != "" {
			r.installation = strings.TrimPrefix(r.installation+", "+toolName(s.Builder), ", ")
		}
		teams := slices.Clone(s.Accountable)
		for i, key := range teams {
			teams[i] = d.nameOf("teams", key)
		}
		r.accountable = strings.Join(teams, ", ")
		if s.Trigger != "" {
			r.trigger = d.t("choice.trigger." + string(s.Trigger))
		}
		if s.Minutes > 0 {
			r.minutes = d.Lang.Minutes(s.Minutes)
		}
		if w := s.WaitMinutes + s.Approval.WaitMinutes; w > 0 {
			r.wait = d.Lang.Minutes(w)
		}
		out = append(out, r)
	}
	return out, rest
}

func itoa(n int) string { return strconv.Itoa(n) }
