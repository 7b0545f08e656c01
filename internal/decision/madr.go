package decision

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/lang"
)

// MADR writes a record as Markdown in the form of MADR 4.0.0. Front matter,
// headings and "Good, because" stay MADR's own English, so that other tools
// read it; links to other records are worded in the language. A section
// without content is left out.
func MADR(r Record, l lang.Lang) string {
	m := madr{}
	m.frontMatter(r)
	m.line("# " + oneLine(r.Title))
	m.prose("## Context and Problem Statement", r.Context)
	m.bullets("## Decision Drivers", r.Drivers)
	names := make([]string, len(r.Options))
	for i, o := range r.Options {
		names[i] = o.Name
	}
	m.bullets("## Considered Options", names)
	m.outcome(r)
	m.prosAndCons(r.Options)
	m.more(r, l)
	return strings.TrimRight(m.String(), "\n") + "\n"
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

type madr struct{ strings.Builder }

func (m *madr) line(s string) { m.WriteString(s + "\n") }

func (m *madr) frontMatter(r Record) {
	status := string(r.Status)
	if r.Status == Superseded {
		status = "superseded by ADR-" + FormatNumber(r.SupersededBy)
	}
	front := struct {
		Status    string   `yaml:"status"`
		Date      string   `yaml:"date,omitempty"`
		Makers    []string `yaml:"decision-makers,omitempty,flow"`
		Consulted []string `yaml:"consulted,omitempty,flow"`
		Informed  []string `yaml:"informed,omitempty,flow"`
	}{status, r.Date, r.DecisionMakers, r.Consulted, r.Informed}
	b, err := yaml.Marshal(front)
	if err != nil {
		return // strings and lists of them always encode
	}
	m.line("---\n" + string(b) + "---\n")
}

func (m *madr) prose(heading, text string) {
	if text = strings.TrimSpace(text); text != "" {
		m.line("\n" + heading + "\n\n" + guard(text))
	}
}

func (m *madr) bullets(heading string, entries []string) {
	if len(entries) == 0 {
		return
	}
	m.line("\n" + heading + "\n")
	for _, s := range entries {
		m.line("* " + oneLine(s))
	}
}

func (m *madr) outcome(r Record) {
	m.line("\n## Decision Outcome\n")
	switch {
	case r.Chosen != "" && r.Justification != "":
		m.line("Chosen option: \"" + oneLine(r.Chosen) + "\", because " + guard(strings.TrimSpace(r.Justification)))
	case r.Chosen != "":
		m.line("Chosen option: \"" + oneLine(r.Chosen) + "\"")
	default:
		m.line("Not decided yet.")
	}
	if len(r.Consequences) > 0 {
		m.line("\n### Consequences\n")
		m.arguments(r.Consequences)
	}
	m.prose("### Confirmation", r.Confirmation)
}

func (m *madr) arguments(arguments []Argument) {
	word := map[Side]string{Good: "Good", Bad: "Bad"}
	for _, a := range arguments {
		w := word[a.Side]
		if w == "" {
			w = "Neutral"
		}
		m.line("* " + w + ", because " + oneLine(a.Text))
	}
}

func (m *madr) prosAndCons(options []Option) {
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
		if o.Description != "" {
			m.line(guard(strings.TrimSpace(o.Description)) + "\n")
		}
		m.arguments(o.Arguments)
	}
}

func (m *madr) more(r Record, l lang.Lang) {
	var parts []string
	if s := strings.TrimSpace(r.More); s != "" {
		parts = append(parts, guard(s))
	}
	var links []string
	for _, n := range r.Supersedes {
		links = append(links, "* "+l.T("decision.supersedes", map[string]any{"number": "ADR-" + FormatNumber(n)}))
	}
	if r.SupersededBy > 0 {
		links = append(links, "* "+l.T("decision.superseded_by", map[string]any{"number": "ADR-" + FormatNumber(r.SupersededBy)}))
	}
	if len(links) > 0 {
		parts = append(parts, strings.Join(links, "\n"))
	}
	if len(parts) > 0 {
		m.line("\n## More Information\n\n" + strings.Join(parts, "\n\n"))
	}
}

// oneLine joins a text's lines: a heading or a list entry has only one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// guard keeps prose from being read as a heading of the record: a number sign
// that begins a line, and a line that underlines, get a backslash. What stands
// in a fenced block is left alone, and a fence left open is closed.
func guard(s string) string {
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
		case strings.HasPrefix(trimmed, "#"), underlines(trimmed):
			lines[i] = line[:indent] + "\\" + trimmed
		}
	}
	if fence != "" {
		lines = append(lines, fence)
	}
	return strings.Join(lines, "\n")
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
