package ledger

import (
	"encoding/binary"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// files keeps the paths of all layers' files in little memory: 32 bytes a file
// and its base name once.
type files struct {
	names   [][]byte // pages of base names, each behind its length
	dirs    []dir    // the first is the root
	dirAt   map[uint64]uint32
	kept    int
	last    string // folder that was asked for last
	lastDir uint32
}

type dir struct {
	path   uint64 // hash of the whole path
	parent uint32
	name   uint32
}

// entry is a regular file, or anything else that is no folder, with size 0.
type entry struct {
	path uint64 // hash of the whole path
	sum  uint64 // of the content
	size int64
	dir  uint32
	name uint32
}

func newFiles() *files {
	f := &files{dirs: []dir{{path: xxhash.Sum64String("")}}, dirAt: map[uint64]uint32{}}
	f.dirAt[f.dirs[0].path] = 0
	return f
}

// full tells whether no further file is kept.
func (f *files) full() bool {
	return f.kept >= maxFiles || len(f.names) >= maxNames/page || len(f.dirs) >= maxDirs
}

// page is the bytes of one in names. Pages never move, so that growing leaves
// nothing behind.
const page = 64 << 10

func (f *files) add(name string) uint32 {
	n := len(f.names)
	if n == 0 || len(f.names[n-1])+len(name)+binary.MaxVarintLen32 > page {
		f.names = append(f.names, make([]byte, 0, page))
		n++
	}
	p := &f.names[n-1]
	at := uint32((n-1)*page + len(*p))
	*p = binary.AppendUvarint(*p, uint64(len(name)))
	*p = append(*p, name...)
	return at
}

func (f *files) name(at uint32) string {
	p := f.names[at/page][at%page:]
	n, k := binary.Uvarint(p)
	return string(p[k : k+int(n)])
}

// folder gives the number of a folder, "" for the root.
func (f *files) folder(p string) uint32 {
	if p == "" || p == f.last {
		if p == "" {
			return 0
		}
		return f.lastDir
	}
	h := xxhash.Sum64String(p)
	id, ok := f.dirAt[h]
	if !ok {
		up, base := split(p)
		parent := f.folder(up)
		id = uint32(len(f.dirs))
		f.dirs = append(f.dirs, dir{h, parent, f.add(base)})
		f.dirAt[h] = id
	}
	f.last, f.lastDir = p, id
	return id
}

// entry keeps a file at a clean path.
func (f *files) entry(p string, size int64, sum uint64) entry {
	f.kept++
	up, base := split(p)
	return entry{path: xxhash.Sum64String(p), sum: sum, size: size, dir: f.folder(up), name: f.add(base)}
}

// path writes a file's path, clipped.
func (f *files) path(e entry) string { return clip(f.dirPath(e.dir) + "/" + f.name(e.name)) }

func (f *files) dirPath(id uint32) string {
	if id == 0 {
		return ""
	}
	var parts []string
	for ; id != 0 && len(parts) < maxPath; id = f.dirs[id].parent {
		parts = append(parts, f.name(f.dirs[id].name))
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString("/" + parts[i])
	}
	return b.String()
}

func split(p string) (up, base string) {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return "", p
	}
	return p[:i], p[i+1:]
}

// clean gives a path inside a tar without slashes at its ends; ok is false for
// one that would leave the folder that it is unpacked into.
func clean(name string) (p string, ok bool) {
	if strings.IndexByte(name, 0) >= 0 || len(name) > maxPath {
		return "", false
	}
	p = path.Clean(strings.TrimLeft(name, "/"))
	if p == "." {
		return "", true
	}
	return p, p != ".." && !strings.HasPrefix(p, "../")
}

// clip shortens a text, and leaves no half characters in it.
func clip(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
