// Package command is the commands that need neither the database nor the
// server: each reads files or asks somebody, and prints.
package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/settings"
)

// Streams are what a command talks to.
type Streams struct {
	Out, Err io.Writer
	Lang     lang.Lang
	Version  string // of Deckplan
}

// Exit is how a command ends that has told in full why.
type Exit struct{ Code int }

func (e Exit) Error() string { return fmt.Sprintf("exit %d", e.Code) }

// Wrong tells what is wrong with what was asked for.
func (s *Streams) Wrong(id string, args map[string]any) error {
	_, _ = fmt.Fprintln(s.Err, s.Lang.T(id, args))
	return Exit{2}
}

// Faults gives what collects the faults of settings, and what then tells all of
// them, under a heading that counts them.
func (s *Streams) Faults(heading string) (tell settings.Tell, told func() error) {
	var faults []string
	tell = func(where, id string, args map[string]any) { faults = append(faults, where+": "+s.Lang.T(id, args)) }
	return tell, func() error {
		if len(faults) == 0 {
			return nil
		}
		err := s.Wrong(heading, map[string]any{"n": len(faults)})
		for _, f := range faults {
			_, _ = fmt.Fprintln(s.Err, "  "+f)
		}
		return err
	}
}

// Plan reads a plan file and tells every fault of it.
func (s *Streams) Plan(path string) (*plan.Plan, error) {
	p, _, err := s.located(path)
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		return nil, s.faults(path, bad)
	}
	return p, err
}

// located reads a plan file with the places of its rows. What is wrong with the
// file is a *plan.Invalid, which nobody has been told of yet.
func (s *Streams) located(path string) (*plan.Plan, plan.Positions, error) {
	f, err := os.Open(path)
	if err != nil {
		_, _ = fmt.Fprintln(s.Err, "deckplan:", err)
		return nil, plan.Positions{}, Exit{2}
	}
	defer func() { _ = f.Close() }() // read only
	return plan.Locate(f)
}

// faults tells what is wrong with a plan file, by line.
func (s *Streams) faults(path string, bad *plan.Invalid) error {
	for _, problem := range bad.Problems {
		where := path + ": "
		if problem.Line > 0 {
			where = fmt.Sprintf("%s:%d: ", path, problem.Line)
		}
		if problem.Path != "" {
			where += problem.Path + ": "
		}
		_, _ = fmt.Fprintln(s.Err, where+s.Lang.T(problem.ID, problem.Args))
	}
	return Exit{2}
}

// Output opens a file to be written, or standard output.
func (s *Streams) Output(path string) (io.Writer, func() error, error) {
	if path == "-" || path == "" {
		return s.Out, func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// screen tells whether what is written to path would fill a terminal.
func (s *Streams) screen(path string) bool {
	f, ok := s.Out.(*os.File)
	return ok && (path == "-" || path == "") && isatty.IsTerminal(f.Fd())
}

// write lets something be written to a file, or to standard output.
func (s *Streams) write(path string, into func(io.Writer) error) (err error) {
	w, done, err := s.Output(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return into(w)
}

func (s *Streams) json(v any) error { return writeJSON(s.Out, v) }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
