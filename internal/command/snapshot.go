package command

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
	"deckplan/internal/settings"
	"deckplan/internal/snapshot"
)

// Snapshot reads instances that the server cannot reach.
type Snapshot struct {
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
func (c Snapshot) Run(s *Streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.Kubectl != "" {
		return c.convert(s)
	}
	tell, told := s.Faults("snapshot.command.wrong")
	given := settings.ReadGiven(c.Connections, tell)
	if err := told(); err != nil {
		return err
	}
	all := slices.Concat(given.Environment, given.File)
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	switch {
	case len(all) == 0:
		return s.Wrong("snapshot.command.none", nil)
	case c.Instance != "" && !slices.Contains(names, c.Instance):
		return s.Wrong("snapshot.command.unknown", map[string]any{"name": c.Instance, "names": strings.Join(names, ", ")})
	case c.Instance != "":
		all = slices.DeleteFunc(all, func(one argocd.Connection) bool { return one.Name != c.Instance })
	}
	if len(all) > 1 && !snapshot.Folder(c.Output) {
		return s.Wrong("snapshot.command.several", map[string]any{"n": len(all)})
	}
	return c.read(ctx, s, all)
}

// read reads the instances side by side.
func (c Snapshot) read(ctx context.Context, s *Streams, all []argocd.Connection) error {
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
		return Exit{1}
	}
	return nil
}

// tell words why an instance could not be read or written.
func (c Snapshot) tell(s *Streams, name string, err error) {
	text := err.Error()
	var down *live.Failure
	if errors.As(err, &down) {
		text = s.Lang.T("live.reason."+string(down.Reason), nil) + " (" + down.Detail + ")"
	}
	_, _ = fmt.Fprintln(s.Err, "deckplan:", name+":", text)
}

// convert makes a snapshot of what kubectl printed.
func (c Snapshot) convert(s *Streams) error {
	in, at, err := c.input()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // read only
	shot, err := snapshot.Read(in)
	var bad *snapshot.Fault
	if errors.As(err, &bad) {
		_, _ = fmt.Fprintln(s.Err, c.Kubectl+":", bad.Text(s.Lang.T))
		return Exit{2}
	}
	if err != nil {
		return err
	}
	shot.Name(c.Instance, c.Kubectl)
	shot.Settle(at, time.Now())
	if c.Captured != "" {
		when, err := time.Parse(time.RFC3339, c.Captured)
		if err != nil {
			return s.Wrong("snapshot.command.captured", map[string]any{"got": c.Captured})
		}
		shot.Captured, shot.Guessed = when, false
	}
	return c.write(s, shot)
}

// input opens what kubectl printed, and tells when it was.
func (c Snapshot) input() (io.ReadCloser, time.Time, error) {
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
func (c Snapshot) write(s *Streams, shot *snapshot.Snapshot) error {
	if u, err := user.Current(); err == nil {
		shot.By = u.Username
	}
	shot.Host, _ = os.Hostname() // empty where it is not known
	if c.Output == "-" {
		return shot.Write(s.Out)
	}
	path := shot.Path(c.Output)
	if err := shot.Save(path); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(s.Err, s.Lang.T("snapshot.command.done", map[string]any{"name": shot.Instance, "n": len(shot.Applications),
		"time": s.Lang.Time(shot.Captured.Local()), "file": path}))
	return nil
}
