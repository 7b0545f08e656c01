package decision

// Kept is a decision as it is stored. Version counts the saves of its record,
// so that nobody overwrites what somebody else has written meanwhile.
type Kept struct {
	Decision
	Version int64
}

// Take takes the first of the records to its next status, as Transition does;
// the others, those that take its place, are linked to it.
func Take(all []*Kept, to Status, by By) error {
	record, err := Transition(all[0].Record, to, by)
	if err != nil {
		return err
	}
	all[0].Record = record
	for _, next := range all[1:] {
		next.Record = next.Record.LinkTo(record.Number)
	}
	return nil
}
