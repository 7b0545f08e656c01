// Package rollout writes the Kubernetes objects that roll a service out by a
// strategy: Deployments and Services of plain Kubernetes with the script that
// Blue/Green and a canary take there, or an Argo Rollouts Rollout with its
// Services, analysis and traffic router. It is pure, and the same choice gives
// the same bytes.
package rollout

import (
	"bytes"
	"strings"

	"deckplan/internal/manifest"
	"deckplan/internal/plan"
)

// Tool is what carries a strategy out.
type Tool string

const (
	Kubernetes Tool = "kubernetes" // Deployments, and a script where these are not enough
	Rollouts   Tool = "rollouts"   // Argo Rollouts
)

// Tools gives what can carry a strategy out, the usual one first.
func Tools(r plan.Rollout) []Tool {
	switch r {
	case plan.BlueGreen, plan.Canary:
		return []Tool{Rollouts, Kubernetes}
	}
	return []Tool{Kubernetes}
}

// Choice is what the objects are written for.
type Choice struct {
	Name      string // a DNS label
	Display   string // the service's own name
	Namespace string // empty leaves it to the reader's context
	Image     string // with or without a tag
	Strategy  plan.Rollout
	Tool      Tool
	Router    plan.Router // empty for none
	Segment   plan.Segment
	Replicas  int
	Surge     int // percent
	Less      int // percent that may be unavailable
	Steps     []int
	Pause     int // seconds at a step
	Delay     int // seconds that the old replicas stay
	Warm      int // seconds
	WarmUp    plan.WarmUp
	Stop      int // seconds
	CPU       int // thousandths of a core, 0 where not known
	Memory    int // MiB, 0 where not known
}

// Words words a message.
type Words = manifest.Words

// Build writes the objects and scripts of a choice.
func Build(c Choice, words Words) []manifest.File {
	b := &builder{Choice: c, words: words}
	switch {
	case c.Tool == Rollouts && c.Strategy == plan.BlueGreen:
		b.rolloutBlueGreen()
	case c.Tool == Rollouts && c.Strategy == plan.Canary:
		b.rolloutCanary()
	case c.Strategy == plan.BlueGreen:
		b.plainBlueGreen()
	case c.Strategy == plan.Canary:
		b.plainCanary()
	default:
		b.deployment()
	}
	return b.files
}

// All joins the YAML files into one stream.
func All(files []manifest.File) []byte {
	var out bytes.Buffer
	for _, f := range files {
		if strings.HasSuffix(f.Path, ".yaml") {
			out.Write(f.Data)
		}
	}
	return out.Bytes()
}

// builder collects files.
type builder struct {
	Choice
	words Words
	files []manifest.File
}

// file adds a file of one object or several.
func (b *builder) file(path string, comments []string, objects ...object) {
	var d bytes.Buffer
	d.WriteString("---\n")
	for _, c := range comments {
		d.WriteString("# " + manifest.Clean(b.words("rollout."+c, b.args())) + "\n")
	}
	for i, o := range objects {
		if i > 0 {
			d.WriteString("---\n")
		}
		d.Write(o.yaml())
	}
	b.files = append(b.files, manifest.File{Path: path, Data: d.Bytes()})
}

func (b *builder) args() map[string]any {
	return map[string]any{"name": b.Display, "warm": b.Warm, "delay": b.Delay}
}

// seconds writes a duration as Kubernetes' and Istio's objects take it.
func seconds(n int) string { return itoa(n) + "s" }
