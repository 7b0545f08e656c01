package ledger

import (
	"archive/tar"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"
)

func TestFiles_WasteOfEveryKind(t *testing.T) {
	base := tarOf(t, item{name: "etc/", kind: tar.TypeDir}, item{name: "etc/a", body: strings.Repeat("a", 100)}, item{name: "./etc/b", body: strings.Repeat("b", 200)},
		item{name: "var/cache/x", body: strings.Repeat("x", 1000)}, item{name: "var/cache/y", body: strings.Repeat("y", 2000)}, item{name: "opt/d/old", body: strings.Repeat("o", 50)},
		item{name: "bin/sh", kind: tar.TypeSymlink, link: "busybox"}, item{name: "bin/hard", kind: tar.TypeLink, link: "etc/a"}, item{name: "opt/file", body: strings.Repeat("f", 7)})
	next := tarOf(t, item{name: "etc/a", body: strings.Repeat("A", 150)}, item{name: "etc/.wh.b"}, item{name: "var/cache/.wh..wh..opq"}, item{name: "var/cache/z", body: strings.Repeat("x", 1000)},
		item{name: "opt/d", body: "now a file"}, item{name: "opt/file/", kind: tar.TypeDir})
	l := read(t, layout(t, make1(t, "linux/amd64", base, next)))
	f := l.Images[0].Main().Files
	if f.Overwritten != 100+7 || f.Deleted != 200+1000+2000+50 || f.Wasted != f.Overwritten+f.Deleted || f.Hidden != 6 {
		t.Errorf("%s", asJSON(t, f))
	}
	if f.Bytes != 150+1000+10 || f.Twice != 1000 || len(f.Duplicates) != 1 || f.Duplicates[0].Copies != 2 || f.Duplicates[0].Layers != 2 {
		t.Errorf("%s", asJSON(t, f))
	}
	if w := f.WastedFiles[0]; w.Path != "/var/cache/y" || w.Layer != 0 || w.By != 1 || !w.Deleted {
		t.Errorf("%+v", w)
	}
	// Symbolic links count the length of their target, hard links nothing.
	if got := l.Images[0].Main().Layers[0].FileBytes; got != 100+200+1000+2000+50+7+7 {
		t.Errorf("file bytes %d", got)
	}
}

// The unpacked snapshot of hello-world, one file in the root: 20.6 kB of disk
// usage, 4.21 kB of them content, were seen on ext4.
func TestFiles_ASnapshotTakesWholeBlocks(t *testing.T) {
	l := read(t, layout(t, make1(t, "linux/amd64", tarOf(t, item{name: "hello", body: strings.Repeat("h", 10_072)}))))
	if got := l.Images[0].Figure(NerdctlSize).Bytes; got != 16_384 || decimal(got+4210) != "20.6kB" {
		t.Errorf("%d", got)
	}
}

func TestFiles_AFileThatATarHoldsTwiceIsUnpackedOnce(t *testing.T) {
	l := read(t, layout(t, make1(t, "linux/amd64", tarOf(t, item{name: "a", body: "12345"}, item{name: "a", body: "123"}))))
	if got := l.Images[0].Figure(DockerSize).Bytes; got != 3 {
		t.Errorf("%d", got)
	}
}

// TestFiles_AgreeWithAnOverlayDoneByHand lays random layers one above the other
// with a map of whole paths.
func TestFiles_AgreeWithAnOverlayDoneByHand(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		visible, size := map[string]int64{}, int64(0)
		var layers [][]byte
		for range 4 {
			var items []item
			added, took := map[string]int64{}, map[string]bool{}
			for range 12 {
				p := fmt.Sprintf("d%d/e%d/f%d", r.IntN(2), r.IntN(2), r.IntN(4))
				if took[p] {
					continue
				}
				took[p] = true
				up, base := path.Split(p)
				switch r.IntN(6) {
				case 0:
					items = append(items, item{name: up + ".wh." + base})
					remove(visible, func(q string) bool { return q == p })
				case 1:
					items = append(items, item{name: up + ".wh..wh..opq"})
					remove(visible, func(q string) bool { return strings.HasPrefix(q, up) })
				case 2:
					d := strings.TrimSuffix(up, "/")
					u, b := path.Split(d)
					items = append(items, item{name: u + ".wh." + b})
					remove(visible, func(q string) bool { return strings.HasPrefix(q, up) })
				default:
					n := 1 + r.IntN(50)
					items = append(items, item{name: p, body: strings.Repeat("x", n)})
					added[p] = int64(n)
					size += int64(n)
				}
			}
			for p, n := range added {
				visible[p] = n
			}
			layers = append(layers, tarOf(t, items...))
		}
		want := int64(0)
		for _, n := range visible {
			want += n
		}
		f := read(t, layout(t, make1(t, "linux/amd64", layers...))).Images[0].Main().Files
		if f.Count != len(visible) || f.Bytes != want || f.Wasted != size-want {
			t.Errorf("seed %d: %d files %d bytes %d wasted, want %d, %d, %d", seed, f.Count, f.Bytes, f.Wasted, len(visible), want, size-want)
		}
	}
}

func remove(m map[string]int64, which func(string) bool) {
	for k := range m {
		if which(k) {
			delete(m, k)
		}
	}
}
