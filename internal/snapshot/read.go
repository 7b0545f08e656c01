package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"
	"unicode"

	unitext "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"deckplan/internal/live"
)

// errLarge is said of a file above MaxBytes, errItem of one object above maxItem.
var (
	errLarge = errors.New("snapshot: file too large")
	errItem  = errors.New("snapshot: item too large")
)

// Read reads a file of either source, packed with gzip or not, item by item.
// What is wrong with it is a *Fault; other errors are those of r.
func Read(r io.Reader) (*Snapshot, error) { return readUpTo(r, MaxBytes, maxItems) }

// readUpTo is Read with other bounds on bytes and objects.
func readUpTo(r io.Reader, size int64, items int) (*Snapshot, error) {
	sum := sha256.New()
	raw := &bounded{r: io.TeeReader(r, sum), left: size + 1}
	in := &reading{mostBytes: size, mostItems: items, out: &Snapshot{Source: Kubectl}, passed: map[string]int{}}
	err := in.read(raw)
	if err == nil {
		_, err = io.Copy(io.Discard, raw) // what follows, as after a gzip's end, is part of the digest
	}
	if err != nil {
		return nil, in.explain(raw, err)
	}
	in.out.Digest = hex.EncodeToString(sum.Sum(nil))
	return in.out, in.complete()
}

// bounded ends with errLarge where more than left bytes come, and keeps what
// the reader beneath it failed with.
type bounded struct {
	r      io.Reader
	left   int64
	failed error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLarge
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

// reading is a file being read.
type reading struct {
	mostBytes int64
	mostItems int
	out       *Snapshot
	passed    map[string]int // objects of other kinds
	items     int
	newest    time.Time // the last reconciliation: the controller makes one every few minutes
	own       bool      // it is our own file: one may hold no application
}

func (in *reading) read(raw io.Reader) error {
	text := bufio.NewReaderSize(raw, 64<<10)
	if head, _ := text.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(text)
		if err != nil {
			return fault("gzip")
		}
		text = bufio.NewReaderSize(&bounded{r: z, left: in.mostBytes + 1}, 64<<10)
	}
	// PowerShell writes UTF-16, and editors leave a byte order mark.
	plain := bufio.NewReaderSize(transform.NewReader(text, unitext.BOMOverride(transform.Nop)), 64<<10)
	for lines := 0; ; {
		head, err := plain.Peek(1)
		switch {
		case errors.Is(err, io.EOF):
			return fault("empty")
		case err != nil:
			return err
		case head[0] == '{' || head[0] == '[':
			return in.json(plain, lines)
		case !unicode.IsSpace(rune(head[0])):
			return in.yaml(plain, lines)
		}
		if head[0] == '\n' {
			lines++
		}
		_, _ = plain.Discard(1)
	}
}

// explain gives a fault its words.
func (in *reading) explain(raw *bounded, err error) error {
	var f *Fault
	switch {
	case raw.failed != nil:
		return raw.failed
	case errors.As(err, &f):
		return f
	case errors.Is(err, errLarge):
		return fault("large", "max", in.mostBytes>>20)
	case errors.Is(err, errItem):
		return fault("item_large", "max", maxItem>>20).at(in.items+1, 0, "")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fault("gzip")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault("cut").at(in.items+1, 0, "")
	}
	return fault("gzip") // the only reader left is that of the packed file
}

// take reads one object. Objects of other kinds are counted; those that hold
// secrets are refused.
func (in *reading) take(o *object, line int, wrong error) error {
	in.items++
	name := live.Clip(o.Metadata.Name, 80)
	if in.items > in.mostItems {
		return fault("items", "max", in.mostItems)
	}
	switch o.Kind {
	case "Secret", "ConfigMap", "SecretList", "ConfigMapList":
		return fault("secret", "kind", o.Kind, "command", Command).at(in.items, line, name)
	}
	kind := o.kind()
	ours := kind == "Application" || kind == "AppProject" || kind == "ApplicationSet"
	switch {
	case !ours:
		if len(in.passed) < maxKinds || in.passed[o.Kind] > 0 {
			in.passed[live.Clip(o.Kind, 80)]++
		}
		return nil
	case wrong != nil:
		return fault("object", "kind", kind, "detail", live.Clip(wrong.Error(), 200)).at(in.items, line, name)
	}
	switch kind {
	case "ApplicationSet":
		in.out.Sets++
	case "AppProject":
		if len(in.out.Scope.Projects) < maxProjects && o.Metadata.Name != "" {
			in.out.Scope.Projects = append(in.out.Scope.Projects, cleanProject(o.project()))
		}
	default:
		if at := moment(o.Status.ReconciledAt); at.After(in.newest) {
			in.newest = at
		}
		return in.row(o.application(), line)
	}
	return nil
}

// row keeps one application.
func (in *reading) row(a live.Application, line int) error {
	if len(in.out.Applications) == MaxApplications {
		return fault("applications", "max", MaxApplications)
	}
	if !clean(&a) {
		return fault("name").at(in.items, line, "")
	}
	in.out.Applications = append(in.out.Applications, a)
	return nil
}

// complete ends the reading.
func (in *reading) complete() error {
	for kind, n := range in.passed {
		in.out.Passed = append(in.out.Passed, Count{kind, n})
	}
	if len(in.out.Applications) == 0 && !in.own {
		return fault("none", "command", Command)
	}
	if !in.own {
		in.out.Captured, in.out.Guessed = in.newest, true
		if len(in.out.Scope.Projects) == 0 {
			in.out.Scope.Hidden = []string{"projects"}
		}
	}
	in.out.finish()
	return nil
}

// Command is what makes a file that can be read.
const Command = "kubectl get applications.argoproj.io,appprojects.argoproj.io,applicationsets.argoproj.io -A -o json"
