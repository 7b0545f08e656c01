package decision

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"deckplan/internal/lang"
)

// undecided is what stands for an outcome while there is none.
const undecided = "Not decided yet."

// outcome reads the decision: the option chosen and why, and the sections that
// have their place below.
func (f *fileReader) outcome(s section) {
	var own []block
	var subs []section
	for _, b := range s.blocks {
		known := b.level > 0 && slices.Contains(within[partOutcome], partOf(b.head))
		switch {
		case b.level > 0 && len(subs) > 0 && b.level <= subs[0].level, known && len(subs) == 0:
			subs = append(subs, section{head: b.head, level: b.level, line: b.line})
		case len(subs) > 0:
			last := &subs[len(subs)-1]
			last.blocks = append(last.blocks, b)
		default:
			own = append(own, b)
		}
	}
	f.chosen(own)
	for _, sub := range subs {
		f.section(sub)
	}
}

// choosing matches what says which option was chosen.
var choosing = regexp.MustCompile(`(?i)^[*_]{0,3}(?:the )?(?:(?:chosen|selected) (?:option|alternative)|선택한 (?:선택지|옵션|안|대안)|선택된 (?:선택지|옵션|안|대안)|채택한 (?:선택지|옵션|안|대안)|채택된 (?:옵션|안|대안)|선택지|결정)[*_]{0,3}\s*(?::|：)[*_]{0,3}\s*`)

// because matches what follows the option's name.
var because = regexp.MustCompile(`(?is)^[\s*_]*[,.;:–—-]?\s*(?:(?:because|since|as|왜냐하면|이유는|이유:|그 이유는)(?:\s+|$))?(.*)$`)

var quotes = map[string]string{`"`: `"`, "“": "”", "'": "'", "‘": "’", "`": "`", "「": "」", "*": "*", "_": "_"}

// chosen reads what an outcome says before the sections below it.
func (f *fileReader) chosen(blocks []block) {
	whole := joined(blocks)
	if strings.TrimSpace(whole) == undecided {
		return
	}
	for i, b := range blocks {
		if b.kind != ast.KindParagraph {
			continue
		}
		m := choosing.FindString(b.text)
		if m == "" {
			continue
		}
		name, rest := f.optionName(b.text[len(m):])
		if name == "" {
			continue
		}
		f.choose(name, b.line)
		if i > 0 { // what comes before belongs to the reasons too
			f.Justification = whole
			return
		}
		b.text = because.FindStringSubmatch(rest)[1]
		blocks[0] = b
		if b.text == "" {
			blocks = blocks[1:]
		}
		f.Justification = joined(blocks)
		return
	}
	f.Justification = whole
}

// optionName cuts a text after the name of the option that it begins with.
func (f *fileReader) optionName(s string) (name, rest string) {
	for open, end := range quotes {
		after, ok := strings.CutPrefix(s, open)
		if !ok {
			continue
		}
		for open == "*" || open == "_" {
			if after, ok = strings.CutPrefix(after, open); !ok {
				after = strings.TrimPrefix(s, open)
				after = strings.TrimLeft(after, open)
				break
			}
		}
		for _, o := range f.Options { // a name may hold the quotation mark
			if rest, ok := strings.CutPrefix(after, o.Name+end); ok {
				return o.Name, strings.TrimLeft(rest, open)
			}
		}
		if i := strings.Index(after, end); i > 0 {
			return oneLine(after[:i]), strings.TrimLeft(after[i+len(end):], open)
		}
	}
	if m := linked.FindStringSubmatch(s); m != nil && strings.HasPrefix(s, m[0]) {
		return strings.Trim(m[1], `"'`), s[len(m[0]):]
	}
	for i := range f.Options {
		if n := f.Options[i].Name; strings.HasPrefix(s, n) && (len(s) == len(n) || strings.ContainsAny(s[len(n):len(n)+1], " ,.;:\n")) {
			return n, s[len(n):]
		}
	}
	line, after, _ := strings.Cut(s, "\n")
	if at := regexp.MustCompile(`(?i)[,;]?\s+(?:because|since)\s|, |\. |\.$|$`).FindStringIndex(line); at != nil {
		return strings.TrimSpace(line[:at[0]]), line[at[0]:] + "\n" + after
	}
	return "", s
}

// choose takes an option by name; one that is not listed is added.
func (f *fileReader) choose(name string, line int) {
	if o := f.similar(name); o != nil {
		f.Chosen = o.Name
		return
	}
	if f.seen[partOptions] {
		f.add(line, Told, "option", map[string]any{"name": clipped(name)})
	}
	f.Chosen = f.addOption(name, line).Name
}

// information reads what is said at the end: prose, and the lines that name
// other records.
func (f *fileReader) information(blocks []block) {
	text := joined(blocks)
	if n := len(blocks); n > 0 && blocks[n-1].kind == ast.KindList {
		items := itemsOf(blocks[n-1])
		at := len(items)
		for at > 0 && f.written(items[at-1]) {
			at--
		}
		switch {
		case at == 0:
			blocks = blocks[:n-1]
		case at < len(items):
			blocks[n-1].text = blocks[n-1].cut(0, items[at].line)
		}
		text = joined(blocks)
	}
	for _, b := range blocks {
		if b.kind != ast.KindList && b.kind != ast.KindParagraph {
			continue
		}
		for i, s := range strings.Split(b.text, "\n") {
			refs, _ := tied(strings.TrimLeft(strings.TrimSpace(s), "*-+ "), b.line+i)
			f.refs = append(f.refs, saidToo(refs)...)
		}
	}
	if text != "" {
		f.more = append(f.more, text)
	}
}

// written tells whether an entry is one of those that the writer adds to a
// record's information, and takes what it says.
func (f *fileReader) written(it item) bool {
	if kindOfFile(it.text) {
		return true
	}
	plain := linked.ReplaceAllString(it.text, "$1")
	for t, id := range tieMessages {
		for _, m := range adrNumber.FindAllStringSubmatch(plain, 2) {
			r := refsIn("ADR-"+m[1], t, it.line)
			if len(r) != 1 {
				continue
			}
			for _, l := range lang.All {
				if plain == l.T(id, map[string]any{"number": "ADR-" + FormatNumber(r[0].number)}) {
					f.refs = append(f.refs, r[0])
					return true
				}
			}
		}
	}
	return false
}

var tieMessages = map[tie]string{supersedes: "decision.supersedes", supersededBy: "decision.superseded_by", relatesTo: "decision.files.relates"}

// link turns what the file names of other records into their numbers. resolve
// finds the number of a file; nil where only numbers are known.
func (f *fileReader) link(resolve func(r ref) int) {
	for _, r := range f.refs {
		n := r.number
		if resolve != nil {
			n = resolve(r)
		}
		switch {
		case n == 0:
			f.add(r.line, Doubt, "unresolved", map[string]any{"name": clipped(r.text)})
			if r.tie == supersededBy || r.tie == supersedes || !r.kept {
				f.more = append(f.more, lang.English.T(tieMessages[r.tie], map[string]any{"number": r.text}))
			}
		case n == f.Number:
		case r.tie == supersededBy && f.SupersededBy == 0:
			f.SupersededBy = n
		case r.tie == supersededBy && f.SupersededBy == n:
		case r.tie == supersedes:
			f.Record = f.LinkTo(n)
		default:
			if i, has := slices.BinarySearch(f.RelatesTo, n); !has {
				f.RelatesTo = slices.Insert(f.RelatesTo, i, n)
			}
		}
	}
	f.refs = nil
}

// finish puts together what was read in pieces, and what the product's own key
// says.
func (f *fileReader) finish() Record {
	if f.loose = append(f.loose, f.Context); len(f.loose) > 1 {
		f.Context = trimLines(strings.Join(f.loose, "\n\n"))
	}
	f.loose = nil
	f.More = strings.Join(f.more, "\n\n")
	if s := trimLines(strings.Join(f.status, "\n")); s != "" {
		f.Sections = slices.Insert(f.Sections, 0, Section{Heading: "Status", Level: 2, Text: s})
	}
	// Below the outcome come those that stood there, as the writer puts them.
	slices.SortStableFunc(f.Sections, func(a, b Section) int { return outer(a) - outer(b) })
	f.Front = f.front.rest(func(key string) bool { return f.claimed[key] })
	if f.Status == "" {
		f.Status = Proposed
		if f.own == nil && len(f.status) == 0 {
			f.add(0, Doubt, "no_status", nil)
		}
	}
	if f.own != nil {
		f.Record = applyOwn(f.Record, f.own.value, f.own.line, &f.notes)
	}
	if f.Topic == "" && f.own == nil {
		f.Topic = Plan
	}
	return f.Record
}

// outer is 0 for a section below the outcome, 1 for one of its own.
func outer(s Section) int {
	if s.Level > 2 {
		return 0
	}
	return 1
}
