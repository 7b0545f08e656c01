package figure

import (
	"strings"

	"deckplan/internal/strategy"
)

// ReleaseProps is what the picture of a release under four strategies is drawn
// from.
type ReleaseProps struct {
	ID       string // begins every id in the drawing; unique on the page
	Name     string // of the service
	Analysis *strategy.Analysis
	Bad      bool // the release of a bad version
	Until    int  // seconds that are shown; all of it if 0
	Cursor   bool // a line stands at second At
	At       int
	Palette  Palette
	Words    func(id string, args map[string]any) string
}

// The four strategies lie below each other over one axis of time. A lane shows
// shares of the wanted replicas' capacity and of users, up to courseMost; the
// strip below it shows replicas.
const (
	courseLeft, courseTop     = 150.0, 16.0
	courseWidth, courseHeight = 794.0, 76.0
	stripHeight               = 26.0
	coursePitch               = 126.0
	courseMost                = 1.25
	axisY                     = courseTop + 4*coursePitch - 10
	releaseHeight             = axisY + 66
)

// lane is one strategy's release as paths.
type course struct {
	y                                 float64
	name, mark, title                 string
	users, usersLine, capacity, fails string
	old, fresh, rest                  string
	short                             []span // capacity below demand
	impossible                        bool
	alarmX                            float64
	alarm                             string
	demandY, wholeY                   float64
	pods                              string
}

type span struct{ x, width float64 }

type release struct {
	title, desc string
	lanes       []course
	ticks       []tick
	legend      []legend
	cursorX     float64
	cursor      string
	cursorEnd   string
}

type legend struct {
	x, y       float64
	text       string
	fill, line string
	dash       string
	opacity    string
}

func drawRelease(p ReleaseProps) release {
	kind := "good"
	if p.Bad {
		kind = "bad"
	}
	out := release{title: p.Words("figure.release.title."+kind, map[string]any{"name": p.Name}), desc: p.Words("figure.release.desc."+kind, nil)}
	if p.Until <= 0 {
		p.Until = p.Analysis.Span()
	}
	most := 1
	for i := range p.Analysis.Options {
		most = max(most, runOf(&p.Analysis.Options[i], p.Bad).Peak)
	}
	for i := range p.Analysis.Options {
		out.lanes = append(out.lanes, drawLane(p, &p.Analysis.Options[i], courseTop+coursePitch*float64(i), float64(most)))
	}
	for _, t := range timeTicks(p.Until) {
		out.ticks = append(out.ticks, tick{at: secondX(t, p.Until), text: p.Words("figure.release.time", map[string]any{"s": t}), end: "middle"})
	}
	if p.Cursor {
		out.cursorX, out.cursor, out.cursorEnd = secondX(p.At, p.Until), p.Words("figure.release.time", map[string]any{"s": p.At}), "start"
		if out.cursorX > courseLeft+courseWidth*0.9 {
			out.cursorEnd = "end"
		}
	}
	entries := []legend{{fill: p.Palette.Accent, opacity: ".3", text: "users"}, {line: p.Palette.Good, text: "capacity"}, {line: p.Palette.Ink2, dash: "5 3", text: "demand"}}
	if p.Bad {
		entries = append(entries, legend{fill: p.Palette.Bad, opacity: ".7", text: "fails"})
	}
	entries = append(entries, legend{fill: p.Palette.Line2, opacity: "1", text: "old"}, legend{fill: p.Palette.Accent, opacity: ".65", text: "new"}, legend{line: p.Palette.Ink3, dash: "2 2", text: "pods"})
	x, y := courseLeft, axisY+38
	for _, l := range entries {
		l.text = p.Words("figure.release."+l.text, nil)
		w := 28 + TextWidth(l.text, 11) + 14
		if x+w > courseLeft+courseWidth {
			x, y = courseLeft, y+18
		}
		l.x, l.y = x, y
		x += w
		out.legend = append(out.legend, l)
	}
	return out
}

func runOf(o *strategy.Option, bad bool) *strategy.Run {
	if bad {
		return &o.Bad
	}
	return &o.Good
}

func secondX(second, until int) float64 {
	return courseLeft + courseWidth*float64(min(second, until))/float64(max(1, until))
}

// timeTicks gives round seconds within a time, eight at most.
func timeTicks(until int) (out []int) {
	step := 1
	for _, s := range []int{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400} {
		if step = s; until/s <= 8 {
			break
		}
	}
	for until/step > 8 {
		step *= 2
	}
	for t := 0; t <= until; t += step {
		out = append(out, t)
	}
	return out
}

func drawLane(p ReleaseProps, o *strategy.Option, y, most float64) course {
	a, run := p.Analysis, runOf(o, p.Bad)
	l := course{y: y, impossible: o.Fit == strategy.Impossible}
	share := func(v float64) float64 { return y + courseHeight*(1-min(v, courseMost)/courseMost) }
	base := y + courseHeight + 4 + stripHeight
	pods := func(n int) float64 { return base - stripHeight*float64(n)/most }
	l.wholeY, l.demandY = share(1), share(a.Load)
	full := a.Demand / a.Load // requests a second of all wanted replicas
	steps := func(value func(*strategy.Second) float64) string { return stairs(run, p.Until, value) }
	closed := func(path string, y float64) string { return path + "V" + num(y) + "H" + num(courseLeft) + "Z" }
	l.usersLine = steps(func(s *strategy.Second) float64 { return share(s.Share) })
	l.users = closed(l.usersLine, share(0))
	l.capacity = steps(func(s *strategy.Second) float64 { return share(s.Capacity / full) })
	if p.Bad {
		l.fails = closed(steps(func(s *strategy.Second) float64 { return share((s.Failing + s.Refused) / a.Demand) }), share(0))
	}
	l.old = closed(steps(func(s *strategy.Second) float64 { return pods(s.Old) }), base)
	l.fresh = closed(steps(func(s *strategy.Second) float64 { return pods(s.Old + s.New) }), base)
	l.rest = steps(func(s *strategy.Second) float64 { return pods(s.Pods()) })
	for i := range run.Stretches {
		if s := &run.Stretches[i]; s.Capacity < a.Demand*(1-1e-9) && s.At < p.Until {
			from, to := secondX(s.At, p.Until), secondX(s.At+s.Lasts, p.Until)
			if n := len(l.short); n > 0 && l.short[n-1].x+l.short[n-1].width >= from-0.01 {
				l.short[n-1].width = to - l.short[n-1].x
				continue
			}
			l.short = append(l.short, span{from, to - from})
		}
	}
	if p.Bad && run.Alarm >= 0 && run.Alarm <= p.Until {
		l.alarmX, l.alarm = secondX(run.Alarm, p.Until), p.Words("figure.release.alarm", map[string]any{"s": run.Alarm})
	}
	l.words(p, o, run)
	return l
}

// stairs draws a value that holds from second to second. What is finer than a
// reader can see is left out.
func stairs(run *strategy.Run, until int, value func(*strategy.Second) float64) string {
	var b strings.Builder
	b.WriteString("M" + num(courseLeft) + " ")
	last, level := -1.0, ""
	for i := range run.Stretches {
		s := &run.Stretches[i]
		if s.At > until {
			break
		}
		x, y := secondX(s.At, until), num(value(&s.Second))
		if y == level || x-last < 0.3 && s.Lasts > 0 {
			continue
		}
		if i > 0 {
			b.WriteString("H" + num(x) + "V")
		}
		b.WriteString(y)
		last, level = x, y
	}
	b.WriteString("H" + num(courseLeft+courseWidth))
	return b.String()
}

// words words a lane's labels.
func (l *course) words(p ReleaseProps, o *strategy.Option, run *strategy.Run) {
	l.name = p.Words("choice.rollout."+string(o.Rollout), nil)
	switch {
	case l.impossible:
		l.mark = p.Words("strategies.fit.impossible", nil)
	case o.Recommended:
		l.mark = p.Words("strategies.recommended", nil)
	}
	id, args := "figure.release.lane", map[string]any{"name": l.name, "first": max(run.First, 0), "done": max(run.Done, 0), "downtime": run.Down, "extra": run.Extra}
	if p.Bad {
		id, args = "figure.release.lane.bad", map[string]any{"name": l.name, "alarm": max(run.Alarm, 0), "share": run.Exposed, "rollback": max(run.Rollback, 0), "failed": run.Failed}
	}
	l.title = p.Words(id, args)
	l.pods = p.Words("figure.release.strip", map[string]any{"n": run.Peak})
}
