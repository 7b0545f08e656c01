package builder

import (
	"slices"
	"strings"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

func finding(id string, s verdict.Severity, args verdict.Args, sources []verdict.Source, about ...verdict.Ref) verdict.Finding {
	return verdict.Finding{ID: "builder.finding." + id, Severity: s, Args: args, Sources: sources, About: about}
}

// check says what would have to change for one stage.
func (s *Survey) check(m *Migration, p *plan.Plan) []verdict.Finding {
	return []verdict.Finding{s.daemon(m), s.pod(m), s.cache(m, p), s.platforms(m), s.input(m), login(m), s.wayBack(m)}
}

// daemon names the stage and what says that it builds on a daemon.
func (s *Survey) daemon(m *Migration) verdict.Finding {
	args := verdict.Args{"stage": m.Stage.Name, "pipeline": m.Pipeline.Name, "tool": m.Tool.Name, "installation": m.Installation.Name, "others": m.Others}
	about := []verdict.Ref{m.Stage}
	if m.Installation.Key != "" {
		about = append(about, m.Installation)
	}
	sources := m.Tool.Daemon.Sources
	switch {
	case m.Installation.Key == "":
		return finding("daemon_nowhere", verdict.Warning, args, sources, about...)
	case m.Others > 0:
		return finding("daemon_shared", verdict.Warning, args, sources, about...)
	case m.Named:
		return finding("daemon", verdict.Warning, args, sources, about...)
	}
	return finding("daemon_installation", verdict.Warning, args, sources, about...)
}

// pod says what the builders without a daemon ask of a pod.
func (s *Survey) pod(m *Migration) verdict.Finding {
	privileges := func(b catalog.Builder) catalog.Fact { return b.Privileges }
	none, _ := s.names(privileges, "none")
	some, sources := s.names(privileges, "relaxed", "root_in_container")
	args := verdict.Args{"none": none, "some": some, "cluster": m.Host.Name, "installation": m.Installation.Name}
	if m.Host.Key == "" {
		return finding("pod_unknown", verdict.Warning, args, sources, m.Stage)
	}
	return finding("pod", verdict.Note, args, sources, m.Host)
}

// cache says where layers would be kept, since the daemon's disk is gone.
func (s *Survey) cache(m *Migration, p *plan.Plan) verdict.Finding {
	names, sources := s.names(func(b catalog.Builder) catalog.Fact { return b.Cache }, "registry")
	args := verdict.Args{"names": names, "registry": ""}
	var about []verdict.Ref
	for _, r := range p.Registries {
		named := slices.ContainsFunc(m.keys, func(k string) bool { return strings.EqualFold(k, r.ID) || strings.EqualFold(k, r.Name) })
		if args["registry"] == "" || named {
			args["registry"], about = r.Name, []verdict.Ref{{Kind: "registries", Key: r.ID, Name: r.Name}}
		}
		if named {
			break
		}
	}
	if len(about) == 0 {
		return finding("cache_nowhere", verdict.Warning, args, sources, m.Stage)
	}
	return finding("cache", verdict.Note, args, sources, about...)
}

func (s *Survey) platforms(m *Migration) verdict.Finding {
	platforms := func(b catalog.Builder) catalog.Fact { return b.Platforms }
	yes, sources := s.names(platforms, "yes")
	partial, more := s.names(platforms, "partial", "no", catalog.Unknown)
	sources = append(sources, more...)
	return finding("platforms", verdict.Note, verdict.Args{"yes": yes, "partial": partial}, sources, m.Stage)
}

func (s *Survey) input(m *Migration) verdict.Finding {
	input := func(b catalog.Builder) catalog.Fact { return b.Input }
	file, _ := s.names(input, "dockerfile")
	without, sources := s.names(input, "no_dockerfile")
	return finding("input", verdict.Note, verdict.Args{"with": file, "without": without}, sources, m.Stage)
}

// login says which keys the new builder must be handed.
func login(m *Migration) verdict.Finding {
	if len(m.keys) == 0 {
		return finding("login_unknown", verdict.Warning, verdict.Args{"stage": m.Stage.Name}, nil, m.Stage)
	}
	return finding("login", verdict.Note, verdict.Args{"stage": m.Stage.Name, "keys": strings.Join(m.keys, ", ")}, nil, m.Stage)
}

func (s *Survey) wayBack(m *Migration) verdict.Finding {
	return finding("way_back", verdict.Note, verdict.Args{"stage": m.Stage.Name, "tool": m.Tool.Name}, nil, m.Stage)
}

// overall says how the plan stands and where to begin.
func (s *Survey) overall() (out []verdict.Finding) {
	if len(s.Migrations) > 0 {
		m := s.Migrations[0]
		out = append(out, finding("begin", verdict.Note, verdict.Args{"pipeline": m.Pipeline.Name, "stage": m.Stage.Name, "count": m.Applications, "stages": len(s.Migrations)}, nil, m.Pipeline))
	}
	if n := len(s.Unknown); n > 0 {
		out = append(out, finding("unknown", verdict.Warning, verdict.Args{"count": n, "names": list(s.Unknown)}, nil, s.Unknown...))
	}
	switch {
	case len(s.Migrations)+len(s.Unknown) > 0:
	case len(s.Free) > 0:
		out = append(out, finding("free", verdict.Good, verdict.Args{"count": len(s.Free)}, nil, s.Free...))
	default:
		out = append(out, finding("no_stages", verdict.Note, nil, nil))
	}
	return out
}

// names lists the builders without a daemon of which a fact has one of some
// values, ended projects left out, with the fact's sources.
func (s *Survey) names(fact func(catalog.Builder) catalog.Fact, values ...string) (string, []verdict.Source) {
	var names []string
	var sources []verdict.Source
	for _, b := range s.Builders {
		f := fact(b)
		if !b.Daemonless() || b.Ended() || !slices.Contains(values, f.Value) {
			continue
		}
		names = append(names, b.Name)
		for _, src := range f.Sources {
			if !slices.Contains(sources, src) {
				sources = append(sources, src)
			}
		}
	}
	if len(names) == 0 {
		return "–", nil
	}
	return strings.Join(names, ", "), sources
}

func list(refs []verdict.Ref) string {
	var names []string
	for i, r := range refs {
		if i == 4 {
			names = append(names, "…")
			break
		}
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}
