package report

import (
	"fmt"
	"strings"
)

// style is the file's whole style sheet: the product's light tokens, set for
// reading and for A4. It names no address.
const style = `
:root{--ink:#10243a;--ink-2:#4c6076;--line:#d7dfe7;--line-2:#b9c6d3;--sunk:#f1f4f7;--accent:#1f5fbf;--accent-sheet:#e6effb;--good:#187352;--warn:#925700;--bad:#b8322a;--idle:#6a5acd}
@page{size:A4;margin:19mm 14mm 19mm;@bottom-right{content:counter(page) " / " counter(pages);font:8.5pt sans-serif;color:#4c6076}}
*{box-sizing:border-box}
html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0 auto;max-width:1040px;padding:40px 32px 80px;font:14px/1.55 Pretendard,Inter,system-ui,-apple-system,"Apple SD Gothic Neo","Noto Sans KR","Noto Sans CJK KR",sans-serif;color:var(--ink);background:#fff;font-variant-numeric:tabular-nums;word-break:keep-all;overflow-wrap:anywhere}
h1,h2,h3,h4,h5,p,dl,dd,ul,ol,figure{margin:0}
h1{font-size:32px;line-height:1.2;letter-spacing:-.02em;text-wrap:balance}
h2{font-size:22px;line-height:1.25;letter-spacing:-.015em;padding-bottom:8px;border-bottom:2px solid var(--ink);margin-bottom:20px}
h3{font-size:16px;line-height:1.3;letter-spacing:-.005em;margin:28px 0 10px}
h4{font-size:13px;line-height:1.4;margin:16px 0 4px}
h5{font-size:13px;font-weight:600;color:var(--ink-2);margin:10px 0 2px}
h2+h3{margin-top:0}
h1,h2,h3,h4,h5{break-after:avoid}
p,li{orphans:3;widows:3}
a{color:inherit;text-decoration:none}
small,.dim,.source,.more{color:var(--ink-2)}
small{font-size:11.5px;font-weight:400}
.prose{max-width:74ch;white-space:pre-line}
.prose+.prose{margin-top:8px}
.written{white-space:normal}
.written p+p,.written ul,.written ol,.written table,.written pre,.written blockquote{margin-top:6px}
.written ul,.written ol{padding-left:1.3em}
.written a{text-decoration:underline}
.written pre{background:var(--sunk);padding:6px 10px;border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere}
.written code{font-family:ui-monospace,Menlo,monospace;font-size:.92em}
.written blockquote{margin-left:0;padding-left:10px;border-left:2px solid var(--line-2)}
.lead{max-width:74ch;color:var(--ink-2);margin-bottom:16px}
.more{margin-top:6px;font-size:12.5px}
.cover{padding-bottom:28px}
.brand{display:flex;gap:8px;align-items:center;font-weight:700;margin-bottom:56px}
.kind{color:var(--ink-2);margin-bottom:4px}
.classification{font-weight:600;letter-spacing:.02em;margin-bottom:20px;padding:4px 10px;border:1px solid var(--line-2);border-radius:4px;width:fit-content}
.logo{display:block;height:44px;width:auto;max-width:320px;object-fit:contain;object-position:left}
.note{max-width:84ch;color:var(--ink-2);margin-bottom:12px}
.cover .prose{margin-top:12px;font-size:15px}
.facts{display:grid;grid-template-columns:repeat(4,auto);justify-content:start;gap:4px 36px;margin:28px 0;padding:14px 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.facts dt,.metrics dt,.people dt{color:var(--ink-2);font-size:12px}
.facts dd{font-weight:600}
.findings.all ul{margin-top:4px;padding-left:1.2em}
.findings.all ul li{display:list-item;padding:1px 0;border:0}
.findings.all>li{break-inside:auto}
nav ol{columns:2;padding-left:1.6em;color:var(--ink-2)}
nav a{color:var(--ink)}
.chapter{margin-top:56px}
.chapter.first{margin-top:24px}
article{margin-bottom:36px}
.count{font-weight:400;color:var(--ink-2);font-size:13px;margin-left:4px}
table{border-collapse:collapse;width:100%;font-size:12.5px;line-height:1.45;margin-top:8px}
thead{display:table-header-group}
tr{break-inside:avoid}
th,td{text-align:left;vertical-align:top;padding:5px 14px 5px 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--ink-2);font-weight:600;font-size:11.5px;vertical-align:bottom;border-bottom:1px solid var(--line-2)}
tbody th{font-weight:500}
tbody th small,td small,thead th small,.record li small{display:block}
th,td{overflow-wrap:break-word}
.long{overflow-wrap:anywhere}
.num{text-align:right}
td.num,.nowrap,.tag{white-space:nowrap}
td.num small{white-space:nowrap}
.zero{color:var(--line-2)}
.compact{width:auto;min-width:60%}
.compare thead th.num{min-width:92px}
.compare tbody th{min-width:190px;max-width:280px}
.assumptions tbody th{width:32%}
.assumptions td.source{width:44%;overflow-wrap:anywhere;font-size:11.5px}
.ink{color:var(--ink)}
.tag{display:inline-block;font-size:11px;font-weight:500;border-radius:999px;padding:0 8px;background:var(--sunk);color:var(--ink-2);letter-spacing:0}
.tag.accent{background:var(--accent-sheet);color:var(--accent)}
.tag.accepted{background:#e3f4ed;color:var(--good)}
.tag.needs{background:#fbf0dc;color:var(--warn)}
.tag.rejected{background:#fbe7e5;color:var(--bad)}
.tag.proposed{background:var(--accent-sheet);color:var(--accent)}
.findings{list-style:none;padding:0;margin-top:12px}
.findings>li{display:grid;grid-template-columns:92px 1fr;gap:0 12px;padding:7px 0;border-top:1px solid var(--line);break-inside:avoid}
.findings b{font-weight:600}
.findings p+p{color:var(--ink-2);font-size:12.5px;max-width:84ch}
.findings .source{font-size:11.5px}
.mark{font-size:12px;color:var(--ink-2);white-space:nowrap;line-height:1.75}
.mark svg{margin-right:5px}
.mark.error{color:var(--bad)}.mark.warning{color:var(--warn)}.mark.note{color:var(--idle)}.mark.good{color:var(--good)}
.metrics{display:grid;grid-template-columns:repeat(4,1fr);gap:10px 20px;margin:14px 0;padding:12px 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line);break-inside:avoid}
.metrics dd{font-weight:600;font-size:15px}
.metrics small{display:block}
.people{display:flex;flex-wrap:wrap;gap:4px 32px;margin-top:8px}
figure{margin:12px 0;break-inside:avoid}
figure svg,figure img{display:block;width:100%;height:auto}
figcaption{color:var(--ink-2);font-size:12px;margin-top:4px}
.together{break-inside:avoid}
.record>.together{break-after:avoid}
.record{border-top:1px solid var(--line-2);margin-top:32px}
.record h3{margin-top:16px;margin-bottom:4px}
.record ul:not(.findings){padding-left:1.2em}
.record .tag{margin-right:6px}
code{font:.92em ui-monospace,Menlo,monospace;overflow-wrap:anywhere}
.side{margin-right:4px;font-weight:600;color:var(--ink-2)}
.side.good{color:var(--good)}.side.bad{color:var(--bad)}
.snapshot{margin-top:20px;padding:4px 16px 12px;border:1px solid var(--line);border-radius:6px;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.snapshot h4 .dim{font-weight:400;margin-left:6px}
.hash{font:10.5px/1.5 ui-monospace,Menlo,monospace;color:var(--ink-2);margin-top:8px;overflow-wrap:anywhere}
.broken{color:var(--bad);font-weight:600}
@media (max-width:720px){.facts,.metrics{grid-template-columns:repeat(2,1fr)}body{padding:24px 16px}.chapter{overflow-x:auto}}
@media print{
body{max-width:none;padding:0;font-size:9.5pt}
h1{font-size:24pt}h2{font-size:15pt}h3{font-size:11.5pt}h4,h5{font-size:9.5pt}
table,.findings p+p{font-size:8.5pt}
small,thead th,.facts dt,.metrics dt,.people dt,.findings .source,.assumptions td.source,figcaption,.tag{font-size:7.8pt}
.cover .prose{font-size:10.5pt}.metrics dd{font-size:10.5pt}.mark{font-size:8pt}
.brand{margin-bottom:22mm}
.chapter{break-before:page;margin-top:0}
.chapter.first{break-before:auto;margin-top:0}
.findings>li{grid-template-columns:20mm 1fr}
.classification{visibility:hidden;height:0;margin:0;padding:0;border:0}
}
@supports (content:target-counter(attr(href),page)){@media print{nav a::after{content:" · " target-counter(attr(href),page)}}}
`

// margins are the lines that stand in the margins of every printed page: the
// classification and what the report is called.
func (d *doc) margins() string {
	const small = ";font:8.5pt sans-serif;color:#4c6076"
	css := "@page{@bottom-left{content:" + cssText(clip(d.title(), 60)) + small + "}"
	if s := d.classification(); s != "" {
		css += "@top-center{content:" + cssText(s) + ";font:600 8.5pt sans-serif;color:#10243a}"
	}
	return css + "}\n"
}

// clip shortens a text to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// cssText is a text as a string of a style sheet: what could end it, or the
// sheet, goes as an escape.
func cssText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == 0:
		case r < ' ' || strings.ContainsRune(`"\<>&`, r):
			fmt.Fprintf(&b, "\\%x ", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
