// Package connect says what a connection to Argo CD is that people make in the
// browser: what they type, what is kept of it, what is shown and what can be
// wrong with it. It does nothing by itself.
package connect

import (
	"errors"
	"strings"
	"time"

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
	Version   int64 // counts the changes
	Created   time.Time
	Updated   time.Time
}

// NameKey is a name in one spelling: names with the same key are the same.
func NameKey(name string) string { return strings.ToLower(norm.NFKC.String(name)) }

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
}

// Shown is a connection as pages may show it: there is no token in it.
type Shown struct {
	ID          string
	Name        string
	URL         string
	TokenFile   string
	CA          string
	Insecure    bool
	Version     int64
	Environment bool // from the environment: not to be changed here
	Lost        bool // its token cannot be opened with the key at hand
	Shadowed    bool // one from the environment has its name, so it is not used
}

// Problem is something wrong with one field of a draft: a message id with its
// arguments.
type Problem struct {
	Field string // name, url, token, token_file or ca
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
