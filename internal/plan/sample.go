package plan

import (
	"bytes"
	"embed"
	"fmt"
)

//go:embed sample/*.yaml
var samples embed.FS

// Sample is the plan a newcomer may start from: a team whose Jenkins runs
// everything, with clusters online and air-gapped, in a language ("en" or "ko").
func Sample(lang string) (*Plan, error) {
	b, err := samples.ReadFile("sample/" + lang + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("plan: sample: %w", err)
	}
	return DecodeYAML(bytes.NewReader(b))
}

// Empty is a new plan with a name.
func Empty(name string) *Plan { return &Plan{Schema: Schema, About: About{Name: name}} }
