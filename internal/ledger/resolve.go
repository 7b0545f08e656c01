package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Annotations by which archives and builders say what a descriptor is.
const (
	annotationName      = "io.containerd.image.name"
	annotationRef       = "org.opencontainers.image.ref.name"
	annotationReference = "vnd.docker.reference.type"
)

// layout resolves an OCI layout.
func (a *archive) layout(l *Ledger, b *blob) error {
	var index v1.IndexManifest
	if err := b.decode("index.json", &index); err != nil {
		return err
	}
	if len(index.Manifests) == 0 {
		return fault("no_image")
	}
	budget := maxManifests
	at := map[string]int{} // image by its target's digest
	for i := range index.Manifests {
		d := &index.Manifests[i]
		name := cmp.Or(d.Annotations[annotationName], d.Annotations[annotationRef])
		if k, ok := at[d.Digest.String()]; ok {
			l.Images[k].name(name)
			continue
		}
		image := Image{}
		image.name(name)
		if d.MediaType.IsIndex() {
			image.Index = &Blob{string(d.MediaType), d.Digest.String(), d.Size}
		}
		if err := a.walk(&image, d, 0, &budget); err != nil {
			return err
		}
		at[d.Digest.String()] = len(l.Images)
		l.Images = append(l.Images, image)
	}
	return a.tagged(l)
}

// tagged adds names that only manifest.json has, and refuses an archive of
// whose images none is there.
func (a *archive) tagged(l *Ledger) error {
	present := false
	for i := range l.Images {
		for _, p := range l.Images[i].Platforms {
			present = present || !p.Absent
		}
	}
	if !present {
		return fault("missing", "what", l.Images[0].Platforms[0].Manifest.Digest)
	}
	b := a.at("manifest.json")
	if b == nil {
		return nil
	}
	var all []saved
	if err := b.decode("manifest.json", &all); err != nil {
		return err
	}
	for _, one := range all[:min(len(all), maxManifests)] {
		config := a.at(one.Config)
		if config == nil {
			return fault("missing", "what", one.Config)
		}
		for i := range l.Images {
			m := l.Images[i].Main()
			if m == nil || m.Config.Digest != config.digest || len(l.Images[i].Names) > 0 {
				continue
			}
			for _, tag := range one.RepoTags {
				l.Images[i].name(tag)
			}
		}
	}
	return nil
}

func (i *Image) name(s string) {
	if s != "" && len(i.Names) < 20 && !slices.Contains(i.Names, clip(s)) {
		i.Names = append(i.Names, clip(s))
	}
}

// walk adds the platforms below a descriptor.
func (a *archive) walk(image *Image, d *v1.Descriptor, depth int, budget *int) error {
	if depth > maxDepth {
		return fault("depth", "max", maxDepth)
	}
	if *budget--; *budget < 0 {
		return fault("manifests", "max", maxManifests)
	}
	b := a.stored(d.Digest.String())
	if b != nil && b.size != d.Size {
		return fault("size", "what", d.Digest.String(), "want", d.Size, "got", b.size)
	}
	if d.MediaType.IsIndex() {
		if b == nil {
			return fault("missing", "what", d.Digest.String())
		}
		var index v1.IndexManifest
		if err := b.decode(d.Digest.String(), &index); err != nil {
			return err
		}
		for i := range index.Manifests {
			if err := a.walk(image, &index.Manifests[i], depth+1, budget); err != nil {
				return err
			}
		}
		return nil
	}
	p, err := a.platform(d, b)
	if err != nil {
		return err
	}
	image.Platforms = append(image.Platforms, p)
	return nil
}

// platform reads a manifest. One whose blob is not there is another platform
// that was not exported.
func (a *archive) platform(d *v1.Descriptor, b *blob) (Platform, error) {
	p := begin(d)
	if b == nil {
		p.Absent = true
		return p, nil
	}
	var m v1.Manifest
	if err := b.decode(p.Manifest.Digest, &m); err != nil {
		return p, err
	}
	if err := p.manifest(&m); err != nil {
		return p, err
	}
	for i := range m.Layers {
		ld := &m.Layers[i]
		b := a.stored(ld.Digest.String())
		switch {
		case b == nil && (len(ld.URLs) > 0 || !ld.MediaType.IsDistributable()):
			p.add(Layer{Blob: describe(ld), Foreign: true}, nil)
			continue
		case b == nil && a.remote:
			p.add(Layer{Blob: describe(ld)}, nil)
			continue
		case b == nil:
			return p, fault("missing", "what", ld.Digest.String())
		case b.size != ld.Size:
			return p, fault("size", "what", ld.Digest.String(), "want", ld.Size, "got", b.size)
		}
		p.add(Layer{Blob: describe(ld)}, b.layer)
	}
	config := a.stored(m.Config.Digest.String())
	if config == nil {
		return p, fault("missing", "what", m.Config.Digest.String())
	}
	if config.size != m.Config.Size {
		return p, fault("size", "what", m.Config.Digest.String(), "want", m.Config.Size, "got", config.size)
	}
	if p.Artifact {
		return p, nil
	}
	return p, p.configure(config)
}

func begin(d *v1.Descriptor) Platform {
	p := Platform{Manifest: describe(d), Attestation: d.Annotations[annotationReference] != ""}
	if d.Platform != nil {
		p.Platform = platformName(d.Platform.OS, d.Platform.Architecture, d.Platform.Variant)
	}
	return p
}

func describe(d *v1.Descriptor) Blob {
	return Blob{clip(string(d.MediaType)), d.Digest.String(), d.Size}
}

// manifest takes over what a manifest says, without its layers.
func (p *Platform) manifest(m *v1.Manifest) error {
	if len(m.Layers) > maxLayers {
		return fault("layers", "max", maxLayers)
	}
	for _, d := range append(m.Layers, m.Config) {
		if d.Size < 0 {
			return fault("size", "what", d.Digest.String(), "want", d.Size, "got", 0)
		}
	}
	p.Config = describe(&m.Config)
	switch m.Config.MediaType {
	case types.OCIConfigJSON, types.DockerConfigJSON:
	default:
		p.Artifact = !p.Attestation
	}
	return nil
}

// configure reads the image's config: its platform, the history, and the diff
// IDs, which must be those of the layers.
func (p *Platform) configure(b *blob) error {
	var c v1.ConfigFile
	if err := b.decode(p.Config.Digest, &c); err != nil {
		return err
	}
	if p.Attestation {
		return nil
	}
	p.Platform = cmp.Or(p.Platform, platformName(c.OS, c.Architecture, c.Variant))
	p.Created = moment(c.Created)
	p.keys, p.rest = parts(b.json)
	if len(c.RootFS.DiffIDs) != len(p.Layers) {
		return fault("diff_ids", "config", p.Config.Digest, "want", len(c.RootFS.DiffIDs), "got", len(p.Layers))
	}
	if len(c.History) > maxHistory {
		return fault("history", "max", maxHistory)
	}
	for i, id := range c.RootFS.DiffIDs {
		l := &p.Layers[i]
		if l.Read && l.DiffID != id.String() {
			return fault("diff_id", "layer", i+1, "want", id.String(), "got", l.DiffID)
		}
		l.DiffID = id.String()
	}
	next := 0
	for _, h := range c.History {
		s := Step{Command: clip(h.CreatedBy), Created: moment(h.Created), Layer: -1}
		if !h.EmptyLayer && next < len(p.Layers) {
			s.Layer = next
			p.Layers[next].Command = s.Command
			next++
		}
		p.History = append(p.History, s)
	}
	return nil
}

func moment(t v1.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// parts gives a digest of each of a config's top-level parts, written the same
// way whatever their spaces, and the bytes of all but history and rootfs.
func parts(config []byte) (out map[string]string, rest int64) {
	var all map[string]json.RawMessage
	if json.Unmarshal(config, &all) != nil {
		return nil, 0
	}
	out, rest = map[string]string{}, 1 // a brace and a comma less than pairs
	for k, v := range all {
		var b bytes.Buffer
		if json.Compact(&b, v) != nil {
			continue
		}
		if k != "history" && k != "rootfs" {
			rest += int64(len(k) + len(`"":,`) + b.Len())
		}
		if len(out) < 100 {
			out[clip(k)] = sha(b.Bytes()).Digest
		}
	}
	return out, rest
}

func sha(b []byte) Blob {
	sum := sha256.Sum256(b)
	return Blob{Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: int64(len(b))}
}

// importedManifest is the manifest that containerd writes when it imports an
// archive that has none (containerd, core/images/archive ImportIndex): Docker's
// type, with the config and the layers as they are in the archive.
func importedManifest(p *Platform) Blob {
	type descriptor struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int64  `json:"size"`
	}
	m := struct {
		SchemaVersion int          `json:"schemaVersion"`
		MediaType     string       `json:"mediaType"`
		Config        descriptor   `json:"config"`
		Layers        []descriptor `json:"layers"`
	}{2, typeDockerManifest, descriptor{typeDockerConfig, p.Config.Digest, p.Config.Size}, []descriptor{}}
	for _, l := range p.Layers {
		m.Layers = append(m.Layers, descriptor{l.MediaType, l.Digest, l.Size})
	}
	b, err := json.Marshal(m)
	if err != nil {
		return Blob{} // strings and numbers always marshal
	}
	out := sha(b)
	out.MediaType = typeDockerManifest
	return out
}
