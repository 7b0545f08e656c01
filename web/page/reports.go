package page

import (
	"slices"
	"strconv"

	"deckplan/internal/decision"
	"deckplan/internal/jobs"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/print"
	"deckplan/internal/report"
	"deckplan/web/ui"
)

// ReportAsk is what is asked of a report, as a job keeps it.
type ReportAsk struct {
	About          string   `json:"about"` // plan, compare or decisions
	With           string   `json:"with,omitempty"`
	Only           []int    `json:"only,omitempty"`
	Lang           string   `json:"lang"`
	Title          string   `json:"title,omitempty"`
	Classification string   `json:"classification,omitempty"`
	Sections       []string `json:"sections,omitempty"` // of a plan
	Compared       []string `json:"compared,omitempty"` // of a comparison
	Format         string   `json:"format"`
	Logo           bool     `json:"logo,omitempty"` // there is one
	KeepLogo       bool     `json:"-"`
}

// ReportFormat is a format that is offered, or why it is not.
type ReportFormat struct {
	Name      string
	Extension string
	Off       string // message of why it cannot be had; its remedy is Off.do
	Lacks     string // message of why there is no PDF in it
}

// ReportJob is a job with what it was asked for.
type ReportJob struct {
	jobs.Job
	Ask ReportAsk
}

// ReportsProps is what the page of reports shows.
type ReportsProps struct {
	Made             bool // reports are made beside requests
	Ask              ReportAsk
	Faults           []string // of the form, worded
	Reselect         bool     // the form's file has to be chosen again
	HasLogo          bool     // of the last report
	MaxLogo          int      // MiB
	Chapters         []string
	ComparedChapters []string
	Formats          []ReportFormat
	Scenarios        []plan.Head
	Decisions        []decision.Record
	Jobs             []ReportJob
}

// Off is the message of why a format cannot be had; empty where it can.
func (p *ReportsProps) Off(format string) string {
	i := slices.IndexFunc(p.Formats, func(f ReportFormat) bool { return f.Name == format })
	if i < 0 {
		return "print." + string(print.Absent)
	}
	return p.Formats[i].Off
}

// active tells whether a job waits or runs.
func (p *ReportsProps) active() bool {
	return slices.ContainsFunc(p.Jobs, func(j ReportJob) bool { return !j.State.Ended() })
}

func formatName(v *ui.View, name string) string { return v.T("report.format." + name) }

// jobTitle says what a job makes.
func jobTitle(v *ui.View, j ReportJob) string {
	s := v.T("reports.about." + j.about())
	if j.Ask.Title != "" {
		s = j.Ask.Title
	}
	return s
}

func (j ReportJob) about() string {
	switch j.Ask.About {
	case "compare", "decisions":
		return j.Ask.About
	}
	return "plan"
}

// jobForm is its format and language.
func jobForm(v *ui.View, j ReportJob) string {
	s := ""
	if _, ok := report.FormatOf(j.Ask.Format); ok || j.Ask.Format == report.PDF || j.Ask.Format == report.Everything {
		s = formatName(v, j.Ask.Format)
	}
	if l, ok := lang.Parse(j.Ask.Lang); ok {
		s += ", " + l.Name()
	}
	return s
}

// jobMark is a state's shape and class.
func jobMark(s jobs.State) (shape, class string) {
	switch s {
	case jobs.Done:
		return "●", "tag good"
	case jobs.Failed:
		return "■", "tag bad"
	case jobs.Interrupted:
		return "▲", "tag warn"
	case jobs.Cancelled:
		return "◆", "tag idle"
	}
	return "○", "tag accent"
}

// stepText says how far a job is.
func stepText(v *ui.View, s jobs.Step) string {
	if s.ID == "" {
		return ""
	}
	format := ""
	if s.Of != "" {
		format = v.T(s.Of)
	}
	return v.T(s.ID, "format", format)
}

// failure says why a job came to nothing, and what to do.
func failure(v *ui.View, j ReportJob) string {
	if j.State == jobs.Interrupted {
		return v.T("jobs.interrupted")
	}
	if j.State != jobs.Failed || !v.Lang.Has(j.Reason) {
		return ""
	}
	s := v.Word(j.Reason, j.Args)
	if do := v.Maybe(j.Reason+".do", j.Args); do != "" {
		s += " " + do
	}
	return s
}

// size writes a file's size.
func size(v *ui.View, n int64) string {
	const kib, mib = 1 << 10, 1 << 20
	if n >= mib {
		return strconv.FormatFloat(float64(n)/mib, 'f', 1, 64) + " MiB"
	}
	return v.Lang.Number(float64(max(1, n/kib))) + " KiB"
}

func jobURL(v *ui.View, j ReportJob, more ...string) string {
	return v.URL(append([]string{"reports", j.ID}, more...)...)
}

// quickURL is where a report in a format comes from at once.
func quickURL(v *ui.View, f ReportFormat) string {
	s := v.URL("report"+f.Extension) + "?lang=" + string(v.Lang)
	if f.Name == "html" {
		s = v.URL("report.html") + "?download&lang=" + string(v.Lang)
	}
	return s
}
