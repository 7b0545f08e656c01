package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"deckplan/internal/command"
	"deckplan/internal/decision"
	"deckplan/internal/plan"
	"deckplan/internal/store"
)

// decisionsCmd takes decision records in as files, and gives them out.
type decisionsCmd struct {
	Export decisionsExport `cmd:"" help:"Write a plan's decision records as MADR files."`
	Import decisionsImport `cmd:"" help:"Put decision records that lie in files into a plan."`
}

type decisionsExport struct {
	Plan     string `help:"Identifier or name of the plan; may be left out where there is one only."`
	Database string `help:"SQLite file." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
	Output   string `help:"Folder to write the files into, or one that ends in .zip; - for a zip archive on standard output." default:"." short:"o"`
}

// Run writes a plan's decisions into a folder or an archive.
func (c decisionsExport) Run(s *command.Streams) (err error) {
	db, head, err := openPlan(s, c.Database, c.Plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	kept, err := db.Decisions(context.Background(), head.ID)
	if err != nil {
		return err
	}
	all := make([]decision.Decision, len(kept))
	for i, d := range kept {
		all[i] = d.Decision
	}
	if c.Output == "-" || strings.EqualFold(filepath.Ext(c.Output), ".zip") {
		w, done, err := s.Output(c.Output)
		if err != nil {
			return err
		}
		return errors.Join(decision.ExportZip(w, all, s.Lang), done())
	}
	for _, f := range decision.Files(all, s.Lang) {
		path := filepath.Join(c.Output, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(s.Err, s.Lang.T("decision.command.exported", map[string]any{"n": len(all), "folder": c.Output}))
	return err
}

type decisionsImport struct {
	From     string `arg:"" help:"Folder of Markdown files, one such file, or a zip archive of them."`
	Plan     string `help:"Identifier or name of the plan; may be left out where there is one only."`
	Database string `help:"SQLite file." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
	DryRun   bool   `help:"Say what would be imported, and import nothing."`
}

// Run puts records into a plan, all or none, and tells what was read of each.
func (c decisionsImport) Run(s *command.Streams) (err error) {
	set, err := readDecisions(c.From)
	var bad *decision.FileError
	if errors.As(err, &bad) {
		_, _ = fmt.Fprintln(s.Err, bad.Text(s.Lang))
		return command.Exit{Code: 2}
	}
	if err != nil {
		return err
	}
	db, head, err := openPlan(s, c.Database, c.Plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx := context.Background()
	last, err := db.LastDecision(ctx, head.ID)
	if err != nil {
		return err
	}
	have, err := db.Records(ctx, head.ID)
	if err != nil {
		return err
	}
	has := func(n int) bool {
		return slices.ContainsFunc(have, func(r decision.Record) bool { return r.Number == n })
	}
	for _, n := range set.Skipped {
		_, _ = fmt.Fprintln(s.Err, n.Text(s.Lang))
	}
	refused := false
	var good []decision.Read
	for _, r := range set.Records {
		if !r.Refused() {
			good = append(good, r)
			continue
		}
		refused = true
		for _, n := range r.Notes {
			_, _ = fmt.Fprintln(s.Err, n.Text(s.Lang))
		}
	}
	if refused {
		return s.Wrong("decision.command.refused", nil)
	}
	var kept []decision.Kept
	for _, r := range decision.Place(good, func(decision.Read) bool { return true }, last, has, s.Lang) {
		for _, n := range r.Notes {
			_, _ = fmt.Fprintln(s.Err, n.Text(s.Lang))
		}
		_, _ = fmt.Fprintf(s.Out, "%s  %-10s  %s\n", r.Record.ID(), r.Record.Status, r.Record.Title)
		kept = append(kept, decision.Kept{Decision: r.Decision()})
	}
	if c.DryRun || len(kept) == 0 {
		return nil
	}
	return db.ImportDecisions(ctx, head.ID, kept)
}

// readDecisions reads the records of a folder, a file or an archive.
func readDecisions(from string) (decision.Set, error) {
	info, err := os.Stat(from)
	if err != nil {
		return decision.Set{}, err
	}
	if info.IsDir() {
		return decision.ReadRecords(os.DirFS(from))
	}
	if info.Size() > decision.MaxUnpacked {
		return decision.Set{}, &decision.FileError{Note: decision.Note{File: from, Grade: decision.Refused, ID: "decision.files.unpacked", Args: map[string]any{"max": decision.MaxUnpacked >> 20}}}
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return decision.Set{}, err
	}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return decision.ReadZip(filepath.Base(from), b)
	}
	return decision.ReadFiles([]decision.File{{Name: filepath.Base(from), Data: b}})
}

// openPlan opens a database and finds the plan that is meant.
func openPlan(s *command.Streams, database, name string) (*store.Store, plan.Head, error) {
	db, err := openDatabase(s, database, false)
	if err != nil {
		return nil, plan.Head{}, err
	}
	heads, err := db.Plans(context.Background())
	if err != nil {
		return nil, plan.Head{}, errors.Join(err, db.Close())
	}
	match := slices.DeleteFunc(heads, func(h plan.Head) bool { return name != "" && h.ID != name && h.Name != name })
	if len(match) != 1 {
		err := s.Wrong("export.which", map[string]any{"n": len(match)})
		for _, h := range match {
			_, _ = fmt.Fprintf(s.Err, "  %s  %s\n", h.ID, h.Name)
		}
		return nil, plan.Head{}, errors.Join(err, db.Close())
	}
	return db, match[0], nil
}
