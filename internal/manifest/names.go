package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"
)

// maxName leaves room for a prefix within the 63 characters of a DNS label.
const maxName = 50

// names gives rows names that are DNS labels (RFC 1123), so that they are
// valid as names of objects, as label values and within label keys. A name
// that is one but for upper case, spaces and punctuation is kept so far; where
// letters would be lost, as with Korean, or two rows would share a name, what
// is left is followed by a part of the hash of the row's identifier, which
// does not change with the name.
type names struct {
	prefix string
	of     map[string]string // by key
}

type named struct{ key, name string }

func newNames(prefix string, rows []named) names {
	n := names{prefix: prefix, of: make(map[string]string, len(rows))}
	count := map[string]int{}
	for _, r := range rows {
		s, _ := slug(r.name)
		count[s]++
	}
	taken := map[string]bool{}
	for _, r := range rows {
		s, whole := slug(r.name)
		if !whole || count[s] > 1 || s == "" {
			s = strings.Trim(s+"-"+hash(prefix, r.key), "-")
			if s[0] >= '0' && s[0] <= '9' && !whole {
				s = prefix + "-" + s
			}
		}
		for i := 0; taken[s]; i++ { // a hash that another row is called by
			s = prefix + "-" + hash(prefix, r.key, string(rune('a'+i%26)), s)
		}
		taken[s] = true
		n.of[r.key] = s
	}
	return n
}

// Label gives one row a DNS label by its name, as Build does.
func Label(prefix, key, name string) string {
	return newNames(prefix, []named{{key, name}}).of[key]
}

// Clean makes text safe for a comment: valid UTF-8 on one line.
func Clean(s string) string { return clean(s) }

// hash is 10 hexadecimal digits of what names a row.
func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:5])
}

// slug makes a DNS label of a name, and tells whether it holds every letter
// and digit of it.
func slug(name string) (s string, whole bool) {
	var b strings.Builder
	whole = true
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r) || r < 0x80:
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		default:
			whole = false
		}
	}
	s = strings.TrimRight(b.String(), "-")
	if len(s) > maxName {
		s, whole = strings.TrimRight(s[:maxName-12], "-"), false
	}
	return s, whole
}

var dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// plainURL says that Argo CD will read a repository's address as itself: in a
// project it is a pattern, in an ApplicationSet a template.
func plainURL(s string) bool {
	return s != "" && !strings.ContainsAny(s, "*?[]{}\\ \t\r\n") && !strings.HasPrefix(s, "!") && strings.IndexFunc(s, unicode.IsControl) < 0
}

// clean makes text safe for comments and annotations: valid UTF-8 on one line.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
