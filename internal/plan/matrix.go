package plan

// Matrix compares tools for a purpose.
type Matrix struct {
	ID   string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Name string `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	// Purpose says what the candidates are compared for.
	Purpose MatrixPurpose `json:"purpose" jsonschema:"required"`
	Gates   []Gate        `json:"gates,omitempty" jsonschema:"maxItems=20,uniqueItems=true"`
}

// Criterion is something a candidate is scored on. Its share of the result is
// its weight over the sum of the matrix's weights.
type Criterion struct {
	ID     string  `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Matrix string  `json:"matrix" jsonschema:"required" ref:"matrices,owner"`
	Name   string  `json:"name" jsonschema:"required,minLength=1,maxLength=120"`
	Weight float64 `json:"weight" jsonschema:"required,minimum=0,maximum=1000"`
	Note   string  `json:"note,omitempty" jsonschema:"maxLength=2000" form:"long"`
}

// Candidate is a tool that is compared.
type Candidate struct {
	ID     string `json:"id" jsonschema:"required,minLength=1,maxLength=64"`
	Matrix string `json:"matrix" jsonschema:"required" ref:"matrices,owner"`
	Tool   string `json:"tool,omitempty" jsonschema:"maxLength=80" form:"tool"`
	Name   string `json:"name,omitempty" jsonschema:"maxLength=120" jsonschema_description:"Shown instead of the catalogue's name; needed for a tool that the catalogue lacks."`
}

// Score is what one person gives a candidate on a criterion, 1 (poor) to 5.
type Score struct {
	Candidate string  `json:"candidate" jsonschema:"required" ref:"candidates,owner"`
	Criterion string  `json:"criterion" jsonschema:"required" ref:"criteria,owner"`
	Person    string  `json:"person,omitempty" jsonschema:"maxLength=120"`
	Value     float64 `json:"value" jsonschema:"required,minimum=1,maximum=5"`
	Evidence  string  `json:"evidence,omitempty" jsonschema:"maxLength=2000" form:"long"`
	Date      string  `json:"date,omitempty" jsonschema:"maxLength=10,pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$"`
}

func (m Matrix) Key() string    { return m.ID }
func (c Criterion) Key() string { return c.ID }
func (c Candidate) Key() string { return c.ID }

// Key is made of what is scored and by whom, so that a person scores it once.
func (s Score) Key() string { return ScoreKey(s.Candidate, s.Criterion, s.Person) }

// ScoreKey is the key of a person's score of a candidate on a criterion.
func ScoreKey(candidate, criterion, person string) string {
	return candidate + "/" + criterion + "/" + person
}
