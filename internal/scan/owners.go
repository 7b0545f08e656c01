package scan

import (
	"errors"
	"strings"

	"github.com/hmarr/codeowners"

	"deckplan/internal/plan"
)

// owners are the rules of the CODEOWNERS file that counts.
type owners struct {
	file  string
	rules []ownership
}

type ownership struct {
	codeowners.Rule
	line    int
	section string // of GitLab; the last rule of each counts
}

// readOwners reads the first CODEOWNERS file in the order that GitHub and
// GitLab look for it.
func (r *reader) readOwners() {
	for _, file := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"} {
		if r.files[file] != codeOwners {
			continue
		}
		if b, ok := r.read(file); ok {
			r.owners = r.parseOwners(file, string(b))
		}
		return
	}
}

// anyOwner takes owners as they stand: GitLab has groups within groups and
// roles, which the library's own patterns do not know.
var anyOwner = codeowners.WithOwnerMatchers([]codeowners.OwnerMatcher{codeowners.OwnerMatchFunc(func(s string) (codeowners.Owner, error) {
	if !strings.Contains(s, "@") {
		return codeowners.Owner{}, errNoOwner
	}
	return codeowners.Owner{Value: s, Type: codeowners.TeamOwner}, nil
})})

var errNoOwner = errors.New("scan: no owner")

// parseOwners reads rules line by line, so that one bad line costs no other.
// Sections of GitLab, "[Name] @default", lend their owners to rules without.
func (r *reader) parseOwners(file, s string) *owners {
	o := &owners{file: file}
	section, defaults := "", ""
	for i, l := range strings.Split(s, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") || len(o.rules) >= 5_000 {
			continue
		}
		if head := strings.TrimPrefix(l, "^"); strings.HasPrefix(head, "[") && strings.Contains(head, "]") {
			end := strings.Index(head, "]")
			section, defaults = strings.ToLower(head[1:end]), head[end+1:]
			if strings.HasPrefix(defaults, "[") { // number of approvals
				_, defaults, _ = strings.Cut(defaults, "]")
			}
			continue
		}
		if len(l) > 2_000 {
			r.miss(file, i+1, "scan.missed.owner_line", nil)
			continue
		}
		if !strings.ContainsAny(l, "@") && defaults != "" {
			l += " " + strings.TrimSpace(defaults)
		}
		rules, err := codeowners.ParseFile(strings.NewReader(l), anyOwner)
		if err != nil || len(rules) == 0 {
			r.miss(file, i+1, "scan.missed.owner_line", nil)
			continue
		}
		o.rules = append(o.rules, ownership{rules[0], i + 1, section})
	}
	return o
}

// accountable gives the team that owns a file, if one does: the first group of
// the last rule that fits. People are told of and make no team.
func (r *reader) accountable(file string) []string {
	if r.owners == nil {
		return nil
	}
	key := "\x00" + file
	if id, ok := r.teams[key]; ok {
		if id == "" {
			return nil
		}
		return []string{id}
	}
	r.teams[key] = ""
	var rule *ownership
	for i := range r.owners.rules {
		if ok, err := r.owners.rules[i].Match(file); err == nil && ok && len(r.owners.rules[i].Owners) > 0 {
			rule = &r.owners.rules[i]
		} else if err == nil && ok && r.owners.rules[i].section == "" {
			rule = nil // a rule without owners frees the file
		}
	}
	if rule == nil {
		r.miss(r.owners.file, 0, "scan.missed.no_owner", map[string]any{"file": file})
		return nil
	}
	for _, o := range rule.Owners {
		name := teamName(o.Value)
		if name == "" {
			continue
		}
		id := r.teams[name]
		if id == "" {
			id = r.NewID()
			r.teams[name] = id
			r.p.Teams = append(r.p.Teams, plan.Team{ID: id, Name: name, Contact: clip(o.Value, 200)})
		}
		r.teams[key] = id
		r.found(r.owners.file, rule.line, "scan.found.owner", map[string]any{"file": file, "team": name})
		if len(rule.Owners) > 1 {
			r.miss(r.owners.file, rule.line, "scan.missed.more_owners", map[string]any{"file": file, "n": len(rule.Owners), "team": name})
		}
		return []string{id}
	}
	r.miss(r.owners.file, rule.line, "scan.missed.person", map[string]any{"file": file})
	return nil
}

// teamName is the last part of a group's handle; empty for a person's handle,
// an address or a role.
func teamName(owner string) string {
	handle, ok := strings.CutPrefix(owner, "@")
	if !ok || strings.HasPrefix(handle, "@") {
		return ""
	}
	i := strings.LastIndexByte(handle, '/')
	if i < 0 {
		return ""
	}
	return clip(handle[i+1:], 120)
}
