package journey

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var scratch string // of all tests, removed at the end

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "deckplan-journey-*"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(scratch) }()
		defer closeBrowser()
		return m.Run()
	}())
}

// program is the real deckplan, built once.
var program = sync.OnceValues(func() (string, error) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(root, "static", "dist", "manifest.json")); err != nil {
		return "", fmt.Errorf("the front end is not built: run make (%w)", err)
	}
	out := filepath.Join(scratch, "deckplan")
	if text, err := exec.Command("go", "build", "-C", root, "-buildvcs=false", "-o", out, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build deckplan: %w\n%s", err, text)
	}
	return out, nil
})

// serve runs deckplan on an empty database until the test ends, and gives its
// address.
func serve(t *testing.T, environment ...string) string {
	t.Helper()
	return launch(t, deckplan(t, environment...))
}

// deckplan is the command that serves an empty database.
func deckplan(t *testing.T, environment ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Chromium and the whole program")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", "--listen", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "plans.db"), "--log-format", "json")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "DECKPLAN_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, environment...)
	return cmd
}

// launch starts a program that serves deckplan and gives the address in its
// log. It must end by itself, without an error and without one in its log.
func launch(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url, read := make(chan string, 1), make(chan []string, 1)
	go follow(stderr, url, read)
	t.Cleanup(func() { end(t, cmd, read) })
	select {
	case u := <-url:
		if u == "" {
			t.Fatal("deckplan ended before it served")
		}
		return u
	case <-time.After(20 * time.Second):
		t.Fatal("deckplan did not say that it serves")
		return ""
	}
}

// follow reads the log: the address it serves, and at its end the errors.
func follow(log io.Reader, url chan<- string, read chan<- []string) {
	var bad []string
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Level, Msg, URL string }
		switch err := json.Unmarshal(lines.Bytes(), &line); {
		case err != nil, line.Level == "ERROR":
			bad = append(bad, lines.Text())
		case line.Msg == "serving":
			url <- line.URL
		}
	}
	close(url)
	read <- bad
}

func end(t *testing.T, cmd *exec.Cmd, read <-chan []string) {
	begun := time.Now()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(15*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	for _, line := range <-read {
		t.Errorf("in deckplan's log: %s", line)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("deckplan ended with %v", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("deckplan took %v to end", took)
	}
}

// get fetches a page of the server as no browser would, for its bytes.
func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v\n%s", url, resp.StatusCode, err, b)
	}
	return string(b)
}
