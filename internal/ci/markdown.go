package ci

import (
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"deckplan/internal/lang"
)

// joiner is the word joiner: it takes no room and is no part of a word.
const joiner = "\u2060"

// marks are the characters that Markdown, with tables, strikethrough and
// mathematics, reads inside a line. HTML goes as entities.
var marks = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "|", "\\|", "~", "\\~", "$", "\\$",
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "#", "\\#"+joiner, "@", "@"+joiner, "!", "!"+joiner, "://", ":"+joiner+"//", "www.", "www"+joiner+".")

// short is a reference to an issue or a merge request without a mark that
// could be broken, such as GH-12.
var short = regexp.MustCompile(`(?i)\bGH-(\d)`)

// Inline makes text safe inside a line of a comment: nothing in it is markup,
// no name in it calls anybody, no number or address in it links to another
// page. Line breaks and runs of space become one space.
func Inline(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	s = marks.Replace(strings.Join(strings.Fields(s), " "))
	return short.ReplaceAllString(s, "GH"+joiner+"-$1")
}

// opening is what would begin a list, underline a heading, or be a command of
// GitLab's at a line's start.
var opening = regexp.MustCompile(`^(?:[-+=/]|\d+[.)])`)

// Line makes text safe where it begins a line.
func Line(s string) string {
	s = Inline(s)
	if at := opening.FindStringIndex(s); at != nil {
		return s[:at[1]-1] + "\\" + s[at[1]-1:]
	}
	return s
}

// mostCharacters bounds a comment: GitHub takes 65,536 characters.
const mostCharacters = 60_000

// doc is Markdown that is being written, up to a length. What no longer fits is
// counted and said at the end.
type doc struct {
	lang lang.Lang
	b    strings.Builder
	left int // characters
	out  int // lines left out
}

// kept is the room for what ends a document.
const kept = 500

func newDoc(l lang.Lang) *doc { return &doc{lang: l, left: mostCharacters - kept} }

// put writes a piece if it fits.
func (d *doc) put(s string) bool {
	n := utf8.RuneCountInString(s)
	if d.out > 0 || n > d.left {
		d.out++
		return false
	}
	d.left -= n
	d.b.WriteString(s)
	return true
}

// block writes a paragraph that is Markdown already.
func (d *doc) block(s string) { d.put(s + "\n\n") }

func (d *doc) heading(level int, s string) {
	d.put(strings.Repeat("#", level) + " " + Inline(s) + "\n\n")
}

// list writes lines of plain text as a list.
func (d *doc) list(lines []string) {
	for _, s := range lines {
		d.put("- " + Line(s) + "\n")
	}
	d.end()
}

// end ends a list or a table, for which there is always room.
func (d *doc) end() { d.b.WriteString("\n") }

// table writes rows of plain text.
func (d *doc) table(heads []string, n int, row func(int) []string) {
	line := func(cells []string) string {
		var b strings.Builder
		for _, c := range cells {
			b.WriteString("| " + Inline(c) + " ")
		}
		return b.String() + "|\n"
	}
	d.put(line(heads) + strings.Repeat("| --- ", len(heads)) + "|\n")
	for i := range n {
		d.put(line(row(i)))
	}
	d.end()
}

// folded writes what a reader opens to see.
func (d *doc) folded(title string, inside func()) {
	if !d.put("<details>\n<summary>" + Inline(title) + "</summary>\n\n") {
		return
	}
	inside()
	d.b.WriteString("</details>\n\n") // there is always room for it
}

// write writes what was made, and how much was left out.
func (d *doc) write(w io.Writer) error {
	text := strings.TrimRight(d.b.String(), "\n") + "\n"
	if d.out > 0 {
		text += "\n" + d.lang.T("ci.left_out", map[string]any{"n": d.out}) + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}
