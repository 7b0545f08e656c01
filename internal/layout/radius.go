package layout

// Radius gives the delivery radius that Analyse gives, without the rest of the
// verdict: for many arrangements in a row, such as the steps of a roadmap.
func (ix *Index) Radius(a Arrangement) Radius { return newModel(ix, &a).radius() }
