package matrix

import (
	"math"
	"strings"

	"deckplan/internal/verdict"
)

// CloseMargin is the lead below which a race is close, on the scale of 1 to 5.
const CloseMargin = 0.25

// closeShare is that margin as a part of a method's range or, where that has no
// ends, of the leader's figure.
const closeShare = CloseMargin / 4

// metrics gives matrix.candidates, matrix.out, matrix.scored (the share of the
// scores needed, a candidate and a criterion of some weight each, that somebody
// gave; absent where none is needed), matrix.winner (the leader's total) and
// matrix.margin (its lead on the next; absent without a next). Their Cause is
// the leader's name, or all of them where several lead together. Besides it gives
// matrix.agreement (the share of methods and normalisations that name the
// leader too) and, where criteria are judged in pairs, matrix.consistency. Of a
// blind matrix it gives only what tells nothing of scores.
func (a *Analysis) metrics() []verdict.Metric {
	candidates, out := float64(len(a.Rows)), float64(a.count(Out))
	ms := []verdict.Metric{
		{ID: "matrix.candidates", Value: candidates, Unit: verdict.Count},
		{ID: "matrix.out", Value: out, Unit: verdict.Count, Inputs: []verdict.Input{{ID: "matrix.candidates", Value: candidates, Unit: verdict.Count}}},
	}
	weighed := 0
	for _, c := range a.Criteria {
		if c.Share > 0 {
			weighed++
		}
	}
	if needed := weighed * (len(a.Rows) - int(out)); needed > 0 {
		missing := 0
		for _, r := range a.Rows {
			for k, c := range a.Criteria {
				if r.State != Out && c.Share > 0 && r.Cells[k].People == 0 && !r.Cells[k].Known {
					missing++
				}
			}
		}
		ms = append(ms, verdict.Metric{ID: "matrix.scored", Value: float64(needed-missing) / float64(needed), Unit: verdict.Percent})
	}
	if a.Judged != nil && a.Judged.Known() {
		ms = append(ms, verdict.Metric{ID: "matrix.consistency", Value: a.Judged.Ratio, Unit: verdict.Percent, Inputs: []verdict.Input{
			{ID: "matrix.consistency_index", Value: a.Judged.Index, Unit: verdict.Score}, {ID: "matrix.random_index", Value: a.Judged.Random, Unit: verdict.Score}}})
	}
	if a.Blind {
		return ms
	}
	ranked := a.Ranked()
	if len(ranked) == 0 {
		return ms
	}
	winner := verdict.Metric{ID: "matrix.winner", Value: ranked[0].Total, Unit: verdict.Score, Cause: listNames(a.leaders(), len(ranked))}
	ms = append(ms, winner)
	if len(ranked) > 1 {
		ms = append(ms, verdict.Metric{ID: "matrix.margin", Value: a.margin(), Unit: verdict.Score, Cause: winner.Cause, Inputs: []verdict.Input{
			{ID: "matrix.winner", Value: ranked[0].Total, Unit: verdict.Score}, {ID: "matrix.runner_up", Value: ranked[1].Total, Unit: verdict.Score}}})
	}
	valid := 0
	for _, r := range a.Runs {
		if r.Fault == nil {
			valid++
		}
	}
	if valid > 1 {
		same := valid - len(a.Dissent())
		ms = append(ms, verdict.Metric{ID: "matrix.agreement", Value: float64(same) / float64(valid), Unit: verdict.Percent, Cause: winner.Cause})
	}
	return ms
}

// close tells whether the leader's lead is small.
func (a *Analysis) close() bool {
	margin := a.margin()
	if low, high, known := a.Range(); known {
		return margin < closeShare*(high-low)
	}
	return margin < closeShare*math.Abs(a.Rows[0].Total)
}

// margin is the leader's lead on the next; two or more ranked rows are needed.
func (a *Analysis) margin() float64 { return rounded(a.Rows[0].Total) - rounded(a.Rows[1].Total) }

// leaders are the ranked rows that share the first place.
func (a *Analysis) leaders() (out []Row) {
	for _, r := range a.Ranked() {
		if r.Rank == 1 {
			out = append(out, r)
		}
	}
	return out
}

func (a *Analysis) findings() []verdict.Finding {
	if len(a.Rows) == 0 {
		return []verdict.Finding{a.finding("no_candidates", verdict.Warning, nil)}
	}
	var out []verdict.Finding
	out = append(out, a.gateFindings()...)
	if a.count(Out) == len(a.Rows) {
		return out
	}
	out = append(out, a.fitFindings()...)
	out = append(out, a.pairFindings()...)
	if !a.weighed() {
		if a.Judged == nil || a.Judged.Apart < 2 {
			out = append(out, a.finding("no_weights", verdict.Error, nil))
		}
		return out
	}
	if a.Blind {
		return append(out, a.finding("blind", verdict.Note, verdict.Args{"people": a.People}))
	}
	if !a.scored() {
		return append(out, a.finding("no_scores", verdict.Warning, nil))
	}
	out = append(out, a.methodFindings()...)
	out = append(out, a.raceFindings()...)
	out = append(out, a.winnerFindings()...)
	out = append(out, a.missingFindings()...)
	return append(out, a.spreadFindings()...)
}

func (a *Analysis) weighed() bool {
	for _, c := range a.Criteria {
		if c.Share > 0 {
			return true
		}
	}
	return false
}

// scored says whether any candidate that is still in has a value that counts.
func (a *Analysis) scored() bool {
	for _, r := range a.Rows {
		for k, c := range a.Criteria {
			if r.State != Out && c.Share > 0 && r.Cells[k].Known {
				return true
			}
		}
	}
	return false
}

func (a *Analysis) finding(id string, s verdict.Severity, args verdict.Args, about ...verdict.Ref) verdict.Finding {
	if len(about) == 0 {
		about = []verdict.Ref{{Kind: "matrices", Key: a.Matrix.ID, Name: a.Matrix.Name}}
	}
	return verdict.Finding{ID: "matrix.finding." + id, Severity: s, Args: args, About: about}
}

// raceFindings say how sure the first place is.
func (a *Analysis) raceFindings() []verdict.Finding {
	ranked := a.Ranked()
	if len(ranked) == 0 {
		return nil
	}
	leader := ranked[0]
	if leader.Tied {
		l := a.leaders()
		return []verdict.Finding{a.finding("tie", verdict.Warning, verdict.Args{"names": listNames(l, 4), "count": len(l), "score": cents(leader.Total)}, refs(l)...)}
	}
	if len(ranked) == 1 {
		if a.count(Incomplete) > 0 {
			return nil // the missing scores are what there is to say
		}
		return []verdict.Finding{a.finding("alone", verdict.Note, verdict.Args{"winner": leader.Name}, leader.Ref())}
	}
	margin := a.margin()
	args := verdict.Args{"winner": leader.Name, "runner": ranked[1].Name, "margin": cents(margin)}
	about := []verdict.Ref{leader.Ref(), ranked[1].Ref()}
	id := "clear"
	if a.close() {
		id = "close"
	}
	switch {
	case a.Flip == nil:
		id += "_stable"
	case a.Judged != nil:
		id += "_share"
	case a.Flip.Points < 0:
		id += "_less"
	}
	if f := a.Flip; f != nil {
		args["runner"], args["criterion"], args["points"] = f.Rival.Name, f.Criterion.Name, upTo(math.Abs(f.Points))
		args["from"], args["to"] = cents(100*f.From), cents(100*f.To)
		about = []verdict.Ref{leader.Ref(), f.Rival.Ref(), {Kind: "criteria", Key: f.Criterion.ID, Name: f.Criterion.Name}}
	}
	if a.close() {
		return []verdict.Finding{a.finding(id, verdict.Warning, args, about...)}
	}
	if a.count(Incomplete) > 0 {
		return nil
	}
	return []verdict.Finding{a.finding(id, verdict.Good, args, about...)}
}

// winnerFindings say what the catalogue holds against the leaders.
func (a *Analysis) winnerFindings() (out []verdict.Finding) {
	for _, r := range a.leaders() {
		if r.Tool == nil {
			continue
		}
		t := r.Tool
		say := func(id string, s verdict.Severity, args verdict.Args, sources []verdict.Source) {
			args["winner"] = r.Name
			f := a.finding(id, s, args, r.Ref())
			f.Sources = sources
			out = append(out, f)
		}
		if turn := t.Turned; turn != nil {
			args := verdict.Args{"date": turn.Date, "now": strings.Join(turn.Now, ", "), "status": turn.Kind}
			if t.Ended() {
				say("winner_retired", verdict.Warning, args, turn.Sources)
			} else {
				say("winner_renamed", verdict.Note, args, turn.Sources)
			}
		}
		if t.Maintenance.Value == "minimal" {
			say("winner_minimal", verdict.Warning, verdict.Args{"date": t.Maintenance.AsOf}, t.Maintenance.Sources)
		}
	}
	return out
}

// missingFindings say which candidates lack scores, and whether one of them
// could still lead.
func (a *Analysis) missingFindings() []verdict.Finding {
	var rows []Row
	cells := 0
	var best *Row
	for i, r := range a.Rows {
		if r.State != Incomplete {
			continue
		}
		rows = append(rows, r)
		cells += r.Missing
		if best == nil || r.High > best.High {
			best = &a.Rows[i]
		}
	}
	if best == nil || a.Fault != nil {
		return nil
	}
	args := verdict.Args{"count": len(rows), "cells": cells, "names": listNames(rows, 4)}
	if leader, _ := a.Winner(); leader.Rank > 0 && best.High > leader.Total+level {
		args["candidate"], args["winner"] = best.Name, leader.Name
		return []verdict.Finding{a.finding("missing_open", verdict.Warning, args, refs(rows)...)}
	}
	severity := verdict.Warning
	if len(a.Ranked()) > 0 {
		severity = verdict.Note // none of them can lead any more
	}
	return []verdict.Finding{a.finding("missing", severity, args, refs(rows)...)}
}

// fitFindings name candidates whose abilities do not suit the purpose.
func (a *Analysis) fitFindings() []verdict.Finding {
	var rows []Row
	var sources []verdict.Source
	for _, r := range a.Rows {
		if r.State != Out && r.Tool != nil && !Fits(*r.Tool, a.Matrix.Purpose) {
			rows = append(rows, r)
			sources = addSources(sources, r.Tool.Deploy.Sources)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	f := a.finding("unfit", verdict.Note, verdict.Args{"count": len(rows), "names": listNames(rows, 4), "reason": "matrix.fit." + string(a.Matrix.Purpose)}, refs(rows)...)
	f.Sources = sources
	return []verdict.Finding{f}
}

func refs(rows []Row) []verdict.Ref {
	out := make([]verdict.Ref, len(rows))
	for i, r := range rows {
		out[i] = r.Ref()
	}
	return out
}

// listNames joins the names of the first rows, at most limit of them.
func listNames(rows []Row, limit int) string {
	var names []string
	for i, r := range rows {
		if i == limit {
			names = append(names, "…")
			break
		}
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

// cents rounds a score for a sentence, to two decimals.
func cents(v float64) float64 { return math.Round(v*100) / 100 }

// upTo rounds a change of weight up to two decimals: it must still suffice.
func upTo(v float64) float64 { return math.Ceil(v*100-1e-6) / 100 }

func addSources(to, more []verdict.Source) []verdict.Source {
next:
	for _, s := range more {
		for _, t := range to {
			if s == t {
				continue next
			}
		}
		to = append(to, s)
	}
	return to
}
