package command

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/docker/go-units"

	"deckplan/internal/ledger"
)

// imageTable writes the tables of image sizes.
type imageTable struct {
	*Streams
	b strings.Builder
}

// Rows of the longer lists; JSON has all that is kept.
const (
	shownFiles = 10
	shownOther = 5
)

// imageText tells a report to people.
func imageText(s *Streams, out io.Writer, r ledger.Report) error {
	t := &imageTable{Streams: s}
	for _, l := range r.Ledgers {
		t.ledger(l)
	}
	t.reasons(r)
	t.trip(r.RoundTrip)
	t.together(r)
	_, err := io.WriteString(out, t.b.String())
	return err
}

func (t *imageTable) word(id string, args map[string]any) string {
	return t.Lang.T("ledger.command."+id, args)
}

func size(n int64) string { return units.HumanSizeWithPrecision(float64(n), 3) }

func short(digest string) string {
	_, hex, ok := strings.Cut(digest, ":")
	if !ok {
		return digest
	}
	return hex[:min(12, len(hex))]
}

func (t *imageTable) ledger(l *ledger.Ledger) {
	fmt.Fprintf(&t.b, "%s (%s", plain(l.Source), t.Lang.T("ledger.format."+string(l.Format), nil))
	if l.Compression != "" {
		fmt.Fprintf(&t.b, ", %s", l.Compression)
	}
	fmt.Fprintf(&t.b, ", %s)\n", size(l.Bytes))
	for _, n := range l.Notes {
		fmt.Fprintf(&t.b, "%s\n", plain(t.Lang.T(n.ID, n.Args)))
	}
	for i := range l.Images {
		t.image(&l.Images[i])
	}
}

func (t *imageTable) image(i *ledger.Image) {
	fmt.Fprintf(&t.b, "\n%s\n", plain(strings.Join(i.Names, ", ")))
	for k := range i.Platforms {
		if p := &i.Platforms[k]; !p.Absent && !p.Attestation {
			t.platform(p)
		}
	}
	if len(i.Figures) == 0 {
		return
	}
	fmt.Fprintf(&t.b, "\n%s\n", t.word("engines", nil))
	w := tabwriter.NewWriter(&t.b, 0, 0, 2, ' ', 0)
	for _, f := range i.Figures {
		text, bytes := t.word("unknown", nil), ""
		if f.Known {
			text, bytes = f.Text, t.Lang.Number(float64(f.Bytes))
			if !f.Exact {
				text, bytes = "≈ "+text, "≈ "+bytes
			}
		}
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", t.Lang.T("ledger.figure."+f.ID, nil), text, bytes)
		_, _ = fmt.Fprintf(w, "    %s\n", t.Lang.T("ledger.figure."+f.ID+".why", nil))
		if len(f.Parts) > 1 {
			_, _ = fmt.Fprintf(w, "    = %s\n", t.parts(f.Parts))
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
}

// parts writes a sum.
func (t *imageTable) parts(all []ledger.Part) string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = t.Lang.T("ledger.part."+p.ID, nil) + " " + t.Lang.Number(float64(p.Bytes))
	}
	return strings.Join(out, " + ")
}

func (t *imageTable) platform(p *ledger.Platform) {
	manifest := "manifest"
	if p.Made {
		manifest = "manifest_made"
	}
	fmt.Fprintf(&t.b, "  %s\n  %s %s\n  %s %s\n", plain(p.Platform), t.word("config", nil), p.Config.Digest, t.word(manifest, nil), p.Manifest.Digest)
	w := tabwriter.NewWriter(&t.b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", t.word("layers", nil), t.word("stored", nil), t.word("unpacked", nil), t.word("digest", nil), t.word("made_by", nil))
	for n, l := range p.Layers {
		unpacked := ""
		if l.Read {
			unpacked = size(l.FileBytes)
		}
		_, _ = fmt.Fprintf(w, "  %d\t%s\t%s\t%s\t%s\n", n+1, size(l.Size), unpacked, short(l.Digest), plain(cut(l.Command, 80)))
	}
	_ = w.Flush() // a strings.Builder takes everything
	if p.Files != nil {
		t.files(p.Files)
	}
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (t *imageTable) files(f *ledger.Files) {
	fmt.Fprintf(&t.b, "  %s\n", t.word("files", map[string]any{"n": f.Count, "bytes": size(f.Bytes), "wasted": size(f.Wasted),
		"overwritten": size(f.Overwritten), "deleted": size(f.Deleted), "twice": size(f.Twice)}))
	if len(f.Largest) > 0 {
		fmt.Fprintf(&t.b, "  %s\n", t.word("largest", nil))
	}
	for _, x := range f.Largest[:min(shownFiles, len(f.Largest))] {
		fmt.Fprintf(&t.b, "    %9s  #%d  %s\n", size(x.Size), x.Layer+1, plain(x.Path))
	}
	if len(f.WastedFiles) > 0 {
		fmt.Fprintf(&t.b, "  %s\n", t.word("wasted", nil))
	}
	for _, x := range f.WastedFiles[:min(shownFiles, len(f.WastedFiles))] {
		fmt.Fprintf(&t.b, "    %9s  #%d → #%d  %s\n", size(x.Size), x.Layer+1, x.By+1, plain(x.Path))
	}
	if len(f.Duplicates) > 0 {
		fmt.Fprintf(&t.b, "  %s\n", t.word("duplicates", nil))
	}
	for _, x := range f.Duplicates[:min(shownOther, len(f.Duplicates))] {
		fmt.Fprintf(&t.b, "    %9s  × %d  %s\n", size(x.Size), x.Copies, plain(strings.Join(x.Paths, ", ")))
	}
}

func (t *imageTable) reasons(r ledger.Report) {
	if len(r.Hypotheses) > 0 {
		fmt.Fprintf(&t.b, "\n%s\n", t.word("why", nil))
	}
	for _, h := range r.Hypotheses {
		fmt.Fprintf(&t.b, "  %s %s\n    %s\n", t.Lang.T("ledger.hypothesis."+h.ID, nil), strings.ToUpper(t.Lang.T("ledger.answer."+string(h.Answer), nil)), plain(said(t.Streams, h)))
	}
}

func (t *imageTable) trip(stops []ledger.Stop) {
	if len(stops) > 0 {
		fmt.Fprintf(&t.b, "\n%s\n", t.word("trip", nil))
	}
	for _, s := range stops {
		fmt.Fprintf(&t.b, "  %9s  %s\n", s.Shown, t.Lang.T("ledger.stop."+s.ID, nil))
		fmt.Fprintf(&t.b, "             %s %s\n", t.word("config", nil), short(s.Config))
		if s.Manifest != "" {
			fmt.Fprintf(&t.b, "             %s %s\n", t.word("manifest", nil), short(s.Manifest))
		}
	}
}

func (t *imageTable) together(r ledger.Report) {
	if s := r.Shared; s != nil {
		fmt.Fprintf(&t.b, "\n%s\n", t.word("shared", map[string]any{"images": s.Images, "total": size(s.Total), "unique": size(s.Unique), "blobs": s.Blobs, "ids": s.DiffIDs}))
	}
	c := r.Comparison
	if c == nil {
		return
	}
	fmt.Fprintln(&t.b)
	w := tabwriter.NewWriter(&t.b, 0, 0, 2, ' ', 0)
	for _, f := range c.Figures {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", t.Lang.T("ledger.figure."+f.ID, nil), f.A.Text, f.B.Text)
	}
	for _, l := range c.Layers {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", t.Lang.T("ledger.pair."+l.Kind, nil), size(l.Was), size(l.Size))
	}
	_ = w.Flush() // a strings.Builder takes everything
	if !c.FilesKnown {
		return
	}
	fmt.Fprintf(&t.b, "%s\n", t.word("compared", map[string]any{"added": c.Added.Files, "addedbytes": size(c.Added.Bytes), "removed": c.Removed.Files, "removedbytes": size(c.Removed.Bytes),
		"changed": c.Changed.Files, "changedbytes": size(c.Changed.Bytes)}))
	for _, f := range c.Files[:min(shownFiles, len(c.Files))] {
		was, is := "–", "–"
		if f.A >= 0 {
			was = size(f.A)
		}
		if f.B >= 0 {
			is = size(f.B)
		}
		fmt.Fprintf(&t.b, "  %9s → %9s  %s\n", was, is, plain(f.Path))
	}
}
