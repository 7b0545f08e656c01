package figure

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Shares of the font size that a character takes. They err on the wide side,
// so that a clipped text fits whatever sans-serif the reader has.
const (
	wideEm    = 1.0 // Hangul, Han, Kana, fullwidth forms
	capitalEm = 0.8
	latinEm   = 0.57
	narrowEm  = 0.32
)

const ellipsis = "…"

// TextWidth estimates how wide a text is drawn at a font size, in the unit of
// the size.
func TextWidth(s string, size float64) float64 {
	em := 0.0
	for _, r := range s {
		em += runeEm(r)
	}
	return em * size
}

func runeEm(r rune) float64 {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return wideEm
	}
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case strings.ContainsRune("iljtfr.,:;'|!()[] ", r):
		return narrowEm
	case unicode.IsUpper(r), strings.ContainsRune("mwMW@%—…→", r):
		return capitalEm
	}
	return latinEm
}

// Clip shortens a text to a width at a font size, with an ellipsis where
// something was left off. It is empty where not even two characters and the
// ellipsis fit.
func Clip(s string, size, available float64) string {
	if TextWidth(s, size) <= available {
		return s
	}
	room := available - TextWidth(ellipsis, size)
	n, kept := 0, 0
	for i, r := range s {
		w := runeEm(r) * size
		if w > room {
			if n < 2 {
				return ""
			}
			return strings.TrimRight(s[:i], " -·") + ellipsis
		}
		room -= w
		n++
		kept = i
	}
	return s[:kept]
}

// num writes a coordinate with at most one decimal.
func num(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}
