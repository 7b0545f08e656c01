package decision

import (
	"fmt"
	"strings"
	"testing"
)

// TestReadFiles_GivesAnAnswerToLargeFilesOfEveryShape reads what once took time
// or notes that grew with the square of a file's length: minutes to hours.
func TestReadFiles_GivesAnAnswerToLargeFilesOfEveryShape(t *testing.T) {
	const head = "# T\n\n## Context\n\nc\n\n## Considered Options\n\n"
	for _, c := range []struct{ name, before, again, after string }{
		{"options", head, "* option %d\n", ""},
		{"options that are one", head, "* a\n  x %d\n", ""},
		{"headings of options", head, "### option %d\n\nx\n\n", ""},
		{"sections", head, "## S %d\n\nt\n\n", ""},
		{"lines of an entry", head + "* a\n", "  x %d\n", ""},
		{"lines of a heading", head, "x %d\n", "===\n"},
		{"lines of a status", "# T\n\n## Status\n\naccepted\n", "zork %d\n", "\n## Context\n\nc\n"},
		{"records that are not there", head + "## Links\n\n", "* Relates to [a%d](x.md)\n", ""},
	} {
		var b strings.Builder
		b.WriteString(c.before)
		for i := 0; b.Len() < 256<<10; i++ {
			fmt.Fprintf(&b, c.again, i)
		}
		b.WriteString(c.after)
		set, err := ReadFiles([]File{{"0001-a.md", []byte(b.String())}})
		if err != nil || len(set.Records)+len(set.Skipped) != 1 {
			t.Errorf("%s: %d records, %d passed over, %v", c.name, len(set.Records), len(set.Skipped), err)
		}
		for _, r := range set.Records {
			if len(r.Notes) > 3*mostNotes {
				t.Errorf("%s: %d notes", c.name, len(r.Notes))
			}
		}
	}
}
