package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"deckplan/internal/plan"
)

// Limits of an upload, so that no archive is larger unpacked than a checkout.
const (
	MaxUpload    = 32 << 20  // bytes of all files uploaded
	maxUnpacked  = 512 << 20 // bytes an archive may unpack to
	maxRatio     = 200       // unpacked for one packed, beyond the first MiB
	maxArchived  = 100_000   // entries
	maxNameBytes = 1_024
)

// Upload is a file as it was uploaded.
type Upload struct {
	Name string
	Data []byte
}

// unpacking collects the files of archives that may say something.
type unpacking struct {
	name    string // of the archive at hand
	files   map[string][]byte
	all     []string // every file's path, kept or not
	entries int
	packed  int64
	bytes   int64 // unpacked
	kept    int64 // of them
}

// Unpack makes a file system of uploaded archives and files, and gives the
// name the repository seems to have. Only files that may say something are
// kept; a common first folder, as hosts put into archives, is taken off. Faults
// are *plan.Invalid.
func Unpack(uploads []Upload) (fs.FS, string, error) {
	u := &unpacking{files: map[string][]byte{}}
	name := ""
	for _, up := range uploads {
		u.name = clip(path.Base(strings.ReplaceAll(up.Name, `\`, "/")), 80)
		u.packed += int64(len(up.Data))
		lower := strings.ToLower(u.name)
		var err error
		switch {
		case strings.HasSuffix(lower, ".zip"):
			err = u.zip(up.Data)
		case strings.HasSuffix(lower, ".tar.gz"), strings.HasSuffix(lower, ".tgz"), strings.HasSuffix(lower, ".tar"):
			err = u.tar(up.Data)
		default:
			err = u.take(looseName(up.Name, up.Data), bytes.NewReader(up.Data))
		}
		if err != nil {
			return nil, "", err
		}
		name = archiveName(u.name, name)
	}
	fsys, err := u.fs()
	return fsys, name, err
}

func archiveName(file, otherwise string) string {
	for _, end := range []string{".zip", ".tar.gz", ".tgz", ".tar"} {
		if n := len(file) - len(end); n > 0 && strings.EqualFold(file[n:], end) {
			return file[:n]
		}
	}
	return otherwise
}

var (
	workflowKeys = [2]*regexp.Regexp{regexp.MustCompile(`(?m)^["']?on["']?\s*:`), regexp.MustCompile(`(?m)^jobs\s*:`)}
	circleKeys   = [2]*regexp.Regexp{regexp.MustCompile(`(?m)^version\s*:\s*["']?2`), workflowKeys[1]}
	gitlabLines  = regexp.MustCompile(`(?m)^(stages|include|workflow)\s*:|^\s+script\s*:`)
	objectLine   = regexp.MustCompile(`(?m)^apiVersion\s*:`)
)

// looseName puts a single file where its format is looked for: browsers tell
// a file's name without its folder, so what it holds has to tell.
func looseName(name string, data []byte) string {
	name = strings.TrimLeft(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/")
	if strings.Contains(name, "/") || formatOf(name) != manifest || objectLine.Match(data) {
		return name
	}
	switch {
	case workflowKeys[0].Match(data) && workflowKeys[1].Match(data):
		return ".github/workflows/" + name
	case circleKeys[0].Match(data) && circleKeys[1].Match(data):
		return ".circleci/config.yml"
	case gitlabLines.Match(data):
		return ".gitlab-ci.yml"
	}
	return name
}

func problem(id string, args map[string]any) error {
	return &plan.Invalid{Problems: []plan.Problem{{Path: "scan.upload", ID: id, Args: args}}}
}

func (u *unpacking) broken() error {
	return problem("scan.error.archive", map[string]any{"name": u.name})
}

func (u *unpacking) zip(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return u.broken()
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") || !f.Mode().IsRegular() {
			if err := u.look(strings.TrimSuffix(f.Name, "/")); err != nil {
				return err
			}
			continue
		}
		if err := u.entry(f); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacking) entry(f *zip.File) error {
	if !Wanted(inner(f.Name)) && !Wanted(f.Name) {
		if err := u.look(f.Name); err != nil {
			return err
		}
		u.all = append(u.all, f.Name)
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return u.broken()
	}
	defer func() { _ = r.Close() }() // read only
	return u.take(f.Name, &counting{r, u})
}

// tar reads a tar archive, packed with gzip or not. It has to be unpacked to
// be looked through, so what comes out is counted whether it is kept or not.
func (u *unpacking) tar(data []byte) error {
	var r io.Reader = bytes.NewReader(data)
	if len(data) > 1 && data[0] == 0x1f && data[1] == 0x8b {
		z, err := gzip.NewReader(r)
		if err != nil {
			return u.broken()
		}
		r = z
	}
	t := tar.NewReader(&counting{r, u})
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case isInvalid(err):
			return err
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return u.broken()
		}
		name := strings.TrimPrefix(h.Name, "./")
		if h.Typeflag != tar.TypeReg || !Wanted(inner(name)) && !Wanted(name) {
			if h.Typeflag == tar.TypeXGlobalHeader || strings.Trim(name, "/.") == "" && name != ".." && !strings.Contains(name, "..") {
				continue
			}
			if err := u.look(strings.TrimSuffix(name, "/")); err != nil {
				return err
			}
			if h.Typeflag == tar.TypeReg {
				u.all = append(u.all, name)
			}
			continue
		}
		if err := u.take(name, t); err != nil {
			return err
		}
	}
}

func isInvalid(err error) bool {
	var bad *plan.Invalid
	return errors.As(err, &bad)
}

// counting counts what comes out of a packed stream.
type counting struct {
	r io.Reader
	u *unpacking
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if e := c.u.count(int64(n)); e != nil {
		return 0, e
	}
	return n, err
}

func (u *unpacking) count(n int64) error {
	u.bytes += n
	if u.bytes > maxUnpacked || u.bytes > 1<<20+u.packed*maxRatio {
		return problem("scan.error.large", map[string]any{"max": maxUnpacked >> 20, "ratio": maxRatio})
	}
	return nil
}

// look checks an entry's path: one that leads out condemns the archive.
func (u *unpacking) look(name string) error {
	if u.entries++; u.entries > maxArchived {
		return problem("scan.error.entries", map[string]any{"max": maxArchived})
	}
	if name == "" || len(name) > maxNameBytes || !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00:") {
		return problem("scan.error.path", map[string]any{"name": clip(name, 80)})
	}
	return nil
}

// take keeps a file, up to one byte more than Read will read of it.
func (u *unpacking) take(name string, r io.Reader) error {
	if err := u.look(name); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if isInvalid(err) {
		return err
	}
	if err != nil {
		return u.broken()
	}
	if u.kept += int64(len(b)); u.kept > maxTotal {
		return problem("scan.error.large", map[string]any{"max": maxTotal >> 20, "ratio": maxRatio})
	}
	u.all = append(u.all, name)
	u.files[name] = b
	return nil
}

// inner is a path without its first folder.
func inner(name string) string {
	_, rest, ok := strings.Cut(name, "/")
	if !ok {
		return name
	}
	return rest
}

// fs makes a file system of what was kept.
func (u *unpacking) fs() (fs.FS, error) {
	strip := len(u.all) > 0
	for _, name := range u.all {
		first, _, deep := strings.Cut(name, "/")
		want, _, _ := strings.Cut(u.all[0], "/")
		strip = strip && deep && first == want && !strings.HasPrefix(first, ".")
	}
	a := &txtar.Archive{}
	for name, data := range u.files {
		if strip {
			name = inner(name)
		}
		if Wanted(name) {
			a.Files = append(a.Files, txtar.File{Name: name, Data: data})
		}
	}
	slices.SortFunc(a.Files, func(x, y txtar.File) int { return strings.Compare(x.Name, y.Name) })
	fsys, err := txtar.FS(a)
	if err != nil { // two entries, one of which is the other's folder
		return nil, u.broken()
	}
	return fsys, nil
}
