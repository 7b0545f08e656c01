package web

import (
	"context"
	"sync"
	"time"

	"deckplan/internal/live"
	"deckplan/web/page"
)

const (
	measuredWindow = 90 * 24 * time.Hour // looked at
	measuredEvery  = time.Minute         // measured at most so often
)

// measurements keeps for a while what was measured of the instances' APIs.
type measurements struct {
	mu   sync.Mutex
	at   time.Time
	kept *page.Measured
}

// measured tells how the APIs of the connected instances answered; nil where
// nothing is kept or nothing connected. What cannot be read is not worth a
// page's failure.
func (s *Server) measured(ctx context.Context) *page.Measured {
	if s.Past == nil {
		return nil
	}
	s.measures.mu.Lock()
	defer s.measures.mu.Unlock()
	now := s.Now()
	if !s.measures.at.IsZero() && now.Sub(s.measures.at) < measuredEvery {
		return s.measures.kept
	}
	m, err := s.measure(ctx, now)
	if err != nil {
		s.Log.Warn("the live history cannot be read", "error", err)
		return s.measures.kept
	}
	s.measures.at, s.measures.kept = now, m
	return m
}

func (s *Server) measure(ctx context.Context, now time.Time) (*page.Measured, error) {
	m := &page.Measured{Window: measuredWindow}
	since := now.Add(-measuredWindow)
	for _, i := range s.Live.Instances() {
		if i.Protocol == live.Snapshot {
			continue
		}
		stretches, err := s.Past.Stretches(ctx, i.Name, since)
		if err != nil {
			return nil, err
		}
		one := page.MeasuredInstance{Name: i.Name, Availability: live.Measure(stretches, since, now)}
		if one.Never = one.Down == one.Observed; !one.Never {
			m.All, m.Counted = m.All.Add(one.Availability), m.Counted+1
		}
		m.Instances = append(m.Instances, one)
	}
	if len(m.Instances) == 0 {
		return nil, nil
	}
	return m, nil
}
