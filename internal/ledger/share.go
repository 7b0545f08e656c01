package ledger

import (
	"cmp"
	"maps"
	"slices"
)

// Shared is what several images have in common. Images are counted by platform.
type Shared struct {
	Images   int           `json:"images"`
	Total    int64         `json:"total"`    // bytes of all their layers as stored, each image for itself
	Unique   int64         `json:"unique"`   // with each blob once, as a store or a registry keeps them
	Repeated int64         `json:"repeated"` // the difference
	ByBlob   []SharedLayer `json:"byBlob,omitempty"`
	Blobs    int           `json:"blobs"` // all that are shared
	// ByDiffID are layers with the same content that are stored as different
	// blobs, because they were compressed differently: shared once unpacked only.
	ByDiffID []SharedLayer `json:"byDiffID,omitempty"`
	DiffIDs  int           `json:"diffIDs"`
	// TotalFiles and UniqueFiles are the same for unpacked layers, by the rule of
	// Docker's graphdriver; a layer is shared there if those below it are the same
	// too.
	TotalFiles  int64 `json:"totalFiles"`
	UniqueFiles int64 `json:"uniqueFiles"`
}

// SharedLayer is a layer in more than one image.
type SharedLayer struct {
	Digest string   `json:"digest"`
	Size   int64    `json:"size"` // as stored; by diff ID: uncompressed
	Images int      `json:"images"`
	Blobs  []string `json:"blobs,omitempty"` // by diff ID: the different ones, the first few
}

// Layers is how many are shared in one way or the other.
func (s Shared) Layers() int { return s.Blobs + s.DiffIDs }

// Share says what the images of the sources have in common. The same image, by
// its manifest, counts once.
func Share(all ...*Ledger) Shared {
	var s Shared
	seen := map[string]bool{}
	blobs, ids := map[string]*SharedLayer{}, map[string]*SharedLayer{}
	chains := map[string]bool{}
	for _, l := range all {
		for i := range l.Images {
			for k := range l.Images[i].Platforms {
				p := &l.Images[i].Platforms[k]
				if p.Absent || p.Attestation || p.Artifact || seen[p.Manifest.Digest] {
					continue
				}
				seen[p.Manifest.Digest] = true
				s.Images++
				s.count(p, blobs, ids, chains)
			}
		}
	}
	s.Repeated = s.Total - s.Unique
	for _, d := range slices.Sorted(maps.Keys(blobs)) {
		if b := blobs[d]; b.Images > 1 {
			s.Blobs++
			s.ByBlob = append(s.ByBlob, *b)
		}
	}
	for _, d := range slices.Sorted(maps.Keys(ids)) {
		if b := ids[d]; b.Images > 1 && len(b.Blobs) > 1 {
			s.DiffIDs++
			s.ByDiffID = append(s.ByDiffID, *b)
		}
	}
	for _, list := range []*[]SharedLayer{&s.ByBlob, &s.ByDiffID} {
		slices.SortStableFunc(*list, func(a, b SharedLayer) int {
			return cmp.Compare(b.Size*int64(b.Images-1), a.Size*int64(a.Images-1))
		})
		*list = (*list)[:min(len(*list), maxShared)]
	}
	return s
}

// count adds one image.
func (s *Shared) count(p *Platform, blobs, ids map[string]*SharedLayer, chains map[string]bool) {
	chain := ""
	here := map[string]bool{} // a layer that the image holds twice is no sharing
	for _, l := range p.Layers {
		s.TotalFiles += l.FileBytes
		if chain += l.DiffID + " "; !chains[chain] {
			chains[chain] = true
			s.UniqueFiles += l.FileBytes
		}
		if here[l.Digest] {
			continue
		}
		here[l.Digest] = true
		s.Total += l.Size
		b := blobs[l.Digest]
		if b == nil {
			b = &SharedLayer{Digest: l.Digest, Size: l.Size}
			blobs[l.Digest] = b
			s.Unique += l.Size
		}
		b.Images++
		if l.DiffID == "" || here[l.DiffID] && l.DiffID != l.Digest {
			continue
		}
		here[l.DiffID] = true
		d := ids[l.DiffID]
		if d == nil {
			d = &SharedLayer{Digest: l.DiffID, Size: l.Tar}
			ids[l.DiffID] = d
		}
		d.Images++
		if !slices.Contains(d.Blobs, l.Digest) && len(d.Blobs) < maxPaths {
			d.Blobs = append(d.Blobs, l.Digest)
		}
	}
}
