package command

import (
	"fmt"
	"maps"
	"slices"

	"deckplan/internal/appraise"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Check judges a plan file.
type Check struct {
	File string `arg:"" help:"Plan file."`
	JSON bool   `help:"Print findings and figures as JSON."`
}

// Run prints the findings of a plan file.
func (c Check) Run(s *Streams) error {
	p, err := s.Plan(c.File)
	if err != nil {
		return err
	}
	findings := appraise.Run(p).Findings()
	failed := slices.ContainsFunc(findings, func(f appraise.Finding) bool { return f.Severity == verdict.Error })
	if c.JSON {
		err = checkJSON(s, findings)
	} else {
		checkText(s, p, findings)
	}
	if err == nil && failed {
		return Exit{1}
	}
	return err
}

func checkText(s *Streams, p *plan.Plan, findings []appraise.Finding) {
	for _, f := range findings {
		args := maps.Clone(f.Args)
		if args == nil {
			args = verdict.Args{}
		}
		args["currency"] = p.About.CurrencyOr()
		_, _ = fmt.Fprintf(s.Out, "%s\t%s\t%s\n", s.Lang.T("severity."+f.Severity.String(), nil), f.Subject.Name, s.Lang.T(f.ID, args))
	}
}

func checkJSON(s *Streams, findings []appraise.Finding) error {
	type line struct {
		appraise.Finding
		Text string `json:"text"`
	}
	out := make([]line, len(findings))
	for i, f := range findings {
		out[i] = line{f, s.Lang.T(f.ID, f.Args)}
	}
	return s.json(map[string]any{"findings": out})
}
