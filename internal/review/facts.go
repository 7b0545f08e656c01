// Package review tells whether decisions still stand: it finds the figures that
// their assumptions name in a plan's verdicts and in what runs, judges them
// after every change, and remembers which change broke which assumption.
package review

import (
	"errors"

	"deckplan/internal/appraise"
	"deckplan/internal/catalog"
	"deckplan/internal/decision"
	"deckplan/internal/layout"
	"deckplan/internal/matrix"
	"deckplan/internal/ownership"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// errNotLive says that nothing can be said of what runs: nothing is connected,
// or part of it does not answer.
var errNotLive = errors.New("review: what runs is not known")

// Facts are a plan's figures by the names that checks use. Things are found by
// their keys, else by their names.
type Facts struct {
	plan      *plan.Plan
	appraisal *appraise.Appraisal
	// live counts in how many ways what runs differs from a layout.
	live func(layout string) (int, error)

	names  map[string]map[string]string // keys by kind and name
	apps   map[string]int               // applications by cluster
	served map[string]int               // applications by service
	gapped map[string]bool
}

// NewFacts gives the figures of a plan and its appraisal. live may be nil:
// nothing is connected.
func NewFacts(p *plan.Plan, a *appraise.Appraisal, live func(layout string) (int, error)) *Facts {
	return &Facts{plan: p, appraisal: a, live: live, names: map[string]map[string]string{}}
}

// Figure finds a figure; what it cannot find is a *decision.Missing.
func (f *Facts) Figure(r decision.Ref) (decision.Figure, error) {
	out := decision.Figure{Ref: r, Name: r.Key}
	key := r.Key
	if table := decision.Vocabulary[r.Kind].Table; table != "" {
		var ok bool
		if key, out.Name, ok = f.find(table, r.Key); !ok && r.Kind != "layout" {
			return out, gone(r)
		}
	}
	value, err := f.value(r, key)
	if value == nil && err == nil {
		err = &decision.Missing{Ref: r, ID: "decision.missing.figure", Args: map[string]any{"figure": r.String()}}
	}
	if r.Kind == "tool" {
		if t, ok := catalog.ToolByID(r.Key); ok {
			out.Name = t.Name
		}
	}
	out.Value = value
	return out, err
}

func gone(r decision.Ref) error {
	return &decision.Missing{Ref: r, ID: "decision.missing.gone", Args: map[string]any{"kind": r.Kind, "name": r.Key}, Gone: true}
}

// find gives a row's key and name by either.
func (f *Facts) find(table, given string) (key, name string, ok bool) {
	k := plan.KindOf(table)
	if row := k.Find(f.plan, given); row != nil {
		return given, plan.Name(f.plan, k, row), true
	}
	if f.names[table] == nil {
		f.names[table] = map[string]string{}
		for i := range k.Len(f.plan) {
			row := k.At(f.plan, i)
			f.names[table][plan.Name(f.plan, k, row)] = row.Key()
		}
	}
	key, ok = f.names[table][given]
	if !ok {
		key = given
	}
	return key, given, ok
}

// value gives a figure: a float64, a string or a bool; nil where the analysis
// has none.
func (f *Facts) value(r decision.Ref, key string) (any, error) {
	switch r.Kind {
	case "layout":
		return f.layout(r, key)
	case "pipeline":
		for i := range f.appraisal.Pipelines {
			if a := &f.appraisal.Pipelines[i]; a.Pipeline.ID == key {
				return pipeline(a, r.Field), nil
			}
		}
	case "matrix":
		for i := range f.appraisal.Matrices {
			if a := &f.appraisal.Matrices[i]; a.Matrix.ID == key {
				return winner(a, r.Field), nil
			}
		}
	case "service":
		return f.service(key, r.Field), nil
	case "zone":
		return f.zone(r, key)
	case "cluster":
		return f.cluster(key, r.Field), nil
	case "tool":
		return f.tool(r)
	case "plan":
		return f.whole(r.Field), nil
	case "images":
		return metric(f.appraisal.Images.Verdict, "image."+r.Field), nil
	}
	return nil, gone(r)
}

// metric gives an analysis' figure, nil where it has none of the name.
func metric(v verdict.Verdict, id string) any {
	if m, ok := v.Metric(id); ok {
		return m.Value
	}
	return nil
}

// worst gives the errors or the warnings of a verdict.
func worst(v verdict.Verdict, field string) any {
	if field == "errors" {
		return float64(v.Worst()[verdict.Error])
	}
	return float64(v.Worst()[verdict.Warning])
}

func (f *Facts) layout(r decision.Ref, key string) (any, error) {
	for i := range f.appraisal.Layouts {
		a := &f.appraisal.Layouts[i]
		if a.Arrangement.ID != key {
			continue
		}
		switch r.Field {
		case "most_applications", "most_clusters":
			return most(a, r.Field), nil
		case "errors", "warnings":
			return worst(a.Verdict, r.Field), nil
		case "live_differences":
			return f.differences(r, key)
		}
		return metric(a.Verdict, "layout."+r.Field), nil
	}
	return nil, gone(r)
}

// most is the largest number of applications, or clusters, of one instance.
func most(a *layout.Analysis, field string) any {
	n := 0
	for _, i := range a.Instances {
		if field == "most_clusters" {
			n = max(n, i.Clusters)
		} else {
			n = max(n, i.Applications)
		}
	}
	return float64(n)
}

func (f *Facts) differences(r decision.Ref, key string) (any, error) {
	if f.live == nil {
		return nil, &decision.Missing{Ref: r, ID: "decision.missing.live"}
	}
	n, err := f.live(key)
	if err != nil {
		return nil, &decision.Missing{Ref: r, ID: "decision.missing.live"}
	}
	return float64(n), nil
}

func pipeline(a *ownership.Analysis, field string) any {
	if field == "errors" || field == "warnings" {
		return worst(a.Verdict, field)
	}
	return metric(a.Verdict, "ownership."+field)
}

func winner(a *matrix.Analysis, field string) any {
	switch field {
	case "winner":
		if w, alone := a.Winner(); alone {
			return w.Name
		}
		return ""
	case "score":
		field = "winner"
	}
	return metric(a.Verdict, "matrix."+field)
}

func (f *Facts) service(key, field string) any {
	s, ok := plan.KindOf("services").Find(f.plan, key).(plan.Service)
	if !ok {
		return nil
	}
	switch field {
	case "criticality":
		return s.Weight()
	case "deploys_per_week":
		return s.Deploys
	case "applications":
		if f.served == nil {
			f.served = map[string]int{}
			for i := range f.plan.Applications {
				f.served[f.plan.Applications[i].Service]++
			}
		}
		return float64(f.served[key])
	}
	for i := range f.appraisal.Strategies.Briefs {
		b := &f.appraisal.Strategies.Briefs[i]
		if b.Key != key {
			continue
		}
		if field == "strategy" {
			if len(b.Choices) > 0 {
				return string(b.Choices[0].Choice)
			}
			return string(b.Recommended)
		}
		return metric(f.appraisal.Strategies.Verdict(b), "strategy."+field)
	}
	return nil
}

func (f *Facts) zone(r decision.Ref, key string) (any, error) {
	z, _ := plan.KindOf("zones").Find(f.plan, key).(plan.Zone)
	switch r.Field {
	case "internet":
		return z.Internet, nil
	case "offline":
		if f.gapped == nil {
			f.gapped = matrix.AirGapped(f.plan)
		}
		if f.gapped == nil {
			return nil, &decision.Missing{Ref: r, ID: "decision.missing.internet"}
		}
		return f.gapped[key], nil
	}
	n := 0
	for i := range f.plan.Clusters {
		if f.plan.Clusters[i].Zone == key {
			n++
		}
	}
	return float64(n), nil
}

func (f *Facts) cluster(key, field string) any {
	c, _ := plan.KindOf("clusters").Find(f.plan, key).(plan.Cluster)
	switch field {
	case "zone":
		return plan.NameOf(f.plan, "zones", c.Zone)
	case "environment":
		return plan.NameOf(f.plan, "environments", c.Environment)
	case "kubernetes":
		return c.Kubernetes
	}
	if f.apps == nil {
		f.apps = map[string]int{}
		of := map[string]string{}
		for i := range f.plan.Slices {
			of[f.plan.Slices[i].ID] = f.plan.Slices[i].Cluster
		}
		for i := range f.plan.Applications {
			a := &f.plan.Applications[i]
			if a.Cluster == "" {
				f.apps[of[a.Slice]]++
			} else {
				f.apps[a.Cluster]++
			}
		}
	}
	return float64(f.apps[key])
}

// tool gives what the catalogue knows of a tool, and where the plan has it.
func (f *Facts) tool(r decision.Ref) (any, error) {
	if r.Field == "installations" {
		n := 0
		for i := range f.plan.Installations {
			if f.plan.Installations[i].Tool == r.Key {
				n++
			}
		}
		return float64(n), nil
	}
	t, ok := catalog.ToolIn(f.plan, r.Key)
	if !ok {
		return nil, &decision.Missing{Ref: r, ID: "decision.missing.tool", Args: map[string]any{"name": r.Key}, Gone: true}
	}
	status := t.Maintenance.Value
	if r.Field == "status" {
		return status, nil
	}
	switch matrix.Judge(plan.GateMaintained, &t).Result {
	case matrix.Passes:
		return true, nil
	case matrix.Fails:
		return false, nil
	}
	return nil, &decision.Missing{Ref: r, ID: "decision.missing.maintenance", Args: map[string]any{"name": t.Name}}
}

func (f *Facts) whole(field string) any {
	p := f.plan
	switch field {
	case "clusters":
		return float64(len(p.Clusters))
	case "services":
		return float64(len(p.Services))
	case "applications":
		return float64(len(p.Applications))
	case "teams":
		return float64(len(p.Teams))
	case "pipelines":
		return float64(len(p.Pipelines))
	}
	n := 0
	for _, c := range f.appraisal.Counts() {
		if field == "errors" {
			n += c.Errors
		} else {
			n += c.Warnings
		}
	}
	return float64(n)
}
