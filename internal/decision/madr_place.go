package decision

import (
	"cmp"
	"slices"

	"deckplan/internal/lang"
)

// Place gives records of a set their numbers in a plan that has given numbers
// up to last: a number that is free is kept, any other becomes the next free
// one, for numbers are never given twice. What the records name of one another
// follows; a link to a record that neither the plan has, as has tells, nor comes
// with them is worded in the record's information instead.
func Place(chosen []Read, last int, has func(number int) bool, l lang.Lang) []Read {
	to := map[int]int{}
	next := last
	for _, r := range chosen {
		next = max(next, r.Record.Number)
	}
	for _, r := range chosen {
		n := r.Record.Number
		if _, twice := to[n]; n > last && !twice {
			to[n] = n
		}
	}
	out := slices.Clone(chosen)
	for i := range out {
		r := &out[i]
		r.Notes = slices.Clone(r.Notes)
		n := r.Record.Number
		if n <= last {
			next++
			to[n] = next
			r.Notes = append(r.Notes, Note{r.File, 0, Told, "decision.files.renumbered", map[string]any{"given": FormatNumber(n), "number": FormatNumber(next)}})
		}
	}
	for i := range out {
		r := &out[i]
		find := func(t tie, n int) (int, bool) {
			if moved, ok := to[n]; ok {
				return moved, true
			}
			if has(n) {
				return n, true
			}
			s := l.T(tieMessages[t], map[string]any{"number": "ADR-" + FormatNumber(n)})
			r.Notes = append(r.Notes, Note{r.File, 0, Doubt, "decision.files.absent", map[string]any{"number": FormatNumber(n)}})
			if r.Record.More != "" {
				s = "\n\n" + s
			}
			r.Record.More += s
			return 0, false
		}
		all := func(t tie, numbers []int) (moved []int) {
			for _, n := range numbers {
				if n, ok := find(t, n); ok {
					moved = append(moved, n)
				}
			}
			slices.Sort(moved)
			return moved
		}
		r.Record.Number = to[r.Record.Number]
		r.Record.Supersedes = all(supersedes, r.Record.Supersedes)
		r.Record.RelatesTo = all(relatesTo, r.Record.RelatesTo)
		if r.Record.SupersededBy != 0 {
			r.Record.SupersededBy, _ = find(supersededBy, r.Record.SupersededBy)
		}
	}
	slices.SortStableFunc(out, func(a, b Read) int { return cmp.Compare(a.Record.Number, b.Record.Number) })
	return out
}
