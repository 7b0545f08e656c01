package catalog

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestVersion_ChangesWithAnyFileAndCarriesTheNewestDate(t *testing.T) {
	a, b := []byte("as_of: 2026-01-05\nx: {as_of: \"2026-03-01\"}\n"), []byte("as_of: \"2025-12-31\"\n")
	e := editionOf(a, b)
	if e.AsOf != "2026-03-01" || len(e.Hash) != 8 || e.String() != e.AsOf+"+"+e.Hash {
		t.Errorf("got %+v", e)
	}
	for _, other := range []Edition{editionOf(b, a), editionOf(a), editionOf(append(a, '#'), b), editionOf(a, append(b, '#'))} {
		if other.Hash == e.Hash {
			t.Errorf("other facts have the hash %s too", e.Hash)
		}
	}
}

// Every file of facts is in the version, and every date in a form it reads.
func TestVersion_CoversEveryFileOfFacts(t *testing.T) {
	names, err := filepath.Glob("data/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files [][]byte
	newest := ""
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, text)
		for _, m := range regexp.MustCompile(`(?m)^[^#\n]*?as_of: *([^,}\n]*)`).FindAllStringSubmatch(string(text), -1) {
			date := strings.Trim(m[1], `" `)
			if !regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`).MatchString(date) {
				t.Errorf("%s: as_of %s", name, m[1])
			}
			newest = max(newest, date)
		}
	}
	if want := editionOf(files...); Version() != want || Version().AsOf != newest {
		t.Errorf("got %v, want %v of %s", Version(), want, newest)
	}
}
