package prose

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// writer writes what the library would write as HTML of the text's own, or
// leave out: HTML is shown as text, a task's box as a sign.
type writer struct{}

// RegisterFuncs tells which nodes it writes.
func (w writer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, w.block)
	r.Register(ast.KindRawHTML, w.inline)
	r.Register(extast.KindTaskCheckBox, w.task)
}

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	lineBreak = regexp.MustCompile(`(?i)^<br\s*/?>$`)
)

// block shows a block of HTML as text; comments are not meant to be seen.
func (writer) block(out util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, ok := node.(*ast.HTMLBlock)
	if !entering || !ok {
		return ast.WalkContinue, nil
	}
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(src))
	}
	if n.HasClosure() {
		b.Write(n.ClosureLine.Value(src))
	}
	if s := strings.TrimSpace(comments.ReplaceAllString(b.String(), "")); s != "" {
		_, _ = out.WriteString("<pre><code>" + html.EscapeString(s) + "</code></pre>\n") // the buffer keeps its error
	}
	return ast.WalkSkipChildren, nil
}

func (writer) inline(out util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n, ok := node.(*ast.RawHTML)
	if !entering || !ok {
		return ast.WalkSkipChildren, nil
	}
	var b strings.Builder
	for i := range n.Segments.Len() {
		s := n.Segments.At(i)
		b.Write(s.Value(src))
	}
	s := comments.ReplaceAllString(b.String(), "")
	if lineBreak.MatchString(s) {
		_, _ = out.WriteString("<br>")
	} else {
		_, _ = out.WriteString(html.EscapeString(s))
	}
	return ast.WalkSkipChildren, nil
}

func (writer) task(out util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if n, ok := node.(*extast.TaskCheckBox); ok && entering {
		sign := "☐"
		if n.IsChecked {
			sign = "☑"
		}
		_, _ = out.WriteString(`<span class="task">` + sign + "</span> ")
	}
	return ast.WalkContinue, nil
}
