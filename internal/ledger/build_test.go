package ledger

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// item is a member of a tar that a test writes.
type item struct {
	name string
	body string
	kind byte // a regular file if 0
	link string
}

func tarOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range items {
		h := &tar.Header{Name: i.name, Mode: 0o644, Size: int64(len(i.body)), Typeflag: tar.TypeReg, Linkname: i.link}
		if i.kind != 0 {
			h.Typeflag = i.kind
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(i.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gz(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // a buffer takes everything
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// made is an OCI image that a test writes.
type made struct {
	items    []item
	manifest string // its descriptor
	config   string // digest
}

func blobItem(b []byte) (item, string) {
	d := sha(b).Digest
	return item{name: blobPath(d), body: string(b)}, d
}

// make1 makes an image of layers, which are compressed with gzip.
func make1(t testing.TB, platform string, layers ...[]byte) (m made) {
	t.Helper()
	os, arch, _ := strings.Cut(platform, "/")
	var ids, descriptors []string
	for _, l := range layers {
		ids = append(ids, fmt.Sprintf("%q", sha(l).Digest))
		z := gz(t, l)
		i, d := blobItem(z)
		m.items = append(m.items, i)
		descriptors = append(descriptors, fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":%q,"size":%d}`, d, len(z)))
	}
	config := fmt.Sprintf(`{"architecture":%q,"os":%q,"rootfs":{"type":"layers","diff_ids":[%s]}}`, arch, os, strings.Join(ids, ","))
	i, d := blobItem([]byte(config))
	m.items, m.config = append(m.items, i), d
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[%s]}`,
		d, len(config), strings.Join(descriptors, ","))
	i, d = blobItem([]byte(manifest))
	m.items = append(m.items, i)
	m.manifest = fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":%d,"platform":{"os":%q,"architecture":%q}}`, d, len(manifest), os, arch)
	return m
}

func indexOf(manifests ...string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}`, strings.Join(manifests, ","))
}

// layout writes images into one OCI layout.
func layout(t testing.TB, images ...made) []byte {
	t.Helper()
	items := []item{{name: "oci-layout", body: `{"imageLayoutVersion":"1.0.0"}`}}
	var manifests []string
	for _, m := range images {
		items = append(items, m.items...)
		manifests = append(manifests, m.manifest)
	}
	return tarOf(t, append(items, item{name: "index.json", body: indexOf(manifests...)})...)
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
