package command

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/internal/verdict"
)

// decided words what the records in a folder no longer stand on: a broken
// assumption is an error, because it was accepted; a review that is due is a
// warning, and so is what cannot be read of a record.
func (c Check) decided(s *Streams, p *plan.Plan, judged *appraise.Appraisal) (out []found, err error) {
	root, err := os.OpenRoot(c.Decisions)
	if err != nil {
		return nil, s.Wrong("check.decisions.folder", map[string]any{"folder": c.Decisions, "detail": err.Error()})
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	set, err := decision.ReadRecords(root.FS())
	var bad *decision.FileError
	if errors.As(err, &bad) {
		return nil, s.Wrong("check.decisions.folder", map[string]any{"folder": c.Decisions, "detail": bad.Text(s.Lang)})
	}
	if err != nil {
		return nil, err
	}
	j := records{c: c, s: s, root: root.FS(), world: review.NewFacts(p, judged, nil), currency: p.About.CurrencyOr(), now: time.Now()}
	for _, r := range set.Records {
		out = append(out, j.standing(r)...)
	}
	for _, n := range set.Skipped {
		if n.Grade != decision.Told {
			out = append(out, j.tell(decision.Read{File: n.File}, n.Line, n.ID, verdict.Warning, n.Args))
		}
	}
	return out, nil
}

// records are judged against a plan file's figures.
type records struct {
	c        Check
	s        *Streams
	root     fs.FS
	world    decision.World
	currency string
	now      time.Time
}

// standing words all that is to be said of a record. One that is not accepted
// binds nobody: only what could not be read of it, and its date of review, are
// told.
func (j records) standing(r decision.Read) (out []found) {
	for _, n := range r.Notes {
		if n.Grade != decision.Told {
			out = append(out, j.tell(r, n.Line, n.ID, verdict.Warning, n.Args))
		}
	}
	state := decision.Judge(r.Record, decision.State{}, j.world, j.now.Format(time.DateOnly), decision.Moment{At: j.now})
	for _, check := range state.Checks {
		if !state.Stands || !check.Asks() {
			continue
		}
		i := slices.IndexFunc(r.Record.Assumptions, func(a decision.Assumption) bool { return a.Check == check.Check })
		line := 0
		if i < len(r.Lines) {
			line = r.Lines[i]
		}
		args := verdict.Args{"assumption": r.Record.Assumptions[i].Text}
		if check.Missing != "" {
			args["missing"] = j.s.Lang.T(check.Missing, check.Args)
			out = append(out, j.tell(r, line, "check.decision.gone", verdict.Error, args))
			continue
		}
		args["now"] = check.What(j.s.Lang, j.currency)
		out = append(out, j.tell(r, line, "check.decision.broken", verdict.Error, args))
	}
	if state.Due != "" {
		out = append(out, j.tell(r, j.lineOf(r.File, state.Due), "check.decision.due", verdict.Warning, verdict.Args{"date": state.Due}))
	}
	return out
}

// tell words a finding about a record, at a line of its file, the first where
// it is about the whole. A file that is no record goes by its name.
func (j records) tell(r decision.Read, line int, id string, severity verdict.Severity, args verdict.Args) found {
	file := j.c.path(filepath.Join(j.c.Decisions, filepath.FromSlash(r.File)))
	of := appraise.Subject{Key: file, Name: path.Base(file)}
	if r.Record.Number > 0 {
		of.Key = r.Record.ID()
	}
	if r.Record.Title != "" {
		of.Name = r.Record.Title
	}
	f := word(j.s, appraise.Finding{Topic: "decision", Subject: of, Finding: verdict.Finding{ID: id, Severity: severity, Args: args}}, "")
	f.File, f.Line, f.Column = file, max(1, line), 1
	return f
}

// lineOf is the first line of a file with a text; 0 where it is written
// otherwise.
func (j records) lineOf(file, what string) int {
	text, err := fs.ReadFile(j.root, file)
	at := bytes.Index(text, []byte(what))
	if err != nil || at < 0 {
		return 0
	}
	return 1 + bytes.Count(text[:at], []byte("\n"))
}
