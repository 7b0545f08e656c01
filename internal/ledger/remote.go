package ledger

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"deckplan/internal/reach"
)

// Puller reads images of registries. Its zero value is anonymous and connects to
// public addresses over TLS only.
type Puller struct {
	Reach    reach.Reach // which addresses are connected to; reach.Public if empty
	User     string
	Password string
	Platform string // of an index: the one whose layers are read; linux/amd64 if empty
	Insecure bool   // plain HTTP where the registry has no TLS
	Resolver *net.Resolver
}

// Pull accounts for an image of a registry: of an index, every manifest and
// config, and the layers of one platform. Layers are read as they come, and
// nothing is kept. What is wrong is a *Fault.
func (p Puller) Pull(ctx context.Context, reference string, o Options) (*Ledger, error) {
	if p.Reach == "" {
		p.Reach = reach.Public
	}
	if p.Platform == "" {
		p.Platform = "linux/amd64"
	}
	var how []name.Option
	if p.Insecure {
		how = append(how, name.Insecure)
	}
	ref, err := name.ParseReference(reference, how...)
	if err != nil {
		return nil, fault("reference", "got", reference).because(err)
	}
	host, _, err := net.SplitHostPort(ref.Context().RegistryStr())
	if err != nil {
		host = ref.Context().RegistryStr()
	}
	if p.Reach.Refuses(strings.Trim(host, "[]")) {
		return nil, fault("registry_forbidden", "registry", ref.Context().RegistryStr())
	}
	wire := p.transport()
	defer wire.CloseIdleConnections()
	f := fetch{ctx: ctx, p: p, ref: ref, o: o, a: &archive{scanner: newScanner(o.Limits), blobs: map[string]*blob{}, remote: true}}
	f.opts = []remote.Option{remote.WithContext(ctx), remote.WithTransport(limited{wire}), remote.WithAuth(p.auth()), remote.WithJobs(1)}
	defer f.a.close()
	l, err := f.ledger()
	if err != nil {
		return nil, f.word(err)
	}
	return l, nil
}

func (p Puller) auth() authn.Authenticator {
	if p.User == "" && p.Password == "" {
		return authn.Anonymous
	}
	return &authn.Basic{Username: p.User, Password: p.Password}
}

// transport asks the reach of every address that a name led to, those of token
// servers and of redirects too. The environment's proxy is not used: it would
// connect past the reach.
func (p Puller) transport() *http.Transport {
	d := &net.Dialer{Timeout: 15 * time.Second, Resolver: p.Resolver, ControlContext: p.Reach.Control}
	return &http.Transport{DialContext: d.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: time.Minute,
		MaxResponseHeaderBytes: 64 << 10, DisableCompression: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second}
}

// limited bounds every answer but a blob's, whose size its manifest tells.
type limited struct{ http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.RoundTripper.RoundTrip(r)
	if err == nil && strings.Contains(r.URL.Path, "/manifests/") {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxJSON+1), answer.Body}
	}
	return answer, err
}

// fetch is one reading.
type fetch struct {
	ctx  context.Context
	p    Puller
	ref  name.Reference
	o    Options
	a    *archive
	opts []remote.Option
	all  int64 // bytes of the layers that are read
	src  *source
}

func (f *fetch) ledger() (*Ledger, error) {
	d, err := remote.Get(f.ref, f.opts...)
	if err != nil {
		return nil, err
	}
	budget := maxManifests
	if err := f.manifest(&d.Descriptor, d.Manifest, 0, &budget); err != nil {
		return nil, err
	}
	image := Image{}
	image.name(f.ref.Name())
	if d.MediaType.IsIndex() {
		b := describe(&d.Descriptor)
		image.Index = &b
	}
	budget = maxManifests
	// Once without layers to know which are wanted, and then with them.
	if err := f.a.walk(&image, &d.Descriptor, 0, &budget); err != nil {
		return nil, err
	}
	if err := f.layers(&image); err != nil {
		return nil, err
	}
	image.Platforms, budget = nil, maxManifests
	if err := f.a.walk(&image, &d.Descriptor, 0, &budget); err != nil {
		return nil, err
	}
	l := &Ledger{Version: Version, Source: f.ref.Name(), Format: Registry, Images: []Image{image}, kept: f.a.files}
	if f.src != nil {
		l.Bytes = f.src.n
	}
	return l, finish(l)
}

// manifest keeps a manifest and fetches what it names, layers apart.
func (f *fetch) manifest(d *v1.Descriptor, content []byte, depth int, budget *int) error {
	if *budget--; *budget < 0 || depth > maxDepth {
		return fault("manifests", "max", maxManifests)
	}
	if err := f.keep(d.Digest.String(), content); err != nil {
		return err
	}
	b := f.a.stored(d.Digest.String())
	if d.MediaType.IsIndex() {
		var index v1.IndexManifest
		if err := b.decode(d.Digest.String(), &index); err != nil {
			return err
		}
		for i := range index.Manifests {
			child := &index.Manifests[i]
			if f.a.stored(child.Digest.String()) != nil {
				continue
			}
			got, err := remote.Get(f.ref.Context().Digest(child.Digest.String()), f.opts...)
			if err != nil {
				return err
			}
			if err := f.manifest(&got.Descriptor, got.Manifest, depth+1, budget); err != nil {
				return err
			}
		}
		return nil
	}
	var m v1.Manifest
	if err := b.decode(d.Digest.String(), &m); err != nil {
		return err
	}
	return f.config(&m)
}

func (f *fetch) config(m *v1.Manifest) error {
	digest := m.Config.Digest.String()
	if f.a.stored(digest) != nil {
		return nil
	}
	if m.Config.Size > maxJSON {
		return fault("json_large", "name", digest, "max", maxJSON>>20)
	}
	content, err := f.blob(digest, m.Config.Size)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // read only
	b, err := io.ReadAll(io.LimitReader(content, maxJSON+1))
	if err != nil {
		return err
	}
	return f.keep(digest, b)
}

// keep keeps a small blob, if it is the one that its digest names.
func (f *fetch) keep(digest string, content []byte) error {
	if len(content) > maxJSON {
		return fault("json_large", "name", digest, "max", maxJSON>>20)
	}
	if f.a.jsons += int64(len(content)); f.a.jsons > maxJSONs {
		return fault("jsons", "max", maxJSONs>>20)
	}
	if got := sha(content).Digest; got != digest {
		return fault("digest", "path", digest, "got", got)
	}
	f.a.blobs[blobPath(digest)] = &blob{digest: digest, size: int64(len(content)), json: content}
	return nil
}

// blob opens one; what is read of it is held to its size and digest.
func (f *fetch) blob(digest string, size int64) (io.ReadCloser, error) {
	l, err := remote.Layer(f.ref.Context().Digest(digest), f.opts...)
	if err != nil {
		return nil, err
	}
	r, err := l.Compressed()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, size+1), r}, nil
}

// layers reads those of the wanted platform, or of the first.
func (f *fetch) layers(image *Image) error {
	want := image.Main()
	for i := range image.Platforms {
		if p := &image.Platforms[i]; p.Platform == f.p.Platform && !p.Attestation && !p.Artifact {
			want = p
			break
		}
	}
	if want == nil {
		return nil
	}
	f.all = want.stored()
	f.src = &source{ctx: f.ctx, max: f.o.Limits.orDefaults().Read, tell: f.o.told(f.all)}
	for _, l := range want.Layers {
		if l.Foreign || f.a.stored(l.Digest) != nil {
			continue
		}
		if err := f.layer(l); err != nil {
			return err
		}
	}
	return nil
}

func (f *fetch) layer(l Layer) error {
	r, err := f.blob(l.Digest, l.Size)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // read only
	f.src.r = r
	b, err := f.a.blob(f.src, l.Digest, l.Size)
	if f.src.fault != nil {
		return f.src.fault
	}
	if err != nil {
		return err
	}
	if b.digest != l.Digest {
		return fault("digest", "path", l.Digest, "got", b.digest)
	}
	f.a.blobs[blobPath(l.Digest)] = b
	return nil
}

// word tells what went wrong with a registry.
func (f *fetch) word(err error) error {
	registry := f.ref.Context().RegistryStr()
	var known *Fault
	var answer *transport.Error
	switch {
	case f.ctx.Err() != nil:
		return f.ctx.Err()
	case errors.As(err, &known):
		return known
	case errors.Is(err, reach.ErrForbidden):
		return fault("registry_forbidden", "registry", registry).because(err)
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return fault("registry_denied", "reference", f.ref.Name()).because(err)
	case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound:
		return fault("registry_unknown", "reference", f.ref.Name()).because(err)
	case errors.As(err, &answer) && answer.StatusCode == http.StatusTooManyRequests:
		return fault("registry_busy", "registry", registry).because(err)
	case strings.Contains(err.Error(), "error verifying"): // its type is the library's own
		return fault("registry_digest", "registry", registry).because(err)
	}
	return fault("registry_down", "registry", registry, "detail", err.Error()).because(err)
}
