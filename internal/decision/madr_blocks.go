package decision

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// blocksOnly finds the blocks of a Markdown text and leaves what is inside
// their lines alone: prose is taken over as it was written.
var blocksOnly = parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))

// block is a block at the top level of a text: its lines as they stand.
type block struct {
	kind  ast.NodeKind
	level int    // of a heading
	head  string // its text
	text  string // all its lines, without empty ones around them
	line  int    // of the text, from 1
}

// blocksOf cuts a text at its top-level blocks; first is the number of its
// first line.
func blocksOf(src string, first int) []block {
	var out []block
	var starts []int
	whole := []byte(src)
	doc := blocksOnly.Parse(text.NewReader(whole))
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		pos := n.Pos()
		if pos < 0 || pos > len(src) {
			continue
		}
		at := strings.LastIndexByte(src[:pos], '\n') + 1
		if len(starts) > 0 && at <= starts[len(starts)-1] {
			continue // no block begins on the line of another
		}
		b := block{kind: n.Kind()}
		if h, ok := n.(*ast.Heading); ok {
			b.level = h.Level
			var head []string
			for i := range h.Lines().Len() {
				s := h.Lines().At(i)
				head = append(head, string(s.Value(whole)))
			}
			b.head = oneLine(strings.Join(head, " "))
		}
		starts, out = append(starts, at), append(out, b)
	}
	line, at := first, 0
	for i := range out {
		end := len(src)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		line += strings.Count(src[at:starts[i]], "\n")
		at = starts[i]
		out[i].line, out[i].text = line, trimLines(src[at:end])
	}
	return out
}

// cut gives the block's lines from one of the file to before another; 0 and -1
// stand for its first and its end.
func (b block) cut(from, to int) string {
	lines := strings.Split(b.text, "\n")
	if to < 0 {
		to = b.line + len(lines)
	}
	return trimLines(strings.Join(lines[max(0, from-b.line):to-b.line], "\n"))
}

// joined puts blocks together again.
func joined(blocks []block) string {
	parts := make([]string, 0, len(blocks))
	for _, b := range blocks {
		parts = append(parts, b.text)
	}
	return strings.Join(parts, "\n\n")
}

// trimLines takes empty lines off both ends; what the first line is indented by
// stays.
func trimLines(s string) string {
	for {
		line, rest, ok := strings.Cut(s, "\n")
		if strings.TrimSpace(line) != "" {
			break
		}
		if !ok {
			return ""
		}
		s = rest
	}
	return strings.TrimRight(s, " \t\n")
}

var marker = regexp.MustCompile(`^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}|\t|$)`)

// item is an entry of a list: its text without the marker and the indentation.
type item struct {
	text string
	line int
}

// itemsOf cuts a top-level list at its entries.
func itemsOf(b block) []item {
	var out []item
	var lines [][]string // of each entry
	var at []int         // where an entry's text begins, in columns
	line := b.line
	for s := range strings.SplitSeq(b.text, "\n") {
		m := marker.FindStringSubmatch(s)
		if m != nil && (len(at) == 0 || len(m[1]) < at[len(at)-1]) {
			indent := len(m[0])
			if rest := s[len(m[0]):]; strings.TrimSpace(rest) == "" || strings.HasPrefix(rest, " ") && len(m[3]) == 4 {
				indent = len(m[1]) + len(m[2]) + 1
			}
			at = append(at, indent)
			out, lines = append(out, item{line: line}), append(lines, []string{s[min(indent, len(s)):]})
		} else if n := len(out) - 1; n >= 0 {
			lines[n] = append(lines[n], dedent(s, at[n]))
		}
		line++
	}
	for i := range out {
		out[i].text = trimLines(strings.Join(lines[i], "\n"))
		if plainLines(out[i].text) {
			out[i].text = oneLine(out[i].text)
		}
	}
	return out
}

// dedent takes up to n spaces off a line's begin.
func dedent(s string, n int) string {
	for n > 0 && strings.HasPrefix(s, " ") {
		s, n = s[1:], n-1
	}
	return s
}

// structured is what begins a line that is no running text.
var structured = regexp.MustCompile("^( {4}|\t| {0,3}([-*+]|\\d{1,9}[.)])([ \t]|$)| {0,3}(#{1,6}([ \t]|$)|>|```|~~~|<|\\||=+ *$|-+ *$))")

// plainLines tells whether a text is one paragraph, so that its line breaks say
// nothing.
func plainLines(s string) bool {
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) == "" || structured.MatchString(line) || strings.HasSuffix(line, "  ") || strings.HasSuffix(line, "\\") {
			return false
		}
	}
	return true
}

// opening matches a mark that opens a block inside another.
var opening = regexp.MustCompile(`>|[-*+.)]([ \t]|$)`)

// nested tells whether a text opens more blocks inside one another than any
// record does: they cost a parser time that grows with their square.
func nested(src string) bool {
	for line := range strings.SplitSeq(src, "\n") {
		rest := strings.TrimLeft(line, " \t>-*+.)0123456789")
		head := line[:len(line)-len(rest)]
		if bare := strings.Map(unspaced, head); rest == "" && (strings.Trim(bare, "-") == "" || strings.Trim(bare, "*") == "") {
			continue // a line across the page
		}
		n, indent := len(opening.FindAllStringIndex(head, 61)), len(line)-len(strings.TrimLeft(line, " \t"))
		if n > 60 || n > 0 && indent > 300 {
			return true
		}
	}
	return false
}

// itemsAnd gives the entries of a section's lists, and its other blocks.
func itemsAnd(blocks []block) (items []item, rest []block) {
	for _, b := range blocks {
		if b.kind != ast.KindList {
			rest = append(rest, b)
			continue
		}
		for _, it := range itemsOf(b) {
			if it.text != "" {
				items = append(items, it)
			}
		}
	}
	return items, rest
}

// unspaced drops blanks.
func unspaced(c rune) rune {
	if c == ' ' || c == '\t' {
		return -1
	}
	return c
}
