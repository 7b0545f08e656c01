package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	nethtml "golang.org/x/net/html"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
)

// unzip gives the files of a report.
func unzip(t testing.TB, in Input) (files map[string]string, order []string) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteZip(&b, in); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
		order = append(order, f.Name)
	}
	return files, order
}

// gfm reads Markdown as GitHub does, and lets HTML through so that any would
// be seen.
var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()), goldmark.WithRendererOptions(html.WithUnsafe()))

// read gives what a reader of the Markdown sees: the text, how often each kind
// of node stands there, and what is linked.
func read(t *testing.T, source string) (seen string, nodes map[string]int, links []string) {
	t.Helper()
	nodes = map[string]int{}
	root := gfm.Parser().Parse(text.NewReader([]byte(source)))
	err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			nodes[n.Kind().String()]++
			switch x := n.(type) {
			case *ast.Link:
				links = append(links, string(x.Destination))
			case *ast.Image:
				links = append(links, string(x.Destination))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := gfm.Convert([]byte(source), &b); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for tokens := nethtml.NewTokenizer(&b); ; {
		switch tokens.Next() {
		case nethtml.ErrorToken:
			return out.String(), nodes, links
		case nethtml.TextToken:
			out.WriteString(string(tokens.Text()))
		}
	}
}

func TestWriteZip_HoldsEveryPictureAndNamesNothingElse(t *testing.T) {
	for _, l := range lang.All {
		in := sample(t, l)
		files, order := unzip(t, in)
		if order[0] != "report.md" {
			t.Errorf("%s: first comes %s", l, order[0])
		}
		seen, _, links := read(t, files["report.md"])
		shown := map[string]bool{}
		for _, link := range links {
			name, err := url.PathUnescape(link)
			if _, ok := files[name]; !ok || err != nil {
				t.Errorf("%s: %s is not in the file", l, link)
			}
			shown[name] = true
		}
		want := len(in.Appraisal.Pipelines) + len(in.Appraisal.Layouts) + 1 + len(in.Appraisal.Matrices) + len(in.Decisions)
		if len(files)-1 != want || len(shown) != want {
			t.Errorf("%s: %d pictures, %d shown, want %d", l, len(files)-1, len(shown), want)
		}
		for name, svg := range files {
			if name != "report.md" {
				wellFormed(t, name, svg)
			}
		}
		for _, f := range in.Appraisal.Findings() {
			if n := in.Lang.T(f.ID, f.Args); !strings.Contains(seen, strings.Join(strings.Fields(n), " ")) {
				t.Errorf("%s: the finding %q is missing", l, n)
			}
		}
		if strings.Contains(files["report.md"], "‹") {
			t.Errorf("%s: a message is missing", l)
		}
		var one, two bytes.Buffer
		if WriteZip(&one, in) != nil || WriteZip(&two, sample(t, l)) != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s: the same input gave other bytes", l)
		}
		if dir := os.Getenv("REPORT_DIR"); dir != "" {
			if err := os.WriteFile(dir+"/"+string(l)+".zip", one.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	if !strings.HasPrefix(svg, "<?xml ") || !strings.Contains(svg, `xmlns="http://www.w3.org/2000/svg"`) || strings.Contains(svg, "var(--") {
		t.Errorf("%s does not stand alone: %.200s", name, svg)
	}
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

// named is the sample with one text wherever people type what is no Markdown.
func named(t *testing.T, s string) Input {
	in := sample(t, lang.English)
	p := *in.Plan
	p.About.Name, p.About.Purpose = s, s
	p.Teams = []plan.Team{{ID: "t", Name: s, Contact: s}}
	p.Clusters = append([]plan.Cluster{{ID: "n", Name: s, Team: "t", Region: s}}, p.Clusters...)
	p.Layouts = append([]plan.Layout{{ID: "n", Name: s}}, p.Layouts...)
	p.Pipelines = append([]plan.Pipeline{{ID: "n", Name: s, Note: s}}, p.Pipelines...)
	p.Matrices = append([]plan.Matrix{{ID: "n", Name: s, Purpose: plan.CompareOwn}}, p.Matrices...)
	p.Services = append([]plan.Service{{ID: "n", Name: s, Image: s}}, p.Services...)
	p.Assumptions = append(p.Assumptions, plan.Assumption{ID: "own", Value: 1, Note: s})
	in.Plan, in.Appraisal = &p, appraise.Run(&p)
	r := &in.Decisions[0].Record
	r.Title, r.Chosen, r.Options[0].Name = s, s, s
	in.Decisions[0].Snapshot.Figures[0].Title = decision.Text{En: s, Ko: s}
	return in
}

func TestWriteZip_WhateverPeopleTypedIsText(t *testing.T) {
	plain, _ := unzip(t, named(t, "Plain text"))
	_, want, _ := read(t, plain["report.md"])
	for _, hostile := range []string{evil, "| a | b |", `a\|b`, `a\`, "# H", "## H ##", "- x", "+ x", "1. x", "12) x", "===", "---", "***b***", "__b__", "_i_", "~~s~~",
		"[x](javascript:alert(1))", "![x](figures/none.svg)", "[x]: /y", "[ ] task", "`code", "```", "~~~", "> quote", "&lt;b&gt;", "&#35; x", "<!-- c", "<b>b</b>", "$x$",
		"<http://evil.example>", "a\x00b\x0bc\x1b[2J", "    indented", "\tindented", "<details>", "url(http://evil.example)", `"quoted" 'text'`, "한국어 *굵게*"} {
		files, _ := unzip(t, named(t, hostile))
		seen, nodes, links := read(t, files["report.md"])
		for kind, n := range nodes {
			switch kind {
			case ast.KindText.String(), ast.KindString.String(), ast.KindAutoLink.String():
			default:
				if n != want[kind] {
					t.Errorf("%q: %d of %s, want %d", hostile, n, kind, want[kind])
				}
			}
		}
		if nodes[ast.KindRawHTML.String()]+nodes[ast.KindHTMLBlock.String()]+nodes[east.KindTaskCheckBox.String()] > 0 {
			t.Errorf("%q: markup got through", hostile)
		}
		for _, l := range links {
			if _, ok := files[l]; !ok {
				t.Errorf("%q: a link to %s", hostile, l)
			}
		}
		shown := strings.Join(strings.Fields(regexp.MustCompile(`[\x00-\x08\x0e-\x1f]`).ReplaceAllString(hostile, "")), " ")
		if n := strings.Count(seen, shown); n < 11 {
			t.Errorf("%q is shown only %d times", hostile, n)
		}
		for name, svg := range files {
			if name != "report.md" {
				wellFormed(t, name, svg)
				if strings.Contains(svg, "<script") {
					t.Errorf("%s of %q holds a script", name, hostile)
				}
			}
		}
	}
}

func TestInline_LeavesOnlyHarmlessTextAsItIs(t *testing.T) {
	for _, s := range []string{"", "a", "plain text.", "한국어 글, 그리고 – “따옴표”"} {
		if s != "" && !harmless(s) || inline(s) != s {
			t.Errorf("%q is not left as it is", s)
		}
	}
	for _, s := range []string{" a", "a ", "a  b", "a\tb", "a\u00a0b", "a\u3000b", "a\x7f", "a\u0085", "a\xff", "`", "\\", "a*", "_", "[", "]", "#", "|", "~", "$", "<", ">", "&"} {
		if harmless(s) {
			t.Errorf("%q is left as it is", s)
		}
	}
}

func TestWriteZip_ProseKeepsItsLinesAndParagraphs(t *testing.T) {
	in := sample(t, lang.English)
	p := *in.Plan
	p.About.Purpose = "one\r\ntwo\n\n- three\n# four\n===\n\n\n1. five"
	in.Plan = &p
	files, _ := unzip(t, in)
	if !strings.Contains(files["report.md"], "one\\\ntwo\n\n\\- three\\\n\\# four\\\n\\===\n\n1\\. five\n\n") {
		t.Errorf("%.600s", files["report.md"])
	}
}

func TestCheckSVG_LetsOnlyDrawingsPass(t *testing.T) {
	const ok = `<svg xmlns="http://www.w3.org/2000/svg"><title>a</title><rect fill="url(#p)" width="1"/></svg>`
	if err := checkSVG(ok); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "text", "<svg/>", strings.Replace(ok, "</svg>", "", 1), `<!DOCTYPE svg [<!ENTITY a "b">]>` + ok, "<?xml-stylesheet href='x'?>" + ok,
		strings.Replace(ok, "<rect", "<script>x()</script><rect", 1), strings.Replace(ok, "<rect", "<foreignObject/><rect", 1), strings.Replace(ok, "width", "onload", 1),
		strings.Replace(ok, "url(#p)", "url(http://evil.example)", 1), strings.Replace(ok, "width", "style", 1), strings.Replace(ok, "<rect", `<use href="http://evil.example"/><rect`, 1),
		strings.Replace(ok, "<rect", `<a href="javascript:x()"/><rect`, 1), strings.Replace(ok, "<title>a</title>", "<x:b xmlns:x='http://www.w3.org/1999/xhtml'/>", 1)} {
		if checkSVG(bad) == nil {
			t.Errorf("passed: %s", bad)
		}
	}
	in := sample(t, lang.English)
	in.Decisions[0].Snapshot.Figures[0].SVG = decision.Text{En: "<svg onload='x()'>"}
	files, _ := unzip(t, in)
	if _, two := files["figures/decision-2.svg"]; two || !strings.Contains(files["report.md"], "The picture is left out") {
		t.Error("a picture that is no drawing got through, or nothing is said of it")
	}
}

func TestWriteZip_EmptyAndLargePlans(t *testing.T) {
	p := plan.Empty("새 계획")
	files, order := unzip(t, Input{Plan: p, Appraisal: appraise.Run(p), Lang: lang.Korean, Generated: at})
	if len(order) != 1 || !strings.Contains(files["report.md"], lang.Korean.T("report.none_decisions", nil)) {
		t.Errorf("%v", order)
	}
	p = large(1000, 10000)
	a := appraise.Run(p)
	var b bytes.Buffer
	if err := WriteZip(&b, Input{Plan: p, Revision: 1, Appraisal: a, Decisions: decisions(a, 500), Lang: lang.Korean, Generated: at}); err != nil || b.Len() > 4<<20 {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
	t.Logf("%d bytes", b.Len())
}

// What people write in records is Markdown: it is set as blocks of the report's
// own, and nothing of it runs or leads anywhere it may not.
func TestWriteZip_RecordsAreSetAsTheyWereMeant(t *testing.T) {
	in := sample(t, lang.English)
	r := &in.Decisions[0].Record
	r.Context = "# Loud\n\nOne **bold** [x](javascript:alert(1)) <b onclick=y>b</b> and [docs](https://docs.example).\n\n- first\n- second\n\n```\ncode *here*\n```"
	r.Drivers, r.Consequences = []string{"*Cost*"}, []decision.Argument{{Side: decision.Good, Text: "`fast`"}}
	files, _ := unzip(t, in)
	seen, nodes, links := read(t, files["report.md"])
	for _, text := range []string{"Loud", "One bold x <b onclick=y>b</b> and docs (https://docs.example).", "first", "code *here*", "Cost", "fast"} {
		if !strings.Contains(seen, text) {
			t.Errorf("%q is not shown", text)
		}
	}
	if nodes[ast.KindRawHTML.String()]+nodes[ast.KindHTMLBlock.String()] > 0 || slices.ContainsFunc(links, func(l string) bool { return strings.Contains(l, "script") }) {
		t.Errorf("markup got through: %v", links)
	}
	if strings.Contains(seen, "**") || strings.Contains(seen, "```") {
		t.Error("marks are shown")
	}
}
