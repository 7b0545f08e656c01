package page

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/live"
	"deckplan/web/ui"
)

// reasonText words why an instance could not be read.
func reasonText(v *ui.View, r live.Reason) string {
	if id := "live.reason." + string(r); r != live.NoReason && v.Lang.Has(id) {
		return v.T(id)
	}
	return v.T("live.reason.unknown")
}

func orDash(s string) string {
	return cmp.Or(s, "—")
}

// said is a message of an application with its label.
type said struct{ label, text string }

// messagesOf are what the table knows of why an application is as it is.
func messagesOf(a *live.Application) (out []said) {
	add := func(label, text string) {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, said{label, text})
		}
	}
	add("live.health", a.HealthMessage)
	add("live.app.condition", a.Condition)
	if a.Phase != "Succeeded" {
		add("live.table.operation", a.OperationMessage)
	}
	return out
}

func phaseClass(phase string) string {
	switch phase {
	case "Succeeded":
		return "good"
	case "Failed", "Error":
		return "bad"
	}
	return "accent" // Running, Terminating
}

func conditionClass(kind string) string {
	if strings.HasSuffix(kind, "Error") {
		return "bad"
	}
	return "warn"
}

// syncedBy names who began a sync.
func syncedBy(v *ui.View, who string) string {
	switch who {
	case "":
		return "—"
	case "automated":
		return v.T("live.app.automated")
	}
	return who
}

// plain is the address that reads the application, without a filter.
func (p *DetailProps) plain() string { return ApplicationURL(p.Key) + "/detail" }

func (p *DetailProps) address() string {
	q := url.Values{}
	if p.Asked != "" {
		q.Set("resource", p.Asked)
	}
	if p.Problems {
		q.Set("problems", "true")
	}
	if len(q) == 0 {
		return p.plain()
	}
	return p.plain() + "?" + q.Encode()
}

// lasted is how long the i-th state lasted.
func (p *ApplicationProps) lasted(i int, now time.Time) time.Duration {
	if i > 0 {
		now = p.Past[i-1].At
	}
	return now.Sub(p.Past[i].At)
}

// lastKnown is the last state of an application that the table lacks.
func (p *ApplicationProps) lastKnown() (live.Transition, time.Time, bool) {
	for _, t := range p.Past {
		if t.Health != "" || t.Sync != "" {
			return t, t.At, true
		}
	}
	if d := p.Detail.Detail; !d.Read.IsZero() {
		return live.Transition{Health: d.Health, Sync: d.Sync, Revision: d.Revision}, d.Read, true
	}
	return live.Transition{}, time.Time{}, false
}

// availability writes a share of time, finely where it is near the whole.
func availability(share float64) string {
	text := strconv.FormatFloat(math.Floor(share*100_000)/1000, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// Stamp differs where what the table shows of the application differs.
func (p *ApplicationProps) Stamp() string {
	if !p.Known {
		return ""
	}
	row := p.Row.Application
	row.ResourceVersion = ""
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%+v", row)
	return strconv.FormatUint(h.Sum64(), 36)
}

// eventsOf is the stream that tells when a page must be read again, from what
// the page shows on: name, value pairs narrow what counts.
func eventsOf(v *ui.View, pairs ...string) string {
	q := url.Values{"seen": {v.Live}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return "/live/events?" + q.Encode()
}

// events is the stream of what changes of the application and its instance.
func (p *ApplicationProps) events(v *ui.View) string {
	return eventsOf(v, "application", p.Key.Instance+"/"+p.Key.Namespace+"/"+p.Key.Name)
}

// driftURL is the page that holds the plan against live; empty where there is
// none, or no plan.
func driftURL(v *ui.View) string {
	if v.Plan == nil {
		return ""
	}
	for _, e := range ui.Entries(v) {
		if e.Name == "drift" {
			return e.Href
		}
	}
	return ""
}
