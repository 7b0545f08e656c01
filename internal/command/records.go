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
	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/internal/verdict"
)

// Bounds of a folder of records.
const (
	mostRecords     = 10_000
	mostRecordBytes = 1 << 20
)

// ReadRecord reads a decision record from a file's text, and tells what of it
// could not be read; then it may give an empty record.
type ReadRecord func(name string, text []byte) (decision.Record, []plan.Problem)

// decided words what the records in a folder no longer stand on: a broken
// assumption is an error, because it was accepted; a review that is due is a
// warning, and so is what cannot be read of a record.
func (c Check) decided(s *Streams, p *plan.Plan, judged *appraise.Appraisal) (out []found, err error) {
	if s.Record == nil {
		return nil, s.Wrong("check.decisions.unread", nil)
	}
	root, err := os.OpenRoot(c.Decisions)
	if err != nil {
		return nil, s.Wrong("check.decisions.folder", map[string]any{"folder": c.Decisions, "detail": err.Error()})
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	facts, count := review.NewFacts(p, judged, nil), 0
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
			out = append(out, recorded{s: s, file: file}.tell(1, "check.decision.large", verdict.Warning, verdict.Args{"max": mostRecordBytes >> 10}))
			return nil
		}
		r, faults := s.Record(name, text)
		out = append(out, recorded{s, file, text, r}.standing(faults, facts, p.About.CurrencyOr())...)
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

// recorded is a record with the file it was read from.
type recorded struct {
	s    *Streams
	file string
	text []byte
	decision.Record
}

// standing words all that is to be said of a record. One that is not accepted
// binds nobody: only what could not be read of it, and its date of review, are
// told.
func (r recorded) standing(faults []plan.Problem, world decision.World, currency string) (out []found) {
	for _, fault := range faults {
		out = append(out, r.tell(max(1, fault.Line), fault.ID, verdict.Warning, fault.Args))
	}
	now := time.Now()
	state := decision.Judge(r.Record, decision.State{}, world, now.Format(time.DateOnly), decision.Moment{At: now})
	for _, check := range state.Checks {
		if !state.Stands || !check.Asks() {
			continue
		}
		args := verdict.Args{"assumption": r.assumption(check.Check)}
		if check.Missing != "" {
			args["missing"] = r.s.Lang.T(check.Missing, check.Args)
			out = append(out, r.tell(lineOf(r.text, check.Check), "check.decision.gone", verdict.Error, args))
			continue
		}
		var figures []string
		for _, f := range check.Now {
			figures = append(figures, r.s.Lang.T("review.is", map[string]any{"figure": f.Label(r.s.Lang), "now": f.Text(r.s.Lang, currency)}))
		}
		args["now"] = strings.Join(figures, "; ")
		out = append(out, r.tell(lineOf(r.text, check.Check), "check.decision.broken", verdict.Error, args))
	}
	if state.Due != "" {
		out = append(out, r.tell(lineOf(r.text, state.Due), "check.decision.due", verdict.Warning, verdict.Args{"date": state.Due}))
	}
	return out
}

// assumption is a check in the words of the record.
func (r recorded) assumption(check string) string {
	for _, a := range r.Assumptions {
		if a.Check == check && a.Text != "" {
			return a.Text
		}
	}
	return check
}

// tell words a finding about the record. A file that is no record goes by its
// name.
func (r recorded) tell(line int, id string, severity verdict.Severity, args verdict.Args) found {
	of := appraise.Subject{Key: r.file, Name: path.Base(r.file)}
	if r.Number > 0 {
		of.Key = r.ID()
	}
	if r.Title != "" {
		of.Name = r.Title
	}
	f := word(r.s, appraise.Finding{Topic: "decision", Subject: of, Finding: verdict.Finding{ID: id, Severity: severity, Args: args}}, "")
	f.File, f.Line, f.Column = r.file, line, 1
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
