package survey

import (
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// Reason says in one message why a row is there or how it was found. N, Name
// and Other are its arguments n, name and other.
type Reason struct {
	ID    string
	N     int
	Name  string
	Other string
}

// Action is what a proposal would do with a row.
type Action string

// The actions. Only Add and Fill are done unless somebody says otherwise.
const (
	Add    Action = "add"
	Fill   Action = "fill"   // fields of the row are empty and known
	Differ Action = "differ" // the plan says something else than what was read
	Keep   Action = "keep"   // nothing to do
	Gone   Action = "gone"   // in the plan and not among what was read
)

// Change is a field before and after, as it is shown.
type Change struct {
	Field, Before, After string
	was, now             string // as the document has it
	ref, words           string // the table it names, or the messages of its values
}

// Words is the beginning of the ids of the messages for the values, where
// they are words of a choice; After is then such a word.
func (c Change) Words() string { return c.words }

// Row is one row of the plan as the proposal would have it.
type Row struct {
	Action    Action
	Kind      string
	Key, Name string
	Why       Reason
	Changes   []Change // of Fill and Differ
	group     string
	own       bool
	refs      []ref                                            // what an added row names
	needs     []ref                                            // of these, what it cannot be without
	item      func(have func(kind, key string) bool) plan.Item // the added row
	cells     func() []Change
}

// ref is a row that another one names.
type ref struct{ kind, key string }

// Cells are the fields of a row that would be added.
func (r *Row) Cells() []Change {
	if r.cells == nil {
		return nil
	}
	return r.cells()
}

// ID names the row in a form.
func (r *Row) ID() string {
	id := r.Kind + "/" + r.Key
	if r.Action == Differ {
		id += "/" + r.Changes[0].Field
	}
	return id
}

// Group is the rows of one kind with which the same would be done.
type Group struct {
	ID     string // names it in a form
	Action Action
	Kind   string
	Field  string // of Differ
	Rows   []*Row
	Picked bool
	Needs  []string // groups that are not picked and add what its rows name
}

// Picks are what of a proposal is wanted.
type Picks struct {
	Groups []string // identifiers of groups of Add, Fill and Differ
	Rows   []string // identifiers of single rows of Differ and Gone
}

// Proposal is what a reading would do to a plan.
type Proposal struct {
	Notes []Reason
	// Again tells that rows which an earlier reading added were found.
	Again bool

	rows []Row
	in   map[string]map[string]int // rows of the plan by table and key
}

// LayoutGroup is the group of the layout that describes what runs.
const LayoutGroup = "layout"

func groupOf(r *Row) string {
	switch {
	case r.Action == Add && (r.Kind == "layouts" || r.Kind == "instances" || r.Kind == "placements" || r.Kind == "slices"):
		return LayoutGroup
	case r.Action == Differ:
		return string(Differ) + "/" + r.Kind + "." + r.Changes[0].Field
	}
	return string(r.Action) + "/" + r.Kind
}

// Default picks all that adds to the plan and changes nothing people wrote.
// The layout of what runs is not made again by itself once it was removed.
func (p *Proposal) Default() Picks {
	out := Picks{}
	makes := !p.Again
	for i := range p.rows {
		r := &p.rows[i]
		makes = makes || r.Kind == "instances" && r.Action != Add // the layout is there and grows
	}
	seen := map[string]bool{}
	for i := range p.rows {
		r := &p.rows[i]
		id := r.group
		if seen[id] || r.Action != Add && r.Action != Fill || id == LayoutGroup && !makes {
			continue
		}
		seen[id] = true
		out.Groups = append(out.Groups, id)
	}
	return out
}

// Groups gives the rows by what would be done with them: what adds first, then
// what fills in, differs, is gone and stays. A new row that nothing would name
// (a service whose applications keep theirs) is left out.
func (p *Proposal) Groups(picks Picks) []Group {
	needed := p.needed(picks)
	var out []Group
	at := map[string]int{}
	for _, action := range []Action{Add, Fill, Differ, Gone, Keep} {
		for n := range p.rows {
			r := &p.rows[n]
			if r.Action != action || r.Action == Add && !r.own && !needed[ref{r.Kind, r.Key}] {
				continue
			}
			i, ok := at[r.group]
			if !ok {
				i = len(out)
				at[r.group] = i
				g := Group{ID: r.group, Action: action, Kind: r.Kind, Picked: slices.Contains(picks.Groups, r.group)}
				if action == Differ {
					g.Field = r.Changes[0].Field
				}
				out = append(out, g)
			}
			out[i].Rows = append(out[i].Rows, r)
		}
	}
	p.settle(out)
	return out
}

// needed gives the new rows that something names after the edit. Tables come
// in an order in which what names comes after what is named.
func (p *Proposal) needed(picks Picks) map[ref]bool {
	out, taken, single := map[ref]bool{}, set(picks.Groups), set(picks.Rows)
	for i := len(p.rows) - 1; i >= 0; i-- {
		r := &p.rows[i]
		if r.Action == Add && (r.own || out[ref{r.Kind, r.Key}]) {
			for _, to := range r.refs {
				out[to] = true
			}
		}
		if r.Action == Fill || r.Action == Differ && (taken[r.group] || single[r.ID()]) {
			for _, c := range r.Changes {
				out[ref{c.ref, c.now}] = true
			}
		}
	}
	return out
}

func set(all []string) map[string]bool {
	out := make(map[string]bool, len(all))
	for _, s := range all {
		out[s] = true
	}
	return out
}

// builder gathers a proposal.
type builder struct {
	p     *plan.Plan
	fresh map[string]map[string]bool   // keys of new rows by table
	names map[string]map[string]string // by table and key
	in    map[string]map[string]int
	again bool
	rows  []Row
	notes []Reason
}

// tables are those a reading can add to, each after those it names.
var tables = []string{"teams", "environments", "zones", "repositories", "clusters", "slices", "services", "applications", "layouts", "instances", "placements"}

func newBuilder(p *plan.Plan) *builder {
	b := &builder{p: p, fresh: map[string]map[string]bool{}, names: map[string]map[string]string{}, in: map[string]map[string]int{}}
	for _, name := range tables {
		k := plan.KindOf(name)
		b.in[name], b.fresh[name] = make(map[string]int, k.Len(p)), map[string]bool{}
		for i := range k.Len(p) {
			b.in[name][k.At(p, i).Key()] = i
		}
	}
	return b
}

func (b *builder) proposal() *Proposal {
	return &Proposal{Notes: b.notes, Again: b.again, rows: b.rows, in: b.in}
}

func (b *builder) add(r Row) {
	r.group = b.group(&r)
	b.rows = append(b.rows, r)
}

// group is groupOf, without making the same text for every row.
func (b *builder) group(r *Row) string {
	if n := len(b.rows); n > 0 && r.Action != Differ && b.rows[n-1].Action == r.Action && b.rows[n-1].Kind == r.Kind {
		return b.rows[n-1].group
	}
	return groupOf(r)
}

func (b *builder) note(id string, n int) {
	if n > 0 {
		b.notes = append(b.notes, Reason{ID: id, N: n})
	}
}

func (b *builder) name(kind, key, name string) {
	if b.names[kind] == nil {
		b.names[kind] = map[string]string{}
	}
	b.names[kind][key] = name
}

func (b *builder) nameOf(kind, key string) string {
	if s, ok := b.names[kind][key]; ok {
		return s
	}
	k := plan.KindOf(kind)
	if i, ok := b.in[kind][key]; ok {
		s := b.title(k, k.At(b.p, i))
		b.name(kind, key, s)
		return s
	}
	return key
}

// title is plan.Name, with what a row joins found by its key.
func (b *builder) title(k *plan.Kind, item plan.Item) string {
	if k.HasName() {
		return plan.Name(b.p, k, item)
	}
	var parts []string
	for _, f := range k.Fields {
		for _, key := range k.Refs(item, f) {
			if f.Ref != "layouts" {
				parts = append(parts, b.nameOf(f.Ref, key))
			}
		}
	}
	return strings.Join(parts, " → ")
}

// shown is a value as a reader sees it: what a row is called that it names.
func (b *builder) shown(f *plan.Field, v string) string {
	if f.Ref != "" && v != "" {
		return b.nameOf(f.Ref, v)
	}
	return v
}
