package decision

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// linkAll numbers the records and resolves how they name one another.
func linkAll(read []*fileReader) []Read {
	byNumber, byFile := map[int]int{}, map[string]int{}
	given := make([]int, len(read)) // number in the file
	last := 0
	for i, r := range read {
		given[i] = r.Number
		last = max(last, r.Number)
	}
	for i, r := range read {
		if _, taken := byNumber[r.Number]; r.Number > 0 && !taken {
			byNumber[r.Number] = r.Number
			continue
		}
		last++
		if r.Number = last; given[i] == 0 {
			r.add(0, Told, "numbered", map[string]any{"number": FormatNumber(last)})
		} else {
			r.add(0, Doubt, "number_twice", map[string]any{"given": FormatNumber(given[i]), "number": FormatNumber(last)})
		}
	}
	for _, r := range read {
		base := strings.ToLower(path.Base(r.file))
		if _, twice := byFile[base]; !twice {
			byFile[base] = r.Number
		}
	}
	out := make([]Read, len(read))
	for i, r := range read {
		r.link(func(to ref) int {
			if n := byFile[strings.ToLower(to.file)]; n > 0 && to.file != "" {
				return n
			}
			return to.number
		})
		number := r.Number
		record := r.finish()
		record.Number = number
		r.Record = record
		out[i] = Read{File: r.file, Record: record, Notes: r.sorted(), Lines: r.assumptionLines(), own: r.own != nil}
	}
	complete(out)
	slices.SortStableFunc(out, func(a, b Read) int { return cmp.Compare(a.Record.Number, b.Record.Number) })
	return out
}

// assumptionLines gives a line for each assumption; that of the section where
// an entry has none of its own.
func (f *fileReader) assumptionLines() []int {
	out := make([]int, len(f.Assumptions))
	for i := range out {
		out[i] = f.named
		if len(f.lines) == len(out) {
			out[i] = f.lines[i]
		}
	}
	return out
}

// complete makes links go both ways in records of other tools, and tells of
// those that lead nowhere.
func complete(all []Read) {
	at := map[int]*Read{}
	for i := range all {
		at[all[i].Record.Number] = &all[i]
	}
	for i := range all {
		r := &all[i]
		if other := at[r.Record.SupersededBy]; other != nil && !other.own {
			other.Record = other.Record.LinkTo(r.Record.Number)
		}
		for _, n := range r.Record.Supersedes {
			other := at[n]
			if other == nil || other.own || other.Record.SupersededBy != 0 {
				continue
			}
			if other.Record.Status == Superseded {
				other.Record.SupersededBy = r.Record.Number
			} else {
				r.Notes = append(r.Notes, Note{r.File, 0, Doubt, "decision.files.still", map[string]any{"number": FormatNumber(n), "status": string(other.Record.Status)}})
			}
		}
		for _, n := range r.Record.RelatesTo {
			if other := at[n]; other != nil && !other.own && !slices.Contains(other.Record.RelatesTo, r.Record.Number) {
				other.Record.RelatesTo = append(slices.Clone(other.Record.RelatesTo), r.Record.Number)
				slices.Sort(other.Record.RelatesTo)
			}
		}
	}
}
