package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// xmlText drops the characters that XML 1.0 does not allow.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000:
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// drawn are the elements that pictures are made of.
var drawn = []string{"svg", "g", "title", "desc", "defs", "marker", "pattern", "clipPath", "linearGradient", "stop", "path", "rect", "circle",
	"ellipse", "line", "polyline", "polygon", "text", "tspan", "use", "a"}

// checkSVG says why a text cannot stand in a file of its own as a picture: it
// is not well-formed XML with SVG's namespace, or there is something in it that
// could run or load.
func checkSVG(s string) error {
	dec := xml.NewDecoder(strings.NewReader(s))
	begun := false
	for {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && begun:
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.Directive, xml.ProcInst:
			return errors.New("a directive")
		case xml.StartElement:
			if t.Name.Space != "http://www.w3.org/2000/svg" || !slices.Contains(drawn, t.Name.Local) || !begun && t.Name.Local != "svg" {
				return fmt.Errorf("element %s", t.Name.Local)
			}
			begun = true
			for _, a := range t.Attr {
				if !still(a) {
					return fmt.Errorf("attribute %s", a.Name.Local)
				}
			}
		}
	}
}

// still tells whether an attribute neither runs nor loads anything.
func still(a xml.Attr) bool {
	name, value := strings.ToLower(a.Name.Local), strings.ToLower(strings.TrimSpace(a.Value))
	switch {
	case strings.HasPrefix(name, "on"), name == "style", name == "base":
		return false
	case name == "href":
		return strings.HasPrefix(value, "#")
	case strings.Contains(value, "url("):
		return strings.Count(value, "url(") == strings.Count(value, "url(#")
	}
	return true
}
