package decision

// Kept is a decision as it is stored. Version counts the saves of its record,
// so that nobody overwrites what somebody else has written meanwhile.
type Kept struct {
	Decision
	Version int64
}
