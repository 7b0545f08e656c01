package decision

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"time"

	"deckplan/internal/lang"
	"deckplan/internal/verdict"
)

// Text is a text in both languages, as it was rendered.
type Text struct {
	En string `json:"en"`
	Ko string `json:"ko"`
}

// In gives the text in a language.
func (t Text) In(l lang.Lang) string {
	if l == lang.Korean {
		return t.Ko
	}
	return t.En
}

// Both makes a text of what a function gives in each language.
func Both(in func(lang.Lang) string) Text { return Text{En: in(lang.English), Ko: in(lang.Korean)} }

// Snapshot is a verdict as it was when a decision was recorded. It is taken
// once and never changed: nothing here changes one, and its hash shows whether
// anything else did.
type Snapshot struct {
	Plan     string    `json:"plan"` // id
	Revision int64     `json:"revision"`
	Taken    time.Time `json:"taken"`
	Metrics  []Metric  `json:"metrics,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Figures  []Picture `json:"figures,omitempty"`
}

// Metric is a figure of the snapshot.
type Metric struct {
	// Of names the option that the figure is of, empty for the subject itself.
	Of    string       `json:"of,omitempty"`
	ID    string       `json:"id"`
	Value float64      `json:"value"`
	Unit  verdict.Unit `json:"unit"`
	Cause string       `json:"cause,omitempty"`
	Label Text         `json:"label"`
	Text  Text         `json:"text"` // the value, written
}

// Finding is a finding of the snapshot.
type Finding struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Text     Text   `json:"text"`
	Why      Text   `json:"why,omitzero"`
	Do       Text   `json:"do,omitzero"`
}

// Picture is a figure as SVG with literal colours.
type Picture struct {
	ID    string `json:"id"`
	Title Text   `json:"title"`
	SVG   Text   `json:"svg"`
}

// JSON is the snapshot's canonical form: fields in the order above, shortest
// numbers, the time in UTC to the millisecond.
func (s Snapshot) JSON() []byte {
	s.Taken = s.Taken.UTC().Truncate(time.Millisecond)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return nil // only a figure that is no number does that
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Hash is the SHA-256 of JSON, in hexadecimal.
func (s Snapshot) Hash() string {
	sum := sha256.Sum256(s.JSON())
	return hex.EncodeToString(sum[:])
}

// ParseSnapshot reads what JSON wrote.
func ParseSnapshot(b []byte) (Snapshot, error) {
	var s Snapshot
	err := json.Unmarshal(b, &s)
	return s, err
}

// Metric gives the subject's figure by its id.
func (s Snapshot) Metric(id string) (Metric, bool) {
	for _, m := range s.Metrics {
		if m.ID == id && m.Of == "" {
			return m, true
		}
	}
	return Metric{}, false
}

// Metrics words figures in both languages; of names the option they are of,
// currency is the plan's.
func Metrics(of string, metrics []verdict.Metric, currency string) []Metric {
	out := make([]Metric, len(metrics))
	for i, m := range metrics {
		out[i] = Metric{Of: of, ID: m.ID, Value: m.Value, Unit: m.Unit, Cause: m.Cause,
			Label: Both(func(l lang.Lang) string { return l.T("metric."+m.ID, nil) }),
			Text:  Both(func(l lang.Lang) string { return Value(l, m.Value, m.Unit, currency) })}
	}
	return out
}

// Value writes a figure in its unit.
func Value(l lang.Lang, x float64, unit verdict.Unit, currency string) string {
	switch unit {
	case verdict.Percent:
		return l.Percent(x)
	case verdict.Hours:
		return l.Hours(x)
	case verdict.Minutes:
		return l.Minutes(x)
	case verdict.Seconds:
		return l.Seconds(x)
	case verdict.Money:
		return l.Money(x, currency)
	}
	return l.Number(x)
}

// Findings words findings in both languages; currency is the plan's.
func Findings(findings []verdict.Finding, currency string) []Finding {
	out := make([]Finding, len(findings))
	for i, f := range findings {
		args := map[string]any{"currency": currency}
		maps.Copy(args, f.Args)
		word := func(suffix string) Text {
			return Both(func(l lang.Lang) string {
				if suffix != "" && !l.Has(f.ID+suffix) {
					return ""
				}
				return l.T(f.ID+suffix, args)
			})
		}
		out[i] = Finding{ID: f.ID, Severity: f.Severity.String(), Text: word(""), Why: word(".why"), Do: word(".do")}
	}
	return out
}
