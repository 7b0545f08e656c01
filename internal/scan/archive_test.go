package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// packed makes an archive of files; a name ending in "->" is a link to the text.
func packed(t testing.TB, format string, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	if format == "zip" {
		z := zip.NewWriter(&b)
		for name, text := range files {
			var w io.Writer
			if w, err = z.Create(name); err == nil {
				_, err = io.WriteString(w, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		err = z.Close()
	} else {
		g := gzip.NewWriter(&b)
		w := tar.NewWriter(g)
		for name, text := range files {
			h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg}
			if to, ok := strings.CutSuffix(name, "->"); ok {
				h = &tar.Header{Name: to, Linkname: text, Typeflag: tar.TypeSymlink}
				text = ""
			}
			if err = w.WriteHeader(h); err == nil {
				_, err = io.WriteString(w, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		err = errors.Join(w.Close(), g.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const buildStage = "pipeline { stages { stage('Build') { steps { sh 'make build' } } } }"

func TestUnpack_TakesArchivesOfHostsAndSingleFiles(t *testing.T) {
	workflow := "on: push\njobs:\n  build:\n    runs-on: x\n    steps: [{run: make build}]\n"
	for name, up := range map[string]Upload{
		"a zip with a first folder": {"shop-main.zip", packed(t, "zip", map[string]string{"shop-main/.github/workflows/ci.yml": workflow, "shop-main/README.md": "x", "shop-main/src/a.go": "x"})},
		"a zip without":             {"shop-main.zip", packed(t, "zip", map[string]string{".github/workflows/ci.yml": workflow, "src/a.go": "x"})},
		"a tar.gz":                  {"shop-main.tar.gz", packed(t, "tar.gz", map[string]string{"./x/.github/workflows/ci.yml": workflow, "./x/bin->": "/etc"})},
		"a workflow by itself":      {"ci.yml", []byte(workflow)},
		"GitLab's by itself":        {".gitlab-ci.yml", []byte("build: {script: make build}")},
		"GitLab's, renamed":         {"ci.yml", []byte("build:\n  script: make build\n")},
		"CircleCI's by itself":      {"config.yml", []byte("version: 2.1\njobs: {build: {docker: [{image: x}], steps: [{run: make build}]}}\n")},
		"a Jenkinsfile":             {"Jenkinsfile", []byte(buildStage)},
	} {
		fsys, repo, err := Unpack([]Upload{up})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p := read(t, fsys, ""); len(p.Stages) != 1 || p.Stages[0].Kind != plan.SourceBuild {
			t.Errorf("%s: %s%s", name, picture(p), notes(p.Unrecognised))
		}
		if strings.Contains(up.Name, "shop") && repo != "shop-main" {
			t.Errorf("%s: called %q", name, repo)
		}
	}
}

func TestUnpack_RefusesPathsThatLeadOut(t *testing.T) {
	for _, format := range []string{"zip", "tar.gz"} {
		for _, path := range []string{"../Jenkinsfile", "a/../../Jenkinsfile", "/etc/Jenkinsfile", `a\..\Jenkinsfile`, "a//Jenkinsfile", "C:/Jenkinsfile", "../readme", strings.Repeat("a/", 600) + "Jenkinsfile"} {
			_, _, err := Unpack([]Upload{{"a." + format, packed(t, format, map[string]string{path: buildStage})}})
			var bad *plan.Invalid
			if !errors.As(err, &bad) || bad.Problems[0].ID != "scan.error.path" {
				t.Errorf("%s in %s: %v", path, format, err)
			}
		}
	}
}

func TestUnpack_RefusesBombs(t *testing.T) {
	many := map[string]string{}
	for i := range 200 {
		many[fmt.Sprintf("d%d/Jenkinsfile", i)] = strings.Repeat("x", 900_000)
	}
	for _, format := range []string{"zip", "tar.gz"} {
		data := packed(t, format, many)
		_, _, err := Unpack([]Upload{{"a." + format, data}})
		var bad *plan.Invalid
		if !errors.As(err, &bad) || bad.Problems[0].ID != "scan.error.large" {
			t.Errorf("%s of %d bytes: %v", format, len(data), err)
		}
	}
	var large *plan.Invalid // of a file that is not kept, which has to be unpacked all the same
	if _, _, err := Unpack([]Upload{{"a.tar.gz", packed(t, "tar.gz", map[string]string{"film.bin": strings.Repeat("x", 40<<20), "Jenkinsfile": buildStage})}}); !errors.As(err, &large) || large.Problems[0].ID != "scan.error.large" {
		t.Errorf("a large file beside: %v", err)
	}
	entries := map[string]string{}
	for i := range maxArchived + 1 {
		entries[fmt.Sprint(i)] = ""
	}
	_, _, err := Unpack([]Upload{{"a.zip", packed(t, "zip", entries)}})
	var bad *plan.Invalid
	if !errors.As(err, &bad) || bad.Problems[0].ID != "scan.error.entries" {
		t.Errorf("entries: %v", err)
	}
	for _, name := range []string{"a.zip", "a.tar.gz", "a.tar"} {
		if _, _, err := Unpack([]Upload{{name, []byte("no archive at all, whatever its name says")}}); !errors.As(err, &bad) || bad.Problems[0].ID != "scan.error.archive" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
