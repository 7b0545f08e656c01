package report

import (
	"archive/zip"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"deckplan/internal/verdict"
)

// WriteZip writes the report as a zip file: report.md, and its pictures as SVG
// under figures/. The same input gives the same bytes.
func WriteZip(w io.Writer, in Input) error {
	m := &markdown{doc: &doc{Input: in, names: map[string]map[string]string{}}}
	m.report()
	if m.err != nil {
		return fmt.Errorf("report: %w", m.err)
	}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	for _, f := range append([]file{{"report.md", m.String()}}, m.files...) {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: in.Generated.UTC()}
		to, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(to, f.text)
		}
		if err != nil {
			return fmt.Errorf("report: %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// markdown is a report being written as Markdown. Whatever comes from the plan
// is text: nothing in it is read as markup.
type markdown struct {
	*doc
	strings.Builder
	files []file
	kinds map[string]int // figures by kind
	err   error
}

type file struct{ name, text string }

// marks are the characters that Markdown, with tables, strikethrough and
// mathematics, reads inside a line. HTML goes as entities, which every reader
// of Markdown shows as text.
var marks = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|", "~", "\\~", "$", "\\$",
	"<", "&lt;", ">", "&gt;", "&", "&amp;")

// inline makes text safe inside a line. Line breaks and runs of space become
// one space, characters that are no text are dropped.
func inline(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return marks.Replace(strings.Join(strings.Fields(s), " "))
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

func (m *markdown) more(rest int) {
	if rest > 0 {
		m.paragraph(m.t("report.more", "n", rest))
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

// findings lists findings, the gravest first, with why, what to do and where
// the facts come from.
func (m *markdown) findings(list []verdict.Finding) {
	shown, rest := ordered(list, maxFindings)
	for _, f := range shown {
		m.finding(f.Severity, m.word(f.ID, f.Args), strings.TrimSpace(m.maybe(f.ID+".why", f.Args)+" "+m.maybe(f.ID+".do", f.Args)), m.cites(f.Sources))
	}
	m.more(rest)
}

// finding writes a severity as a shape and a word, then what belongs to it.
func (m *markdown) finding(s verdict.Severity, text string, below ...string) {
	shape := map[verdict.Severity]string{verdict.Error: "■", verdict.Warning: "▲"}[s]
	if shape == "" {
		shape = "●"
	}
	m.block("- " + shape + " **" + inline(m.t("report.mark."+s.String())) + "** " + inline(text))
	for _, b := range below {
		if b != "" {
			m.block("  " + line(b))
		}
	}
}

func (m *markdown) metrics(list []verdict.Metric) {
	heads := []head{{m.t("report.figure"), false}, {m.t("report.value"), true}, {m.t("report.cause"), false}}
	var rows [][]string
	for _, x := range list {
		rows = append(rows, []string{m.t("metric." + x.ID), m.value(x.Value, x.Unit), x.Cause})
	}
	m.table(heads, rows)
}

// draw puts a picture into a file of its own and shows it.
func (m *markdown) draw(kind, title string, c templ.Component) {
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		m.err = err
		return
	}
	svg := xmlText(b.String())
	if err := checkSVG(svg); err != nil {
		m.err = fmt.Errorf("picture of %s: %w", kind, err)
		return
	}
	m.picture(kind, title, svg)
}

func (m *markdown) picture(kind, title, svg string) {
	if m.kinds == nil {
		m.kinds = map[string]int{}
	}
	m.kinds[kind]++
	name := "figures/" + kind + "-" + strconv.Itoa(m.kinds[kind]) + ".svg"
	m.files = append(m.files, file{name, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n"})
	m.block("![" + inline(title) + "](" + name + ")")
}
