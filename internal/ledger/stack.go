package ledger

import (
	"cmp"
	"slices"
)

// place is where a file stands: the layer's position, and the file's in it.
type place struct{ layer, file int32 }

// stack lays a platform's layers one above the other, as an overlay file system
// shows them, and says what no container sees. It gives what is visible, by the
// hash of the path.
//
// Wasted are the bytes of regular files that a later layer overwrites, deletes by
// a whiteout of the file or of a folder above it, or hides by an opaque folder
// (OCI image specification, layer.md). A hard link's bytes count with its first
// name only.
func (f *files) stack(layers []*layer, hidden func(e entry, at place, by int, deleted bool)) map[uint64]place {
	live := map[uint64]place{}
	for i, l := range layers {
		if l == nil {
			continue
		}
		take := func(path uint64, deleted bool) {
			if at, ok := live[path]; ok {
				e := layers[at.layer].files[at.file]
				hidden(e, at, i, deleted)
				delete(live, path)
			}
		}
		if len(l.gone)+len(l.opaque) > 0 {
			v := veil{f: f, l: l, gone: map[uint64]bool{}, known: map[uint32]bool{}}
			for _, h := range l.gone {
				v.gone[h] = true
			}
			for path, at := range live {
				if v.gone[path] || v.hides(layers[at.layer].files[at.file].dir) {
					take(path, true)
				}
			}
		}
		for _, d := range l.dirs {
			take(f.dirs[d].path, false)
		}
		for k, e := range l.files {
			take(e.path, false)
			live[e.path] = place{int32(i), int32(k)}
		}
	}
	return live
}

// veil is what a layer takes away from those below it.
type veil struct {
	f     *files
	l     *layer
	gone  map[uint64]bool
	known map[uint32]bool // folders that were asked for
}

func (v *veil) hides(d uint32) (yes bool) {
	if yes, ok := v.known[d]; ok {
		return yes
	}
	if _, opaque := v.l.opaque[d]; opaque || d != 0 && v.gone[v.f.dirs[d].path] {
		yes = true
	} else if d != 0 {
		yes = v.hides(v.f.dirs[d].parent)
	}
	v.known[d] = yes
	return yes
}

// survey makes the figures of a platform's files.
func (f *files) survey(p *Platform) *Files {
	out := &Files{}
	read := false
	for _, l := range p.parts {
		if l != nil {
			read = true
			out.Dropped += l.dropped
		}
	}
	if !read {
		return nil
	}
	wasted := top[Waste]{n: maxWasted, less: func(a, b Waste) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Path, b.Path))
	}}
	own := make([]int64, len(p.parts))
	live := f.stack(p.parts, func(e entry, at place, by int, deleted bool) {
		if int(at.layer) == by {
			own[by] += e.size
		}
		if e.size == 0 {
			return
		}
		out.Hidden++
		out.Wasted += e.size
		if deleted {
			out.Deleted += e.size
		} else {
			out.Overwritten += e.size
		}
		if wasted.wants(Waste{File: File{Size: e.size}}) {
			wasted.add(Waste{File{f.path(e), e.size, int(at.layer)}, by, deleted})
		}
	})
	for i := range p.parts {
		if p.parts[i] != nil { // a file that a tar holds twice is unpacked once
			p.Layers[i].FileBytes = p.parts[i].fileBytes - own[i]
		}
	}
	largest := top[File]{n: maxLargest, less: func(a, b File) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Path, b.Path))
	}}
	for _, at := range live {
		e := p.parts[at.layer].files[at.file]
		out.Count++
		out.Bytes += e.size
		if e.size > 0 && largest.wants(File{Size: e.size}) {
			largest.add(File{f.path(e), e.size, int(at.layer)})
		}
	}
	out.WastedFiles, out.Largest = wasted.sorted(), largest.sorted()
	f.duplicates(p, out)
	return out
}

// duplicates finds content that stands in the layers more than once, hidden or
// not.
func (f *files) duplicates(p *Platform, out *Files) {
	var all []place
	for i, l := range p.parts {
		if l == nil || slices.Index(p.parts, l) != i {
			continue // a layer that stands twice is one blob
		}
		for k := range l.files {
			if l.files[k].size > 0 {
				all = append(all, place{int32(i), int32(k)})
			}
		}
	}
	at := func(x place) *entry { return &p.parts[x.layer].files[x.file] }
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(at(b).size, at(a).size), cmp.Compare(at(a).sum, at(b).sum), cmp.Compare(a.layer, b.layer), cmp.Compare(a.file, b.file))
	})
	found := top[Duplicate]{n: maxDuplicates, less: func(a, b Duplicate) int {
		return cmp.Or(cmp.Compare(b.Size*int64(b.Copies-1), a.Size*int64(a.Copies-1)), cmp.Compare(b.Size, a.Size))
	}}
	for len(all) > 0 {
		n := 1
		for n < len(all) && at(all[n]).size == at(all[0]).size && at(all[n]).sum == at(all[0]).sum {
			n++
		}
		if n > 1 {
			d := Duplicate{Size: at(all[0]).size, Copies: n}
			out.Twice += d.Size * int64(n-1)
			if found.wants(d) {
				for k, x := range all[:n] {
					if k < maxPaths {
						d.Paths = append(d.Paths, f.path(*at(x)))
					}
					if k == 0 || x.layer != all[k-1].layer {
						d.Layers++
					}
				}
				found.add(d)
			}
		}
		all = all[n:]
	}
	out.Duplicates = found.sorted()
}

// sameFile tells two kept files' content apart by size and sum.
func sameFile(a, b entry) bool { return a.size == b.size && a.sum == b.sum }

// top keeps the n first by less, give or take, until sorted gives them.
type top[T any] struct {
	n    int
	less func(a, b T) int
	all  []T
	last *T // of the n when they were last sorted
}

// wants tells whether one might be among the first.
func (t *top[T]) wants(one T) bool { return t.last == nil || t.less(one, *t.last) <= 0 }

func (t *top[T]) add(one T) {
	t.all = append(t.all, one)
	if len(t.all) >= 4*t.n {
		t.cut()
	}
}

func (t *top[T]) cut() {
	slices.SortStableFunc(t.all, t.less)
	if len(t.all) >= t.n {
		t.all = t.all[:t.n]
		last := t.all[t.n-1]
		t.last = &last
	}
}

func (t *top[T]) sorted() []T { t.cut(); return t.all }
