package decision

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/lang"
)

// MADR writes a record as Markdown in the form of MADR 4.0.0. Front matter,
// headings and "Good, because" stay MADR's own English, so that other tools
// read it; links to other records are worded in the language. A section
// without content is left out. What MADR has no place for stands in the front
// matter under the key deckplan: ParseMADR gives back the same record.
func MADR(r Record, l lang.Lang) string { return writeMADR(r, l, beside{}) }

// beside is what a record's file points to in the same folder.
type beside struct {
	files map[int]string // of the other records, by number
	lines []string       // entries on pictures and the snapshot
}

func writeMADR(r Record, l lang.Lang, with beside) string {
	text := madr{}.write(r, l, with, nil)
	got, _, err := ParseMADR(r.FileName(), []byte(text))
	if err != nil {
		got = Record{}
	}
	if exact := exactNode(r, got); exact != nil {
		return madr{}.write(r, l, with, exact)
	}
	return text
}

// FileName is the name MADR gives a record's file: its number, and the words
// of its title where they are letters or digits of any script.
func (r Record) FileName() string {
	words := strings.FieldsFunc(strings.ToLower(r.Title), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
	name := r.ID()
	for _, w := range words {
		if len(name)+len(w) > 100 {
			break
		}
		name += "-" + w
	}
	return name + ".md"
}

type madr struct{ *strings.Builder }

func (m madr) line(s string) { m.WriteString(s + "\n") }

func (m madr) write(r Record, l lang.Lang, with beside, exact *yaml.Node) string {
	m.Builder = &strings.Builder{}
	m.frontMatter(r, exact)
	m.line("# " + oneLine(r.Title))
	m.prose("## Context and Problem Statement", r.Context, 2, "")
	m.bullets("## Decision Drivers", r.Drivers)
	names := make([]string, len(r.Options))
	for i, o := range r.Options {
		names[i] = o.Name
	}
	m.bullets("## Considered Options", names)
	m.outcome(r)
	m.prosAndCons(r.Options)
	m.assumptions(r.Assumptions)
	m.more(r, l, with)
	for _, s := range r.Sections {
		if outer(s) == 1 {
			m.section(s, 2)
		}
	}
	return strings.TrimRight(m.String(), "\n") + "\n"
}

func (m madr) frontMatter(r Record, exact *yaml.Node) {
	status := string(r.Status)
	if r.Status == Superseded && r.SupersededBy > 0 {
		status = "superseded by ADR-" + FormatNumber(r.SupersededBy)
	}
	list := func(all []string) *yaml.Node {
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, s := range all {
			n.Content = append(n.Content, textNode(s))
		}
		return n
	}
	root := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode("status"), textNode(status)}}
	add := func(key string, n *yaml.Node, is bool) {
		if is {
			root.Content = append(root.Content, textNode(key), n)
		}
	}
	add("date", textNode(r.Date), r.Date != "")
	add("decision-makers", list(r.DecisionMakers), len(r.DecisionMakers) > 0)
	add("consulted", list(r.Consulted), len(r.Consulted) > 0)
	add("informed", list(r.Informed), len(r.Informed) > 0)
	text := marshal(root)
	if fits(r.Front) {
		text += r.Front + "\n"
	}
	own := ownNode(r)
	if exact != nil {
		own.Content = append(own.Content, textNode("exact"), exact)
	}
	if len(own.Content) > 0 {
		text += marshal(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(ownKey), own}})
	}
	m.line("---\n" + text + "---\n")
}

func marshal(n *yaml.Node) string {
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if e.Encode(n) != nil || e.Close() != nil {
		return "" // texts and lists of them always encode
	}
	return b.String()
}

// fits tells whether lines can stand in a front matter as they are.
func fits(kept string) bool {
	if kept == "" || strings.Contains("\n"+kept, "\n---") || strings.Contains("\n"+kept, "\n...") {
		return false
	}
	root, err := yamlNode("status: x\n" + kept + "\n" + ownKey + ": {}")
	if err != nil || root.Kind != yaml.MappingNode || len(root.Content) < 4 || root.Content[1].Value != "x" || root.Content[len(root.Content)-2].Value != ownKey {
		return false
	}
	for i := 2; i+3 < len(root.Content); i += 2 {
		k := root.Content[i]
		if k.Value == ownKey || k.Value == "title" || meta(partOf(k.Value)) || k.Column != 1 {
			return false
		}
	}
	return true
}

// prose writes a section of Markdown. Headings in it that are of the deepest
// level, or above, would begin another section.
func (m madr) prose(heading, text string, deepest int, of part) {
	if text = trimLines(text); text != "" {
		m.line("\n" + heading + "\n\n" + guard(text, deepest, of))
	}
}

func (m madr) bullets(heading string, entries []string) {
	if len(entries) == 0 {
		return
	}
	m.line("\n" + heading + "\n")
	for _, s := range entries {
		m.entry(s)
	}
}

// entry writes an entry of a list: on one line where its line breaks say
// nothing.
func (m madr) entry(s string) {
	if s = strings.TrimSpace(s); plainLines(s) {
		m.line("* " + oneLine(s))
		return
	}
	m.line("* " + strings.ReplaceAll(guard(s, 6, ""), "\n", "\n  "))
}

func (m madr) outcome(r Record) {
	m.line("\n## Decision Outcome\n")
	why := guard(strings.TrimSpace(r.Justification), 2, partOutcome)
	switch {
	case r.Chosen != "" && why != "":
		m.line("Chosen option: \"" + oneLine(r.Chosen) + "\", because " + why)
	case r.Chosen != "":
		m.line("Chosen option: \"" + oneLine(r.Chosen) + "\"")
	case why != "":
		m.line(why)
	default:
		m.line(undecided)
	}
	if len(r.Consequences) > 0 || r.Aftermath != "" {
		m.line("\n### Consequences\n")
		m.arguments(r.Consequences)
		if s := trimLines(r.Aftermath); s != "" {
			if len(r.Consequences) > 0 {
				m.line("")
			}
			m.line(guard(s, 3, partConsequences))
		}
	}
	m.prose("### Confirmation", r.Confirmation, 3, "")
	for _, s := range r.Sections {
		if outer(s) == 0 {
			m.section(s, 3)
		}
	}
}

func (m madr) section(s Section, level int) {
	m.line("\n" + strings.Repeat("#", level) + " " + oneLine(s.Heading))
	if text := trimLines(s.Text); text != "" {
		m.line("\n" + guard(text, level, ""))
	}
}

func (m madr) arguments(arguments []Argument) {
	word := map[Side]string{Good: "Good", Bad: "Bad"}
	for _, a := range arguments {
		w := word[a.Side]
		if w == "" {
			w = "Neutral"
		}
		m.entry(w + ", because " + strings.TrimSpace(a.Text))
	}
}

func (m madr) prosAndCons(options []Option) {
	begun := false
	for _, o := range options {
		if o.Description == "" && len(o.Arguments) == 0 {
			continue
		}
		if !begun {
			m.line("\n## Pros and Cons of the Options")
			begun = true
		}
		m.line("\n### " + oneLine(o.Name) + "\n")
		if s := trimLines(o.Description); s != "" {
			m.line(guard(s, 3, "") + "\n")
		}
		m.arguments(o.Arguments)
	}
}

// assumptions writes what a decision rests on, with the expressions in
// backquotes.
func (m madr) assumptions(all []Assumption) {
	if len(all) == 0 {
		return
	}
	m.line("\n## Assumptions\n")
	for _, a := range all {
		if a.Check == "" {
			m.entry(a.Text)
			continue
		}
		fence := "`"
		for strings.Contains(a.Check, fence) {
			fence += "`"
		}
		m.line("* " + oneLine(a.Text) + ": " + fence + oneLine(a.Check) + fence)
	}
}

// more writes what else there is to know, and the records that this one names.
func (m madr) more(r Record, l lang.Lang, with beside) {
	var parts []string
	if s := trimLines(r.More); s != "" {
		parts = append(parts, guard(s, 2, ""))
	}
	var entries []string
	tie := func(t tie, numbers ...int) {
		for _, n := range numbers {
			to := "ADR-" + FormatNumber(n)
			if name := with.files[n]; name != "" {
				to = "[" + to + "](" + name + ")"
			}
			// The particle is that of the number, whatever is written around it.
			s := l.T(tieMessages[t], map[string]any{"number": "ADR-" + FormatNumber(n)})
			entries = append(entries, "* "+strings.Replace(s, "ADR-"+FormatNumber(n), to, 1))
		}
	}
	tie(supersedes, r.Supersedes...)
	if r.SupersededBy > 0 {
		tie(supersededBy, r.SupersededBy)
	}
	tie(relatesTo, r.RelatesTo...)
	for _, s := range with.lines {
		entries = append(entries, "* "+s)
	}
	if len(entries) > 0 {
		parts = append(parts, strings.Join(entries, "\n"))
	}
	if len(parts) > 0 {
		m.line("\n## More Information\n\n" + strings.Join(parts, "\n\n"))
	}
}

// oneLine joins a text's lines: a heading or a list entry has only one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

var (
	headLine = regexp.MustCompile(`^(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	htmlOpen = regexp.MustCompile(`(?i)^<(!--|\?|!\[CDATA\[|![a-z]|script|pre|style|textarea)`)
)

// htmlEnd is what closes a block of HTML; until then the rest of the file
// belongs to it.
var htmlEnd = map[string]string{"!--": "-->", "?": "?>", "![cdata[": "]]>", "script": "</script>", "pre": "</pre>", "style": "</style>", "textarea": "</textarea>"}

// guard keeps prose from being read as what stands around it: headings that
// would begin another section, lines that underline, and HTML that does not end
// get a backslash. What stands in a fenced block is left alone, and a fence left
// open is closed.
func guard(s string, deepest int, of part) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	fence := ""
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, " ")
		indent := len(line) - len(trimmed)
		mark := fenceOf(trimmed)
		switch {
		case indent > 3:
		case fence == "" && mark != "":
			fence = mark
		case fence != "":
			if strings.HasPrefix(mark, fence) && strings.Trim(trimmed, mark[:1]+" ") == "" {
				fence = ""
			}
		case ends(trimmed, deepest, of), underlines(trimmed), endless(trimmed, lines[i:]):
			lines[i] = line[:indent] + "\\" + trimmed
		}
	}
	if fence != "" {
		lines = append(lines, fence)
	}
	return strings.Join(lines, "\n")
}

// ends tells whether a line is a heading that ends the section of a part.
func ends(s string, deepest int, of part) bool {
	m := headLine.FindStringSubmatch(s)
	return m != nil && (len(m[1]) <= deepest || slices.Contains(within[of], partOf(m[2])))
}

// endless tells whether a line opens HTML that the text does not close.
func endless(s string, lines []string) bool {
	m := htmlOpen.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	end, ok := htmlEnd[strings.ToLower(m[1])]
	if !ok {
		end = ">"
	}
	return !strings.Contains(strings.ToLower(strings.Join(lines, "\n")), end)
}

// fenceOf gives the run of backquotes or tildes that opens or closes a block.
func fenceOf(s string) string {
	for _, c := range "`~" {
		if n := len(s) - len(strings.TrimLeft(s, string(c))); n >= 3 {
			return strings.Repeat(string(c), n)
		}
	}
	return ""
}

func underlines(s string) bool {
	s = strings.TrimRight(s, " ")
	return s != "" && (strings.Trim(s, "=") == "" || strings.Trim(s, "-") == "")
}
