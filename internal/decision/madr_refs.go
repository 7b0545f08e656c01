package decision

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// tie is how one record names another.
type tie string

const (
	supersedes   tie = "supersedes"
	supersededBy tie = "supersededBy"
	relatesTo    tie = "relatesTo"
)

// ref is another record as a file names it: by number, by file, or both.
type ref struct {
	tie    tie
	number int    // 0 where only the file is named
	file   string // the base name; empty where only the number is named
	line   int
	text   string // as it was written
	kept   bool   // the record's information says it too
}

var (
	numbered  = regexp.MustCompile(`(?i)^(?:adr[-_ ]?)?0*(\d{1,6})(?:[-_. ].*)?$`)
	dated     = regexp.MustCompile(`^(\d{4})-?(\d{2})-?(\d{2})(?:[-_. ]|$)`)
	titled    = regexp.MustCompile(`(?i)^(?:(adr)[-_ #]*)?(0*)(\d{1,6})(?:\s*[.:)–—|]\s*|\s+[-–—]\s+|\s+)(\S.*)$`)
	linked    = regexp.MustCompile(`\[((?:[^\[\]\\]|\\.){0,300})\]\(<?([^)\s>]{1,500})>?[^)]{0,200}\)`)
	adrNumber = regexp.MustCompile(`(?i)\badr[-_ #]*0*(\d{1,6})\b`)
	bareFile  = regexp.MustCompile(`[\w가-힣.-]+\.md\b`)
	bare      = regexp.MustCompile(`(?:^|[\s#(])0*(\d{1,6})(?:[\s.,;)]|$)`)
)

// numberOf is the number that a file's name begins with; 0 where none does. A
// date is no number.
func numberOf(name string) int {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".md"), ".markdown")
	if dateOf(name) != "" {
		return 0
	}
	if m := numbered.FindStringSubmatch(name); m != nil {
		n, _ := strconv.Atoi(m[1]) // six digits
		return n
	}
	return 0
}

// dateOf is the date that a file's name begins with.
func dateOf(name string) string {
	m := dated.FindStringSubmatch(path.Base(name))
	if m == nil {
		return ""
	}
	date := m[1] + "-" + m[2] + "-" + m[3]
	if t, err := time.Parse(time.DateOnly, date); err != nil || t.Year() < 1990 || t.Year() > 2100 {
		return ""
	}
	return date
}

// titleOf takes the number off a title such as "12. Use X" or "ADR-0012: Use X",
// where it is the file's, or the file has none.
func titleOf(title string, number int) (string, int) {
	m := titled.FindStringSubmatch(title)
	if m == nil {
		return title, number
	}
	n, _ := strconv.Atoi(m[3]) // six digits
	sure := m[1] != "" || m[2] != "" || strings.ContainsAny(title[:len(title)-len(m[4])], ".:)–—|")
	if n == 0 || number != 0 && n != number || number == 0 && !sure {
		return title, number
	}
	return m[4], n
}

// refsIn finds the records that a text names.
func refsIn(text string, t tie, line int) []ref {
	var out []ref
	left := linked.ReplaceAllStringFunc(text, func(s string) string {
		m := linked.FindStringSubmatch(s)
		target, _, _ := strings.Cut(m[2], "#")
		r := ref{tie: t, line: line, text: s}
		if !strings.Contains(target, "://") && strings.HasSuffix(target, ".md") {
			r.file = path.Base(target)
			r.number = numberOf(r.file)
		}
		if a := adrNumber.FindStringSubmatch(m[1]); r.number == 0 && a != nil {
			r.number, _ = strconv.Atoi(a[1])
		}
		if _, n := titleOf(m[1], 0); r.number == 0 && r.file == "" {
			r.number = n
		}
		if r.number != 0 || r.file != "" {
			out = append(out, r)
		}
		return " "
	})
	add := func(all [][]string) {
		for _, m := range all {
			n, _ := strconv.Atoi(m[1])
			if n > 0 {
				out = append(out, ref{tie: t, number: n, line: line, text: strings.TrimSpace(m[0])})
			}
		}
	}
	add(adrNumber.FindAllStringSubmatch(left, 20))
	for _, name := range bareFile.FindAllString(left, 20) {
		out = append(out, ref{tie: t, number: numberOf(name), file: name, line: line, text: name})
	}
	if len(out) == 0 {
		add(bare.FindAllStringSubmatch(left, 20))
	}
	return out
}

// saidToo marks what the record's information says as well.
func saidToo(refs []ref) []ref {
	for i := range refs {
		refs[i].kept = true
	}
	return refs
}

// ties are the words that begin a line which names another record, and the
// Korean ones that end it.
var ties = []struct {
	tie   tie
	line  *regexp.Regexp
	plain bool // the word says no more than the tie does
}{
	{supersededBy, regexp.MustCompile(`(?i)^\W{0,4}(?:superse(?:d|ss)ed|superceded|replaced|obsoleted)[ -]+by\b:?(.*)$`), true},
	{supersedes, regexp.MustCompile(`(?i)^\W{0,4}(?:supersedes|supercedes|replaces|obsoletes)\b:?(.*)$`), true},
	{relatesTo, regexp.MustCompile(`(?i)^\W{0,4}(?:relates|related) to\b:?(.*)$`), true},
	{relatesTo, regexp.MustCompile(`(?i)^\W{0,4}(?:amends|amended by|clarifies|clarified by|refines|refined by|extends|extended by|depends on|linked to|links to|complements|see also)\b:?(.*)$`), false},
	{supersededBy, regexp.MustCompile(`^(.*?)(?:으로|로|에 의해|에 의하여)? ?대체(?:됨|되었음|되었습니다|됐음|됐습니다|된다|되다)\.?$`), true},
	{supersededBy, regexp.MustCompile(`^\W{0,4}(?:다음으로 대체됨|대체됨)[:\s]+(.*)$`), true},
	{supersedes, regexp.MustCompile(`^(.*?)(?:을|를)? ?대체(?:함|하였음|합니다|했습니다|했음|한다)\.?$`), true},
	{relatesTo, regexp.MustCompile(`^(.*?)(?:과|와)? ?관련(?:됨|되어 있습니다|이 있습니다|됩니다|있음)\.?$`), true},
}

// tied reads a line that ties the record to others. plain tells that nothing of
// it is lost where only the ties are kept.
func tied(s string, line int) (refs []ref, plain bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2000 {
		return nil, false
	}
	for _, t := range ties {
		m := t.line.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		if refs := refsIn(m[1], t.tie, line); len(refs) > 0 {
			return refs, t.plain && !strings.ContainsAny(m[1], ":;(—") || t.plain && linked.MatchString(m[1]) && strings.Trim(linked.ReplaceAllString(m[1], ""), " .,*_") == ""
		}
	}
	return nil, false
}

// statusWords are what a status begins with in records of many teams.
var statusWords = []struct {
	status Status
	words  []string
}{
	{Superseded, []string{"superseded", "superceded", "supersessed", "replaced", "obsoleted by", "대체됨", "대체"}},
	{Deprecated, []string{"deprecated", "obsolete", "retired", "폐기됨", "폐기", "사용 중단", "더 이상 사용되지 않음", "더 이상 사용하지 않음"}},
	{Rejected, []string{"rejected", "declined", "denied", "withdrawn", "거부됨", "거부", "거절됨", "거절", "기각됨", "기각", "반려됨", "반려"}},
	{Accepted, []string{"accepted", "approved", "adopted", "decided", "agreed", "implemented", "done", "active", "final", "승인됨", "승인", "채택됨", "채택", "수락됨", "수락", "수용됨", "수용", "결정됨", "확정됨", "확정", "합의됨", "합의"}},
	{Proposed, []string{"proposed", "proposal", "pending", "in review", "under review", "in discussion", "open", "제안됨", "제안", "검토 중", "검토중", "논의 중", "논의중"}},
	{Draft, []string{"draft", "wip", "work in progress", "초안", "작성 중", "작성중"}},
}

// statusOf reads a status off a line's begin and gives what follows it.
func statusOf(s string) (st Status, rest string, ok bool) {
	s = strings.Trim(s, " \t*_`\"'~[]")
	lower := strings.ToLower(s)
	if len(lower) != len(s) {
		lower = s
	}
	for _, w := range statusWords {
		for _, word := range w.words {
			after, found := strings.CutPrefix(lower, word)
			if found && (after == "" || !isWord(after)) {
				return w.status, strings.Trim(s[len(word):], " \t*_`\"'.,;:-–—()[]"), true
			}
		}
	}
	return "", s, false
}

func isWord(s string) bool {
	return s[0] >= 'a' && s[0] <= 'z' || s[0] >= 0x80 && strings.IndexAny(s, "–—") != 0
}

var dateForms = []string{time.DateOnly, "2006-1-2", "2006/01/02", "2006/1/2", "2006.01.02", "2006. 1. 2", "2006. 01. 02", "2006년 1월 2일", "2 Jan 2006", "02 Jan 2006", "2 January 2006", "January 2, 2006", "Jan 2, 2006", "January 2 2006", time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05"}

// readDate reads a date as records write it.
func readDate(s string) (string, bool) {
	s = strings.Trim(s, " \t*_`\"'()[].")
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}
