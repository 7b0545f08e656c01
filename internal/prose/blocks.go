package prose

import (
	"bufio"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// Block is a part of a text for a format that sets no Markdown: a heading, a
// list, a table's rows (the head first), or else a paragraph, all without marks.
type Block struct {
	Heading string
	List    []string
	Rows    [][]string
	Text    string // its lines are kept
}

// Blocks takes a text apart. A link's address follows its words, lists inside
// lists become one with their marks kept, and text that HTML would show as it
// was written is one paragraph.
func Blocks(md string) []Block {
	md = strings.ReplaceAll(strings.ToValidUTF8(md, "\ufffd"), "\x00", "\ufffd")
	if strings.TrimSpace(md) == "" {
		return nil
	}
	if utf8.RuneCountInString(md) > MaxRunes || tangled(md) {
		return []Block{{Text: md}}
	}
	src := []byte(md)
	ctx := parser.NewContext()
	ctx.Set(optionsKey, Options{Heading: 2})
	f := flattener{src: src}
	f.children(engine.Parser().Parse(text.NewReader(src), parser.WithContext(ctx)))
	return f.out
}

type flattener struct {
	src []byte
	out []Block
}

func (f *flattener) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		f.block(c)
	}
}

func (f *flattener) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		f.add(Block{Heading: strings.ReplaceAll(f.inline(n), "\n", " ")})
	case *ast.List:
		f.add(Block{List: f.list(n, "")})
	case *extast.Table:
		b := Block{}
		for row := n.FirstChild(); row != nil; row = row.NextSibling() {
			var cells []string
			for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
				cells = append(cells, strings.ReplaceAll(f.inline(cell), "\n", " "))
			}
			b.Rows = append(b.Rows, cells)
		}
		f.add(b)
	case *ast.Blockquote:
		f.children(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock, *ast.HTMLBlock:
		f.add(Block{Text: strings.TrimRight(f.lines(n), "\n")})
	case *ast.ThematicBreak:
	default:
		f.add(Block{Text: f.inline(n)})
	}
}

func (f *flattener) add(b Block) {
	if b.Text = strings.Trim(b.Text, "\n"); strings.TrimSpace(b.Heading+b.Text) != "" || len(b.List)+len(b.Rows) > 0 {
		f.out = append(f.out, b)
	}
}

// lines are a block's lines as they were written; comments are not meant to be
// seen.
func (f *flattener) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(f.src))
	}
	if h, ok := n.(*ast.HTMLBlock); ok {
		if h.HasClosure() {
			b.Write(h.ClosureLine.Value(f.src))
		}
		return comments.ReplaceAllString(b.String(), "")
	}
	return b.String()
}

// list gives an entry for each item, those of inner lists after the one they
// stand in, behind its mark.
func (f *flattener) list(n *ast.List, before string) (out []string) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := before
		if n.IsOrdered() {
			mark += strconv.Itoa(number) + ". "
			number++
		}
		var words []string
		var inner []string
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if l, ok := c.(*ast.List); ok {
				inner = append(inner, f.list(l, before+"– ")...)
				continue
			}
			g := flattener{src: f.src}
			g.block(c)
			for _, b := range g.out {
				words = append(words, strings.ReplaceAll(b.Heading+b.Text, "\n", " "))
				for _, row := range b.Rows {
					words = append(words, strings.Join(row, " | "))
				}
				words = append(words, b.List...)
			}
		}
		out = append(append(out, mark+strings.TrimSpace(strings.Join(words, " "))), inner...)
	}
	return out
}

// inline is what a node's text says.
func (f *flattener) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.WriteString(f.words(c))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.RawHTML:
			s := comments.ReplaceAllString(string(c.Segments.Value(f.src)), "")
			if lineBreak.MatchString(s) {
				s = "\n"
			}
			b.WriteString(s)
		case *extast.TaskCheckBox:
			if c.IsChecked {
				b.WriteString("☑ ")
			} else {
				b.WriteString("☐ ")
			}
		case *ast.Link:
			words, to := f.inline(c), string(c.Destination)
			if b.WriteString(words); strings.TrimPrefix(to, "mailto:") != words && !strings.HasPrefix(to, "#") {
				b.WriteString(" (" + to + ")")
			}
		default:
			b.WriteString(f.inline(c))
		}
	}
	return b.String()
}

// words are a text's with escapes and entities as what they stand for.
func (f *flattener) words(n *ast.Text) string {
	value := n.Segment.Value(f.src)
	if n.IsRaw() || n.Parent() != nil && n.Parent().Kind() == ast.KindCodeSpan {
		return string(value)
	}
	var b strings.Builder
	w := bufio.NewWriter(&b)
	gmhtml.DefaultWriter.Write(w, value)
	_ = w.Flush() // to memory
	return html.UnescapeString(b.String())
}
