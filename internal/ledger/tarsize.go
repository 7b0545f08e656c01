package ledger

import (
	"encoding/json"
	"strings"
)

// An archive is a tar: for each member a header of 512 bytes and its content
// filled up to 512, and two blocks of zeros at the end (POSIX.1, pax).
const tarEnd = 1024

func member(size int64) int64 { return 512 + (size+511)/512*512 }

// export is the size of what ctr image export writes for one platform: two
// folders, the blobs, index.json, manifest.json and oci-layout.
func (i *Image) export(p *Platform) int64 {
	n := int64(2*512 + tarEnd)
	seen := map[string]bool{}
	blob := func(b Blob) {
		if !seen[b.Digest] {
			seen[b.Digest] = true
			n += member(b.Size)
		}
	}
	target := p.Manifest
	if i.Index != nil {
		target = *i.Index
		blob(target)
	}
	blob(p.Manifest)
	blob(p.Config)
	var layers []string
	for _, l := range p.Layers {
		if !l.Foreign {
			blob(l.Blob)
		}
		layers = append(layers, blobPath(l.Digest))
	}
	names := i.Names
	type entry struct {
		MediaType   string            `json:"mediaType"`
		Digest      string            `json:"digest"`
		Size        int64             `json:"size"`
		Annotations map[string]string `json:"annotations,omitempty"`
	}
	index := struct {
		SchemaVersion int     `json:"schemaVersion"`
		Manifests     []entry `json:"manifests"`
	}{SchemaVersion: 2}
	for _, name := range names {
		index.Manifests = append(index.Manifests, entry{target.MediaType, target.Digest, target.Size,
			map[string]string{annotationName: name, annotationRef: name[strings.LastIndexByte(name, ':')+1:]}})
	}
	if len(names) == 0 {
		index.Manifests = []entry{{target.MediaType, target.Digest, target.Size, nil}}
	}
	n += member(length(index)) + member(length([]saved{{blobPath(p.Config.Digest), names, layers}}))
	return n + member(int64(len(`{"imageLayoutVersion":"1.0.0"}`)))
}

func blobPath(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

// length is that of a value's JSON.
func length(v any) int64 {
	b, err := json.Marshal(v)
	if err != nil {
		return 0 // texts and numbers always marshal
	}
	return int64(len(b))
}

const (
	hexID = 64
	// v1Layer is the bytes of the json that docker save writes beside each layer but
	// the last: an empty container configuration. A parent's id fits into the same
	// blocks.
	v1Layer = 401
	// v1Keys is what the last one has beside the config: id and parent.
	v1Keys = 2*hexID + len(`"id":"","parent":"",`)
)

// saveLegacy is the size of what docker save writes before Engine 25: for each
// layer a folder with VERSION, json and the tar uncompressed, then config,
// manifest.json and repositories. Layers that stand twice are links, of 512
// bytes.
func (p *Platform) saveLegacy(names []string) int64 {
	n := int64(tarEnd)
	var paths []string
	seen := map[string]bool{}
	for i, l := range p.Layers {
		n += 512 + member(3) + member(p.v1(i))
		if n += 512; !seen[l.DiffID] {
			n += member(l.Tar) - 512
		}
		seen[l.DiffID] = true
		paths = append(paths, strings.Repeat("0", hexID)+"/layer.tar")
	}
	n += member(p.Config.Size) + member(length([]saved{{strings.Repeat("0", hexID) + ".json", names, paths}})+1)
	if len(names) > 0 {
		n += member(repositories(names))
	}
	return n
}

// v1 is the length of the json for a layer.
func (p *Platform) v1(i int) int64 {
	if i < len(p.Layers)-1 {
		return v1Layer
	}
	return p.rest + int64(v1Keys)
}

func repositories(names []string) int64 {
	all := map[string]map[string]string{}
	for _, name := range names {
		repository, tag := name, "latest"
		if k := strings.LastIndexByte(name, ':'); k > strings.LastIndexByte(name, '/') {
			repository, tag = name[:k], name[k+1:]
		}
		if all[repository] == nil {
			all[repository] = map[string]string{}
		}
		all[repository][tag] = strings.Repeat("0", hexID)
	}
	return length(all) + 1
}

// saveDocker is the size of what docker save writes since Engine 25 from a
// graphdriver: an OCI layout whose layers are uncompressed, the older json of each
// layer as a blob, and manifest.json and repositories. The JSON that it makes is
// estimated.
func (p *Platform) saveDocker(names []string) int64 {
	n := int64(2*512+tarEnd) + member(30) + member(p.Config.Size)
	var paths []string
	seen := map[string]bool{}
	for i, l := range p.Layers {
		n += member(p.v1(i))
		if !seen[l.DiffID] {
			seen[l.DiffID] = true
			n += member(l.Tar)
		}
		paths = append(paths, blobPath(l.DiffID))
	}
	const descriptor = 150 // bytes of a layer's in the manifest
	n += member(300 + descriptor*int64(len(p.Layers)))
	n += member(100 + 350*int64(max(1, len(names))))
	n += member(length([]saved{{blobPath(p.Config.Digest), names, paths}}) + int64(len(p.Layers))*(descriptor+75))
	if len(names) > 0 {
		n += member(repositories(names))
	}
	return n
}
