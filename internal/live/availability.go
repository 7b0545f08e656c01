package live

import (
	"slices"
	"time"
)

// Availability is how an instance's API answered, as seen from here. It says
// nothing of delivery: the API may be out of reach while applications are
// delivered, and delivery may stand still while the API answers.
type Availability struct {
	Observed time.Duration // how long it was asked
	Down     time.Duration // of Observed, how long it did not answer
	Outages  int           // that fell into the time, wholly or in part
	Longest  time.Duration // of an outage, as far as it was observed
	Lasting  bool          // one has not ended
}

// MeanToRestore is the mean observed length of an outage: Down / Outages. An
// outage that lasts counts with its length so far. It is zero without outages.
func (a Availability) MeanToRestore() time.Duration {
	if a.Outages == 0 {
		return 0
	}
	return a.Down / time.Duration(a.Outages)
}

// PerYear is the outages in a year (8,760 h) of observation, Outages / Observed,
// so that PerYear · MeanToRestore / 8,760 h is Down / Observed: the share of
// time that Unavailability of the layout model makes of f and m.
func (a Availability) PerYear() float64 {
	if a.Observed <= 0 {
		return 0
	}
	return float64(a.Outages) * year.Hours() / a.Observed.Hours()
}

// PerYearAtMost is the rate a year that is refuted at 95 % where no outage was
// seen, for outages that come independently (Poisson): -ln 0.05 / Observed,
// known as the rule of three. It is zero where it says nothing.
func (a Availability) PerYearAtMost() float64 {
	if a.Observed <= 0 || a.Outages > 0 {
		return 0
	}
	return 2.9957 * year.Hours() / a.Observed.Hours()
}

const year = 8760 * time.Hour

// Add puts the figures of another instance to these.
func (a Availability) Add(b Availability) Availability {
	return Availability{a.Observed + b.Observed, a.Down + b.Down, a.Outages + b.Outages, max(a.Longest, b.Longest), a.Lasting || b.Lasting}
}

// answer is what a stretch says of the API.
type answer int

const (
	notAsked answer = iota
	answered
	silent
)

// answer tells what the stretch says of the API. A refusal (the token, a right,
// an answer too large) is an answer. Nothing was asked while the connection was
// being made, or while its own settings forbade it.
func (s *Stretch) answer() answer {
	switch s.State {
	case Connected:
		return answered
	case Down:
		switch s.Reason {
		case Unauthenticated, Forbidden, TooLarge:
			return answered
		case Misconfigured, TokenUnbound, TokenLost:
			return notAsked
		}
		return silent
	}
	return notAsked
}

// Measure tells how the API of one instance answered from one time to another,
// from its stretches in any order. A stretch that lasts goes up to the end; of
// two that overlap, the later one begins when the earlier ends. What no stretch
// covers was not observed, as when Deckplan did not run.
//
// An outage is all the observed silence between two answers: one that was under
// way when observation ended, and still is when it begins again, is one outage,
// and the time between is neither observed nor down.
func Measure(stretches []Stretch, from, to time.Time) Availability {
	all := slices.Clone(stretches)
	slices.SortStableFunc(all, func(a, b Stretch) int { return a.From.Compare(b.From) })
	var out Availability
	var outage time.Duration // of the one under way
	end := from
	for i := range all {
		s := &all[i]
		begin, until := s.From, s.To
		if begin.Before(end) {
			begin = end
		}
		if until.IsZero() || until.After(to) {
			until = to
		}
		length := until.Sub(begin)
		if length <= 0 {
			continue
		}
		end = until
		switch s.answer() {
		case answered:
			out.Observed += length
			outage, out.Lasting = 0, false
		case silent:
			out.Observed += length
			out.Down += length
			if outage == 0 {
				out.Outages++
			}
			outage += length
			out.Longest, out.Lasting = max(out.Longest, outage), true
		}
	}
	return out
}
