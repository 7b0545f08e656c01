package argocd_test

import (
	"strings"
	"testing"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
)

// All tests of this package run against the server of v2, and of v3 with make
// compat.
func TestServer_IsOfTheMajorVersionAskedFor(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	tried := argocd.Try(t.Context(), connection(s), argocd.Options{})
	if want := "v" + argotest.Major() + "."; !strings.HasPrefix(tried.Version, want) {
		t.Errorf("version %q, want %s…", tried.Version, want)
	}
}
