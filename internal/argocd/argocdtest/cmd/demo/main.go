// Command demo shows Deckplan without a cluster: it starts real Argo CD API
// servers on loopback with made-up applications that are deployed, fail and
// recover, and Deckplan connected to them on a database of its own. It ends
// with everything it started on Ctrl-C.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"
	"k8s.io/klog/v2"
)

// policy lets the account dashboard read, and nothing else.
const policy = `p, role:dashboard, applications, get, */*, allow
p, role:dashboard, projects, get, *, allow
p, role:dashboard, clusters, get, *, allow
g, dashboard, role:dashboard
`

type options struct {
	deckplan, listen, database, list string
	pace                             time.Duration
	seed                             uint64
	past                             int
	args                             []string // more of deckplan serve's
}

func main() {
	var o options
	flag.StringVar(&o.deckplan, "deckplan", "deckplan", "the deckplan program to run")
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8080", "where Deckplan listens; port 0 takes a free one")
	flag.StringVar(&o.database, "database", "", "Deckplan's SQLite file (default: one that is removed at the end)")
	flag.StringVar(&o.list, "list", "", "YAML file of instances and applications (default: the demo's own)")
	flag.DurationVar(&o.pace, "pace", 2*time.Second, "time between two moments of the story; 0 lets nothing change")
	flag.Uint64Var(&o.seed, "seed", 0, "makes the story repeat itself; 0 tells a new one")
	flag.IntVar(&o.past, "past", 30, "moments of the story that are over when the demo begins")
	flag.Parse()
	o.args = flag.Args()
	_ = os.Setenv("ARGOCD_LOG_LEVEL", "error") // of loggers that are made anew
	logrus.SetOutput(io.Discard)
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	redis.SetLogger(silent{})

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// silent keeps what Argo CD's parts say off the terminal.
type silent struct{}

// Printf says nothing.
func (silent) Printf(context.Context, string, ...any) {}

// run shows the demo until ctx ends or Deckplan does.
func run(ctx context.Context, o options) error {
	l, err := readList(o.list)
	if err != nil {
		return err
	}
	if o.seed == 0 {
		o.seed = rand.Uint64()
	}
	dir, err := os.MkdirTemp("", "deckplan-demo-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if o.database == "" {
		o.database = filepath.Join(dir, "deckplan.db")
	}
	tale := &story{rng: rand.New(rand.NewPCG(o.seed, 0))}
	folder := filepath.Join(dir, "snapshots")
	environment := []string{"DECKPLAN_DEMO=true", "DECKPLAN_SNAPSHOT_FOLDER=" + folder}
	for _, i := range l.Instances {
		set, end, err := l.bring(ctx, o.deckplan, folder, i, tale)
		if err != nil {
			return fmt.Errorf("%s: %w", i.Name, err)
		}
		defer end()
		environment = append(environment, set...)
	}
	for range o.past {
		if err := tale.tick(); err != nil {
			return err
		}
	}
	if o.listen, err = freeAddress(o.listen); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	child := start(ctx, o, environment)
	go announce(ctx, "http://"+o.listen)
	return tale.tell(ctx, o.pace, child)
}

// freeAddress is the address, with a free port in place of 0.
func freeAddress(listen string) (string, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// start runs Deckplan until ctx ends; how it ended comes through the channel.
func start(ctx context.Context, o options, environment []string) <-chan error {
	cmd := exec.CommandContext(ctx, o.deckplan, append([]string{"serve", "--listen", o.listen, "--database", o.database}, o.args...)...)
	cmd.Env = surrounded(environment)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	ended := make(chan error, 1)
	go func() { ended <- cmd.Run() }()
	return ended
}

// announce says where the demo is, once it answers.
func announce(ctx context.Context, url string) {
	for ctx.Err() == nil {
		r, err := http.Get(url + "/readyz")
		if err == nil {
			_ = r.Body.Close()
			fmt.Printf("\nDeckplan's demo is at %s. Ctrl-C ends it.\n\n", url)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// reportEvery is well within the time after which a server forgets its clusters.
const reportEvery = 4 * time.Minute

// tell lets things happen until ctx ends, then waits for Deckplan's end.
func (s *story) tell(ctx context.Context, pace time.Duration, child <-chan error) error {
	var tick <-chan time.Time
	if pace > 0 {
		t := time.NewTicker(pace)
		defer t.Stop()
		tick = t.C
	}
	report := time.NewTicker(reportEvery)
	defer report.Stop()
	for {
		select {
		case err := <-child:
			if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
				err = nil // it ended well because it was asked to
			}
			return err
		case <-report.C:
			for _, again := range s.reports {
				if err := again(); err != nil && ctx.Err() == nil {
					return err
				}
			}
		case <-tick:
			if err := s.tick(); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}
