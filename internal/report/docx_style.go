package report

import (
	"strconv"
	"strings"

	"deckplan/internal/lang"
)

// docxFonts names what stands in for the fonts where they are not there.
const docxFonts = `<w:font w:name="Arial"><w:altName w:val="Liberation Sans"/><w:family w:val="swiss"/></w:font>` +
	`<w:font w:name="Malgun Gothic"><w:altName w:val="맑은 고딕"/><w:charset w:val="81"/><w:family w:val="swiss"/></w:font>`

// docxSettings has Word work the table of contents out when it opens the file.
const docxSettings = `<w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/><w:updateFields w:val="true"/>` +
	`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="ko-KR"/>`

// docxNumbering are the two lists: 1 with dots, 2 with boxes.
var docxNumbering = bulleted(0, "•") + bulleted(1, "☐") + `<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>`

func bulleted(id int, sign string) string {
	return `<w:abstractNum w:abstractNumId="` + strconv.Itoa(id) + `"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/>` +
		`<w:lvlText w:val="` + sign + `"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="357" w:hanging="283"/></w:pPr></w:lvl></w:abstractNum>`
}

// paragraphStyle is a style of paragraphs: its id, Word's name of it, the style
// it is based on, and properties of paragraph and text.
type paragraphStyle struct{ id, name, base, paragraph, text string }

// size is a font size in half points.
func size(n int) string {
	return `<w:sz w:val="` + strconv.Itoa(n) + `"/><w:szCs w:val="` + strconv.Itoa(n) + `"/>`
}

const (
	dimmed   = `<w:color w:val="4C6076"/>`
	inked    = `<w:color w:val="10243A"/>`
	together = `<w:keepNext/><w:keepLines/>`
)

var paragraphStyles = []paragraphStyle{
	{"Title", "Title", "Normal", `<w:spacing w:before="0" w:after="120" w:line="264" w:lineRule="auto"/>`, `<w:b/>` + inked + size(52)},
	{"Subtitle", "Subtitle", "Normal", `<w:spacing w:before="480" w:after="40"/>`, dimmed + size(22)},
	{"Heading1", "heading 1", "Normal", together + `<w:pageBreakBefore/><w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="10243A"/></w:pBdr><w:spacing w:before="0" w:after="240"/><w:outlineLvl w:val="0"/>`, `<w:b/>` + inked + size(32)},
	{"Heading2", "heading 2", "Normal", together + `<w:spacing w:before="320" w:after="100"/><w:outlineLvl w:val="1"/>`, `<w:b/>` + inked + size(24)},
	{"Heading3", "heading 3", "Normal", together + `<w:spacing w:before="200" w:after="60"/><w:outlineLvl w:val="2"/>`, `<w:b/>` + inked + size(20)},
	{"Heading4", "heading 4", "Normal", together + `<w:spacing w:before="140" w:after="40"/><w:outlineLvl w:val="3"/>`, `<w:b/>` + dimmed + size(19)},
	{"ContentsHeading", "Contents Heading", "Normal", together + `<w:spacing w:before="360" w:after="100"/>`, `<w:b/>` + inked + size(24)},
	{"TOC1", "toc 1", "Normal", `<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9864"/></w:tabs><w:spacing w:after="60"/>`, ""},
	{"Fact", "Fact", "Normal", `<w:tabs><w:tab w:val="left" w:pos="3118"/></w:tabs><w:spacing w:after="40"/><w:ind w:left="3118" w:hanging="3118"/>`, ""},
	{"ListBullet", "List Bullet", "Normal", `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:spacing w:after="40"/><w:contextualSpacing/>`, ""},
	{"Task", "Task", "Normal", `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr><w:spacing w:after="40"/>`, ""},
	{"Finding", "Finding", "Normal", together + `<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="D7DFE7"/></w:pBdr><w:spacing w:before="100" w:after="20"/><w:ind w:left="1134" w:hanging="1134"/>`, ""},
	{"FindingText", "Finding Text", "Normal", `<w:spacing w:after="40"/><w:ind w:left="1134"/>`, dimmed + size(18)},
	{"Caption", "caption", "Normal", `<w:spacing w:before="40" w:after="160"/>`, dimmed + size(17)},
	{"Picture", "Picture", "Normal", `<w:spacing w:before="120" w:after="120" w:line="240" w:lineRule="auto"/>`, ""},
	{"TableText", "Table Text", "Normal", `<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>`, size(17)},
	{"TableHead", "Table Head", "TableText", `<w:keepNext/>`, `<w:b/>` + dimmed + size(16)},
	{"Header", "header", "Normal", `<w:spacing w:after="0"/><w:jc w:val="center"/>`, `<w:b/>` + size(17)},
	{"Footer", "footer", "Normal", `<w:tabs><w:tab w:val="right" w:pos="9864"/></w:tabs><w:spacing w:after="0"/>`, dimmed + size(17)},
}

// docxStyles are the document's styles. Text in Korean and in other scripts has
// each its own font and language; hint settles what both scripts have.
func docxStyles(l lang.Lang) string {
	var b strings.Builder
	hint := ""
	if l == lang.Korean {
		hint = ` w:hint="eastAsia"`
	}
	b.WriteString(`<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts` + hint + ` w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Malgun Gothic" w:cs="Arial"/>` + size(20) +
		`<w:lang w:val="en-US" w:eastAsia="ko-KR" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="100" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/></w:pPr></w:style>` +
		`<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>` +
		`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="198" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>` +
		`<w:style w:type="table" w:styleId="ReportTable"><w:name w:val="Report Table"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>` +
		`<w:bottom w:val="single" w:sz="4" w:space="0" w:color="D7DFE7"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="D7DFE7"/></w:tblBorders></w:tblPr></w:style>`)
	for _, s := range paragraphStyles {
		b.WriteString(`<w:style w:type="paragraph" w:styleId="` + s.id + `"><w:name w:val="` + s.name + `"/><w:basedOn w:val="` + s.base + `"/>`)
		if strings.HasPrefix(s.id, "Heading") {
			b.WriteString(`<w:next w:val="Normal"/>`)
		}
		b.WriteString(`<w:qFormat/><w:pPr>` + s.paragraph + `</w:pPr><w:rPr>` + s.text + `</w:rPr></w:style>`)
	}
	return b.String()
}
