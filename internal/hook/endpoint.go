package hook

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"deckplan/internal/lang"
)

// Endpoint is an address that is told of events, as the database keeps it.
type Endpoint struct {
	ID       string
	Name     string
	Plan     string // id; every plan if empty
	URL      string
	Events   []Type
	Language lang.Lang // of the sentences
	Enabled  bool
	// Secret is sealed and bound to ID. Former is the one before it, which
	// signs as well until FormerUntil; empty where there is none.
	Secret, Former string
	FormerUntil    time.Time
	Gone           time.Time // when the receiver answered that it is gone for good; zero otherwise
	Version        int64     // counts the changes
	Created        time.Time
	Updated        time.Time
}

// Wants tells whether the endpoint is to hear of an event of a plan.
func (e *Endpoint) Wants(t Type, plan string) bool {
	return e.Enabled && (e.Plan == "" || e.Plan == plan) && slices.Contains(e.Events, t)
}

// Draft is what somebody typed. With an ID it changes an endpoint as it was at
// Version; a URL as Shown has it keeps the one that is stored.
type Draft struct {
	ID       string
	Version  int64
	Name     string
	Plan     string
	URL      string
	Events   []Type
	Language string
	Enabled  bool
}

// Shown is an endpoint as pages may show it: no secret is in it, and what may be
// a token in its address is masked.
type Shown struct {
	Endpoint
	Lost bool      // its secret cannot be opened with the key at hand
	Last *Delivery // nil where nothing was sent yet
	Wait int       // deliveries that are still to come
}

// Problem is something wrong with one field of a draft: a message id with its
// arguments.
type Problem struct {
	Field string // name, url, plan, events or language
	ID    string
	Args  map[string]any
}

// Refused is a draft that was not taken, with everything that is wrong.
type Refused struct{ Problems []Problem }

// Error names the faults.
func (r *Refused) Error() string {
	ids := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		ids[i] = p.ID
	}
	return "hook: refused: " + strings.Join(ids, ", ")
}

// hidden stands for what is masked.
const hidden = "•••"

// Masked tells whether an address has something masked in it.
func Masked(address string) bool { return strings.Contains(address, hidden) }

// Mask gives an address without what may be a token: values of its query, and
// long parts of its path that are no words.
func Mask(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return hidden
	}
	var b strings.Builder
	b.WriteString(u.Scheme + "://" + u.Host)
	for i, part := range strings.Split(u.EscapedPath(), "/") {
		if i > 0 {
			b.WriteByte('/')
		}
		if random(part) {
			part = hidden
		}
		b.WriteString(part)
	}
	for i, pair := range strings.FieldsFunc(u.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		b.WriteByte("?&"[min(i, 1)])
		name, _, valued := strings.Cut(pair, "=")
		switch {
		case valued:
			b.WriteString(name + "=" + hidden)
		case random(name):
			b.WriteString(hidden)
		default:
			b.WriteString(name)
		}
	}
	return b.String()
}

// random tells whether a part of an address may be a token.
func random(part string) bool {
	return len(part) >= 16 && strings.ContainsFunc(part, unicode.IsDigit) && strings.ContainsFunc(part, unicode.IsLetter)
}

// ErrNameTaken is said of a name that another endpoint has.
var ErrNameTaken = errors.New("hook: another endpoint has this name")
