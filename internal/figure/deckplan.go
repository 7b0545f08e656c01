package figure

import (
	"cmp"
	"slices"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// DeckPlanProps is what a deck plan is drawn from.
type DeckPlanProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Name     string // of the layout, worded
	Analysis *layout.Analysis
	Palette  Palette
	Words    func(id string, args map[string]any) string
	// Movable marks instances and clusters, so that a script can let people
	// move the ones to the others, and lets the clusters have the focus.
	Movable bool
	// Zoom gives the address that shows one instance alone, by its key; nil
	// where there is none. Only is the instance shown alone, if any: its
	// clusters are then drawn one by one, in several lines.
	Zoom func(instance string) string
	// Fails gives the address that shows what stops if an instance, or its
	// host, fails; nil where there is none.
	Fails func(kind layout.DomainKind, name string) string
	Only  string
	// Away are clusters, by key, that are drawn on another instance than the one
	// they are meant for, with its name; empty where it is none.
	Away map[string]string
	// Shared are clusters, by key, that others deliver to as well, with their
	// names.
	Shared map[string]string
}

const (
	deckWidth   = 960.0
	hullLeft    = 176.0
	hullPad     = 4.0
	hullBow     = 18.0 // the rounded right end
	deckGap     = 3.0
	maxDecks    = 40
	maxAlone    = 60  // more clusters on a deck than this are grouped
	maxInAll    = 120 // more compartments than this are grouped wherever it helps
	maxGroups   = 12  // compartments of a grouped deck
	inLine      = 8   // compartments of a line of an instance shown alone
	tallDecks   = 12  // up to so many decks have two lines a compartment
	nameSize    = 12.5
	smallSize   = 11.0
	textPad     = 7.0
	legendSpace = 28.0
)

// deck is one row of the drawing, cell one compartment.
type deck struct {
	y, height        float64
	name, note       string
	title, hull      string
	cells            []cell
	empty            string
	separator        bool
	unassigned       bool
	instance         string  // key
	zoom             string  // address that shows it alone
	fails, hostFails string  // addresses that show what stops with it
	baseline         float64 // of the first line of text
	secondLine       float64
}

type cell struct {
	x, y, w, h     float64
	fill, stroke   string
	dash           string
	hatch          bool
	name, note     string
	title          string
	cluster, slice string // keys; none where several clusters are one cell
	full           string // the whole name
	nameX          float64
	baseline, next float64
}

// legendItem is a swatch and its word.
type legendItem struct {
	x, textX, y  float64
	fill, stroke string
	hatch        bool
	text         string
}

// drawing is a deck plan laid out.
type drawing struct {
	height      float64
	title, desc string
	decks       []deck
	more        string
	moreY       float64
	legend      []legendItem
}

// item is what becomes a compartment: a cluster, a slice, or several of them.
type item struct {
	name         string
	cluster      string
	slice        string
	n            int
	applications int
	weight       float64
	tier         plan.Tier
	env, zone    string
	unreachable  bool
	broken, hit  bool
	away         bool
}

// drawDeckPlan lays a deck plan out. Decks and compartments are bounded in
// number, so the drawing stays below 60 KB however large the plan is.
func drawDeckPlan(p DeckPlanProps) drawing {
	an := p.Analysis
	rows := make([][]item, len(an.Instances)+1) // last: unassigned
	apps := 0
	for _, c := range an.Compartments {
		i := c.Instance
		if i < 0 {
			i = len(an.Instances)
		}
		rows[i] = append(rows[i], item{name: c.Name, cluster: c.Cluster, slice: c.Slice, n: 1, applications: c.Applications, weight: c.Weight, tier: c.Tier,
			env: c.Environment, zone: c.Zone, unreachable: c.Unreachable && p.Away == nil, broken: c.Broken && p.Away == nil, hit: c.Hit && p.Away == nil})
		_, away := p.Away[c.Cluster]
		rows[i][len(rows[i])-1].away = c.Instance >= 0 && (away || p.Shared[c.Cluster] != "")
		apps += c.Applications
	}
	shown, rest := chooseDecks(rows[:len(an.Instances)])
	if len(rows[len(an.Instances)]) > 0 {
		shown = append(shown, len(an.Instances))
	}
	only := slices.IndexFunc(an.Arrangement.Instances, func(i plan.Instance) bool { return i.ID == p.Only })
	if only < 0 || p.Only == "" {
		groupDecks(p, rows, shown)
	}
	d := drawing{title: p.Words("figure.deckplan.title", map[string]any{"name": p.Name}),
		desc: p.Words("figure.deckplan.desc", map[string]any{"instances": len(an.Instances), "clusters": len(an.Compartments), "applications": apps})}
	l := layouter{DeckPlanProps: p, drawing: &d, tall: len(shown) <= tallDecks, most: 1}
	if only >= 0 && p.Only != "" {
		l.alone(only, rows[only])
		l.legend(rows, []int{only})
		return d
	}
	for _, i := range shown {
		l.most = max(l.most, sum(rows[i]))
	}
	for _, i := range shown {
		l.deck(i, rows[i])
	}
	l.rest(rows, rest)
	l.legend(rows, shown)
	return d
}

// size is what a compartment's width follows: applications, or one where the
// plan has none.
func (it item) size() float64 { return float64(it.applications) }

func sum(items []item) (total float64) {
	for _, it := range items {
		total += it.size()
	}
	return total
}

// chooseDecks gives the instances to draw, in the plan's order: all of them, or
// the largest; and the others.
func chooseDecks(rows [][]item) (shown, rest []int) {
	order := make([]int, len(rows))
	sizes := make([]float64, len(rows))
	for i := range rows {
		order[i], sizes[i] = i, sum(rows[i])
	}
	if len(rows) <= maxDecks {
		return order, nil
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(len(rows[b]), len(rows[a])))
	})
	shown, rest = order[:maxDecks:maxDecks], order[maxDecks:]
	slices.Sort(shown)
	return slices.Clip(shown), rest
}

// groupDecks joins clusters of one environment and zone on decks that have too
// many, the fullest first, until the drawing as a whole is small enough.
func groupDecks(p DeckPlanProps, rows [][]item, shown []int) {
	total := 0
	for _, i := range shown {
		total += len(rows[i])
	}
	byLength := slices.Clone(shown)
	slices.SortStableFunc(byLength, func(a, b int) int { return cmp.Compare(len(rows[b]), len(rows[a])) })
	limit := max(2, min(maxGroups, maxInAll/max(1, len(shown))))
	for _, i := range byLength {
		if before := len(rows[i]); before > maxAlone || total > maxInAll && before > limit {
			rows[i] = groupItems(p, rows[i], limit)
			total += len(rows[i]) - before
		}
	}
}

func groupItems(p DeckPlanProps, items []item, limit int) []item {
	type key struct{ env, zone string }
	at := map[key]int{}
	var out []item
	for _, it := range items {
		k := key{it.env, it.zone}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, item{env: it.env, zone: it.zone, tier: it.tier})
		}
		out[i].join(it)
	}
	slices.SortStableFunc(out, func(a, b item) int {
		return cmp.Or(cmp.Compare(b.applications, a.applications), cmp.Compare(b.n, a.n))
	})
	if len(out) > limit {
		others := item{name: p.Words("figure.deckplan.others", nil)}
		for _, it := range out[limit-1:] {
			others.join(it)
		}
		out = append(out[:limit-1:limit-1], others)
	}
	for i := range out {
		if it := &out[i]; it.name == "" {
			it.name = it.env
			if it.name == "" {
				it.name = p.Words("figure.deckplan.noenv", nil)
			}
			if it.zone != "" {
				it.name += " · " + it.zone
			}
		}
	}
	return out
}

func (it *item) join(o item) {
	it.n += o.n
	it.applications += o.applications
	it.weight += o.weight
	it.unreachable = it.unreachable || o.unreachable
	it.broken = it.broken || o.broken
	it.hit = it.hit || o.hit
	it.away = it.away || o.away
}
