package argocd_test

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
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
		var all []argocd.Connection
		for i, line := range strings.Split(target, "\n") {
			part := strings.Fields(line)
			all = append(all, argocd.Connection{Name: strconv.Itoa(i), URL: part[0], Token: argocd.Secret(part[1]), Protocol: live.Protocol(part[2])})
		}
		read(all)
		return
	}
	os.Exit(m.Run())
}

func read(all []argocd.Connection) {
	table := live.NewTable(nil)
	began := time.Now()
	f := argocd.NewFleet(table, slog.New(slog.DiscardHandler), argocd.Options{})
	for _, c := range all {
		f.Set(c.Name, c)
	}
	complete(table, len(all))
	took := time.Since(began)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fmt.Println(err)
	}
	n := 0
	for _, i := range table.Instances() {
		n += i.Applications
	}
	f.Close()
	time.Sleep(time.Second) // connections end in their own time
	runtime.GC()
	runtime.GC() // pools of buffers are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%d applications, %d ms, %d MiB peak, %d B kept an application\n", n, took.Milliseconds(), usage.Maxrss/1024, m.HeapAlloc/uint64(max(n, 1)))
	runtime.KeepAlive(table)
}

// complete waits until so many instances have been read whole.
func complete(table *live.Table, instances int) {
	changes, end := table.Subscribe()
	defer end()
	for {
		all := table.Instances()
		if len(all) == instances && !slices.ContainsFunc(all, func(i live.Instance) bool { return !i.Complete }) {
			return
		}
		<-changes
	}
}

// readers are the commands that read servers whole: ours, over both protocols,
// and bare lists with the full client.
func readers(b *testing.B, servers []*argotest.Server) map[string]*exec.Cmd {
	full, err := argotest.Build("apilist")
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	out := map[string]*exec.Cmd{"apiclient": exec.Command(full)}
	var tokens []string
	for _, s := range servers {
		out["apiclient"].Args = append(out["apiclient"].Args, strings.TrimPrefix(s.URL, "http://"))
		tokens = append(tokens, s.Token)
	}
	out["apiclient"].Env = append(os.Environ(), "APILIST_TOKENS="+strings.Join(tokens, " "))
	for name, p := range map[string]live.Protocol{"deckplan": live.GRPC, "deckplan over REST": live.REST} {
		var lines []string
		for _, s := range servers {
			lines = append(lines, s.URL+" "+s.Token+" "+string(p))
		}
		out[name] = exec.Command(self)
		out[name].Env = append(os.Environ(), childEnv+"="+strings.Join(lines, "\n"))
	}
	return out
}

// BenchmarkFifty logs how 50 instances of 2,000 applications are read whole, in
// processes of their own: time, peak memory, and what the table keeps.
func BenchmarkFifty(b *testing.B) {
	names := make([]string, 50)
	for i := range names {
		names[i] = fmt.Sprintf("argo-%02d", i)
	}
	servers := argotest.StartAll(b, argotest.Options{Names: names, Apps: 2000})
	for b.Loop() {
		for name, c := range readers(b, servers) {
			out, err := c.CombinedOutput()
			if err != nil {
				b.Fatalf("%s: %v\n%s", name, err, out)
			}
			b.Logf("%s: %s", name, out)
		}
	}
}

// BenchmarkComplete measures the time until 10,000 applications are in the
// table, and logs peak memory beside that of a bare list with the full client.
func BenchmarkComplete(b *testing.B) {
	s := argotest.Start(b, argotest.Options{Apps: 10000})
	for name, c := range readers(b, []*argotest.Server{s}) {
		out, err := c.CombinedOutput()
		if err != nil {
			b.Fatalf("%s: %v\n%s", name, err, out)
		}
		b.Logf("%s: %s", name, out)
	}
	for b.Loop() {
		table := live.NewTable(nil)
		f := argocd.NewFleet(table, slog.New(slog.DiscardHandler), argocd.Options{})
		f.Set(s.Name, connection(s))
		complete(table, 1)
		f.Close()
	}
}
