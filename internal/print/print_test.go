package print

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/report"
)

func printer(t testing.TB, c Config) *Printer {
	t.Helper()
	p := New(c)
	t.Cleanup(p.Close)
	if err := p.Ready(); err != nil {
		t.Fatalf("these tests need Chromium: %v", err)
	}
	return p
}

func sample(t testing.TB, l lang.Lang) string {
	t.Helper()
	p, err := plan.Sample(string(l))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Write(&b, report.Input{Plan: p, Appraisal: appraise.Run(p), Lang: l, Generated: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tool runs a program of poppler on a PDF.
func tool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = path
		}
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return string(out)
}

func TestPDF_OfAReportHasItsTextItsPageNumbersAndItsFonts(t *testing.T) {
	p := printer(t, Config{})
	for l, words := range map[lang.Lang][]string{lang.Korean: {"커머스 플랫폼", "배포 전략", "jenkins-main"}, lang.English: {"Deployment strategies", "jenkins-main"}} {
		var b bytes.Buffer
		if err := p.PDF(t.Context(), strings.NewReader(sample(t, l)), &b); err != nil {
			t.Fatal(err)
		}
		text := tool(t, b.Bytes(), "pdftotext", "-layout", "FILE", "-")
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in the text", l, w)
			}
		}
		info := tool(t, b.Bytes(), "pdfinfo", "FILE")
		pages := regexp.MustCompile(`Pages:\s+(\d+)`).FindStringSubmatch(info)
		if pages == nil || !strings.Contains(text, "1 / "+pages[1]) || !strings.Contains(text, pages[1]+" / "+pages[1]) {
			t.Errorf("%s: the pages are not numbered: %s", l, info)
		}
		if !strings.Contains(info, "A4") || !regexp.MustCompile(`Tagged:\s+yes`).MatchString(info) {
			t.Errorf("%s: not a tagged A4: %s", l, info)
		}
		if !bytes.Contains(b.Bytes(), []byte("/Outlines")) {
			t.Errorf("%s: no outline", l)
		}
		fonts := tool(t, b.Bytes(), "pdffonts", "FILE")
		for _, want := range []string{"Pretendard-Regular", "Pretendard-Bold"} {
			if !regexp.MustCompile(want + `\s+CID TrueType\s+\S+\s+yes`).MatchString(fonts) {
				t.Errorf("%s: %s is not embedded:\n%s", l, want, fonts)
			}
		}
	}
}

func TestPDF_FetchesNothingAndRunsNothing(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	secret := filepath.Join(t.TempDir(), "secret.html")
	if err := os.WriteFile(secret, []byte("<p>swordfish</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	html := fmt.Sprintf(`<!DOCTYPE html><html><head><link rel="stylesheet" href="%[1]s/a.css"><link rel="dns-prefetch" href="%[1]s"><script src="%[1]s/a.js"></script>
		<style>@import "%[1]s/b.css";@font-face{font-family:x;src:url(%[1]s/x.woff2)}p{font-family:x;background:url(%[1]s/bg.png)}</style></head>
		<body><p id="p">still here</p><img src="%[1]s/i.png"><iframe src="file://%[2]s"></iframe><iframe src="%[1]s/f.html"></iframe>
		<object data="file://%[2]s"></object><script>document.getElementById("p").textContent = "scripted"</script>
		<img src="data:image/png;base64,x" onerror="document.getElementById('p').textContent='scripted'"></body></html>`, server.URL, secret)
	p := printer(t, Config{})
	var b bytes.Buffer
	if err := p.PDF(t.Context(), strings.NewReader(html), &b); err != nil {
		t.Fatal(err)
	}
	text := tool(t, b.Bytes(), "pdftotext", "FILE", "-")
	if !strings.Contains(text, "still here") || strings.Contains(text, "scripted") || strings.Contains(text, "swordfish") {
		t.Errorf("the text is %q", text)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestPDF_PrintsWithABrowserElsewhere(t *testing.T) {
	path, ok := Find()
	if !ok {
		t.Fatal("these tests need Chromium")
	}
	// A browser with a port of its own, started by the test.
	profile := t.TempDir()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), remote.WebSocket, chromedp.UserDataDir(profile))
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	defer free()
	browser, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		t.Fatal(err)
	}
	port, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(port))
	for _, address := range []string{"http://127.0.0.1:" + lines[0], "ws://127.0.0.1:" + lines[0] + lines[1]} {
		p := printer(t, Config{ChromeURL: address, Path: "/nonexistent"})
		var b bytes.Buffer
		if err := p.PDF(t.Context(), strings.NewReader(`<p>원격 인쇄</p>`), &b); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		if text := tool(t, b.Bytes(), "pdftotext", "FILE", "-"); !strings.Contains(text, "원격 인쇄") {
			t.Errorf("%s: %q", address, text)
		}
		p.Close()
		if browser.Err() != nil {
			t.Fatalf("%s: closing ended a browser that is not ours", address)
		}
	}
}

func reason(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestPDF_SaysWhyThereIsNone(t *testing.T) {
	quiet := httptest.NewServer(http.NotFoundHandler())
	defer quiet.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	broken := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config Config
		html   io.Reader
		want   Reason
	}{
		"none installed": {Config{Path: "/nonexistent/chromium"}, strings.NewReader("x"), Absent},
		"nobody there":   {Config{ChromeURL: gone.URL}, strings.NewReader("x"), Unreachable},
		"no browser":     {Config{ChromeURL: quiet.URL}, strings.NewReader("x"), Unreachable},
		"ends at once":   {Config{Path: broken}, strings.NewReader("x"), Unreachable},
		"too long":       {Config{}, io.LimitReader(endless{}, MaxHTML+1), TooLarge},
		"too slow":       {Config{Patience: time.Millisecond}, strings.NewReader("x"), Slow},
	} {
		p := New(c.config)
		if err := p.PDF(t.Context(), c.html, io.Discard); reason(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		p.Close()
	}
	t.Setenv("PATH", t.TempDir())
	if err := New(Config{}).Ready(); reason(err) != Absent {
		t.Errorf("nothing on the path: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestPDF_TooLargeAFileIsRefused(t *testing.T) {
	out := &bounded{w: io.Discard, left: 10}
	if _, err := out.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write(make([]byte, 1)); reason(err) != TooLarge {
		t.Errorf("%v", err)
	}
}

func TestPDF_EndsWhenItIsNoLongerWanted(t *testing.T) {
	p := printer(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	html := &stopping{Reader: strings.NewReader(sample(t, lang.English)), stop: cancel}
	if err := p.PDF(ctx, html, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	var b bytes.Buffer
	if err := p.PDF(t.Context(), strings.NewReader("<p>next</p>"), &b); err != nil || b.Len() == 0 {
		t.Errorf("the next: %v", err)
	}
}

// stopping cancels once all was read.
type stopping struct {
	io.Reader
	stop func()
}

func (s *stopping) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil {
		s.stop()
	}
	return n, err
}

func TestPDF_ABrowserThatEndedIsStartedOnceMore(t *testing.T) {
	var log bytes.Buffer
	p := printer(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err := p.PDF(t.Context(), strings.NewReader("<p>one</p>"), io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.FromContext(p.browser.ctx).Browser.Process().Kill(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.PDF(t.Context(), strings.NewReader("<p>둘</p>"), &b); err != nil {
		t.Fatal(err)
	}
	if text := tool(t, b.Bytes(), "pdftotext", "FILE", "-"); !strings.Contains(text, "둘") {
		t.Errorf("%q", text)
	}
	if n := strings.Count(log.String(), "browser started"); n != 2 {
		t.Errorf("started %d times", n)
	}
	if os.Getuid() == 0 && !strings.Contains(log.String(), "without its sandbox") {
		t.Error("nobody is told that there is no sandbox")
	}
}

func TestPDF_AnIdleBrowserEndsAndLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p := printer(t, Config{Idle: time.Millisecond})
	if err := p.PDF(t.Context(), strings.NewReader("<p>x</p>"), io.Discard); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		left, _ := filepath.Glob(filepath.Join(temp, "chromedp-runner*"))
		p.mu.Lock()
		running := p.browser != nil
		p.mu.Unlock()
		if !running && len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("running %v, %v", running, left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func BenchmarkPDF(b *testing.B) {
	p := printer(b, Config{})
	html := sample(b, lang.Korean)
	for b.Loop() {
		if err := p.PDF(b.Context(), strings.NewReader(html), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
