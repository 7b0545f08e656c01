package live

import (
	"strings"
	"time"
)

// test is a term made ready for one scan.
type test struct {
	not bool
	row func(r *row, ids *[facetCount]uint32) bool
}

func (t *test) holds(r *row, ids *[facetCount]uint32) bool { return t.row(r, ids) != t.not }

var fieldFacets = map[string]int{"health": int(ByHealth), "sync": int(BySync), "operation": int(ByOperation), "instance": int(ByInstance),
	"cluster": int(ByCluster), "namespace": int(ByNamespace), "project": int(ByProject), "owner": int(ByOwner), "set": bySet, "revision": byRevision, "image": byImages}

// tests are the words and terms of a query.
func (s *snapshot) tests(q *Query) (out []test) {
	for _, w := range strings.Fields(strings.ToLower(q.Text)) {
		out = append(out, test{row: s.word(&value{text: w})})
	}
	for _, t := range q.Search.terms {
		out = append(out, test{t.not, s.term(t)})
	}
	return out
}

// word finds a word where words are looked for.
func (s *snapshot) word(v *value) func(r *row, ids *[facetCount]uint32) bool {
	within := func(s string) bool { return strings.Contains(s, v.text) }
	if v.glob {
		pattern := "*" + v.text + "*"
		within = func(s string) bool { return glob(pattern, s) }
	}
	has := func(name string) bool { return within(strings.ToLower(name)) }
	instance, cluster, project := s.passing(int(ByInstance), has), s.passing(int(ByCluster), has), s.passing(int(ByProject), has)
	revision := s.passing(byRevision, has)
	namespace, home, owner := s.passing(int(ByNamespace), has), s.passing(byHome, has), s.table(int(ByOwner), has)
	return func(r *row, ids *[facetCount]uint32) bool {
		if project[ids[ByProject]] || cluster[ids[ByCluster]] || instance[ids[ByInstance]] || namespace[ids[ByNamespace]] || home[r.ids[byHome]] ||
			revision[r.ids[byRevision]] || owner(ids[ByOwner]) {
			return true
		}
		return within(r.name())
	}
}

// name gives a row's name in small letters.
func (r *row) name() string {
	if r.plain {
		return r.app.Name
	}
	return strings.ToLower(r.app.Name)
}

func (s *snapshot) term(t term) func(r *row, ids *[facetCount]uint32) bool {
	if t.field == "" {
		return s.word(&t.values[0])
	}
	any := func(holds func(v *value) bool) bool {
		for i := range t.values {
			if holds(&t.values[i]) {
				return true
			}
		}
		return false
	}
	if f, ok := fieldFacets[t.field]; ok {
		holds := func(name string) bool {
			name = strings.ToLower(name)
			return any(func(v *value) bool { return v.describes(t.field, name) })
		}
		if f >= int(facetCount) {
			ok := s.passing(f, holds)
			return func(r *row, _ *[facetCount]uint32) bool { return ok[r.ids[f]] }
		}
		ok := s.table(f, holds)
		return func(_ *row, ids *[facetCount]uint32) bool { return ok(ids[f]) }
	}
	switch t.field {
	case "app":
		return func(r *row, _ *[facetCount]uint32) bool {
			name := r.name()
			return any(func(v *value) bool { return v.matches(name) })
		}
	case "synced":
		return func(r *row, _ *[facetCount]uint32) bool {
			return any(func(v *value) bool { return v.since(s.now, r.app.LastSync) })
		}
	default: // age
		return func(r *row, _ *[facetCount]uint32) bool {
			return any(func(v *value) bool { return v.since(s.now, r.app.Since) })
		}
	}
}

// since holds for a time that lies so long ago. What never was is no age.
func (v *value) since(now, t time.Time) bool {
	if t.IsZero() {
		return false
	}
	age := now.Sub(t)
	switch {
	case v.least && age == v.age:
		return true
	case v.below:
		return age < v.age
	}
	return age > v.age
}

// describes holds for a field's text in small letters.
func (v *value) describes(field, s string) bool {
	switch {
	case field == "image":
		return v.inLines(s)
	case field == "revision" && !v.glob && v.text != "":
		return strings.HasPrefix(s, v.text)
	}
	return v.matches(s)
}

// matches holds for a whole text in small letters.
func (v *value) matches(s string) bool {
	if v.glob {
		return glob(v.text, s)
	}
	return v.text == s
}

// inLines holds for a text with a line that has the value in it, or is all of
// what a value with * or ? describes.
func (v *value) inLines(lines string) bool {
	switch {
	case v.text == "":
		return lines == ""
	case !v.glob:
		return strings.Contains(lines, v.text)
	}
	for line := range strings.SplitSeq(lines, "\n") {
		if glob(v.text, line) {
			return true
		}
	}
	return false
}

// glob tells whether a pattern describes all of a text: * is anything, ? any
// one byte, or one character of more bytes together with those that follow.
func glob(pattern, s string) bool {
	star, retry := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			for i++; i < len(s) && s[i]&0xc0 == 0x80; i++ { // the rest of the character
			}
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			retry++
			p, i = star+1, retry
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
