package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"deckplan/internal/appraise"
	"deckplan/internal/matrix"
	"deckplan/internal/matrixfile"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Matrix works out a tool matrix that stands in a file of its own.
type Matrix struct {
	File          string `arg:"" help:"The matrix: YAML or JSON, .csv, or .xlsx."`
	JSON          bool   `help:"Print everything as JSON."`
	Method        string `help:"weighted_sum, weighted_product or topsis; the file's unless set." enum:",weighted_sum,weighted_product,topsis" default:""`
	Normalisation string `help:"scale, none, min_max, max, sum or vector; the file's or the method's usual one unless set." enum:",scale,none,min_max,max,sum,vector" default:""`
	Weighting     string `help:"points or pairwise; the file's unless set." enum:",points,pairwise" default:""`
	Aggregate     string `help:"mean or median of several people's scores; the file's unless set." enum:",mean,median" default:""`
	Seed          uint64 `help:"Seed of the random weightings." default:"1"`
	Output        string `help:"File to write; - for standard output. A name that ends in .csv or .xlsx gets the matrix itself." default:"-" short:"o"`
}

// Help is what --help says beside the flags.
func (Matrix) Help() string {
	return `A matrix in YAML:

  method: topsis            # weighted_sum unless given
  criteria:
    - {name: Price, weight: 0.5, kind: measured, direction: lower, unit: EUR}
    - {name: Speed, weight: 0.5, kind: measured}
  candidates:
    - {name: A, values: {Price: 1, Speed: 3000}}
    - {name: B, values: [2, 3750]}

Weights may come from pairwise judgements, and values from comparisons of candidates:

  judgements:
    - [Experience, Education, 4]
  criteria:
    - name: Experience
      comparisons:
        - [Moll, Nell, 1/4]

Both may also be whole matrices, a row of figures for each. Criteria may have criteria of their own; then only those without count, each with its share of the whole:

  judgements: [[Cost, Safety, 3], [Price, Fuel, 2]]
  criteria:
    - name: Cost
      criteria: [Price, Fuel]
    - Safety

The same in CSV, where rows that begin with # say what is no value:

  candidate,Price,Speed
  #weight,0.5,0.5
  #direction,lower,
  A,1,3000
  B,2,3750
  #judgement,Price,Speed,3

Where no criterion has a kind, all are scores of 1 to 5, or all measured if a value is not.

Exit codes: 0 done, 1 there is no ranking, 2 wrong usage or a file that is wrong, 3 something could not be read or written.`
}

// Run works the matrix out and tells the result, or what is wrong with the file.
func (c Matrix) Run(s *Streams) error {
	in, err := os.Open(c.File)
	if err != nil {
		_, _ = fmt.Fprintln(s.Err, "deckplan:", err)
		return Exit{2}
	}
	defer func() { _ = in.Close() }() // read only
	f, err := matrixfile.Read(in, c.File)
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		return s.faults(c.File, bad)
	}
	if err != nil {
		return err
	}
	m := &f.Plan.Matrices[0]
	m.Method = cmp.Or(plan.MatrixMethod(c.Method), m.Method)
	if c.Normalisation != "" || c.Method != "" {
		m.Normalisation = plan.Normalisation(c.Normalisation)
	}
	m.Weighting = cmp.Or(plan.Weighting(c.Weighting), m.Weighting)
	m.Aggregate = cmp.Or(plan.Aggregate(c.Aggregate), m.Aggregate)
	blind := m.Blind
	m.Blind = false // who holds the file sees the scores
	a := matrix.Analyse(f.Plan, m.ID)
	m.Blind = blind
	err = s.write(c.Output, func(w io.Writer) error {
		switch filepath.Ext(c.Output) {
		case ".csv":
			return matrixfile.WriteCSV(w, f.Plan, m.ID)
		case ".xlsx":
			return matrixfile.WriteXLSX(w, f.Plan, m.ID)
		}
		out := c.result(s, &a)
		if out.Hierarchy = f.Groups; len(f.Groups) > 0 {
			out.RandomIndex = matrix.RandomIndexSource
		}
		if c.JSON {
			return writeJSON(w, out)
		}
		return out.text(s, w)
	})
	if err == nil && len(a.Ranked()) == 0 {
		return Exit{1}
	}
	return err
}

// matrixResult is what is told of a matrix; things are called by their names.
type matrixResult struct {
	Name          string             `json:"name"`
	Method        plan.MatrixMethod  `json:"method"`
	Normalisation plan.Normalisation `json:"normalisation"`
	Weighting     plan.Weighting     `json:"weighting"`
	Aggregate     plan.Aggregate     `json:"aggregate"`
	Criteria      []matrixCriterion  `json:"criteria"`
	// Consistency is of the judgements of criteria, by position in Criteria.
	Consistency *matrix.Priorities `json:"consistency,omitempty"`
	// Hierarchy has the criteria that have criteria of their own, the goal first.
	Hierarchy   []matrixfile.Group `json:"hierarchy,omitempty"`
	RandomIndex string             `json:"randomIndexFrom,omitempty"`
	Ranking     []matrixRow        `json:"ranking"`
	Methods     []matrixRun        `json:"methods"`
	Flips       []matrixFlip       `json:"flips"`
	ScoreFlips  []matrix.ScoreFlip `json:"scoreFlips"`
	Robustness  matrix.Robustness  `json:"robustness"`
	Findings    []matrixFinding    `json:"findings"`
	Metrics     []verdict.Metric   `json:"metrics"`
}

type matrixCriterion struct {
	Name      string             `json:"name"`
	Weight    float64            `json:"weight"`
	Share     float64            `json:"share"`
	Kind      plan.CriterionKind `json:"kind"`
	Direction plan.Direction     `json:"direction"`
	Unit      string             `json:"unit,omitempty"`
	// Consistency is of comparisons on it; Priorities the candidates' by name.
	Consistency *matrix.Priorities `json:"consistency,omitempty"`
	Priorities  map[string]float64 `json:"priorities,omitempty"`
}

type matrixRow struct {
	Name   string                `json:"name"`
	State  matrix.State          `json:"state"`
	Rank   int                   `json:"rank,omitempty"`
	Total  float64               `json:"total"`
	Values map[string]matrixCell `json:"values"`
	Gates  []string              `json:"failsGates,omitempty"`
}

type matrixCell struct {
	Value        *float64 `json:"value"` // null where there is none
	Normalised   float64  `json:"normalised"`
	Contribution float64  `json:"contribution"`
	People       int      `json:"people"`
	Low          float64  `json:"low"`
	High         float64  `json:"high"`
}

type matrixRun struct {
	Method        plan.MatrixMethod  `json:"method"`
	Normalisation plan.Normalisation `json:"normalisation"`
	Chosen        bool               `json:"chosen"`
	Fault         string             `json:"fault,omitempty"`
	Totals        map[string]float64 `json:"totals,omitempty"`
	Winners       []string           `json:"winners,omitempty"`
}

type matrixFlip struct {
	Criterion string  `json:"criterion"`
	Change    float64 `json:"change"`
	From      float64 `json:"fromShare"`
	To        float64 `json:"toShare"`
	Winner    string  `json:"winner"`
}

type matrixFinding struct {
	ID       string           `json:"id"`
	Severity verdict.Severity `json:"severity"`
	Text     string           `json:"text"`
	Why      string           `json:"why,omitempty"`
	Do       string           `json:"do,omitempty"`
}

func (c Matrix) result(s *Streams, a *matrix.Analysis) matrixResult {
	out := matrixResult{Name: a.Matrix.Name, Method: a.Method, Normalisation: a.Normalisation, Weighting: cmp.Or(a.Matrix.Weighting, plan.ByPoints),
		Aggregate: cmp.Or(a.Matrix.Aggregate, plan.Mean), Consistency: a.Judged, ScoreFlips: a.ScoreFlips(), Robustness: a.Robust(c.Seed), Metrics: a.Verdict.Metrics}
	called := map[string]string{}
	for _, r := range a.Rows {
		called[r.Candidate.ID] = r.Name
	}
	for _, k := range a.Criteria {
		x := matrixCriterion{Name: k.Name, Weight: k.Weight, Share: k.Share, Kind: cmp.Or(k.Kind, plan.Scored), Direction: cmp.Or(k.Direction, plan.Higher), Unit: k.Unit, Consistency: k.Local}
		if k.Local != nil {
			x.Priorities = map[string]float64{}
			for i, w := range k.Local.Weights {
				x.Priorities[called[k.Compared[i]]] = w
			}
		}
		if k.Local != nil || a.Judged != nil {
			out.RandomIndex = matrix.RandomIndexSource
		}
		out.Criteria = append(out.Criteria, x)
	}
	for _, r := range a.Rows {
		row := matrixRow{Name: r.Name, State: r.State, Rank: r.Rank, Total: r.Total, Values: map[string]matrixCell{}}
		for i, cell := range r.Cells {
			x := matrixCell{Normalised: cell.Normalised, Contribution: cell.Contribution, People: cell.People, Low: cell.Low, High: cell.High}
			if cell.Known {
				x.Value = &cell.Value
			}
			row.Values[a.Criteria[i].Name] = x
		}
		for _, o := range r.Outcomes {
			if o.Result == matrix.Fails {
				row.Gates = append(row.Gates, string(o.Gate))
			}
		}
		out.Ranking = append(out.Ranking, row)
	}
	for _, r := range a.Runs {
		x := matrixRun{Method: r.Method, Normalisation: r.Normalisation, Chosen: r.Chosen}
		if r.Fault != nil {
			x.Fault = strings.Trim(r.Fault.ID+": "+r.Fault.Criterion.Name, ": ")
		} else {
			x.Totals = map[string]float64{}
		}
		for i, t := range r.Totals {
			x.Totals[a.Rows[i].Name] = t
		}
		for _, i := range r.Leaders {
			x.Winners = append(x.Winners, a.Rows[i].Name)
		}
		out.Methods = append(out.Methods, x)
	}
	for _, f := range a.Flips {
		out.Flips = append(out.Flips, matrixFlip{f.Criterion.Name, f.Points, f.From, f.To, f.Rival.Name})
	}
	for _, f := range a.Verdict.Findings {
		w := word(s, appraise.Finding{Finding: f}, "")
		out.Findings = append(out.Findings, matrixFinding{f.ID, f.Severity, w.Text, w.Why, w.Do})
	}
	slices.SortStableFunc(out.Findings, func(x, y matrixFinding) int { return cmp.Compare(x.Severity, y.Severity) })
	return out
}

// text tells the result to people.
func (m matrixResult) text(s *Streams, out io.Writer) error {
	t := func(id string, args map[string]any) string { return s.Lang.T("matrix.command."+id, args) }
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s · %s\n\n", plain(m.Name), s.Lang.T("choice.matrixmethod."+string(m.Method), nil), s.Lang.T("choice.normalisation."+string(m.Normalisation), nil))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t("rank", nil), t("candidate", nil), t("total", nil), t("wins", nil))
	for i, r := range m.Ranking {
		rank, total, wins := s.Lang.T("matrix.state."+string(r.State), nil), "", ""
		if r.Rank > 0 {
			rank, total = fmt.Sprint(r.Rank), fmt.Sprintf("%.3f", r.Total)
			wins = s.Lang.Percent(m.Robustness.Rows[i].Wins)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", rank, plain(r.Name), total, wins)
	}
	_, _ = fmt.Fprintf(w, "\n%s\t%s\t\t\n", t("criterion", nil), t("share", nil))
	for _, c := range m.Criteria {
		_, _ = fmt.Fprintf(w, "%s\t%.3f\t\t\n", plain(c.Name), c.Share)
	}
	_ = w.Flush() // a strings.Builder takes everything
	if c := m.Consistency; c != nil && c.Known() {
		fmt.Fprintf(&b, "\n%s\n", t("consistency", map[string]any{"lambda": round3(c.Lambda), "index": round3(c.Index), "random": round3(c.Random), "ratio": round3(c.Ratio), "source": m.RandomIndex}))
	}
	for _, g := range m.Hierarchy {
		var shares []string
		for i, name := range g.Members {
			shares = append(shares, fmt.Sprintf("%s %.3f", plain(name), g.Shares[i]))
		}
		fmt.Fprintf(&b, "\n%s: %s\n", plain(cmp.Or(g.Name, m.Name)), strings.Join(shares, ", "))
		if c := g.Judged; c != nil && c.Known() {
			fmt.Fprintf(&b, "  %s\n", t("consistency", map[string]any{"lambda": round3(c.Lambda), "index": round3(c.Index), "random": round3(c.Random), "ratio": round3(c.Ratio), "source": m.RandomIndex}))
			if c.Ratio > matrix.ConsistentEnough && c.Mend != nil {
				fmt.Fprintf(&b, "  %s\n", t("mend", map[string]any{"first": plain(g.Members[c.Mend.First]), "second": plain(g.Members[c.Mend.Second]), "given": round3(c.Mend.Given), "value": round3(c.Mend.Value), "ratio": round3(c.Mend.Ratio)}))
			}
		}
	}
	if m.Robustness.Draws > 0 {
		fmt.Fprintf(&b, "\n%s\n", t("robust", map[string]any{"draws": m.Robustness.Draws, "seed": fmt.Sprint(m.Robustness.Seed)}))
	}
	for _, f := range m.Findings {
		fmt.Fprintf(&b, "\n%s: %s\n", s.Lang.T("severity."+f.Severity.String(), nil), plain(f.Text))
		for _, more := range []string{f.Why, f.Do} {
			if more != "" {
				fmt.Fprintf(&b, "  %s\n", plain(more))
			}
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func round3(x float64) string { return fmt.Sprintf("%.3f", x) }

// plain is a text of one line that no terminal obeys.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
