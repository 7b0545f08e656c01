package decision

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/yuin/goldmark/ast"
)

// MaxFile bounds a record's file, in bytes.
const MaxFile = 1 << 20

// ParseMADR reads a record from Markdown: MADR of versions 2 to 4, Nygard's
// form and what tools make of them, in English or Korean. name is the file's:
// its number counts. What no field has a place for is kept in Sections and
// Front; notes tell what was guessed or kept, with its line. An error is a
// *FileError: the file is no record, or no text.
//
// Records that are named by a number are linked; those named by a file alone
// are known to ReadRecords.
func ParseMADR(name string, b []byte) (Record, []Note, error) {
	f, err := readFile(name, b)
	if err != nil {
		return Record{}, nil, err
	}
	f.link(nil)
	return f.finish(), f.sorted(), nil
}

// fileReader reads one file.
type fileReader struct {
	notes
	Record
	front   front
	seen    map[part]bool
	loose   []string // of the preamble, for the context
	more    []string
	refs    []ref
	lines   []int // of the assumptions
	named   int   // of the section of assumptions
	status  []string
	claimed map[string]bool // keys of front matter that became fields
	own     *entry
	known   bool // something of a record was found
}

func readFile(name string, b []byte) (*fileReader, error) {
	f := &fileReader{notes: notes{file: name}, seen: map[part]bool{}, claimed: map[string]bool{}}
	refuse := func(id string, args map[string]any) error {
		return &FileError{Note{name, 0, Refused, "decision.files." + id, args}}
	}
	if len(b) > MaxFile {
		return nil, refuse("large", map[string]any{"max": MaxFile >> 20})
	}
	src, ok := f.decode(b)
	if !ok {
		return nil, refuse("bytes", nil)
	}
	if nested(src) {
		return nil, refuse("nested", nil)
	}
	front, body, first, err := splitFront(src, &f.notes)
	if err != nil {
		return nil, err
	}
	f.front = front
	f.Number = numberOf(name)
	f.readFront()
	f.body(blocksOf(body, first))
	if !f.known {
		return nil, refuse("no_record", nil)
	}
	return f, nil
}

// decode makes text of a file: UTF-8, UTF-16 with its mark, or the Korean of
// older Windows. Line ends become \n.
func (f *fileReader) decode(b []byte) (string, bool) {
	var t transform.Transformer
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		t = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case !utf8.Valid(b):
		t = korean.EUCKR.NewDecoder()
	}
	if t != nil {
		var err error
		if b, _, err = transform.Bytes(t, b); err != nil || bytes.ContainsRune(b, utf8.RuneError) {
			return "", false
		}
		f.add(0, Told, "encoding", nil)
	}
	s := strings.TrimPrefix(string(b), "\ufeff")
	if strings.ContainsRune(s, 0) {
		return "", false
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), true
}

// readFront takes what MADR's front matter has fields for.
func (f *fileReader) readFront() {
	lists := map[part]*[]string{partMakers: &f.DecisionMakers, partConsulted: &f.Consulted, partInformed: &f.Informed}
	for i := range f.front.entries {
		e := &f.front.entries[i]
		if e.value == nil || f.claimed[e.key] {
			continue
		}
		p := partOf(e.key)
		text, plain := scalar(e.value)
		switch {
		case e.key == ownKey:
			f.own, f.known = e, true
		case p == partStatus && plain:
			f.known = true
			f.setStatus(text, e.line)
		case p == partDate && plain && f.Date == "":
			if d, ok := readDate(text); ok || text == "" {
				f.Date = d
				break
			}
			f.add(e.line, Doubt, "date", map[string]any{"got": clipped(text)})
			continue
		case lists[p] != nil && *lists[p] == nil:
			all, ok := texts(e.value)
			if !ok {
				f.add(e.line, Doubt, "front", map[string]any{"key": e.key})
				continue
			}
			*lists[p] = all
		case e.key == "title" && plain && text != "":
			f.Title = oneLine(text)
		default:
			f.add(e.line, Told, "front", map[string]any{"key": e.key})
			continue
		}
		f.claimed[e.key] = true
	}
}

// setStatus reads a status with what stands beside its word.
func (f *fileReader) setStatus(text string, line int) {
	for i, s := range strings.Split(text, "\n") {
		s = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(s), "*-+ "))
		if s == "" {
			continue
		}
		st, rest, ok := statusOf(s)
		refs, plain := tied(s, line+i)
		switch {
		case len(refs) > 0 && refs[0].tie == supersededBy && (f.Status == "" || f.Status == Accepted || f.Status == Superseded):
			f.Status = Superseded
			fallthrough
		case len(refs) > 0:
			if !plain {
				f.more, refs = append(f.more, s), saidToo(refs)
			}
			f.refs = append(f.refs, refs...)
		case ok && f.Status == "":
			f.Status = st
			f.beside(rest, s, line+i)
		default:
			if f.Status == "" && len(f.status) == 0 {
				f.add(line+i, Doubt, "status", map[string]any{"got": clipped(s)})
			}
			f.status = append(f.status, s)
		}
	}
}

// beside reads what follows a status's word: a date, or the records it names.
func (f *fileReader) beside(rest, all string, line int) {
	if rest == "" {
		return
	}
	if d, ok := readDate(strings.TrimPrefix(rest, "on ")); ok {
		if f.Date == "" {
			f.Date = d
		}
		return
	}
	if refs, plain := tied(rest, line); plain {
		if refs[0].tie == supersededBy {
			f.Status = Superseded
		}
		f.refs = append(f.refs, refs...)
		return
	}
	if f.Status == Superseded {
		if refs := refsIn(rest, supersededBy, line); len(refs) > 0 {
			f.refs = append(f.refs, refs...)
			return
		}
	}
	f.status = append(f.status, all)
	f.add(line, Doubt, "status_more", map[string]any{"got": clipped(rest)})
}

// section is a heading of the record with the blocks below it.
type section struct {
	head   string
	level  int
	line   int
	blocks []block
}

// body reads what follows the front matter.
func (f *fileReader) body(blocks []block) {
	title := f.titleAt(blocks)
	if title >= 0 {
		f.Title = strings.TrimSpace(comment.ReplaceAllString(blocks[title].head, ""))
	}
	if f.Title == "" {
		f.Title = nameTitle(f.file)
		f.add(0, Told, "title", map[string]any{"title": f.Title})
	}
	f.Title, f.Number = titleOf(f.Title, f.Number)
	base := 6
	for i, b := range blocks {
		if b.level > 0 && i != title {
			base = min(base, b.level)
		}
	}
	var preamble []block
	var sections []section
	for i, b := range blocks {
		switch {
		case i == title:
		case b.level > 0 && b.level <= base:
			sections = append(sections, section{head: b.head, level: b.level, line: b.line})
		case len(sections) == 0:
			preamble = append(preamble, b)
		default:
			last := &sections[len(sections)-1]
			last.blocks = append(last.blocks, b)
		}
	}
	f.preamble(preamble)
	for _, s := range sections {
		f.section(s)
	}
	if f.Date == "" {
		f.Date = dateOf(f.file)
	}
}

// titleAt finds the title: the first heading of level 1, unless it is a section
// in a file that has all of them at that level.
func (f *fileReader) titleAt(blocks []block) int {
	first, ones := -1, 0
	for i, b := range blocks {
		if b.level == 1 {
			if ones++; first < 0 {
				first = i
			}
		}
	}
	if first >= 0 && ones > 1 && partOf(blocks[first].head) != "" {
		return -1
	}
	return first
}

// nameTitle makes a title of a file's name.
func nameTitle(name string) string {
	name = path.Base(name)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".md"), ".markdown")
	name = dated.ReplaceAllString(name, "")
	if numberOf(name) > 0 {
		name = strings.TrimLeft(strings.TrimPrefix(strings.ToLower(name), "adr"), "-_ .0123456789")
	}
	name = oneLine(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if r, n := utf8.DecodeRuneInString(name); n > 0 {
		name = strings.ToUpper(string(r)) + name[n:]
	}
	return name
}

// section reads a section of the record. One that comes a second time, or that
// nothing is known of, is kept as it stands.
func (f *fileReader) section(s section) {
	p := partOf(s.head)
	if p != "" && p != partStatus {
		f.known = true
	}
	if p == "" || f.seen[p] || !f.take(p, s) {
		f.keep(s)
		return
	}
	f.seen[p] = true
}

// keep keeps a section as it stands.
func (f *fileReader) keep(s section) {
	f.Sections = append(f.Sections, Section{Heading: s.head, Level: s.level, Text: joined(s.blocks)})
	f.add(s.line, Told, "section", map[string]any{"heading": clipped(s.head)})
}

// rest keeps what of a section no field has a place for.
func (f *fileReader) rest(s section, blocks []block) {
	if len(blocks) > 0 {
		f.keep(section{s.head, s.level, blocks[0].line, blocks})
	}
}

// take reads a section into fields; false where it is to be kept as it stands.
func (f *fileReader) take(p part, s section) bool {
	switch p {
	case partContext:
		f.Context = joined(s.blocks)
	case partDrivers:
		items, rest := itemsAnd(s.blocks)
		if len(items) == 0 && len(rest) > 0 && !slices.ContainsFunc(rest, func(b block) bool { return b.kind != ast.KindParagraph || !plainLines(b.text) }) {
			for _, b := range rest {
				f.Drivers = append(f.Drivers, oneLine(b.text))
			}
			return true
		}
		for _, it := range items {
			f.Drivers = append(f.Drivers, it.text)
		}
		f.rest(s, rest)
	case partOptions:
		f.options(s)
	case partOutcome:
		f.outcome(s)
	case partConsequences:
		f.consequences(s)
	case partPositive, partNegative:
		return f.sided(s, p)
	case partConfirmation:
		f.Confirmation = joined(s.blocks)
	case partArguments:
		f.prosAndCons(s)
	case partAssumptions:
		f.assumptions(s)
	case partMore, partLinks:
		f.information(s.blocks)
	case partStatus:
		if f.claimed["status"] || f.Status != "" {
			return false
		}
		f.known = true
		line := s.line + 1
		if len(s.blocks) > 0 {
			line = s.blocks[0].line
		}
		f.setStatus(comment.ReplaceAllString(joined(s.blocks), ""), line)
	case partDate:
		d, ok := readDate(joined(s.blocks))
		if !ok || f.Date != "" {
			return false
		}
		f.Date = d
	case partMakers, partConsulted, partInformed:
		return f.persons(p, s)
	default:
		return false
	}
	return true
}

func (f *fileReader) persons(p part, s section) bool {
	to := map[part]*[]string{partMakers: &f.DecisionMakers, partConsulted: &f.Consulted, partInformed: &f.Informed}[p]
	items, rest := itemsAnd(s.blocks)
	if len(*to) > 0 || len(items) > 0 && len(rest) > 0 {
		return false
	}
	for _, it := range items {
		*to = append(*to, oneLine(it.text))
	}
	for _, b := range rest {
		if b.kind != ast.KindParagraph {
			*to = nil
			return false
		}
		*to = append(*to, people(b.text)...)
	}
	return true
}

func clipped(s string) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) > 80 {
		return string([]rune(s)[:79]) + "…"
	}
	return s
}
