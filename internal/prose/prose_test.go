package prose

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func records(number int, file string) string {
	if number == 7 || file == "use-x.md" {
		return "/plans/p/decisions/7"
	}
	return ""
}

func TestHTML_WritesMarkdown(t *testing.T) {
	for md, want := range map[string]string{
		"# One\n\n###### Six":                   "<h3>One</h3>\n<h6>Six</h6>",
		"a **b** _c_ ~~d~~ `e`":                 "<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code></p>",
		"- [ ] a\n- [x] b":                      "<ul>\n<li><span class=\"task\">☐</span> a</li>\n<li><span class=\"task\">☑</span> b</li>\n</ul>",
		"3. a\n4. b":                            "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>",
		"```go\nx < y\n```":                     "<pre><code class=\"language-go\">x &lt; y\n</code></pre>",
		"|a|b|\n|:-:|-:|\n|1|2|":                "<table>\n<thead>\n<tr>\n<th class=\"center\">a</th>\n<th class=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class=\"center\">1</td>\n<td class=\"right\">2</td>\n</tr>\n</tbody>\n</table>",
		"[a](https://x.example/?q=1&r=2 \"t\")": `<p><a href="https://x.example/?q=1&amp;r=2" title="t" class="external" rel="noopener noreferrer nofollow">a</a></p>`,
		"see https://x.example/a":               `<p>see <a href="https://x.example/a" class="external" rel="noopener noreferrer nofollow">https://x.example/a</a></p>`,
		"<jimin@x.example>":                     `<p><a href="mailto:jimin@x.example" class="external" rel="noopener noreferrer nofollow">jimin@x.example</a></p>`,
		"[a](#b)":                               `<p><a href="#b" rel="noopener noreferrer nofollow">a</a></p>`,
		"ADR-0007, ADR-0008 and `ADR-0007`":     `<p><a href="/plans/p/decisions/7" class="record" rel="noopener noreferrer nofollow">ADR-0007</a>, ADR-0008 and <code>ADR-0007</code></p>`,
		"[x](../adr/0007-y.md#z) 0007-한글.md [y](use-x.md) [z](0008-z.md)": `<p><a href="/plans/p/decisions/7" class="record" rel="noopener noreferrer nofollow">x</a> <a href="/plans/p/decisions/7" class="record" rel="noopener noreferrer nofollow">0007-한글.md</a> <a href="/plans/p/decisions/7" class="record" rel="noopener noreferrer nofollow">y</a> z</p>`,
		"![a picture](https://x.example/p.png)":                           `<p><a href="https://x.example/p.png" class="external picture" rel="noopener noreferrer nofollow">a picture</a></p>`,
		"![](pictures/0007/1.svg)":                                        "<p>1.svg</p>",
		"[![alt](https://x.example/p.png)](https://x.example)":            `<p><a href="https://x.example" class="external" rel="noopener noreferrer nofollow">alt</a></p>`,
		"a<br>b <b>c</b> <!-- d -->":                                      "<p>a<br>b &lt;b&gt;c&lt;/b&gt; </p>",
		"<div onclick=\"x\">\na\n</div>":                                  "<pre><code>&lt;div onclick=&#34;x&#34;&gt;\na\n&lt;/div&gt;</code></pre>",
		"<!-- optional -->\n\na":                                          "<p>a</p>",
		"  \n ":                                                           "",
		"<https://x.example/a_b\\c>":                                      `<p>https://x.example/a_b\c</p>`,
	} {
		if got := strings.TrimSpace(HTML(md, Options{Record: records})); got != want {
			t.Errorf("%q\ngot  %s\nwant %s", md, got, want)
		}
	}
	if got := HTML("# a\n## b", Options{Heading: 4}); got != "<h5>a</h5>\n<h6>b</h6>\n" {
		t.Errorf("got %q", got)
	}
	if got := HTML("ADR-0007 [a](0007-x.md)", Options{}); got != "<p>ADR-0007 a</p>\n" {
		t.Errorf("got %q", got)
	}
}

var attacks = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=\"javascript:alert(1)\">", "<style>*{}</style>", "<base href=//evil>", "<form action=x><input>", "<a href=\"javascript:alert(1)\">x</a>", "<!--><script>alert(1)</script>-->", "<!-- --!><script>alert(1)</script>", "<![CDATA[<script>]]>", "<?php <script> ?>",
	"[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](javascript&colon;alert(1))", "[a](&#106;avascript:alert(1))", "[a](java\tscript:alert(1))", "[a](<java\nscript:alert(1)>)", "[a](\x01javascript:alert(1))", "[a]( javascript:alert(1))", "[a](vbscript:msgbox(1))", "[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](data:image/svg+xml,<svg>)", "[a](file:///etc/passwd)", "[a](//evil.example)", "[a](\\\\evil.example)", "[a](/\\evil.example)", "[a](/plans/p/delete)", "[a](?x)", "[a](http:evil)", "[a](https:///x)", "[a](mailto:)", "[a](blob:https://x)", "[a](ftp://x)",
	"<javascript:alert(1)>", "<data:text/html,x>", "<vbscript:x>", "<x-evil:y>", "[a]: javascript:alert(1)\n[a]", "![a](javascript:alert(1))", "![<script>alert(1)</script>](https://x)", "![\" onerror=\"alert(1)](https://x)", "[a](https://x \"\\\" onclick=alert(1) x=\\\"\")", "[a](https://x/\"onclick=alert(1))", "[a](https://x/'><script>)", "![![![a](javascript:x)](https://x)](https://y)", "[[a](https://x)](https://y)", "<https://x/\"onmouseover=alert(1)>", "https://x/\"onmouseover=alert(1)", "www.x.example/<script>", "`<script>`", "```\"><script>\nx\n```", "```a b onclick=x\nx\n```", "|<script>|\n|-|\n|[a](javascript:x)|", "&lt;script&gt;", "&#60;script&#62;", "\\<script>", "# <script>", "[a](#\"><script>)", "[a](0007-x.md\"onclick=x)", "ADR-0007<script>", "a\x00b<script\x00>", "\u2028<script>", "<a\nhref=x>", "*a **b [c](javascript:x) d** e*", "~~<script>~~", "- [x] <script>", "[^1]: <script>", "{#id onclick=x}", "# a {onclick=x}", "<br/onload=x>", "<br onload=x>", "<BR>", "</br>", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
}

var elements = map[string][]string{"p": {"class"}, "br": nil, "hr": nil, "em": nil, "strong": nil, "del": nil, "code": {"class"}, "pre": nil, "blockquote": nil, "ul": nil, "ol": {"start"}, "li": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil,
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": {"class"}, "td": {"class"}, "span": {"class"}, "a": {"href", "class", "rel", "title"}}

var classes = regexp.MustCompile(`^(record|external|external picture|left|center|right|task|pre|language-[A-Za-z0-9_+#.-]{1,40})$`)

// harmless holds that HTML consists of the elements and attributes above.
func harmless(s string) error {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return nil
		case html.CommentToken, html.DoctypeToken:
			return fmt.Errorf("a comment: %s", z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			allowed, ok := elements[t.Data]
			if !ok {
				return fmt.Errorf("the element %s", t)
			}
			for _, a := range t.Attr {
				if !slices.Contains(allowed, a.Key) {
					return fmt.Errorf("the attribute %s of %s", a.Key, t.Data)
				}
				if a.Key == "class" && !classes.MatchString(a.Val) || a.Key == "rel" && a.Val != rel {
					return fmt.Errorf("%s=%q", a.Key, a.Val)
				}
				if a.Key != "href" || a.Val == "/plans/p/decisions/7" || strings.HasPrefix(a.Val, "#") {
					continue
				}
				u, err := url.Parse(a.Val)
				if err != nil || !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) || u.Scheme != "mailto" && u.Host == "" {
					return fmt.Errorf("the address %q", a.Val)
				}
			}
			if t.Data == "a" && !slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "rel" }) {
				return fmt.Errorf("a link without rel: %s", t)
			}
		}
	}
}

// parsed holds the same of what a browser's parser makes of it.
func parsed(s string) error {
	nodes, err := html.ParseFragment(strings.NewReader(s), nil)
	if err != nil {
		return err
	}
	var check func(n *html.Node) error
	check = func(n *html.Node) error {
		if n.Type == html.ElementNode && !slices.Contains([]string{"html", "head", "body"}, n.Data) {
			if _, ok := elements[n.Data]; !ok {
				return fmt.Errorf("the element %s", n.Data)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if err := check(c); err != nil {
				return err
			}
		}
		return nil
	}
	for _, n := range nodes {
		if err := check(n); err != nil {
			return err
		}
	}
	return nil
}

func TestHTML_LetsNoAttackThrough(t *testing.T) {
	for i, a := range attacks {
		for _, md := range []string{a, "> " + a, "* " + a + "\n\n  x", a + attacks[(i+7)%len(attacks)], "[x " + a + "](https://x.example)", "**" + a + "**", strings.Repeat(a+" ", 200)} {
			for _, o := range []Options{{}, {Record: records}} {
				s := HTML(md, o)
				for _, check := range []func(string) error{harmless, parsed} {
					if err := check(s); err != nil {
						t.Errorf("%.80q: %v in %.200s", md, err, s)
					}
				}
			}
		}
	}
}

func TestHTML_LosesNoWordOfWhatItRefuses(t *testing.T) {
	for md, want := range map[string]string{"[words](javascript:x)": "words", "<b>words</b>": "words", "![words](data:x)": "words", "<words:x>": "words", strings.Repeat("> ", 40) + "words": "words", strings.Repeat("가", MaxRunes) + "words": "words"} {
		if got := HTML(md, Options{}); !strings.Contains(got, want) {
			t.Errorf("%.40q: %.100s", md, got)
		}
	}
}

func TestHTML_EndsInGoodTime(t *testing.T) {
	for _, s := range []string{"[", "![", "[a](", "[a][", "*a _b ", "**a*", "`", "``a`", "<", "<a ", "<!--", "<?", "&", "\\", "|", "~~a", "> ", "- ", "a\n===\n", "[a]: b\n", "(", "https://", "www.", "a@b.", "_", "*", "1) ", "\t", "    a\n", "```\n", "|-", "[x] ", "- [ ] ", "ADR-0007 ", "![a](b", "<http:", "a**b"} {
		for _, end := range []string{"", ")"} {
			md := strings.Repeat(s, MaxRunes/len(s)-10) + end
			done := make(chan struct{})
			go func() { HTML(md, Options{Record: records}); close(done) }()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatalf("%q takes too long", s)
			}
		}
	}
}

func BenchmarkHTML_Worst(b *testing.B) {
	for _, s := range []string{"[", "![", "[a](", "*a _b ", "`", "<", "|", "~~a", "[a]: b\n", "https://", "- "} {
		md := strings.Repeat(s, MaxRunes/len(s)-1)
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				HTML(md, Options{Record: records})
			}
		})
	}
}

// FuzzHTML holds that nothing but the elements and attributes above ever
// appears.
func FuzzHTML(f *testing.F) {
	for _, a := range attacks {
		f.Add(a)
	}
	f.Add("# a\n\n* [x] b\n\n|a|b|\n|:-|-|\n|1|[c](0007-x.md)|\n\n```go\nx\n```\n![a](https://x.example)")
	f.Fuzz(func(t *testing.T, md string) {
		for _, o := range []Options{{}, {Record: records, Heading: 5}} {
			s := HTML(md, o)
			if err := harmless(s); err != nil {
				t.Fatalf("%v in %s", err, s)
			}
			if err := parsed(s); err != nil {
				t.Fatalf("%v in %s", err, s)
			}
		}
	})
}
