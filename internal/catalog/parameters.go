package catalog

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Parameter is a figure of a model that a plan may override. Its
// label is the message assumption.ID, its meaning assumption.ID.means.
// Low and High are the range within which the sources (or, for an assumption,
// common sense) put it; Unit Percent means a fraction.
type Parameter struct {
	ID                 string
	Default, Low, High float64
	Unit               verdict.Unit
	Sources            []verdict.Source
}

// ArgoVersion is a minor version of Argo CD.
type ArgoVersion struct {
	Minor      string   // such as 3.5
	Released   string   // date of its first release
	Supported  bool     // it got fixes when the catalogue was compiled
	Kubernetes []string // minor versions it was tested with; nil if not known
}

//go:embed data/argocd.yaml
var argocdYAML []byte

type argocdFacts struct {
	parameters []Parameter
	byID       map[string]int
	facts      map[string][]verdict.Source
	versions   []ArgoVersion
}

// argocd decodes the embedded facts once. It panics on a malformed file, which
// is a fault of the build that the package's tests find.
var argocd = sync.OnceValue(func() argocdFacts {
	f, err := decodeArgoCD(argocdYAML)
	if err != nil {
		panic(err)
	}
	return f
})

func decodeArgoCD(text []byte) (argocdFacts, error) {
	type citation struct{ Source, Kind, Confidence string }
	var file struct {
		AsOf       string `yaml:"as_of"`
		Sources    map[string]string
		Parameters []struct {
			ID                 string
			Default, Low, High float64
			Unit               verdict.Unit
			From               []citation
		}
		Facts    map[string][]citation
		Versions []ArgoVersion
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return argocdFacts{}, fmt.Errorf("catalogue of Argo CD: %w", err)
	}
	cite := func(id string, from []citation) ([]verdict.Source, error) {
		if len(from) == 0 {
			return nil, fmt.Errorf("catalogue of Argo CD: %s has no source", id)
		}
		var out []verdict.Source
		for _, c := range from {
			title, ok := file.Sources[c.Source]
			if !ok {
				return nil, fmt.Errorf("catalogue of Argo CD: %s cites %s, which is not listed", id, c.Source)
			}
			out = append(out, verdict.Source{Title: title, AsOf: file.AsOf, Kind: c.Kind, Confidence: c.Confidence})
		}
		return out, nil
	}
	out := argocdFacts{byID: map[string]int{}, facts: map[string][]verdict.Source{}, versions: file.Versions}
	for _, p := range file.Parameters {
		src, err := cite(p.ID, p.From)
		if err != nil {
			return argocdFacts{}, err
		}
		out.byID[p.ID] = len(out.parameters)
		out.parameters = append(out.parameters, Parameter{p.ID, p.Default, p.Low, p.High, p.Unit, src})
	}
	for id, from := range file.Facts {
		src, err := cite(id, from)
		if err != nil {
			return argocdFacts{}, err
		}
		out.facts[id] = src
	}
	return out, nil
}

// Parameters lists the layout model's figures in display order.
func Parameters() []Parameter { return slices.Clone(argocd().parameters) }

// FindParameter gives a parameter by its id.
func FindParameter(id string) (Parameter, bool) {
	for _, f := range []argocdFacts{argocd(), strategies().argocdFacts} {
		if i, ok := f.byID[id]; ok {
			return f.parameters[i], true
		}
	}
	return Parameter{}, false
}

func mustParameter(id string) Parameter {
	p, ok := FindParameter(id)
	if !ok {
		panic("catalogue: no parameter " + id)
	}
	return p
}

func overrideOf(p plan.Plan, id string) (float64, bool) {
	for _, a := range p.Assumptions {
		if a.ID == id {
			return a.Value, true
		}
	}
	return 0, false
}

// Value is the parameter's figure for a plan: the plan's own assumption where
// it has one, else the catalogue's. A share above the whole is taken as the
// whole. It panics on an id the catalogue lacks; ask
// FindParameter first where the id comes from outside.
func Value(p plan.Plan, id string) float64 {
	q := mustParameter(id)
	if v, ok := overrideOf(p, id); ok {
		if q.Unit == verdict.Percent {
			return min(v, 1)
		}
		return v
	}
	return q.Default
}

// Range is the parameter's low and high for a plan; a plan that overrides the
// figure has settled it, so both are its own value. It panics as Value does.
func Range(p plan.Plan, id string) (low, high float64) {
	q := mustParameter(id)
	if v, ok := overrideOf(p, id); ok {
		return v, v
	}
	return q.Low, q.High
}

// Overridden says whether the plan has its own figure for the parameter.
func Overridden(p plan.Plan, id string) bool {
	_, ok := overrideOf(p, id)
	return ok
}

// FactSources gives the sources of a statement that findings rest on, such as
// ha_for_production; nil if the catalogue has no such statement.
func FactSources(id string) []verdict.Source { return slices.Clone(argocd().facts[id]) }

// ArgoVersions lists the known minor versions of Argo CD, newest first.
func ArgoVersions() []ArgoVersion { return slices.Clone(argocd().versions) }

// FindArgoVersion gives what is known of a version such as v3.5.1 or 3.5.
func FindArgoVersion(version string) (ArgoVersion, bool) {
	minor, ok := Minor(version)
	if !ok {
		return ArgoVersion{}, false
	}
	for _, v := range argocd().versions {
		if v.Minor == minor {
			return v, true
		}
	}
	return ArgoVersion{}, false
}

// ArgoOutOfSupport says that a version is older than every supported one. A
// version newer than the catalogue, or one that cannot be read, is not called
// out of support.
func ArgoOutOfSupport(version string) bool {
	minor, ok := Minor(version)
	if !ok {
		return false
	}
	for _, v := range argocd().versions {
		if v.Supported && !olderMinor(minor, v.Minor) {
			return false
		}
	}
	return true
}

// Minor gives major.minor of a version such as v1.34.2+k3s1; false if it does
// not begin with two numbers.
func Minor(version string) (string, bool) {
	major, rest, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(version), "v"), ".")
	if !ok || !isNumber(major) {
		return "", false
	}
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	if end == 0 {
		return "", false
	}
	return major + "." + rest[:end], true
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 31)
	return err == nil
}

// olderMinor compares two results of Minor.
func olderMinor(a, b string) bool {
	part := func(s string) (int, int) {
		x, y, _ := strings.Cut(s, ".")
		i, _ := strconv.Atoi(x)
		j, _ := strconv.Atoi(y)
		return i, j
	}
	a1, a2 := part(a)
	b1, b2 := part(b)
	return a1 < b1 || a1 == b1 && a2 < b2
}
