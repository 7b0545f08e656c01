package matrixfile

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"deckplan/internal/plan"
)

var place = regexp.MustCompile(`^([a-zA-Z]+)\[([0-9]+)\]`)

// check holds the draft against the plan's own rules and finds the line of what
// is wrong.
func (d *draft) check() {
	for _, name := range []string{"matrices", "criteria", "candidates", "scores", "judgements", "comparisons"} {
		k := plan.KindOf(name)
		if n := k.Len(d.plan); n > k.Most() {
			d.problems = append(d.problems, plan.Problem{ID: "plan.problem.full", Args: map[string]any{"table": name, "n": n, "max": k.Most()}})
			return
		}
		for i := range k.Len(d.plan) {
			_, problems := k.Decode(plan.Raw(k.At(d.plan, i)))
			for _, p := range problems {
				if p.Line = d.line(name, i); name == "matrices" {
					p.Line = d.settings[strings.TrimPrefix(p.Path, "matrices.")]
				}
				if len(d.problems) < mostProblems {
					d.problems = append(d.problems, p)
				}
			}
		}
	}
	var bad *plan.Invalid
	if errors.As(plan.Check(d.plan), &bad) && len(d.problems) == 0 {
		for _, p := range bad.Problems {
			if at := place.FindStringSubmatch(p.Path); at != nil {
				i, _ := strconv.Atoi(at[2])
				p.Line, p.Path = d.line(at[1], i), at[1]+p.Path[len(at[0]):]
			}
			d.problems = append(d.problems, p)
		}
	}
}

func (d *draft) line(table string, i int) int {
	if lines := d.lines[table]; i < len(lines) {
		return lines[i]
	}
	return 0
}
