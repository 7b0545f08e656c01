package report

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"deckplan/internal/verdict"
)

// WriteZip writes the report as a zip file: report.md, and its pictures as SVG
// under figures/.
func WriteZip(w io.Writer, in Input) error {
	d, err := begin(in)
	if err != nil {
		return err
	}
	m := &markdown{words: d}
	if err := compose(d, m); err != nil {
		return err
	}
	return pack(w, d.Generated, append([]file{{"report.md", m.String()}}, m.files...))
}

// markdown is a report being written as Markdown. Whatever comes from the plan
// is text: nothing in it is read as markup.
type markdown struct {
	words *doc
	strings.Builder
	files []file
	kinds map[string]int // figures by kind
}

// marks are the characters that Markdown, with tables, strikethrough and
// mathematics, reads inside a line. HTML goes as entities, which every reader
// of Markdown shows as text.
var marks = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|", "~", "\\~", "$", "\\$",
	"<", "&lt;", ">", "&gt;", "&", "&amp;")

// inline makes text safe inside a line. Line breaks and runs of space become
// one space, characters that are no text are dropped.
func inline(s string) string {
	if harmless(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return marks.Replace(strings.Join(strings.Fields(s), " "))
}

// harmless tells that inline has nothing to do, as for most texts.
func harmless(s string) bool {
	last := ' ' // as if a space came before: one at the beginning goes
	for _, r := range s {
		switch {
		case r == ' ' && last == ' ', r < ' ', r == 0x7f, r < 0x7f && strings.IndexByte("\\`*_[]#|~$<>&", byte(r)) >= 0:
			return false
		case r > 0x7f && (r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.IsControl(r)):
			return false
		}
		last = r
	}
	return last != ' '
}

// opening is what would begin a list or underline a heading at a line's start.
var opening = regexp.MustCompile(`^(?:[-+=]|\d+[.)])`)

// line makes text safe where it begins a line.
func line(s string) string {
	s = inline(s)
	if at := opening.FindStringIndex(s); at != nil {
		return s[:at[1]-1] + "\\" + s[at[1]-1:]
	}
	return s
}

func (m *markdown) block(s string) { m.WriteString(s + "\n\n") }

func (m *markdown) heading(level int, s string) {
	m.block(strings.Repeat("#", level) + " " + inline(s))
}

func (m *markdown) paragraph(s string) {
	if s = line(s); s != "" {
		m.block(s)
	}
}

// prose keeps what people wrote in its paragraphs and lines.
func (m *markdown) prose(s string) {
	for _, p := range paragraphs(s) {
		var lines []string
		for one := range strings.Lines(p) {
			if one = line(one); one != "" {
				lines = append(lines, one)
			}
		}
		m.block(strings.Join(lines, "\\\n"))
	}
}

func (m *markdown) list(entries []string) {
	for _, s := range entries {
		m.WriteString("- " + line(s) + "\n")
	}
	if len(entries) > 0 {
		m.WriteString("\n")
	}
}

func (m *markdown) tasks(entries []string) {
	for _, s := range entries {
		m.WriteString("- [ ] " + inline(s) + "\n")
	}
	if len(entries) > 0 {
		m.WriteString("\n")
	}
}

// table writes rows below heads; short rows are filled up.
func (m *markdown) table(heads []head, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	rule := make([]string, len(heads))
	texts := make([]string, len(heads))
	for i, h := range heads {
		texts[i], rule[i] = h.text, "---"
		if h.num {
			rule[i] = "---:"
		}
	}
	m.row(texts, len(heads))
	m.WriteString("| " + strings.Join(rule, " | ") + " |\n")
	for _, r := range rows {
		m.row(r, len(heads))
	}
	m.WriteString("\n")
}

func (m *markdown) row(cells []string, n int) {
	m.WriteString("|")
	for i := range n {
		text := ""
		if i < len(cells) {
			text = inline(cells[i])
		}
		m.WriteString(" " + text + " |")
	}
	m.WriteString("\n")
}

// finding writes a severity as a shape and a word, then what belongs to it.
func (m *markdown) finding(s verdict.Severity, text string, below ...string) {
	shape := map[verdict.Severity]string{verdict.Error: "■", verdict.Warning: "▲"}[s]
	if shape == "" {
		shape = "●"
	}
	m.block("- " + shape + " **" + inline(m.words.t("report.mark."+s.String())) + "** " + inline(text))
	for _, b := range below {
		if b != "" {
			m.block("  " + line(b))
		}
	}
}

// drawing puts a picture into a file of its own and shows it.
func (m *markdown) drawing(kind, title, svg string) {
	if m.kinds == nil {
		m.kinds = map[string]int{}
	}
	m.kinds[kind]++
	name := "figures/" + kind + "-" + strconv.Itoa(m.kinds[kind]) + ".svg"
	m.files = append(m.files, file{name, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n"})
	m.block("![" + inline(title) + "](" + name + ")")
}

func (m *markdown) cover(f front) {
	if f.classification != "" {
		m.block("**" + inline(f.classification) + "**")
	}
	if f.logo.Data != nil {
		name := "figures/logo" + f.logo.extension()
		m.files = append(m.files, file{name, string(f.logo.Data)})
		m.block("![" + inline(m.words.t("report.logo")) + "](" + name + ")")
	}
	m.heading(1, f.title)
	m.paragraph(f.kind)
	m.prose(f.purpose)
	for _, x := range f.facts {
		m.WriteString("- " + inline(x.name) + ": " + inline(x.value) + "\n")
	}
	m.WriteString("\n")
	for _, s := range f.notes {
		m.paragraph(s)
	}
}
