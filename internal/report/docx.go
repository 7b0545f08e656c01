package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/lang"
)

// typeDOCX is the media type of a Word document.
const typeDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// WriteDOCX writes the report as a Word document: Office Open XML (ECMA-376,
// transitional) with styles, a table of contents, page numbers, and pictures as
// Raster draws them.
func WriteDOCX(w io.Writer, in Input) error {
	d, err := begin(in)
	if err != nil {
		return err
	}
	x := &docx{words: d}
	if err := compose(d, x); err != nil {
		return err
	}
	return pack(w, d.Generated, x.parts())
}

// docx is a report being written as a Word document. The builder holds the
// body; whatever comes from the plan goes through xmlEscape.
type docx struct {
	words *doc
	strings.Builder
	media    []file
	drawn    map[string]string // media by content
	pictures int
	chapters int // headings of chapters so far: each has a bookmark
}

// escapes are what XML reads inside text and attributes.
var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func xmlEscape(s string) string { return escapes.Replace(xmlText(s)) }

// parts are the files of the package, that which says what they are first.
func (x *docx) parts() []file {
	d := x.words
	header, headerRel, headerType := "", "", ""
	var parts []file
	if s := d.classification(); s != "" {
		header = `<w:headerReference w:type="default" r:id="rIdHeader"/>`
		headerRel = relation("rIdHeader", "header", "header1.xml")
		headerType = override("/word/header1.xml", "header")
		parts = append(parts, file{"word/header1.xml", part("hdr", `<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>`+run("", s)+`</w:p>`)})
	}
	footer := `<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>` + run("", clip(d.title(), 70)) + `<w:r><w:tab/></w:r>` + run("", d.t("report.page_of")+" ") +
		field("PAGE", "1") + run("", " / ") + field("NUMPAGES", "1") + `</w:p>`
	parts = append(parts, file{"word/footer1.xml", part("ftr", footer)})
	body := `<w:body>` + x.String() + `<w:sectPr>` + header + `<w:footerReference w:type="default" r:id="rIdFooter"/>` +
		`<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1247" w:right="1021" w:bottom="1191" w:left="1021" w:header="567" w:footer="510" w:gutter="0"/></w:sectPr></w:body>`
	rels := relation("rIdStyles", "styles", "styles.xml") + relation("rIdSettings", "settings", "settings.xml") + relation("rIdNumbering", "numbering", "numbering.xml") +
		relation("rIdFonts", "fontTable", "fontTable.xml") + headerRel + relation("rIdFooter", "footer", "footer1.xml")
	for i, f := range x.media {
		rels += relation("rIdImage"+strconv.Itoa(i+1), "image", strings.TrimPrefix(f.name, "word/"))
	}
	types := override("/word/document.xml", "document.main") + override("/word/styles.xml", "styles") + override("/word/settings.xml", "settings") +
		override("/word/numbering.xml", "numbering") + override("/word/fontTable.xml", "fontTable") + headerType + override("/word/footer1.xml", "footer")
	return append(append([]file{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="jpg" ContentType="image/jpeg"/>` + types +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`},
		{"_rels/.rels", relationships(relation("rId1", "officeDocument", "word/document.xml") +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>`)},
		{"docProps/core.xml", x.properties()},
		{"word/document.xml", part("document", body)},
		{"word/_rels/document.xml.rels", relationships(rels)},
		{"word/styles.xml", part("styles", docxStyles(d.Lang))},
		{"word/settings.xml", part("settings", docxSettings)},
		{"word/numbering.xml", part("numbering", docxNumbering)},
		{"word/fontTable.xml", part("fonts", docxFonts)},
	}, parts...), x.media...)
}

// properties are what a file manager shows of the document.
func (x *docx) properties() string {
	d := x.words
	at := d.Generated.Format(time.RFC3339)
	at = at[:len("2006-01-02T15:04:05")] + "Z"
	return xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" ` +
		`xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` + xmlEscape(d.title()) + `</dc:title><dc:subject>` +
		xmlEscape(d.kind()) + `</dc:subject><dc:creator>Deckplan</dc:creator><cp:category>` + xmlEscape(d.classification()) + `</cp:category><dcterms:created xsi:type="dcterms:W3CDTF">` + at +
		`</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">` + at + `</dcterms:modified><dc:language>` + localeOf(d.Lang) + `</dc:language></cp:coreProperties>`
}

func localeOf(l lang.Lang) string {
	if l == lang.Korean {
		return "ko-KR"
	}
	return "en-US"
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// part is a file of WordprocessingML with that root.
func part(root, content string) string {
	return xmlHead + `<w:` + root + ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ` +
		`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ` +
		`xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">` + content + `</w:` + root + `>`
}

func relationships(list string) string {
	return xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + list + `</Relationships>`
}

func relation(id, kind, target string) string {
	return fmt.Sprintf(`<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, id, kind, target)
}

func override(name, kind string) string {
	return fmt.Sprintf(`<Override PartName="%s" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.%s+xml"/>`, name, kind)
}

// run is text with properties; its line breaks are kept.
func run(properties, text string) string {
	if properties != "" {
		properties = "<w:rPr>" + properties + "</w:rPr>"
	}
	text = strings.ReplaceAll(xmlEscape(text), "\r\n", "\n")
	return `<w:r>` + properties + `<w:t xml:space="preserve">` + strings.ReplaceAll(text, "\n", `</w:t><w:br/><w:t xml:space="preserve">`) + `</w:t></w:r>`
}

// field is what Word works out for itself, with what stands there until then.
func field(instruction, text string) string {
	return `<w:fldSimple w:instr=" ` + instruction + ` ">` + run("", text) + `</w:fldSimple>`
}
