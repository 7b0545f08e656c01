// Command deckplan plans CI/CD topology in the browser and holds the plan
// against what Argo CD runs. Run it with --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"deckplan/internal/argocd"
	"deckplan/internal/command"
	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/jobs"
	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/logbook"
	"deckplan/internal/lookout"
	"deckplan/internal/plan"
	"deckplan/internal/print"
	"deckplan/internal/raster"
	"deckplan/internal/reach"
	"deckplan/internal/review"
	"deckplan/internal/roster"
	"deckplan/internal/seal"
	"deckplan/internal/settings"
	"deckplan/internal/snapshot"
	"deckplan/internal/store"
	"deckplan/internal/survey"
	"deckplan/internal/webhook"
	"deckplan/web"
)

// version is set at build time.
var version = ""

// cli is the command line.
type cli struct {
	Lang      string            `help:"Language of messages: en or ko (also from LANG)." env:"DECKPLAN_LANG" placeholder:"LANG"`
	Serve     serveCmd          `cmd:"" default:"withargs" help:"Serve the dashboard (the default)."`
	Check     command.Check     `cmd:"" help:"Print a plan file's findings, for people or for a CI job; exit 1 if one is an error."`
	Diff      command.Diff      `cmd:"" help:"Tell in sentences how two plan files differ, as a pull request's comment too."`
	Scan      command.Scan      `cmd:"" help:"Read a checkout's CI definitions and propose pipelines."`
	Report    command.Report    `cmd:"" help:"Write a plan file's report, or that of two plan files compared: HTML, PDF, Markdown, Word, Excel, JSON, or all of them."`
	Snapshot  command.Snapshot  `cmd:"" help:"Read Argo CD instances that Deckplan cannot reach from where it runs, and write a snapshot of each."`
	Manifests command.Manifests `cmd:"" help:"Write the Kubernetes manifests of a plan file's layout into a zip file."`
	Matrix    command.Matrix    `cmd:"" help:"Work out a tool matrix of a YAML, CSV or Excel file: ranking, consistency, flips, robustness."`
	Image     command.Image     `cmd:"" help:"Account for the bytes of container images: layers, waste, what each engine shows and why; of archives and of registries."`
	Export    exportCmd         `cmd:"" help:"Write a plan of the database as YAML."`
	Import    importCmd         `cmd:"" help:"Put a plan file into the database."`
	Decisions decisionsCmd      `cmd:"" help:"Exchange a plan's decision records as MADR files."`
	Schema    command.Schema    `cmd:"" help:"Print the JSON Schema of plan files, or of reports."`
	Health    command.Health    `cmd:"" help:"Ask a running Deckplan whether it is ready; exit 1 if not."`
	Version   versionCmd        `cmd:"" help:"Print the version."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out a command line and gives the exit code: 0 done; 1 what was
// asked about is so (findings, differences, no pipeline, a Deckplan that is not
// ready, an instance that could not be read, a matrix without a ranking); 2 wrong usage or input; 3
// something failed, such as reading, writing or the database.
func run(args []string, out, errs io.Writer) int {
	var c cli
	var ended *int
	parser, err := kong.New(&c, kong.Name("deckplan"),
		kong.Description("Plan CI/CD topology, record why, and hold the plan against what Argo CD runs."),
		kong.Writers(out, errs), kong.UsageOnError(),
		// --help prints and asks to exit; Parse then goes on, and its answer
		// no longer matters.
		kong.Exit(func(n int) { ended = &n }))
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 2
	}
	ctx, err := parser.Parse(args)
	if ended != nil {
		return *ended
	}
	if err != nil {
		_, _ = fmt.Fprintln(errs, "deckplan:", err)
		return 2
	}
	if err := ctx.Run(&command.Streams{Out: out, Err: errs, Lang: messageLanguage(c.Lang), Version: versionText()}); err != nil {
		return fail(errs, err)
	}
	return 0
}

func fail(errs io.Writer, err error) int {
	var e command.Exit
	if errors.As(err, &e) {
		return e.Code
	}
	_, _ = fmt.Fprintln(errs, "deckplan:", err)
	return 3
}

// messageLanguage is the chosen language, else the terminal's.
func messageLanguage(chosen string) lang.Lang {
	if l, ok := lang.Parse(chosen); ok {
		return l
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return lang.Match(strings.ReplaceAll(strings.SplitN(v, ".", 2)[0], "_", "-"))
		}
	}
	return lang.English
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s *command.Streams) error {
	_, err := fmt.Fprintln(s.Out, "deckplan", versionText())
	return err
}

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

type serveCmd struct {
	settings.Flags
}

// Run serves until it is interrupted.
func (c serveCmd) Run(s *command.Streams) error {
	tell, told := s.Faults("config.wrong")
	set := c.Read(s.Err, tell)
	if err := told(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return serve(ctx, set)
}

// serve wires the parts and runs them until ctx ends.
func serve(ctx context.Context, set settings.Settings) error {
	db, err := store.Open(ctx, set.Database, time.Now, set.Log)
	if err != nil {
		return err
	}
	defer func() {
		if err := db.Close(); err != nil {
			set.Log.Error("database not closed", "error", err)
		}
	}()
	if set.Key == nil {
		if set.Key, err = seal.MakeFile(set.KeyFile); err != nil {
			return fmt.Errorf("make the key that seals tokens: %w", err)
		}
		set.Log.Info("key made; back it up beside the database", "file", set.KeyFile, "key", set.Key)
	}
	if set.Demo {
		if err := beginDemo(ctx, db); err != nil {
			return err
		}
	}
	table := live.NewTable(time.Now)
	book, err := logbook.Open(ctx, logbook.Config{Store: db, Table: table, Keep: set.History, Log: set.Log})
	if err != nil {
		return err
	}
	defer book.Close()
	fleet := argocd.NewFleet(table, set.Log, argocd.Options{})
	defer fleet.Close()
	snapshots := snapshot.NewKeeper(snapshot.Config{Store: db, Table: table, Folder: set.SnapshotFolder, Log: set.Log, Now: time.Now})
	connections := roster.New(roster.Config{Store: db, Key: set.Key, Fleet: fleet, Environment: set.Given.Environment, File: set.Given.File, FileName: set.Given.FileName, TokenFolder: set.TokenFolder, Log: set.Log,
		Snapshot: snapshots.Shows})
	hooks := webhook.New(webhook.Config{Store: db, Key: set.Key, Reach: webhook.Reach(set.WebhookReach), Proxy: set.WebhookProxy, Now: time.Now, Log: set.Log})
	look := lookout.New(lookout.Config{Store: db, Table: table, Wanted: hooks.Drifting, Send: hooks.SendDrift, Now: time.Now, Log: set.Log})
	var past web.Past // nil where nothing is kept
	if set.History > 0 {
		past = db
	}
	printer := print.New(print.Config{ChromeURL: set.ChromeURL, Log: set.Log})
	defer printer.Close()
	work, err := jobs.Open(ctx, jobs.Config{Store: db, Log: set.Log, Now: time.Now})
	if err != nil {
		return err
	}
	defer work.Close()
	var background sync.WaitGroup
	reviews := review.NewKeeper(review.Config{Store: db, Table: table, Log: set.Log, Now: time.Now,
		Notify: func(n review.Need) {
			background.Go(func() { tellNeed(context.WithoutCancel(ctx), db, hooks, n, set.Log) })
		}})
	db.Listen(reviews.Heard)
	server, err := web.New(web.Config{Plans: db, Reviews: reviews, Live: table, Past: past, Connections: connections, Hosts: set.Hosts, Demo: set.Demo, Log: set.Log, Now: time.Now,
		Webhooks: hooks, Notify: hooks.Send, PublicURL: set.PublicURL,
		Snapshots: snapshots, Views: db, Survey: surveying(fleet.Connection), Detail: fleet.Detail, Jobs: work, Print: printer, Raster: raster.PNG, Registries: reach.Reach(strings.TrimPrefix(set.RegistryReach, "off"))})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", set.Listen)
	if err != nil {
		return err
	}
	hooks.Base = ownAddress(set.PublicURL, l.Addr())
	if err := connections.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := snapshots.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	watching, stop := context.WithCancel(ctx)
	background.Go(func() { snapshots.Run(watching) })
	background.Go(func() { hooks.Run(watching) })
	background.Go(func() { look.Run(watching) })
	background.Go(func() { reviews.Run(watching) })
	defer func() { stop(); background.Wait() }()
	set.Log.Info("serving", "url", "http://"+l.Addr().String(), "database", set.Database, "argocd", len(set.Given.Environment)+len(set.Given.File), "version", versionText())
	return server.Listen(ctx, l, set.Log)
}

// ownAddress is what links in webhooks begin with: the public address, or the
// one that is listened on where only this machine's browsers reach it.
func ownAddress(public string, at net.Addr) string {
	if tcp, ok := at.(*net.TCPAddr); public == "" && ok && tcp.IP.IsLoopback() {
		return "http://" + at.String()
	}
	return public
}

// tellNeed tells webhooks that a decision needs review, and why.
func tellNeed(ctx context.Context, db *store.Store, hooks *webhook.Sender, n review.Need, log *slog.Logger) {
	currency := ""
	if _, doc, err := db.Plan(ctx, n.Plan.ID); err == nil {
		currency = doc.About.CurrencyOr()
	}
	said := func(s decision.State) decision.Text {
		return decision.Both(func(l lang.Lang) string { return strings.Join(s.Reasons(l, currency, n.Record.Assumptions), " ") })
	}
	var reasons []hook.Reason
	for _, c := range n.State.Checks {
		if !c.Asks() {
			continue
		}
		r := hook.Reason{By: c.Author, Revision: c.Revision, Text: said(decision.State{Stands: true, Checks: []decision.CheckState{c}})}
		for _, a := range n.Record.Assumptions {
			if a.Check == c.Check {
				r.Assumption = a.Text
			}
		}
		if moved := c.Moved(); len(moved) > 0 {
			was, now := moved[0][0], moved[0][1]
			r.Figure, r.Label = now.Ref.String(), decision.Both(now.Label)
			r.From = decision.Both(func(l lang.Lang) string { return was.Text(l, currency) })
			r.To = decision.Both(func(l lang.Lang) string { return now.Text(l, currency) })
		}
		reasons = append(reasons, r)
	}
	if n.State.Due != "" {
		reasons = append(reasons, hook.Reason{Text: said(decision.State{Stands: true, Due: n.State.Due})})
	}
	if err := hooks.NeedsReview(ctx, n.Plan.ID, n.Record.Number, reasons); err != nil {
		log.Error("event not told", "type", hook.NeedsReview, "plan", n.Plan.ID, "error", err)
	}
}

// surveying reads once what an instance runs that find knows.
func surveying(find func(name string) (argocd.Connection, bool)) func(context.Context, string) (survey.Observed, error) {
	return func(ctx context.Context, instance string) (survey.Observed, error) {
		c, ok := find(instance)
		if !ok {
			return survey.Observed{}, &survey.Error{Instance: instance, Reason: string(live.Misconfigured), Detail: "not configured"}
		}
		return argocd.Survey(ctx, c, argocd.Options{})
	}
}

// beginDemo gives an empty database the sample plan in every language.
func beginDemo(ctx context.Context, db *store.Store) error {
	heads, err := db.Plans(ctx)
	if err != nil || len(heads) > 0 {
		return err
	}
	for _, l := range lang.All {
		p, err := plan.Sample(string(l))
		if err != nil {
			return err
		}
		if _, err := db.Create(ctx, plan.NewID(), "", p, plan.Summary{ID: "plan.summary.begun.sample", Args: map[string]any{"name": p.About.Name}}); err != nil {
			return err
		}
	}
	return nil
}

type exportCmd struct {
	Plan     string `arg:"" optional:"" help:"Identifier or name of the plan; may be left out where there is one only."`
	Database string `help:"SQLite file." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
	Output   string `help:"File to write; - for standard output." default:"-" short:"o"`
}

// Run writes a plan of the database as YAML.
func (c exportCmd) Run(s *command.Streams) (err error) {
	db, err := openDatabase(s, c.Database, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ctx := context.Background()
	heads, err := db.Plans(ctx)
	if err != nil {
		return err
	}
	match := slices.DeleteFunc(heads, func(h plan.Head) bool { return c.Plan != "" && h.ID != c.Plan && h.Name != c.Plan })
	if len(match) != 1 {
		err := s.Wrong("export.which", map[string]any{"n": len(match)})
		for _, h := range match {
			_, _ = fmt.Fprintf(s.Err, "  %s  %s\n", h.ID, h.Name)
		}
		return err
	}
	_, p, err := db.Plan(ctx, match[0].ID)
	if err != nil {
		return err
	}
	w, done, err := s.Output(c.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return plan.EncodeYAML(w, p)
}

type importCmd struct {
	File     string `arg:"" help:"Plan file."`
	Database string `help:"SQLite file; made if it is not there." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
}

// Run puts a plan file into the database as a new plan.
func (c importCmd) Run(s *command.Streams) (err error) {
	p, err := s.Plan(c.File)
	if err != nil {
		return err
	}
	db, err := openDatabase(s, c.Database, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	h, err := db.Create(context.Background(), plan.NewID(), "", p, plan.Summary{ID: "plan.summary.begun.file", Args: map[string]any{"name": p.About.Name}})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, h.ID)
	return err
}

func openDatabase(s *command.Streams, path string, create bool) (*store.Store, error) {
	if _, err := os.Stat(path); err != nil && !create {
		return nil, err
	}
	return store.Open(context.Background(), path, time.Now, slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
}
