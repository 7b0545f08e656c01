package raster

import (
	"context"
	"errors"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// offer gives a runtime the functions that resvg asks its host for. Their names
// end in a hash that changes with resvg's version: one that is missing is an
// error when a picture is drawn, and a test draws one.
func offer(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder("wbg")
	texts(b)
	sequences(b)
	arrays(b)
	_, err := b.Instantiate(ctx)
	return err
}

// of is the world of the picture being drawn.
func of(ctx context.Context) *world { return ctx.Value(worldKey{}).(*world) }

func export(b wazero.HostModuleBuilder, name string, f any) {
	b.NewFunctionBuilder().WithFunc(f).Export(name)
}

// texts are those of texts, errors and numbers that are no longer used.
func texts(b wazero.HostModuleBuilder) {
	text := func(ctx context.Context, at, size uint32) uint32 {
		w := of(ctx)
		return w.keep(string(w.read(at, size)))
	}
	export(b, "__wbindgen_string_new", text)
	export(b, "__wbg_new_28c511d9baebfa89", text) // an error
	export(b, "__wbindgen_string_get", func(ctx context.Context, m api.Module, out, n uint32) {
		w := of(ctx)
		var at, size uint32
		if s, ok := w.values[n].(string); ok {
			var err error
			if at, size, err = w.write(ctx, []byte(s)); err != nil {
				panic(err)
			}
		}
		if !m.Memory().WriteUint32Le(out, at) || !m.Memory().WriteUint32Le(out+4, size) {
			panic(errors.New("raster: written outside of memory"))
		}
	})
	export(b, "__wbindgen_object_drop_ref", func(ctx context.Context, n uint32) { of(ctx).take(n) })
	export(b, "__wbindgen_throw", func(ctx context.Context, at, size uint32) {
		panic(errors.New(string(of(ctx).read(at, size))))
	})
}

// sequences are those of lists and of walking them.
func sequences(b wazero.HostModuleBuilder) {
	export(b, "__wbg_new_16b304a2cfa7ff4a", func(ctx context.Context) uint32 { return of(ctx).keep(&list{}) })
	export(b, "__wbg_push_a5b05aedc7234f9f", func(ctx context.Context, n, value uint32) uint32 {
		w := of(ctx)
		l, ok := w.values[n].(*list)
		if !ok || len(l.values) >= maxValues {
			panic(errAsksTooMuch)
		}
		l.values = append(l.values, w.values[value])
		return uint32(len(l.values))
	})
	export(b, "__wbg_values_839f3396d5aac002", func(ctx context.Context, n uint32) uint32 {
		w := of(ctx)
		l, _ := w.values[n].(*list)
		if l == nil {
			l = &list{}
		}
		return w.keep(&iterate{of: l})
	})
	export(b, "__wbg_next_196c84450b364254", func(ctx context.Context, n uint32) uint32 {
		w := of(ctx)
		i, ok := w.values[n].(*iterate)
		if !ok || i.at >= len(i.of.values) {
			return w.keep(step{value: absent{}, done: true})
		}
		i.at++
		return w.keep(step{value: i.of.values[i.at-1]})
	})
	export(b, "__wbg_done_298b57d23c0fc80c", func(ctx context.Context, n uint32) uint32 {
		if s, ok := of(ctx).values[n].(step); ok && !s.done {
			return 0
		}
		return 1
	})
	export(b, "__wbg_value_d93c65011f51a456", func(ctx context.Context, n uint32) uint32 {
		w := of(ctx)
		s, _ := w.values[n].(step)
		return w.keep(s.value)
	})
}

// arrays are those of bytes, in resvg's memory and out of it.
func arrays(b wazero.HostModuleBuilder) {
	export(b, "__wbindgen_memory", func(ctx context.Context) uint32 { return of(ctx).keep(memory{}) })
	export(b, "__wbg_buffer_12d079cc21e14bdb", func(ctx context.Context, _ uint32) uint32 { return of(ctx).keep(memory{}) })
	export(b, "__wbg_newwithbyteoffsetandlength_aa4a17c33a06e5cb", func(ctx context.Context, _, at, size uint32) uint32 {
		return of(ctx).keep(window{at, size})
	})
	export(b, "__wbg_new_63b92bc8671ed464", func(ctx context.Context, n uint32) uint32 {
		w := of(ctx)
		switch v := w.values[n].(type) {
		case memory:
			return w.keep(window{0, w.mod.Memory().Size()})
		case window:
			return w.keep(bytesValue(w.read(v.at, v.size)))
		case bytesValue:
			return w.keep(slices.Clone(v))
		}
		return w.keep(bytesValue(nil))
	})
	export(b, "__wbg_instanceof_Uint8Array_2b3bbecd033d19f6", func(ctx context.Context, n uint32) uint32 {
		switch of(ctx).values[n].(type) {
		case bytesValue, window:
			return 1
		}
		return 0
	})
	export(b, "__wbg_length_c20a40f15020d68a", func(ctx context.Context, n uint32) uint32 {
		switch v := of(ctx).values[n].(type) {
		case bytesValue:
			return uint32(len(v))
		case window:
			return v.size
		}
		return 0
	})
	export(b, "__wbg_set_a47bac70306a19a7", func(ctx context.Context, to, from, at uint32) {
		w := of(ctx)
		var b []byte
		switch v := w.values[from].(type) {
		case bytesValue:
			b = v
		case window:
			b = w.read(v.at, v.size)
		}
		switch v := w.values[to].(type) {
		case window: // one of the whole memory takes at as an address
			if uint64(at)+uint64(len(b)) > uint64(v.size) || !w.mod.Memory().Write(v.at+at, b) {
				panic(errors.New("raster: written outside of memory"))
			}
		case bytesValue:
			if uint64(at)+uint64(len(b)) > uint64(len(v)) {
				panic(errors.New("raster: written outside of bytes"))
			}
			copy(v[at:], b)
		}
	})
}
