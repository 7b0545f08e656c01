package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestGenerated_IsCurrent(t *testing.T) {
	dir := ".."
	files, err := generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what its .proto file generates: run go generate in internal/argocd/wire", name)
		}
	}
	committed, err := filepath.Glob(filepath.Join(dir, "*.pb.go"))
	if err != nil {
		t.Fatal(err)
	}
	if len(committed) != len(files) {
		t.Errorf("%d generated files are committed and %d are generated", len(committed), len(files))
	}
}

func TestGenerate_NamesTheFaultyFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := generate(dir); err == nil {
		t.Error("a folder without .proto files is accepted")
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.proto"), []byte("syntax = \"proto3\"; message {"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(dir); err == nil || !bytes.Contains([]byte(err.Error()), []byte("bad.proto")) {
		t.Errorf("error does not name the file: %v", err)
	}
}
