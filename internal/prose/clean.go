package prose

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// cleaner is the first wall: it leaves nothing in a text's tree but what the
// writer may write.
type cleaner struct{}

// Transform cleans a text that was parsed.
func (cleaner) Transform(doc *ast.Document, r text.Reader, ctx parser.Context) {
	o, _ := ctx.Get(optionsKey).(Options)
	c := cleaning{o, r.Source()}
	var nodes []ast.Node // changed after the walk: it would lose its way
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			nodes = append(nodes, n)
		}
		return ast.WalkContinue, nil // a walk that no node stops
	})
	for _, n := range nodes {
		c.clean(n)
	}
}

type cleaning struct {
	Options
	src []byte
}

func (c cleaning) clean(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		n.Level = min(6, n.Level+c.Heading)
	case *ast.Link:
		c.link(n, string(n.Destination))
	case *ast.Image:
		c.image(n)
	case *ast.AutoLink:
		c.auto(n)
	case *ast.Text:
		if n.Parent() != nil && !within(n) {
			c.names(n)
		}
	case *extast.TableCell:
		if class := n.Alignment.String(); class != "none" {
			n.SetAttributeString("class", []byte(class))
		}
	}
}

// link keeps a link whose address is of a kind that is let through; of any
// other only its words stay.
func (c cleaning) link(n *ast.Link, to string) {
	address, class := c.address(to)
	if address == "" {
		unwrap(n)
		return
	}
	n.Destination = []byte(address)
	mark(n, class)
}

func mark(n ast.Node, class string) {
	if class != "" {
		n.SetAttributeString("class", []byte(class))
	}
	n.SetAttributeString("rel", []byte(rel))
}

// image makes a link of a picture: nothing is loaded from elsewhere.
func (c cleaning) image(n *ast.Image) {
	address, class := c.address(string(n.Destination))
	parent := n.Parent()
	if address == "" || class != outsideClass || within(n) {
		if n.FirstChild() == nil {
			n.AppendChild(n, label(path.Base(string(n.Destination))))
		}
		unwrap(n)
		return
	}
	l := ast.NewLink()
	l.Destination, l.Title = []byte(address), n.Title
	mark(l, pictureClass)
	if n.FirstChild() == nil {
		l.AppendChild(l, label(address))
	}
	for child := n.FirstChild(); child != nil; {
		next := child.NextSibling()
		l.AppendChild(l, child)
		child = next
	}
	parent.ReplaceChild(parent, n, l)
}

// auto makes an ordinary link of an address that stands in the text.
func (c cleaning) auto(n *ast.AutoLink) {
	to := string(n.URL(c.src))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(to), "mailto:") {
		to = "mailto:" + to
	}
	address, class := c.address(to)
	words := label(string(n.Label(c.src)))
	parent := n.Parent()
	if address == "" || within(n) {
		parent.ReplaceChild(parent, n, words)
		return
	}
	l := ast.NewLink()
	l.Destination = []byte(address)
	mark(l, class)
	l.AppendChild(l, words)
	parent.ReplaceChild(parent, n, l)
}

var fragment = regexp.MustCompile(`^#[\pL\pN_.:%-]{1,200}$`)

// address gives what a link may lead to, and its class; empty where to nothing.
func (c cleaning) address(to string) (address, class string) {
	to = strings.TrimSpace(to)
	if strings.ContainsFunc(to, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
		return "", ""
	}
	if fragment.MatchString(to) {
		return to, ""
	}
	u, err := url.Parse(to)
	if err != nil {
		return "", ""
	}
	switch scheme := strings.ToLower(u.Scheme); {
	case (scheme == "http" || scheme == "https") && u.Host != "":
		return to, outsideClass
	case scheme == "mailto" && u.Opaque != "":
		return to, outsideClass
	case scheme == "" && u.Host == "" && strings.HasSuffix(u.Path, ".md") && c.Record != nil:
		return c.record(path.Base(u.Path)), recordClass
	}
	return "", ""
}

var fileNumber = regexp.MustCompile(`(?i)^(?:adr[-_ ]?)?0*(\d{1,6})(?:[-_. ]|$)`)

func (c cleaning) record(file string) string {
	number := 0
	if m := fileNumber.FindStringSubmatch(file); m != nil {
		number, _ = strconv.Atoi(m[1]) // six digits
	}
	return c.Record(number, file)
}

var recordName = regexp.MustCompile(`\bADR-0*(\d{1,6})\b|\b\d{3,6}-[\pL\pN_.-]{1,150}\.md\b`)

// names makes links of the records that running text names.
func (c cleaning) names(n *ast.Text) {
	if c.Record == nil || n.IsRaw() {
		return
	}
	segment := n.Segment
	value := segment.Value(c.src)
	if segment.Padding > 0 {
		return
	}
	parent, at := n.Parent(), 0
	for _, m := range recordName.FindAllSubmatchIndex(value, 50) {
		word, address := string(value[m[0]:m[1]]), ""
		if m[2] >= 0 {
			number, _ := strconv.Atoi(string(value[m[2]:m[3]])) // six digits
			address = c.Record(number, "")
		} else {
			address = c.record(word)
		}
		if address == "" {
			continue
		}
		if m[0] > at {
			parent.InsertBefore(parent, n, ast.NewTextSegment(text.NewSegment(segment.Start+at, segment.Start+m[0])))
		}
		l := ast.NewLink()
		l.Destination = []byte(address)
		mark(l, recordClass)
		l.AppendChild(l, label(word))
		parent.InsertBefore(parent, n, l)
		at = m[1]
	}
	n.Segment = text.NewSegment(segment.Start+at, segment.Stop)
}

// within tells whether a node stands in a link, or in code.
func within(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		switch p.Kind() {
		case ast.KindLink, ast.KindCodeSpan, ast.KindAutoLink, ast.KindImage:
			return true
		}
	}
	return false
}

// label is text that stands as it is.
func label(s string) ast.Node {
	n := ast.NewString([]byte(s))
	n.SetRaw(true)
	return n
}

// unwrap puts a node's children in its place.
func unwrap(n ast.Node) {
	parent := n.Parent()
	if parent == nil {
		return
	}
	for child := n.FirstChild(); child != nil; {
		next := child.NextSibling()
		parent.InsertBefore(parent, n, child)
		child = next
	}
	parent.RemoveChild(parent, n)
}
