package ledger

// Bounds of a whole ledger, so that it can be kept with a plan.
const (
	maxAllLayers = 4000
	maxAllSteps  = 3000
	maxDetailed  = 16 // platforms whose files are listed
	maxNotes     = 20
)

// finish computes what follows from the images once all layers are known.
func finish(l *Ledger) error {
	layers, steps, detailed := 0, 0, 0
	for i := range l.Images {
		image := &l.Images[i]
		for k := range image.Platforms {
			p := &image.Platforms[k]
			if layers += len(p.Layers); layers > maxAllLayers {
				return fault("layers_all", "max", maxAllLayers)
			}
			if steps += len(p.History); steps > maxAllSteps {
				steps -= len(p.History)
				p.History = nil
				l.note("ledger.note.history", "platform", p.Platform)
			}
			if p.Absent {
				l.note("ledger.note.absent", "platform", p.Platform)
			}
			if p.Absent || p.Attestation || p.Artifact {
				continue
			}
			p.Files = l.kept.survey(p)
			if p.Files == nil {
				continue
			}
			if detailed++; detailed > maxDetailed {
				p.Files.Largest, p.Files.WastedFiles, p.Files.Duplicates = nil, nil, nil
			}
			if p.Files.Dropped > 0 {
				l.note("ledger.note.dropped", "n", p.Files.Dropped, "max", maxFiles)
			}
		}
		image.Figures = image.figures()
	}
	return nil
}

func (l *Ledger) note(id string, pairs ...any) {
	if len(l.Notes) >= maxNotes {
		return
	}
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	l.Notes = append(l.Notes, Note{id, args})
}

// Report is what is said of one source or of several together.
type Report struct {
	Version    int          `json:"version"`
	Ledgers    []*Ledger    `json:"ledgers"`
	Hypotheses []Hypothesis `json:"hypotheses"`
	RoundTrip  []Stop       `json:"roundTrip,omitempty"`  // of the first image
	Shared     *Shared      `json:"shared,omitempty"`     // of several images
	Comparison *Comparison  `json:"comparison,omitempty"` // of two sources
}

// NewReport says what can be said of the sources. It computes nothing that is
// not in them.
func NewReport(all ...*Ledger) Report {
	r := Report{Version: Version, Ledgers: all, Hypotheses: Explain(all...)}
	if i := first(all); i != nil {
		r.RoundTrip = i.RoundTrip()
	}
	if s := Share(all...); s.Images > 1 {
		r.Shared = &s
	}
	if len(all) == 2 {
		r.Comparison = Compare(all[0], all[1])
	}
	return r
}
