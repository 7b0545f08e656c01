package report

import (
	"bytes"
	"fmt"
	"image"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"deckplan/internal/verdict"
)

// The width between the margins, in twentieths of a point, and how wide and
// high a picture may be, in English Metric Units.
const (
	textWidth     = 9864
	pictureWidth  = textWidth * 635
	pictureHeight = 200 * 36000
	logoHeight    = 13 * 36000
	rasterWidth   = 1600 // pixels
)

func (x *docx) styled(style string, runs ...string) {
	x.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + strings.Join(runs, "") + `</w:p>`)
}

func (x *docx) cover(f front) {
	if f.logo.Data != nil {
		x.logo(f.logo)
	}
	x.styled("Subtitle", run("", f.kind))
	x.styled("Title", run("", f.title))
	if f.classification != "" {
		x.styled("Normal", run("<w:b/>", f.classification))
	}
	x.prose(f.purpose)
	for _, one := range f.facts {
		x.styled("Fact", run(dimmed, one.name), "<w:r><w:tab/></w:r>", run("<w:b/>", one.value))
	}
	for _, s := range f.notes {
		x.styled("Normal", run(dimmed, s))
	}
	x.contents(f.contents)
}

// contents is the table of contents: a field that Word fills in anew with the
// pages' numbers, filled in with the chapters' names for readers that do not.
func (x *docx) contents(names []string) {
	if len(names) == 0 {
		return
	}
	x.styled("ContentsHeading", run("", x.words.t("report.contents")))
	for i, name := range names {
		begin, end := "", ""
		if i == 0 {
			begin = `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \o "1-1" \h \z \u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>`
		}
		if i == len(names)-1 {
			end = `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
		}
		mark := bookmark(i + 1)
		x.styled("TOC1", begin, `<w:hyperlink w:anchor="`+mark+`" w:history="1">`, run("", name), `</w:hyperlink>`, end)
	}
}

func bookmark(chapter int) string { return fmt.Sprintf("_Toc%08d", chapter) }

func (x *docx) heading(level int, s string) {
	style := "Heading" + strconv.Itoa(min(max(level-1, 1), 4))
	if level != 2 {
		x.styled(style, run("", s))
		return
	}
	x.chapters++
	id := strconv.Itoa(x.chapters)
	x.styled(style, `<w:bookmarkStart w:id="`+id+`" w:name="`+bookmark(x.chapters)+`"/>`, run("", s), `<w:bookmarkEnd w:id="`+id+`"/>`)
}

func (x *docx) paragraph(s string) {
	if strings.TrimSpace(s) != "" {
		x.styled("Normal", run("", s))
	}
}

func (x *docx) prose(s string) {
	for _, p := range paragraphs(s) {
		x.styled("Normal", run("", p))
	}
}

func (x *docx) list(entries []string) { x.entries("ListBullet", entries) }

func (x *docx) tasks(entries []string) { x.entries("Task", entries) }

func (x *docx) entries(style string, entries []string) {
	for _, s := range entries {
		x.styled(style, run("", s))
	}
}

// finding sets its mark before the text, at the tab that the style hangs from.
func (x *docx) finding(s verdict.Severity, text string, below ...string) {
	shape, colour := "●", map[verdict.Severity]string{verdict.Error: "B8322A", verdict.Warning: "925700", verdict.Note: "6A5ACD", verdict.Good: "187352"}[s]
	switch s {
	case verdict.Error:
		shape = "■"
	case verdict.Warning:
		shape = "▲"
	}
	x.styled("Finding", run(`<w:color w:val="`+colour+`"/>`+size(18), shape+" "+x.words.t("report.mark."+s.String())), "<w:r><w:tab/></w:r>", run("<w:b/>", text))
	for _, b := range below {
		if strings.TrimSpace(b) != "" {
			x.styled("FindingText", run("", b))
		}
	}
}

func (x *docx) table(heads []head, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	widths := columnWidths(heads, rows)
	x.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="` + strconv.Itoa(textWidth) + `" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, w := range widths {
		x.WriteString(`<w:gridCol w:w="` + strconv.Itoa(w) + `"/>`)
	}
	x.WriteString(`</w:tblGrid>`)
	texts := make([]string, len(heads))
	for i, h := range heads {
		texts[i] = h.text
	}
	x.row("TableHead", `<w:tblHeader/>`, heads, widths, texts)
	for _, r := range rows {
		x.row("TableText", "", heads, widths, r)
	}
	x.WriteString(`</w:tbl><w:p><w:pPr><w:pStyle w:val="TableText"/></w:pPr></w:p>`)
}

func (x *docx) row(style, kind string, heads []head, widths []int, cells []string) {
	x.WriteString(`<w:tr><w:trPr><w:cantSplit/>` + kind + `</w:trPr>`)
	for i, h := range heads {
		align, text := "", ""
		if h.num {
			align = `<w:jc w:val="right"/>`
		}
		if i < len(cells) {
			text = cells[i]
		}
		x.WriteString(`<w:tc><w:tcPr><w:tcW w:w="` + strconv.Itoa(widths[i]) + `" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="` + style + `"/>` + align + `</w:pPr>`)
		if text != "" {
			x.WriteString(run("", text))
		}
		x.WriteString(`</w:p></w:tc>`)
	}
	x.WriteString(`</w:tr>`)
}

// columnWidths shares the page's width out by what the columns hold: each gets
// room for its longest word as far as there is any, the rest goes by the length
// of its texts.
func columnWidths(heads []head, rows [][]string) []int {
	const char, most, sample = 110, 60, 300 // a character's width; characters and rows looked at
	least, wish := make([]int, len(heads)), make([]int, len(heads))
	look := func(i int, s string) {
		for w := range strings.FieldsSeq(s) {
			least[i] = max(least[i], min(breadth(w), 22))
		}
		wish[i] = max(wish[i], min(breadth(s), most))
	}
	for i, h := range heads {
		look(i, h.text)
		for _, r := range rows[:min(len(rows), sample)] {
			if i < len(r) {
				look(i, r[i])
			}
		}
	}
	needs, wishes := 0, 0
	for i := range heads {
		least[i] = (least[i] + 3) * char
		needs += least[i]
		wish[i] = max(wish[i]*char-least[i], 0) + 1
		wishes += wish[i]
	}
	out, left := make([]int, len(heads)), textWidth
	for i := range heads {
		if needs <= textWidth {
			out[i] = least[i] + (textWidth-needs)*wish[i]/wishes
		} else {
			out[i] = textWidth * least[i] / needs
		}
		left -= out[i]
	}
	out[len(out)-1] += left
	return out
}

// breadth is how wide a text is, in narrow characters.
func breadth(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x1100 {
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				n++
			}
		}
	}
	return n
}

// drawing shows a picture as Raster draws it, or says that it is missing.
func (x *docx) drawing(kind, title, svg string) {
	picture := ""
	if raster := x.words.Raster; raster != nil {
		if png, err := raster(svg, rasterWidth); err == nil {
			picture = x.image(png, ".png", title, pictureWidth, pictureHeight)
		}
	}
	if picture == "" {
		x.styled("Caption", run("", x.words.t("report.picture_missing", "title", title)))
		return
	}
	x.styled("Picture", picture)
	if kind == "decision" { // the others stand below a heading that says what they show
		x.styled("Caption", run("", title))
	}
}

// logo shows the logo; a drawing is first made a picture of dots.
func (x *docx) logo(l Logo) {
	title := x.words.t("report.logo")
	data, extension := l.Data, l.extension()
	if l.Type == typeSVG {
		data, extension = nil, ".png"
		if raster := x.words.Raster; raster != nil {
			if png, err := raster(string(l.Data), 640); err == nil {
				data = png
			}
		}
	}
	if picture := x.image(data, extension, title, pictureWidth/3, logoHeight); picture != "" {
		x.styled("Normal", picture)
		return
	}
	x.styled("Caption", run("", x.words.t("report.picture_missing", "title", title)))
}

// image puts a picture into the package and gives the run that shows it, as
// large as may be; empty where it is no picture.
func (x *docx) image(data []byte, extension, title string, across, down int) string {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 {
		return ""
	}
	if x.drawn == nil {
		x.drawn = map[string]string{}
	}
	id, ok := x.drawn[string(data)]
	if !ok {
		n := strconv.Itoa(len(x.media) + 1)
		id = "rIdImage" + n
		x.drawn[string(data)] = id
		x.media = append(x.media, file{"word/media/image" + n + extension, string(data)})
	}
	x.pictures++
	high := across * c.Height / c.Width
	if high > down {
		across, high = down*c.Width/c.Height, down
	}
	size, name := fmt.Sprintf(`cx="%d" cy="%d"`, max(across, 1), max(high, 1)), xmlEscape(title)
	return fmt.Sprintf(`<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent %s/><wp:docPr id="%d" name="%s" descr="%s"/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%d" name="%s" descr="%s"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="%s"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext %s/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>`+
		`</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`, size, x.pictures, name, name, x.pictures, name, name, id, size)
}
