// Package scan reads the CI definitions of a repository's checkout and
// proposes pipelines: ordinary rows of a plan, to be edited like any others.
// It runs nothing and fetches nothing; what it takes in and what it leaves
// out it tells with file and line. Of secrets it repeats names, never values.
//
// Each format is read by its own well-kept parser where Go has one (GitHub
// Actions, Dockerfile, CODEOWNERS, the shell in scripts) and otherwise from
// YAML nodes. All formats become flows, and one place makes stages of flows.
package scan

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/plan"
)

// Limits of what is read of one checkout.
const (
	maxEntries  = 200_000  // files and folders looked at
	maxFiles    = 5_000    // files read
	maxFile     = 1 << 20  // bytes of one file
	maxTotal    = 32 << 20 // bytes of all of them
	maxDepth    = 16       // folders deep
	maxNotes    = 1_000    // of each kind
	maxStages   = 500
	maxPipeline = 100
	maxSteps    = 100_000 // of all jobs, each use of a shared one counted
	maxScripts  = 8 << 20 // bytes of all scripts, likewise
	maxObjects  = 200     // Tekton pipelines, and ten times as many runs of them
)

// Note tells of something that was recognised or was not, as a message id
// with arguments.
type Note struct {
	File string         `json:"file"`
	Line int            `json:"line,omitempty"`
	ID   string         `json:"id"`
	Args map[string]any `json:"args,omitempty"`
}

// Place is where a row was read.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

// String is the place as editors and terminals write it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Proposal is what a checkout's CI definitions amount to. Its rows name each
// other; Fit makes them name a plan's own tools and teams where it has them.
type Proposal struct {
	Name          string              `json:"name"`
	Files         int                 `json:"files"` // read
	Teams         []plan.Team         `json:"teams,omitempty"`
	Installations []plan.Installation `json:"installations,omitempty"`
	Pipelines     []plan.Pipeline     `json:"pipelines,omitempty"`
	Stages        []plan.Stage        `json:"stages,omitempty"`
	// Delivers names the pipelines that build, publish or deploy something;
	// the others only look after the repository.
	Delivers     []string         `json:"delivers,omitempty"`
	Places       map[string]Place `json:"places,omitempty"` // of pipelines and stages
	Recognised   []Note           `json:"recognised,omitempty"`
	Unrecognised []Note           `json:"unrecognised,omitempty"`
}

// Options say how rows are named.
type Options struct {
	Name  string                                      // of the repository
	Word  func(id string, args map[string]any) string // makes the few words that rows need
	NewID func() string
}

// reader is a scan under way.
type reader struct {
	Options
	fs         fs.FS
	files      map[string]format
	order      []string
	left       int64 // bytes that may still be read
	steps      int   // that jobs may still have
	scripts    int   // bytes of scripts that may still be parsed
	flows      []*flow
	deliveries []delivery
	tasks      map[string]*tektonTask
	called     map[string]bool // workflows that others call
	seen       map[string]bool // files read
	told       map[told]bool
	reads      int
	tektons    []*tektonPipeline
	runs       []tektonRun
	pulls      []string // imagePullSecrets
	rollout    *Place   // that analyses while it delivers
	owners     *owners
	tools      map[string]string // catalogue tool → installation
	teams      map[string]string // owner's handle → team
	dockers    []string          // Dockerfiles
	p          Proposal
}

// Read reads a checkout. It fails only where the file system itself does.
func Read(fsys fs.FS, o Options) (*Proposal, error) {
	r := &reader{Options: o, fs: fsys, files: map[string]format{}, left: maxTotal, steps: maxSteps, scripts: maxScripts, tasks: map[string]*tektonTask{},
		called: map[string]bool{}, seen: map[string]bool{}, told: map[told]bool{}, tools: map[string]string{}, teams: map[string]string{}}
	r.p = Proposal{Name: o.Name, Places: map[string]Place{}}
	if err := r.walk(); err != nil {
		return nil, err
	}
	r.readOwners()
	for _, file := range r.order {
		r.one(file)
	}
	r.tektonFlows()
	r.build()
	r.deliver()
	r.containers()
	r.sort()
	return &r.p, nil
}

// walk finds the files that may say something.
func (r *reader) walk() error {
	seen := 0
	return fs.WalkDir(r.fs, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			if file == "." {
				return err
			}
			r.miss(file, 0, "scan.missed.unreadable", nil)
			return nil
		}
		if seen++; seen > maxEntries {
			r.miss(file, 0, "scan.missed.entries", map[string]any{"max": maxEntries})
			return fs.SkipAll
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", "node_modules", "vendor", "testdata":
				return fs.SkipDir
			}
			if strings.Count(file, "/") >= maxDepth {
				r.miss(file, 0, "scan.missed.depth", map[string]any{"max": maxDepth})
				return fs.SkipDir
			}
			return nil
		}
		f := formatOf(file)
		if f == nothing {
			return nil
		}
		if !d.Type().IsRegular() {
			r.miss(file, 0, "scan.missed.symlink", nil)
			return nil
		}
		r.files[file] = f
		r.order = append(r.order, file)
		return nil
	})
}

// one reads a file in its format. A parser's panic is the file's fault and is
// told as such: no file may keep the others from being read.
func (r *reader) one(file string) {
	defer func() {
		if e := recover(); e != nil {
			r.miss(file, 0, "scan.missed.broken", nil)
		}
	}()
	switch r.files[file] {
	case githubWorkflow:
		r.github(file)
	case gitlabCI:
		r.gitlab(file)
	case jenkinsfile:
		r.jenkins(file)
	case circleConfig:
		r.circle(file)
	case manifest:
		r.manifests(file)
	case dockerfile:
		r.docker(file)
	case helmChart:
		r.found(file, 1, "scan.found.helm", map[string]any{"path": path.Dir(file)})
	case otherCI:
		r.miss(file, 1, "scan.missed.format", map[string]any{"tool": otherFormats[path.Base(file)]})
	}
}

// read gives a file's bytes; a file that is too large is told of and not read.
func (r *reader) read(file string) ([]byte, bool) {
	f, err := r.fs.Open(file)
	if err != nil {
		r.miss(file, 0, "scan.missed.unreadable", nil)
		return nil, false
	}
	defer func() { _ = f.Close() }() // read only
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		r.miss(file, 0, "scan.missed.unreadable", nil)
		return nil, false
	case len(b) > maxFile:
		r.miss(file, 0, "scan.missed.large", map[string]any{"max": maxFile >> 20})
		return nil, false
	}
	r.reads++
	if r.left -= int64(len(b)); r.left < 0 || r.reads > maxFiles {
		r.miss(file, 0, "scan.missed.total", map[string]any{"max": maxTotal >> 20, "files": maxFiles})
		return nil, false
	}
	if !r.seen[file] {
		r.seen[file] = true
		r.p.Files++
	}
	return b, true
}

// spend takes n of a budget that what files share could multiply beyond all
// bounds; what is over it is told of and left out.
func (r *reader) spend(budget *int, n int, file string) bool {
	if *budget -= n; *budget < 0 {
		r.miss(file, 0, "scan.missed.work", nil)
		return false
	}
	return true
}

func (r *reader) found(file string, line int, id string, args map[string]any) {
	if len(r.p.Recognised) < maxNotes {
		r.p.Recognised = append(r.p.Recognised, Note{file, line, id, args})
	}
}

func (r *reader) miss(file string, line int, id string, args map[string]any) {
	once := told{file, line, id, fmt.Sprint(args)} // a file that two others use is told of once
	if len(r.p.Unrecognised) < maxNotes && !r.told[once] {
		r.told[once] = true
		r.p.Unrecognised = append(r.p.Unrecognised, Note{file, line, id, args})
	}
}

// told is a note as far as it must not be repeated.
type told struct {
	file string
	line int
	id   string
	args string
}

// sort puts notes in the order of files and lines.
func (r *reader) sort() {
	for _, notes := range [][]Note{r.p.Recognised, r.p.Unrecognised} {
		slices.SortStableFunc(notes, func(a, b Note) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	}
}

// inQuotes finds what a parser's message quotes: it may be a secret's value.
var inQuotes = regexp.MustCompile("\"[^\"]*\"|'[^']*'|`[^`]*`|\\*\\S+|&\\S+")

// fault takes out of a parser's message what it quotes of the file.
func fault(message string) string {
	return clip(inQuotes.ReplaceAllString(message, "…"), 120)
}

// clip cuts a text from outside to n characters and takes out what a table's
// cell or a comma-separated field could not hold.
func clip(s string, n int) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c == ',':
			return ' '
		case c < ' ' || c == 0x7f || c == '\uFFFD':
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	if c := []rune(strings.TrimSpace(s)); len(c) > n {
		return string(c[:n-1]) + "…"
	}
	return strings.TrimSpace(s)
}
