package ledger

import (
	"encoding/json"
	"errors"
	"time"
)

// MaxKept bounds the measurements that are kept with one plan, MaxTogether the
// sources that are measured together.
const (
	MaxKept     = 100
	MaxTogether = 4
)

// ErrFull tells that a plan keeps as many measurements as it may.
var ErrFull = errors.New("ledger: the plan keeps as many as it may")

// Kept is a measurement that is kept with a plan.
type Kept struct {
	ID      string
	Plan    string
	Name    string // of the file, or the reference
	Author  string
	Created time.Time
	Summary Summary
	// Content is the Set as JSON; a list leaves it out.
	Content json.RawMessage
}

// Summary is what a list tells of a measurement.
type Summary struct {
	Images    []string `json:"images"` // names, or digests where there are none
	Platforms []string `json:"platforms"`
	Digests   []string `json:"digests"` // of indexes, manifests and configs
	Stored    int64    `json:"stored"`  // bytes of the blobs, each once
	Docker    string   `json:"docker"`  // what docker image ls shows of the first image
	Ctr       string   `json:"ctr"`     // what ctr image ls shows of it
}

// Set is what was found of sources that were measured together.
type Set struct {
	Ledgers    []*Ledger    `json:"ledgers"`
	Shared     Shared       `json:"shared"`
	Hypotheses []Hypothesis `json:"hypotheses"`
	Trip       []Stop       `json:"roundTrip,omitempty"`
	// Comparison is of the first two sources or, where there is one, of the first
	// two images in it; nil where there are no two.
	Comparison *Comparison `json:"comparison,omitempty"`
}

// Together holds sources against each other.
func Together(all ...*Ledger) Set {
	s := Set{Ledgers: all, Shared: Share(all...), Hypotheses: Explain(all...)}
	if i := first(all); i != nil {
		s.Trip = i.RoundTrip()
	}
	if len(all) > 1 {
		s.Comparison = Compare(all[0], all[1])
	}
	return s
}

// Image is the first image that has a platform; nil where none has.
func (s Set) Image() *Image { return first(s.Ledgers) }

// Summary shortens a set for a list.
func (s Set) Summary() Summary {
	var out Summary
	seen := map[string]bool{}
	put := func(list *[]string, text string) {
		if text != "" && !seen[text] && len(*list) < 40 {
			seen[text] = true
			*list = append(*list, text)
		}
	}
	for _, l := range s.Ledgers {
		for k := range l.Images {
			i := &l.Images[k]
			out.Stored += i.Size()
			for _, name := range i.Names {
				put(&out.Images, name)
			}
			if i.Index != nil {
				put(&out.Digests, i.Index.Digest)
			}
			for _, p := range i.Platforms {
				if p.Absent || p.Attestation {
					continue
				}
				put(&out.Platforms, p.Platform)
				put(&out.Digests, p.Manifest.Digest)
				put(&out.Digests, p.Config.Digest)
			}
		}
	}
	if i := s.Image(); i != nil {
		out.Docker, out.Ctr = i.Figure(DockerSize).Text, i.Figure(CtrSize).Text
		if len(out.Images) == 0 {
			put(&out.Images, i.Main().Manifest.Digest)
		}
	}
	return out
}
