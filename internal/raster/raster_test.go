package raster_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/raster"
	"deckplan/internal/report"
)

var keep = flag.String("keep", "", "folder that the pictures are written to, to be looked at")

func picture(t testing.TB, svg string, width int) (image.Image, []byte) {
	t.Helper()
	b, err := raster.PNG(svg, width)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img, b
}

// inked counts the pixels that are not white.
func inked(img image.Image, in image.Rectangle) (n int) {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0xffff {
				n++
			}
		}
	}
	return n
}

func text(s string, attributes string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 24"><text x="4" y="18" font-size="16" font-family="Inter, &quot;Noto Sans KR&quot;, sans-serif" ` + attributes + `>` + s + `</text></svg>`
}

var texts = regexp.MustCompile(`(?s)<text.*?</text>`)

func TestPNG_DrawsEveryKindOfPictureOfAReportWithItsTexts(t *testing.T) {
	for _, l := range lang.All {
		p, err := plan.Sample(string(l))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := report.WriteZip(&b, report.Input{Plan: p, Appraisal: appraise.Run(p), Lang: l, Generated: time.Unix(0, 0)}); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range z.File {
			// One of each kind, and all where they are to be looked at.
			if path.Ext(f.Name) != ".svg" || !strings.HasSuffix(f.Name, "-1.svg") && *keep == "" {
				continue
			}
			n++
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			svg, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			img, file := picture(t, string(svg), 1200)
			bare, without := picture(t, texts.ReplaceAllString(string(svg), ""), 1200)
			if size := img.Bounds(); size.Dx() != 1200 || size != bare.Bounds() {
				t.Errorf("%s %s: %v", l, f.Name, size)
			}
			if bytes.Equal(file, without) {
				t.Errorf("%s %s: no text is drawn", l, f.Name)
			}
			if *keep != "" {
				name := filepath.Join(*keep, string(l)+"-"+strings.TrimSuffix(path.Base(f.Name), ".svg")+".png")
				if err := os.WriteFile(name, file, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n < 4 {
			t.Errorf("%s: %d pictures", l, n)
		}
	}
}

func TestPNG_LettersOfBothScriptsAreThemselvesAndNoBoxes(t *testing.T) {
	seen := map[string]string{}
	box, _ := raster.PNG(text("\U000F0000", ""), 240) // nobody has this letter
	seen[string(box)] = "what a missing letter looks like"
	for _, s := range []string{"A", "a", "가", "힣", "뷁", "한", "→", "…", "·", "₩", "–", "×"} {
		img, b := picture(t, text(s, ""), 240)
		if was, ok := seen[string(b)]; ok {
			t.Errorf("%s is drawn like %s", s, was)
		}
		seen[string(b)] = s
		if inked(img, img.Bounds()) == 0 {
			t.Errorf("%s is not drawn", s)
		}
	}
	img, _ := picture(t, text("한글 Latin", ""), 240)
	bold, _ := picture(t, text("한글 Latin", `font-weight="700"`), 240)
	if a, b := inked(img, img.Bounds()), inked(bold, bold.Bounds()); b <= a {
		t.Errorf("bold has %d pixels, regular %d", b, a)
	}
}

func TestPNG_PatternsMarkersClipsAndGradientsAreDrawn(t *testing.T) {
	const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">`
	for name, c := range map[string]struct {
		svg string
		in  image.Rectangle // that has ink
		out image.Rectangle // that has none
	}{
		"pattern":  {`<defs><pattern id="p" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M0 0L4 4" stroke="#000"/></pattern></defs><rect width="20" height="20" fill="url(#p)"/>`, image.Rect(0, 0, 20, 20), image.Rect(22, 22, 40, 40)},
		"marker":   {`<defs><marker id="m" markerWidth="8" markerHeight="8" refX="0" refY="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="#000"/></marker></defs><path d="M2 20H20" stroke="#000" stroke-width="1" marker-end="url(#m)"/>`, image.Rect(21, 17, 28, 23), image.Rect(30, 0, 40, 40)},
		"clip":     {`<defs><clipPath id="c"><rect width="10" height="10"/></clipPath></defs><rect width="40" height="40" clip-path="url(#c)"/>`, image.Rect(0, 0, 10, 10), image.Rect(11, 11, 40, 40)},
		"gradient": {`<defs><linearGradient id="g"><stop offset="0" stop-color="#000"/><stop offset="1" stop-color="#fff"/></linearGradient></defs><rect width="40" height="20" fill="url(#g)"/>`, image.Rect(0, 0, 10, 20), image.Rect(0, 21, 40, 40)},
	} {
		img, _ := picture(t, head+c.svg+`</svg>`, 40)
		if inked(img, c.in) == 0 || inked(img, c.out) != 0 {
			t.Errorf("%s: %d inside, %d outside", name, inked(img, c.in), inked(img, c.out))
		}
	}
}

func TestPNG_ReachesNothingOutside(t *testing.T) {
	file := filepath.Join(t.TempDir(), "red.png")
	red, err := raster.PNG(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#f00"/></svg>`, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, red, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, href := range []string{file, "file://" + file, "http://127.0.0.1:1/x.png"} {
		img, _ := picture(t, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 40"><image width="40" height="40" href="`+href+`" xlink:href="`+href+`"/></svg>`, 40)
		if n := inked(img, img.Bounds()); n != 0 {
			t.Errorf("%s was read: %d pixels", href, n)
		}
	}
}

func TestPNG_RefusesWhatIsNoPictureOrTooLarge(t *testing.T) {
	bomb := `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>`
	for name, c := range map[string]struct {
		svg   string
		width int
		want  error
	}{
		"no XML":     {"hello", 100, raster.ErrPicture},
		"empty":      {"", 100, raster.ErrPicture},
		"no UTF-8":   {"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><text>\xff</text></svg>", 100, raster.ErrPicture},
		"no width":   {text("x", ""), 0, raster.ErrPicture},
		"too wide":   {text("x", ""), raster.MaxWidth + 1, raster.ErrTooLarge},
		"too high":   {`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 100000"/>`, 1000, raster.ErrTooLarge},
		"too long":   {strings.Repeat(" ", raster.MaxSVG+1), 100, raster.ErrTooLarge},
		"a bomb":     {bomb + `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>&f;</text></svg>`, 100, nil},
		"unfinished": {`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g>`, 100, raster.ErrPicture},
	} {
		b, err := raster.PNG(c.svg, c.width)
		if err == nil || b != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s takes for ever", name)
		}
	}
	if _, err := raster.PNG(text("still here", ""), 100); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

func TestPNG_IsTheSameFromManyAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			svg := text(fmt.Sprint("번호 ", i%2), "")
			a, err := raster.PNG(svg, 240)
			if err != nil {
				t.Error(err)
				return
			}
			if b, err := raster.PNG(svg, 240); err != nil || !bytes.Equal(a, b) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	all.Wait()
}

func BenchmarkPNG(b *testing.B) {
	svg := text("한글 Latin", "")
	if _, err := raster.PNG(svg, 1200); err != nil { // compiles
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := raster.PNG(svg, 1200); err != nil {
			b.Fatal(err)
		}
	}
}
