package snapshot

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"
	"unicode"

	"deckplan/internal/connect"
)

// Kept is a snapshot as the database keeps it, without its rows.
type Kept struct {
	ID           string
	Instance     string // the name it is shown under
	Source       Source
	File         string // name of the file it came in
	Digest       string // of that file
	URL, Version string
	Captured     time.Time
	Guessed      bool
	MadeBy, Host string // who made it and where, as the file says
	Received     time.Time
	Folder       bool   // it came through the watched folder
	By           string // who handed it in, where somebody did
	Applications int
	Current      bool // its rows are kept; of earlier ones only this is
}

// Key is the instance's name in one spelling.
func (k *Kept) Key() string { return connect.NameKey(k.Instance) }

// Store keeps snapshots: of each instance the rows of the last one, and what
// earlier ones were.
type Store interface {
	// Snapshots lists all, the newest received first.
	Snapshots(ctx context.Context) ([]Kept, error)
	// SnapshotContent gives the rows of a current one, as text.
	SnapshotContent(ctx context.Context, id string) (string, error)
	// AddSnapshot keeps one as the current one of its instance.
	AddSnapshot(ctx context.Context, k Kept, content string) error
	// RemoveSnapshot forgets the rows of a current one.
	RemoveSnapshot(ctx context.Context, id string) error
}

// content packs a snapshot for the database, which keeps text. What could not
// be read again is a *Fault.
func (s *Snapshot) content() (string, error) {
	var out bytes.Buffer
	b := base64.NewEncoder(base64.StdEncoding, &out)
	z := gzip.NewWriter(b)
	n := counting{w: z}
	if err := errors.Join(s.Write(&n), z.Close(), b.Close()); err != nil {
		return "", err
	}
	if n.total > MaxBytes {
		return "", fault("large", "max", MaxBytes>>20)
	}
	return out.String(), nil
}

// counting counts what is written.
type counting struct {
	w     io.Writer
	total int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.total += int64(n)
	return n, err
}

// unpack is the reverse of content.
func unpack(content string) (*Snapshot, error) {
	return Read(base64.NewDecoder(base64.StdEncoding, strings.NewReader(content)))
}

// checkName holds a name to what connections may be called.
func checkName(name string) *Fault {
	f := &Fault{Field: "name"}
	switch id := connect.NameFault(name); id {
	case "":
		return nil
	case "name_long":
		f.ID, f.Args = "connect.problem.too_long", map[string]any{"n": connect.MaxName}
	case "name_missing":
		f.ID = "connect.problem.name_missing"
	default:
		f.ID = "connect.problem.name_invalid"
	}
	return f
}

// nameOf makes an instance's name of a file's: without its endings and what no
// name may hold.
func nameOf(file string) string {
	file = file[strings.LastIndexAny(file, `/\`)+1:]
	for _, end := range []string{".gz", ".json", ".yaml", ".yml", ".snapshot"} {
		file = strings.TrimSuffix(file, end)
	}
	file = strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || strings.ContainsRune(" -_.", c) {
			return c
		}
		return '-'
	}, strings.ToValidUTF8(file, "-"))
	if r := []rune(file); len(r) > connect.MaxName {
		file = string(r[:connect.MaxName])
	}
	return strings.TrimSpace(file)
}
