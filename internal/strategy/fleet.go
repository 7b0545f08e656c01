package strategy

import (
	"cmp"
	"container/heap"
	"slices"

	"deckplan/internal/plan"
)

// Roll is one service's roll-out on a cluster.
type Roll struct {
	Service int // its place in the plan
	Rollout plan.Rollout
	Seconds int // until every user is on the new version
	Extra   int // replicas beyond those wanted meanwhile, of all its applications there
	CPU     float64
	Memory  float64 // of these, in thousandths of a core and MiB
}

// Lane is a pipeline's services on one cluster.
type Lane struct {
	Pipeline, Cluster int // places in the plan; Pipeline is -1 for services of none
	Rolls             []Roll
	Known             bool    // the cluster says what it has to spare
	CPU, Memory       float64 // of that; 0 where the cluster does not say
	Any               int     // so many may roll out at once, whichever they are
	Most              int     // so many of the smallest
	TooBig            int     // services that find no room even alone
	Longest           Roll
	All               int // seconds until all that fit are rolled out, the longest first
}

// Fleet tells how the services of a plan roll out side by side.
type Fleet struct {
	Lanes   []Lane // the one that takes longest first
	Longest []Roll // of the plan, ten at most, each service once
}

// Fleet gives the survey's fleet; it is worked out once.
func (s *Survey) Fleet() Fleet {
	if s.fleet == nil {
		return Fleet{}
	}
	return s.fleet()
}

func (a *analyser) fleet() (out Fleet) {
	p := a.plan
	services, clusters, pipelines := places(p.Services), places(p.Clusters), places(p.Pipelines)
	type here struct{ cluster, service int }
	count := map[here]int{}
	var order []here
	on := hosts(p)
	for i := range p.Applications {
		app := &p.Applications[i]
		c, known := clusters[on(app)]
		s, ours := services[app.Service]
		if !known || !ours {
			continue
		}
		if count[here{c, s}] == 0 {
			order = append(order, here{c, s})
		}
		count[here{c, s}]++
	}
	at := map[[2]int]int{}
	var c comparison
	last := -1
	slices.SortFunc(order, func(x, y here) int { return cmp.Or(x.service-y.service, x.cluster-y.cluster) })
	for _, h := range order {
		s := &p.Services[h.service]
		if h.service != last {
			a.look(s, &c)
			last = h.service
		}
		r := a.roll(&c, h.service, p.Clusters[h.cluster].Environment, count[h])
		pipeline, ok := pipelines[s.Pipeline]
		if !ok {
			pipeline = -1
		}
		i, ok := at[[2]int{pipeline, h.cluster}]
		if !ok {
			i = len(out.Lanes)
			at[[2]int{pipeline, h.cluster}] = i
			out.Lanes = append(out.Lanes, Lane{Pipeline: pipeline, Cluster: h.cluster})
		}
		out.Lanes[i].Rolls = append(out.Lanes[i].Rolls, r)
		out.longest(r)
	}
	for i := range out.Lanes {
		out.Lanes[i].fill(&p.Clusters[out.Lanes[i].Cluster])
	}
	slices.SortStableFunc(out.Lanes, func(x, y Lane) int { return y.All - x.All })
	return out
}

func places[T plan.Item](rows []T) map[string]int {
	out := make(map[string]int, len(rows))
	for i := range rows {
		out[rows[i].Key()] = i
	}
	return out
}

// roll is a service's roll-out in an environment: by the strategy chosen for
// it, by that for every environment, else by Kubernetes' default.
func (a *analyser) roll(c *comparison, service int, environment string, applications int) Roll {
	k := 1
	for _, row := range slices.Backward(a.choices[c.service.ID]) {
		if i := index(row.Choice); i >= 0 && (row.Environment == environment || row.Environment == "" && !slices.ContainsFunc(a.choices[c.service.ID], func(x plan.Strategy) bool { return x.Environment == environment })) {
			k = i
		}
	}
	t := c.good(k)
	extra := t.Extra * applications
	return Roll{Service: service, Rollout: Rollouts[k], Seconds: max(0, t.Done), Extra: extra, CPU: float64(extra) * a.cpuOf(c.service), Memory: float64(extra) * a.memoryOf(c.service)}
}

// longest keeps the ten longest roll-outs, each service once.
func (f *Fleet) longest(r Roll) {
	if i := slices.IndexFunc(f.Longest, func(x Roll) bool { return x.Service == r.Service }); i >= 0 {
		if f.Longest[i].Seconds >= r.Seconds {
			return
		}
		f.Longest = slices.Delete(f.Longest, i, i+1)
	}
	i := slices.IndexFunc(f.Longest, func(x Roll) bool { return x.Seconds < r.Seconds })
	if i < 0 {
		i = len(f.Longest)
	}
	f.Longest = slices.Insert(f.Longest, i, r)
	f.Longest = f.Longest[:min(10, len(f.Longest))]
}

// fill works a lane out against what its cluster has to spare.
func (l *Lane) fill(c *plan.Cluster) {
	free, known := spare(c)
	l.Known, l.CPU, l.Memory = known, float64(c.SpareCPU), float64(c.SpareMemory)
	slices.SortStableFunc(l.Rolls, func(x, y Roll) int { return y.Seconds - x.Seconds })
	l.Longest = l.Rolls[0]
	fits := make([]Roll, 0, len(l.Rolls))
	for _, r := range l.Rolls {
		if r.CPU <= free.cpu && r.Memory <= free.memory {
			fits = append(fits, r)
		}
	}
	l.TooBig = len(l.Rolls) - len(fits)
	l.All = schedule(fits, free)
	l.Any = upTo(l.Rolls, func(r Roll) float64 { return -r.CPU }, func(cpu, _ float64) bool { return cpu <= free.cpu })
	l.Any = min(l.Any, upTo(l.Rolls, func(r Roll) float64 { return -r.Memory }, func(_, memory float64) bool { return memory <= free.memory }))
	l.Most = upTo(l.Rolls, func(r Roll) float64 { return max(r.CPU/free.cpu, r.Memory/free.memory) }, func(cpu, memory float64) bool { return cpu <= free.cpu && memory <= free.memory })
}

// upTo takes roll-outs in an order while their sum fits, and counts them.
func upTo(rolls []Roll, by func(Roll) float64, fits func(cpu, memory float64) bool) int {
	sorted := slices.SortedFunc(slices.Values(rolls), func(x, y Roll) int { return cmp.Compare(by(x), by(y)) })
	cpu, memory := 0.0, 0.0
	for n, r := range sorted {
		cpu, memory = cpu+r.CPU, memory+r.Memory
		if !fits(cpu, memory) {
			return n
		}
	}
	return len(sorted)
}

// schedule starts roll-outs in their order, each as soon as it finds room, and
// gives the second at which the last ends.
func schedule(rolls []Roll, free space) (end int) {
	var running ends
	now := 0
	for _, r := range rolls {
		for len(running) > 0 && (r.CPU > free.cpu+1e-6 || r.Memory > free.memory+1e-6) {
			done := heap.Pop(&running).(Roll)
			now = max(now, done.Seconds)
			free.cpu, free.memory = free.cpu+done.CPU, free.memory+done.Memory
		}
		free.cpu, free.memory = free.cpu-r.CPU, free.memory-r.Memory
		r.Seconds += now
		end = max(end, r.Seconds)
		heap.Push(&running, r)
	}
	return end
}

// ends are roll-outs under way, the one that ends next first.
type ends []Roll

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].Seconds < e[j].Seconds }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(Roll)) }
func (e *ends) Pop() any {
	last := len(*e) - 1
	r := (*e)[last]
	*e = (*e)[:last]
	return r
}
