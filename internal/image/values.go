// Package image fills the Docker and containerd image cookbook in for a plan's
// registry, image and tag, and says what is wrong with the images that the
// plan's services name. It runs nothing: commands are text, quoted so that
// they are safe to paste into a POSIX shell.
package image

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/distribution/reference"

	"deckplan/internal/plan"
)

// Kubernetes is the containerd namespace that Kubernetes sees, and the only one.
const Kubernetes = "k8s.io"

// Values are what the cookbook is filled in with, as they were typed.
type Values struct {
	Registry   string // host, with its port where it has one
	Repository string
	Tag        string
	To         string // another reference to copy the image to; may be empty
	User       string // of the registry; may be empty
	Platform   string // os/architecture[/variant]; may be empty
	Namespace  string // of containerd
	Archive    string // file; made of repository and tag when empty
}

// Fields are the names of the values, in the form's order.
var Fields = []string{"registry", "repository", "tag", "to", "user", "platform", "namespace", "archive"}

// At gives the value with that name, to be read or set; nil for another name.
func (v *Values) At(name string) *string {
	return map[string]*string{"registry": &v.Registry, "repository": &v.Repository, "tag": &v.Tag, "to": &v.To,
		"user": &v.User, "platform": &v.Platform, "namespace": &v.Namespace, "archive": &v.Archive}[name]
}

// ArchiveName is the file's name where none was given.
func (v Values) ArchiveName() string { return path.Base(v.Repository) + "-" + v.Tag + ".tar" }

// MaxValue is the most bytes that a value may have; the reference grammar
// allows 255 for a name.
const MaxValue = 300

// Check says what is wrong with the values, in the form's order. A problem's
// path is the field's name.
func (v Values) Check() (out []plan.Problem) {
	checks := map[string]func(string) string{"registry": registryProblem, "repository": repositoryProblem, "tag": tagProblem,
		"to": targetProblem, "user": userProblem, "platform": platformProblem, "namespace": namespaceProblem, "archive": archiveProblem}
	for _, name := range Fields {
		got := *v.At(name)
		id := "image.problem.long"
		if len(got) <= MaxValue {
			id = checks[name](got)
		}
		if id != "" {
			out = append(out, plan.Problem{Path: name, ID: id, Args: map[string]any{"got": got, "max": MaxValue}})
		}
	}
	return out
}

// registryProblem asks the reference grammar whether a name in front of a path
// is the host: one without dot or port is a folder at docker.io instead.
func registryProblem(s string) string {
	n, err := reference.ParseNormalizedNamed(s + "/a/b")
	switch {
	case s == "":
		return "image.problem.registry_empty"
	case err != nil || strings.ContainsAny(s, "/@"):
		return "image.problem.registry"
	case reference.Path(n) != "a/b":
		return "image.problem.registry_short"
	}
	return ""
}

func repositoryProblem(s string) string {
	n, err := reference.ParseNormalizedNamed("registry.invalid/" + s)
	switch {
	case s == "":
		return "image.problem.repository_empty"
	case errors.Is(err, reference.ErrNameTooLong):
		return "image.problem.repository_long"
	case err != nil && s != strings.ToLower(s) && repositoryProblem(strings.ToLower(s)) == "":
		return "image.problem.repository_case"
	case err != nil:
		return "image.problem.repository"
	case !reference.IsNameOnly(n):
		return "image.problem.repository_tag"
	}
	return ""
}

func tagProblem(s string) string {
	n, err := reference.ParseNormalizedNamed("registry.invalid/a")
	if err == nil {
		_, err = reference.WithTag(n, s)
	}
	switch {
	case s == "":
		return "image.problem.tag_empty"
	case err != nil:
		return "image.problem.tag"
	}
	return ""
}

// targetProblem demands a whole reference: registry, repository and tag.
func targetProblem(s string) string {
	if s == "" {
		return ""
	}
	n, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return "image.problem.to"
	}
	_, tagged := n.(reference.Tagged)
	_, digested := n.(reference.Digested)
	if !tagged || digested || n.String() != s {
		return "image.problem.to"
	}
	return ""
}

func userProblem(s string) string {
	if strings.HasPrefix(s, "-") || strings.Contains(s, ":") || !printable(s) {
		return "image.problem.user"
	}
	return ""
}

func platformProblem(s string) string {
	if s != "" && !slices.Contains(Platforms, s) {
		return "image.problem.platform"
	}
	return ""
}

// Platforms are those that images are commonly built for, as
// os/architecture[/variant].
var Platforms = []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/386", "linux/ppc64le", "linux/s390x",
	"linux/riscv64", "windows/amd64"}

// namespaceGrammar is containerd's for identifiers: letters and digits, joined
// by single dots, dashes and underscores.
var namespaceGrammar = regexp.MustCompile(`^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$`)

func namespaceProblem(s string) string {
	if len(s) > 76 || !namespaceGrammar.MatchString(s) {
		return "image.problem.namespace"
	}
	return ""
}

func archiveProblem(s string) string {
	if strings.HasPrefix(s, "-") || strings.HasSuffix(s, "/") || !printable(s) {
		return "image.problem.archive"
	}
	return ""
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// Defaults fills the values from a plan: the first service whose image can be
// read, else the first registry, else an example. A registry that mirrors it
// is the place to copy to, unless it is known to be out of reach.
func Defaults(p *plan.Plan) Values {
	v := Values{Registry: "registry.example.com", Repository: "team/app", Tag: "1.0", Platform: "linux/amd64", Namespace: Kubernetes}
	if hosts := Hosts(p, 1); len(hosts) > 0 {
		v.Registry = hosts[0]
	}
	for i := range p.Services {
		if got, ok := FromImage(p.Services[i].Image); ok {
			v.Registry, v.Repository, v.Tag = got.Registry, got.Repository, got.Tag
			break
		}
	}
	if m := mirrorOf(p, v.Registry); m != "" {
		v.To = m + "/" + v.Repository + ":" + v.Tag
	}
	return v
}

// FromImage reads registry, repository and tag from an image's name. A name
// without tag gets "latest", as the tools give it.
func FromImage(image string) (v Values, ok bool) {
	if image == "" {
		return v, false // most services of a large plan: not worth parsing
	}
	n, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return v, false
	}
	v.Registry, v.Repository, v.Tag = reference.Domain(n), reference.Path(n), "latest"
	if t, tagged := n.(reference.Tagged); tagged {
		v.Tag = t.Tag()
	}
	return v, true
}

// host takes the registry's host out of the address that a plan gives: a
// scheme and a path are left off. It is empty where there is none.
func host(address string) string {
	_, rest, found := strings.Cut(address, "://")
	if !found {
		rest = address
	}
	h, _, _ := strings.Cut(rest, "/")
	if registryProblem(h) != "" {
		return ""
	}
	return h
}

// Hosts are the hosts of the plan's first n registries that have one.
func Hosts(p *plan.Plan, n int) (out []string) {
	for i := range p.Registries {
		if len(out) == n {
			break
		}
		if h := host(p.Registries[i].URL); h != "" {
			out = append(out, h)
		}
	}
	return out
}

func mirrorOf(p *plan.Plan, registry string) string {
	for i := range p.Registries {
		from := &p.Registries[i]
		if !strings.Contains(from.URL, registry) || host(from.URL) != registry {
			continue
		}
		for j := range p.Registries {
			to := &p.Registries[j]
			if to.Mirrors != from.ID || cut(p, from.Zone, to.Zone) {
				continue
			}
			if h := host(to.URL); h != "" {
				return h
			}
		}
	}
	return ""
}

// cut tells whether two zones are known to have no online link from one to the
// other.
func cut(p *plan.Plan, from, to string) bool {
	return from != "" && to != "" && from != to && !slices.ContainsFunc(p.Links, func(l plan.Link) bool {
		return l.From == from && l.To == to && l.Kind == plan.Online
	})
}
