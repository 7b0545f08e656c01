package live

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Search is what somebody typed into the search box, understood: terms that
// must all hold. The zero Search holds for every row.
//
//	checkout pay        words, each found in name, project, cluster, instance,
//	                    owner, either namespace or revision
//	"two words"         one word with what stands between
//	check*api           * stands for anything
//	health:degraded     a field with a value; the case of letters is no matter
//	cluster:prod-*      * stands for anything, ? for one letter
//	health:degraded,missing   either
//	-sync:synced -test  not
//	age:>1d age:<2h30m  longer, shorter than; a bare age is "at least"
//	owner:""            without one
//
// image is found anywhere in an image's reference, and revision at its
// beginning, unless a value has * or ?; all other fields match whole.
type Search struct{ terms []term }

// Fields are those that a search may name, in the order they are explained.
var Fields = []string{"health", "sync", "operation", "instance", "cluster", "namespace", "project", "owner", "app", "image", "revision", "set", "age", "synced"}

// Problem is a part of a search that was not understood and so left out.
type Problem struct {
	Code    ProblemCode
	Term    string // as it was typed
	Field   string // what stands before the colon
	Nearest string // the field that may have been meant; empty if none is near
}

// ProblemCode says what is wrong.
type ProblemCode string

// The problems of a search.
const (
	UnknownField ProblemCode = "unknown_field"
	BadAge       ProblemCode = "bad_age"
	NoValue      ProblemCode = "no_value"
	OpenQuote    ProblemCode = "open_quote" // taken as if it ended with the text
	TooLong      ProblemCode = "too_long"   // Term is where it was cut
)

// Bounds of a search.
const (
	MaxSearch = 500 // characters
	maxTerms  = 32
	maxValues = 32 // of one term
)

type term struct {
	field  string // empty for a word
	not    bool
	values []value
}

// value is one alternative of a term.
type value struct {
	text  string // in small letters
	glob  bool
	isAge bool
	below bool // less than
	least bool // the bound itself too
	age   time.Duration
}

// timed tells whether what the search holds for depends on the time of day.
func (s Search) timed() bool {
	return slices.ContainsFunc(s.terms, func(t term) bool { return t.field == "age" || t.field == "synced" })
}

// Empty tells whether the search holds for every row.
func (s Search) Empty() bool { return len(s.terms) == 0 }

// Names tells whether the search says something of a field.
func (s Search) Names(field string) bool {
	return slices.ContainsFunc(s.terms, func(t term) bool { return t.field == field })
}

// String writes the search in one spelling.
func (s Search) String() string {
	var b strings.Builder
	for i, t := range s.terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.not {
			b.WriteByte('-')
		}
		if t.field != "" {
			b.WriteString(t.field + ":")
		}
		for n, v := range t.values {
			if n > 0 {
				b.WriteByte(',')
			}
			b.WriteString(v.String())
		}
	}
	return b.String()
}

// String writes a value so that it is read again as it is. A quote cannot be
// part of one.
func (v value) String() string {
	if !v.isAge {
		if v.glob || v.text != "" && !strings.ContainsFunc(v.text, special) && v.text[0] != '-' {
			return v.text
		}
		return `"` + v.text + `"`
	}
	sign := ">"
	if v.below {
		sign = "<"
	}
	if v.least {
		sign += "="
	}
	return sign + strconv.FormatFloat(v.age.Seconds(), 'f', -1, 64) + "s"
}

func special(r rune) bool {
	return unicode.IsSpace(r) || r == '"' || r == ',' || r == ':' || r == '*' || r == '?'
}

// ParseSearch reads what somebody typed. What it does not understand is left
// out and told; the rest holds.
func ParseSearch(text string) (Search, []Problem) {
	var out Search
	var problems []Problem
	text = strings.ToValidUTF8(text, "")
	if utf8.RuneCountInString(text) > MaxSearch {
		text = string([]rune(text)[:MaxSearch])
		problems = append(problems, Problem{Code: TooLong, Term: strconv.Itoa(MaxSearch)})
	}
	for len(text) > 0 {
		typed, parts, open, rest := nextTerm(text)
		text = rest
		if typed == "" {
			continue
		}
		if open {
			problems = append(problems, Problem{Code: OpenQuote, Term: typed})
		}
		t, p := readTerm(typed, parts)
		if p != nil {
			problems = append(problems, *p)
		} else if t.values != nil {
			if len(out.terms) == maxTerms {
				return out, append(problems, Problem{Code: TooLong, Term: typed})
			}
			out.terms = append(out.terms, t)
		}
	}
	return out, problems
}

// part is a piece of a term: what stands in quotes, or what does not.
type part struct {
	text   string
	quoted bool
}

// nextTerm takes what stands before the next space outside of quotes.
func nextTerm(text string) (typed string, parts []part, open bool, rest string) {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	begin, quoted := 0, false
	end := len(text)
	for i, r := range text {
		if r == '"' {
			if i > begin || quoted {
				parts = append(parts, part{text[begin:i], quoted})
			}
			begin, quoted = i+1, !quoted
		} else if unicode.IsSpace(r) && !quoted {
			end = i
			break
		}
	}
	if end > begin || quoted {
		parts = append(parts, part{text[begin:end], quoted})
	}
	return text[:end], parts, quoted, text[end:]
}

// readTerm understands a term. A value that nothing stands in is no term.
func readTerm(typed string, parts []part) (term, *Problem) {
	var t term
	if first := &parts[0]; !first.quoted && strings.HasPrefix(first.text, "-") && len(typed) > 1 {
		t.not, first.text = true, first.text[1:]
	}
	if first := &parts[0]; !first.quoted {
		name, after, found := strings.Cut(first.text, ":")
		if found && isName(name) {
			field := strings.ToLower(name)
			if !slices.Contains(Fields, field) {
				return t, &Problem{Code: UnknownField, Term: typed, Field: name, Nearest: nearest(field)}
			}
			t.field, first.text = field, after
		}
	}
	if t.field == "" {
		t.values = word(parts)
		return t, nil
	}
	for _, v := range alternatives(parts) {
		if len(t.values) == maxValues {
			return t, &Problem{Code: TooLong, Term: typed, Field: t.field}
		}
		if t.field == "age" || t.field == "synced" {
			age, ok := readAge(v.text)
			if !ok {
				return t, &Problem{Code: BadAge, Term: typed, Field: t.field}
			}
			v = age
		}
		t.values = append(t.values, v)
	}
	if len(t.values) == 0 {
		return t, &Problem{Code: NoValue, Term: typed, Field: t.field}
	}
	return t, nil
}

// word is a word's one value: a comma is part of it. None is no word.
func word(parts []part) []value {
	var v value
	quoted := false
	for _, p := range parts {
		v.text += p.text
		quoted = quoted || p.quoted
	}
	if v.text == "" {
		return nil
	}
	v.text = strings.ToLower(v.text)
	v.glob = !quoted && strings.ContainsAny(v.text, "*?")
	return []value{v}
}

// alternatives are the values between commas. What stands in quotes is taken
// as it is, and may be empty.
func alternatives(parts []part) (out []value) {
	var now strings.Builder
	var glob, quoted bool
	end := func() {
		if now.Len() > 0 || quoted {
			out = append(out, value{text: strings.ToLower(now.String()), glob: glob && !quoted})
		}
		now.Reset()
		glob, quoted = false, false
	}
	for _, p := range parts {
		if p.quoted {
			now.WriteString(p.text)
			quoted = true
			continue
		}
		for i, s := range strings.Split(p.text, ",") {
			if i > 0 {
				end()
			}
			now.WriteString(s)
			glob = glob || strings.ContainsAny(s, "*?")
		}
	}
	end()
	return out
}

// isName tells whether a text before a colon is meant to be a field's name: not
// a part of an address or of an image.
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' })
}

// maxAge bounds the ages that can be asked for.
const maxAge = 100 * 365 * 24 * time.Hour

var ageUnits = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// readAge reads an age such as >1d, <=2h30m or 90m.
func readAge(s string) (value, bool) {
	v := value{isAge: true, least: true}
	for _, sign := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			s, v.below, v.least = rest, sign[0] == '<', len(sign) == 2
			break
		}
	}
	if s == "" {
		return v, false
	}
	for s != "" {
		n := 0
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '.') {
			n++
		}
		if n == 0 || n == len(s) {
			return v, false
		}
		count, err := strconv.ParseFloat(s[:n], 64)
		unit, ok := ageUnits[s[n]]
		if err != nil || !ok || count*float64(unit) > float64(maxAge-v.age) {
			return v, false
		}
		v.age += time.Duration(count * float64(unit)).Truncate(time.Millisecond)
		s = s[n+1:]
	}
	return v, true
}

// aliases are names that other tools have for a field.
var aliases = map[string]string{"name": "app", "application": "app", "status": "health", "phase": "operation", "team": "owner", "dest": "cluster",
	"destination": "cluster", "server": "cluster", "ns": "namespace", "proj": "project", "rev": "revision", "commit": "revision", "sha": "revision",
	"since": "age", "argocd": "instance", "argo": "instance", "applicationset": "set", "appset": "set", "tag": "image"}

// nearest is the field that a name is most like, if it is like any.
func nearest(name string) string {
	if f := aliases[name]; f != "" {
		return f
	}
	best, least := "", max(2, len(name)/2)
	for _, f := range Fields {
		if d := distance(name, f); d < least || strings.HasPrefix(f, name) && best == "" {
			best, least = f, min(d, least)
		}
	}
	return best
}

// distance is how many letters must be put in, left out or changed to make b
// of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
