package image

import (
	"slices"
	"strconv"
	"strings"
)

// orders are the workflows as they are run from beginning to end: Docker's
// from a build, containerd's from a registry.
var orders = map[Tool][]string{
	Docker:  {"build", "list", "tag", "login", "push", "remove", "pull", "mirror", "save", "load"},
	Ctr:     {"namespaces", "create", "pull", "everywhere", "mirror", "save", "remove", "load", "visible", "kubernetes"},
	Nerdctl: {"build", "list", "tag", "login", "push", "remove", "pull", "mirror", "save", "load", "visible", "kubernetes"},
	Crictl:  {"pull", "list", "kubernetes"},
}

// Order gives the steps of a tool's workflow in the order in which they are
// run. What is known to fail is left out: a namespace that is there already,
// and a copy into the namespace in which the image is.
func (c *Cookbook) Order(t Tool) (out []Step) {
	for _, id := range orders[t] {
		s, ok := c.Step(id)
		switch {
		case !ok:
		case id == "create" && slices.Contains([]string{Kubernetes, "default"}, c.Namespace):
		case id == "visible" && c.Namespace == Kubernetes:
		default:
			out = append(out, s)
		}
	}
	return out
}

// Script writes a tool's workflow as a POSIX shell script. text words a
// message; what it gives becomes a comment, whatever it holds.
func (c *Cookbook) Script(t Tool, text func(id string, args map[string]any) string) string {
	var b strings.Builder
	comment := func(s string) { b.WriteString("# " + strings.Join(strings.Fields(s), " ") + "\n") }
	b.WriteString("#!/bin/sh\n")
	comment(text("image.script.title", map[string]any{"tool": string(t), "image": c.Reference}))
	comment(text("image.script.read", nil))
	b.WriteString("set -eu\n")
	for i, s := range c.Order(t) {
		b.WriteString("\n")
		comment(strconv.Itoa(i+1) + ". " + text("image.step."+s.ID, nil))
		comment(text("image.step."+s.ID+".what", map[string]any{"namespace": c.Namespace, "elsewhere": c.Elsewhere()}))
		b.WriteString(strings.Join(s.By(t).Lines, "\n") + "\n")
	}
	return b.String()
}
