package catalog

import (
	_ "embed"
	"slices"
	"sync"

	"deckplan/internal/verdict"
)

//go:embed data/cutover.yaml
var cutoverYAML []byte

// cutover decodes the embedded facts once; it panics on a malformed file, which
// the package's tests find.
var cutover = sync.OnceValue(func() argocdFacts {
	f, err := decodeArgoCD(cutoverYAML)
	if err != nil {
		panic(err)
	}
	return f
})

// CutoverSources gives the sources of what is said about moving applications
// between Argo CD instances; nil where it is our own procedure.
func CutoverSources(id string) []verdict.Source { return slices.Clone(cutover().facts[id]) }
