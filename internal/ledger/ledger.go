// Package ledger accounts for the bytes of container images: it reads an image
// archive in one sequential pass, or an image of a registry, and says what is in
// it, what each engine would show for it and by which rule, and whether the usual
// explanations of the difference hold for it. Nothing is unpacked to disk and
// nothing is run.
package ledger

// Version is that of a Ledger's JSON. It changes when a field goes or means
// something else.
const Version = 1

// Bounds of the lists in a Ledger. Counts and sums are of everything.
const (
	maxLargest    = 50
	maxWasted     = 50
	maxDuplicates = 25
	maxPaths      = 5 // of a duplicate
	maxShared     = 100
	maxText       = 500 // bytes of a path or command that are kept
)

// Format is how an archive or a source is laid out. Its name is the message
// ledger.format.FORMAT.
type Format string

const (
	DockerLegacy Format = "docker_legacy" // manifest.json and DIR/layer.tar: docker save before Engine 25
	DockerOCI    Format = "docker_oci"    // OCI layout with manifest.json and repositories: docker save since Engine 25
	ExportOCI    Format = "export_oci"    // OCI layout with manifest.json: ctr image export, docker save of the containerd store
	OCILayout    Format = "oci"           // OCI layout alone
	Registry     Format = "registry"
)

// Ledger is what a source holds.
type Ledger struct {
	Version     int     `json:"version"`
	Source      string  `json:"source"` // file name or reference
	Format      Format  `json:"format"`
	Compression string  `json:"compression,omitempty"` // of the whole archive: gzip or zstd
	Bytes       int64   `json:"bytes"`                 // read from the source
	Images      []Image `json:"images"`
	Notes       []Note  `json:"notes,omitempty"`

	kept *files // to compare files; not kept with the result
}

// Note is something the reader should know: a message id with arguments.
type Note struct {
	ID   string         `json:"id"`
	Args map[string]any `json:"args,omitempty"`
}

// Image is what one name, or several for the same target, stand for.
type Image struct {
	Names     []string   `json:"names,omitempty"`
	Index     *Blob      `json:"index,omitempty"` // where the target is an index
	Platforms []Platform `json:"platforms"`
	Figures   []Figure   `json:"figures,omitempty"`
}

// Blob is a piece of content named by its digest.
type Blob struct {
	MediaType string `json:"mediaType,omitempty"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"` // bytes as stored
}

// Platform is an image for one platform.
type Platform struct {
	Platform    string `json:"platform"` // os/architecture[/variant]
	Absent      bool   `json:"absent,omitempty"`
	Attestation bool   `json:"attestation,omitempty"` // says something of another one; no image
	Artifact    bool   `json:"artifact,omitempty"`    // no container image
	// Manifest is the archive's own or, where it has none (Made), the one that
	// containerd would make of it at import.
	Manifest Blob    `json:"manifest"`
	Made     bool    `json:"manifestMade,omitempty"`
	Config   Blob    `json:"config"` // its digest is Docker's image ID
	Created  string  `json:"created,omitempty"`
	Layers   []Layer `json:"layers"`
	History  []Step  `json:"history,omitempty"`
	Files    *Files  `json:"files,omitempty"` // nil where no layer was read
	Stored   int64   `json:"stored"`          // bytes of the layers as stored

	parts []*layer
	keys  map[string]string // digests of the config's parts, by name
	rest  int64             // bytes of the config without history and rootfs
}

// Layer is one layer of a platform's image, the lowest first.
type Layer struct {
	Blob
	DiffID      string `json:"diffID,omitempty"`
	Compression string `json:"compression,omitempty"` // gzip or zstd
	Read        bool   `json:"read"`                  // what follows is known, and the diff ID verified
	Tar         int64  `json:"tar,omitempty"`         // bytes uncompressed
	FileBytes   int64  `json:"fileBytes,omitempty"`   // by the rule of Docker's graphdriver
	DiskBytes   int64  `json:"diskBytes,omitempty"`   // estimate for 4 KiB blocks
	Entries     int    `json:"entries,omitempty"`
	Whiteouts   int    `json:"whiteouts,omitempty"` // opaque ones too
	Command     string `json:"command,omitempty"`   // from the history
	Foreign     bool   `json:"foreign,omitempty"`   // stays at another place and is not in the archive
}

// Step is one of an image's history.
type Step struct {
	Command string `json:"command"`
	Created string `json:"created,omitempty"`
	Layer   int    `json:"layer"` // position in Layers; -1 for one that made none
}

// Files is what the layers hold, one above the other.
type Files struct {
	Count       int         `json:"count"` // visible ones
	Bytes       int64       `json:"bytes"`
	Wasted      int64       `json:"wasted"` // bytes in layers that no container sees
	Overwritten int64       `json:"overwritten"`
	Deleted     int64       `json:"deleted"`
	Hidden      int         `json:"hidden"` // files behind Wasted
	Largest     []File      `json:"largest"`
	WastedFiles []Waste     `json:"wastedFiles,omitempty"`
	Twice       int64       `json:"duplicateBytes"` // that copies of the same content take
	Duplicates  []Duplicate `json:"duplicates,omitempty"`
	// Dropped counts files that were beyond the bound of what is kept in memory;
	// the figures above leave them out.
	Dropped int `json:"dropped,omitempty"`
}

// File is one in a layer.
type File struct {
	Path  string `json:"path"`
	Size  int64  `json:"size"`
	Layer int    `json:"layer"`
}

// Waste is a file that a later layer hides.
type Waste struct {
	File
	By      int  `json:"by"` // position of that layer
	Deleted bool `json:"deleted"`
}

// Duplicate is content that stands in the layers several times.
type Duplicate struct {
	Size   int64    `json:"size"`
	Copies int      `json:"copies"`
	Paths  []string `json:"paths"`
	Layers int      `json:"layers"` // how many hold it
}

// Size is what the image's platforms in the source take, each blob once.
func (i *Image) Size() (n int64) {
	seen := map[string]bool{}
	add := func(b Blob) {
		if b.Digest != "" && !seen[b.Digest] {
			seen[b.Digest] = true
			n += b.Size
		}
	}
	if i.Index != nil {
		add(*i.Index)
	}
	for _, p := range i.Platforms {
		if p.Absent {
			continue
		}
		add(p.Manifest)
		add(p.Config)
		for _, l := range p.Layers {
			if !l.Foreign {
				add(l.Blob)
			}
		}
	}
	return n
}

// Main is the platform that single figures are about: linux/amd64 where it was
// read, else the first that was. It is nil where there is none.
func (i *Image) Main() *Platform {
	var first *Platform
	for k := range i.Platforms {
		p := &i.Platforms[k]
		if p.Absent || p.Attestation || p.Artifact {
			continue
		}
		if p.whole() && p.Platform == "linux/amd64" {
			return p
		}
		if first == nil || !first.whole() && p.whole() {
			first = p
		}
	}
	return first
}

// whole tells whether all of its layers were read.
func (p *Platform) whole() bool {
	for _, l := range p.Layers {
		if !l.Read {
			return false
		}
	}
	return true
}

// sum adds a figure of every layer.
func (p *Platform) sum(of func(Layer) int64) (n int64) {
	for _, l := range p.Layers {
		n += of(l)
	}
	return n
}
