package decision

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"go.yaml.in/yaml/v3"
)

// pair matches "* Status: accepted" without its marker.
var pair = regexp.MustCompile(`^[*_]{0,2}([A-Za-z가-힣][A-Za-z가-힣 _-]{0,40}?)[*_]{0,2}\s*:[*_]{0,2}[ \t]*(.*)$`)

// preamble reads what stands around the title: the list of MADR 2, and the
// lines of Nygard's. Anything else begins the context.
func (f *fileReader) preamble(blocks []block) {
	for _, b := range blocks {
		switch b.kind {
		case ast.KindList:
			if items := itemsOf(b); f.pairs(items, true) {
				continue
			}
		case ast.KindParagraph:
			var items []item
			for i, s := range strings.Split(b.text, "\n") {
				items = append(items, item{text: strings.TrimSpace(s), line: b.line + i})
			}
			if f.pairs(items, false) {
				continue
			}
		case ast.KindHTMLBlock:
			if comment.ReplaceAllString(b.text, "") == "" {
				f.more = append(f.more, b.text)
				continue
			}
		}
		f.loose = append(f.loose, b.text)
		f.add(b.line, Told, "preamble", nil)
	}
}

// pairs takes names with values, where all of them are; a list may hold ones
// that MADR does not know, lines of prose may not.
func (f *fileReader) pairs(items []item, list bool) bool {
	for _, it := range items {
		m := pair.FindStringSubmatch(it.text)
		if m == nil || strings.Contains(it.text, "\n") {
			return false
		}
		if p := partOf(m[1]); !list && !meta(p) {
			return false
		}
	}
	for _, it := range items {
		m := pair.FindStringSubmatch(it.text)
		f.pair(m[1], strings.TrimSpace(comment.ReplaceAllString(m[2], "")), it)
	}
	return len(items) > 0
}

func meta(p part) bool {
	return slices.Contains([]part{partStatus, partDate, partMakers, partConsulted, partInformed, partStory}, p)
}

func (f *fileReader) pair(key, value string, it item) {
	p := partOf(key)
	lists := map[part]*[]string{partMakers: &f.DecisionMakers, partConsulted: &f.Consulted, partInformed: &f.Informed}
	switch {
	case value == "" && meta(p):
	case p == partStatus && f.Status == "" && !f.claimed["status"]:
		f.known = true
		f.setStatus(value, it.line)
	case p == partDate && f.Date == "":
		if d, ok := readDate(value); ok {
			f.Date = d
			return
		}
		f.add(it.line, Doubt, "date", map[string]any{"got": clipped(value)})
		f.more = append(f.more, it.text)
	case lists[p] != nil && *lists[p] == nil:
		*lists[p] = people(value)
	case p == partStory, p != "":
		f.more = append(f.more, it.text)
	default:
		k := strings.ToLower(strings.Join(strings.Fields(key), "-"))
		if slices.ContainsFunc(f.front.entries, func(e entry) bool { return e.key == k }) || k == ownKey {
			f.more = append(f.more, it.text)
			return
		}
		v := textNode(value)
		f.front.entries = append(f.front.entries, entry{key: k, value: v, line: it.line, text: marshalled(&yaml.Node{Kind: yaml.ScalarNode, Value: k}, v)})
		f.add(it.line, Told, "front", map[string]any{"key": k})
	}
}

// options reads the considered options: a list of names, or a heading for each.
func (f *fileReader) options(s section) {
	plain, subs := split(s)
	items, rest := itemsAnd(plain)
	for _, it := range items {
		f.addOption(it.text, it.line)
	}
	f.rest(s, rest)
	for _, sub := range subs {
		f.describe(sub)
	}
}

// split takes the subsections off a section; all but those of the least level
// stay with the one above them.
func split(s section) (plain []block, subs []section) {
	level := 7
	for _, b := range s.blocks {
		if b.level > 0 {
			level = min(level, b.level)
		}
	}
	for _, b := range s.blocks {
		switch {
		case b.level == level:
			subs = append(subs, section{head: b.head, level: level, line: b.line})
		case len(subs) > 0:
			last := &subs[len(subs)-1]
			last.blocks = append(last.blocks, b)
		default:
			plain = append(plain, b)
		}
	}
	return plain, subs
}

var anchor = regexp.MustCompile(`^\[((?:[^\[\]\\]|\\.)+)\]\(#[^)]*\)`)

// addOption adds an option by what a list says of it: its name, or a longer
// text that begins with it.
func (f *fileReader) addOption(text string, line int) *Option {
	name, more, _ := strings.Cut(text, "\n")
	name = strings.TrimSpace(name)
	if m := anchor.FindStringSubmatch(name); m != nil {
		name = m[1] + name[len(m[0]):]
	}
	description := trimLines(more)
	if utf8.RuneCountInString(name) > MaxTitle {
		description = text
		cut := string([]rune(name)[:MaxTitle-1])
		if i := strings.IndexAny(cut, ":.;–—"); i > 0 {
			name = strings.TrimSpace(cut[:i])
		} else {
			name = strings.TrimSpace(cut) + "…"
		}
	}
	if o := f.option(name); o != nil {
		o.describe(description)
		f.add(line, Told, "option_twice", map[string]any{"name": clipped(name)})
		return o
	}
	f.Options = append(f.Options, Option{Name: name, Description: description})
	return &f.Options[len(f.Options)-1]
}

// describe adds to what is said of an option. What is longer than a record may
// hold is refused as it is and need not grow.
func (o *Option) describe(text string) {
	switch {
	case o.Description == "":
		o.Description = text
	case text != "" && len(o.Description) <= 4*MaxText:
		o.Description += "\n\n" + text
	}
}

// option finds an option by its name, as exactly as there is one. Among more
// than a record may have, which is refused, it does not look: that would take
// time that grows with their square.
func (f *fileReader) option(name string) *Option {
	if len(f.Options) > MaxEntries {
		return nil
	}
	for _, same := range []func(a, b string) bool{
		func(a, b string) bool { return a == b },
		func(a, b string) bool { return heading(a) == heading(b) && heading(a) != "" },
	} {
		for i := range f.Options {
			if same(f.Options[i].Name, name) {
				return &f.Options[i]
			}
		}
	}
	return nil
}

// similar finds the one option that a name begins, or that begins with it, as
// "Option 1" does "Option 1: one hub".
func (f *fileReader) similar(name string) *Option {
	if o := f.option(name); o != nil || len(f.Options) > MaxEntries {
		return o
	}
	var found *Option
	short := heading(name)
	for i := range f.Options {
		long := heading(f.Options[i].Name)
		if short == "" || long == "" || !strings.HasPrefix(long, short) && !strings.HasPrefix(short, long) {
			continue
		}
		if found != nil {
			return nil
		}
		found = &f.Options[i]
	}
	return found
}

// prosAndCons reads what is said of each option.
func (f *fileReader) prosAndCons(s section) {
	plain, subs := split(s)
	f.rest(s, plain)
	for _, sub := range subs {
		f.describe(sub)
	}
}

// describe reads an option's own section.
func (f *fileReader) describe(s section) {
	name := strings.TrimSpace(comment.ReplaceAllString(s.head, ""))
	o := f.similar(name)
	if o == nil {
		if f.seen[partOptions] {
			f.add(s.line, Told, "option", map[string]any{"name": clipped(name)})
		}
		o = f.addOption(name, s.line)
	}
	var text []string
	for _, b := range s.blocks {
		sided, rest := argumentsOf(b, false)
		o.Arguments = append(o.Arguments, sided...)
		if rest != "" {
			text = append(text, rest)
		}
	}
	o.describe(strings.Join(text, "\n\n"))
}

// saying matches what begins an argument, in MADR's English and in Korean.
var saying = regexp.MustCompile(`(?i)^[*_]{0,2}(good|bad|neutral|장점|단점|참고|좋음|나쁨|중립|긍정적|부정적|긍정|부정)[*_]{0,2}\s*(?:[,:]|-|–|—)\s*[*_]{0,2}(?:(?:because|since|as|왜냐하면|이유는)(?:\s+|$))?(?s:(.*))$`)

var sideOf = map[string]Side{"good": Good, "장점": Good, "좋음": Good, "긍정적": Good, "긍정": Good, "bad": Bad, "단점": Bad, "나쁨": Bad, "부정적": Bad, "부정": Bad, "neutral": Neutral, "참고": Neutral, "중립": Neutral}

// argument reads an entry such as "Good, because …".
func argument(it item) (Argument, bool) {
	m := saying.FindStringSubmatch(it.text)
	if m == nil || strings.TrimSpace(m[2]) == "" {
		return Argument{}, false
	}
	return Argument{sideOf[strings.ToLower(m[1])], m[2]}, true
}

// argumentsOf takes the arguments that a list ends with, or with first those it
// begins with, and gives the rest of the block as it stands.
func argumentsOf(b block, first bool) (all []Argument, rest string) {
	if b.kind != ast.KindList {
		return nil, b.text
	}
	items := itemsOf(b)
	said := make([]Argument, len(items))
	ok := make([]bool, len(items))
	for i, it := range items {
		said[i], ok[i] = argument(it)
	}
	from, to := 0, 0
	if first {
		for to < len(items) && ok[to] {
			to++
		}
		if to == len(items) {
			return said, ""
		}
		return said[:to], b.cut(items[to].line, -1)
	}
	for from = len(items); from > 0 && ok[from-1]; {
		from--
	}
	if from == len(items) {
		return nil, b.text
	}
	return said[from:], b.cut(0, items[from].line)
}

// consequences reads "Good, because …" into arguments; a section that says
// them otherwise is prose.
func (f *fileReader) consequences(s section) {
	var own []block
	var subs []section
	for _, b := range s.blocks {
		p := partOf(b.head)
		switch {
		case b.level > 0 && slices.Contains(within[partConsequences], p):
			subs = append(subs, section{head: b.head, level: b.level, line: b.line})
		case len(subs) > 0:
			last := &subs[len(subs)-1]
			last.blocks = append(last.blocks, b)
		default:
			own = append(own, b)
		}
	}
	var prose []string
	for i, b := range own {
		if i == 0 {
			sided, rest := argumentsOf(b, true)
			f.Consequences = append(f.Consequences, sided...)
			b.text = rest
		}
		if b.text != "" {
			prose = append(prose, b.text)
		}
	}
	f.Aftermath = strings.Join(prose, "\n\n")
	for _, sub := range subs {
		if p := partOf(sub.head); !f.sided(sub, p) {
			f.keep(sub)
		}
	}
}

// sided reads a section of consequences of one side.
func (f *fileReader) sided(s section, p part) bool {
	side := Good
	if p == partNegative {
		side = Bad
	}
	items, rest := itemsAnd(s.blocks)
	if len(rest) > 0 {
		return false
	}
	for _, it := range items {
		if a, ok := argument(it); ok {
			f.Consequences = append(f.Consequences, a)
			continue
		}
		f.Consequences = append(f.Consequences, Argument{side, it.text})
	}
	return true
}

var checked = regexp.MustCompile("(?s)^(.*?)(?::|：|)\\s*(`+)\\s?([^`].*?)\\s?(`+)$")

// assumptions reads a list of sentences, each with its expression in backquotes.
func (f *fileReader) assumptions(s section) {
	items, rest := itemsAnd(s.blocks)
	f.named = s.line
	for _, it := range items {
		a := Assumption{Text: it.text}
		if m := checked.FindStringSubmatch(it.text); m != nil && m[2] == m[4] && strings.TrimSpace(m[1]) != "" {
			a = Assumption{Text: strings.TrimSpace(m[1]), Check: m[3]}
		}
		f.Assumptions, f.lines = append(f.Assumptions, a), append(f.lines, it.line)
	}
	f.rest(s, rest)
}
