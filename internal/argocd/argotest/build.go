package argotest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

var build = sync.OnceValues(func() (string, error) { return Build("apiserver") })

// linked tells Argo CD's server its own version, as its release build does.
const linked = "-X github.com/argoproj/argo-cd/v2/common.version=2.14.21 -X github.com/argoproj/argo-cd/v3/common.version=3.2.12"

// Major is the major version of Argo CD whose server is run: 2, or 3 where that
// is asked for (make compat), since building it takes as long again. It is the
// same program with the files of testdata/v3 laid over it.
var Major = sync.OnceValue(func() string { return cmp.Or(os.Getenv("DECKPLAN_TEST_ARGOCD"), "2") })

// ported writes the module as it is for v3 into a folder.
func ported(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	if err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, bytes.ReplaceAll(text, []byte("argoproj/argo-cd/v2/"), []byte("argoproj/argo-cd/v3/")), 0o600)
	}); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum", "cache.go"} {
		if err := os.Rename(filepath.Join(to, "testdata", "v3", name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

// Build builds a program of the nested module's cmd folder and returns its path.
// The binary is kept under the system's folder for temporary files and built
// anew when a file of the module or the version of Go has changed.
func Build(command string) (string, error) {
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("the source folder is unknown")
	}
	dir := filepath.Join(filepath.Dir(here), "..", "argocdtest")
	key, err := fingerprint(dir)
	if err != nil {
		return "", err
	}
	cache := filepath.Join(os.TempDir(), "deckplan-argotest-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", err
	}
	if Major() == "3" {
		key = "v3-" + key
	}
	program := filepath.Join(cache, command+"-"+key)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	fresh, err := os.MkdirTemp(cache, "build-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	if Major() == "3" {
		source := filepath.Join(fresh, "source")
		if err := ported(dir, source); err != nil {
			return "", err
		}
		dir = source
	}
	built := filepath.Join(fresh, command)
	goBuild := exec.Command("go", "build", "-C", dir, "-buildvcs=false", "-ldflags", linked, "-o", built, "./cmd/"+command)
	goBuild.Env = append(os.Environ(), "GOWORK=off")
	if out, err := goBuild.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, tail(string(out)))
	}
	if err := os.Rename(built, program); err != nil {
		return "", err
	}
	forget(cache, command, program)
	return program, nil
}

// forget removes binaries of earlier versions that have not been used for a day.
func forget(cache, command, keep string) {
	old, _ := filepath.Glob(filepath.Join(cache, command+"-*"))
	for _, f := range old {
		if info, err := os.Stat(f); err == nil && f != keep && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(f)
		}
	}
}

// fingerprint names the state of a module's files.
func fingerprint(dir string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH, linked)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintln(h, strings.TrimPrefix(path, dir), len(text))
		h.Write(text)
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}
