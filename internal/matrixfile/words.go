package matrixfile

import (
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// fieldWords are what people call fields beside their names here.
var fieldWords = map[string]string{
	"title": "name", "normalization": "normalisation", "aggregation": "aggregate", "gate": "gates",
	"criterion": "criteria", "attributes": "criteria", "subcriteria": "criteria", "children": "criteria",
	"candidate": "candidates", "alternative": "candidates", "alternatives": "candidates", "option": "candidates", "options": "candidates",
	"judgments": "judgements", "judgement": "judgements", "judgment": "judgements", "pairwise": "judgements", "comparison": "comparisons",
	"weights": "weight", "goal": "direction", "type": "direction", "impact": "direction", "impacts": "direction", "objective": "direction", "value": "values", "factmonths": "factMonths",
}

var fieldNames = [...]string{"name", "purpose", "method", "normalisation", "weighting", "aggregate", "gates", "lifted", "blind", "factMonths",
	"criteria", "candidates", "judgements", "comparisons", "weight", "kind", "direction", "unit", "note", "id", "tool", "values", "scores"}

// field is the name of a field that people may call otherwise; any other word
// stays as it is.
func field(word string) string {
	key := strings.NewReplacer("-", "", "_", "", " ", "").Replace(fold(word))
	if name, ok := fieldWords[key]; ok {
		return name
	}
	for _, name := range fieldNames {
		if key == strings.ToLower(name) {
			return name
		}
	}
	return word
}

// valueWords are what people call values, by field.
var valueWords = map[string]map[string]string{
	"method": {"sum": "weighted_sum", "wsm": "weighted_sum", "saw": "weighted_sum", "ahp": "weighted_sum", "simple_additive_weighting": "weighted_sum", "weighted_sum_model": "weighted_sum",
		"product": "weighted_product", "wpm": "weighted_product", "weighted_product_model": "weighted_product"},
	"normalisation": {"minmax": "min_max", "maximum": "max", "linear": "max", "as_given": "none", "raw": "none", "euclidean": "vector"},
	"weighting":     {"ahp": "pairwise", "pairs": "pairwise", "direct": "points"},
	"aggregate":     {"average": "mean"},
	"kind":          {"measure": "measured", "value": "measured", "scored": "score"},
	"direction": {"max": "higher", "maximum": "higher", "maximise": "higher", "maximize": "higher", "benefit": "higher", "high": "higher", "up": "higher", "+": "higher", "+1": "higher", "1": "higher",
		"min": "lower", "minimum": "lower", "minimise": "lower", "minimize": "lower", "cost": "lower", "low": "lower", "down": "lower", "-": "lower", "-1": "lower", "−": "lower"},
}

var valuesOf = map[string][]string{"purpose": plan.MatrixPurpose("").Values(), "gates": plan.Gate("").Values(), "lifted": plan.Gate("").Values(), "method": plan.MatrixMethod("").Values(),
	"normalisation": plan.Normalisation("").Values(), "weighting": plan.Weighting("").Values(), "aggregate": plan.Aggregate("").Values(),
	"kind": plan.CriterionKind("").Values(), "direction": plan.Direction("").Values()}

// choice is a field's value that people may write otherwise; any other word
// stays as it is, for the plan's own rules to refuse.
func choice(field, word string) string {
	key := strings.NewReplacer("-", "_", "–", "_", " ", "_").Replace(fold(word))
	if len(key) < 3 {
		key = fold(word) // a sign is no space
	}
	if name, ok := valueWords[field][key]; ok {
		return name
	}
	if slices.Contains(valuesOf[field], key) {
		return key
	}
	return word
}
