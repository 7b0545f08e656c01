package figure

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// layouter places decks from top to bottom.
type layouter struct {
	DeckPlanProps
	*drawing
	tall bool
	most float64 // size of the largest deck
}

// deck places one instance, or the unassigned clusters where i is beyond the
// instances.
func (l *layouter) deck(i int, items []item) {
	d := deck{y: l.height, height: 58, separator: l.height > 0}
	if !l.tall {
		d.height = 32
	}
	room := hullLeft - 16
	if i < len(l.Analysis.Instances) {
		in := l.Analysis.Instances[i]
		d.name, d.note, d.instance = in.Name, l.place(in.Host, in.HA), l.Analysis.Arrangement.Instances[i].ID
		if l.Zoom != nil && l.Only == "" {
			d.zoom = l.Zoom(d.instance)
		}
		if l.Fails != nil {
			d.fails = l.Fails(layout.InstanceDomain, in.Name)
			if d.hostFails = l.Fails(layout.HostDomain, in.Host); in.Host == "" {
				d.hostFails = l.Fails(layout.HostDomain, in.Name)
			}
		}
	} else {
		d.unassigned = true
		d.name, d.note = l.Words("figure.deckplan.unassigned", nil), l.Words("figure.deckplan.unassigned_means", nil)
		if l.Away != nil {
			d.name, d.note = l.Words("figure.deckplan.unseen", nil), l.Words("figure.deckplan.unseen_means", nil)
		}
	}
	d.title = d.name + ", " + d.note
	d.name, d.note = Clip(d.name, 13, room), Clip(d.note, smallSize, room)
	d.baseline, d.secondLine = d.y+26, d.y+42
	if !l.tall {
		d.baseline = d.y + 20.5
		d.note = ""
	}
	top, h := d.y+6, d.height-12
	if !l.tall {
		top, h = d.y+3, d.height-6
	}
	d.hull = hullPath(hullLeft, top, deckWidth-hullLeft, h)
	if len(items) == 0 {
		d.empty = l.Words("figure.deckplan.empty", nil)
		if l.Away != nil {
			d.empty = l.Words("figure.deckplan.empty_live", nil)
		}
	}
	inner := deckWidth - hullLeft - hullPad - hullBow
	x := hullLeft + hullPad
	widths := spread(items, inner, l.most)
	for j, it := range items {
		d.cells = append(d.cells, l.cell(it, x, top+hullPad, widths[j], h-2*hullPad, d.unassigned))
		x += widths[j] + deckGap
	}
	l.height += d.height
	l.decks = append(l.decks, d)
}

// alone draws one instance in several lines, the largest clusters first.
func (l *layouter) alone(i int, items []item) {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(b.applications, a.applications) })
	most := maxDecks * inLine
	left := items[min(most, len(items)):]
	items = items[:min(most, len(items))]
	l.tall = true
	for from := 0; from == 0 || from < len(items); from += inLine {
		line := items[from:min(len(items), from+inLine)]
		l.most = max(1, sum(line)*float64(inLine)/float64(max(1, len(line))))
		l.deck(i, line)
		if d := &l.decks[len(l.decks)-1]; from > 0 {
			d.name, d.note, d.separator = "", "", false
		}
	}
	if len(left) > 0 {
		l.more = l.Words("figure.deckplan.more_clusters", map[string]any{"n": len(left)})
		l.moreY = l.height + 20
		l.height += 30
	}
}

func (l *layouter) place(host string, ha bool) string {
	id := "figure.deckplan.on"
	switch {
	case host == "" && ha:
		id = "figure.deckplan.ha_outside"
	case host == "":
		id = "figure.deckplan.outside"
	case ha:
		id = "figure.deckplan.ha_on"
	}
	return l.Words(id, map[string]any{"host": host})
}

// hullPath is a deck's outline: square to the left, round to the right.
func hullPath(x, y, w, h float64) string {
	r := math.Min(hullBow, h/2)
	n := func(v ...float64) string {
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = num(v[i])
		}
		return strings.Join(parts, " ")
	}
	return "M" + n(x+4, y) + "H" + n(x+w-r) + "A" + n(r, r, 0, 0, 1, x+w, y+r) + "V" + n(y+h-r) +
		"A" + n(r, r, 0, 0, 1, x+w-r, y+h) + "H" + n(x+4) + "A" + n(4, 4, 0, 0, 1, x, y+h-4) + "V" + n(y+4) + "A" + n(4, 4, 0, 0, 1, x+4, y) + "Z"
}

// spread gives every compartment its width: by size against the largest deck's,
// none below a least width, together at most the room there is. Where there is
// room to spare the least width is one that holds a short name.
func spread(items []item, room, most float64) []float64 {
	n := float64(len(items))
	if n == 0 {
		return nil
	}
	room -= deckGap * (n - 1)
	least := math.Max(2, math.Min(140, room/n/2))
	total := sum(items)
	want := room * total / most
	if most <= 1 { // no applications anywhere: alike
		want = math.Min(room, 120*n)
	}
	want = math.Min(room, math.Max(want, least*n))
	widths := make([]float64, len(items))
	fixed := make([]bool, len(items))
	for {
		free, open, count := want, 0.0, 0.0
		for i, it := range items {
			if fixed[i] {
				free -= widths[i]
			} else {
				open += it.size()
				count++
			}
		}
		changed := false
		for i, it := range items {
			if fixed[i] {
				continue
			}
			widths[i] = free / count
			if open > 0 {
				widths[i] = free * it.size() / open
			}
			if widths[i] < least {
				widths[i], fixed[i], changed = least, true, true
			}
		}
		if !changed {
			return widths
		}
	}
}

func (l *layouter) cell(it item, x, y, w, h float64, unassigned bool) cell {
	c := cell{cluster: it.cluster, slice: it.slice, full: it.name, x: x, y: y, w: w, h: h, fill: l.tierFill(it.tier), stroke: "none"}
	apps := l.Words("figure.deckplan.apps", map[string]any{"n": it.applications})
	note := apps
	if it.n > 1 {
		note = l.Words("figure.deckplan.clusters", map[string]any{"n": it.n}) + ", " + apps
	}
	if it.broken {
		c.hatch = true
		note += ", " + l.Words("figure.deckplan.broken", nil)
	}
	if it.unreachable {
		c.hatch = true
		note += ", " + l.Words("figure.deckplan.unreachable", nil)
	}
	title := []string{it.name, note} // as it stands in the picture, then the rest
	if it.n == 1 && it.env != "" {
		title = append(title, it.env)
	}
	if it.hit {
		c.stroke = l.Palette.Bad
		title = append(title, l.Words("figure.deckplan.hit", map[string]any{"cause": l.Analysis.Radius.Domain.Name}))
	} else if c.hatch {
		c.stroke = l.Palette.Bad
	}
	if it.away {
		c.stroke, c.dash = l.Palette.Bad, "5 3"
		meant := l.Words("figure.deckplan.away_nobody", nil)
		if name := l.Away[it.cluster]; name != "" {
			meant = l.Words("figure.deckplan.away", map[string]any{"name": name})
		} else if name := l.Shared[it.cluster]; name != "" {
			meant = l.Words("figure.deckplan.shared", map[string]any{"name": name})
		}
		if it.n > 1 {
			meant = l.Words("figure.deckplan.legend_away", nil)
		}
		it.name, note = "▲ "+it.name, meant
		title = append(title, meant)
	}
	if unassigned {
		c.fill, c.stroke, c.dash = l.Palette.Sheet, l.Palette.Line2, "4 3"
	}
	c.title = strings.Join(title, ", ")
	c.nameX = x + textPad
	c.baseline, c.next = y+h/2+4.2, 0
	c.name = Clip(it.name, nameSize, w-2*textPad)
	if l.tall {
		c.baseline, c.next = y+16, y+31
		if c.name != "" {
			c.note = Clip(note, smallSize, w-2*textPad)
		}
	}
	return c
}

func (l *layouter) tierFill(t plan.Tier) string {
	switch t {
	case plan.Production:
		return l.Palette.EnvProd
	case plan.Staging:
		return l.Palette.EnvStage
	case plan.Development:
		return l.Palette.EnvDev
	}
	return l.Palette.Line
}

// rest writes one line for the decks that are not drawn.
func (l *layouter) rest(rows [][]item, rest []int) {
	if len(rest) == 0 {
		return
	}
	clusters, apps := 0, 0
	for _, i := range rest {
		for _, it := range rows[i] {
			clusters += it.n
			apps += it.applications
		}
	}
	l.more = l.Words("figure.deckplan.more", map[string]any{"n": len(rest), "clusters": clusters, "applications": apps})
	l.moreY = l.height + 20
	l.height += 30
}

// legend explains the colours, borders and hatches that occur.
func (l *layouter) legend(rows [][]item, shown []int) {
	tiers := map[plan.Tier]bool{}
	hatch, hit, away := false, false, false
	for _, i := range shown {
		for _, it := range rows[i] {
			if i < len(l.Analysis.Instances) {
				tiers[it.tier] = true
			}
			hatch = hatch || it.broken || it.unreachable
			hit = hit || it.hit
			away = away || it.away
		}
	}
	x := hullLeft
	add := func(item legendItem) {
		item.x, item.textX, item.y = x, x+20, l.height+10
		item.text = Clip(item.text, smallSize, deckWidth-item.textX)
		x = item.textX + TextWidth(item.text, smallSize) + 18
		if item.text != "" {
			l.drawing.legend = append(l.drawing.legend, item)
		}
	}
	for _, t := range []plan.Tier{plan.Production, plan.Staging, plan.Development, ""} {
		if tiers[t] {
			word := string(t)
			if word == "" {
				word = "none"
			}
			add(legendItem{fill: l.tierFill(t), stroke: "none", text: l.Words("figure.deckplan.tier."+word, nil)})
		}
	}
	if hit {
		add(legendItem{fill: "none", stroke: l.Palette.Bad, text: l.Words("figure.deckplan.hit", map[string]any{"cause": l.Analysis.Radius.Domain.Name})})
	}
	if away {
		add(legendItem{fill: "none", stroke: l.Palette.Bad, text: "▲ " + l.Words("figure.deckplan.legend_away", nil)})
	}
	if hatch {
		add(legendItem{fill: l.Palette.Sheet, stroke: l.Palette.Bad, hatch: true, text: l.Words("figure.deckplan.legend_hatch", nil)})
	}
	if len(l.drawing.legend) > 0 {
		l.height += legendSpace
	}
}
