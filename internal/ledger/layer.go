package ledger

import (
	"archive/tar"
	"bufio"
	"cmp"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

// layer is what a blob that is a tar, compressed or not, holds.
type layer struct {
	digest      string // as stored
	diffID      string // uncompressed
	compression string
	size        int64 // as stored
	tar         int64 // uncompressed
	fileBytes   int64
	diskBytes   int64
	entries     int
	whiteouts   int
	dropped     int

	files  []entry
	dirs   []uint32            // folders with an entry of their own
	gone   []uint64            // hashes of paths that a whiteout removes
	opaque map[uint32]struct{} // folders whose content below is hidden
	twice  int64               // bytes of files that the same layer holds twice
}

// scanner reads blobs one after the other, with the same buffers.
type scanner struct {
	limits   Limits
	files    *files
	outer    inflater
	inner    inflater
	hash     *xxhash.Digest
	buf      []byte
	in, body *bufio.Reader
	unpacked int64 // of all layers
	entries  int
}

func newScanner(l Limits) *scanner {
	return &scanner{limits: l.orDefaults(), files: newFiles(), hash: xxhash.New(), buf: make([]byte, chunk),
		in: bufio.NewReaderSize(nil, 64<<10), body: bufio.NewReaderSize(nil, 64<<10)}
}

func (s *scanner) close() { s.outer.close(); s.inner.close() }

// blob is a member of an archive.
type blob struct {
	digest string
	size   int64
	json   []byte // of a small one that may be JSON
	large  bool   // began like JSON and was too long to keep
	layer  *layer
	link   string // of a symbolic link: the member it stands for
}

// blob reads a member to its end. What is no tar and no JSON is only hashed.
func (s *scanner) blob(r io.Reader, name string, size int64) (b *blob, err error) {
	b = &blob{size: size}
	stored := &meter{r: r, d: newDigester()}
	defer func() { // ends the goroutine in any case
		b.digest = stored.d.end()
		if b.layer != nil {
			b.layer.digest, b.layer.size = b.digest, stored.n
			b.layer.diffID = cmp.Or(b.layer.diffID, b.digest)
		}
	}()
	s.in.Reset(stored)
	head, err := s.in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return b, err
	}
	err = nil
	how := compression(head)
	switch {
	case how == "" && len(head) > 0 && strings.IndexByte("{[ \t\r\n", head[0]) >= 0 && !looksLikeTar(head):
		b.large = size > maxJSON
		if !b.large {
			b.json, err = io.ReadAll(s.in)
		}
	case how != "" || looksLikeTar(head):
		b.layer, err = s.layer(stored, how, name)
	}
	if err == nil {
		_, err = io.CopyBuffer(io.Discard, onlyReader{s.in}, s.buf)
	}
	return b, err
}

type onlyReader struct{ io.Reader }

// layer reads a blob that is a tar once it is decompressed. Content that is
// compressed but no tar is no layer, and no fault either.
func (s *scanner) layer(stored *meter, how, name string) (*layer, error) {
	l := &layer{compression: how}
	plain := stored
	if how != "" {
		r, err := s.inner.open(s.in, how)
		if err != nil {
			return nil, broken(err, name)
		}
		plain = &meter{r: r, d: newDigester(), check: ratio(func() int64 { return stored.n }, name)}
	}
	before := s.unpacked
	limit := plain.check
	plain.check = func(n int64) error {
		if before+n > s.limits.Unpacked {
			return fault("unpacked", "max", gib(s.limits.Unpacked))
		}
		if limit != nil {
			return limit(n)
		}
		return nil
	}
	body := s.in
	if how != "" {
		s.body.Reset(plain)
		body = s.body
	}
	head, err := body.Peek(512)
	isTar := looksLikeTar(head)
	if err == nil || errors.Is(err, io.EOF) {
		err = nil
		if isTar {
			err = s.members(body, l, name)
		}
		if err == nil {
			// What follows the tar belongs to its digest.
			_, err = io.CopyBuffer(io.Discard, onlyReader{body}, s.buf)
		}
	}
	if how != "" {
		l.diffID = plain.d.end()
	}
	if err != nil {
		return nil, broken(err, name)
	}
	l.tar = plain.n
	s.unpacked += plain.n
	plain.check = nil
	if !isTar {
		return nil, nil
	}
	return l, nil
}

// broken words an error of decompression or of a tar; faults and errors of
// reading stay what they are.
func broken(err error, name string) error {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fault("window", "name", name, "max", maxWindow>>20)
	}
	return fault("layer", "name", name).because(err)
}

const whiteout, opaque = ".wh.", ".wh..wh..opq"

// members reads a layer's tar.
//
// fileBytes follows Docker's graphdriver (moby, pkg/directory.Size over the
// layer's folder): bytes of regular files and of symbolic links' targets, hard
// links once, folders and devices nothing. diskBytes is what containerd's
// snapshotter reports (continuity, fs.DiskUsage: 512 × st_blocks of every inode,
// folders too), estimated for a file system of 4 KiB blocks that keeps links of
// less than 60 bytes in their inode, as ext4 does.
func (s *scanner) members(r io.Reader, l *layer, name string) error {
	t := tar.NewReader(r)
	made := map[uint32]struct{}{0: {}}
	l.diskBytes = block // the layer's own folder
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		l.entries++
		if s.entries++; s.entries > maxEntries {
			return fault("entries", "max", maxEntries)
		}
		p, ok := clean(h.Name)
		if !ok {
			return fault("layer_path", "name", name, "path", h.Name)
		}
		if h.Size < 0 || h.Size > s.limits.Unpacked || l.fileBytes > s.limits.Unpacked {
			return fault("unpacked", "max", gib(s.limits.Unpacked))
		}
		if err := s.member(t, h, p, l, made); err != nil {
			return err
		}
	}
}

const block = 4096

func (s *scanner) member(t *tar.Reader, h *tar.Header, p string, l *layer, made map[uint32]struct{}) error {
	up, base := split(p)
	if s.files.full() {
		return s.beyond(h, base, l)
	}
	if h.Typeflag == tar.TypeDir {
		d := s.files.folder(p)
		s.reach(d, l, made)
		if p != "" {
			l.dirs = append(l.dirs, d)
		}
		return nil
	}
	in := s.files.folder(up)
	s.reach(in, l, made)
	switch {
	case base == opaque:
		l.whiteouts++
		if l.opaque == nil {
			l.opaque = map[uint32]struct{}{}
		}
		l.opaque[in] = struct{}{}
		return nil
	case strings.HasPrefix(base, whiteout+whiteout): // aufs' own
		return nil
	case strings.HasPrefix(base, whiteout):
		l.whiteouts++
		l.gone = append(l.gone, xxhash.Sum64String(path.Join(up, strings.TrimPrefix(base, whiteout))))
		return nil
	}
	size, sum, err := s.content(t, h, l)
	if err != nil {
		return err
	}
	e := s.files.entry(p, size, sum)
	if d, ok := s.files.dirAt[e.path]; ok && d != 0 {
		l.gone = append(l.gone, e.path) // takes the place of a folder and all below it
	}
	l.files = append(l.files, e)
	return nil
}

// beyond counts what is no longer kept.
func (s *scanner) beyond(h *tar.Header, base string, l *layer) error {
	switch {
	case h.Typeflag == tar.TypeDir:
		l.diskBytes += block
		return nil
	case strings.HasPrefix(base, whiteout):
		l.whiteouts++
		return nil
	}
	l.dropped++
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeRegA, tar.TypeGNUSparse: //nolint:staticcheck // old archives have TypeRegA
		l.count(h.Size)
	case tar.TypeSymlink:
		l.link(h.Linkname)
	}
	return nil
}

func (l *layer) count(size int64) {
	l.fileBytes += size
	l.diskBytes += (size + block - 1) / block * block
}

func (l *layer) link(target string) {
	l.fileBytes += int64(len(target))
	if len(target) >= 60 {
		l.diskBytes += block
	}
}

// content hashes a regular file's content. The sum tells equal files apart from
// others; it is no proof against somebody who makes them.
func (s *scanner) content(t *tar.Reader, h *tar.Header, l *layer) (int64, uint64, error) {
	switch h.Typeflag {
	case tar.TypeSymlink:
		l.link(h.Linkname)
	case tar.TypeReg, tar.TypeRegA, tar.TypeGNUSparse: //nolint:staticcheck // old archives have TypeRegA
		l.count(h.Size)
		if sparse(h) {
			// Its holes would be read as zeros, as many as it claims.
			return h.Size, xxhash.Sum64String("sparse " + h.Name), nil
		}
		s.hash.Reset()
		if _, err := io.CopyBuffer(s.hash, onlyReader{t}, s.buf); err != nil {
			return 0, 0, err
		}
		return h.Size, s.hash.Sum64(), nil
	}
	return 0, 0, nil
}

func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// reach counts a folder and those above it, once a layer.
func (s *scanner) reach(d uint32, l *layer, made map[uint32]struct{}) {
	for {
		if _, ok := made[d]; ok {
			return
		}
		made[d] = struct{}{}
		l.diskBytes += block
		d = s.files.dirs[d].parent
	}
}
