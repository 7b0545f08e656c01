package matrix

import (
	"slices"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
)

// Start is a criterion that a new matrix begins with. Its name is the message
// matrix.criterion.ID, its note matrix.criterion.ID.note.
type Start struct {
	ID     string
	Weight float64
}

// Starts are the criteria of a new matrix: a security policy that can be kept,
// online or offline use, references (documentation in one's language, domestic
// cases, support at hand; never fame), and the effort to run it. The weights
// are a place to begin, not advice.
func Starts() []Start {
	return []Start{{"security", 40}, {"offline", 30}, {"references", 20}, {"effort", 10}}
}

// Fits says whether a tool's abilities suit a purpose: an integrated tool takes
// part in source build, container build and deployment, a CI tool in source
// build, a CD tool in deployment; a builder builds images itself and runs no
// jobs. Every tool fits a purpose of one's own, and one that the catalogue lacks
// is taken at its word.
func Fits(t catalog.Tool, purpose plan.MatrixPurpose) bool {
	able := func(kind plan.StageKind) bool {
		a := t.Does(kind)
		return a == catalog.DoesIt || a == catalog.Orchestrates
	}
	if t.Category == "" {
		return true
	}
	switch purpose {
	case plan.CompareIntegrated:
		return able(plan.SourceBuild) && able(plan.ContainerBuild) && able(plan.Deploy)
	case plan.CompareCI:
		return able(plan.SourceBuild)
	case plan.CompareCD:
		return able(plan.Deploy)
	case plan.CompareBuilders:
		return t.Does(plan.ContainerBuild) == catalog.DoesIt && !able(plan.SourceBuild)
	}
	return true
}

// Suited lists the catalogue's tools that a new matrix begins with, those of
// the source article first. For deployment only tools that deploy by
// themselves are taken; projects that ended are left out unless the article
// names them. There are none for a purpose of one's own.
func Suited(purpose plan.MatrixPurpose) []catalog.Tool {
	if purpose == plan.CompareOwn {
		return nil
	}
	var named, others []catalog.Tool
	for _, t := range catalog.Tools() {
		switch {
		case !Fits(t, purpose) || purpose == plan.CompareCD && t.Does(plan.Deploy) != catalog.DoesIt:
		case t.InArticle:
			named = append(named, t)
		case !t.Ended():
			others = append(others, t)
		}
	}
	return slices.Concat(named, others)
}

// New makes a matrix for a purpose with its first criteria and candidates.
// names words a message in the plan's language (matrix.template.PURPOSE and
// those of Starts), newID makes identifiers. It switches no gate on: the plan
// sets those it asks for.
func New(purpose plan.MatrixPurpose, names func(id string) string, newID func() string) (plan.Matrix, []plan.Criterion, []plan.Candidate) {
	m := plan.Matrix{ID: newID(), Name: names("matrix.template." + string(purpose)), Purpose: purpose}
	var criteria []plan.Criterion
	for _, s := range Starts() {
		id := "matrix.criterion." + s.ID
		criteria = append(criteria, plan.Criterion{ID: newID(), Matrix: m.ID, Name: names(id), Weight: s.Weight, Note: names(id + ".note")})
	}
	var candidates []plan.Candidate
	for _, t := range Suited(purpose) {
		candidates = append(candidates, plan.Candidate{ID: newID(), Matrix: m.ID, Tool: t.ID})
	}
	return m, criteria, candidates
}
