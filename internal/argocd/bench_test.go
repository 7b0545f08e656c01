package argocd_test

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

const childEnv = "ARGOCD_TEST_READ"

// TestMain lets the test binary be run as a bare reader whose memory can be
// measured.
func TestMain(m *testing.M) {
	if target := os.Getenv(childEnv); target != "" {
		part := strings.Fields(target)
		read(argocd.Connection{URL: part[0], Token: argocd.Secret(part[1]), Protocol: live.Protocol(part[2])})
		return
	}
	os.Exit(m.Run())
}

func read(c argocd.Connection) {
	table := live.NewTable(nil)
	changes, _ := table.Subscribe()
	began := time.Now()
	f := argocd.NewFleet(table, slog.New(slog.DiscardHandler), argocd.Options{})
	f.Set("argocd", c)
	for {
		<-changes
		i, _ := table.Instance("argocd")
		if !i.Complete {
			continue
		}
		took := time.Since(began)
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			fmt.Println(err)
		}
		fmt.Printf("%d applications, %d ms, %d MiB peak\n", i.Applications, took.Milliseconds(), usage.Maxrss/1024)
		return
	}
}

// BenchmarkComplete measures the time until 10,000 applications are in the
// table, and logs peak memory beside that of a bare list with the full client.
func BenchmarkComplete(b *testing.B) {
	s := argotest.Start(b, argotest.Options{Apps: 10000})
	full, err := argotest.Build("apilist")
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	ours := func(p live.Protocol) *exec.Cmd {
		c := exec.Command(self)
		c.Env = append(os.Environ(), childEnv+"="+s.URL+" "+s.Token+" "+string(p))
		return c
	}
	theirs := exec.Command(full, strings.TrimPrefix(s.URL, "http://"))
	theirs.Env = append(os.Environ(), "APILIST_TOKEN="+s.Token)
	for name, c := range map[string]*exec.Cmd{"deckplan": ours(live.GRPC), "deckplan over REST": ours(live.REST), "apiclient": theirs} {
		out, err := c.CombinedOutput()
		if err != nil {
			b.Fatalf("%s: %v\n%s", name, err, out)
		}
		b.Logf("%s: %s", name, out)
	}
	for b.Loop() {
		table := live.NewTable(nil)
		changes, end := table.Subscribe()
		f := argocd.NewFleet(table, slog.New(slog.DiscardHandler), argocd.Options{})
		f.Set(s.Name, connection(s))
		for !state(table, s.Name).Complete {
			<-changes
		}
		f.Close()
		end()
	}
}
