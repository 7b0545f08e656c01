package ledger

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func faultOf(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.ID
	}
	return fmt.Sprint(err)
}

// without leaves members out, change replaces their content.
func rewrite(t *testing.T, archive []byte, change func(item) []item) []byte {
	t.Helper()
	var items []item
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return tarOf(t, items...)
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, change(item{name: h.Name, body: string(b), kind: h.Typeflag})...)
	}
}

func TestRead_SaysWhatIsWrong(t *testing.T) {
	layer := tarOf(t, item{name: "a", body: "hello"})
	image := make1(t, "linux/amd64", layer)
	good := layout(t, image)
	only := func(items ...item) []byte { return tarOf(t, items...) }
	index := func(manifest string) []byte {
		return only(append(image.items, item{name: "index.json", body: indexOf(manifest)})...)
	}
	deep, deepItems := image.manifest, image.items
	for range 7 {
		i, d := blobItem([]byte(indexOf(deep)))
		deep = fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.index.v1+json","digest":%q,"size":%d}`, d, len(i.body))
		deepItems = append(deepItems, i)
	}
	for name, c := range map[string]struct {
		archive []byte
		want    string
	}{
		"no tar":          {[]byte(strings.Repeat("not a tar ", 100)), "not_tar"},
		"nothing":         {nil, "not_tar"},
		"empty tar":       {only(), "empty"},
		"some tar":        {only(item{name: "etc/passwd", body: "x"}), "no_image"},
		"no images":       {only(item{name: "index.json", body: indexOf()}), "no_image"},
		"no entries":      {only(item{name: "manifest.json", body: "[]"}), "no_image"},
		"before 1.10":     {only(item{name: "repositories", body: "{}"}), "ancient"},
		"xz":              {append([]byte{0xfd, '7', 'z', 'X', 'Z', 0}, make([]byte, 600)...), "compression"},
		"cut":             {good[:len(good)-1024-512+50], "archive"},
		"cut gzip":        {gz(t, good)[:200], "archive"},
		"path up":         {only(item{name: "../x", body: "x"}), "path"},
		"path down up":    {only(item{name: "blobs/../../x", body: "x"}), "path"},
		"path absolute":   {only(item{name: "/x", body: "x"}), "path"},
		"link out":        {only(item{name: "x/layer.tar", kind: tar.TypeSymlink, link: "../../y"}), "path"},
		"device":          {only(item{name: "x", kind: tar.TypeChar}), "kind"},
		"layer path":      {layout(t, make1(t, "linux/amd64", tarOf(t, item{name: "a/../../b", body: "x"}))), "layer_path"},
		"twice":           {only(item{name: "index.json", body: "{}"}, item{name: "index.json", body: "{ }"}), "twice"},
		"index no JSON":   {only(item{name: "index.json", body: "hello"}), "json"},
		"index wrong":     {only(item{name: "index.json", body: "[1]"}), "json"},
		"index no digest": {only(item{name: "index.json", body: `{"manifests":[{"digest":"sha256:zz"}]}`}), "json"},
		"descriptor size": {index(strings.Replace(image.manifest, `"size":`, `"size":1`, 1)), "size"},
		"deep":            {only(append(deepItems, item{name: "index.json", body: indexOf(deep)})...), "depth"},
		"many":            {only(item{name: "index.json", body: indexOf(many(300)...)}), "manifests"},
		"wrong digest": {rewrite(t, good, func(i item) []item {
			i.body = strings.Replace(i.body, `"os":"linux"`, `"os":"lunix"`, 1)
			return []item{i}
		}), "digest"},
		"no layer": {rewrite(t, good, func(i item) []item {
			if strings.HasPrefix(i.body, "\x1f\x8b") {
				return nil
			}
			return []item{i}
		}), "missing"},
		"no config": {rewrite(t, good, func(i item) []item {
			if i.name == blobPath(image.config) {
				return nil
			}
			return []item{i}
		}), "missing"},
		"no manifest":      {only(item{name: "index.json", body: indexOf(image.manifest)}), "missing"},
		"legacy no config": {only(item{name: "manifest.json", body: `[{"Config":"c.json","Layers":[]}]`}), "missing"},
		"legacy no layer":  {only(item{name: "c.json", body: "{}"}, item{name: "manifest.json", body: `[{"Config":"c.json","Layers":["l/layer.tar"]}]`}), "missing"},
		"legacy loop": {only(item{name: "c.json", kind: tar.TypeSymlink, link: "d.json"}, item{name: "d.json", kind: tar.TypeSymlink, link: "c.json"},
			item{name: "manifest.json", body: `[{"Config":"c.json"}]`}), "missing"},
		"diff IDs": {only(item{name: "c.json", body: `{"rootfs":{"diff_ids":[]}}`}, item{name: "l/layer.tar", body: string(layer)},
			item{name: "manifest.json", body: `[{"Config":"c.json","Layers":["l/layer.tar"]}]`}), "diff_ids"},
		"diff ID": {only(item{name: "c.json", body: `{"rootfs":{"diff_ids":["` + sha([]byte("x")).Digest + `"]}}`}, item{name: "l/layer.tar", body: string(layer)},
			item{name: "manifest.json", body: `[{"Config":"c.json","Layers":["l/layer.tar"]}]`}), "diff_id"},
		"layer cut":  {only(item{name: "l", body: string(gz(t, bytes.Repeat(layer, 9))[:60])}), "layer"},
		"large JSON": {only(item{name: "index.json", body: `{"x":"` + strings.Repeat("x", maxJSON) + `"}`}), "json_large"},
	} {
		_, err := Read(t.Context(), bytes.NewReader(c.archive), name, Options{})
		if got := faultOf(err); got != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
}

func many(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":1}`, sha([]byte(fmt.Sprint(i))).Digest))
	}
	return out
}

// zeros is a layer's tar of one file of n zero bytes, written as it is read.
func zeros(n int64) io.Reader {
	r, w := io.Pipe()
	go func() {
		t := tar.NewWriter(w)
		_ = t.WriteHeader(&tar.Header{Name: "zero", Size: n, Mode: 0o644})
		_, err := io.CopyN(t, zeroReader{}, n)
		_ = w.CloseWithError(errors.Join(err, t.Close()))
	}()
	return r
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestRead_StopsAtABomb(t *testing.T) {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if _, err := io.Copy(w, zeros(64<<20)); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	archive := tarOf(t, item{name: "l", body: packed.String()})
	if _, err := Read(t.Context(), bytes.NewReader(archive), "bomb", Options{Limits: Limits{Unpacked: 32 << 20}}); faultOf(err) != "unpacked" {
		t.Error(err)
	}
	if _, err := Read(t.Context(), bytes.NewReader(archive), "large", Options{Limits: Limits{Read: 1000}}); faultOf(err) != "too_large" {
		t.Error(err)
	}
	check := ratio(func() int64 { return 1 << 20 }, "x")
	if check(maxRatio<<20) != nil || check(freeRatio+1) == nil || ratio(func() int64 { return 1 << 30 }, "x")(8<<30) != nil {
		t.Error("the ratio is not held")
	}
	// A sparse file claims more than there is.
	sparse := tarOf(t, item{name: "a", body: "x"})
	sparse[156] = tar.TypeGNUSparse
	if _, err := Read(t.Context(), bytes.NewReader(sparse), "sparse", Options{}); err == nil {
		t.Error("a sparse member was read")
	}
}

func TestRead_EndsWithItsContextAndTellsErrorsOfReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	archive := fixture(t, "ctr-export")
	_, err := Read(ctx, bytes.NewReader(archive), "x", Options{Size: int64(len(archive)), Progress: func(read, all int64) {
		if all != int64(len(archive)) {
			t.Errorf("of %d", all)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	bad := errors.New("the disk is gone")
	if _, err := Read(t.Context(), io.MultiReader(bytes.NewReader(archive[:1<<20]), iotest.ErrReader(bad)), "x", Options{}); !errors.Is(err, bad) {
		t.Error(err)
	}
}

func TestRead_BlobsMayComeInAnyOrder(t *testing.T) {
	a, b := make1(t, "linux/amd64", tarOf(t, item{name: "a", body: "1"}), tarOf(t, item{name: "b", body: "2"})), make1(t, "linux/arm64", tarOf(t, item{name: "a", body: "1"}))
	archive := layout(t, a, b)
	var items []item
	rewrite(t, archive, func(i item) []item { items = append(items, i); return nil })
	want := asJSON(t, read(t, archive).Images)
	for range len(items) {
		items = append(items[1:], items[0])
		if got := asJSON(t, read(t, tarOf(t, items...)).Images); got != want {
			t.Errorf("%s", got)
		}
	}
}

// A platform of an index that was not exported is no fault; its other platforms
// are read, and what is left out is said.
func TestRead_PlatformsOfAnIndex(t *testing.T) {
	shared := tarOf(t, item{name: "base", body: strings.Repeat("b", 5000)})
	a, b, c := make1(t, "linux/amd64", shared, tarOf(t, item{name: "x", body: "amd"})), make1(t, "linux/arm64", shared), make1(t, "linux/s390x", shared)
	i, d := blobItem([]byte(indexOf(a.manifest, b.manifest, c.manifest)))
	items := append(append([]item{i}, a.items...), b.items...)
	top := fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.index.v1+json","digest":%q,"size":%d,"annotations":{"io.containerd.image.name":"docker.io/demo/two:1"}}`, d, len(i.body))
	var once []item
	for _, x := range items {
		if !strings.Contains(asJSON(t, once), x.name) {
			once = append(once, x)
		}
	}
	l := read(t, tarOf(t, append(once, item{name: "index.json", body: indexOf(top)})...))
	image := &l.Images[0]
	if len(image.Platforms) != 3 || !image.Platforms[2].Absent || image.Index == nil || len(l.Notes) != 1 || image.Names[0] != "docker.io/demo/two:1" {
		t.Fatalf("%s", asJSON(t, l))
	}
	if s := Share(l); s.Images != 2 || s.Blobs != 1 || s.Repeated != image.Platforms[1].Layers[0].Size {
		t.Errorf("%+v", s)
	}
	if content, ctr := image.Figure(DockerContent).Bytes, image.Figure(CtrSize).Bytes; content <= ctr {
		t.Errorf("Docker counts all platforms, %d, and ctr one, %d", content, ctr)
	}
	if h := Explain(l)[0]; h.Answer != Partly {
		t.Errorf("%+v", h)
	}
}

func TestLedger_KeptIsEnoughToCompareLayers(t *testing.T) {
	l := read(t, fixture(t, "ctr-export"))
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var kept Ledger
	if err := json.Unmarshal(b, &kept); err != nil {
		t.Fatal(err)
	}
	c := Compare(&kept, read(t, fixture(t, "docker-save")))
	if len(b) > 20_000 || c == nil || c.FilesKnown || len(c.Layers) != 2 || c.Layers[0].Kind != "repacked" {
		t.Errorf("%d bytes, %+v", len(b), c)
	}
}

func FuzzRead(f *testing.F) {
	layer := tarOf(f, item{name: "a/b", body: "hello"}, item{name: "a/.wh.c"})
	oci := layout(f, make1(f, "linux/amd64", layer, layer))
	f.Add(oci)
	f.Add(gz(f, oci))
	f.Add(tarOf(f, item{name: "c.json", body: `{"rootfs":{"diff_ids":["` + sha(layer).Digest + `"]}}`}, item{name: "l/layer.tar", body: string(layer)},
		item{name: "manifest.json", body: `[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l/layer.tar"]}]`}))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Read(t.Context(), bytes.NewReader(b), "fuzz", Options{Limits: Limits{Unpacked: 16 << 20}})
		var known *Fault
		if err != nil && !errors.As(err, &known) {
			t.Fatalf("an error without words: %v", err)
		}
		if err != nil {
			return
		}
		if _, err := json.Marshal(NewReport(l, l)); err != nil {
			t.Fatal(err)
		}
	})
}
