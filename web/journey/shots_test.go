package journey

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var shots = flag.Bool("shots", false, "picture every page: see TestShots")

// shot is a picture of the README.
type shot struct{ file, screen, language, theme string }

var readme = []shot{
	{"layouts", "layouts-own", "en", "light"},
	{"ownership", "ownership", "en", "light"},
	{"matrix", "matrix", "en", "light"},
	{"methods", "matrix-ways", "en", "light"},
	{"strategy", "strategy", "en", "light"},
	{"live", "live", "en", "light"},
	{"drift", "drift", "en", "light"},
	{"decision", "decision", "en", "light"},
	{"layouts-ko", "layouts-own", "ko", "dark"},
}

// TestShots pictures the product, with -args -shots: for the README into
// static/shots, and every page (or those -run names) as one sheet with its eight variants (wide and
// on a phone, light and dark, Korean and English) into shots. It is run by make
// shots.
func TestShots(t *testing.T) {
	if !*shots {
		t.Skip("makes files; run make shots")
	}
	root := filepath.Join("..", "..")
	for _, dir := range []string{"shots", filepath.Join("static", "shots")} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	base := demonstrate(t, "-seed", "8", "-pace", "0", "-past", "45", "--", "--demo=false")
	plans := map[string]string{"ko": furnish(t, base, "ko"), "en": furnish(t, base, "en")}
	for _, s := range readme {
		t.Run("readme-"+s.file, func(t *testing.T) {
			one := pages[slices.IndexFunc(pages, func(p screen) bool { return p.name == s.screen })]
			p := visit(t, base, s.language)
			p.open(plans[s.language]) // the rail shows the plan on every page that follows
			picture := small(t, p.picture(one.at(plans[s.language]), s.theme, 1360, 900, 900))
			if len(picture) > 250<<10 {
				t.Errorf("%d bytes are too many", len(picture))
			}
			if err := os.WriteFile(filepath.Join(root, "static", "shots", s.file+".png"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, one := range pages {
		t.Run(one.name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(root, "shots", one.name+".png"), variants(t, base, one, plans), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// variants is a page in all its variants on one sheet.
func variants(t *testing.T, base string, one screen, plans map[string]string) []byte {
	t.Helper()
	tabs := map[string]*tab{"ko": visit(t, base, "ko"), "en": visit(t, base, "en")}
	var tiles []tile
	for _, width := range []int64{1360, 390} {
		for _, theme := range []string{"light", "dark"} {
			for _, language := range []string{"ko", "en"} {
				tiles = append(tiles, tile{fmt.Sprintf("%s · %d px · %s · %s", one.name, width, theme, language), width,
					tabs[language].picture(one.at(plans[language]), theme, width, 900, 2200)})
			}
		}
	}
	return tabs["en"].sheet(tiles)
}

// picture is the page as a PNG, as high as it is but within bounds.
func (p *tab) picture(path, theme string, width, least, most int64) []byte {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScrollbarsHidden, emulation.SetScrollbarsHiddenParams{Hidden: true}); err != nil {
		p.t.Fatal(err)
	}
	p.scheme(theme)
	p.resize(width, least)
	p.open(path)
	p.quiet()
	return p.capture(width, min(max(least, eval[int64](p, "document.documentElement.scrollHeight")), most))
}

func (p *tab) capture(width, height int64) []byte {
	p.t.Helper()
	p.resize(width, height)
	shot, err := chromedp.Call(p.ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	return shot.Data
}

// small is a PNG in as few bytes as can be.
func small(t *testing.T, picture []byte) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tile is one variant of a page on its sheet.
type tile struct {
	caption string
	width   int64
	image   []byte
}

// sheet shows tiles side by side, at half their size.
func (p *tab) sheet(tiles []tile) []byte {
	p.t.Helper()
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><meta charset=utf-8><style>body{margin:16px;display:flex;flex-wrap:wrap;gap:16px;background:#888;font:13px sans-serif;align-items:start}figure{margin:0}figcaption{padding:4px 0;color:#fff}img{display:block}</style>")
	for _, one := range tiles {
		fmt.Fprintf(&b, "<figure><figcaption>%s</figcaption><img width=%d src='data:image/png;base64,%s'></figure>", one.caption, one.width/2, base64.StdEncoding.EncodeToString(one.image))
	}
	const width = 2*(680+16)*2 + 16
	p.scheme("light")
	p.resize(width, 900)
	p.do(chromedp.Navigate("about:blank"))
	p.do(chromedp.Evaluate[chromedp.Void]("document.open(); document.write(" + quoted(b.String()) + "); document.close()"))
	p.wait("the tiles", "[...document.images].every(i => i.complete && i.naturalWidth) && document.images.length === "+fmt.Sprint(len(tiles)))
	return p.capture(width, eval[int64](p, "document.body.scrollHeight + 32"))
}
