package main

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"go.yaml.in/yaml/v3"
)

// instruction is one of a Dockerfile's final stage.
type instruction struct {
	name  string
	words []string
	flags []string
}

// finalStage reads the instructions from the last FROM on.
func finalStage(t *testing.T) (out []instruction) {
	t.Helper()
	f, err := os.Open("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	file, err := parser.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Warnings) > 0 {
		t.Errorf("%+v", file.Warnings)
	}
	for _, n := range file.AST.Children {
		i := instruction{name: strings.ToUpper(n.Value), flags: n.Flags}
		for w := n.Next; w != nil; w = w.Next {
			i.words = append(i.words, w.Value)
		}
		if i.name == "FROM" {
			out = nil
		}
		out = append(out, i)
	}
	return out
}

// The image holds no shell and runs as nobody in particular, looks after
// itself, and keeps its database where a volume is.
func TestDockerfile_FinalStageIsScratchAndNotRoot(t *testing.T) {
	stage := finalStage(t)
	for name, holds := range map[string]func(instruction) bool{
		"FROM":        func(i instruction) bool { return slices.Equal(i.words, []string{"scratch"}) },
		"USER":        func(i instruction) bool { return len(i.words) == 1 && i.words[0] == "65532:65532" },
		"VOLUME":      func(i instruction) bool { return slices.Equal(i.words, []string{"/data"}) },
		"HEALTHCHECK": func(i instruction) bool { return slices.Equal(i.words, []string{"CMD", "/deckplan", "health"}) },
		"ENTRYPOINT":  func(i instruction) bool { return slices.Equal(i.words, []string{"/deckplan"}) },
		"ENV": func(i instruction) bool {
			return slices.Contains(i.words, "DECKPLAN_DATABASE") && slices.Contains(i.words, "/data/deckplan.db")
		},
	} {
		if n := len(slices.Collect(func(yield func(instruction) bool) {
			for _, i := range stage {
				if i.name == name && (!holds(i) || !yield(i)) {
					return
				}
			}
		})); n != 1 {
			t.Errorf("%s is not as promised: %+v", name, stage)
		}
	}
	for _, i := range stage {
		switch {
		case i.name == "RUN":
			t.Errorf("there is nothing to run in an empty image: %v", i.words)
		case i.name == "COPY" && i.words[len(i.words)-1] == "/data" && !slices.Contains(i.flags, "--chown=65532:65532"):
			t.Errorf("the user cannot write to /data: %v", i.flags)
		case i.name == "ENV" && strings.Contains(strings.Join(i.words, " "), "INSECURE"):
			t.Errorf("the image must not serve everybody by itself: %v", i.words)
		}
	}
}

// What compose publishes only this machine reaches, since there is no login.
func TestCompose_PublishesOnLoopbackOnly(t *testing.T) {
	b, err := os.ReadFile("docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Ports       []string          `yaml:"ports"`
			Environment map[string]string `yaml:"environment"`
			Volumes     []string          `yaml:"volumes"`
			ReadOnly    bool              `yaml:"read_only"`
			User        string            `yaml:"user"`
			NetworkMode string            `yaml:"network_mode"`
			Healthcheck struct {
				Test []string `yaml:"test"`
			} `yaml:"healthcheck"`
		} `yaml:"services"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	s, ok := file.Services["deckplan"]
	if !ok || len(file.Services) != 1 || len(s.Ports) != 1 {
		t.Fatalf("%+v", file)
	}
	for _, p := range s.Ports {
		host, _, _ := strings.Cut(p, ":")
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			t.Errorf("%s can be reached from other machines", p)
		}
	}
	if s.NetworkMode != "" || s.User != "" {
		t.Errorf("network %q, user %q", s.NetworkMode, s.User)
	}
	if _, named := file.Volumes["data"]; !named || !slices.Equal(s.Volumes, []string{"data:/data"}) {
		t.Errorf("the database is not in a named volume: %v", s.Volumes)
	}
	if !slices.Equal(s.Healthcheck.Test, []string{"CMD", "/deckplan", "health"}) {
		t.Errorf("health check %v", s.Healthcheck.Test)
	}
	if s.Environment["DECKPLAN_INSECURE_NO_LOGIN"] != "true" || !s.ReadOnly {
		t.Errorf("%+v", s)
	}
}
