package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The objects below hold what is written and nothing else; their fields are in
// the order of the file.

type meta struct {
	Name        string            `yaml:"name"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

type namespace struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   meta   `yaml:"metadata"`
}

type secret struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Metadata   meta              `yaml:"metadata"`
	Type       string            `yaml:"type"`
	StringData map[string]string `yaml:"stringData"`
}

type configMap struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Metadata   meta              `yaml:"metadata"`
	Data       map[string]string `yaml:"data"`
}

type kustomization struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Resources  []string `yaml:"resources"`
}

type destination struct {
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace,omitempty"`
}

type project struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   meta   `yaml:"metadata"`
	Spec       struct {
		Description  string        `yaml:"description,omitempty"`
		SourceRepos  []string      `yaml:"sourceRepos"`
		Destinations []destination `yaml:"destinations"`
	} `yaml:"spec"`
}

type requirement struct {
	Key      string `yaml:"key"`
	Operator string `yaml:"operator"`
}

type selector struct {
	MatchLabels      map[string]string `yaml:"matchLabels"`
	MatchExpressions []requirement     `yaml:"matchExpressions,omitempty"`
}

type generator struct {
	Clusters struct {
		Selector selector `yaml:"selector"`
	} `yaml:"clusters"`
}

type applicationSet struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   meta   `yaml:"metadata"`
	Spec       struct {
		GoTemplate        bool        `yaml:"goTemplate"`
		GoTemplateOptions []string    `yaml:"goTemplateOptions"`
		SyncPolicy        setPolicy   `yaml:"syncPolicy"`
		Generators        []generator `yaml:"generators"`
		Template          template    `yaml:"template"`
	} `yaml:"spec"`
}

type setPolicy struct {
	PreserveResourcesOnDeletion bool `yaml:"preserveResourcesOnDeletion"`
}

type template struct {
	Metadata meta `yaml:"metadata"`
	Spec     struct {
		Project string `yaml:"project"`
		Source  struct {
			RepoURL        string `yaml:"repoURL"`
			TargetRevision string `yaml:"targetRevision"`
			Path           string `yaml:"path"`
		} `yaml:"source"`
		Destination destination `yaml:"destination"`
	} `yaml:"spec"`
}

// document is a YAML stream: a comment, then objects.
type document struct{ bytes.Buffer }

func (d *document) comment(lines ...string) {
	for _, l := range lines {
		d.WriteString("# " + clean(l) + "\n")
	}
}

// object adds one; the types above always encode.
func (d *document) object(v any, comment ...string) {
	d.WriteString("---\n")
	d.comment(comment...)
	enc := yaml.NewEncoder(d)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	_ = enc.Close() // a buffer does not fail
}

func joined(words []string) string { return strings.Join(words, ",") }
