package ownership

import (
	"slices"
	"strings"
	"unicode"

	"deckplan/internal/plan"
)

// RACI is who does what: a row for each stage, a column for each team that has
// a part in one. A cell holds the letters R, A, C and I that apply, in that
// order, joined by a slash.
type RACI struct {
	Teams []plan.Team
	Rows  []RACIRow
}

// RACIRow is a stage with its letters, in the order of RACI.Teams.
type RACIRow struct {
	Pipeline plan.Pipeline
	Stage    Stage
	Letters  []string
}

// NewRACI lists the stages of some pipelines; teams come in the plan's order.
func NewRACI(p *plan.Plan, all ...*Analysis) RACI {
	var out RACI
	used := map[string]bool{}
	for _, a := range all {
		for _, s := range a.Stages {
			for _, list := range parts(&s) {
				for _, t := range list {
					used[t] = true
				}
			}
		}
	}
	column := map[string]int{}
	for _, t := range p.Teams {
		if used[t.ID] {
			column[t.ID] = len(out.Teams)
			out.Teams = append(out.Teams, t)
		}
	}
	for _, a := range all {
		for _, s := range a.Stages {
			row := RACIRow{Pipeline: a.Pipeline, Stage: s, Letters: make([]string, len(out.Teams))}
			for i, list := range parts(&s) {
				for n, t := range list {
					at, ok := column[t]
					if !ok || slices.Contains(list[:n], t) {
						continue
					}
					if row.Letters[at] != "" {
						row.Letters[at] += "/"
					}
					row.Letters[at] += "RACI"[i : i+1]
				}
			}
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

// parts are the teams that are responsible, accountable, consulted, informed.
func parts(s *Stage) [4][]string {
	return [4][]string{s.Responsible, s.Accountable, s.Consulted, s.Informed}
}

// Files lists who answers for the files that define stages, as a CODEOWNERS
// file does: a pattern and its owners to a line, under the pipeline and the
// repositories of its services. Stages without a file are left out. A team is
// called by its contact where that is a handle or an address, else by a handle
// made of its name; where that gives nothing the line is a comment that says
// so, and so is the line of a file nobody answers for.
func Files(p *plan.Plan, words Words, all ...*Analysis) string {
	repositories, calls := map[string][]string{}, map[string]string{}
	names := map[string]string{}
	for _, r := range p.Repositories {
		names[r.ID] = r.Name
	}
	for i := range p.Services {
		s := &p.Services[i]
		if name := names[s.Repository]; name != "" && s.Pipeline != "" && len(repositories[s.Pipeline]) < 20 && !slices.Contains(repositories[s.Pipeline], name) {
			repositories[s.Pipeline] = append(repositories[s.Pipeline], name)
		}
	}
	for _, t := range p.Teams {
		calls[t.ID] = handle(t)
	}
	var b strings.Builder
	comment := func(id string, args map[string]any) { b.WriteString("# " + flat(words(id, args)) + "\n") }
	comment("ownership.files.head", map[string]any{"plan": p.About.Name})
	for _, a := range all {
		began := false
		for _, s := range a.Stages {
			file := flat(s.File)
			if file == "" {
				continue
			}
			if !began {
				began = true
				b.WriteString("\n")
				comment("ownership.files.pipeline", map[string]any{"pipeline": a.Pipeline.Name})
				if r := repositories[a.Pipeline.ID]; len(r) > 0 {
					comment("ownership.files.repositories", map[string]any{"names": strings.Join(r, ", ")})
				}
			}
			var owners, without []string
			for _, t := range s.Accountable {
				if calls[t] != "" {
					owners = append(owners, calls[t])
				} else {
					without = append(without, a.index.team(t))
				}
			}
			if len(without) > 0 {
				comment("ownership.files.no_handle", map[string]any{"teams": strings.Join(without, ", "), "stage": s.Name})
			}
			if len(owners) == 0 {
				comment("ownership.files.no_owner", map[string]any{"stage": s.Name, "file": file})
				continue
			}
			b.WriteString(pattern(file) + " " + strings.Join(owners, " ") + "\n")
		}
	}
	return b.String()
}

// pattern anchors a path at the repository's root and escapes what CODEOWNERS
// would read as something else.
func pattern(file string) string {
	file = "/" + strings.TrimLeft(strings.TrimPrefix(file, "./"), "/")
	return strings.NewReplacer(`\`, `\\`, " ", `\ `, "#", `\#`).Replace(file)
}

// handle is what CODEOWNERS calls a team; empty where nothing can be made of
// its contact or name.
func handle(t plan.Team) string {
	c := flat(t.Contact)
	if !strings.ContainsAny(c, " #") && strings.Contains(c, "@") {
		return c
	}
	var b strings.Builder
	for _, r := range strings.ToLower(t.Name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r > unicode.MaxASCII:
			return ""
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if s := strings.Trim(b.String(), "-"); s != "" {
		return "@" + s
	}
	return ""
}

// flat is a text in one line, without control characters.
func flat(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
