package report

import "io"

// Format is a way to write a report. Its name in words is the message
// report.format.NAME.
type Format struct {
	Name      string // as flags and addresses have it
	Extension string // of a file, with its dot
	Media     string // media type
	Text      bool   // may be shown on a terminal
	write     func(io.Writer, Input) error
}

// Write writes the report in the format. The same input gives the same bytes.
func (f Format) Write(w io.Writer, in Input) error { return f.write(w, in) }

// Formats are all formats, in the order in which they are offered.
var Formats = []Format{
	{"html", ".html", "text/html; charset=utf-8", true, Write},
	{"markdown", ".zip", "application/zip", false, WriteZip},
	{"docx", ".docx", typeDOCX, false, WriteDOCX},
	{"json", ".json", "application/json", true, WriteJSON},
	{"xlsx", ".xlsx", typeXLSX, false, WriteXLSX},
}

// FormatOf gives the format of that name.
func FormatOf(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}
