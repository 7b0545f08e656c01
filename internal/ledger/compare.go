package ledger

import (
	"cmp"
	"maps"
	"slices"
)

// Comparison is how a second image differs from a first one, of the same
// platform.
type Comparison struct {
	Platforms    [2]string   `json:"platforms"`
	SameConfig   bool        `json:"sameConfig"`
	SameManifest bool        `json:"sameManifest"`
	Keys         []string    `json:"changedKeys,omitempty"` // of the config; empty where a config was not read
	Layers       []LayerPair `json:"layers"`
	Figures      []Change    `json:"figures"`
	// FilesKnown is false where a result was kept without its files.
	FilesKnown bool         `json:"filesKnown"`
	Added      Sum          `json:"added"`
	Removed    Sum          `json:"removed"`
	Changed    Sum          `json:"changed"` // bytes are those of the second
	Files      []FileChange `json:"files,omitempty"`
}

// Sum counts files and their bytes.
type Sum struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func (s *Sum) add(n int64) { s.Files++; s.Bytes += n }

// LayerPair is a layer of either image or of both: the same blob, the same
// content in another blob, or of one only. Its word is ledger.pair.KIND.
type LayerPair struct {
	Kind string `json:"kind"` // same, repacked, removed, added
	A    int    `json:"a"`    // positions; -1 for none
	B    int    `json:"b"`
	Size int64  `json:"size"` // of the second's blob, or the first's if removed
	Was  int64  `json:"was"`
}

// Change is a figure of both.
type Change struct {
	ID string `json:"id"`
	A  Figure `json:"a"`
	B  Figure `json:"b"`
}

// FileChange is a visible file that differs; sizes are -1 where there is none.
type FileChange struct {
	Path string `json:"path"`
	A    int64  `json:"a"`
	B    int64  `json:"b"`
}

const maxChanges = 100

// Compare holds the first image of b against that of a. It is nil where one has
// none. Files are compared if neither ledger was kept and read again.
func Compare(a, b *Ledger) *Comparison {
	x, y := first([]*Ledger{a}), first([]*Ledger{b})
	if x == nil || y == nil {
		return nil
	}
	p, q := pair(x, y)
	c := &Comparison{Platforms: [2]string{p.Platform, q.Platform}, SameConfig: p.Config.Digest == q.Config.Digest,
		SameManifest: p.Manifest.Digest == q.Manifest.Digest, Layers: pairs(p, q)}
	if !c.SameConfig {
		c.Keys = changedKeys(p, q)
	}
	for _, f := range x.Figures {
		c.Figures = append(c.Figures, Change{f.ID, f, y.Figure(f.ID)})
	}
	if a.kept != nil && b.kept != nil && p.Files != nil && q.Files != nil {
		c.files(a, b, p, q)
	}
	return c
}

// pair gives the second's platform that is the first's, where it has it.
func pair(x, y *Image) (p, q *Platform) {
	p, q = x.Main(), y.Main()
	for k := range y.Platforms {
		if o := &y.Platforms[k]; !o.Absent && !o.Attestation && o.Platform == p.Platform {
			return p, o
		}
	}
	return p, q
}

// pairs matches layers in their order: the longest common subsequence by diff
// ID, which is short enough to be found by the table.
func pairs(p, q *Platform) (out []LayerPair) {
	a, b := p.Layers, q.Layers
	id := func(l Layer) string { return cmp.Or(l.DiffID, l.Digest) }
	same := func(i, j int) bool { return id(a[i]) == id(b[j]) || a[i].Digest == b[j].Digest }
	n := make([][]int, len(a)+1)
	for i := range n {
		n[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if same(i, j) {
				n[i][j] = n[i+1][j+1] + 1
			} else {
				n[i][j] = max(n[i+1][j], n[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && same(i, j):
			kind := "same"
			if a[i].Digest != b[j].Digest {
				kind = "repacked"
			}
			out = append(out, LayerPair{kind, i, j, b[j].Size, a[i].Size})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && n[i+1][j] >= n[i][j+1]:
			out = append(out, LayerPair{"removed", i, -1, 0, a[i].Size})
			i++
		default:
			out = append(out, LayerPair{"added", -1, j, b[j].Size, 0})
			j++
		}
	}
	return out
}

func sameDiffIDs(p, q *Platform) bool {
	return slices.EqualFunc(p.Layers, q.Layers, func(a, b Layer) bool { return a.DiffID == b.DiffID })
}

// changedKeys names the parts of the config that differ.
func changedKeys(p, q *Platform) (out []string) {
	all := maps.Clone(p.keys)
	if all == nil || q.keys == nil {
		return nil
	}
	maps.Copy(all, q.keys)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if p.keys[k] != q.keys[k] {
			out = append(out, k)
		}
	}
	return out
}

func (c *Comparison) files(a, b *Ledger, p, q *Platform) {
	c.FilesKnown = true
	none := func(entry, place, int, bool) {}
	old, now := a.kept.stack(p.parts, none), b.kept.stack(q.parts, none)
	moved := func(f FileChange) int64 { return max(f.A, 0) - max(f.B, 0) }
	list := top[FileChange]{n: maxChanges, less: func(x, y FileChange) int {
		return cmp.Or(cmp.Compare(abs(moved(y)), abs(moved(x))), cmp.Compare(x.Path, y.Path))
	}}
	put := func(f *files, e entry, was, is int64) {
		one := FileChange{A: was, B: is}
		if list.wants(one) {
			one.Path = f.path(e)
			list.add(one)
		}
	}
	for path, at := range now {
		e := q.parts[at.layer].files[at.file]
		before, ok := old[path]
		if !ok {
			c.Added.add(e.size)
			put(b.kept, e, -1, e.size)
			continue
		}
		if o := p.parts[before.layer].files[before.file]; !sameFile(o, e) {
			c.Changed.add(e.size)
			put(b.kept, e, o.size, e.size)
		}
	}
	for path, at := range old {
		if _, ok := now[path]; !ok {
			e := p.parts[at.layer].files[at.file]
			c.Removed.add(e.size)
			put(a.kept, e, e.size, -1)
		}
	}
	c.Files = list.sorted()
}
