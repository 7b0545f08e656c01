package frontier

import (
	mathbits "math/bits"
	"slices"
)

// bits is a set of places. It is not written to once it is shared.
type bits []uint64

func (b bits) with(i int) bits {
	for len(b) <= i/64 {
		b = append(b, 0)
	}
	b[i/64] |= 1 << (i % 64)
	return b
}

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

// and gives what is in both; it copies only where the two differ.
func (b bits) and(o bits) bits {
	if len(b) == len(o) && slices.Equal(b, o) {
		return b
	}
	out := make(bits, min(len(b), len(o)))
	for i := range out {
		out[i] = b[i] & o[i]
	}
	return out
}

func (b bits) none() bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}

func (b bits) count() int {
	n := 0
	for _, v := range b {
		n += mathbits.OnesCount64(v)
	}
	return n
}

func (b bits) equal(o bits) bool { return slices.Equal(b, o) }

func (b bits) or(o bits) bits {
	out := make(bits, max(len(b), len(o)))
	copy(out, b)
	for i := range o {
		out[i] |= o[i]
	}
	return out
}
