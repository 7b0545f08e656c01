package api

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

func (a *API) reportRoutes() {
	gives := map[string]string{}
	for _, f := range a.Reports.Formats() {
		gives[f.Media] = ""
	}
	add(a, op{id: "get-report", method: http.MethodGet, path: "/api/v1/plans/{plan}/report", tag: "reports", gives: gives}, a.report)
}

// report writes a report. Formats that take long are not for a request.
func (a *API) report(ctx context.Context, in *struct {
	OfPlan
	Format         string   `query:"format" maxLength:"20"`
	Title          string   `query:"title" maxLength:"200"`
	Classification string   `query:"classification" maxLength:"200"`
	Sections       []string `query:"sections" maxItems:"50"`
}) (*File, error) {
	formats := a.Reports.Formats()
	at := 0
	if in.Format != "" {
		at = slices.IndexFunc(formats, func(f ReportFormat) bool { return f.Name == in.Format })
	}
	if at < 0 {
		var names []string
		for _, f := range formats {
			names = append(names, f.Name)
		}
		return nil, refused(fault{location: "query.format", id: "api.problem.choice", args: map[string]any{"want": strings.Join(names, ", ")}, value: clip(in.Format)})
	}
	h, _, err := a.Plans.Plan(ctx, in.Plan)
	if err != nil {
		return nil, err
	}
	f := formats[at]
	var out bytes.Buffer
	err = a.Reports.Report(ctx, &out, ReportOptions{Plan: in.Plan, Format: f.Name, Lang: askingOf(ctx).lang, Title: in.Title,
		Classification: in.Classification, Sections: in.Sections})
	var bad *plan.Invalid
	if errors.As(err, &bad) {
		faults := make([]fault, len(bad.Problems))
		for i, x := range bad.Problems {
			faults[i] = fault{location: "query." + x.Path, id: x.ID, args: x.Args}
		}
		return nil, refused(faults...)
	}
	var unable *Unable
	if errors.As(err, &unable) {
		faults := []fault{{location: "query.format", id: unable.ID, args: unable.Args, value: f.Name}}
		if remedy := unable.ID + ".do"; askingOf(ctx).lang.Has(remedy) {
			faults = append(faults, fault{location: "query.format", id: remedy, args: unable.Args})
		}
		return nil, &refusal{kind: unavailable, faults: faults}
	}
	if err != nil {
		return nil, err
	}
	file := &File{Status: http.StatusOK, ContentType: f.Media, Body: out.Bytes(),
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": h.Name + "." + f.Extension})}
	if strings.HasPrefix(f.Media, "text/html") { // it carries its own styles and may load nothing at all
		file.Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals"
	}
	return file, nil
}
