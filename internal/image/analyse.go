package image

import (
	"slices"
	"strings"

	"github.com/distribution/reference"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Analysis is what can be said of the images that a plan's services name.
type Analysis struct {
	Verdict verdict.Verdict
}

// maxNames bounds the names in one finding; the number tells the rest.
const maxNames = 5

// group gathers what a finding is about.
type group struct {
	n     int
	names []string
	refs  []verdict.Ref
}

func (g *group) add(kind, key, name, shown string) {
	g.n++
	if len(g.names) < maxNames {
		g.names = append(g.names, shown)
		g.refs = append(g.refs, verdict.Ref{Kind: kind, Key: key, Name: name})
	}
}

func (g *group) list() string {
	s := strings.Join(g.names, ", ")
	if g.n > len(g.names) {
		s += ", …"
	}
	return s
}

// wrong gathers faults by finding.
type wrong struct{ invalid, short, latest, foreign group }

// Analyse reads every service's image by the reference grammar and holds it
// against the plan's registries, links and clusters. It says nothing of a plan
// whose services name no images.
func Analyse(p *plan.Plan) Analysis {
	r := newReach(p)
	var w wrong
	var named, pinned int
	for i := range p.Services {
		s := &p.Services[i]
		if s.Image == "" {
			continue
		}
		named++
		n, err := reference.ParseNormalizedNamed(s.Image)
		if err != nil {
			w.invalid.add("services", s.ID, s.Name, s.Image)
			continue
		}
		domain := reference.Domain(n)
		if !strings.HasPrefix(s.Image, domain+"/") && !strings.HasPrefix(s.Image, "index.docker.io/") {
			w.short.add("services", s.ID, s.Name, s.Image)
		} else if len(r.registries) > 0 && r.registries[domain] == nil {
			w.foreign.add("services", s.ID, s.Name, s.Image)
		}
		tagged, ok := n.(reference.Tagged)
		if _, digested := n.(reference.Digested); digested {
			pinned++
		} else if !ok || tagged.Tag() == "latest" {
			w.latest.add("services", s.ID, s.Name, s.Image)
		}
		r.service(s, domain)
	}
	if named == 0 {
		return Analysis{}
	}
	return Analysis{verdict.Verdict{Metrics: metrics(len(p.Services), named, pinned, len(p.Registries)), Findings: w.findings(r, named)}}
}

func metrics(services, named, pinned, registries int) []verdict.Metric {
	of := verdict.Input{ID: "image.services", Value: float64(named), Unit: verdict.Count}
	return []verdict.Metric{
		{ID: "image.services", Value: float64(named), Unit: verdict.Count},
		{ID: "image.unnamed", Value: float64(services - named), Unit: verdict.Count},
		{ID: "image.pinned", Value: float64(pinned) / float64(named), Unit: verdict.Percent, Inputs: []verdict.Input{of}},
		{ID: "image.registries", Value: float64(registries), Unit: verdict.Count},
	}
}

func (w *wrong) findings(r *reach, named int) (out []verdict.Finding) {
	add := func(severity verdict.Severity, id string, g *group) {
		if g.n > 0 {
			out = append(out, verdict.Finding{ID: id, Severity: severity, Args: verdict.Args{"n": g.n, "images": g.list()}, About: g.refs})
		}
	}
	add(verdict.Error, "image.finding.invalid", &w.invalid)
	for _, c := range r.cuts() {
		f := verdict.Finding{ID: "image.finding.unreachable", Severity: verdict.Error, About: c.services.refs,
			Args: verdict.Args{"registry": c.registry.Name, "zone": c.zone, "n": c.services.n, "services": c.services.list(), "mirror": c.mirror}}
		if c.mirror != "" {
			f.ID, f.Severity = "image.finding.mirror_only", verdict.Note
		}
		out = append(out, f)
	}
	add(verdict.Warning, "image.finding.short", &w.short)
	add(verdict.Warning, "image.finding.latest", &w.latest)
	add(verdict.Note, "image.finding.foreign", &w.foreign)
	if len(out) == 0 {
		out = append(out, verdict.Finding{ID: "image.finding.whole", Severity: verdict.Good, Args: verdict.Args{"n": named}})
	}
	return out
}

// reach follows images to the nodes that pull them: over an online link, or
// inside one zone. Zones that are not known are not judged.
type reach struct {
	plan       *plan.Plan
	registries map[string]*plan.Registry // by host
	online     map[[2]string]bool        // from zone, to zone
	zones      map[string][]string       // of a service's clusters
	found      map[[2]string]*severed    // by registry and zone
	order      [][2]string
}

// severed is a registry that nodes of a zone need and cannot reach.
type severed struct {
	registry *plan.Registry
	zone     string
	mirror   string // a registry filled from it that they can reach
	services group
}

func newReach(p *plan.Plan) *reach {
	r := &reach{plan: p, registries: map[string]*plan.Registry{}, online: map[[2]string]bool{}, zones: map[string][]string{}, found: map[[2]string]*severed{}}
	for i := range p.Registries {
		if h := host(p.Registries[i].URL); h != "" && r.registries[h] == nil {
			r.registries[h] = &p.Registries[i]
		}
	}
	for _, l := range p.Links {
		if l.Kind == plan.Online {
			r.online[[2]string{l.From, l.To}] = true
		}
	}
	zone := map[string]string{}
	for i := range p.Clusters {
		zone[p.Clusters[i].ID] = p.Clusters[i].Zone
	}
	for i := range p.Applications {
		a := &p.Applications[i]
		if z := zone[a.Cluster]; z != "" && !slices.Contains(r.zones[a.Service], z) {
			r.zones[a.Service] = append(r.zones[a.Service], z)
		}
	}
	return r
}

func (r *reach) open(from, to string) bool { return from == to || r.online[[2]string{from, to}] }

func (r *reach) service(s *plan.Service, domain string) {
	registry := r.registries[domain]
	if registry == nil || registry.Zone == "" {
		return
	}
	for _, z := range r.zones[s.ID] {
		if r.open(z, registry.Zone) {
			continue
		}
		key := [2]string{registry.ID, z}
		if r.found[key] == nil {
			r.found[key] = &severed{registry: registry, zone: plan.NameOf(r.plan, "zones", z), mirror: r.mirror(registry.ID, z)}
			r.order = append(r.order, key)
		}
		r.found[key].services.add("services", s.ID, s.Name, s.Name)
	}
}

func (r *reach) mirror(of, zone string) string {
	for i := range r.plan.Registries {
		if m := &r.plan.Registries[i]; m.Mirrors == of && m.Zone != "" && r.open(zone, m.Zone) {
			return m.Name
		}
	}
	return ""
}

func (r *reach) cuts() (out []*severed) {
	for _, key := range r.order {
		out = append(out, r.found[key])
	}
	return out
}
