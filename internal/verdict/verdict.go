// Package verdict is what every analysis answers with: figures and findings,
// each with its reason and its source. It makes no sentences: a finding is a
// message id with arguments, worded in the reader's language where it is shown.
package verdict

// Severity orders findings by what they ask of the reader.
type Severity int

const (
	Error   Severity = iota // the plan cannot work as written
	Warning                 // it works, and somebody will regret it
	Note                    // worth knowing
	Good                    // checked and found in order
)

// String is the severity's word in messages, classes and JSON.
func (s Severity) String() string { return [...]string{"error", "warning", "note", "good"}[s] }

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Args are a message's arguments: strings, numbers and booleans by name.
type Args map[string]any

// Ref names a row of the plan.
type Ref struct {
	Kind string `json:"kind"` // the table, such as clusters
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Finding is one sentence about the plan. Its message ids are ID (the
// sentence, with the numbers), ID.why (why it matters) and ID.do (what to do;
// absent where nothing is to be done).
type Finding struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Args     Args     `json:"args,omitempty"`
	About    []Ref    `json:"about,omitempty"`
	Sources  []Source `json:"sources,omitempty"`
}

// Unit says how a figure is written.
type Unit string

const (
	Count   Unit = "count"
	Percent Unit = "percent" // the value is a fraction, 0.81 is 81 %
	Hours   Unit = "hours"
	Minutes Unit = "minutes"
	Seconds Unit = "seconds"
	Money   Unit = "money" // in the plan's currency
	Score   Unit = "score"
)

// Metric is a figure, with the inputs it can be traced to. Its label is the
// message metric.ID, its meaning metric.ID.means.
type Metric struct {
	ID     string  `json:"id"`
	Value  float64 `json:"value"`
	Unit   Unit    `json:"unit"`
	Inputs []Input `json:"inputs,omitempty"`
	// Cause names what the figure comes from, such as the instance whose
	// failure gives the delivery radius.
	Cause string `json:"cause,omitempty"`
}

// Input is a figure that another was computed from.
type Input struct {
	ID    string  `json:"id"` // label: message metric.ID or assumption.ID
	Value float64 `json:"value"`
	Unit  Unit    `json:"unit"`
}

// Source is where a fact comes from.
type Source struct {
	Title      string `json:"title"`
	URL        string `json:"url,omitempty"`        // its address, where it has one
	AsOf       string `json:"asOf,omitempty"`       // date or month the source was read
	Kind       string `json:"kind,omitempty"`       // documented, measured, derived or assumption
	Confidence string `json:"confidence,omitempty"` // high, medium, low
}

// Verdict is an analysis' whole answer.
type Verdict struct {
	Metrics  []Metric  `json:"metrics,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}

// Metric gives a figure by its id.
func (v Verdict) Metric(id string) (Metric, bool) {
	for _, m := range v.Metrics {
		if m.ID == id {
			return m, true
		}
	}
	return Metric{}, false
}

// Worst gives the number of findings at each severity.
func (v Verdict) Worst() (counts [4]int) {
	for _, f := range v.Findings {
		counts[f.Severity]++
	}
	return counts
}
