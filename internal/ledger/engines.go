package ledger

import "github.com/docker/go-units"

// Figure is what an engine shows for an image, or a file that it writes. Its
// name is the message ledger.figure.ID, the rule ledger.figure.ID.why.
type Figure struct {
	ID    string `json:"id"`
	Known bool   `json:"known"`
	Bytes int64  `json:"bytes"`
	Text  string `json:"text"` // as the engine prints it
	// Exact is false for an estimate: the rule depends on something that the
	// source does not tell, such as the node's file system.
	Exact  bool   `json:"exact"`
	Parts  []Part `json:"parts,omitempty"` // that add up to Bytes; message ledger.part.ID
	Source string `json:"source"`
	AsOf   string `json:"asOf"`
}

// Part is one of a figure's summands.
type Part struct {
	ID    string `json:"id"`
	Bytes int64  `json:"bytes"`
}

// Figures' ids.
const (
	DockerSize       = "docker_size"       // docker image ls, graphdriver
	DockerDisk       = "docker_disk"       // docker image ls, containerd store: DISK USAGE
	DockerContent    = "docker_content"    // and CONTENT SIZE
	CtrSize          = "ctr_size"          // ctr image ls
	CrictlSize       = "crictl_size"       // crictl images
	NerdctlSize      = "nerdctl_size"      // nerdctl images: SIZE
	NerdctlBlobs     = "nerdctl_blobs"     // and BLOB SIZE
	Transfer         = "transfer"          // from a registry to a node that has nothing of it
	SaveLegacy       = "save_legacy"       // docker save before Engine 25
	SaveDocker       = "save_docker"       // docker save since Engine 25, graphdriver
	ExportContainerd = "export_containerd" // ctr image export, docker save of the containerd store
)

// decimal writes bytes as Docker and crictl do (docker/cli
// cli/command/formatter, cri-tools cmd/crictl/image.go: units.HumanSizeWithPrecision
// with three digits): powers of 1000, as in 5.32MB.
func decimal(n int64) string { return units.HumanSizeWithPrecision(float64(n), 3) }

// iec writes bytes as ctr and nerdctl do (containerd pkg/progress.Bytes):
// powers of 1024 with one decimal, as in 5.1 MiB.
func iec(n int64) string {
	return units.CustomSize("%02.1f %s", float64(n), 1024, []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"})
}

const (
	asOf           = "2026-08-23"
	sourceGraph    = "moby/moby@docker-v29.7.2 daemon/images/image_list.go, daemon/internal/layer/ro_layer.go"
	sourceStore    = "moby/moby@docker-v29.7.2 daemon/containerd/image_list.go"
	sourceCtr      = "containerd/containerd@v2.3.4 cmd/ctr/commands/images/images.go, core/images/image.go"
	sourceCRI      = "containerd/containerd@v2.3.4 internal/cri/store/image/image.go"
	sourceNerdctl  = "containerd/nerdctl@v2.3.5 pkg/cmd/image/list.go"
	sourceExport   = "containerd/containerd@v2.3.4 core/images/archive/exporter.go"
	sourceSave     = "moby/moby@docker-v29.7.2 daemon/internal/image/tarexport/save.go"
	sourceSave20   = "moby/moby@v20.10.24 image/tarexport/save.go"
	sourceManifest = "opencontainers/distribution-spec@v1.1.1 spec.md (pull)"
)

// figures computes what each engine shows for an image. Those of one platform
// are Main's; unpacked figures are unknown where its layers were not read.
func (i *Image) figures() (out []Figure) {
	p := i.Main()
	if p == nil {
		return nil
	}
	index := int64(0)
	if i.Index != nil {
		index = i.Index.Size
	}
	packed := []Part{{"index", index}, {"manifest", p.Manifest.Size}, {"config", p.Config.Size}, {"layers", p.stored()}}
	whole := p.whole()
	disk := p.sum(func(l Layer) int64 { return l.DiskBytes })
	add := func(id, source string, known, exact bool, write func(int64) string, parts ...Part) {
		f := Figure{ID: id, Known: known, Exact: exact, Source: source, AsOf: asOf}
		for _, x := range parts {
			f.Bytes += x.Bytes
			if x.Bytes != 0 {
				f.Parts = append(f.Parts, x)
			}
		}
		if f.Text = write(f.Bytes); !known {
			f.Bytes, f.Text, f.Parts = 0, "", nil
		}
		out = append(out, f)
	}
	// Sum of the layers' file sizes; manifests and configs count nothing.
	add(DockerSize, sourceGraph, whole, p.exactFiles(), decimal, Part{"files", p.sum(func(l Layer) int64 { return l.FileBytes })})
	// The content of all platforms that are there, and their unpacked snapshots.
	add(DockerDisk, sourceStore, i.whole(), false, decimal, Part{"content", i.Size()}, Part{"snapshots", i.snapshots()})
	add(DockerContent, sourceStore, true, true, decimal, Part{"content", i.Size()})
	// Sizes in the descriptors of one platform: index, manifest, config, layers.
	add(CtrSize, sourceCtr, true, true, iec, packed...)
	add(CrictlSize, sourceCRI, true, true, decimal, packed...)
	add(NerdctlSize, sourceNerdctl, whole, false, iec, Part{"snapshots", disk})
	add(NerdctlBlobs, sourceNerdctl, true, true, iec, packed...)
	add(Transfer, sourceManifest, true, true, decimal, packed...)
	add(SaveLegacy, sourceSave20, whole, true, decimal, Part{"archive", p.saveLegacy(i.Names)})
	add(SaveDocker, sourceSave, whole, false, decimal, Part{"archive", p.saveDocker(i.Names)})
	add(ExportContainerd, sourceExport, true, true, decimal, Part{"archive", i.export(p)})
	return out
}

// stored is the bytes of the layers' blobs, each once: neither a store nor a
// registry keeps or sends one twice.
func (p *Platform) stored() (n int64) {
	seen := map[string]bool{}
	for _, l := range p.Layers {
		if !seen[l.Digest] && !l.Foreign {
			n += l.Size
		}
		seen[l.Digest] = true
	}
	return n
}

// exactFiles tells whether every file was looked at for being held twice by its
// own layer.
func (p *Platform) exactFiles() bool { return p.Files != nil && p.Files.Dropped == 0 }

// whole tells whether all layers of all platforms that are there were read.
func (i *Image) whole() bool {
	for k := range i.Platforms {
		if p := &i.Platforms[k]; !p.Absent && !p.Attestation && !p.Artifact && !p.whole() {
			return false
		}
	}
	return true
}

// snapshots is what the unpacked layers of all platforms take. Layers that lie on
// the same ones below share one snapshot.
func (i *Image) snapshots() (n int64) {
	seen := map[string]bool{}
	for _, p := range i.Platforms {
		if p.Absent || p.Attestation || p.Artifact {
			continue
		}
		chain := ""
		for _, l := range p.Layers {
			if chain += l.DiffID + " "; !seen[chain] {
				seen[chain] = true
				n += l.DiskBytes
			}
		}
	}
	return n
}

// Figure gives one by its id.
func (i *Image) Figure(id string) Figure {
	for _, f := range i.Figures {
		if f.ID == id {
			return f
		}
	}
	return Figure{ID: id}
}
