// Command deckplan plans CI/CD topology in the browser and holds the plan
// against what Argo CD runs. Run it with --help.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"deckplan/internal/appraise"
	"deckplan/internal/argocd"
	"deckplan/internal/compare"
	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/logbook"
	"deckplan/internal/plan"
	"deckplan/internal/report"
	"deckplan/internal/roster"
	"deckplan/internal/seal"
	"deckplan/internal/snapshot"
	"deckplan/internal/store"
	"deckplan/internal/survey"
	"deckplan/internal/verdict"
	"deckplan/web"
)

// version is set at build time.
var version = ""

// cli is the command line. Values are texts: kong stops at the first it cannot
// decode, and all faults are to be reported together.
type cli struct {
	Lang      string       `help:"Language of messages: en or ko (also from LANG)." env:"DECKPLAN_LANG" placeholder:"LANG"`
	Serve     serveCmd     `cmd:"" default:"withargs" help:"Serve the dashboard (the default)."`
	Check     checkCmd     `cmd:"" help:"Print a plan file's findings; exit 1 if one is an error."`
	Diff      diffCmd      `cmd:"" help:"Print how two plan files differ: rows, figures and findings."`
	Scan      scanCmd      `cmd:"" help:"Read a checkout's CI definitions and propose pipelines."`
	Report    reportCmd    `cmd:"" help:"Write a plan file's report: one HTML file, or Markdown with its pictures in a zip file."`
	Snapshot  snapshotCmd  `cmd:"" help:"Read Argo CD instances that Deckplan cannot reach from where it runs, and write a snapshot of each."`
	Manifests manifestsCmd `cmd:"" help:"Write the Kubernetes manifests of a plan file's layout into a zip file."`
	Export    exportCmd    `cmd:"" help:"Write a plan of the database as YAML."`
	Import    importCmd    `cmd:"" help:"Put a plan file into the database."`
	Schema    schemaCmd    `cmd:"" help:"Print the JSON Schema of plan files."`
	Health    healthCmd    `cmd:"" help:"Ask a running Deckplan whether it is ready; exit 1 if not."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

// streams are what a command talks to.
type streams struct {
	out, err io.Writer
	lang     lang.Lang
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out a command line and gives the exit code: 0 done, 1 findings,
// differences asked for, or a failure, 2 wrong usage or input.
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
	if err := ctx.Run(&streams{out: out, err: errs, lang: messageLanguage(c.Lang)}); err != nil {
		return fail(errs, err)
	}
	return 0
}

// exit is an error that has already been told in full.
type exit struct{ code int }

func (e exit) Error() string { return fmt.Sprintf("exit %d", e.code) }

func fail(errs io.Writer, err error) int {
	var e exit
	if errors.As(err, &e) {
		return e.code
	}
	_, _ = fmt.Fprintln(errs, "deckplan:", err)
	return 1
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
func (versionCmd) Run(s *streams) error {
	_, err := fmt.Fprintln(s.out, "deckplan", versionText())
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
	Listen          string `help:"Address to listen on." default:"127.0.0.1:8080" env:"DECKPLAN_LISTEN"`
	Database        string `help:"SQLite file; made if it is not there." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
	Connections     string `help:"YAML file with connections to Argo CD, beside those of DECKPLAN_ARGOCD_… and of the browser." env:"DECKPLAN_CONNECTIONS"`
	PublicURL       string `help:"Address under which browsers reach Deckplan, such as https://deckplan.example.com." env:"DECKPLAN_PUBLIC_URL"`
	LogFormat       string `help:"text, json, or auto: text on a terminal." default:"auto" env:"DECKPLAN_LOG_FORMAT"`
	LogLevel        string `help:"debug, info, warn or error." default:"info" env:"DECKPLAN_LOG_LEVEL"`
	SecretKeyFile   string `help:"File with the key that seals tokens; made if it is not there. DATABASE.key if empty. DECKPLAN_SECRET_KEY may hold the key itself." env:"DECKPLAN_SECRET_KEY_FILE"`
	TokenFolder     string `help:"Folder whose files connections made in the browser may name as token files, each NAME for the server on the first line of NAME.url; none if empty." env:"DECKPLAN_TOKEN_FOLDER"`
	SnapshotFolder  string `help:"Folder that is watched for snapshots of instances that cannot be reached; none if empty." env:"DECKPLAN_SNAPSHOT_FOLDER"`
	LiveHistory     string `help:"How long changes of applications and connections are kept, such as 90d or 12h; 0 keeps none." default:"90d" env:"DECKPLAN_LIVE_HISTORY"`
	InsecureNoLogin truth  `help:"Serve other machines although there are no accounts yet." env:"DECKPLAN_INSECURE_NO_LOGIN"`
	Demo            truth  `help:"Say on every page that this is a demo, and begin an empty database with the sample plans." env:"DECKPLAN_DEMO"`
}

// truth is a flag that may stand alone, and whose value is looked at together
// with all others.
type truth string

// IsBool lets the flag stand without a value.
func (truth) IsBool() bool { return true }

// Decode takes any text; none is true.
func (t *truth) Decode(ctx *kong.DecodeContext) error {
	*t = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		*t = truth(ctx.Scan.Pop().String())
	}
	return nil
}

// value is what the flag says; one that was not given is false.
func (t truth) value() (bool, error) { return strconv.ParseBool(cmp.Or(string(t), "false")) }

// settings are a serveCmd's values once all of them are known to be right.
type settings struct {
	listen   string
	database string
	hosts    []string
	log      *slog.Logger
	argo     []argocd.Connection // from the environment
	listed   []argocd.Connection // from the file of connections
	listFile string
	key      *seal.Key // nil: to be made in keyFile
	keyFile  string
	tokens   string // folder of token files
	folder   string // watched for snapshots
	demo     bool
	history  time.Duration // that changes of state are kept; 0 for none
}

// Run serves until it is interrupted.
func (c serveCmd) Run(s *streams) error {
	set, problems := c.settings(s)
	if len(problems) > 0 {
		_, _ = fmt.Fprintln(s.err, s.lang.T("config.wrong", map[string]any{"n": len(problems)}))
		for _, p := range problems {
			_, _ = fmt.Fprintln(s.err, "  "+p)
		}
		return exit{2}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return set.serve(ctx)
}

// settings checks every value and gives all problems at once, worded.
func (c serveCmd) settings(s *streams) (settings, []string) {
	set := settings{listen: c.Listen, database: c.Database}
	var problems []string
	bad := func(name, id string, args map[string]any) {
		problems = append(problems, name+": "+s.lang.T(id, args))
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		bad("--listen", "config.listen", map[string]any{"got": c.Listen})
	}
	insecure, err := c.InsecureNoLogin.value()
	if err != nil {
		bad("--insecure-no-login", "config.boolean", map[string]any{"got": string(c.InsecureNoLogin)})
	}
	demo, wrong := c.Demo.value()
	if wrong != nil {
		bad("--demo", "config.boolean", map[string]any{"got": string(c.Demo)})
	}
	set.demo = demo
	if err == nil && !insecure && host != "" && !loopback(host) || host == "" && !insecure && len(problems) == 0 {
		bad("--listen", "config.no_login", map[string]any{"got": c.Listen})
	}
	if insecure {
		set.hosts = []string{"*"}
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			bad("--public-url", "config.public_url", map[string]any{"got": c.PublicURL})
		} else {
			set.hosts = []string{strings.ToLower(u.Hostname())}
		}
	}
	if c.Database == "" {
		bad("--database", "config.database", nil)
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		bad("--log-level", "config.log_level", map[string]any{"got": c.LogLevel})
	}
	switch c.LogFormat {
	case "text", "json", "auto":
		set.log = logger(s.err, c.LogFormat, level)
	default:
		bad("--log-format", "config.log_format", map[string]any{"got": c.LogFormat})
	}
	c.secrets(&set, bad)
	c.connections(&set, bad)
	if set.folder = c.SnapshotFolder; set.folder != "" {
		if info, err := os.Stat(set.folder); err != nil || !info.IsDir() {
			bad("--snapshot-folder", "config.snapshot_folder", map[string]any{"got": set.folder})
		}
	}
	if set.history, err = age(c.LiveHistory); err != nil {
		bad("--live-history", "config.live_history", map[string]any{"got": c.LiveHistory})
	}
	return set, problems
}

// connections reads those that are given to the program, not made in the
// browser: of the environment, then of a file.
func (c serveCmd) connections(set *settings, bad func(name, id string, args map[string]any)) {
	var faults []argocd.Problem
	set.argo, faults = argocd.ParseEnvironment(os.Environ())
	if c.Connections != "" {
		set.listFile = c.Connections
		text, err := readBounded(c.Connections, argocd.MaxFile)
		if err != nil {
			bad("--connections", "config.connections_unreadable", map[string]any{"path": c.Connections})
		}
		listed, more := argocd.ParseFile(c.Connections, text, os.Getenv, set.argo)
		set.listed, faults = listed, append(faults, more...)
	}
	for _, p := range faults {
		bad(p.Where, p.ID, p.Args)
	}
}

// readBounded reads a file up to one byte more than limit, so that one that is
// longer is known to be.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// secrets reads the key that seals tokens, if there is one already, and the
// folder of token files. The key itself is no flag: a command line is seen by all.
func (c serveCmd) secrets(set *settings, bad func(name, id string, args map[string]any)) {
	const keyVariable = "DECKPLAN_SECRET_KEY"
	var err error
	if text := os.Getenv(keyVariable); text != "" {
		if c.SecretKeyFile != "" {
			bad(keyVariable, "config.secret_key_twice", nil)
		}
		if set.key, err = seal.Parse(text); err != nil {
			bad(keyVariable, "config.secret_key", nil)
		}
	} else {
		set.keyFile = cmp.Or(c.SecretKeyFile, c.Database+".key")
		args := map[string]any{"path": set.keyFile}
		switch set.key, err = seal.ReadFile(set.keyFile); {
		case err == nil, errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, seal.ErrExposed):
			bad("--secret-key-file", "config.secret_key_exposed", args)
		case errors.Is(err, seal.ErrMalformed):
			bad("--secret-key-file", "config.secret_key_malformed", args)
		default:
			bad("--secret-key-file", "config.secret_key_unreadable", args)
		}
	}
	if c.TokenFolder != "" {
		set.tokens, err = filepath.Abs(c.TokenFolder)
		if info, statErr := os.Stat(c.TokenFolder); err != nil || statErr != nil || !info.IsDir() {
			bad("--token-folder", "config.token_folder", map[string]any{"got": c.TokenFolder})
		}
	}
}

// age reads a time such as 90d, 12h or 0: nothing, or from an hour to ten years.
func age(text string) (time.Duration, error) {
	const day, least, most = 24 * time.Hour, time.Hour, 3650 * 24 * time.Hour
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * day
	}
	if err == nil && d != 0 && (d < least || d > most) {
		err = strconv.ErrRange
	}
	return d, err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func logger(w io.Writer, format string, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	f, isFile := w.(*os.File)
	if format == "text" || format == "auto" && isFile && isatty.IsTerminal(f.Fd()) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

// serve wires the parts and runs them until ctx ends.
func (set settings) serve(ctx context.Context) error {
	db, err := store.Open(ctx, set.database, time.Now, set.log)
	if err != nil {
		return err
	}
	defer func() {
		if err := db.Close(); err != nil {
			set.log.Error("database not closed", "error", err)
		}
	}()
	if set.key == nil {
		if set.key, err = seal.MakeFile(set.keyFile); err != nil {
			return fmt.Errorf("make the key that seals tokens: %w", err)
		}
		set.log.Info("key made; back it up beside the database", "file", set.keyFile, "key", set.key)
	}
	if set.demo {
		if err := beginDemo(ctx, db); err != nil {
			return err
		}
	}
	table := live.NewTable(time.Now)
	book, err := logbook.Open(ctx, logbook.Config{Store: db, Table: table, Keep: set.history, Log: set.log})
	if err != nil {
		return err
	}
	defer book.Close()
	fleet := argocd.NewFleet(table, set.log, argocd.Options{})
	defer fleet.Close()
	snapshots := snapshot.NewKeeper(snapshot.Config{Store: db, Table: table, Folder: set.folder, Log: set.log, Now: time.Now})
	connections := roster.New(roster.Config{Store: db, Key: set.key, Fleet: fleet, Environment: set.argo, File: set.listed, FileName: set.listFile, TokenFolder: set.tokens, Log: set.log,
		Snapshot: snapshots.Shows})
	var past web.Past // nil where nothing is kept
	if set.history > 0 {
		past = db
	}
	server, err := web.New(web.Config{Plans: db, Live: table, Past: past, Connections: connections, Hosts: set.hosts, Demo: set.demo, Log: set.log, Now: time.Now,
		Snapshots: snapshots, Views: db, Survey: surveying(fleet.Connection), Detail: fleet.Detail})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", set.listen)
	if err != nil {
		return err
	}
	if err := connections.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := snapshots.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	watching, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { snapshots.Run(watching) })
	defer func() { stop(); background.Wait() }()
	set.log.Info("serving", "url", "http://"+l.Addr().String(), "database", set.database, "argocd", len(set.argo)+len(set.listed), "version", versionText())
	return server.Listen(ctx, l, set.log)
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

// readPlan reads a plan file and tells every fault of it.
func readPlan(s *streams, path string) (*plan.Plan, error) {
	f, err := os.Open(path)
	if err != nil {
		_, _ = fmt.Fprintln(s.err, "deckplan:", err)
		return nil, exit{2}
	}
	defer func() { _ = f.Close() }() // read only
	p, err := plan.DecodeYAML(f)
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		for _, problem := range bad.Problems {
			where := fmt.Sprintf("%s:%d: ", path, problem.Line)
			if problem.Path != "" {
				where += problem.Path + ": "
			}
			_, _ = fmt.Fprintln(s.err, where+s.lang.T(problem.ID, problem.Args))
		}
		return nil, exit{2}
	}
	return p, err
}

type checkCmd struct {
	File string `arg:"" help:"Plan file."`
	JSON bool   `help:"Print findings and figures as JSON."`
}

// Run prints the findings of a plan file.
func (c checkCmd) Run(s *streams) error {
	p, err := readPlan(s, c.File)
	if err != nil {
		return err
	}
	findings := appraise.Run(p).Findings()
	failed := slices.ContainsFunc(findings, func(f appraise.Finding) bool { return f.Severity == verdict.Error })
	if c.JSON {
		err = checkJSON(s, findings)
	} else {
		checkText(s, p, findings)
	}
	if err == nil && failed {
		return exit{1}
	}
	return err
}

func checkText(s *streams, p *plan.Plan, findings []appraise.Finding) {
	for _, f := range findings {
		args := maps.Clone(f.Args)
		if args == nil {
			args = verdict.Args{}
		}
		args["currency"] = p.About.CurrencyOr()
		_, _ = fmt.Fprintf(s.out, "%s\t%s\t%s\n", s.lang.T("severity."+f.Severity.String(), nil), f.Subject.Name, s.lang.T(f.ID, args))
	}
}

func checkJSON(s *streams, findings []appraise.Finding) error {
	type line struct {
		appraise.Finding
		Text string `json:"text"`
	}
	out := make([]line, len(findings))
	for i, f := range findings {
		out[i] = line{f, s.lang.T(f.ID, f.Args)}
	}
	return printJSON(s, map[string]any{"findings": out})
}

func printJSON(s *streams, v any) error {
	enc := json.NewEncoder(s.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

type diffCmd struct {
	Old      string `arg:"" help:"Plan file."`
	New      string `arg:"" help:"Plan file to compare it with."`
	JSON     bool   `help:"Print the differences as JSON."`
	ExitCode bool   `help:"Exit with 1 if anything differs."`
}

// Run prints how two plan files differ.
func (c diffCmd) Run(s *streams) error {
	a, err := readPlan(s, c.Old)
	if err != nil {
		return err
	}
	b, err := readPlan(s, c.New)
	if err != nil {
		return err
	}
	d := compare.Plans(s.lang, a, b)
	if c.JSON {
		err = printJSON(s, d)
	} else {
		err = d.Write(s.out, s.lang)
	}
	if err == nil && c.ExitCode && !d.Empty() {
		return exit{1}
	}
	return err
}

type reportCmd struct {
	File   string `arg:"" help:"Plan file."`
	Format string `help:"html: one file; markdown: a zip file of report.md and its pictures." enum:"html,markdown" default:"html"`
	Output string `help:"File to write; - for standard output." default:"-" short:"o"`
}

// Run writes the report of a plan file.
func (c reportCmd) Run(s *streams) (err error) {
	p, err := readPlan(s, c.File)
	if err != nil {
		return err
	}
	write := report.Write
	if c.Format == "markdown" {
		if f, ok := s.out.(*os.File); ok && (c.Output == "-" || c.Output == "") && isatty.IsTerminal(f.Fd()) {
			_, _ = fmt.Fprintln(s.err, s.lang.T("report.terminal", nil))
			return exit{2}
		}
		write = report.WriteZip
	}
	w, done, err := output(s, c.Output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return write(w, report.Input{Plan: p, Appraisal: appraise.Run(p), Lang: s.lang, Generated: time.Now()})
}

// output opens a file to be written, or standard output.
func output(s *streams, path string) (io.Writer, func() error, error) {
	if path == "-" || path == "" {
		return s.out, func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

type exportCmd struct {
	Plan     string `arg:"" optional:"" help:"Identifier or name of the plan; may be left out where there is one only."`
	Database string `help:"SQLite file." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
	Output   string `help:"File to write; - for standard output." default:"-" short:"o"`
}

// Run writes a plan of the database as YAML.
func (c exportCmd) Run(s *streams) (err error) {
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
		_, _ = fmt.Fprintln(s.err, s.lang.T("export.which", map[string]any{"n": len(match)}))
		for _, h := range match {
			_, _ = fmt.Fprintf(s.err, "  %s  %s\n", h.ID, h.Name)
		}
		return exit{2}
	}
	_, p, err := db.Plan(ctx, match[0].ID)
	if err != nil {
		return err
	}
	w, done, err := output(s, c.Output)
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
func (c importCmd) Run(s *streams) (err error) {
	p, err := readPlan(s, c.File)
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
	_, err = fmt.Fprintln(s.out, h.ID)
	return err
}

func openDatabase(s *streams, path string, create bool) (*store.Store, error) {
	if _, err := os.Stat(path); err != nil && !create {
		return nil, err
	}
	return store.Open(context.Background(), path, time.Now, logger(s.err, "text", slog.LevelWarn))
}

type schemaCmd struct{}

// Run prints the JSON Schema.
func (schemaCmd) Run(s *streams) error {
	_, err := s.out.Write(plan.JSONSchema())
	return err
}
