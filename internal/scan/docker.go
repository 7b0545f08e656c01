package scan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"deckplan/internal/plan"
)

// docker reads a Dockerfile: it is no stage by itself, but says whether the
// source is compiled inside it.
func (r *reader) docker(file string) {
	b, ok := r.read(file)
	if !ok {
		return
	}
	tree, err := parser.Parse(bytes.NewReader(b))
	if err != nil {
		r.miss(file, 0, "scan.missed.dockerfile", nil)
		return
	}
	from, inside := 0, false
	for _, n := range tree.AST.Children {
		switch strings.ToUpper(n.Value) {
		case "FROM":
			from++
		case "RUN":
			inside = inside || r.compiles(file, n)
		}
	}
	if from == 0 {
		r.miss(file, 1, "scan.missed.dockerfile", nil)
		return
	}
	r.dockers = append(r.dockers, file)
	id := "scan.found.dockerfile"
	if inside {
		id = "scan.found.dockerfile_builds"
	}
	r.found(file, 1, id, map[string]any{"n": from})
}

// compiles tells whether a RUN instruction builds the source.
func (r *reader) compiles(file string, n *parser.Node) bool {
	script := strings.TrimSpace(n.Original[min(len("RUN"), len(n.Original)):])
	for strings.HasPrefix(script, "--") { // --mount and the like
		_, script, _ = strings.Cut(script, " ")
		script = strings.TrimSpace(script)
	}
	if !r.spend(&r.scripts, len(script)+100, file) {
		return false
	}
	return slices.ContainsFunc(commands(script, n.StartLine), func(c command) bool {
		w, _ := recognise(c)
		return w.kind == plan.SourceBuild
	})
}

// containers tells of Dockerfiles that nothing here builds.
func (r *reader) containers() {
	if len(r.dockers) > 0 && !slices.ContainsFunc(r.p.Stages, func(s plan.Stage) bool { return s.Kind == plan.ContainerBuild }) {
		r.miss(r.dockers[0], 1, "scan.missed.unbuilt", map[string]any{"n": len(r.dockers)})
	}
}
