package survey

import (
	"cmp"
	"slices"
	"strings"
)

// From says where a value is taken from: FromProject and the like, or a label
// by AppLabel or ClusterLabel. Nothing takes none.
type From string

// The places beside labels.
const (
	Nothing            From = ""
	FromProject        From = "project"        // the AppProject, unless it is the default one
	FromNamespace      From = "namespace"      // of the destination
	FromName           From = "name"           // of the application, see Stem
	FromRepository     From = "repository"     // the last part of the source's URL
	FromApplicationSet From = "applicationset" // that owns the application
	FromClusterName    From = "clustername"    // the word for an environment in the cluster's name

	appLabel     = "label/"
	clusterLabel = "cluster/"
)

// AppLabel takes a label of the application.
func AppLabel(key string) From { return From(appLabel + key) }

// ClusterLabel takes a label of the cluster.
func ClusterLabel(key string) From { return From(clusterLabel + key) }

// Label gives the label's key, and whether it is one of the cluster's.
func (f From) Label() (key string, ofCluster, ok bool) {
	if key, ok = strings.CutPrefix(string(f), appLabel); ok {
		return key, false, true
	}
	key, ok = strings.CutPrefix(string(f), clusterLabel)
	return key, ok, ok
}

// perCluster tells whether the value is the cluster's own.
func (f From) perCluster() bool {
	_, of, _ := f.Label()
	return of || f == FromClusterName
}

// Choices say what becomes what.
type Choices struct {
	Team, Environment, Service, Zone, Region From
	// Systems makes the catalogue's systems services, instead of its
	// components.
	Systems bool
	// LayoutName is what the layout of what runs is called when it is new.
	LayoutName string
}

// Key is a label that was found.
type Key struct {
	From     From
	Count    int // applications or clusters that carry it
	Of       int // applications or clusters there are
	Values   int // different ones, counted up to manyValues
	Examples []string
}

const (
	manyValues = 500
	maxKeys    = 200
	examples   = 3
)

// Keys lists the labels found, those of applications first, the most frequent
// first.
func Keys(o *Observed) []Key {
	apps, clusters := counting{}, counting{}
	for i := range o.Applications {
		apps.add(o.Applications[i].Labels)
	}
	for i := range o.Clusters {
		clusters.add(o.Clusters[i].Labels)
	}
	return append(apps.keys(AppLabel, len(o.Applications)), clusters.keys(ClusterLabel, len(o.Clusters))...)
}

type counting map[string]*tally

type tally struct {
	n      int
	values map[string]int
}

func (c counting) add(labels []Label) {
	for _, l := range labels {
		t := c[l.Key]
		if t == nil {
			t = &tally{values: map[string]int{}}
			c[l.Key] = t
		}
		t.n++
		if _, known := t.values[l.Value]; known || len(t.values) < manyValues {
			t.values[l.Value]++
		}
	}
}

func (c counting) keys(from func(string) From, of int) []Key {
	out := make([]Key, 0, len(c))
	for key, t := range c {
		k := Key{From: from(key), Count: t.n, Of: of, Values: len(t.values)}
		values := make([]string, 0, len(t.values))
		for v := range t.values {
			values = append(values, v)
		}
		slices.SortFunc(values, func(a, b string) int { return cmp.Or(t.values[b]-t.values[a], cmp.Compare(a, b)) })
		k.Examples = values[:min(len(values), examples)]
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Key) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.From, b.From)) })
	return out[:min(len(out), maxKeys)]
}

// What labels are usually called, the best first. The part of a key before a
// slash does not count, unless it is given.
var usual = struct{ team, environment, service, zone, region []string }{
	team:        []string{"team", "owner", "squad", "owned-by", "tribe", "department", "app.kubernetes.io/managed-by-team"},
	environment: []string{"environment", "env", "stage", "tier", "phase"},
	service:     []string{"service", "app.kubernetes.io/part-of", "app.kubernetes.io/name", "backstage.io/kubernetes-id", "app", "component"},
	zone:        []string{"zone", "network-zone", "network", "security-zone", "dmz"},
	region:      []string{"region", "topology.kubernetes.io/region", "location", "datacenter", "dc"},
}

// Guess chooses what labels are usually called. A label must be on at least
// half of what could carry it.
func Guess(o *Observed, keys []Key) Choices {
	var c Choices
	pick := func(names []string, ofCluster bool) From {
		for _, name := range names {
			for _, k := range keys {
				key, of, _ := k.From.Label()
				if of == ofCluster && 2*k.Count >= k.Of && (key == name || strings.HasSuffix(key, "/"+name)) && key != "app.kubernetes.io/instance" {
					return k.From
				}
			}
		}
		return Nothing
	}
	either := func(names []string, clusterFirst bool) From {
		return cmp.Or(pick(names, clusterFirst), pick(names, !clusterFirst))
	}
	c.Team = either(usual.team, false)
	if c.Team == Nothing && severalProjects(o) {
		c.Team = FromProject
	}
	c.Service = cmp.Or(pick(usual.service, false), FromName)
	c.Environment = either(usual.environment, true)
	if c.Environment == Nothing && namesTell(o) {
		c.Environment = FromClusterName
	}
	c.Zone = either(usual.zone, true)
	c.Region = either(usual.region, true)
	c.Systems = o.FromCatalog() && !slices.ContainsFunc(o.Entities, func(e Entity) bool { return e.Kind == KindComponent })
	return c
}

// severalProjects tells whether projects divide the applications at all.
func severalProjects(o *Observed) bool {
	seen := map[string]bool{}
	for i := range o.Applications {
		seen[o.Applications[i].Project] = true
		if len(seen) > 1 {
			return true
		}
	}
	return false
}

// namesTell tells whether at least half of the clusters have a word for an
// environment in their name.
func namesTell(o *Observed) bool {
	n := 0
	for _, c := range o.Clusters {
		if environmentWord(c.Name) != "" {
			n++
		}
	}
	return n > 0 && 2*n >= len(o.Clusters)
}

// tiers are the words for environments and what depends on them.
var tiers = map[string]string{
	"sandbox": "development", "local": "development", "lab": "development", "dev": "development", "develop": "development", "development": "development",
	"ci": "staging", "test": "staging", "testing": "staging", "qa": "staging", "uat": "staging", "int": "staging", "sit": "staging",
	"stg": "staging", "stage": "staging", "staging": "staging", "preprod": "staging", "nonprod": "staging",
	"prd": "production", "prod": "production", "production": "production", "live": "production", "dr": "production",
}

// environmentWord is the word for an environment in a name, or nothing.
func environmentWord(name string) string {
	for _, w := range words(name) {
		if tiers[w] != "" && w != "ci" && w != "int" {
			return w
		}
	}
	return ""
}

func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == '/' || r == ' ' })
}

// Stem is an application's name without the name of its cluster, which
// generators put before or behind it, and without a word for an environment
// behind it.
func Stem(name, cluster, environment string) string {
	for range 2 {
		before := name
		for _, part := range []string{cluster, environment} {
			if part == "" {
				continue
			}
			if s, ok := cutSuffixFold(name, "-"+part); ok {
				name = s
			}
		}
		if cluster != "" && len(name) > len(cluster)+1 && strings.EqualFold(name[:len(cluster)+1], cluster+"-") {
			name = name[len(cluster)+1:]
		}
		if i := strings.LastIndexByte(name, '-'); i > 0 && tiers[strings.ToLower(name[i+1:])] != "" {
			name = name[:i]
		}
		if name == before {
			break
		}
	}
	return name
}

func cutSuffixFold(s, suffix string) (string, bool) {
	i := len(s) - len(suffix)
	if i <= 0 || !strings.EqualFold(s[i:], suffix) {
		return s, false
	}
	return s[:i], true
}

func labelOf(labels []Label, key string) string {
	for _, l := range labels {
		if l.Key == key {
			return l.Value
		}
	}
	return ""
}
