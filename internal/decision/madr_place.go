package decision

import (
	"cmp"
	"slices"

	"deckplan/internal/lang"
)

// Place gives records of a set their numbers in a plan that has given numbers
// up to last: a number that is free is kept, any other becomes the next free
// one, for numbers are never given twice. It gives back those that are taken,
// whose numbers do not depend on which are. What the records name of one another
// follows; a link to a record that neither the plan has, as has tells, nor is
// taken is worded in the record's information instead.
func Place(all []Read, taken func(Read) bool, last int, has func(number int) bool, l lang.Lang) []Read {
	to := map[int]int{}
	next := last
	for _, r := range all {
		next = max(next, r.Record.Number)
	}
	for _, r := range all {
		n := r.Record.Number
		if _, twice := to[n]; n > last && !twice {
			to[n] = n
		}
	}
	out, here := slices.Clone(all), map[int]bool{}
	for i := range out {
		r := &out[i]
		r.Notes = slices.Clone(r.Notes)
		n := r.Record.Number
		if n <= last {
			next++
			to[n] = next
			r.Notes = append(r.Notes, Note{r.File, 0, Told, "decision.files.renumbered", map[string]any{"given": FormatNumber(n), "number": FormatNumber(next)}})
		}
		here[to[n]] = taken(*r)
	}
	out = slices.DeleteFunc(out, func(r Read) bool { return !here[to[r.Record.Number]] })
	for i := range out {
		r := &out[i]
		find := func(t tie, n int) (int, bool) {
			if moved, ok := to[n]; ok && here[moved] {
				return moved, true
			} else if !ok && has(n) {
				return n, true
			}
			// Not as a name that would lead to whatever the plan has under it.
			name := FormatNumber(n)
			if i := slices.IndexFunc(all, func(r Read) bool { return r.Record.Number == n }); i >= 0 {
				name = "“" + oneLine(all[i].Record.Title) + "”"
			}
			s := l.T(tieMessages[t], map[string]any{"number": name})
			r.Notes = append(r.Notes, Note{r.File, 0, Doubt, "decision.files.absent", map[string]any{"number": FormatNumber(n)}})
			if r.Record.More != "" {
				s = "\n\n" + s
			}
			r.Record.More += s
			return 0, false
		}
		every := func(t tie, numbers []int) (moved []int) {
			for _, n := range numbers {
				if n, ok := find(t, n); ok {
					moved = append(moved, n)
				}
			}
			slices.Sort(moved)
			return moved
		}
		r.Record.Number = to[r.Record.Number]
		r.Record.Supersedes = every(supersedes, r.Record.Supersedes)
		r.Record.RelatesTo = every(relatesTo, r.Record.RelatesTo)
		if r.Record.SupersededBy != 0 {
			r.Record.SupersededBy, _ = find(supersededBy, r.Record.SupersededBy)
		}
	}
	slices.SortStableFunc(out, func(a, b Read) int { return cmp.Compare(a.Record.Number, b.Record.Number) })
	return out
}
