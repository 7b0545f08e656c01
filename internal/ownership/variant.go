package ownership

import (
	"maps"
	"slices"
	"strconv"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Form is a way to arrange a pipeline's stages over installations.
type Form string

const (
	// Integrated: one installation runs every stage.
	Integrated Form = "integrated"
	// Split: CI builds and writes what is to run into a configuration
	// repository; an Argo CD (or Flux) that holds the cluster keys pulls it.
	Split Form = "split"
)

// Forms are all of them, in the order in which they are shown.
var Forms = []Form{Integrated, Split}

// Words words a message in the reader's language: new rows need names.
type Words func(id string, args map[string]any) string

// Variant is a pipeline arranged otherwise. Rows it adds have provisional
// identifiers, which Adopt replaces.
type Variant struct {
	Form     Form
	Analysis Analysis
	Stages   []plan.Stage
	Added    []plan.Installation // that the plan would need
	Changes  []Note              // none where the pipeline is arranged so already
}

// Note is a sentence: a message id with arguments.
type Note struct {
	ID   string
	Args verdict.Args
}

// GitPollMinutes is the wait that a variant gives to a deployment which Argo CD
// starts by itself, in minutes: it looks at Git every three minutes at the
// longest unless its timeout.reconciliation says otherwise, so this is the most
// and not the mean. An assumption; the adopted stage's wait can be edited.
const GitPollMinutes = 3

// configMinutes is the work of writing one commit into the configuration
// repository, in minutes. An assumption, editable as above.
const configMinutes = 1

// Variant arranges the pipeline in a form. Stages stay, with their owners,
// duration and credentials; what changes is where a stage runs and what starts
// it:
//   - a stage that several teams or none answer for goes to one of them: to the
//     operator of the installation it will run on, else to the first;
//   - a deployment that a person started is started by what comes before it,
//     and the wait for that person goes;
//   - an approval that somebody mandates becomes a step of its own before the
//     stage (and before the commit that a pull would follow at once). Others
//     stay where they are: a variant drops no gate.
//
// The analysis is of the plan with the pipeline in this form: keys that the
// installations hold for other pipelines are counted.
func (a *Analysis) Variant(form Form, words Words) Variant {
	d := &deriving{a: a, form: form, words: words, target: map[string]plan.Installation{}}
	d.ci = d.builder()
	if form == Integrated {
		d.ci = d.joiner()
	}
	for _, s := range a.index.stages[a.Pipeline.ID] {
		d.arrange(s)
	}
	v := Variant{Form: form, Stages: d.out, Changes: d.changes}
	for _, in := range d.added {
		if slices.ContainsFunc(d.out, func(s plan.Stage) bool { return s.Installation == in.ID }) {
			v.Added = append(v.Added, in)
		}
	}
	v.Analysis = a.index.with(a.Pipeline.ID, v.Stages, v.Added).Analyse(a.Pipeline.ID)
	return v
}

// Adopt gives the variant's rows with identifiers of their own, as another
// pipeline of that name.
func (v Variant) Adopt(name string, newID func() string) (plan.Pipeline, []plan.Stage, []plan.Installation) {
	pl := plan.Pipeline{ID: newID(), Name: name, Note: v.Analysis.Pipeline.Note}
	to := map[string]string{}
	added, stages := slices.Clone(v.Added), slices.Clone(v.Stages)
	for i := range added {
		to[added[i].ID] = newID()
		added[i].ID = to[added[i].ID]
	}
	for _, s := range stages {
		to[s.ID] = newID()
	}
	for i := range stages {
		s := &stages[i]
		s.ID, s.Pipeline = to[s.ID], pl.ID
		if in, ok := to[s.Installation]; ok {
			s.Installation = in
		}
		s.After = slices.Clone(s.After)
		for n, key := range s.After {
			if id, ok := to[key]; ok {
				s.After[n] = id
			}
		}
	}
	return pl, stages, added
}

// with is the index of the plan in which a pipeline has other stages, on
// installations of which some are new. It is for analysing that pipeline only.
func (ix *Index) with(pipeline string, stages []plan.Stage, added []plan.Installation) *Index {
	out := *ix
	out.stages = map[string][]plan.Stage{pipeline: stages}
	out.known, out.installations, out.keys = maps.Clone(ix.known), maps.Clone(ix.installations), maps.Clone(ix.keys)
	for _, in := range added {
		out.installations[in.ID] = in
	}
	touched := map[string]bool{}
	for _, s := range ix.stages[pipeline] {
		touched[s.Installation] = true
		delete(out.known, s.ID)
	}
	for _, s := range stages {
		touched[s.Installation] = true
		out.known[s.ID] = true
	}
	for id := range touched {
		delete(out.keys, id)
	}
	for i := range ix.plan.Stages {
		if s := &ix.plan.Stages[i]; s.Pipeline != pipeline && touched[s.Installation] {
			out.hold(s)
		}
	}
	for i := range stages {
		out.hold(&stages[i])
	}
	return &out
}

// deriving is a variant in the making.
type deriving struct {
	a       *Analysis
	form    Form
	words   Words
	ci      plan.Installation
	target  map[string]plan.Installation // new Argo CD installations, by zone
	added   []plan.Installation
	out     []plan.Stage
	changes []Note
	ids     int
}

func (d *deriving) id() string {
	d.ids++
	return "new/" + strconv.Itoa(d.ids)
}

func (d *deriving) note(id string, args verdict.Args) {
	d.changes = append(d.changes, Note{"ownership.change." + id, args})
}

// arrange puts a stage, and what must come before it, into the variant.
func (d *deriving) arrange(s plan.Stage) {
	was := s
	s.After = slices.Clone(s.After)
	s.Installation = d.place(s).ID
	if s.Kind == plan.ContainerBuild && s.Builder == "" && s.Installation != was.Installation {
		s.Builder = d.builds(was.Installation)
	}
	d.settle(&s)
	d.start(&s)
	gate, hasGate := d.gate(&s) // before the commit, which a pull follows at once
	config, hasConfig := d.config(&s)
	if hasGate {
		d.out = append(d.out, gate)
	}
	if hasConfig {
		d.out = append(d.out, config)
	}
	d.out = append(d.out, s)
	d.tell(was, s)
}

// place is the installation that runs a stage in this form.
func (d *deriving) place(s plan.Stage) plan.Installation {
	now := d.a.index.installations[s.Installation]
	switch {
	case d.form == Integrated:
		return d.ci
	case s.Kind == plan.Deploy:
		return d.puller(s)
	case now.ID == "" || pulls(now.Tool):
		return d.ci
	}
	return now
}

// settle leaves one team accountable.
func (d *deriving) settle(s *plan.Stage) {
	if len(s.Accountable) == 1 {
		return
	}
	operator := d.installation(s.Installation).Team
	switch {
	case operator != "" && (len(s.Accountable) == 0 || slices.Contains(s.Accountable, operator)):
		s.Accountable = []string{operator}
	case len(s.Accountable) > 1:
		s.Accountable = s.Accountable[:1:1]
	}
}

// start chooses what starts a stage.
func (d *deriving) start(s *plan.Stage) {
	follows := slices.ContainsFunc(s.After, func(id string) bool { return d.a.index.known[id] })
	byHand := s.Trigger == "" || s.Trigger == plan.Manual
	switch {
	case s.Kind == plan.Deploy && d.form == Split:
		if byHand {
			s.WaitMinutes = GitPollMinutes
		}
		if s.Trigger != plan.OnWebhook {
			s.Trigger = plan.OnGitPoll
		}
	case !follows:
	case s.Kind == plan.Deploy:
		if s.Trigger != plan.OnUpstream && s.Trigger != plan.OnSchedule {
			s.Trigger, s.WaitMinutes = plan.OnUpstream, 0
		}
	case s.Trigger == "", s.Trigger == plan.OnGitPoll && d.form == Integrated:
		s.Trigger, s.WaitMinutes = plan.OnUpstream, 0
	}
}

// gate takes a mandated approval out of a stage as a step of its own. Where
// nothing comes before the stage there is nothing that could ask for it.
func (d *deriving) gate(s *plan.Stage) (plan.Stage, bool) {
	if s.Approval.Role == "" || s.Approval.MandatedBy == "" || len(s.After) == 0 || s.Kind == plan.Own {
		return plan.Stage{}, false
	}
	g := plan.Stage{ID: d.id(), Pipeline: s.Pipeline, Kind: plan.Own, Installation: d.ci.ID, Accountable: s.Accountable, Trigger: plan.OnUpstream,
		After: s.After, Approval: s.Approval, Name: clip(d.words("ownership.variant.gate", map[string]any{"role": s.Approval.Role}), 120)}
	if g.Approval.Team != "" {
		g.Accountable = []string{g.Approval.Team}
	}
	if c := d.commit(s); c != nil { // a commit that a pull follows is no way past the gate
		g.After, c.After = c.After, []string{g.ID}
	} else {
		s.After = []string{g.ID}
	}
	s.Approval = plan.Approval{}
	d.note("gate", verdict.Args{"stage": s.Name, "role": g.Approval.Role, "rule": g.Approval.MandatedBy})
	return g, true
}

// commit is the step before a deployment that writes what it pulls, where that
// is a step of its own and follows another.
func (d *deriving) commit(s *plan.Stage) *plan.Stage {
	for i := range d.out {
		c := &d.out[i]
		if d.form == Split && s.Kind == plan.Deploy && c.Kind == plan.ConfigUpdate && len(c.After) > 0 && slices.Contains(s.After, c.ID) {
			return c
		}
	}
	return nil
}

// writes tells whether a stage writes into a configuration repository.
func (d *deriving) writes(s *plan.Stage) bool {
	return s.Kind == plan.ConfigUpdate || slices.ContainsFunc(s.Credentials, func(c plan.Credential) bool { return c.Kind == "config-repo-write" })
}

// config is the step that writes what a deployment then pulls, where no stage
// before it does so already. The team whose stage comes before writes it.
func (d *deriving) config(s *plan.Stage) (plan.Stage, bool) {
	if d.form != Split || s.Kind != plan.Deploy {
		return plan.Stage{}, false
	}
	before := d.a.index.stages[d.a.Pipeline.ID]
	c := plan.Stage{ID: d.id(), Pipeline: s.Pipeline, Kind: plan.ConfigUpdate, Installation: d.ci.ID, Accountable: s.Accountable, Trigger: plan.OnUpstream,
		After: s.After, Minutes: configMinutes, Credentials: []plan.Credential{{Kind: "config-repo-write", Scope: d.repository()}},
		Name: clip(d.words("ownership.variant.config", map[string]any{"stage": s.Name}), 120)}
	for i := range before {
		if p := &before[i]; slices.Contains(d.asked(s), p.ID) {
			if d.writes(p) {
				return plan.Stage{}, false
			}
			if len(p.Accountable) > 0 {
				c.Accountable = p.Accountable[:1:1]
			}
		}
	}
	if len(s.After) == 0 {
		c.Trigger = plan.OnPush
	}
	s.After = []string{c.ID}
	d.note("config", verdict.Args{"stage": s.Name, "repository": d.repository(), "tool": d.ci.Name})
	return c, true
}

// asked are the stages before a stage as the plan has them, whatever was put
// between.
func (d *deriving) asked(s *plan.Stage) []string {
	for _, was := range d.a.index.stages[d.a.Pipeline.ID] {
		if was.ID == s.ID {
			return was.After
		}
	}
	return nil
}

// repository names the plan's configuration repository.
func (d *deriving) repository() string {
	for _, r := range d.a.index.plan.Repositories {
		if r.Kind == plan.ConfigRepository {
			return clip(r.Name, 100)
		}
	}
	return "deploy"
}

// tell notes how a stage has changed.
func (d *deriving) tell(was, now plan.Stage) {
	if was.Installation != now.Installation {
		from := d.installation(was.Installation).Name
		if from == "" {
			from = "—"
		}
		d.note("tool", verdict.Args{"stage": now.Name, "from": from, "to": d.installation(now.Installation).Name})
	}
	if was.Trigger != now.Trigger {
		d.note("trigger", verdict.Args{"stage": now.Name, "trigger": string(now.Trigger), "wait": was.WaitMinutes - now.WaitMinutes})
	}
	if len(now.Accountable) == 1 && !slices.Equal(was.Accountable, now.Accountable) {
		d.note("owner", verdict.Args{"stage": now.Name, "team": d.a.index.team(now.Accountable[0])})
	}
}

// clip cuts a name to n characters, as the plan's schema counts them.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
