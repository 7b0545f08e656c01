package ledger

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"testing"

	"github.com/klauspost/compress/zstd"
)

const configID = "sha256:eadebbe589a397c9c4f888d2c01a197cdb044092b7a6df5d6dd29c6fc2ff8502"

// What the engines printed for the archives, and the archives' own sizes.
func TestFigures_AreThoseThatTheEnginesPrinted(t *testing.T) {
	for name, want := range map[string]struct {
		format     Format
		docker     int64
		ctr, size  string
		ctrBytes   int64
		saved, out int64
		manifest   string
	}{
		"docker-save":               {DockerLegacy, 5321361, "5.1 MiB", "5.32MB", 582 + 2076 + 1587200 + 3739136, 5339648, 5337088, "sha256:e7f983b2678c1f38b9a10916eb08af36985362ca1e21c9c8e0a261d1e11450d0"},
		"ctr-export":                {ExportOCI, 5321361, "2.2 MiB", "5.32MB", 738 + 2076 + 720355 + 1580518, 5339648, 2311680, "sha256:2883e5fb5d0c071bf46cde53cc6ec1d790a927bd51aaf4454a71c76b77909d62"},
		"ctr-export-of-docker-save": {ExportOCI, 5321361, "5.1 MiB", "5.32MB", 582 + 2076 + 1587200 + 3739136, 5339648, 5337088, "sha256:e7f983b2678c1f38b9a10916eb08af36985362ca1e21c9c8e0a261d1e11450d0"},
	} {
		l := read(t, fixture(t, name))
		if l.Format != want.format || len(l.Images) != 1 {
			t.Fatalf("%s: %s, %d images", name, l.Format, len(l.Images))
		}
		i := &l.Images[0]
		p := i.Main()
		if p.Config.Digest != configID || p.Manifest.Digest != want.manifest || p.Platform != "linux/amd64" {
			t.Errorf("%s: config %s, manifest %s of %s", name, p.Config.Digest, p.Manifest.Digest, p.Platform)
		}
		f := i.Figure
		if got := f(DockerSize); got.Bytes != want.docker || got.Text != want.size || !got.Exact {
			t.Errorf("%s: docker image ls %+v", name, got)
		}
		if got := f(CtrSize); got.Bytes != want.ctrBytes || got.Text != want.ctr {
			t.Errorf("%s: ctr image ls %+v", name, got)
		}
		if got := f(SaveLegacy); got.Bytes != want.saved {
			t.Errorf("%s: docker save %d", name, got.Bytes)
		}
		if got := f(ExportContainerd); got.Bytes != want.out {
			t.Errorf("%s: ctr export %d", name, got.Bytes)
		}
		if disk, content := f(DockerDisk), f(DockerContent); content.Bytes != want.ctrBytes || disk.Bytes != content.Bytes+f(NerdctlSize).Bytes || disk.Exact {
			t.Errorf("%s: %+v %+v", name, disk, content)
		}
	}
}

func TestFigures_AreWrittenAsEachEngineWritesThem(t *testing.T) {
	for n, want := range map[int64][2]string{
		5321361: {"5.32MB", "5.1 MiB"}, 37: {"37B", "37.0 B"}, 64275937: {"64.3MB", "61.3 MiB"}, 258541025: {"259MB", "246.6 MiB"}, 4210: {"4.21kB", "4.1 KiB"}, 999: {"999B", "999.0 B"}, 0: {"0B", "0.0 B"},
	} {
		if got := [2]string{decimal(n), iec(n)}; got != want {
			t.Errorf("%d: %v", n, got)
		}
	}
}

func TestRead_TheCompressionOfTheArchiveChangesNothing(t *testing.T) {
	b := fixture(t, "docker-save")
	var gz, zs bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, _ = w.Write(b)
	_ = w.Close()
	z, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write(b)
	_ = z.Close()
	plain, _ := json.Marshal(read(t, b).Images)
	for how, packed := range map[string][]byte{"gzip": gz.Bytes(), "zstd": zs.Bytes()} {
		l := read(t, packed)
		got, _ := json.Marshal(l.Images)
		if l.Compression != how || l.Bytes != int64(len(packed)) || !bytes.Equal(got, plain) {
			t.Errorf("%s: %s %d bytes", how, l.Compression, l.Bytes)
		}
	}
}

func TestRoundTrip_PredictsWhatTheEnginesWrote(t *testing.T) {
	l := read(t, fixture(t, "ctr-export"))
	stops := l.Images[0].RoundTrip()
	if len(stops) != 4 {
		t.Fatalf("%+v", stops)
	}
	// docker save was imported by ctr and exported again.
	back := read(t, fixture(t, "ctr-export-of-docker-save"))
	if got, want := stops[1].Manifest, back.Images[0].Main().Manifest.Digest; got != want {
		t.Errorf("manifest %s, want %s", got, want)
	}
	if stops[0].Shown != "5.32MB" || stops[1].Shown != "5.1 MiB" || stops[2].Shown != "5.32MB" || stops[3].Shown != "2.2 MiB" || stops[2].Config != configID {
		t.Errorf("%+v", stops)
	}
}

func TestExplain_TheStoresFormatIsTheReason(t *testing.T) {
	packed, plain := read(t, fixture(t, "ctr-export")), read(t, fixture(t, "docker-save"))
	for _, c := range []struct {
		name string
		of   []*Ledger
		want map[string]Answer
		said string
	}{
		{"packed", []*Ledger{packed}, map[string]Answer{ByPlatform: Refuted, ByShared: Refuted, ByRebuild: Refuted, ByFormat: Confirmed}, "ledger.said.rebuilt_small"},
		{"plain", []*Ledger{plain}, map[string]Answer{ByPlatform: Refuted, ByShared: Refuted, ByRebuild: Refuted, ByFormat: Confirmed}, "ledger.said.rebuilt_intact"},
		{"both", []*Ledger{plain, packed}, map[string]Answer{ByPlatform: Refuted, ByShared: Refuted, ByRebuild: Refuted, ByFormat: Confirmed}, "ledger.said.rebuilt_manifest"},
	} {
		for _, h := range Explain(c.of...) {
			if h.Answer != c.want[h.ID] {
				t.Errorf("%s: %s %s (%s %v)", c.name, h.ID, h.Answer, h.Said, h.Args)
			}
			if h.ID == ByRebuild && h.Said != c.said {
				t.Errorf("%s: %s", c.name, h.Said)
			}
		}
	}
}

func TestShare_ByBlobAndByDiffID(t *testing.T) {
	packed, plain, again := read(t, fixture(t, "ctr-export")), read(t, fixture(t, "docker-save")), read(t, fixture(t, "ctr-export-of-docker-save"))
	s := Share(packed, plain, again)
	// The last two are one image, by their manifest.
	if s.Images != 2 || s.Blobs != 0 || s.DiffIDs != 2 || s.Repeated != 0 || s.TotalFiles != 2*s.UniqueFiles {
		t.Errorf("%+v", s)
	}
}

func TestCompare_RepackedLayersAreTheSameFiles(t *testing.T) {
	c := Compare(read(t, fixture(t, "docker-save")), read(t, fixture(t, "ctr-export")))
	if !c.SameConfig || c.SameManifest || len(c.Layers) != 2 || c.Layers[0].Kind != "repacked" || !c.FilesKnown || c.Added.Files+c.Removed.Files+c.Changed.Files != 0 {
		t.Errorf("%+v", c)
	}
}
