package decision

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"deckplan/internal/lang"
)

// Files are what an export of decisions consists of: a file for each record,
// its snapshot as JSON and the snapshot's pictures as SVG beside it, and an
// index. ReadFiles gives back the same decisions.
func Files(decisions []Decision, l lang.Lang) []File {
	all := slices.Clone(decisions)
	slices.SortStableFunc(all, func(a, b Decision) int { return cmp.Compare(a.Record.Number, b.Record.Number) })
	names := map[int]string{}
	for _, d := range all {
		names[d.Record.Number] = d.Record.FileName()
	}
	out := []File{{"README.md", []byte(indexOf(all, names, l))}}
	for _, d := range all {
		with := beside{files: names}
		var more []File
		if d.Snapshot != nil {
			for i, p := range d.Snapshot.Figures {
				name := fmt.Sprintf("pictures/%s/%d-%s.svg", d.Record.ID(), i+1, slug(p.ID))
				more = append(more, File{name, []byte(p.SVG.In(l))})
				with.lines = append(with.lines, "!["+bracketless(p.Title.In(l))+"]("+name+")")
			}
			name := d.Record.ID() + "-snapshot.json"
			more = append(more, File{name, append(encode(kept{d.Hash, d.Snapshot.JSON()}), '\n')})
			with.lines = append(with.lines, "["+name+"]("+name+"), SHA-256 "+d.Hash)
		}
		out = append(out, File{d.Record.FileName(), []byte(writeMADR(d.Record, l, with))})
		out = append(out, more...)
	}
	return out
}

// beginning is when every file of an archive was made, so that the same
// decisions give the same bytes.
var beginning = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// ExportZip writes decisions as a zip archive of their Files. The same
// decisions give the same bytes.
func ExportZip(w io.Writer, decisions []Decision, l lang.Lang) error {
	return writeZip(w, Files(decisions, l))
}

func writeZip(w io.Writer, files []File) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	for _, f := range files {
		to, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: beginning})
		if err == nil {
			_, err = to.Write(f.Data)
		}
		if err != nil {
			return fmt.Errorf("decision: %s: %w", f.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	return nil
}

// generated matches the entries on pictures and the snapshot that Files adds to
// a record's information.
var generated = regexp.MustCompile(`^(?:!\[[^\[\]]*\]\(pictures/-?\d{3,}/\d+-[a-z0-9-]*\.svg\)|\[(-?\d{3,}-snapshot\.json)\]\(-?\d{3,}-snapshot\.json\), SHA-256 \S{0,128})$`)

func kindOfFile(s string) bool { return generated.MatchString(strings.TrimSpace(s)) }

func slug(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return '-'
	}, s)
	return strings.Trim(s[:min(len(s), 60)], "-")
}

// bracketless makes a text safe as the words of a link.
func bracketless(s string) string {
	return oneLine(strings.Map(func(c rune) rune {
		if strings.ContainsRune("[]\\`<>*_!&", c) {
			return ' '
		}
		return c
	}, s))
}

// indexOf writes the table of an export's records.
func indexOf(all []Decision, names map[int]string, l lang.Lang) string {
	var b strings.Builder
	word := func(field string) string { return l.T("decision.field."+field, nil) }
	b.WriteString("# " + l.T("decision.files.index", nil) + "\n\n")
	fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n|---|---|---|---|---|\n", word("number"), word("title"), word("status"), word("date"), word("topic"))
	for _, d := range all {
		r := d.Record
		status, topic := "", ""
		if r.Status.Known() {
			status = l.T("decision.status."+string(r.Status), nil)
		}
		if slices.Contains(Topics, r.Topic) {
			topic = l.T("decision.topic."+string(r.Topic), nil)
		}
		title := strings.ReplaceAll(bracketless(r.Title), "|", "/")
		fmt.Fprintf(&b, "| %s | [%s](%s) | %s | %s | %s |\n", r.ID(), title, names[r.Number], status, strings.ReplaceAll(bracketless(r.Date), "|", "/"), topic)
	}
	return b.String()
}
