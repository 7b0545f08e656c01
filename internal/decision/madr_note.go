package decision

import (
	"fmt"
	"slices"

	"deckplan/internal/lang"
)

// Grade says how grave a note is.
type Grade string

const (
	Told    Grade = "note"    // what was understood in a way worth telling
	Doubt   Grade = "warning" // what was kept as text, or guessed
	Refused Grade = "error"   // why a record cannot be taken as it is
)

// Note is something to tell about a file that was read: the message
// decision.files.ID's arguments, and the line it is about, 0 for the whole file.
type Note struct {
	File  string
	Line  int
	Grade Grade
	ID    string
	Args  map[string]any
}

// Text words a note, with its file and line before it.
func (n Note) Text(l lang.Lang) string {
	at := n.File
	if n.Line > 0 {
		at += fmt.Sprintf(":%d", n.Line)
	}
	if at != "" {
		at += ": "
	}
	return at + l.T(n.ID, n.Args)
}

// FileError is why a file is not read as a record at all.
type FileError struct{ Note }

func (e *FileError) Error() string { return "decision: " + e.Text(lang.English) }

// mostNotes bounds what is told about one file, for each grade.
const mostNotes = 200

// notes collects what is told about one file.
type notes struct {
	file string
	all  []Note
	got  map[Grade]int
}

func (n *notes) add(line int, grade Grade, id string, args map[string]any) {
	if n.got == nil {
		n.got = map[Grade]int{}
	}
	if n.got[grade]++; n.got[grade] > mostNotes {
		return
	}
	n.all = append(n.all, Note{n.file, line, grade, "decision.files." + id, args})
}

// sorted gives the notes by line, and at their end how many there are besides.
func (n *notes) sorted() []Note {
	slices.SortStableFunc(n.all, func(a, b Note) int { return a.Line - b.Line })
	for _, grade := range []Grade{Doubt, Told} {
		if more := n.got[grade] - mostNotes; more > 0 {
			n.all = append(n.all, Note{n.file, 0, grade, "decision.files.more", map[string]any{"n": more}})
		}
	}
	return n.all
}
