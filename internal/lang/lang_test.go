package lang

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestT_WordsArguments(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		text string
		args map[string]any
		want string
	}{
		{English, "{n} {n?cluster|clusters}", map[string]any{"n": 1}, "1 cluster"},
		{English, "{n} {n?cluster|clusters}", map[string]any{"n": 1200}, "1,200 clusters"},
		{Korean, "{name:은/는} {to:으로/로}", map[string]any{"name": "허브", "to": "서울"}, "허브는 서울로"},
		{Korean, "{name:이/가} {to:을/를}", map[string]any{"name": "결제팀", "to": "Argo CD"}, "결제팀이 Argo CD를"},
		{Korean, "{a:과/와} {b:을/를}", map[string]any{"a": "5.32MB", "b": "2.2 MiB"}, "5.32MB와 2.2 MiB를"},
		{Korean, "{x,percent:을/를}", map[string]any{"x": 0.48}, "48%를"},
		{English, "{x,percent} {h,hours} {m,minutes}", map[string]any{"x": 0.015, "h": 2.5, "m": 1500.0}, "1.5% 2.5 h 1 d 1 h"},
		{English, "{s,seconds} {m,seconds} {h,seconds}", map[string]any{"s": 82.4, "m": 125.0, "h": 3700.0}, "82 s 2 min 5 s 1 h 2 min"},
		{Korean, "{s,seconds:을/를} {m,seconds}", map[string]any{"s": 5, "m": 600.0}, "5초를 10분"},
		{Korean, "{x,money}", map[string]any{"x": 52400.0, "currency": "USD"}, "$5.24만"},
		{English, "{x,money}", map[string]any{"x": 52400.0}, "$52.4k"},
		{English, "{gone}", nil, "‹gone›"},
	} {
		parts, err := parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, p := range parts {
			c.lang.write(&b, p, c.args)
		}
		if b.String() != c.want {
			t.Errorf("%s: got %q, want %q", c.text, b.String(), c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]Lang{"": English, "ko-KR,ko;q=0.9,en;q=0.8": Korean, "de, ko;q=0.5": Korean, "fr": English, "en-GB": English, ";;;": English} {
		if got := Match(header); got != want {
			t.Errorf("%q: got %s", header, got)
		}
	}
}

func TestMoment_SaysNoMoreThanTellsTheTime(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time][2]string{
		now.Add(-time.Hour):                            {"08:00", "08:00"},
		now.AddDate(0, 0, -4):                          {"20 Nov 09:00", "11월 20일 09:00"},
		now.AddDate(-1, 0, 0):                          {"24 Nov 2025", "2025년 11월 24일"},
		time.Date(2025, 11, 24, 23, 0, 0, 0, time.UTC): {"24 Nov 2025", "2025년 11월 24일"},
	} {
		if got := [2]string{English.Moment(at, now), Korean.Moment(at, now)}; got != want {
			t.Errorf("%v: %v", at, got)
		}
	}
}

var placeholder = regexp.MustCompile(`\{(\w+)`)

func TestMessages_ExistInBothLanguagesWithTheSameArguments(t *testing.T) {
	for id, texts := range Messages() {
		names := map[Lang][]string{}
		for _, l := range All {
			if strings.TrimSpace(texts[l]) == "" {
				t.Errorf("%s: no text in %s", id, l)
			}
			if _, err := parse(texts[l]); err != nil {
				t.Errorf("%s (%s): %v", id, l, err)
			}
			for _, m := range placeholder.FindAllStringSubmatch(texts[l], -1) {
				names[l] = append(names[l], m[1])
			}
			slices.Sort(names[l])
			names[l] = slices.Compact(names[l])
		}
		for l := range texts {
			if !slices.Contains(All, l) {
				t.Errorf("%s: a text in an unknown language %q", id, l)
			}
		}
		for _, n := range names[Korean] {
			if !slices.Contains(names[English], n) {
				t.Errorf("%s: {%s} is in Korean only", id, n)
			}
		}
		for _, n := range names[English] {
			// A plural {n?a|b} needs no Korean counterpart.
			if !slices.Contains(names[Korean], n) && strings.Contains(texts[English], "{"+n+"}") {
				t.Errorf("%s: {%s} is in English only", id, n)
			}
		}
	}
}

// A message id as it stands in source: in T("…"), Say("…"), ID: "…".
var used = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+\.?)"|"([a-z][a-z0-9_]*\.)"`)

// TestMessages_AreUsedAndNotMissing reads the program's own source. An id is
// used when it stands there whole, or when a literal ending in a dot, or a
// finding's or a metric's id, is its beginning.
func TestMessages_AreUsedAndNotMissing(t *testing.T) {
	messages := Messages()
	topics := map[string]bool{}
	for id := range messages {
		topic, _, _ := strings.Cut(id, ".")
		topics[topic] = true
	}
	whole, prefixes := map[string]string{}, map[string]bool{}
	for path, src := range sources(t) {
		for _, m := range used.FindAllStringSubmatch(src, -1) {
			id := m[1] + m[2]
			if strings.HasSuffix(id, ".") {
				prefixes[id] = true
			} else {
				whole[id] = path
			}
		}
	}
	for id := range messages {
		if !isUsed(id, whole, prefixes) {
			t.Errorf("message %s is not used", id)
		}
	}
	for id, path := range whole {
		topic, _, _ := strings.Cut(id, ".")
		if !topics[topic] || messages[id] != nil || isFile(id) {
			continue
		}
		if !stem(id, messages) {
			t.Errorf("%s: message %s does not exist", path, id)
		}
	}
}

// stem tells whether a literal is the id of a finding or a metric, whose
// messages carry it inside.
func stem(id string, messages map[string]map[Lang]string) bool {
	return messages["metric."+id] != nil || messages[id+".name"] != nil || messages["field."+id] != nil
}

func isUsed(id string, whole map[string]string, prefixes map[string]bool) bool {
	if whole[id] != "" {
		return true
	}
	for _, suffix := range []string{".why", ".do", ".means", ".name"} {
		if base, ok := strings.CutSuffix(id, suffix); ok && isUsed(base, whole, prefixes) {
			return true
		}
	}
	if base, ok := strings.CutPrefix(id, "metric."); ok && whole[base] != "" {
		return true
	}
	for i := range len(id) {
		if id[i] == '.' && prefixes[id[:i+1]] {
			return true
		}
	}
	return false
}

func isFile(id string) bool {
	return slices.Contains([]string{".go", ".yaml", ".json", ".html", ".css", ".js", ".db", ".md", ".tar", ".zip"}, filepath.Ext(id))
}

func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	roots, err := filepath.Glob("../../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range append(roots, "../../internal", "../../web") {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") ||
				!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
				return nil
			}
			b, err := os.ReadFile(path)
			out[path] = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}
