package strategy

import (
	"math"

	"deckplan/internal/plan"
)

// Second is one second of a release, and what had happened until its begin.
type Second struct {
	At         int
	Old, New   int     // replicas ready, by version
	Starting   int     // replicas that are not ready yet
	Stopping   int     // replicas on their way out
	Share      float64 // of users who are answered by the new version
	Capacity   float64 // requests a second that the ready replicas can carry
	Slow       float64 // requests in this second that cold replicas answer
	Refused    float64 // requests in this second that find no capacity
	Failing    float64 // requests in this second that a bad version fails
	Failed     float64 // requests refused or failed before
	ExtraHours float64 // replica-hours beyond the replicas wanted, before
	GoingBack  bool
}

// Pods are the replicas that exist.
func (s *Second) Pods() int { return s.Old + s.New + s.Starting + s.Stopping }

// quantum is the step in which slow start lets users in, in seconds: a
// sixtieth of its window, a second at least.
func (r *Release) quantum() int { return max(1, r.Warm/60) }

// lets gives the weight of a replica that has been ready for age seconds under
// slow start with a window: max(least, (age / window) ^ (1 / aggression)).
// Source: Envoy's documentation, slow start mode. Weights are relative: where
// all replicas are new, all have the same and nothing is spared.
func (r *Release) lets(age int) float64 {
	if r.WarmUp != plan.WarmBySlowStart || age >= r.Warm {
		return 1
	}
	part := float64(max(age, 1)) / float64(r.Warm)
	if r.Aggression != 1 {
		part = math.Pow(part, 1/max(r.Aggression, 0.01))
	}
	return max(r.MinWeight, part)
}

// age is how long a batch has been ready, as far as slow start has seen it.
func (e *engine) age(b *batch) int {
	q := e.r.quantum()
	return max(0, e.t/q*q-b.readyAt)
}

// load spreads a second's users over the replicas. Users of a pool go to every
// ready replica by its weight; a router sends its share to the new version and
// the rest to the old. Requests beyond a replica's capacity are refused and not
// tried again elsewhere.
func (e *engine) load(s *Second) {
	r, p := &e.r, &e.pods
	one := r.Demand / (float64(r.Replicas) * r.Load) // a warm replica's capacity, requests a second
	s.Old, s.New, s.Stopping = p.ready[old], p.ready[fresh], p.stopping
	s.Starting = p.total[old] + p.total[fresh] - s.Old - s.New
	weights := [2]float64{float64(p.warm[old]), float64(p.warm[fresh])}
	s.Capacity = (weights[old] + weights[fresh]) * one
	for i := range p.young {
		if b := &p.young[i]; b.ready {
			weights[b.version] += float64(b.count) * r.lets(e.age(b))
			s.Capacity += float64(b.count) * one * r.Cold
		}
	}
	var each [2]float64 // requests a second for a replica of weight 1
	if r.routed() {
		s.Share = e.weight
		each[old], each[fresh] = over(r.Demand*(1-s.Share), weights[old]), over(r.Demand*s.Share, weights[fresh])
		for v, part := range [2]float64{1 - s.Share, s.Share} {
			if weights[v] == 0 {
				s.Refused += r.Demand * part
			}
		}
	} else {
		sum := weights[old] + weights[fresh]
		s.Share = over(weights[fresh], sum)
		each[old] = over(r.Demand, sum)
		each[fresh] = each[old]
		if sum == 0 {
			s.Refused = r.Demand
		}
	}
	served := [2]float64{}
	for v := range served {
		n := float64(p.warm[v])
		served[v] = n * min(each[v], one)
		s.Refused += n * max(0, each[v]-one)
	}
	for i := range p.young {
		if b := &p.young[i]; b.ready {
			n, x := float64(b.count), each[b.version]*r.lets(e.age(b))
			got := n * min(x, one*r.Cold)
			served[b.version] += got
			s.Slow += got
			s.Refused += n*x - got
		}
	}
	s.Failing = served[fresh] * r.Bad
}

func over(x, y float64) float64 {
	if y == 0 {
		return 0
	}
	return x / y
}
