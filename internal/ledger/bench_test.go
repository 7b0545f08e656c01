package ledger

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/klauspost/compress/gzip"
)

// generated is a docker save archive that is written while it is read: one
// layer, compressed or not, stands in it several times.
type generated struct {
	rest  []byte
	times int
	meta  []item
}

// generate makes an archive of about size bytes in all its members. Each layer is
// a tar of files of half random, half repeated content, gzipped where packed.
func generate(t testing.TB, size int64, files int, packed bool) *generated {
	t.Helper()
	const one = 32 << 20 // bytes of a layer uncompressed
	r := rand.NewChaCha8([32]byte{1})
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	noise := make([]byte, one/files)
	for i := range files {
		_, _ = r.Read(noise[:len(noise)/2]) // never fails
		name := fmt.Sprintf("usr/lib/python3/dist-packages/module%03d/sub%02d/file_with_a_name_%06d.py", i%200, i%17, i)
		if err := errors.Join(w.WriteHeader(&tar.Header{Name: name, Size: int64(len(noise)), Mode: 0o644}), write(w, noise)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer := b.Bytes()
	diff := sha(layer).Digest
	if packed {
		layer = gz(t, layer)
	}
	g := &generated{rest: layer, times: max(1, int(size/int64(len(layer))))}
	var ids, names []string
	for i := range g.times {
		ids, names = append(ids, diff), append(names, fmt.Sprintf("%03d/layer.tar", i))
	}
	config, err := json.Marshal(map[string]any{"os": "linux", "architecture": "amd64", "rootfs": map[string]any{"type": "layers", "diff_ids": ids}})
	if err != nil {
		t.Fatal(err)
	}
	g.meta = []item{{name: "config.json", body: string(config)}, {name: "manifest.json", body: asJSON(t, []saved{{"config.json", []string{"demo/large:1"}, names}})}}
	return g
}

func write(w io.Writer, b []byte) error { _, err := w.Write(b); return err }

// open streams the archive; no more than one layer is in memory.
func (g *generated) open() io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		t := tar.NewWriter(w)
		var err error
		for i := range g.times {
			err = errors.Join(err, t.WriteHeader(&tar.Header{Name: fmt.Sprintf("%03d/layer.tar", i), Size: int64(len(g.rest)), Mode: 0o644}))
			for b := g.rest; len(b) > 0 && err == nil; b = b[min(len(b), 1<<20):] {
				_, err = t.Write(b[:min(len(b), 1<<20)])
			}
			if err != nil {
				break
			}
		}
		for _, i := range g.meta {
			err = errors.Join(err, t.WriteHeader(&tar.Header{Name: i.name, Size: int64(len(i.body)), Mode: 0o644}), write(t, []byte(i.body)))
		}
		_ = w.CloseWithError(errors.Join(err, t.Close()))
	}()
	return r
}

func (g *generated) size() int64 { return int64(len(g.rest)) * int64(g.times) }

// BenchmarkRead compares with what cannot be left out: reading the archive,
// decompressing its layers and hashing them once, in one goroutine. Both run in
// turn, and the fastest of each counts, so that a busy machine disturbs less.
func BenchmarkRead(b *testing.B) {
	for name, packed := range map[string]bool{"gzip": true, "plain": false} {
		g := generate(b, 1<<30, 800, packed)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(2 * g.size())
			ours, theirs := time.Hour, time.Hour
			for b.Loop() {
				began := time.Now()
				if err := once(g.open(), packed); err != nil {
					b.Fatal(err)
				}
				theirs = min(theirs, time.Since(began))
				began = time.Now()
				if _, err := Read(b.Context(), g.open(), "x", Options{}); err != nil {
					b.Fatal(err)
				}
				ours = min(ours, time.Since(began))
			}
			b.ReportMetric(100*theirs.Seconds()/ours.Seconds(), "%-of-once")
			b.ReportMetric(float64(g.size())/1e6/ours.Seconds(), "ledger-MB/s")
		})
	}
}

func once(r io.Reader, packed bool) error {
	t := tar.NewReader(bufio.NewReaderSize(r, 256<<10))
	z := new(gzip.Reader)
	buf := make([]byte, chunk)
	for {
		if _, err := t.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		in := bufio.NewReaderSize(t, 64<<10)
		var body io.Reader = in
		if head, _ := in.Peek(2); packed && bytes.Equal(head, magicGzip) {
			if err := z.Reset(in); err != nil {
				return err
			}
			body = z
		}
		if _, err := io.CopyBuffer(sha256.New(), onlyReader{body}, buf); err != nil {
			return err
		}
	}
}

// BenchmarkRead_AgainstTheLibrary reads the same archive with what crane
// validate does: open each layer again, decompress and hash it.
func BenchmarkRead_AgainstTheLibrary(b *testing.B) {
	g := generate(b, 256<<20, 800, true)
	path := b.TempDir() + "/image.tar"
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(f, g.open()); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("ledger", func(b *testing.B) {
		b.SetBytes(g.size())
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := Read(b.Context(), f, path, Options{}); err != nil {
				b.Fatal(err)
			}
			_ = f.Close()
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(g.size())
		for b.Loop() {
			var image v1.Image
			if image, err = tarball.ImageFromPath(path, nil); err != nil {
				b.Fatal(err)
			}
			if err := validate.Image(image); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestMain reads an archive from standard input where the benchmark of memory asks
// for it, in a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("LEDGER_READ_INPUT") == "" {
		os.Exit(m.Run())
	}
	if _, err := Read(context.Background(), os.Stdin, "x", Options{}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, _ = os.Stdout.Write(status)
}

// BenchmarkRead_Memory reports the most memory that a process took which reads
// 5 GB of layers, in more files than are kept.
func BenchmarkRead_Memory(b *testing.B) {
	g := generate(b, 5<<30, 2000, true)
	for b.Loop() {
		c := exec.CommandContext(b.Context(), os.Args[0])
		c.Env = append(os.Environ(), "LEDGER_READ_INPUT=1")
		c.Stdin = g.open()
		out, err := c.CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		var most float64
		if _, after, ok := strings.Cut(string(out), "VmHWM:"); !ok {
			b.Skip("the system does not tell")
		} else if _, err := fmt.Sscan(after, &most); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(most/1024, "MiB-resident")
		b.ReportMetric(float64(g.size())/1e9, "GB")
	}
}
