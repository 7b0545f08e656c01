package strategy

import (
	"math"

	"deckplan/internal/plan"
)

// space is CPU in thousandths of a core and memory in MiB.
type space struct{ cpu, memory float64 }

// rooms tells how many replicas fit beside those that run, by service.
type rooms struct {
	replica space            // assumed of a service that does not say
	least   map[string]space // least spare space of the clusters that a service is on
}

// spare is a cluster's spare space; what it does not say is not bounded.
func spare(c *plan.Cluster) (space, bool) {
	s := space{math.Inf(1), math.Inf(1)}
	if c.SpareCPU > 0 {
		s.cpu = float64(c.SpareCPU)
	}
	if c.SpareMemory > 0 {
		s.memory = float64(c.SpareMemory)
	}
	return s, c.SpareCPU > 0 || c.SpareMemory > 0
}

func newRooms(p *plan.Plan, cpu, memory float64) rooms {
	out := rooms{replica: space{cpu, memory}}
	known := map[string]space{}
	for i := range p.Clusters {
		if s, ok := spare(&p.Clusters[i]); ok {
			known[p.Clusters[i].ID] = s
		}
	}
	if len(known) == 0 {
		return out
	}
	out.least = map[string]space{}
	on := hosts(p)
	for i := range p.Applications {
		app := &p.Applications[i]
		s, ok := known[on(app)]
		if !ok || app.Service == "" {
			continue
		}
		if was, seen := out.least[app.Service]; seen {
			s = space{min(s.cpu, was.cpu), min(s.memory, was.memory)}
		}
		out.least[app.Service] = s
	}
	return out
}

// hosts gives the cluster of an application, by its slice where it names one.
func hosts(p *plan.Plan) func(*plan.Application) string {
	of := make(map[string]string, len(p.Slices))
	for i := range p.Slices {
		of[p.Slices[i].ID] = p.Slices[i].Cluster
	}
	return func(a *plan.Application) string {
		if a.Cluster == "" {
			return of[a.Slice]
		}
		return a.Cluster
	}
}

// replicaOf is the space that a replica of the service asks for.
func (r *rooms) replicaOf(s *plan.Service) space {
	out := r.replica
	if s.Traits.CPU > 0 {
		out.cpu = float64(s.Traits.CPU)
	}
	if s.Traits.Memory > 0 {
		out.memory = float64(s.Traits.Memory)
	}
	return out
}

// of is how many replicas fit on the fullest of the service's clusters, -1 if
// none of them says what it has to spare.
func (r *rooms) of(s *plan.Service) int {
	free, ok := r.least[s.ID]
	if !ok {
		return -1
	}
	one := r.replicaOf(s)
	n := 1e6
	if one.cpu > 0 {
		n = min(n, free.cpu/one.cpu)
	}
	if one.memory > 0 {
		n = min(n, free.memory/one.memory)
	}
	return int(n + 1e-9)
}
