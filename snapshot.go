package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"os/user"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/live"
	"deckplan/internal/snapshot"
)

type snapshotCmd struct {
	Connections string `help:"YAML file with connections to Argo CD, beside those of DECKPLAN_ARGOCD_…." env:"DECKPLAN_CONNECTIONS"`
	Instance    string `help:"Read this instance only; with --kubectl, the instance's name."`
	Kubectl     string `help:"Convert what kubectl printed instead; - for standard input." placeholder:"FILE"`
	Captured    string `help:"With --kubectl: when it was made, such as 2026-11-24T15:30:00+09:00." placeholder:"TIME"`
	Output      string `help:"Folder to write a file for each instance into, or one file; - for standard output." default:"." short:"o"`
}

// snapshotLimit bounds the reading of all instances.
const snapshotLimit = 5 * time.Minute

// Run writes a snapshot of every instance that it reads. One that fails is
// told, and the others are written.
func (c snapshotCmd) Run(s *streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.Kubectl != "" {
		return c.convert(s)
	}
	var set settings
	var problems []string
	serveCmd{Connections: c.Connections}.connections(&set, func(name, id string, args map[string]any) {
		problems = append(problems, name+": "+s.lang.T(id, args))
	})
	if len(problems) > 0 {
		_, _ = fmt.Fprintln(s.err, s.lang.T("snapshot.command.wrong", map[string]any{"n": len(problems)}))
		for _, p := range problems {
			_, _ = fmt.Fprintln(s.err, "  "+p)
		}
		return exit{2}
	}
	all := slices.Concat(set.argo, set.listed)
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	switch {
	case len(all) == 0:
		return c.wrong(s, "snapshot.command.none", nil)
	case c.Instance != "" && !slices.Contains(names, c.Instance):
		return c.wrong(s, "snapshot.command.unknown", map[string]any{"name": c.Instance, "names": strings.Join(names, ", ")})
	case c.Instance != "":
		all = slices.DeleteFunc(all, func(one argocd.Connection) bool { return one.Name != c.Instance })
	}
	if len(all) > 1 && !snapshot.Folder(c.Output) {
		return c.wrong(s, "snapshot.command.several", map[string]any{"n": len(all)})
	}
	return c.read(ctx, s, all)
}

func (c snapshotCmd) wrong(s *streams, id string, args map[string]any) error {
	_, _ = fmt.Fprintln(s.err, "deckplan:", s.lang.T(id, args))
	return exit{2}
}

// read reads the instances side by side.
func (c snapshotCmd) read(ctx context.Context, s *streams, all []argocd.Connection) error {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	table := live.NewTable(time.Now)
	fleet := argocd.NewFleet(table, slog.New(slog.DiscardHandler), argocd.Options{})
	defer fleet.Close()
	var mu sync.Mutex // of the streams
	var failed bool
	var reading sync.WaitGroup
	for _, one := range all {
		fleet.Set(one.Name, one)
		reading.Go(func() {
			shot, err := snapshot.Take(ctx, table, one.Name, time.Now)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				err = c.write(s, shot)
			}
			if err != nil {
				failed = true
				c.tell(s, one.Name, err)
			}
		})
	}
	reading.Wait()
	if failed {
		return exit{1}
	}
	return nil
}

// tell words why an instance could not be read or written.
func (c snapshotCmd) tell(s *streams, name string, err error) {
	text := err.Error()
	var down *live.Failure
	if errors.As(err, &down) {
		text = s.lang.T("live.reason."+string(down.Reason), nil) + " (" + down.Detail + ")"
	}
	_, _ = fmt.Fprintln(s.err, "deckplan:", name+":", text)
}

// convert makes a snapshot of what kubectl printed.
func (c snapshotCmd) convert(s *streams) error {
	in, at, err := c.input()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // read only
	shot, err := snapshot.Read(in)
	var bad *snapshot.Fault
	if errors.As(err, &bad) {
		_, _ = fmt.Fprintln(s.err, c.Kubectl+":", bad.Text(s.lang.T))
		return exit{2}
	}
	if err != nil {
		return err
	}
	shot.Name(c.Instance, c.Kubectl)
	shot.Settle(at, time.Now())
	if c.Captured != "" {
		when, err := time.Parse(time.RFC3339, c.Captured)
		if err != nil {
			return c.wrong(s, "snapshot.command.captured", map[string]any{"got": c.Captured})
		}
		shot.Captured, shot.Guessed = when, false
	}
	return c.write(s, shot)
}

// input opens what kubectl printed, and tells when it was.
func (c snapshotCmd) input() (io.ReadCloser, time.Time, error) {
	if c.Kubectl == "-" {
		return io.NopCloser(os.Stdin), time.Now(), nil
	}
	f, err := os.Open(c.Kubectl)
	if err != nil {
		return nil, time.Time{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, errors.Join(err, f.Close())
	}
	return f, info.ModTime(), nil
}

// write writes a snapshot and says where.
func (c snapshotCmd) write(s *streams, shot *snapshot.Snapshot) error {
	if u, err := user.Current(); err == nil {
		shot.By = u.Username
	}
	shot.Host, _ = os.Hostname() // empty where it is not known
	if c.Output == "-" {
		return shot.Write(s.out)
	}
	path := shot.Path(c.Output)
	if err := shot.Save(path); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(s.err, s.lang.T("snapshot.command.done", map[string]any{"name": shot.Instance, "n": len(shot.Applications),
		"time": s.lang.Time(shot.Captured.Local()), "file": path}))
	return nil
}
