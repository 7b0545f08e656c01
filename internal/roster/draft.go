package roster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"deckplan/internal/argocd"
	"deckplan/internal/connect"
	"deckplan/internal/live"
	"deckplan/internal/seal"
)

// Limits of what may be typed, in bytes.
const (
	maxURL   = 2000
	maxToken = 16 << 10
	maxFile  = 255
	maxCA    = 64 << 10
	maxPin   = 200
	maxWords = 4000 // of projects and of labels
)

// Try connects once with what was typed and tells what works. Nothing is kept.
// A draft of a stored connection may leave the token empty as Change does, and
// under the same conditions.
func (r *Roster) Try(ctx context.Context, d connect.Draft) (live.Trial, error) {
	var k connect.Kept
	if d.ID != "" {
		var err error
		if k, err = r.Store.Connection(ctx, d.ID); err != nil {
			return live.Trial{}, err
		}
	}
	problems, err := r.merge(ctx, &k, d)
	if err != nil {
		return live.Trial{}, err
	}
	// A trial needs no name, and a good one all the rest.
	var wrong []connect.Problem
	for _, p := range problems {
		if p.Field != "name" {
			wrong = append(wrong, p)
		}
	}
	c, err := r.open(k)
	if err != nil && len(wrong) == 0 {
		wrong = append(wrong, problem("token", "connect.problem.token_lost"))
	}
	if len(wrong) > 0 {
		return live.Trial{}, &connect.Refused{Problems: wrong}
	}
	return r.try(ctx, c)
}

// TryKept is Try for a connection as it is, given at the start or stored.
func (r *Roster) TryKept(ctx context.Context, id string) (live.Trial, error) {
	for _, c := range r.given {
		if id == environmentID+c.Name {
			return r.try(ctx, c.Connection)
		}
	}
	k, err := r.Store.Connection(ctx, id)
	if err != nil {
		return live.Trial{}, err
	}
	c, err := r.open(k)
	if err != nil {
		return live.Trial{Reason: why(err)}, nil
	}
	return r.try(ctx, c)
}

func (r *Roster) try(ctx context.Context, c argocd.Connection) (live.Trial, error) {
	select {
	case r.trials <- struct{}{}:
		defer func() { <-r.trials }()
		return argocd.Try(ctx, c, r.Options), nil
	case <-ctx.Done():
		return live.Trial{}, ctx.Err()
	}
}

// Why a token file is not sent.
var (
	errNoFolder    = errors.New("roster: no folder for token files is configured")
	errUnbound     = errors.New("roster: no file beside the token file says where it may be sent")
	errOtherServer = errors.New("roster: the token file is for another server")
)

// why gives the reason to show for what open says.
func why(err error) live.Reason {
	switch {
	case errors.Is(err, errNoFolder):
		return live.Misconfigured
	case errors.Is(err, errUnbound), errors.Is(err, errOtherServer):
		return live.TokenUnbound
	}
	return live.TokenLost
}

// open makes a connection that can be used of one that is kept.
func (r *Roster) open(k connect.Kept) (argocd.Connection, error) {
	c := argocd.Connection{Name: k.Name, URL: k.URL, CA: k.CA, Insecure: k.Insecure}.With(k.Options)
	if k.TokenFile != "" {
		if r.TokenFolder == "" {
			return c, errNoFolder
		}
		c.TokenFile = filepath.Join(r.TokenFolder, k.TokenFile)
		return c, r.bound(k.TokenFile, c.Origin())
	}
	var err error
	c.Token, err = r.Key.Open(k.Token, k.ID)
	return c, err
}

// merge puts a draft into what is kept and tells everything that is wrong with
// it. A token that was left empty stays as it is sealed, unless it would go to
// another server than it was given for, or go there less protected: unverified,
// or with another authority or certificate trusted than was trusted then.
func (r *Roster) merge(ctx context.Context, k *connect.Kept, d connect.Draft) ([]connect.Problem, error) {
	old := *k
	k.Name, k.URL, k.CA, k.Insecure = strings.TrimSpace(d.Name), strings.TrimSpace(d.URL), strings.TrimSpace(d.CA), d.Insecure
	k.Options = d.Options
	d.TokenFile = strings.TrimSpace(d.TokenFile)
	d.Token = seal.Secret(strings.TrimSpace(string(d.Token)))
	named, err := r.nameProblems(ctx, *k)
	if err != nil {
		return nil, err
	}
	if long := tooLong(*k, d); len(long) > 0 {
		return append(named, long...), nil
	}
	k.Options = argocd.Connection{}.With(d.Options).Options()
	return append(named, r.mergeToken(k, old, d)...), nil
}

// mergeToken says which token goes where. It does not ask for the name: a trial
// needs none, and its token is held to the same conditions.
func (r *Roster) mergeToken(k *connect.Kept, old connect.Kept, d connect.Draft) (out []connect.Problem) {
	c := argocd.Connection{URL: k.URL, Token: d.Token, CA: k.CA, Insecure: k.Insecure}.With(k.Options)
	keeps := d.Token == "" && d.TokenFile == "" && old.Token != ""
	switch {
	case keeps:
		c.Token = "kept" // it was checked when it was given
	case d.TokenFile != "":
		var wrong []connect.Problem
		if k.TokenFile, wrong = r.tokenFile(d.TokenFile); len(wrong) > 0 {
			return wrong
		}
		if origin := c.Origin(); origin != "" {
			if err := r.bound(k.TokenFile, origin); err != nil {
				return []connect.Problem{unbound(err, k.TokenFile, origin)}
			}
		}
		k.Token, c.TokenFile = "", filepath.Join(r.TokenFolder, k.TokenFile)
	default:
		k.Token, k.TokenFile = r.Key.Seal(d.Token, k.ID), ""
	}
	for _, f := range c.Faults() {
		out = append(out, connect.Problem{Field: f.Setting, ID: "connect.problem." + f.ID, Args: map[string]any{"got": f.Got}})
	}
	if keeps && len(out) == 0 {
		was := argocd.Connection{URL: old.URL, Token: "kept"}.Origin()
		switch {
		case was != c.Origin():
			out = append(out, problem("token", "connect.problem.token_other_host"))
		case c.Insecure && !old.Insecure:
			out = append(out, problem("token", "connect.problem.token_insecure"))
		case c.CA != "" && c.CA != old.CA:
			out = append(out, problem("token", "connect.problem.token_other_ca"))
		case c.Pin != old.Pin && !old.Insecure: // of any certificate, one is no further trust
			out = append(out, problem("token", "connect.problem.token_other_pin"))
		}
	}
	return out
}

func problem(field, id string) connect.Problem { return connect.Problem{Field: field, ID: id} }

func tooLong(k connect.Kept, d connect.Draft) (out []connect.Problem) {
	for _, f := range []struct {
		field  string
		length int
		limit  int
	}{{"url", len(k.URL), maxURL}, {"token", len(d.Token), maxToken}, {"token_file", len(d.TokenFile), maxFile}, {"ca", len(k.CA), maxCA},
		{"pin", len(k.Pin), maxPin}, {"projects", len(k.Projects), maxWords}, {"selector", len(k.Selector), maxWords}, {"protocol", len(k.Protocol), maxPin}} {
		if f.length > f.limit {
			out = append(out, longer(f.field, f.limit))
		}
	}
	return out
}

func longer(field string, limit int) connect.Problem {
	return connect.Problem{Field: field, ID: "connect.problem.too_long", Args: map[string]any{"n": limit}}
}

func nameTaken(name string) connect.Problem {
	return connect.Problem{Field: "name", ID: "connect.problem.name_taken", Args: map[string]any{"name": name}}
}

// nameProblems keeps a name from being wrong or another's.
func (r *Roster) nameProblems(ctx context.Context, k connect.Kept) ([]connect.Problem, error) {
	switch fault := connect.NameFault(k.Name); {
	case fault == "name_long":
		return []connect.Problem{longer("name", connect.MaxName)}, nil
	case fault != "":
		return []connect.Problem{problem("name", "connect.problem."+fault)}, nil
	}
	if g, ok := r.givenAs(k.Name); ok {
		p := connect.Problem{Field: "name", ID: "connect.problem.name_environment", Args: map[string]any{"name": k.Name, "file": filepath.Base(g.file)}}
		if g.file != "" {
			p.ID = "connect.problem.name_file"
		}
		return []connect.Problem{p}, nil
	}
	if r.Snapshot != nil && r.Snapshot(k.Name) {
		return []connect.Problem{{Field: "name", ID: "connect.problem.name_snapshot", Args: map[string]any{"name": k.Name}}}, nil
	}
	all, err := r.Store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	known := false
	for _, other := range all {
		known = known || other.ID == k.ID
		if other.ID != k.ID && connect.NameKey(other.Name) == connect.NameKey(k.Name) {
			return []connect.Problem{nameTaken(k.Name)}, nil
		}
	}
	if !known && len(all) >= maxConnections {
		return []connect.Problem{{Field: "name", ID: "connect.problem.too_many", Args: map[string]any{"n": maxConnections}}}, nil
	}
	return nil, nil
}

// tokenFile finds a token file's name in the folder for token files. Any other
// file of this machine could otherwise be sent to any server.
func (r *Roster) tokenFile(path string) (string, []connect.Problem) {
	if r.TokenFolder == "" {
		return "", []connect.Problem{problem("token_file", "connect.problem.token_file_off")}
	}
	if filepath.IsAbs(path) {
		if rel, err := filepath.Rel(r.TokenFolder, path); err == nil {
			path = rel
		}
	}
	root, err := os.OpenRoot(r.TokenFolder)
	if err != nil {
		return "", []connect.Problem{problem("token_file", "connect.problem.token_file_unreadable")}
	}
	defer func() { _ = root.Close() }()
	// A root refuses what leads out of it, links too.
	if info, err := root.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxToken {
		return "", []connect.Problem{problem("token_file", "connect.problem.token_file_outside")}
	}
	return filepath.Clean(path), nil
}

// bound checks that a token file may be sent to an origin: the first line of
// the file NAME.url beside it names that origin. Whoever may add connections
// could otherwise have any token of the folder sent to a server of their own.
func (r *Roster) bound(name, origin string) error {
	root, err := os.OpenRoot(r.TokenFolder)
	if err != nil {
		return errUnbound
	}
	defer func() { _ = root.Close() }()
	name += urlFile
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxURL {
		return errUnbound
	}
	text, err := root.ReadFile(name)
	if err != nil {
		return errUnbound
	}
	line, _, _ := strings.Cut(string(text), "\n")
	switch (argocd.Connection{URL: strings.TrimSpace(line)}).Origin() {
	case "":
		return errUnbound
	case origin:
		return nil
	}
	return errOtherServer
}

// urlFile ends the name of the file that says where a token file may be sent.
const urlFile = ".url"

func unbound(err error, name, origin string) connect.Problem {
	p := connect.Problem{Field: "token_file", ID: "connect.problem.token_file_unbound", Args: map[string]any{"file": name + urlFile, "origin": origin}}
	if errors.Is(err, errOtherServer) {
		p.ID = "connect.problem.token_file_other_host"
	}
	return p
}
