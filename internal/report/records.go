package report

import (
	"slices"
	"strings"
	"time"

	"deckplan/internal/decision"
	"deckplan/internal/review"
)

// links are the records that a record is tied to, in words.
func (d *doc) links(r decision.Record) (out []string) {
	for _, n := range r.Supersedes {
		out = append(out, d.t("decision.supersedes", "number", decision.FormatNumber(n)))
	}
	if r.SupersededBy > 0 {
		out = append(out, d.t("decision.superseded_by", "number", decision.FormatNumber(r.SupersededBy)))
	}
	for _, n := range r.RelatesTo {
		out = append(out, d.t("report.relates_to", "number", decision.FormatNumber(n)))
	}
	return out
}

// signatures are the deciders' words on a record, the last of each.
type signatures struct {
	summary []string // how many agree, and who is missing
	rows    [][]string
}

// signs gathers who has signed a record and who does not stand behind it yet, as
// decision.Signatures has it; nothing where nobody has and it is not up for that.
func (d *doc) signs(r decision.Record) (s signatures) {
	asked := r.Status == decision.Proposed || r.Status == decision.Accepted
	if len(r.DecisionMakers) == 0 || len(r.SignOffs) == 0 && !asked {
		return s
	}
	agree, missing := 0, []string(nil)
	for _, x := range r.Signatures() {
		if !x.Agreed() {
			missing = append(missing, x.Person)
		}
		if x.SignOff == nil {
			continue
		}
		word := d.t("sign.objects")
		if x.SignOff.Agrees {
			word = d.t("sign.agrees")
		}
		if x.Agreed() {
			agree++
		}
		if x.Earlier {
			word += " (" + d.t("sign.earlier") + ")"
		}
		if x.SignOff.By != "" && x.SignOff.By != x.Person {
			word += " (" + d.t("sign.by", "name", x.SignOff.By) + ")"
		}
		s.rows = append(s.rows, []string{x.Person, word, d.Lang.Date(x.SignOff.At.UTC()), x.SignOff.Word})
	}
	s.summary = append(s.summary, d.t("report.signed", "n", agree, "all", len(r.DecisionMakers)))
	if len(missing) > 0 {
		s.summary = append(s.summary, d.t("report.unsigned", "n", len(missing), "names", strings.Join(missing, ", ")))
	}
	return s
}

// signHeads are the columns of signatures.
func (d *doc) signHeads() []head {
	return []head{{d.t("report.person"), false}, {d.t("sign.title"), false}, {d.t("decision.field.date"), false}, {d.t("report.word"), false}}
}

// reviews are the looks at an accepted record, a line each.
func (d *doc) reviews(r decision.Record) (out []string) {
	for _, x := range r.Reviews {
		text := d.Lang.Date(x.At.UTC())
		if x.Person != "" {
			text += ", " + x.Person
		}
		out = append(out, text+": "+x.Why)
	}
	return out
}

// stands judges a record by the plan's figures on the report's day. What runs is
// not asked: a report of the same revision says the same.
func (d *doc) stands(r decision.Record) decision.State {
	if d.world == nil {
		d.world = review.NewFacts(d.Plan, &d.Appraisal, nil)
	}
	return decision.Judge(r, decision.State{}, d.world, d.Generated.UTC().Format(time.DateOnly), decision.Moment{At: d.Generated})
}

// status words where a record stands, and whether it needs a review.
func (d *doc) status(r decision.Record) string {
	text := d.t("decision.status." + string(r.Status))
	if d.stands(r).Needs() {
		text += ", " + d.t("review.needed")
	}
	return text
}

// restsOn are the assumptions of a record, each with its check and how that
// stands.
func (d *doc) restsOn(r decision.Record) (out []string) {
	state := d.stands(r)
	for _, a := range r.Assumptions {
		text := a.Text
		if a.Check != "" {
			text += " (" + d.t("report.check") + ": " + a.Check + ")"
		}
		if holds := d.holds(state, a); holds != "" {
			text += ": " + holds
		}
		out = append(out, text)
	}
	if due := d.due(state); due != "" {
		out = append(out, due)
	}
	return out
}

// holds says how an assumption stands, and by which figures; nothing where it
// is not judged.
func (d *doc) holds(s decision.State, a decision.Assumption) string {
	for _, c := range s.Checks {
		if c.Check == a.Check {
			return d.t("review.result."+string(c.Result)) + " (" + c.What(d.Lang, d.Plan.About.CurrencyOr()) + ")"
		}
	}
	return ""
}

// due says that the date of review has come; nothing while it has not.
func (d *doc) due(s decision.State) string {
	if s.Due == "" || !s.Stands {
		return ""
	}
	return d.t("review.due", "date", s.Due)
}

// shown leaves the kept sections that say something.
func shown(list []decision.Section) []decision.Section {
	return slices.DeleteFunc(slices.Clone(list), func(s decision.Section) bool {
		return strings.TrimSpace(s.Heading) == "" && strings.TrimSpace(s.Text) == ""
	})
}
