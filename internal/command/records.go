package command

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Bounds of a folder of records.
const (
	mostRecords     = 10_000
	mostRecordBytes = 1 << 20
)

// Judge reads a decision record from a file's text and tells how it stands with
// a plan. today is 2006-01-02.
type Judge func(name string, text []byte, p *plan.Plan, judged *appraise.Appraisal, today string) Judged

// Judged is how a decision record stands.
type Judged struct {
	Number string // as readers have it, such as 0007
	Title  string
	Broken []Broken
	Due    string         // the date of review, 2006-01-02, where it has come
	Faults []plan.Problem // what could not be read of the file
}

// Broken is an assumption of a record that no longer holds.
type Broken struct {
	Text string // as the record has it
	Now  string // what the figures are that it names; empty where they are gone
}

// decided words what the records in a folder no longer stand on: a broken
// assumption is an error, because it was accepted; a review that is due is a
// warning, and so is what cannot be read of a record.
func (c Check) decided(s *Streams, p *plan.Plan, judged *appraise.Appraisal) (out []found, err error) {
	if s.Judge == nil {
		return nil, s.Wrong("check.decisions.unjudged", nil)
	}
	root, err := os.OpenRoot(c.Decisions)
	if err != nil {
		return nil, s.Wrong("check.decisions.folder", map[string]any{"folder": c.Decisions, "detail": err.Error()})
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	today, count := time.Now().Format(time.DateOnly), 0
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || !record(d.Name()):
			return nil
		}
		if count++; count > mostRecords {
			return s.Wrong("check.decisions.many", map[string]any{"max": mostRecords})
		}
		text, err := readBounded(root, name)
		if err != nil {
			return err
		}
		file := c.path(filepath.Join(c.Decisions, filepath.FromSlash(name)))
		if text == nil {
			out = append(out, c.record(s, file, 1, Judged{Number: name, Title: name}, "check.decision.large", verdict.Warning, verdict.Args{"max": mostRecordBytes >> 10}))
			return nil
		}
		out = append(out, c.standing(s, file, text, s.Judge(name, text, p, judged, today))...)
		return nil
	})
	return out, err
}

// record tells whether a file of that name may be a decision record: templates
// and tables of contents are none.
func record(name string) bool {
	switch base := strings.ToLower(name); {
	case strings.HasPrefix(base, "."), strings.Contains(base, "template"):
		return false
	case base == "readme.md", base == "index.md":
		return false
	default:
		return path.Ext(base) == ".md"
	}
}

// readBounded reads a file; nothing where it is too large for a record.
func readBounded(root *os.Root, name string) (text []byte, err error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	text, err = io.ReadAll(io.LimitReader(f, mostRecordBytes+1))
	if len(text) > mostRecordBytes {
		return nil, err
	}
	if text == nil {
		text = []byte{}
	}
	return text, err
}

// standing words all that is to be said of a record.
func (c Check) standing(s *Streams, file string, text []byte, j Judged) (out []found) {
	for _, fault := range j.Faults {
		out = append(out, c.record(s, file, max(1, fault.Line), j, fault.ID, verdict.Warning, fault.Args))
	}
	for _, b := range j.Broken {
		id, args := "check.decision.broken", verdict.Args{"assumption": b.Text, "now": b.Now}
		if b.Now == "" {
			id = "check.decision.gone"
		}
		out = append(out, c.record(s, file, lineOf(text, b.Text), j, id, verdict.Error, args))
	}
	if j.Due != "" {
		out = append(out, c.record(s, file, lineOf(text, j.Due), j, "check.decision.due", verdict.Warning, verdict.Args{"date": j.Due}))
	}
	return out
}

func (c Check) record(s *Streams, file string, line int, j Judged, id string, severity verdict.Severity, args verdict.Args) found {
	f := word(s, appraise.Finding{Topic: "decision", Subject: appraise.Subject{Key: j.Number, Name: j.Title}, Finding: verdict.Finding{ID: id, Severity: severity, Args: args}}, "")
	f.File, f.Line, f.Column = file, line, 1
	return f
}

// lineOf is the line on which a text stands, or begins; 1 where it is written
// otherwise.
func lineOf(text []byte, what string) int {
	what, _, _ = strings.Cut(strings.TrimSpace(what), "\n")
	at := bytes.Index(text, []byte(what))
	if what == "" || at < 0 {
		return 1
	}
	return 1 + bytes.Count(text[:at], []byte("\n"))
}
