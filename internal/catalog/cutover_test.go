package catalog

import "testing"

func TestCutover_EveryFactCarriesADatedSource(t *testing.T) {
	if len(cutover().facts) < 10 {
		t.Fatalf("%d facts", len(cutover().facts))
	}
	for id := range cutover().facts {
		for _, s := range CutoverSources(id) {
			if s.Title == "" || s.AsOf == "" || s.Kind == "" || s.Confidence == "" {
				t.Errorf("%s: %+v", id, s)
			}
		}
	}
	if CutoverSources("nothing") != nil {
		t.Error("a source of nothing")
	}
}
