// Package connect says what a connection to Argo CD is that people make in the
// browser: what they type, what is kept of it, what is shown and what can be
// wrong with it. It does nothing by itself.
package connect

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"deckplan/internal/seal"
)

// ErrNameTaken is said of a name that another connection has.
var ErrNameTaken = errors.New("connect: another connection has this name")

// Kept is a connection as the database keeps it.
type Kept struct {
	ID        string
	Name      string
	URL       string
	Token     string // sealed, bound to ID; empty where a file holds the token
	TokenFile string // its name in the folder for token files
	CA        string // PEM
	Insecure  bool
	Options
	Version int64 // counts the changes
	Created time.Time
	Updated time.Time
}

// Options are settings that most connections leave empty.
type Options struct {
	Pin      string // SHA-256 of the only certificate that is accepted
	Projects string // AppProjects to read, comma-separated; all if empty
	Selector string // labels of the applications to read
	Protocol string // grpc or rest; chosen automatically if empty
}

// NameKey is a name in one spelling: names with the same key are the same.
func NameKey(name string) string { return strings.ToLower(norm.NFKC.String(name)) }

// MaxName is how many characters a name may have.
const MaxName = 60

// NameFault holds a name to what names in addresses and logs can be, and to one
// that looks like no other but for spaces around it. It gives
// name_missing, name_long, name_invalid or nothing.
func NameFault(name string) string {
	ordinary := func(c rune) bool {
		return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || strings.ContainsRune(" -_.", c)
	}
	switch {
	case name == "":
		return "name_missing"
	case utf8.RuneCountInString(name) > MaxName:
		return "name_long"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(c rune) bool { return !ordinary(c) }),
		strings.Trim(name, ". ") == "", strings.TrimSpace(name) != name:
		return "name_invalid"
	}
	return ""
}

// Draft is what somebody typed. With an ID it changes a connection as it was
// at Version; an empty Token then keeps the token that is stored.
type Draft struct {
	ID        string
	Version   int64
	Name      string
	URL       string
	Token     seal.Secret
	TokenFile string
	CA        string
	Insecure  bool
	Options
}

// Shown is a connection as pages may show it: there is no token in it.
type Shown struct {
	ID        string
	Name      string
	URL       string
	TokenFile string
	CA        string
	Insecure  bool
	Options
	Version     int64
	Environment bool   // from the environment or a file: not to be changed here
	File        string // the connections file it is from, if it is
	Lost        bool   // its token cannot be opened with the key at hand
	Shadowed    bool   // one from the environment or a file has its name, so it is not used
}

// Problem is something wrong with one field of a draft: a message id with its
// arguments.
type Problem struct {
	Field string // name, url, token, token_file, ca, pin, insecure, projects, selector or protocol
	ID    string
	Args  map[string]any
}

// Refused is a draft that was not taken, with everything that is wrong.
type Refused struct{ Problems []Problem }

// Error names the fields.
func (r *Refused) Error() string {
	fields := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		fields[i] = p.ID
	}
	return "connect: refused: " + strings.Join(fields, ", ")
}
