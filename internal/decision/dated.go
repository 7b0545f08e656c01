package decision

import "time"

// Dated is a record with the plan it is of and when it was begun and last
// changed.
type Dated struct {
	Plan string // id
	Record
	Created, Updated time.Time
}

// Taken is the record's steps with the one it was begun with before them.
func (d Dated) Taken() []Step {
	begun := Step{To: d.Status, At: d.Created}
	if len(d.Steps) > 0 {
		begun.To = d.Steps[0].From
	}
	return append([]Step{begun}, d.Steps...)
}
