package ledger

import (
	"archive/tar"
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"
)

// Options are how a source is read.
type Options struct {
	Limits Limits
	Size   int64 // of the source, where it is known
	// Progress is told of bytes of the source that were read, and of how many there
	// are, 0 where that is not known. It may be nil, and must be quick.
	Progress func(read, all int64)
}

func (o Options) told(all int64) func(int64) {
	if o.Progress == nil {
		return nil
	}
	return func(read int64) { o.Progress(read, all) }
}

// Read accounts for an image archive in one pass: docker save (with or without
// OCI layout), an OCI layout as tar, or ctr image export, plain or compressed
// with gzip or zstd. Memory is bounded whatever the archive's size. What is
// wrong with the archive is a *Fault.
func Read(ctx context.Context, r io.Reader, name string, o Options) (*Ledger, error) {
	src := &source{ctx: ctx, r: r, max: o.Limits.orDefaults().Read, tell: o.told(o.Size)}
	s := newScanner(o.Limits)
	defer s.close()
	a := &archive{scanner: s, blobs: map[string]*blob{}}
	how, err := a.read(src)
	if err != nil {
		return nil, settle(src, err)
	}
	l := &Ledger{Version: Version, Source: name, Compression: how, Bytes: src.n}
	if err := a.resolve(l); err != nil {
		return nil, err
	}
	l.kept = s.files
	return l, finish(l)
}

// settle prefers what happened to the source over what readers above made of it.
func settle(src *source, err error) error {
	if src.fault != nil {
		return src.fault
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return fault("archive").because(err)
}

// archive is what was read, before it is known what belongs together.
type archive struct {
	*scanner
	blobs map[string]*blob // by their clean paths
	jsons int64
	seen  int
	// remote is set where layers and platforms that are not there were left out on
	// purpose.
	remote bool
}

// read reads the whole archive and tells how it is compressed.
func (a *archive) read(src *source) (how string, err error) {
	in := bufio.NewReaderSize(src, 256<<10)
	head, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	how = compression(head)
	if how == "" && !looksLikeTar(head) {
		return "", fault("not_tar")
	}
	body, err := a.outer.open(in, how)
	if err != nil {
		return how, err
	}
	if how != "" {
		body = bufio.NewReaderSize(&meter{r: body, check: ratio(func() int64 { return src.n }, "archive")}, 256<<10)
	}
	t := tar.NewReader(body)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return how, err
		}
		if err := a.take(t, h); err != nil {
			return how, err
		}
	}
	_, err = io.CopyBuffer(io.Discard, onlyReader{body}, a.buf)
	return how, err
}

// take reads one member.
func (a *archive) take(t *tar.Reader, h *tar.Header) error {
	if a.seen++; a.seen > maxMembers {
		return fault("members", "max", maxMembers)
	}
	p, ok := clean(h.Name)
	if !ok || strings.HasPrefix(h.Name, "/") {
		return fault("path", "path", h.Name)
	}
	var b *blob
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeSymlink, tar.TypeLink:
		to := h.Linkname
		if h.Typeflag == tar.TypeSymlink {
			to = path.Join(path.Dir(p), to)
		}
		if to, ok = clean(to); !ok || strings.HasPrefix(h.Linkname, "/") {
			return fault("path", "path", h.Linkname)
		}
		b = &blob{link: to}
	case tar.TypeReg, tar.TypeRegA: //nolint:staticcheck // old archives have it
		if sparse(h) {
			return fault("sparse", "path", p)
		}
		var err error
		if b, err = a.blob(t, p, h.Size); err != nil {
			return err
		}
		if a.jsons += int64(len(b.json)); a.jsons > maxJSONs {
			return fault("jsons", "max", maxJSONs>>20)
		}
		if want, named := named(p); named && want != b.digest {
			return fault("digest", "path", p, "got", b.digest)
		}
	default:
		return fault("kind", "path", p)
	}
	if old := a.blobs[p]; old != nil {
		if old.digest != b.digest || old.link != b.link {
			return fault("twice", "path", p)
		}
		return nil
	}
	a.blobs[p] = b
	return nil
}

// named gives the digest that a blob's path in an OCI layout promises.
func named(p string) (digest string, ok bool) {
	rest, ok := strings.CutPrefix(p, "blobs/")
	if !ok {
		return "", false
	}
	alg, hex, ok := strings.Cut(rest, "/")
	return alg + ":" + hex, ok
}

// at follows links to a member; nil where there is none.
func (a *archive) at(p string) *blob {
	p, _ = clean(p)
	b := a.blobs[p]
	for range 8 {
		if b == nil || b.link == "" {
			return b
		}
		b = a.blobs[b.link]
	}
	return nil
}

// stored is a blob by its digest.
func (a *archive) stored(digest string) *blob {
	alg, hex, _ := strings.Cut(digest, ":")
	return a.at("blobs/" + alg + "/" + hex)
}

// decode reads a member that must be JSON.
func (b *blob) decode(name string, into any) error {
	switch {
	case b.large:
		return fault("json_large", "name", name, "max", maxJSON>>20)
	case b.json == nil:
		return fault("json", "name", name)
	}
	if err := json.Unmarshal(b.json, into); err != nil {
		return fault("json", "name", name).because(err)
	}
	return nil
}

// resolve finds out which blobs belong to which image.
func (a *archive) resolve(l *Ledger) error {
	index, legacy := a.at("index.json"), a.at("manifest.json")
	switch {
	case index != nil:
		l.Format = OCILayout
		if legacy != nil {
			l.Format = ExportOCI
			if a.at("repositories") != nil {
				l.Format = DockerOCI
			}
		}
		return a.layout(l, index)
	case legacy != nil:
		l.Format = DockerLegacy
		return a.docker(l, legacy)
	case a.at("repositories") != nil:
		return fault("ancient")
	case len(a.blobs) == 0:
		return fault("empty")
	}
	return fault("no_image")
}

// saved is an entry of manifest.json.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// docker resolves what docker save wrote before Engine 25.
func (a *archive) docker(l *Ledger, b *blob) error {
	var all []saved
	if err := b.decode("manifest.json", &all); err != nil {
		return err
	}
	if len(all) == 0 {
		return fault("no_image")
	}
	if len(all) > maxManifests {
		return fault("manifests", "max", maxManifests)
	}
	for _, one := range all {
		var p Platform
		config := a.at(one.Config)
		if config == nil {
			return fault("missing", "what", one.Config)
		}
		p.Config = Blob{MediaType: typeDockerConfig, Digest: config.digest, Size: config.size}
		if len(one.Layers) > maxLayers {
			return fault("layers", "max", maxLayers)
		}
		for _, name := range one.Layers {
			b := a.at(name)
			if b == nil {
				return fault("missing", "what", name)
			}
			if b.layer == nil {
				return fault("layer", "name", name)
			}
			p.add(Layer{Blob: Blob{Digest: b.digest, Size: b.size, MediaType: dockerLayerType(b.layer.compression)}}, b.layer)
		}
		if err := p.configure(config); err != nil {
			return err
		}
		p.Made = true
		p.Manifest = importedManifest(&p)
		image := Image{Platforms: []Platform{p}}
		for _, tag := range one.RepoTags {
			image.name(tag)
		}
		l.Images = append(l.Images, image)
	}
	return nil
}

// Media types of Docker's that containerd gives what it imports.
const (
	typeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	typeDockerConfig   = "application/vnd.docker.container.image.v1+json"
	typeDockerLayer    = "application/vnd.docker.image.rootfs.diff.tar"
)

func dockerLayerType(compression string) string {
	if compression == "" {
		return typeDockerLayer
	}
	return typeDockerLayer + ".gzip"
}

// add appends a layer; read is nil where it was not read.
func (p *Platform) add(l Layer, read *layer) {
	if read != nil {
		l.Read, l.DiffID, l.Compression = true, read.diffID, read.compression
		l.Tar, l.FileBytes, l.DiskBytes = read.tar, read.fileBytes, read.diskBytes
		l.Entries, l.Whiteouts = read.entries, read.whiteouts
	}
	p.Stored += l.Size
	p.Layers = append(p.Layers, l)
	p.parts = append(p.parts, read)
}

// platformName writes a platform as the tools do.
func platformName(os, architecture, variant string) string {
	if os == "" && architecture == "" {
		return ""
	}
	name := cmp.Or(os, "unknown") + "/" + cmp.Or(architecture, "unknown")
	if variant != "" {
		name += "/" + variant
	}
	return clip(name)
}
