package raster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/tetratelabs/wazero/api"
)

// resvg is built for a host that keeps values for it: it holds numbers that
// stand for texts, lists and bytes, and asks the host to make, read and drop
// them. world is that host for one picture.
type world struct {
	mod    api.Module
	values map[uint32]any
	next   uint32
	asked  uint64 // bytes that values were made of
}

type worldKey struct{}

type (
	bytesValue []byte
	// memory is resvg's own; window is a part of it.
	memory  struct{}
	window  struct{ at, size uint32 }
	list    struct{ values []any }
	iterate struct {
		of *list
		at int
	}
	step struct {
		value any
		done  bool
	}
	// absent is what a value is where there is none.
	absent struct{}
)

// firstValue is above the numbers that resvg knows without asking: absent,
// null, true and false are the four below it.
const firstValue = 132

// Bounds of what a picture may ask its host for.
const (
	maxValues = 1 << 16
	maxAsked  = 512 << 20
)

var errAsksTooMuch = errors.New("raster: the picture asks for too much")

func (w *world) begin(mod api.Module) {
	w.mod, w.next = mod, firstValue
	w.values = map[uint32]any{firstValue - 4: absent{}, firstValue - 3: nil, firstValue - 2: true, firstValue - 1: false}
}

// keep gives a value a number. A panic here ends the call of resvg, which
// answers it as an error.
func (w *world) keep(v any) uint32 {
	if len(w.values) >= maxValues {
		panic(errAsksTooMuch)
	}
	n := w.next
	w.next++
	w.values[n] = v
	return n
}

func (w *world) take(n uint32) any {
	v := w.values[n]
	if n >= firstValue {
		delete(w.values, n)
	}
	return v
}

// read copies a part of resvg's memory.
func (w *world) read(at, size uint32) []byte {
	if w.asked += uint64(size); w.asked > maxAsked {
		panic(errAsksTooMuch)
	}
	b, ok := w.mod.Memory().Read(at, size)
	if !ok {
		panic(errors.New("raster: read outside of memory"))
	}
	return slices.Clone(b)
}

// write puts bytes into memory that resvg gives out.
func (w *world) write(ctx context.Context, b []byte) (at, size uint32, err error) {
	out, err := w.mod.ExportedFunction("__wbindgen_malloc").Call(ctx, uint64(len(b)), 1)
	if err != nil {
		return 0, 0, err
	}
	at = uint32(out[0])
	if !w.mod.Memory().Write(at, b) {
		return 0, 0, errors.New("raster: written outside of memory")
	}
	return at, uint32(len(b)), nil
}

// call calls a function that answers with words in memory: two of them and then,
// where it can fail, whether the first of the rest is an error.
func (w *world) call(ctx context.Context, name string, args ...uint64) (uint32, error) {
	const room = 16
	stack := w.mod.ExportedFunction("__wbindgen_add_to_stack_pointer")
	at, err := stack.Call(ctx, api.EncodeI32(-room))
	if err != nil {
		return 0, err
	}
	if _, err := w.mod.ExportedFunction(name).Call(ctx, append([]uint64{at[0]}, args...)...); err != nil {
		return 0, err
	}
	var words [3]uint32
	for i := range words {
		words[i], _ = w.mod.Memory().ReadUint32Le(uint32(at[0]) + uint32(i)*4)
	}
	if _, err := stack.Call(ctx, room); err != nil {
		return 0, err
	}
	if words[2] != 0 {
		return 0, fmt.Errorf("%w: %v", ErrPicture, w.take(words[1]))
	}
	return words[0], nil
}

// make reads an SVG; what it answers stands for the picture.
func (w *world) make(ctx context.Context, svg, options string, fonts *list) (uint32, error) {
	if !utf8.ValidString(svg) {
		return 0, fmt.Errorf("%w: not UTF-8", ErrPicture)
	}
	at, size, err := w.write(ctx, []byte(options))
	if err != nil {
		return 0, err
	}
	return w.call(ctx, "resvg_new", uint64(w.keep(svg)), uint64(at), uint64(size), uint64(w.keep(fonts)))
}

// size is the picture's own.
func (w *world) size(ctx context.Context, picture uint32) (wide, high float64, err error) {
	for name, to := range map[string]*float64{"resvg_width": &wide, "resvg_height": &high} {
		f := w.mod.ExportedFunction(name)
		out, err := f.Call(ctx, uint64(picture))
		if err != nil {
			return 0, 0, err
		}
		*to = math.Float64frombits(out[0])
		if f.Definition().ResultTypes()[0] == api.ValueTypeF32 {
			*to = float64(api.DecodeF32(out[0]))
		}
	}
	return wide, high, nil
}

// render draws the picture as PNG.
func (w *world) render(ctx context.Context, picture uint32) ([]byte, error) {
	drawn, err := w.call(ctx, "resvg_render", uint64(picture))
	if err != nil {
		return nil, err
	}
	n, err := w.call(ctx, "renderedimage_asPng", uint64(drawn))
	if err != nil {
		return nil, err
	}
	png, ok := w.take(n).(bytesValue)
	if !ok {
		return nil, fmt.Errorf("%w: nothing was drawn", ErrPicture)
	}
	return png, nil
}
