package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/ownership"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) ownershipRoutes(r chi.Router) {
	r.Get("/ownership", s.page(s.ownership))
	r.Get("/ownership/raci.csv", s.page(s.raci))
	r.Get("/ownership/CODEOWNERS", s.page(s.fileOwners))
}

// stageColumns are the columns of a pipeline's own table of stages; the rest
// is on the table of all stages.
var stageColumns = []string{"name", "kind", "installation", "builder", "accountable", "trigger", "after", "minutes", "waitMinutes",
	"credentials", "approval.role", "approval.team", "approval.mandatedBy", "approval.window", "approval.waitMinutes", "file"}

// ownership shows a pipeline's stages by their owners, or all pipelines.
func (s *Server) ownership(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "ownership")
	if err != nil {
		return err
	}
	props := page.OwnershipProps{All: s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Pipelines, Teams: options(v.Plan.Doc, "teams")}
	if r.URL.Query().Get("view") == "all" {
		props.Every = everyPipeline(v, props.All, r)
		return s.render(w, r, page.Ownership(v, props))
	}
	for i := range props.All {
		if props.All[i].Pipeline.ID == r.URL.Query().Get("ownership") {
			props.Selected = i
		}
	}
	if len(props.All) > 0 {
		a := &props.All[props.Selected]
		id := a.Pipeline.ID
		v.About("ownership", id)
		props.Stages = ownedTable(v, "stages", "pipeline", id, stageColumns)
		props.Stages.Ordered = true
		suggestCredentials(v.Plan.Doc, props.Stages)
		props.Comparison = a.Compare(v.Lang.T)
		props.RACI = ownership.NewRACI(v.Plan.Doc, a)
	}
	return s.render(w, r, page.Ownership(v, props))
}

// everyPipeline picks the services that the filter leaves, and of them one
// page, in the order of their pipelines.
func everyPipeline(v *ui.View, all []ownership.Analysis, r *http.Request) *page.EveryPipeline {
	doc := v.Plan.Doc
	p := &page.EveryPipeline{Survey: ownership.NewSurvey(doc, all), Filter: strings.TrimSpace(clip(r.URL.Query().Get("q"), 100))}
	match := p.Survey.Order
	if text := strings.ToLower(p.Filter); text != "" {
		holds := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
		teams, pipelines := map[string]bool{}, map[string]bool{}
		for _, t := range doc.Teams {
			teams[t.ID] = holds(t.Name)
		}
		for i := range all {
			pipelines[all[i].Pipeline.ID] = holds(all[i].Pipeline.Name) ||
				slices.ContainsFunc(all[i].Lanes, func(l ownership.Lane) bool { return l.Team != "" && holds(l.Name) })
		}
		match = slices.DeleteFunc(slices.Clone(match), func(i int) bool {
			s := &doc.Services[i]
			return !teams[s.Team] && !pipelines[s.Pipeline] && !holds(s.Name)
		})
	}
	asked, _ := strconv.Atoi(r.URL.Query().Get("page"))
	p.Total, p.Pages = len(match), max(1, (len(match)+pageSize-1)/pageSize)
	p.Page = min(max(1, asked), p.Pages)
	from := (p.Page - 1) * pageSize
	for _, i := range match[from:min(p.Total, from+pageSize)] {
		p.Services = append(p.Services, &doc.Services[i])
	}
	return p
}

// suggestCredentials offers the kinds of credential that the analyses know,
// with what the plan has to name as their scope.
func suggestCredentials(doc *plan.Plan, t *ui.TableView) {
	if t.Kind.Name != "stages" {
		return
	}
	const most = 120
	words := slices.Clone(plan.CredentialKinds)
	add := func(scope string, kinds ...string) {
		for _, k := range kinds {
			if w := k + "@" + scope; len(words) < most && scope != "" && !strings.Contains(scope, ",") && !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	for _, r := range doc.Registries {
		add(r.Name, "registry-push", "registry-pull")
	}
	for _, r := range doc.Repositories {
		if r.Kind == plan.ConfigRepository {
			add(r.Name, "config-repo-write")
		} else {
			add(r.Name, "source-read")
		}
	}
	for _, e := range doc.Environments {
		add(e.Name, "cluster-deploy")
	}
	for _, c := range doc.Clusters {
		add(c.Name, "cluster-deploy", "cluster-admin")
	}
	t.Words = map[string][]string{"credentials": words}
}

// pipelineOf finds the pipeline that a form's target names.
func (f *form) pipelineOf() (plan.Pipeline, error) {
	k, key, _, err := f.target(false)
	if err != nil || k.Name != "pipelines" {
		return plan.Pipeline{}, errForm
	}
	i := slices.IndexFunc(f.doc.Pipelines, func(p plan.Pipeline) bool { return p.ID == key })
	if i < 0 {
		return plan.Pipeline{}, &plan.Gone{Kind: "pipelines", Key: key}
	}
	return f.doc.Pipelines[i], nil
}

// adoptVariant adds a variant of a pipeline as a pipeline of its own, beside
// it; where asked, the services move to it.
func adoptVariant(f *form) (plan.Edit, error) {
	pl, err := f.pipelineOf()
	form := ownership.Form(f.values.Get("variant"))
	if err != nil || !slices.Contains(ownership.Forms, form) {
		return nil, cmp.Or(err, errForm)
	}
	a := ownership.Analyse(f.doc, pl.ID)
	c := a.Compare(f.lang.T)
	i := slices.IndexFunc(c.Variants, func(v ownership.Variant) bool { return v.Form == form })
	if i < 0 {
		return nil, errForm
	}
	name := f.lang.T("ownership.variant.name", map[string]any{"name": pl.Name, "form": f.lang.T("ownership.form."+string(form), nil)})
	made, stages, added := c.Variants[i].Adopt(f.unused("pipelines", name), plan.NewID)
	edits := putPipeline(made, stages, added)
	summary := plan.Summary{ID: "plan.summary.variant", Args: map[string]any{"name": made.Name}}
	if f.values.Get("services") == "move" {
		n := 0
		for i := range f.doc.Services {
			if s := &f.doc.Services[i]; s.Pipeline == pl.ID {
				n++
				edits = append(edits, plan.Set{Kind: "services", Key: s.ID,
					Fields: []plan.FieldValue{{Name: "pipeline", Was: plan.Raw(pl.ID), Now: plan.Raw(made.ID)}}})
			}
		}
		summary = plan.Summary{ID: "plan.summary.variant_moved", Args: map[string]any{"name": made.Name, "n": n}}
	}
	f.show(pageOf["pipelines"], made.ID)
	return plan.Batch{Edits: edits, Summary: summary}, nil
}

func putPipeline(p plan.Pipeline, stages []plan.Stage, added []plan.Installation) []plan.Edit {
	var edits []plan.Edit
	if len(added) > 0 {
		edits = append(edits, plan.Put{Kind: "installations", Items: plan.Rows(added...)})
	}
	return append(edits, plan.Put{Kind: "pipelines", Items: plan.Rows(p)}, plan.Put{Kind: "stages", Items: plan.Rows(stages...)})
}

// startTemplate adds a template's pipeline.
func startTemplate(f *form) (plan.Edit, error) {
	t, ok := ownership.TemplateByID(f.values.Get("template"))
	if !ok {
		return nil, errForm
	}
	p, stages, added := t.Build(f.doc, ownership.Owners{Build: f.values.Get("build"), Release: f.values.Get("release")}, f.lang.T, plan.NewID)
	p.Name = f.unused("pipelines", p.Name)
	f.show(pageOf["pipelines"], p.ID)
	return plan.Batch{Edits: putPipeline(p, stages, added),
		Summary: plan.Summary{ID: "plan.summary.variant", Args: map[string]any{"name": p.Name}}}, nil
}

// unused is a name that no row of a table has: with a number where one has it.
func (f *form) unused(kind, name string) string {
	k, taken := plan.KindOf(kind), map[string]bool{}
	for i := range k.Len(f.doc) {
		taken[plan.Name(f.doc, k, k.At(f.doc, i))] = true
	}
	name = clip(name, 110)
	out := name
	for n := 2; taken[out]; n++ {
		out = name + " " + strconv.Itoa(n)
	}
	return out
}

// moveRow puts a row before the one above it, or after the one below it, among
// those that belong to the same row.
func moveRow(f *form) (plan.Edit, error) {
	k, key, _, err := f.target(false)
	if err != nil {
		return nil, err
	}
	at := k.Index(f.doc, key)
	if at < 0 || k.Single() {
		return nil, &plan.Gone{Kind: k.Name, Key: key}
	}
	owner, owned := k.Owner()
	same := func(i int) bool {
		return !owned || slices.Equal(k.Refs(k.At(f.doc, i), owner), k.Refs(k.At(f.doc, at), owner))
	}
	e := plan.Move{Kind: k.Name, Key: key, Before: key}
	if f.values.Get("op") == "up" {
		for i := at - 1; i >= 0; i-- {
			if same(i) {
				e.Before = k.At(f.doc, i).Key()
				break
			}
		}
		return e, nil
	}
	for i := at + 1; i < k.Len(f.doc); i++ {
		if same(i) {
			e.Before = ""
			if i+1 < k.Len(f.doc) {
				e.Before = k.At(f.doc, i+1).Key()
			}
			break
		}
	}
	return e, nil
}
