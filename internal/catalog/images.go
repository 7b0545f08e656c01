package catalog

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/verdict"
)

// ImageFact is one thing known about handling images with docker, ctr, nerdctl
// or crictl. Since is the version from which it holds, empty for any that was
// read.
type ImageFact struct {
	Steps   []string // of the cookbook
	Since   string
	Note    Text
	Sources []verdict.Source
}

//go:embed data/images.yaml
var imagesYAML []byte

// ImageFacts gives what is known about a step of the image cookbook.
func ImageFacts(step string) (out []ImageFact) {
	for _, f := range imageFacts() {
		if slices.Contains(f.Steps, step) {
			out = append(out, f)
		}
	}
	return out
}

// imageFacts panics where the embedded file is wrong, which a test finds first.
var imageFacts = sync.OnceValue(func() []ImageFact {
	facts, err := parseImages(imagesYAML)
	if err != nil {
		panic("catalog: images.yaml: " + err.Error())
	}
	return facts
})

func parseImages(b []byte) ([]ImageFact, error) {
	var file struct {
		AsOf    string               `yaml:"as_of"`
		Sources map[string]rawSource `yaml:"sources"`
		Facts   []struct {
			Steps []string
			Since string
			Text  `yaml:",inline"`
			Src   []string
		}
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, err
	}
	r := &resolver{file: &toolsFile{AsOf: file.AsOf, Sources: file.Sources}}
	var out []ImageFact
	for i, f := range file.Facts {
		r.tool = fmt.Sprintf("fact %d", i+1)
		if f.EN == "" || f.KO == "" || len(f.Src) == 0 || len(f.Steps) == 0 {
			r.fail("a language, a source or a step is missing")
		}
		src, _ := r.sources(f.Src)
		out = append(out, ImageFact{f.Steps, f.Since, f.Text, src})
	}
	return out, r.err
}
