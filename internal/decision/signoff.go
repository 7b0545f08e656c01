package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Fingerprint tells one text of a record from another: what is decided and
// why, without who has said what to it.
func (r Record) Fingerprint() string {
	text, err := json.Marshal([]any{r.Title, r.Context, r.Drivers, r.Options, r.Chosen, r.Justification, r.Consequences, r.Aftermath, r.Confirmation, r.More, r.Assumptions})
	if err != nil {
		return "" // texts always encode
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Signature is a named decider with what they last said of a record.
type Signature struct {
	Person  string
	SignOff *SignOff // nil where nothing was said yet
	Earlier bool     // it was said of an earlier text, and no longer counts
}

// Agreed tells whether the decider stands behind the record as it is.
func (s Signature) Agreed() bool { return s.SignOff != nil && s.SignOff.Agrees && !s.Earlier }

// Objects tells whether the decider has spoken against the record as it is.
func (s Signature) Objects() bool { return s.SignOff != nil && !s.SignOff.Agrees && !s.Earlier }

// Signatures gives the named deciders in their order, each with their last
// word. Once the record is decided, its text no longer changes and every word
// counts as it was.
func (r Record) Signatures() []Signature {
	out := make([]Signature, len(r.DecisionMakers))
	text := r.Fingerprint()
	for i, p := range r.DecisionMakers {
		out[i].Person = p
		for j := range r.SignOffs {
			if same(r.SignOffs[j].Person, p) {
				out[i].SignOff = &r.SignOffs[j]
				out[i].Earlier = r.SignOffs[j].Text != text && r.Editable()
			}
		}
	}
	return out
}

// Unsigned gives the deciders who do not stand behind the record yet.
func (r Record) Unsigned() (out []string) {
	for _, s := range r.Signatures() {
		if !s.Agreed() {
			out = append(out, s.Person)
		}
	}
	return out
}

// same tells whether two names are one person's.
func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// Sign adds a decider's word. Its errors are *Error: only a proposed record is
// signed, and only by those it names.
func (r Record) Sign(s SignOff) (Record, error) {
	if r.Status != Proposed {
		return r, &Error{"decision.error.not_proposed", map[string]any{"number": r.ID()}}
	}
	i := slices.IndexFunc(r.DecisionMakers, func(p string) bool { return same(p, s.Person) })
	if i < 0 {
		return r, &Error{"decision.error.not_a_decider", map[string]any{"name": s.Person, "number": r.ID()}}
	}
	if !s.Agrees && strings.TrimSpace(s.Word) == "" {
		return r, &Error{"decision.error.objection", map[string]any{"number": r.ID()}}
	}
	s.Person, s.Text = r.DecisionMakers[i], r.Fingerprint()
	if same(s.By, s.Person) {
		s.By = ""
	}
	r.SignOffs = append(slices.Clone(r.SignOffs), s)
	return r, nil
}

// Reviewed gives an accepted record as a review leaves it: with other
// assumptions or another date of review, and what they were kept with the
// review. Its errors are *Error.
func (r Record) Reviewed(v Review, assumptions []Assumption, reviewBy string) (Record, error) {
	if r.Status != Accepted {
		return r, &Error{"decision.error.not_accepted", map[string]any{"number": r.ID()}}
	}
	if strings.TrimSpace(v.Why) == "" {
		return r, &Error{"decision.error.review_why", map[string]any{"number": r.ID()}}
	}
	if reviewBy != "" && !v.At.IsZero() && reviewBy <= v.At.Format(time.DateOnly) {
		return r, &Error{"decision.error.review_date", map[string]any{"got": reviewBy}}
	}
	if !slices.Equal(assumptions, r.Assumptions) {
		v.Was = r.Assumptions
	}
	v.ReviewBy = r.ReviewBy
	r.Reviews = append(slices.Clone(r.Reviews), v)
	r.Assumptions, r.ReviewBy = assumptions, reviewBy
	return r, nil
}

// Relate links two records both ways, or takes the link away.
func Relate(a, b *Record, related bool) {
	one := func(r *Record, other int) {
		r.RelatesTo = slices.DeleteFunc(slices.Clone(r.RelatesTo), func(n int) bool { return n == other })
		if related && other != r.Number {
			r.RelatesTo = append(r.RelatesTo, other)
			slices.Sort(r.RelatesTo)
		}
	}
	one(a, b.Number)
	one(b, a.Number)
}

// Remark gives the record with a comment.
func (r Record) Remark(c Comment) (Record, error) {
	v := validator{}
	v.text("comment", c.Text, MaxLine, true)
	v.many("comment", len(r.Comments)+1)
	if len(v.problems) > 0 {
		return r, &Error{v.problems[0].ID, v.problems[0].Args}
	}
	r.Comments = append(slices.Clone(r.Comments), c)
	return r, nil
}
