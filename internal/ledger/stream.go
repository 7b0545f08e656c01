package ledger

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const chunk = 128 << 10

// source counts and bounds what is read, and ends with its context.
type source struct {
	ctx   context.Context
	r     io.Reader
	n     int64
	max   int64
	tell  func(int64)
	told  int64
	fault error // the first of its own, which readers above may have wrapped or swallowed
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.fault = err
		return 0, err
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.n > s.max {
		s.fault = fault("too_large", "max", gib(s.max))
		return 0, s.fault
	}
	if s.tell != nil && (s.n-s.told >= 1<<20 || err != nil) {
		s.told = s.n
		s.tell(s.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.fault = err
	}
	return n, err
}

func gib(n int64) float64 { return float64(n) / (1 << 30) }

// meter counts what is read through it, and hands it to a digest beside the
// reading.
type meter struct {
	r io.Reader
	n int64
	d *digester
	// check is asked after each read; nil for none.
	check func(n int64) error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	if n > 0 && m.d != nil {
		m.d.write(p[:n])
	}
	if m.check != nil && n > 0 {
		if bad := m.check(m.n); bad != nil {
			return 0, bad
		}
	}
	return n, err
}

// digester hashes in a goroutine of its own, so that decompression and hashing
// use two processors.
type digester struct {
	work chan []byte
	free chan []byte
	done chan struct{}
	cur  []byte
	sum  hash.Hash
}

func newDigester() *digester {
	d := &digester{work: make(chan []byte, 3), free: make(chan []byte, 4), done: make(chan struct{}), sum: sha256.New()}
	for range 4 {
		d.free <- nil // made when they are needed
	}
	go func() {
		defer close(d.done)
		for b := range d.work {
			_, _ = d.sum.Write(b) // never fails
			d.free <- b[:0]
		}
	}()
	return d
}

func (d *digester) write(p []byte) {
	for len(p) > 0 {
		if d.cur == nil {
			if d.cur = <-d.free; d.cur == nil {
				d.cur = make([]byte, 0, chunk)
			}
		}
		n := min(len(p), chunk-len(d.cur))
		d.cur = append(d.cur, p[:n]...)
		p = p[n:]
		if len(d.cur) == chunk {
			d.work <- d.cur
			d.cur = nil
		}
	}
}

// end gives the digest as sha256:HEX. It must be called once.
func (d *digester) end() string {
	if len(d.cur) > 0 {
		d.work <- d.cur
	}
	close(d.work)
	<-d.done
	return "sha256:" + hex.EncodeToString(d.sum.Sum(nil))
}

// Magic numbers of compressions.
var (
	magicGzip  = []byte{0x1f, 0x8b}
	magicZstd  = []byte{0x28, 0xb5, 0x2f, 0xfd}
	magicSkip  = []byte{0x2a, 0x4d, 0x18} // of a zstd frame that is skipped, after a byte 0x50 to 0x5f
	magicBzip2 = []byte("BZh")
	magicXz    = []byte{0xfd, '7', 'z', 'X', 'Z', 0}
)

// compression tells by its first bytes how content is compressed.
func compression(head []byte) string {
	switch {
	case bytes.HasPrefix(head, magicGzip):
		return "gzip"
	case bytes.HasPrefix(head, magicZstd), len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], magicSkip):
		return "zstd"
	case bytes.HasPrefix(head, magicBzip2):
		return "bzip2"
	case bytes.HasPrefix(head, magicXz):
		return "xz"
	}
	return ""
}

// inflater decompresses one stream after the other and keeps its buffers.
type inflater struct {
	gz *gzip.Reader
	zs *zstd.Decoder
}

// open decompresses r, whose beginning tells how.
func (i *inflater) open(r *bufio.Reader, how string) (out io.Reader, err error) {
	switch how {
	case "":
		return r, nil
	case "gzip":
		if i.gz == nil {
			i.gz = new(gzip.Reader)
		}
		err = i.gz.Reset(r)
		out = i.gz
	case "zstd":
		if i.zs == nil {
			i.zs, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, err
			}
		}
		err = i.zs.Reset(r)
		out = i.zs
	default:
		return nil, fault("compression", "kind", how)
	}
	return out, err
}

func (i *inflater) close() {
	if i.zs != nil {
		i.zs.Close()
	}
}

// ratio is asked of how much came out of what went in.
func ratio(in func() int64, what string) func(int64) error {
	return func(out int64) error {
		if out > freeRatio && out/maxRatio > in() {
			return fault("bomb", "what", what, "ratio", maxRatio, "size", gib(freeRatio))
		}
		return nil
	}
}

// looksLikeTar tells whether a block begins a tar: it has the magic, or all its
// bytes are zero as at the end of an empty one, or its checksum is right.
func looksLikeTar(block []byte) bool {
	if len(block) < 512 {
		return false
	}
	if string(block[257:262]) == "ustar" || len(bytes.TrimLeft(block[:512], "\x00")) == 0 {
		return true
	}
	var sum, want int64
	for i, b := range block[:512] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += int64(b)
	}
	digits := 0
	for _, b := range bytes.Trim(block[148:156], " \x00") {
		if b < '0' || b > '7' {
			return false
		}
		want, digits = want*8+int64(b-'0'), digits+1
	}
	return digits > 0 && sum == want
}
