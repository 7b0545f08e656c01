package matrix

import (
	"strings"
	"time"

	"deckplan/internal/catalog"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// turnFindings say which candidates have ended, or go by another name, since
// when and what is in their place. What leads is told among the leaders.
func (a *Analysis) turnFindings() (out []verdict.Finding) {
	for _, r := range a.Rows {
		if r.Tool == nil || r.Tool.Turned == nil || r.Rank == 1 {
			continue
		}
		turn := r.Tool.Turned
		args := verdict.Args{"name": r.Name, "date": turn.Date, "now": strings.Join(turn.Now, ", ")}
		id := "turned_elsewhere"
		switch turn.Kind {
		case "archived":
			id = "turned_archived"
		case "renamed":
			id = "turned_renamed"
		}
		f := a.finding(id, verdict.Note, args, r.Ref())
		f.Sources = turn.Sources
		out = append(out, f)
	}
	return out
}

// FactFindings say what is to be asked of the facts on a day: which are old, and
// whether one of those decides a gate in force.
func (a *Analysis) FactFindings(today time.Time) (out []verdict.Finding) {
	var old, deciding []Row
	facts := 0
	oldest := ""
	for _, r := range a.Rows {
		if r.Tool == nil {
			continue
		}
		stale := a.Aged(r, today)
		if len(stale) == 0 {
			continue
		}
		old = append(old, r)
		facts += len(stale)
		for _, f := range stale {
			if oldest == "" || f.Read < oldest {
				oldest = f.Read
			}
		}
		for _, o := range r.Outcomes {
			if o.Result != Open && o.Fact.Fact.Old(a.Matrix.FactAge(), today) {
				deciding = append(deciding, r)
				break
			}
		}
	}
	args := func(rows []Row) verdict.Args {
		return verdict.Args{"count": len(rows), "names": listNames(rows, 4), "months": a.Matrix.FactAge(), "facts": facts, "oldest": oldest}
	}
	if len(deciding) > 0 {
		out = append(out, a.finding("stale_deciding", verdict.Warning, args(deciding), refs(deciding)...))
	}
	if len(old) > 0 {
		out = append(out, a.finding("stale", verdict.Note, args(old), refs(old)...))
	}
	return out
}

// ArticleLine is a line of the source article's table held against today.
type ArticleLine struct {
	catalog.ArticleRow
	Tool catalog.Tool
	// Group and Network tell whether today's category and use in an air gap are
	// as the article has them; Unknown says that nothing is known of the latter.
	Group, Network, Unknown bool
}

// Article holds the source article's table against what the plan knows today.
// The article calls a tool online that only works with the internet.
func Article(p *plan.Plan) (out []ArticleLine) {
	for _, row := range catalog.ArticleTable() {
		t, _ := catalog.ToolIn(p, row.Tool)
		offline := t.AirGapped.Value == "yes" || t.AirGapped.Value == "with_effort"
		out = append(out, ArticleLine{ArticleRow: row, Tool: t, Group: row.Group == t.Category,
			Network: t.AirGapped.Known() && offline == (row.Network == "offline"), Unknown: !t.AirGapped.Known()})
	}
	return out
}
