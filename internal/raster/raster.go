// Package raster draws the product's pictures, which are SVG, as PNG for files
// that hold no SVG. It runs resvg, which the build packs as WebAssembly, in
// wazero: no browser and no other program is needed. Text is set in the font
// that is packed beside it, which has Latin and Hangul; a picture can read no
// file and reach no address, because nothing of either kind is given to it.
package raster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"

	"deckplan/static"
)

// Bounds of a picture. What exceeds them is ErrTooLarge.
const (
	MaxSVG    = 4 << 20 // bytes
	MaxWidth  = 4096
	maxPixels = 24 << 20
	maxPages  = 4096 // of 64 KiB that one picture may take
	patience  = 30 * time.Second
	atOnce    = 2
)

var (
	// ErrTooLarge says that a picture is beyond the bounds.
	ErrTooLarge = errors.New("raster: the picture is too large")
	// ErrPicture says that a text is no SVG that can be drawn.
	ErrPicture = errors.New("raster: not a picture that can be drawn")
)

// PNG draws an SVG at a width in pixels on white, as high as it is in
// proportion. It is safe for concurrent use; two pictures are drawn at once and
// others wait.
func PNG(svg string, width int) ([]byte, error) {
	if len(svg) > MaxSVG || width > MaxWidth {
		return nil, ErrTooLarge
	}
	if width < 1 {
		return nil, fmt.Errorf("%w: width %d", ErrPicture, width)
	}
	e, err := load()
	if err != nil {
		return nil, err
	}
	e.turns <- struct{}{}
	defer func() { <-e.turns }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return e.draw(ctx, svg, width)
}

// engine is resvg, compiled once, and its fonts.
type engine struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	fonts   [][]byte
	turns   chan struct{}
}

// load makes the engine when the first picture is drawn.
var load = sync.OnceValues(func() (*engine, error) {
	e := &engine{turns: make(chan struct{}, atOnce)}
	for _, name := range []string{"pretendard-regular.ttf", "pretendard-bold.ttf"} {
		font, err := static.Packed(name)
		if err != nil {
			return nil, err
		}
		e.fonts = append(e.fonts, font)
	}
	code, err := static.Packed("resvg.wasm")
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	e.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(maxPages).WithCloseOnContextDone(true))
	if err := offer(ctx, e.runtime); err != nil {
		return nil, err
	}
	e.module, err = e.runtime.CompileModule(ctx, code)
	return e, err
})

// options are what resvg is told, in the JSON that it reads.
func options(width int) string {
	const family = "Pretendard"
	b, _ := json.Marshal(map[string]any{
		"fitTo":      map[string]any{"mode": "width", "value": width},
		"background": "#ffffff",
		"font": map[string]any{"loadSystemFonts": false, "defaultFontFamily": family, "sansSerifFamily": family, "serifFamily": family,
			"monospaceFamily": family, "cursiveFamily": family, "fantasyFamily": family},
	})
	return string(b)
}

// draw draws one picture in a world of its own, which ends with it.
func (e *engine) draw(ctx context.Context, svg string, width int) (png []byte, err error) {
	w := &world{}
	ctx = context.WithValue(ctx, worldKey{}, w)
	mod, err := e.runtime.InstantiateModule(ctx, e.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("raster: %w", err)
	}
	defer func() { err = errors.Join(err, mod.Close(context.WithoutCancel(ctx))) }()
	w.begin(mod)
	fonts := &list{}
	for _, f := range e.fonts {
		fonts.values = append(fonts.values, bytesValue(f))
	}
	picture, err := w.make(ctx, svg, options(width), fonts)
	if err != nil {
		return nil, err
	}
	wide, high, err := w.size(ctx, picture)
	if err != nil {
		return nil, err
	}
	if !(wide >= 1 && high >= 1 && high/wide*float64(width)*float64(width) <= maxPixels) {
		return nil, ErrTooLarge
	}
	return w.render(ctx, picture)
}
