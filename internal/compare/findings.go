package compare

import "deckplan/internal/appraise"

// PairFindings sets two lists of findings against each other: what only the first
// has, what only the second has, and what both have, as the second has it. They
// are the same as Verdicts has it.
func PairFindings(a, b []appraise.Finding) (gone, fresh, both []appraise.Finding) {
	whose := func(f appraise.Finding) string {
		return string(f.Topic) + "\x00" + f.Subject.Key + "\x00" + identity(f.Finding)
	}
	before := map[string]int{}
	for _, f := range a {
		before[whose(f)]++
	}
	kept := map[string]int{}
	for _, f := range b {
		if id := whose(f); before[id] > kept[id] {
			kept[id]++
			both = append(both, f)
		} else {
			fresh = append(fresh, f)
		}
	}
	for _, f := range a {
		if id := whose(f); kept[id] > 0 {
			kept[id]--
		} else {
			gone = append(gone, f)
		}
	}
	return gone, fresh, both
}
