// Package prose makes HTML of the Markdown that people write in records:
// CommonMark with the tables, strikethrough, task lists and bare links of
// GitHub. HTML in a text is shown as text, pictures are shown as links, and what
// a link leads to is one of a few kinds of address. Two walls stand one behind
// the other: the tree of the text is cleaned before it is written, and a
// sanitiser lets through what this package writes and nothing else.
package prose

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MaxRunes bounds what is read as Markdown, in characters: longer text is shown
// as it was written.
const MaxRunes = 20_000

// Options say where a text stands.
type Options struct {
	// Heading is the level of the heading above the text: a text's first level
	// becomes the next one. 0 stands for 2.
	Heading int
	// Record gives the address of the page of the record that a text names, by
	// its number (ADR-0007) or the name of its file (0003-x.md, whose number is
	// told too, 0 where it has none); empty where there is no such record. Nil
	// where no record has a page.
	Record func(number int, file string) string
}

// engine parses and writes. Options of one text travel in the parser's context.
var engine = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)),
		extension.Strikethrough, extension.TaskList,
		extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:", "mailto:"})),
	),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(cleaner{}, 900))),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(writer{}, 100))),
)

var optionsKey = parser.NewContextKey()

// HTML makes HTML of Markdown. What it gives back may stand in a page as it is;
// it never fails: text that is too long, or nested too deeply, is shown as it
// was written.
func HTML(md string, o Options) string {
	md = strings.ReplaceAll(strings.ToValidUTF8(md, "\ufffd"), "\x00", "\ufffd")
	if strings.TrimSpace(md) == "" {
		return ""
	}
	if o.Heading <= 0 {
		o.Heading = 2
	}
	if utf8.RuneCountInString(md) > MaxRunes || tangled(md) {
		return plain(md)
	}
	src := []byte(md)
	ctx := parser.NewContext()
	ctx.Set(optionsKey, o)
	doc := engine.Parser().Parse(text.NewReader(src), parser.WithContext(ctx))
	var b strings.Builder
	if err := engine.Renderer().Render(&b, src, doc); err != nil {
		return plain(md)
	}
	return policy.Sanitize(b.String())
}

// plain shows text as it was written.
func plain(md string) string {
	return `<p class="pre">` + html.EscapeString(strings.TrimSpace(md)) + "</p>"
}

var opening = regexp.MustCompile(`>|[-*+.)]([ \t]|$)`)

// mostBrackets bounds what may open a link.
const mostBrackets = 1500

// tangled tells whether blocks are nested more deeply than prose is, or more
// links are opened than it has: what a parser takes for either grows with their
// square.
func tangled(md string) bool {
	if strings.Count(md, "[") > mostBrackets {
		return true
	}
	for line := range strings.SplitSeq(md, "\n") {
		rest := strings.TrimLeft(line, " \t>-*+.)0123456789")
		head := line[:len(line)-len(rest)]
		if bare := strings.Map(unspaced, head); rest == "" && (strings.Trim(bare, "-") == "" || strings.Trim(bare, "*") == "") {
			continue // a line across the page
		}
		n, indent := len(opening.FindAllStringIndex(head, 31)), len(line)-len(strings.TrimLeft(line, " \t"))
		if n > 30 || n > 0 && indent > 120 {
			return true
		}
	}
	return false
}

// unspaced drops blanks.
func unspaced(c rune) rune {
	if c == ' ' || c == '\t' {
		return -1
	}
	return c
}

// rel is what every link says of itself.
const rel = "noopener noreferrer nofollow"

// Classes of links: to a record's page, out of the product, and to a picture.
const (
	recordClass  = "record"
	outsideClass = "external"
	pictureClass = "external picture"
)

// policy is the second wall: the elements and attributes this package writes.
var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6",
		"table", "thead", "tbody", "tr", "th", "td", "span")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + rel + "$")).OnElements("a")
	p.AllowAttrs("title").OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(record|external|external picture)$`)).OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9_+#.-]{1,40}$`)).OnElements("code")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^task$`)).OnElements("span")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}()
