package argocd_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

// quick are options under which a test sees in moments what takes minutes.
func quick() argocd.Options {
	return argocd.Options{Relist: time.Hour, Heartbeat: time.Hour, CallTimeout: 5 * time.Second, DialTimeout: 2 * time.Second,
		RetryMin: 50 * time.Millisecond, RetryMax: 200 * time.Millisecond}
}

func connection(s *argotest.Server) argocd.Connection {
	return argocd.Connection{Name: s.Name, URL: s.URL, Token: argocd.Secret(s.Token)}
}

// logs collects what is logged; it may be written to while read.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// run reads the connections into a new table until the test ends, and fails the
// test if ending takes a second or a token is logged.
func run(t *testing.T, o argocd.Options, connections ...argocd.Connection) *live.Table {
	t.Helper()
	table, _ := fleet(t, o, connections...)
	return table
}

func fleet(t *testing.T, o argocd.Options, connections ...argocd.Connection) (*live.Table, *argocd.Fleet) {
	t.Helper()
	table, out := live.NewTable(nil), &logs{}
	f := argocd.NewFleet(table, slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})), o)
	for _, c := range connections {
		f.Set(c.Name, c)
	}
	t.Cleanup(func() {
		begun := time.Now()
		f.Close()
		if time.Since(begun) > time.Second {
			t.Error("Close did not return within a second")
		}
		for _, c := range connections {
			token := string(c.Token)
			if text, err := os.ReadFile(c.TokenFile); err == nil {
				token = strings.TrimSpace(string(text))
			}
			if token != "" && strings.Contains(out.String(), token) {
				t.Errorf("the token of %s is in the log", c.Name)
			}
		}
		if t.Failed() {
			t.Log(out.String())
		}
	})
	return table, f
}

// within waits for a condition.
func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func state(table *live.Table, name string) live.Instance {
	i, _ := table.Instance(name)
	return i
}

func connected(table *live.Table, name string) func() bool {
	return func() bool { return state(table, name).State == live.Connected }
}

func down(table *live.Table, name string, reason live.Reason) func() bool {
	return func() bool { i := state(table, name); return i.State == live.Down && i.Reason == reason }
}

const firstApp = "team-00-service-00000"

func get(table *live.Table, name string) (live.Row, bool) {
	return table.Get(live.Key{Instance: "argocd", Namespace: "argocd", Name: name})
}

func TestRun_ReadsWhatTheFullClientReads(t *testing.T) {
	for protocol, tls := range map[live.Protocol]bool{live.GRPC: false, live.NoProtocol: true, live.REST: true} {
		s := argotest.Start(t, argotest.Options{Apps: 25, Real: true, TLS: tls})
		s.Update(t, firstApp, argotest.Change{Health: "Degraded", Message: "컨테이너가 시작되지 않음"})
		c := connection(s)
		if tls {
			c.CAFile = caFile(t, s.CA)
		}
		c.Protocol = protocol
		table := run(t, quick(), c)
		within(t, 10*time.Second, "first list", connected(table, s.Name))
		want := s.Reference(t)
		if got := state(table, s.Name).Applications; got != len(want) || got != 35 {
			t.Fatalf("%d applications, the full client has %d", got, len(want))
		}
		clusters, conditions, messages, made := map[string]bool{}, 0, 0, 0
		for _, w := range want {
			got, ok := get(table, w.Name)
			got.Since = time.Time{}
			expect := live.Application{Instance: s.Name, Namespace: w.Namespace, Name: w.Name, Project: w.Project, Cluster: w.Cluster,
				Server: w.Server, DestNamespace: w.DestNamespace, Health: w.Health, HealthMessage: w.HealthMessage, Sync: w.Sync,
				Phase: w.Phase, OperationMessage: w.OperationMessage, LastSync: w.LastSync, Revision: w.Revision, RepoURL: w.RepoURL,
				Path: w.Path, TargetRevision: w.TargetRevision, Condition: w.Condition, ResourceVersion: w.ResourceVersion,
				Set: w.Set, Images: strings.Join(w.Images, "\n"), Workloads: strings.Join(w.Workloads, " ")}
			if !got.LastSync.Equal(expect.LastSync) {
				t.Errorf("%s: last sync %v, the full client reads %v", w.Name, got.LastSync, expect.LastSync)
			}
			got.LastSync = expect.LastSync
			if !ok || got.Application != expect {
				t.Errorf("%s:\n got %+v\nwant %+v", w.Name, got.Application, expect)
			}
			clusters[w.Cluster] = true
			if w.Condition != "" {
				conditions++
			}
			if w.HealthMessage != "" {
				messages++
			}
			if w.Set != "" && w.Workloads != nil && w.Images != nil {
				made++
			}
		}
		// The comparison means something only if the fields are filled in.
		if !clusters["in-cluster"] || !clusters["cluster-01"] || conditions == 0 || messages == 0 || made == 0 {
			t.Errorf("the reference lacks cases: clusters %v, %d conditions, %d health messages, %d of a set", clusters, conditions, messages, made)
		}
		i := state(table, s.Name)
		if i.Version == "" || i.Account != "dashboard" || !i.Complete || i.LastSeen.IsZero() || (i.Protocol == live.REST) != (protocol == live.REST) {
			t.Errorf("instance %+v", i)
		}
	}
}

func TestRun_ShowsChangesWithinASecond(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	table := run(t, quick(), connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))

	s.Update(t, firstApp, argotest.Change{Health: "Degraded", Message: "2 of 3 pods fail", Sync: "OutOfSync", Revision: "cafe"})
	within(t, time.Second, "update", func() bool {
		r, _ := get(table, firstApp)
		return r.Health == live.Degraded && r.HealthMessage == "2 of 3 pods fail" && r.Sync == live.OutOfSync && r.Revision == "cafe"
	})
	name := s.Create(t, "new-one", argotest.Change{Health: "Progressing"})
	within(t, time.Second, "creation", func() bool { r, ok := get(table, name); return ok && r.Health == live.Progressing })
	s.Delete(t, firstApp)
	within(t, time.Second, "deletion", func() bool { _, ok := get(table, firstApp); return !ok })
}

func TestRun_RelistRepairsWhatTheWatchMissed(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 400, Resources: 60})
	o := quick()
	o.Relist = 4 * time.Second
	table := run(t, o, connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	// The server keeps 1,000 events for a reader that does not read, and drops
	// the rest without a word.
	s.Freeze(t, true)
	s.Burst(t, 6000)
	s.Freeze(t, false)
	within(t, 15*time.Second, "every application OutOfSync", func() bool { return state(table, s.Name).Sync[live.OutOfSync] == 400 })
	if d := state(table, s.Name).Health[live.Degraded]; d != 400 {
		t.Errorf("%d of 400 applications are Degraded", d)
	}
}

func TestRun_KeepsRowsWhileAnInstanceIsDown(t *testing.T) {
	both := argotest.StartAll(t, argotest.Options{Names: []string{"argocd", "other"}})
	s, other := both[0], both[1]
	table := run(t, quick(), connection(s), connection(other))
	within(t, 10*time.Second, "both lists", func() bool { return connected(table, s.Name)() && connected(table, other.Name)() })

	s.Stop(t)
	within(t, 3*time.Second, "down", down(table, s.Name, live.Unreachable))
	if r, ok := get(table, firstApp); !ok || !r.Stale {
		t.Errorf("row of the instance that is down: present %v, stale %v", ok, r.Stale)
	}
	other.Update(t, firstApp, argotest.Change{Health: "Missing"})
	within(t, time.Second, "update of the other instance", func() bool {
		r, _ := table.Get(live.Key{Instance: "other", Namespace: "argocd", Name: firstApp})
		return r.Health == live.Missing && !r.Stale
	})
	s.Update(t, firstApp, argotest.Change{Health: "Suspended"})
	s.Delete(t, "team-01-service-00001")
	s.Resume(t)
	within(t, 5*time.Second, "recovery", connected(table, s.Name))
	r, _ := get(table, firstApp)
	if _, still := get(table, "team-01-service-00001"); r.Health != live.Suspended || r.Stale || still {
		t.Errorf("after recovery: health %s, stale %v, deleted application present %v", r.Health, r.Stale, still)
	}
}

func TestRun_HidesAConnectionThatComesBackAtOnce(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	o := quick()
	o.RetryMin, o.RetryMax = 400*time.Millisecond, time.Second
	table := run(t, o, connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	before := state(table, s.Name)
	s.Stop(t)
	s.Resume(t)
	within(t, 10*time.Second, "a further list", func() bool { return state(table, s.Name).ListedAt.After(before.ListedAt) })
	if after := state(table, s.Name); !after.Since.Equal(before.Since) {
		t.Error("the instance was called down for a connection that was back at once")
	}
}

func TestRun_NoticesAHalfOpenConnection(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	o := quick()
	o.Heartbeat, o.CallTimeout = 200*time.Millisecond, 500*time.Millisecond
	table := run(t, o, connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	s.Freeze(t, true)
	within(t, 5*time.Second, "down", down(table, s.Name, live.TimedOut))
	s.Freeze(t, false)
	within(t, 10*time.Second, "recovery", connected(table, s.Name))
}

func TestRun_NoticesARevokedToken(t *testing.T) {
	for name, o := range map[string]argocd.Options{
		"at the next list":  {Relist: 300 * time.Millisecond, Heartbeat: time.Hour, RetryMin: 50 * time.Millisecond},
		"between the lists": {Relist: time.Hour, Heartbeat: 200 * time.Millisecond, RetryMin: 50 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			s := argotest.Start(t, argotest.Options{})
			noticesARevokedToken(t, o, s, connection(s))
		})
	}
}

// noticesARevokedToken reads with a token's file, revokes the token and puts
// another one into the file.
func noticesARevokedToken(t *testing.T, o argocd.Options, s *argotest.Server, c argocd.Connection) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, s.Token+"\n")
	c.Token, c.TokenFile = "", file
	table := run(t, o, c)
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	s.Revoke(t, "dashboard")
	within(t, 5*time.Second, "unauthenticated", down(table, s.Name, live.Unauthenticated))
	if n := state(table, s.Name).Applications; n != 10 {
		t.Errorf("%d rows are kept of 10", n)
	}
	write(t, file, s.NewToken(t, "dashboard"))
	within(t, 10*time.Second, "recovery with the new token", connected(table, s.Name))
}

func TestRun_RefusedConnections(t *testing.T) {
	s := argotest.Start(t, argotest.Options{TLS: true})
	plain := argotest.Start(t, argotest.Options{})
	good := argocd.Connection{URL: s.URL, Token: argocd.Secret(s.Token)}
	ca := caFile(t, s.CA)
	cases := map[string]struct {
		change func(*argocd.Connection)
		reason live.Reason
	}{
		"wrong-token":        {func(c *argocd.Connection) { c.CAFile, c.Token = ca, "not-the-right-one" }, live.Unauthenticated},
		"unknown-authority":  {func(*argocd.Connection) {}, live.TLS},
		"other-authority":    {func(c *argocd.Connection) { c.CAFile = caFile(t, otherCA(t)) }, live.TLS},
		"tls-to-plaintext":   {func(c *argocd.Connection) { c.URL = strings.Replace(plain.URL, "http:", "https:", 1) }, live.TLS},
		"no-ca-file":         {func(c *argocd.Connection) { c.CAFile = ca + ".gone" }, live.Misconfigured},
		"plaintext-far-away": {func(c *argocd.Connection) { c.URL = "http://argocd.example.com" }, live.Misconfigured},
		"authority-given":    {func(c *argocd.Connection) { c.CAFile = ca }, live.NoReason},
		"insecure":           {func(c *argocd.Connection) { c.Insecure = true }, live.NoReason},
	}
	var connections []argocd.Connection
	for name, k := range cases {
		c := good
		c.Name = name
		k.change(&c)
		connections = append(connections, c)
	}
	table := run(t, quick(), connections...)
	for name, k := range cases {
		if k.reason == live.NoReason {
			within(t, 10*time.Second, name, connected(table, name))
			continue
		}
		within(t, 10*time.Second, name+" "+string(k.reason), func() bool { return state(table, name).State == live.Down })
		if i := state(table, name); i.Reason != k.reason || i.Detail == "" {
			t.Errorf("%s: reason %q (%s), want %q", name, i.Reason, i.Detail, k.reason)
		}
	}
}

func TestRun_FindsWhatATokenMayWrite(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	reader := connection(s)
	writer, single := reader, reader
	writer.Name, writer.Token = "writer", argocd.Secret(s.WriterToken)
	single.Name, single.Token = "single", argocd.Secret(s.SingleToken)
	table := run(t, quick(), reader, writer, single)
	for name, want := range map[string]live.WriteCheck{
		reader.Name: {State: live.WriteNone},
		"writer":    {State: live.WriteFound, Found: []string{"applications sync */*", "clusters delete *"}},
		"single":    {State: live.WriteFound, Found: []string{"applications sync team-00/" + firstApp}},
	} {
		within(t, 10*time.Second, name+" probed", func() bool { return !state(table, name).CanWrite.At.IsZero() })
		got := state(table, name).CanWrite
		if got.State != want.State || got.At.IsZero() || want.State == live.WriteNone && len(got.Found) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
		for _, f := range want.Found {
			if !slices.Contains(got.Found, f) {
				t.Errorf("%s: %q is not among %q", name, f, got.Found)
			}
		}
	}
}

func TestRun_ReadsAListThatIsTooLargeThroughAWatch(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 120})
	o := quick()
	o.MaxMessage, o.ReplayQuiet, o.Relist = 256<<10, 300*time.Millisecond, 500*time.Millisecond
	table := run(t, o, connection(s))
	within(t, 10*time.Second, "replay", connected(table, s.Name))
	if n := state(table, s.Name).Applications; n != 120 {
		t.Errorf("%d of 120 applications", n)
	}
	s.Delete(t, firstApp)
	s.Update(t, "team-01-service-00001", argotest.Change{Health: "Suspended"})
	within(t, 3*time.Second, "changes", func() bool {
		r, _ := get(table, "team-01-service-00001")
		return state(table, s.Name).Applications == 119 && r.Health == live.Suspended
	})
}

func TestRun_StaysCurrentUnderChurn(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 300, Resources: 5})
	o := quick()
	o.Relist = 50 * time.Millisecond
	table := run(t, o, connection(s))
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	s.Churn(t, 500)
	time.Sleep(2 * time.Second)
	s.Churn(t, 0)
	want := s.Reference(t)
	within(t, 2*time.Second, "the table to equal the server", func() bool {
		for _, w := range want {
			if r, ok := get(table, w.Name); !ok || r.Health != w.Health || r.Sync != w.Sync || r.ResourceVersion != w.ResourceVersion {
				return false
			}
		}
		return true
	})
}

func caFile(t *testing.T, pem string) string {
	t.Helper()
	f := filepath.Join(t.TempDir(), "ca.pem")
	write(t, f, pem)
	return f
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
