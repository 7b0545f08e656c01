package ledger

import "math"

// Answer is whether an explanation holds for the images at hand. Its word is the
// message ledger.answer.ANSWER.
type Answer string

const (
	Confirmed Answer = "confirmed"
	Refuted   Answer = "refuted"
	Partly    Answer = "partly"
	Unknown   Answer = "unknown"
)

// Hypothesis is an explanation of why two engines show different sizes, held
// against the evidence of the images at hand. The explanation is the message
// ledger.hypothesis.ID, what was found the message Said with Args.
type Hypothesis struct {
	ID     string         `json:"id"`
	Answer Answer         `json:"answer"`
	Said   string         `json:"said"`
	Args   map[string]any `json:"args,omitempty"`
	Parts  []Part         `json:"evidence,omitempty"`
}

// The explanations: that the engines show different platforms; that one of them
// leaves out shared layers; that Docker rebuilds the image with metadata of its
// own; and that one counts compressed blobs and the other unpacked layers.
const (
	ByPlatform = "platform"
	ByShared   = "shared"
	ByRebuild  = "rebuilt"
	ByFormat   = "format"
)

const (
	// little is the part of the gap below which a cause explains nothing of it.
	little = 0.05
	// nearly is the part from which it explains it.
	nearly = 0.95
)

// Explain holds the four explanations against the first image. Before and after
// a round trip, give both sources: then the rebuilding is decided by their
// configs' digests.
func Explain(all ...*Ledger) []Hypothesis {
	i := first(all)
	if i == nil {
		return nil
	}
	e := evidence{image: i, p: i.Main(), docker: i.Figure(DockerSize), ctr: i.Figure(CtrSize)}
	e.gap = e.docker.Bytes - e.ctr.Bytes
	return []Hypothesis{e.platform(), e.shared(all), e.rebuilt(all), e.format()}
}

// first is the first image of the sources that has a platform.
func first(all []*Ledger) *Image {
	for _, l := range all {
		for k := range l.Images {
			if l.Images[k].Main() != nil {
				return &l.Images[k]
			}
		}
	}
	return nil
}

type evidence struct {
	image       *Image
	p           *Platform
	docker, ctr Figure
	gap         int64 // may be negative
}

func (e evidence) say(id string, a Answer, said string, args map[string]any, parts ...Part) Hypothesis {
	if args == nil {
		args = map[string]any{}
	}
	args["docker"], args["ctr"], args["gap"] = e.docker.Text, e.ctr.Text, decimal(abs(e.gap))
	if !e.docker.Known && id != ByShared {
		return Hypothesis{ID: id, Answer: Unknown, Said: "ledger.said.unread", Args: args}
	}
	return Hypothesis{ID: id, Answer: a, Said: said, Args: args, Parts: append(parts, Part{"gap", e.gap})}
}

func abs(n int64) int64 { return max(n, -n) }

// platform: both figures compared are of one platform, so that others cannot be
// the reason. They are in what Docker's containerd store counts, though.
func (e evidence) platform() Hypothesis {
	n, rest := 0, e.image.Size()-e.p.Manifest.Size-e.p.Config.Size-e.p.stored()
	for _, p := range e.image.Platforms {
		if !p.Absent && !p.Attestation && !p.Artifact {
			n++
		}
	}
	args := map[string]any{"n": n, "platform": e.p.Platform, "others": decimal(rest)}
	if n > 1 {
		return e.say(ByPlatform, Partly, "ledger.said.platform_many", args, Part{"other_platforms", rest})
	}
	return e.say(ByPlatform, Refuted, "ledger.said.platform_one", args)
}

// shared: each figure counts all layers of its image, shared or not. An image
// that was stored in two ways is one.
func (e evidence) shared(all []*Ledger) Hypothesis {
	s := Share(all...)
	args := map[string]any{"images": s.Images, "n": s.Layers(), "bytes": decimal(s.Repeated)}
	if configs(all) < 2 {
		return e.say(ByShared, Refuted, "ledger.said.shared_alone", args)
	}
	if s.Layers() == 0 {
		return e.say(ByShared, Refuted, "ledger.said.shared_none", args)
	}
	return e.say(ByShared, Refuted, "ledger.said.shared_counted", args, Part{"shared", s.Repeated})
}

// configs counts the images that are not the same.
func configs(all []*Ledger) int {
	seen := map[string]bool{}
	for _, l := range all {
		for i := range l.Images {
			for _, p := range l.Images[i].Platforms {
				if !p.Absent && !p.Attestation && !p.Artifact {
					seen[p.Config.Digest] = true
				}
			}
		}
	}
	return len(seen)
}

// rebuilt: an image's identity is the digest of its config. With two sources it
// tells whether Docker wrote another; with one, manifest and config are all the
// metadata there is, and their bytes are held against the gap.
func (e evidence) rebuilt(all []*Ledger) Hypothesis {
	meta := e.p.Manifest.Size + e.p.Config.Size
	args := map[string]any{"config": e.p.Config.Digest, "meta": decimal(meta)}
	for _, l := range all[min(1, len(all)):] {
		o := first([]*Ledger{l})
		if o == nil || o == e.image {
			continue
		}
		q := o.Main()
		args["other"] = q.Config.Digest
		switch {
		case q.Config.Digest == e.p.Config.Digest && q.Manifest.Digest == e.p.Manifest.Digest:
			return e.say(ByRebuild, Refuted, "ledger.said.rebuilt_same", args, Part{"metadata", meta})
		case q.Config.Digest == e.p.Config.Digest:
			args["manifest"], args["othermanifest"] = e.p.Manifest.Digest, q.Manifest.Digest
			return e.say(ByRebuild, Refuted, "ledger.said.rebuilt_manifest", args, Part{"metadata", meta})
		case sameDiffIDs(e.p, q):
			args["keys"] = changedKeys(e.p, q)
			return e.say(ByRebuild, Confirmed, "ledger.said.rebuilt_config", args, Part{"metadata", meta})
		}
	}
	delete(args, "other")
	if float64(meta) < little*float64(abs(e.gap)) {
		return e.say(ByRebuild, Refuted, "ledger.said.rebuilt_small", args, Part{"metadata", meta})
	}
	if !e.packed() {
		return e.say(ByRebuild, Refuted, "ledger.said.rebuilt_intact", args, Part{"metadata", meta})
	}
	// A tiny image: metadata is as large as what it describes.
	return e.say(ByRebuild, Partly, "ledger.said.rebuilt_tiny", args, Part{"metadata", meta})
}

// packed tells whether a layer is compressed.
func (e evidence) packed() bool {
	for _, l := range e.p.Layers {
		if l.Compression != "" {
			return true
		}
	}
	return false
}

// format: how much of the gap is the difference between the layers' files and
// the layers' blobs.
func (e evidence) format() Hypothesis {
	files, blobs := e.docker.Bytes, e.p.stored()
	args := map[string]any{"files": decimal(files), "blobs": decimal(blobs), "share": 0.0}
	parts := []Part{{"files", files}, {"blobs", blobs}}
	if !e.packed() {
		return e.say(ByFormat, Confirmed, "ledger.said.format_plain", args, parts...)
	}
	share := 0.0
	if e.gap != 0 {
		share = float64(files-blobs) / float64(e.gap)
	}
	args["share"] = math.Round(share*1000) / 1000
	switch {
	case share >= nearly && share <= 2-nearly:
		return e.say(ByFormat, Confirmed, "ledger.said.format_packed", args, parts...)
	case share > little:
		return e.say(ByFormat, Partly, "ledger.said.format_partly", args, parts...)
	}
	return e.say(ByFormat, Refuted, "ledger.said.format_not", args, parts...)
}
