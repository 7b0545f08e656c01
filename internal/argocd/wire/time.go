package wire

import (
	"encoding/json"
	"time"
)

// UnmarshalJSON reads a time as Kubernetes writes it in JSON, so that the same
// types are read over REST.
func (x *Time) UnmarshalJSON(b []byte) error {
	var t *time.Time
	if err := json.Unmarshal(b, &t); err != nil || t == nil {
		return err
	}
	seconds, nanos := t.Unix(), int32(t.Nanosecond())
	x.Seconds, x.Nanos = &seconds, &nanos
	return nil
}

// Moment is the time; zero where there is none, or none that can be: years of
// more than four digits cannot be written.
func (x *Time) Moment() time.Time {
	t := time.Unix(x.GetSeconds(), int64(x.GetNanos())).UTC()
	if t.Year() < 2000 || t.Year() > 9000 {
		return time.Time{}
	}
	return t
}
