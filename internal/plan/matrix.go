package plan

import "cmp"

// Matrix compares tools for a purpose.
type Matrix struct {
	ID   string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	// Purpose says what the candidates are compared for.
	Purpose MatrixPurpose `json:"purpose" jsonschema:"required"`
	Gates   []Gate        `json:"gates,omitempty" jsonschema:"maxItems=20,uniqueItems=true"`
	// Lifted are the gates that the plan asks for and this matrix does without.
	Lifted []Gate `json:"lifted,omitempty" jsonschema:"maxItems=20,uniqueItems=true" jsonschema_description:"Gates that the plan sets and this matrix does without."`
	// Method makes one figure of a candidate's values; WeightedSum unless set.
	Method MatrixMethod `json:"method,omitempty" jsonschema_description:"How a candidate's values become one figure; weighted_sum unless set."`
	// Normalisation makes values of different criteria comparable; unset, the
	// method's usual one.
	Normalisation Normalisation `json:"normalisation,omitempty" jsonschema_description:"How values of different criteria are made comparable; the method's usual one unless set."`
	Weighting     Weighting     `json:"weighting,omitempty" jsonschema_description:"Where the weights come from: the criteria's points (unless set) or pairwise judgements."`
	Aggregate     Aggregate     `json:"aggregate,omitempty" jsonschema_description:"What counts of several people's scores: the mean (unless set) or the median."`
	// Blind hides everybody's scores from everybody else until it is taken back.
	Blind bool `json:"blind,omitempty" jsonschema_description:"Pages show each person only their own scores until this is taken back. Deckplan has no accounts: it keeps eyes off, not hands."`
	// FactMonths is the age from which a fact asks to be looked at again; 12
	// unless set.
	FactMonths int `json:"factMonths,omitempty" jsonschema:"minimum=0,maximum=240" jsonschema_description:"Age in months from which a catalogue fact asks to be looked at again; 12 unless set."`
}

// FactAge gives the age in months from which a fact is to be looked at again.
func (m Matrix) FactAge() int { return cmp.Or(m.FactMonths, 12) }

// Criterion is something a candidate is scored on. Its share of the result is
// its weight over the sum of the matrix's weights, unless the matrix weighs by
// judgements.
type Criterion struct {
	ID     string  `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Matrix string  `json:"matrix" jsonschema:"required" ref:"matrices,owner"`
	Name   string  `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Weight float64 `json:"weight" jsonschema:"required,minimum=0,maximum=1000"`
	// Kind says what its values are; Scored unless set.
	Kind      CriterionKind `json:"kind,omitempty" jsonschema_description:"score: people's scores of 1 to 5 (unless set); measured: any figure."`
	Unit      string        `json:"unit,omitempty" jsonschema:"maxLength=20" jsonschema_description:"Unit of a measured criterion's values, such as minutes."`
	Direction Direction     `json:"direction,omitempty" jsonschema_description:"Which values are better: higher (unless set) or lower."`
	Note      string        `json:"note,omitempty" jsonschema:"maxLength=2000" form:"long"`
}

// Candidate is a tool that is compared.
type Candidate struct {
	ID     string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Matrix string `json:"matrix" jsonschema:"required" ref:"matrices,owner"`
	Tool   string `json:"tool,omitempty" jsonschema:"maxLength=80" form:"tool"`
	Name   string `json:"name,omitempty" jsonschema:"maxLength=120" jsonschema_description:"Shown instead of the catalogue's name; needed for a tool that the catalogue lacks."`
}

// Measures tells whether the criterion's values are measured, not scored.
func (c Criterion) Measures() bool { return c.Kind == Measured }

// LowerIsBetter tells whether small values are the good ones.
func (c Criterion) LowerIsBetter() bool { return c.Direction == Lower }

// Score is what one person gives a candidate on a criterion: 1 to 5 where it is
// scored (5 is the most of what the criterion names), a figure in the
// criterion's unit where it is measured.
type Score struct {
	Candidate string  `json:"candidate" jsonschema:"required" ref:"candidates,owner"`
	Criterion string  `json:"criterion" jsonschema:"required" ref:"criteria,owner"`
	Person    string  `json:"person,omitempty" jsonschema:"maxLength=120"`
	Value     float64 `json:"value" jsonschema:"required,minimum=-1000000000000,maximum=1000000000000" jsonschema_description:"1 to 5, or any figure where the criterion is measured."`
	Evidence  string  `json:"evidence,omitempty" jsonschema:"maxLength=2000" form:"long"`
	Date      string  `json:"date,omitempty" jsonschema:"maxLength=10,pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$"`
}

// Judgement says how many times as much one criterion counts as another, on
// Saaty's scale from 1/9 to 9. A pair has one judgement.
type Judgement struct {
	First  string  `json:"first" jsonschema:"required" ref:"criteria,owner"`
	Second string  `json:"second" jsonschema:"required" ref:"criteria,owner"`
	Ratio  float64 `json:"ratio" jsonschema:"required,minimum=0.11,maximum=9" jsonschema_description:"First over second, 1/9 to 9: 3 moderately more, 5 strongly, 7 very strongly, 9 extremely; 0.2 is 1/5."`
}

// Comparison says how many times as good one candidate is as another on a
// criterion, on Saaty's scale. A pair has one comparison on each criterion.
type Comparison struct {
	Criterion string  `json:"criterion" jsonschema:"required" ref:"criteria,owner"`
	First     string  `json:"first" jsonschema:"required" ref:"candidates,owner"`
	Second    string  `json:"second" jsonschema:"required" ref:"candidates,owner"`
	Ratio     float64 `json:"ratio" jsonschema:"required,minimum=0.11,maximum=9" jsonschema_description:"First over second, 1/9 to 9."`
}

// Stack asks for the best tools for source build, container build and deploy
// together. A matrix left out is the plan's first one of that purpose.
type Stack struct {
	ID         string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name       string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Integrated string `json:"integrated,omitempty" ref:"matrices" jsonschema_description:"Matrix of the tools that serve all three stages; the plan's first of that purpose unless set."`
	Source     string `json:"source,omitempty" ref:"matrices" jsonschema_description:"Matrix of the tools that build source; the plan's first of CI tools unless set."`
	Image      string `json:"image,omitempty" ref:"matrices" jsonschema_description:"Matrix of the container builders; the plan's first of them unless set."`
	Deploy     string `json:"deploy,omitempty" ref:"matrices" jsonschema_description:"Matrix of the tools that deploy; the plan's first of CD tools unless set."`
	// SeamPrice and ToolPrice are in points of score, 1 to 5.
	SeamPrice float64 `json:"seamPrice" jsonschema:"required,minimum=0,maximum=4" jsonschema_description:"Points of score that each change of tool between adjacent stages costs."`
	ToolPrice float64 `json:"toolPrice" jsonschema:"required,minimum=0,maximum=4" jsonschema_description:"Points of score that each tool beyond the first costs."`
}

func (s Stack) Key() string     { return s.ID }
func (m Matrix) Key() string    { return m.ID }
func (c Criterion) Key() string { return c.ID }
func (c Candidate) Key() string { return c.ID }

// Key is made of what is scored and by whom, so that a person scores it once.
func (s Score) Key() string { return ScoreKey(s.Candidate, s.Criterion, s.Person) }

// Key is made of the pair, in the order it is written in.
func (j Judgement) Key() string { return j.First + "/" + j.Second }

// Key is made of the criterion and the pair, in the order it is written in.
func (c Comparison) Key() string { return c.Criterion + "/" + c.First + "/" + c.Second }

// ScoreKey is the key of a person's score of a candidate on a criterion.
func ScoreKey(candidate, criterion, person string) string {
	return candidate + "/" + criterion + "/" + person
}
