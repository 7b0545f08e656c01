package command

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

// large writes a plan of 1,000 clusters and 10,000 services with a layout of one
// instance a zone, and one in which every tenth cluster and service has moved.
func large(b *testing.B) (old, changed string) {
	b.Helper()
	p := plantest.Generate(1, 1000, 10000)
	p.Layouts = []plan.Layout{{ID: "ours", Name: "Ours"}}
	for _, z := range p.Zones {
		p.Instances = append(p.Instances, plan.Instance{ID: "i" + z.ID, Layout: "ours", Name: "argo-" + z.Name, Zone: z.ID})
	}
	for _, c := range p.Clusters {
		p.Placements = append(p.Placements, plan.Placement{Layout: "ours", Cluster: c.ID, Instance: "i" + c.Zone})
	}
	dir := b.TempDir()
	save := func(name string) string {
		var out bytes.Buffer
		if err := plan.EncodeYAML(&out, p); err != nil {
			b.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
		return path
	}
	old = save("old.yaml")
	for i := 0; i < len(p.Placements); i += 10 {
		p.Placements[i].Instance = "iz1"
	}
	for i := 0; i < len(p.Services); i += 10 {
		p.Services[i].Team, p.Services[i].Criticality = p.Teams[0].ID, 1
	}
	return old, save("new.yaml")
}

func benchmark(b *testing.B, run func(*Streams) error) {
	b.Helper()
	for b.Loop() {
		if err := run(&Streams{Out: io.Discard, Err: os.Stderr, Lang: lang.English}); err != nil && err != (Exit{1}) {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	old, _ := large(b)
	for _, format := range []string{"text", "sarif", "github", "gitlab"} {
		b.Run(format, func(b *testing.B) {
			benchmark(b, Check{File: old, Format: format, FailOn: "error", Output: "-"}.Run)
		})
	}
}

func BenchmarkDiff(b *testing.B) {
	old, changed := large(b)
	for _, format := range []string{"text", "markdown"} {
		b.Run(format, func(b *testing.B) {
			benchmark(b, Diff{Old: old, New: changed, Format: format, Output: "-"}.Run)
		})
	}
}
