package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/docker/go-units"
	"github.com/mattn/go-isatty"

	"deckplan/internal/ledger"
	"deckplan/internal/reach"
)

// Image accounts for the bytes of container images.
type Image struct {
	Source   []string `arg:"" optional:"" help:"Image archives (- for standard input) and references of images in registries."`
	JSON     bool     `help:"Print everything as JSON."`
	Table    bool     `help:"Print tables, which is the default."`
	Platform string   `help:"Of a registry's index: the platform whose layers are read." default:"linux/amd64"`
	User     string   `help:"User for the registry; the password is in DECKPLAN_REGISTRY_PASSWORD." env:"DECKPLAN_REGISTRY_USER"`
	Private  string   `help:"Which registries beside public ones are connected to: public (none), networks (private networks), loopback (those and this machine)." enum:"public,networks,loopback" default:"public" env:"DECKPLAN_REGISTRY_PRIVATE"`
	Insecure bool     `help:"Speak plain HTTP with registries that have no TLS."`
	Output   string   `help:"File to write; - for standard output." default:"-" short:"o"`
}

// Help is what --help says beside the flags.
func (Image) Help() string {
	return `An archive is what docker save, ctr image export or an OCI tool wrote as tar,
plain or compressed with gzip or zstd. It is read once, from beginning to end,
and nothing is unpacked to disk.

An argument is an archive if a file has that name, or if it begins with / or ./
or ends like a tar; otherwise it is a reference, such as
registry.example.com/team/app:1.0. Two sources are compared.

Exit codes: 0 done, 2 wrong usage or a source that is wrong, 3 something could not
be read or written.`
}

const maxSources = 20

// Run accounts for every source and tells what it found.
func (c Image) Run(s *Streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	password := os.Getenv("DECKPLAN_REGISTRY_PASSWORD")
	switch {
	case len(c.Source) == 0:
		return s.Wrong("ledger.command.none", nil)
	case c.JSON && c.Table:
		return s.Wrong("ledger.command.both", nil)
	case len(c.Source) > maxSources:
		return s.Wrong("ledger.command.many", map[string]any{"max": maxSources})
	case c.User != "" && password == "":
		return s.Wrong("ledger.command.password", nil)
	}
	pull := ledger.Puller{Reach: reach.Reach(c.Private), User: c.User, Password: password, Platform: c.Platform, Insecure: c.Insecure}
	var all []*ledger.Ledger
	for _, name := range c.Source {
		l, err := c.one(ctx, s, name, pull)
		if err != nil {
			return c.tell(s, name, err)
		}
		all = append(all, l)
	}
	r := ledger.NewReport(all...)
	return s.write(c.Output, func(w io.Writer) error {
		if c.JSON {
			return writeJSON(w, worded(s, r))
		}
		return imageText(s, w, r)
	})
}

// one accounts for one source.
func (c Image) one(ctx context.Context, s *Streams, name string, pull ledger.Puller) (*ledger.Ledger, error) {
	o := ledger.Options{}
	var clear func()
	o.Progress, clear = progress(s, name)
	defer clear()
	if name == "-" {
		return ledger.Read(ctx, os.Stdin, name, o)
	}
	if !isArchive(name) {
		return pull.Pull(ctx, name, o)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		o.Size = info.Size()
	}
	return ledger.Read(ctx, f, name, o)
}

func isArchive(name string) bool {
	if _, err := os.Stat(name); err == nil || strings.HasPrefix(name, "/") || strings.HasPrefix(name, ".") {
		return true
	}
	for _, end := range []string{".tar", ".tgz", ".tar.gz", ".tar.zst", ".tzst"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// tell words why a source could not be accounted for.
func (c Image) tell(s *Streams, name string, err error) error {
	var bad *ledger.Fault
	if errors.As(err, &bad) {
		_, _ = fmt.Fprintln(s.Err, plain(name)+":", plain(s.Lang.T(bad.Message(), bad.Args)))
		return Exit{2}
	}
	var path *os.PathError
	if errors.As(err, &path) && path.Op == "open" {
		_, _ = fmt.Fprintln(s.Err, "deckplan:", err)
		return Exit{2}
	}
	return err
}

// progress shows on a terminal how far a source is read.
func progress(s *Streams, name string) (tell func(read, all int64), clear func()) {
	f, ok := s.Err.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return nil, func() {}
	}
	const line = "\r\x1b[2K"
	var last time.Time
	return func(read, all int64) {
			if now := time.Now(); now.Sub(last) > 100*time.Millisecond {
				last = now
				id := "ledger.command.progress"
				if all == 0 {
					id = "ledger.command.progress_open"
				}
				_, _ = fmt.Fprint(f, line+s.Lang.T(id, map[string]any{"name": plain(name), "read": units.HumanSize(float64(read)), "all": units.HumanSize(float64(all))}))
			}
		}, func() {
			_, _ = fmt.Fprint(f, line)
		}
}

// wordedHypothesis is an explanation with its sentences.
type wordedHypothesis struct {
	ledger.Hypothesis
	Explanation string `json:"explanation"`
	Text        string `json:"text"`
}

// worded is the report with its hypotheses in words.
func worded(s *Streams, r ledger.Report) any {
	out := struct {
		ledger.Report
		Hypotheses []wordedHypothesis `json:"hypotheses"`
	}{Report: r, Hypotheses: []wordedHypothesis{}}
	for _, h := range r.Hypotheses {
		out.Hypotheses = append(out.Hypotheses, wordedHypothesis{h, s.Lang.T("ledger.hypothesis."+h.ID, nil), said(s, h)})
	}
	return out
}

func said(s *Streams, h ledger.Hypothesis) string {
	args := map[string]any{}
	for k, v := range h.Args {
		if list, ok := v.([]string); ok {
			v = strings.Join(list, ", ")
		}
		args[k] = v
	}
	return s.Lang.T(h.Said, args)
}
