package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"sync"
)

// Edition tells one state of the embedded facts from another.
type Edition struct {
	AsOf string // the newest date on which a fact was read
	Hash string // the first digits of the SHA-256 of all facts, in hexadecimal
}

// String is the edition as it is cited: 2026-11-24+1f5a90cc.
func (e Edition) String() string { return e.AsOf + "+" + e.Hash }

// asOf finds the dates of the files, whose form the package's tests hold.
var asOf = regexp.MustCompile(`\bas_of: "?(\d{4}-\d{2}-\d{2})`)

// Version is the edition of the facts that this program holds.
var Version = sync.OnceValue(func() Edition {
	return editionOf(argocdYAML, buildersYAML, cutoverYAML, imagesYAML, strategiesYAML, toolsYAML)
})

func editionOf(files ...[]byte) Edition {
	var e Edition
	h := sha256.New()
	for _, f := range files {
		for _, m := range asOf.FindAllSubmatch(f, -1) {
			e.AsOf = max(e.AsOf, string(m[1]))
		}
		sum := sha256.Sum256(f) // so that what moves from file to file counts too
		_, _ = h.Write(sum[:])  // never fails
	}
	e.Hash = hex.EncodeToString(h.Sum(nil)[:4])
	return e
}
