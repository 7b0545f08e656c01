package snapshot

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"deckplan/internal/live"
)

// Take waits until an instance has been read completely into the table, and
// makes a snapshot of it. That the instance is down is a *live.Failure.
func Take(ctx context.Context, t *live.Table, instance string, now func() time.Time) (*Snapshot, error) {
	changed, cancel := t.Subscribe()
	defer cancel()
	for {
		in, ok := t.Instance(instance)
		switch {
		case ok && in.State == live.Down:
			return nil, &live.Failure{Reason: in.Reason, Detail: in.Detail}
		case ok && in.State == live.Connected && in.Complete:
			s := &Snapshot{Instance: instance, URL: in.URL, Version: in.Version, Captured: now().UTC(), Source: Deckplan, Scope: t.Scope(instance)}
			for _, r := range t.Query(live.Query{Instance: []string{instance}, Limit: -1}).Rows {
				r.Since = time.Time{}
				if clean(&r.Application) {
					s.Applications = append(s.Applications, r.Application)
				}
			}
			s.finish()
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, &live.Failure{Reason: live.TimedOut, Detail: ctx.Err().Error()}
		}
	}
}

// Folder reports whether path is a folder.
func Folder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Path is where the snapshot is to be saved: in the folder that is named, under
// the instance's name, or in the file itself.
func (s *Snapshot) Path(output string) string {
	if !Folder(output) {
		return output
	}
	return filepath.Join(output, cmp.Or(strings.TrimLeft(nameOf(s.Instance), "."), "argocd")+".snapshot.json.gz")
}

// Name names the instance where it is not named yet: as chosen, or after the
// file it came in.
func (s *Snapshot) Name(chosen, file string) {
	s.Instance = cmp.Or(chosen, strings.TrimSpace(s.Instance), nameOf(file))
}

// Settle gives a snapshot that does not tell its time the one of its file.
func (s *Snapshot) Settle(file, now time.Time) {
	if s.Captured.IsZero() {
		s.Captured, s.Guessed = file.UTC(), true
	}
	if s.Guessed && s.Captured.After(now) {
		s.Captured = now.UTC()
	}
}

// Save writes our own file at path, packed where its name ends in .gz. Whoever
// watches the folder sees it whole or not at all.
func (s *Snapshot) Save(path string) (err error) {
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666) // the umask decides
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if err := errors.Join(s.pack(f, path), f.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}

func (s *Snapshot) pack(w io.Writer, path string) error {
	if !strings.HasSuffix(path, ".gz") {
		return s.Write(w)
	}
	z := gzip.NewWriter(w)
	return errors.Join(s.Write(z), z.Close())
}
