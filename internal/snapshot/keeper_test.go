package snapshot_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/snapshot"
	"deckplan/internal/store"
)

// desk is a keeper on a real database.
type desk struct {
	*snapshot.Keeper
	table *live.Table
	db    *store.Store
	now   *time.Time
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newDesk(t *testing.T, file, folder string) *desk {
	t.Helper()
	now := noon
	clock := func() time.Time { return now }
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), file, clock, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	table := live.NewTable(clock)
	return &desk{snapshot.NewKeeper(snapshot.Config{Store: db, Table: table, Folder: folder, Log: log, Now: clock, Poll: 5 * time.Millisecond}), table, db, &now}
}

func fresh(t *testing.T) *desk { return newDesk(t, filepath.Join(t.TempDir(), "d.db"), "") }

// made is a file of ours: name=health pairs, all Synced.
func made(t *testing.T, instance string, captured time.Time, apps ...string) []byte {
	t.Helper()
	s := &snapshot.Snapshot{Instance: instance, Captured: captured, Version: "v3.1.0"}
	for _, a := range apps {
		name, health, _ := strings.Cut(a, "=")
		s.Applications = append(s.Applications, live.Application{Namespace: "argocd", Name: name, Health: health, Sync: live.Synced})
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (d *desk) take(t *testing.T, file []byte, c snapshot.Choice) error {
	t.Helper()
	id, err := d.Offer(bytes.NewReader(file), "file.json")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Accept(t.Context(), id, c)
	return err
}

func faultOf(t *testing.T, err error) string {
	t.Helper()
	var f *snapshot.Fault
	if !errors.As(err, &f) {
		t.Fatalf("%v", err)
	}
	return strings.TrimPrefix(f.ID, "snapshot.fault.")
}

func (d *desk) row(instance, name string) (live.Row, bool) {
	return d.table.Get(live.Key{Instance: instance, Namespace: "argocd", Name: name})
}

func TestKeeper_ASnapshotIsShownAsOfItsTimeAndNotAsAnOutage(t *testing.T) {
	d := fresh(t)
	captured := noon.Add(-72 * time.Hour)
	if err := d.take(t, made(t, "vault", captured, "a=Healthy"), snapshot.Choice{By: "Jimin"}); err != nil {
		t.Fatal(err)
	}
	in, _ := d.table.Instance("vault")
	r, ok := d.row("vault", "a")
	if in.State != live.Captured || in.Protocol != live.Snapshot || !in.Captured.Equal(captured) || in.Stale() || in.Version != "v3.1.0" || !in.Complete {
		t.Errorf("%+v", in)
	}
	if !ok || r.Stale || !r.AsOf.Equal(captured) || !r.Since.Equal(captured) {
		t.Errorf("%+v", r)
	}
	if rows := d.table.Query(live.Query{Limit: 1}).Rows; !rows[0].AsOf.Equal(captured) {
		t.Errorf("queried: %+v", rows[0])
	}
	if all, err := d.All(t.Context()); err != nil || len(all) != 1 || all[0].By != "Jimin" || all[0].Applications != 1 || all[0].File != "file.json" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestKeeper_ASnapshotSurvivesARestartWithItsAges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d.db")
	d := newDesk(t, file, "")
	first, second := noon.Add(-72*time.Hour), noon.Add(-24*time.Hour)
	for at, apps := range map[time.Time][]string{first: {"same=Degraded", "mended=Degraded", "gone=Healthy"}} {
		if err := d.take(t, made(t, "vault", at, apps...), snapshot.Choice{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.take(t, made(t, "VAULT", second, "same=Degraded", "mended=Healthy", "new=Healthy"), snapshot.Choice{}); err != nil {
		t.Fatal(err)
	}
	d.db.Close()
	d = newDesk(t, file, "")
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, since := range map[string]time.Time{"same": first, "mended": second, "new": second} {
		if r, ok := d.row("vault", name); !ok || !r.Since.Equal(since) || !r.AsOf.Equal(second) {
			t.Errorf("%s: %v since %v as of %v", name, ok, r.Since, r.AsOf)
		}
	}
	if _, ok := d.row("vault", "gone"); ok {
		t.Error("a row of the snapshot before is shown")
	}
	all, err := d.All(t.Context())
	if err != nil || len(all) != 1 || len(all[0].Earlier) != 1 || all[0].Earlier[0].Applications != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestKeeper_AnOlderOneDoesNotReplaceANewerOneUnasked(t *testing.T) {
	d := fresh(t)
	if err := d.take(t, made(t, "vault", noon.Add(-time.Hour), "new=Healthy"), snapshot.Choice{}); err != nil {
		t.Fatal(err)
	}
	older := made(t, "vault", noon.Add(-48*time.Hour), "old=Healthy")
	if got := faultOf(t, d.take(t, older, snapshot.Choice{})); got != "older" {
		t.Error(got)
	}
	if _, ok := d.row("vault", "new"); !ok {
		t.Error("the newer one is gone")
	}
	if err := d.take(t, older, snapshot.Choice{Older: true}); err != nil {
		t.Fatal(err)
	}
	in, _ := d.table.Instance("vault")
	if _, ok := d.row("vault", "old"); !ok || !in.Captured.Equal(noon.Add(-48*time.Hour)) {
		t.Errorf("%+v", in)
	}
}

func TestKeeper_AConnectionsNameIsTaken(t *testing.T) {
	d := fresh(t)
	d.table.SetStatus("Prod", live.Status{State: live.Down, Reason: live.Unreachable})
	if got := faultOf(t, d.take(t, made(t, "prod", noon, "a=Healthy"), snapshot.Choice{})); got != "connected" {
		t.Error(got)
	}
	if err := d.take(t, made(t, "prod", noon, "a=Healthy"), snapshot.Choice{Name: "prod copy"}); err != nil {
		t.Error(err)
	}
	if !d.Shows("PROD COPY") || d.Shows("prod") {
		t.Error("what a connection may not be called")
	}
	for name, want := range map[string]string{"a/b": "connect.problem.name_invalid", strings.Repeat("x", 61): "connect.problem.too_long"} {
		if got := faultOf(t, d.take(t, made(t, "x", noon, "a=Healthy"), snapshot.Choice{Name: name})); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := faultOf(t, d.take(t, made(t, "x", noon.Add(time.Hour), "a=Healthy"), snapshot.Choice{})); got != "future" {
		t.Error(got)
	}
}

func TestKeeper_ShowsASnapshotOnceTheConnectionOfItsNameIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d.db")
	d := newDesk(t, file, "")
	if err := d.take(t, made(t, "prod", noon, "a=Healthy"), snapshot.Choice{}); err != nil {
		t.Fatal(err)
	}
	d.db.Close()
	d = newDesk(t, file, "")
	d.table.SetStatus("prod", live.Status{State: live.Connecting})
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, _ := d.All(t.Context()); len(all) != 1 || !all[0].Shadowed {
		t.Errorf("%+v", all)
	}
	go d.Run(t.Context())
	d.table.Forget("prod")
	within(t, "the snapshot", func() bool { _, ok := d.row("prod", "a"); return ok })
}

func TestKeeper_ReviewTellsWhatTakingItDoes(t *testing.T) {
	d := fresh(t)
	if err := d.take(t, made(t, "vault", noon.Add(-time.Hour), "same=Healthy", "worse=Healthy", "gone=Healthy"), snapshot.Choice{}); err != nil {
		t.Fatal(err)
	}
	version := d.table.Version()
	id, err := d.Offer(bytes.NewReader(made(t, "vault", noon, "same=Healthy", "worse=Degraded", "new=Missing")), "x.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Review(t.Context(), id, snapshot.Choice{})
	if err != nil || r.Fault != nil || r.Added != 1 || r.Changed != 1 || r.Gone != 1 || r.NewRows[0].Name != "new" || r.GoneRows[0].Name != "gone" || r.Last == nil {
		t.Errorf("%+v, %v", r, err)
	}
	if other, _ := d.Review(t.Context(), id, snapshot.Choice{Name: "else"}); other.Added != 3 || other.Last != nil {
		t.Errorf("%+v", other)
	}
	if d.table.Version() != version {
		t.Error("looking changed the table")
	}
	*d.now = noon.Add(31 * time.Minute)
	if _, err := d.Review(t.Context(), id, snapshot.Choice{}); !errors.Is(err, snapshot.ErrNotFound) {
		t.Errorf("half an hour later: %v", err)
	}
}

func TestKeeper_TheTimeOfKubectlsOutputIsAnEstimate(t *testing.T) {
	d := fresh(t)
	file, err := os.ReadFile("testdata/kubectl.json")
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.Offer(bytes.NewReader(file), `C:\tmp\prod vault (1).json.gz`)
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Review(t.Context(), id, snapshot.Choice{})
	if err != nil || r.Name != "prod vault -1-" || !r.Snapshot.Guessed || r.Snapshot.Captured.Format(time.DateOnly) != "2026-11-23" {
		t.Errorf("%q, %v, %v, %v", r.Name, r.Snapshot.Guessed, r.Snapshot.Captured, err)
	}
	// A form sends the estimate back without its seconds: nobody has corrected it.
	if same, _ := d.Review(t.Context(), id, snapshot.Choice{Captured: r.Snapshot.Captured.Local().Truncate(time.Minute)}); !same.Snapshot.Guessed || !same.Snapshot.Captured.Equal(r.Snapshot.Captured) {
		t.Errorf("%v, %v", same.Snapshot.Guessed, same.Snapshot.Captured)
	}
	if err := d.take(t, file, snapshot.Choice{Name: "vault", Captured: noon.Add(-time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if in, _ := d.table.Instance("vault"); in.Guessed || !in.Captured.Equal(noon.Add(-time.Minute)) {
		t.Errorf("corrected: %+v", in)
	}
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (d *desk) file(name string) snapshot.File {
	_, files, _ := d.Watched()
	for _, f := range files {
		if f.Name == name {
			return f
		}
	}
	return snapshot.File{}
}

func TestFolder_CompleteFilesAreTakenAndFaultsAreTold(t *testing.T) {
	folder, db := t.TempDir(), filepath.Join(t.TempDir(), "d.db")
	put := func(name string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kubectl, err := os.ReadFile("testdata/kubectl.yaml")
	if err != nil {
		t.Fatal(err)
	}
	put("busan.yaml", kubectl)
	put("own.json", made(t, "vault", noon.Add(-time.Hour), "a=Healthy"))
	put("older.json", made(t, "vault", noon.Add(-2*time.Hour), "b=Healthy"))
	put("bad.yml", []byte("items:\n- {kind: Secret, metadata: {name: x}}\n"))
	put("cut.json", made(t, "half", noon, "a=Healthy")[:60])
	put(".hidden.json", kubectl)
	put("notes.txt", []byte("hello"))
	outside := filepath.Join(t.TempDir(), "outside.json")
	if err := os.WriteFile(outside, made(t, "linked", noon, "a=Healthy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(outside, filepath.Join(folder, "link.json")), os.Symlink("own.json", filepath.Join(folder, "inner.json")),
		syscall.Mkfifo(filepath.Join(folder, "pipe.json"), 0o600), os.Mkdir(filepath.Join(folder, "dir.json"), 0o700)); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, db, folder)
	go d.Run(t.Context())
	want := map[string]snapshot.FileState{"busan.yaml": "taken", "own.json": "taken", "bad.yml": "refused", "cut.json": "refused",
		"link.json": "refused", "inner.json": "refused", "pipe.json": "refused", "dir.json": "refused"}
	within(t, "all files", func() bool {
		for name := range want {
			if s := d.file(name).State; s == "" || s == snapshot.FileWaiting {
				return false
			}
		}
		return true
	})
	for name, state := range want {
		if f := d.file(name); f.State != state || (state == "refused") != (f.Fault != nil) {
			t.Errorf("%s: %s, %v", name, f.State, f.Fault)
		}
	}
	if _, files, wrong := d.Watched(); len(files) != 9 || wrong != nil {
		t.Errorf("%d files are told of, %v", len(files), wrong)
	}
	if f := d.file("bad.yml"); f.Fault.ID != "snapshot.fault.secret" || f.Fault.Line != 2 {
		t.Errorf("%+v", f.Fault)
	}
	if _, ok := d.table.Instance("linked"); ok {
		t.Error("a link was followed")
	}
	if in, _ := d.table.Instance("busan"); in.Applications != 10 {
		t.Errorf("busan has %d applications", in.Applications)
	}
	put("cut.json", made(t, "half", noon, "a=Healthy"))
	within(t, "the file that was completed", func() bool { _, ok := d.row("half", "a"); return ok })
	if err := os.Remove(filepath.Join(folder, "cut.json")); err != nil {
		t.Fatal(err)
	}
	within(t, "the file to be forgotten", func() bool { return d.file("cut.json").Name == "" })
	if _, ok := d.row("half", "a"); !ok {
		t.Error("a removed file took its snapshot along")
	}
}

func TestFolder_AFileWhoseSnapshotWasRemovedIsNotTakenAgain(t *testing.T) {
	folder, db := t.TempDir(), filepath.Join(t.TempDir(), "d.db")
	path := filepath.Join(folder, "vault.json")
	if err := os.WriteFile(path, made(t, "vault", noon, "a=Healthy"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, db, folder)
	go d.Run(t.Context())
	within(t, "the snapshot", func() bool { _, ok := d.row("vault", "a"); return ok })
	all, err := d.All(t.Context())
	if err != nil || len(all) != 1 || !all[0].Folder {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := d.Remove(t.Context(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Remove(t.Context(), all[0].ID); !errors.Is(err, snapshot.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	d = newDesk(t, db, folder) // as after a restart
	go d.Run(t.Context())
	within(t, "the file to be seen", func() bool { return d.file("vault.json").State == snapshot.FileTaken })
	if _, ok := d.table.Instance("vault"); ok {
		t.Error("it was taken again")
	}
	if err := os.WriteFile(path, made(t, "vault", noon, "b=Healthy"), 0o600); err != nil {
		t.Fatal(err)
	}
	within(t, "the changed file", func() bool { _, ok := d.row("vault", "b"); return ok })
}

func TestFolder_AFolderThatIsGoneIsTold(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "later")
	d := newDesk(t, filepath.Join(t.TempDir(), "d.db"), folder)
	go d.Run(t.Context())
	wrong := func() *snapshot.Fault { _, _, f := d.Watched(); return f }
	within(t, "the fault", func() bool { f := wrong(); return f != nil && f.ID == "snapshot.fault.folder" })
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	within(t, "the folder", func() bool { return wrong() == nil })
}
