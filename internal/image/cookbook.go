package image

import (
	"path"
	"strings"

	"github.com/distribution/reference"
	"mvdan.cc/sh/v3/syntax"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// Tool is a command line tool for images.
type Tool string

const (
	Docker  Tool = "docker"
	Ctr     Tool = "ctr"
	Nerdctl Tool = "nerdctl"
	Crictl  Tool = "crictl"
)

// Tools are all tools, in the order of the columns.
var Tools = []Tool{Docker, Ctr, Nerdctl, Crictl}

// Command is how one tool takes one step. Where it cannot, Lines is empty and
// Cannot is the message that says so.
type Command struct {
	Tool   Tool
	Lines  []string
	Cannot string
}

// Step is one thing to do, by every tool. Its messages are image.step.ID,
// .what (what it does), .wrong (what goes wrong) and .undo (the way back).
type Step struct {
	ID       string
	Group    string // image, archive or namespace
	Commands []Command
	Facts    []catalog.ImageFact
}

// By gives a tool's command.
func (s Step) By(t Tool) Command {
	for _, c := range s.Commands {
		if c.Tool == t {
			return c
		}
	}
	return Command{Tool: t}
}

// Cookbook is every step, filled in.
type Cookbook struct {
	Values
	Reference string // registry/repository:tag in full
	Short     string // the name a build gives before the image has a registry
	Steps     []Step
}

// Fill fills the cookbook in, or says what is wrong with the values.
func Fill(v Values) (*Cookbook, []plan.Problem) {
	for _, name := range Fields {
		*v.At(name) = strings.TrimSpace(*v.At(name))
	}
	if problems := v.Check(); len(problems) > 0 {
		return nil, problems
	}
	n, err := reference.ParseNormalizedNamed(v.Registry + "/" + v.Repository)
	if err != nil {
		return nil, []plan.Problem{{Path: "repository", ID: "image.problem.repository", Args: map[string]any{"got": v.Repository}}}
	}
	if v.Archive == "" {
		v.Archive = v.ArchiveName()
	}
	c := &Cookbook{Values: v, Reference: n.String() + ":" + v.Tag, Short: path.Base(v.Repository) + ":" + v.Tag}
	c.steps()
	return c, nil
}

// Step gives a step by its id.
func (c *Cookbook) Step(id string) (Step, bool) {
	for _, s := range c.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// shell writes a command of words, each quoted where it needs to be. Words are
// printable by Check, so that every one of them can be.
func shell(words ...string) string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		q, err := syntax.Quote(w, syntax.LangPOSIX)
		if err != nil {
			q = "''"
		}
		out = append(out, q)
	}
	return strings.Join(out, " ")
}

// option gives a flag with its value, or nothing for an empty value.
func option(flag, value string) []string {
	if value == "" {
		return nil
	}
	return []string{flag, value}
}

func words(parts ...any) (out []string) {
	for _, p := range parts {
		switch x := p.(type) {
		case string:
			out = append(out, x)
		case []string:
			out = append(out, x...)
		}
	}
	return out
}

func run(parts ...any) string { return shell(words(parts...)...) }

func (c *Cookbook) ctr(parts ...any) string {
	return run("ctr", "--namespace", c.Namespace, words(parts...))
}

func (c *Cookbook) nerdctl(parts ...any) string {
	return run("nerdctl", "--namespace", c.Namespace, words(parts...))
}

// does adds a step; a column is the tool's lines, or as one message id in
// image.cannot. why it has none.
func (c *Cookbook) does(group, id string, columns ...[]string) {
	s := Step{ID: id, Group: group, Facts: catalog.ImageFacts(id)}
	for i, lines := range columns {
		command := Command{Tool: Tools[i], Lines: lines}
		if len(lines) == 1 && strings.HasPrefix(lines[0], "image.cannot.") {
			command.Lines, command.Cannot = nil, lines[0]
		}
		s.Commands = append(s.Commands, command)
	}
	c.Steps = append(c.Steps, s)
}

var (
	onlyCRI      = []string{"image.cannot.crictl"}
	noNamespaces = []string{"image.cannot.docker_namespace"}
)

func (c *Cookbook) steps() {
	platform, user := option("--platform", c.Platform), option("--user", c.User)
	login := option("--username", c.User)
	local := "docker.io/library/" + c.Short // what containerd calls the short name
	c.does("image", "build",
		[]string{run("docker", "build", platform, "--tag", c.Short, ".")},
		[]string{"image.cannot.ctr_build"},
		[]string{c.nerdctl("build", platform, "--tag", c.Short, ".")}, onlyCRI)
	c.does("image", "list",
		[]string{run("docker", "image", "ls")}, []string{c.ctr("images", "ls")}, []string{c.nerdctl("images")},
		[]string{run("crictl", "images")})
	c.does("image", "tag",
		[]string{run("docker", "tag", c.Short, c.Reference)},
		[]string{c.ctr("images", "tag", local, c.Reference)},
		[]string{c.nerdctl("tag", c.Short, c.Reference)}, onlyCRI)
	c.does("image", "login",
		[]string{run("docker", "login", login, c.Registry)},
		[]string{"image.cannot.ctr_login"},
		[]string{run("nerdctl", "login", login, c.Registry)},
		[]string{"image.cannot.crictl_login"})
	c.does("image", "push",
		[]string{run("docker", "push", c.Reference)},
		[]string{c.ctr("images", "push", platform, user, c.Reference)},
		[]string{c.nerdctl("push", platform, c.Reference)}, onlyCRI)
	c.does("image", "pull",
		[]string{run("docker", "pull", platform, c.Reference)},
		[]string{c.ctr("images", "pull", platform, user, c.Reference)},
		[]string{c.nerdctl("pull", platform, c.Reference)},
		[]string{c.crictlPull()})
	c.does("image", "remove",
		[]string{run("docker", "image", "rm", c.Reference)},
		[]string{c.ctr("images", "rm", c.Reference)},
		[]string{c.nerdctl("rmi", c.Reference)},
		[]string{run("crictl", "rmi", c.Reference)})
	if c.To != "" {
		c.does("image", "mirror",
			[]string{run("docker", "tag", c.Reference, c.To), run("docker", "push", c.To)},
			[]string{c.ctr("images", "tag", c.Reference, c.To), c.ctr("images", "push", platform, user, c.To)},
			[]string{c.nerdctl("tag", c.Reference, c.To), c.nerdctl("push", platform, c.To)}, onlyCRI)
	}
	c.archives(platform)
	c.namespaces(platform)
}

// crictlPull takes the password from the environment: crictl asks for none.
func (c *Cookbook) crictlPull() string {
	if c.User == "" {
		return run("crictl", "pull", c.Reference)
	}
	return "crictl pull --creds " + shell(c.User+":") + `"${REGISTRY_PASSWORD:?}" ` + shell(c.Reference)
}

func (c *Cookbook) archives(platform []string) {
	c.does("archive", "save",
		[]string{run("docker", "save", "--output", c.Archive, c.Reference)},
		[]string{c.ctr("images", "export", platform, c.Archive, c.Reference)},
		[]string{c.nerdctl("save", platform, "--output", c.Archive, c.Reference)}, onlyCRI)
	c.does("archive", "load",
		[]string{run("docker", "load", "--input", c.Archive)},
		[]string{c.ctr("images", "import", c.Archive)},
		[]string{c.nerdctl("load", "--input", c.Archive)}, onlyCRI)
}

// Elsewhere is a namespace that Kubernetes does not see: the reader's own, or
// the one that ctr and nerdctl use when they are not told.
func (c *Cookbook) Elsewhere() string {
	if c.Namespace == Kubernetes {
		return "default"
	}
	return c.Namespace
}

func (c *Cookbook) namespaces(platform []string) {
	c.does("namespace", "namespaces", noNamespaces,
		[]string{run("ctr", "namespaces", "ls")}, []string{run("nerdctl", "namespace", "ls")}, onlyCRI)
	c.does("namespace", "create", noNamespaces,
		[]string{"ctr namespaces ls --quiet | grep -Fqx " + shell(c.Namespace) + " || " + run("ctr", "namespaces", "create", c.Namespace)},
		[]string{"nerdctl namespace ls --quiet | grep -Fqx " + shell(c.Namespace) + " || " + run("nerdctl", "namespace", "create", c.Namespace)}, onlyCRI)
	c.does("namespace", "everywhere", noNamespaces,
		[]string{`ctr namespaces ls --quiet | while read -r ns; do echo "$ns:"; ctr --namespace "$ns" images ls --quiet; done`},
		[]string{`nerdctl namespace ls --quiet | while read -r ns; do echo "$ns:"; nerdctl --namespace "$ns" images --names; done`}, onlyCRI)
	c.does("namespace", "visible",
		[]string{run("docker", "save", c.Reference) + " | " + run("ctr", "--namespace", Kubernetes, "images", "import", "-")},
		[]string{run("ctr", "--namespace", c.Elsewhere(), "images", "export", platform, "-", c.Reference) + " | " + run("ctr", "--namespace", Kubernetes, "images", "import", "-")},
		[]string{run("nerdctl", "--namespace", c.Elsewhere(), "save", platform, c.Reference) + " | " + run("nerdctl", "--namespace", Kubernetes, "load")}, onlyCRI)
	c.does("namespace", "kubernetes", noNamespaces,
		[]string{run("ctr", "--namespace", Kubernetes, "images", "ls", "name=="+c.Reference)},
		[]string{run("nerdctl", "--namespace", Kubernetes, "image", "inspect", c.Reference)},
		[]string{run("crictl", "inspecti", c.Reference)})
}
