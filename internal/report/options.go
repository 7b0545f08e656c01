package report

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // logos
	_ "image/png"  // logos and drawn pictures
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"deckplan/internal/decision"
)

// Options are what a reader may choose of a report. The zero value is the whole
// report under the plan's name.
type Options struct {
	Title          string   // in place of the plan's name
	Classification string   // a line on the cover and on every printed page
	Logo           Logo     // on the cover
	Sections       []string // ids of chapters; what is usual for the subject where empty
}

// Logo is a picture of the team's own.
type Logo struct {
	Type string // image/png, image/jpeg or image/svg+xml
	Data []byte
}

// Bounds of what is chosen: characters, bytes of a logo, pixels of its side.
const (
	MaxTitle          = 200
	MaxClassification = 120
	MaxLogo           = 1 << 20
	maxLogoSide       = 4096
)

// The media types of logos.
const (
	typePNG  = "image/png"
	typeJPEG = "image/jpeg"
	typeSVG  = "image/svg+xml"
)

// Chapters of a plan, of a comparison, and all in their order. Their names are
// messages report.ID.
var (
	ofPlan = []string{"summary", "plan", "ownership", "layouts", "roadmap", "matrices", "strategies", "images", "assumptions", "decisions", "findings"}
	ofTwo  = []string{"figures", "changes", "rows"}
	ofAll  = slices.Insert(slices.Clone(ofPlan), 1, ofTwo...)
)

// Chapters are the ids of the chapters of a plan's report, in its order.
func Chapters() []string { return slices.Clone(ofPlan) }

// ComparisonChapters are the ids of those that a comparison has besides: figures
// side by side, findings that come and go, and rows that differ.
func ComparisonChapters() []string { return slices.Clone(ofTwo) }

// sections are the chapters of the report: those chosen, else for a comparison
// its own, for chosen decisions these, for a plan all.
func (in Input) sections() []string {
	switch {
	case len(in.Options.Sections) > 0:
		return slices.DeleteFunc(slices.Clone(ofAll), func(id string) bool { return !slices.Contains(in.Options.Sections, id) })
	case in.Other != nil:
		return ofTwo
	case in.Only != nil:
		return []string{"decisions"}
	}
	return ofPlan
}

// Problem is one thing wrong with what was asked for: the field of the form and
// a message id with arguments.
type Problem struct {
	Field string // title, classification, logo, sections or only
	ID    string
	Args  map[string]any
}

// Problems are all of them; they are an error.
type Problems []Problem

func (p Problems) Error() string {
	words := make([]string, len(p))
	for i, x := range p {
		words[i] = fmt.Sprintf("%s: %s %v", x.Field, x.ID, x.Args)
	}
	return "report: " + strings.Join(words, "; ")
}

// Check tells what is wrong with what was asked for; it is empty where nothing
// is. Every writer asks it first.
func Check(in Input) (out Problems) {
	add := func(field, id string, args map[string]any) { out = append(out, Problem{field, id, args}) }
	line := func(field, s string, most int) {
		switch n := utf8.RuneCountInString(s); {
		case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
			add(field, "report.problem.line", map[string]any{"field": field})
		case n > most:
			add(field, "report.problem.long", map[string]any{"field": field, "got": n, "max": most})
		}
	}
	line("title", in.Options.Title, MaxTitle)
	line("classification", in.Options.Classification, MaxClassification)
	if in.Options.Logo.Data != nil || in.Options.Logo.Type != "" {
		var bad *logoError
		if _, err := ReadLogo(in.Options.Logo.Data); errors.As(err, &bad) {
			out = append(out, bad.Problem)
		}
	}
	for _, id := range in.Options.Sections {
		switch {
		case !slices.Contains(ofAll, id):
			add("sections", "report.problem.section", map[string]any{"got": id, "known": strings.Join(ofAll, ", ")})
		case in.Other == nil && slices.Contains(ofTwo, id):
			add("sections", "report.problem.alone", map[string]any{"got": id})
		}
	}
	for _, n := range in.Only {
		if !slices.ContainsFunc(in.Decisions, func(x decision.Decision) bool { return x.Record.Number == n }) {
			add("only", "report.problem.decision", map[string]any{"number": decision.FormatNumber(n)})
		}
	}
	return out
}

// logoError says why a file is no logo.
type logoError struct{ Problem }

func (e *logoError) Error() string { return Problems{e.Problem}.Error() }

func noLogo(id string, args map[string]any) error {
	return &logoError{Problem{"logo", id, args}}
}

// ReadLogo tells what kind of picture a file's content is, by looking at it. It
// takes PNG, JPEG and such SVG as draws and does nothing else. Its errors say
// Problems.
func ReadLogo(data []byte) (Logo, error) {
	if len(data) > MaxLogo {
		return Logo{}, noLogo("report.problem.logo_size", map[string]any{"max": MaxLogo >> 20})
	}
	switch kind := http.DetectContentType(data); kind {
	case typePNG, typeJPEG:
		c, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return Logo{}, noLogo("report.problem.logo_broken", nil)
		}
		if c.Width < 1 || c.Height < 1 || c.Width > maxLogoSide || c.Height > maxLogoSide {
			return Logo{}, noLogo("report.problem.logo_side", map[string]any{"max": maxLogoSide})
		}
		return Logo{kind, data}, nil
	}
	if !looksLikeSVG(data) {
		return Logo{}, noLogo("report.problem.logo_type", nil)
	}
	svg := bareSVG(data)
	if err := checkSVG(svg); err != nil {
		return Logo{}, noLogo("report.problem.logo_svg", map[string]any{"detail": err.Error()})
	}
	return Logo{typeSVG, []byte(svg)}, nil
}

// bareSVG leaves off what may stand before the drawing in a file of its own: a
// mark of the byte order and the declaration of XML.
func bareSVG(data []byte) string {
	s := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	if rest, ok := strings.CutPrefix(s, "<?xml "); ok {
		if _, after, found := strings.Cut(rest, "?>"); found {
			s = strings.TrimSpace(after)
		}
	}
	return s
}

// looksLikeSVG tells whether the first element is svg.
func looksLikeSVG(data []byte) bool {
	for dec := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := dec.RawToken()
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case xml.StartElement:
			return t.Name.Local == "svg"
		case xml.CharData:
			if strings.TrimSpace(strings.TrimPrefix(string(t), "\ufeff")) != "" {
				return false
			}
		}
	}
}

// logo is the chosen logo as it was read; the zero value where there is none.
func (d *doc) logo() Logo {
	l, err := ReadLogo(d.Options.Logo.Data)
	if err != nil {
		return Logo{}
	}
	return l
}

// address is the logo as a data: address.
func (l Logo) address() string {
	return "data:" + l.Type + ";base64," + base64.StdEncoding.EncodeToString(l.Data)
}

// extension is what the logo's file is called after its name.
func (l Logo) extension() string {
	return map[string]string{typePNG: ".png", typeJPEG: ".jpg", typeSVG: ".svg"}[l.Type]
}
