package ledger

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The archives are real ones of one image, demo/hello:1.0, made on 2026-11-23 with
// dockerd 20.10.24 (overlay2) and containerd 1.6.20. Where a file ends in
// .skeleton, its layers are those of ctr-export.tar uncompressed and stand there
// only; the digest tells that the archive is whole again.
var fixtures = map[string]string{
	"docker-save":               "84740845c1cc6047bf0925c4d1b968daae492356b57484c7b82ec7551e4e1d92",
	"ctr-export":                "ec853c3f8b61a139bb66ba74a925860399d159807735fb88166af6a13bdf9f26",
	"ctr-export-of-docker-save": "b5c26cfcb2c022b4f81129b8a32461b00804097daeed3d7af40823ad63775c96",
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	export, err := os.ReadFile("testdata/ctr-export.tar")
	if err != nil {
		t.Fatal(err)
	}
	b := export
	if name != "ctr-export" {
		skeleton, err := os.ReadFile("testdata/" + name + ".skeleton")
		if err != nil {
			t.Fatal(err)
		}
		b = fill(t, skeleton, layersOf(t, export))
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != fixtures[name] {
		t.Fatalf("%s: not the recorded archive", name)
	}
	return b
}

// layersOf gives the uncompressed layers of an archive by their sizes.
func layersOf(t testing.TB, archive []byte) map[int64][]byte {
	out := map[int64][]byte{}
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		if z, err := gzip.NewReader(r); err == nil {
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			out[int64(len(b))] = b
		}
	}
}

func fill(t testing.TB, skeleton []byte, layers map[int64][]byte) (out []byte) {
	for len(skeleton) >= 512 {
		h := skeleton[:512]
		out, skeleton = append(out, h...), skeleton[512:]
		digits := strings.Trim(string(h[124:135]), " \x00")
		if digits == "" {
			continue
		}
		size, err := strconv.ParseInt(digits, 8, 64)
		if err != nil {
			t.Fatal(err)
		}
		if l, ok := layers[size]; ok {
			out = append(out, l...)
			out = append(out, make([]byte, (512-size%512)%512)...)
			continue
		}
		n := (size + 511) / 512 * 512
		out, skeleton = append(out, skeleton[:n]...), skeleton[n:]
	}
	return out
}

func read(t testing.TB, b []byte) *Ledger {
	t.Helper()
	l, err := Read(t.Context(), bytes.NewReader(b), "test", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}
