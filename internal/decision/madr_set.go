package decision

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Limits of a folder or an archive of records.
const (
	MaxFiles    = 2_000    // files that may be records
	MaxUnpacked = 64 << 20 // bytes of all of them
	maxSnapshot = 8 << 20  // bytes of one snapshot
	maxEntries  = 20_000   // entries of an archive, of whatever kind
	maxRatio    = 200      // unpacked for one packed, beyond the first MiB
)

// Read is a record as it stands in a file, with its number in the set.
type Read struct {
	File   string
	Record Record
	Notes  []Note
	// Lines are where the record's assumptions stand in the file, in their order.
	Lines []int
	// Snapshot is what an export wrote beside the record, Hash what it says of it.
	Snapshot *Snapshot
	Hash     string

	own bool // an export of the product's own
}

// Decision is the record with its snapshot.
func (r Read) Decision() Decision { return Decision{r.Record, r.Snapshot, r.Hash} }

// Refused tells whether something keeps the record from being taken.
func (r Read) Refused() bool {
	return slices.ContainsFunc(r.Notes, func(n Note) bool { return n.Grade == Refused })
}

// Set is the records of a folder or an archive, by number, and what was not
// read: the files that are no records, and why.
type Set struct {
	Records []Read
	Skipped []Note

	files []File // of the records, with their snapshots
}

// File is a file that may be a record.
type File struct {
	Name string // with its folders
	Data []byte
}

// ReadRecords reads the records of a folder and those inside it. Its errors are
// *FileError, where there is more than one may read at once, and those of the
// file system.
func ReadRecords(fsys fs.FS) (Set, error) {
	var c collecting
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || strings.Count(name, "/") > 20):
			return fs.SkipDir
		case !d.Type().IsRegular() || !c.wants(name):
			return nil
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(c.take(name, f), f.Close())
	})
	if err != nil {
		return Set{}, err
	}
	return c.set(), nil
}

// ReadZip reads the records of a zip archive.
func ReadZip(name string, b []byte) (Set, error) {
	var c collecting
	if err := c.zip(name, b); err != nil {
		return Set{}, err
	}
	return c.set(), nil
}

// ReadFiles reads records out of files that were handed over, zip archives
// among them.
func ReadFiles(files []File) (Set, error) {
	var c collecting
	for _, f := range files {
		var err error
		if strings.EqualFold(path.Ext(f.Name), ".zip") {
			err = c.zip(f.Name, f.Data)
		} else if c.wants(f.Name) {
			err = c.take(c.loose(f.Name), bytes.NewReader(f.Data))
		} else {
			c.skip(f.Name, "kind", nil)
		}
		if err != nil {
			return Set{}, err
		}
	}
	return c.set(), nil
}

// Pack makes a zip archive of the files that the records were read from, which
// ReadZip reads as the same set.
func (s Set) Pack() ([]byte, error) {
	var b bytes.Buffer
	err := writeZip(&b, s.files)
	return b.Bytes(), err
}

// collecting gathers files up to the limits.
type collecting struct {
	files   []File
	skipped []Note
	bytes   int
	entries int
}

// loose is the name of a file that came without its folder. Two of one name
// are told apart.
func (c *collecting) loose(name string) string {
	name = path.Base(strings.NewReplacer(`\`, "/", ":", "-", "\x00", "").Replace(strings.ToValidUTF8(name, "-")))
	for n := 2; slices.ContainsFunc(c.files, func(f File) bool { return f.Name == name }) && n < 100; n++ {
		name = strconv.Itoa(n) + "/" + path.Base(name)
	}
	return name
}

func (c *collecting) skip(name, id string, args map[string]any) {
	c.skipped = append(c.skipped, Note{clipped(name), 0, Told, "decision.files." + id, args})
}

var snapshotName = regexp.MustCompile(`^(\d{4,6})-snapshot\.json$`)

// wants tells whether a file may say something by its name.
func (c *collecting) wants(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".md" || ext == ".markdown" || snapshotName.MatchString(path.Base(name))
}

func tooMany(id string, args map[string]any) error {
	return &FileError{Note{Grade: Refused, ID: "decision.files." + id, Args: args}}
}

func (c *collecting) take(name string, r io.Reader) error {
	if len(c.files) >= MaxFiles {
		return tooMany("many", map[string]any{"max": MaxFiles})
	}
	most := MaxFile
	if path.Ext(name) == ".json" {
		most = maxSnapshot
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return err
	}
	if c.bytes += len(b); c.bytes > MaxUnpacked {
		return tooMany("unpacked", map[string]any{"max": MaxUnpacked >> 20})
	}
	c.files = append(c.files, File{name, b})
	return nil
}

// zip takes the files of an archive. A path that leads out of it, or more than
// it could honestly hold, condemns it.
func (c *collecting) zip(name string, b []byte) error {
	broken := &FileError{Note{clipped(name), 0, Refused, "decision.files.zip", nil}}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return broken
	}
	before := c.bytes
	for _, f := range z.File {
		if c.entries++; c.entries > maxEntries {
			return tooMany("many", map[string]any{"max": MaxFiles})
		}
		inside := strings.TrimSuffix(f.Name, "/")
		if len(inside) > 1000 || !fs.ValidPath(inside) || strings.ContainsAny(inside, "\\\x00:") {
			return &FileError{Note{clipped(strings.ToValidUTF8(inside, "?")), 0, Refused, "decision.files.path", nil}}
		}
		if strings.HasPrefix(inside, "__MACOSX/") || !f.Mode().IsRegular() || !c.wants(inside) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return broken
		}
		err = c.take(inside, r)
		var full *FileError
		if errors.As(err, &full) {
			return errors.Join(full, r.Close())
		}
		if errors.Join(err, r.Close()) != nil {
			return broken
		}
		if c.bytes-before > 1<<20+len(b)*maxRatio {
			return tooMany("unpacked", map[string]any{"max": MaxUnpacked >> 20})
		}
	}
	return nil
}

var (
	besideName = regexp.MustCompile(`(?i)^(readme|index|contributing|changelog|license|summary|toc)$`)
	template   = regexp.MustCompile(`(?i)^(?:\d+[-_])?(?:adr[-_]|madr[-_])?template(?:[-_](?:minimal|bare|full|long|short|en|ko|adr|madr|[\d.]+))*$`)
	blankTitle = regexp.MustCompile(`(?i)^(\{.*\}|\[?short title of solved problem.*|<.*>)$`)
)

// set reads what was collected.
func (c *collecting) set() Set {
	s := Set{Skipped: c.skipped}
	var read []*fileReader
	snapshots := map[string]File{}
	slices.SortFunc(c.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range c.files {
		base := strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name))
		if path.Ext(f.Name) == ".json" {
			snapshots[f.Name] = f
			continue
		}
		var id string
		switch {
		case besideName.MatchString(base):
			id = "beside"
		case template.MatchString(base):
			id = "template"
		}
		if id != "" {
			s.Skipped = append(s.Skipped, Note{f.Name, 0, Told, "decision.files." + id, nil})
			continue
		}
		r, err := readFile(f.Name, f.Data)
		var bad *FileError
		switch {
		case errors.As(err, &bad):
			s.Skipped = append(s.Skipped, bad.Note)
		case r.own == nil && blankTitle.MatchString(r.Title):
			s.Skipped = append(s.Skipped, Note{f.Name, 0, Told, "decision.files.template", nil})
		default:
			read, s.files = append(read, r), append(s.files, f)
		}
	}
	s.Records = linkAll(read)
	for i := range s.Records {
		if f, ok := s.Records[i].snapshot(snapshots); ok {
			s.files = append(s.files, f)
		}
		s.Records[i].judge()
	}
	return s
}

// kept is a snapshot's file beside its record.
type kept struct {
	Hash     string          `json:"hash"`
	Snapshot json.RawMessage `json:"snapshot"`
}

// snapshot takes the snapshot that an export wrote beside the record.
func (r *Read) snapshot(files map[string]File) (File, bool) {
	number := numberOf(r.File)
	if number == 0 {
		number = r.Record.Number
	}
	name := path.Join(path.Dir(r.File), FormatNumber(number)+"-snapshot.json")
	f, ok := files[name]
	if !ok {
		return f, false
	}
	var k kept
	var s Snapshot
	err := json.Unmarshal(f.Data, &k)
	if err == nil {
		s, err = ParseSnapshot(k.Snapshot)
	}
	if err != nil || len(f.Data) > maxSnapshot || k.Hash == "" || len(k.Hash) > 128 {
		r.Notes = append(r.Notes, Note{name, 0, Doubt, "decision.files.snapshot", nil})
		return f, true
	}
	r.Snapshot, r.Hash = &s, k.Hash
	if !r.Decision().Intact() {
		r.Notes = append(r.Notes, Note{name, 0, Doubt, "decision.files.broken", nil})
	}
	return f, true
}

// judge tests the record as a form's would be. What is missing is not held
// against a record of another tool; what no page could hold refuses it.
func (r *Read) judge() {
	for _, p := range Validate(r.Record) {
		grade := Refused
		if p.ID == "decision.problem.required" && (p.Field == "context" || p.Field == "options") {
			continue
		}
		if strings.HasPrefix(p.Field, "assumptions") && !slices.Contains([]string{"decision.problem.long", "decision.problem.many", "decision.problem.bytes"}, p.ID) {
			grade = Doubt // it cannot be computed: it stays a sentence
		}
		r.Notes = append(r.Notes, Note{r.File, r.lineOf(p.Field), grade, p.ID, p.Args})
	}
	v := validator{}
	v.many("sections", len(r.Record.Sections))
	for i, s := range r.Record.Sections {
		v.text("sections["+strconv.Itoa(i)+"]", s.Text, MaxFile, false)
	}
	for _, p := range v.problems {
		r.Notes = append(r.Notes, Note{r.File, 0, Refused, p.ID, p.Args})
	}
}

// lineOf is the line of an assumption that a problem is about; 0 for any other
// field.
func (r *Read) lineOf(field string) int {
	var i int
	if n, err := fmt.Sscanf(field, "assumptions[%d]", &i); err != nil || n != 1 || i >= len(r.Lines) {
		return 0
	}
	return r.Lines[i]
}
