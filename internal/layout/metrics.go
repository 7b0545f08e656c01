package layout

import (
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// cost is a year's bill of an arrangement, in the plan's currency.
type cost struct {
	compute, hosts, effort float64
	upgrades               float64
	agents                 int
}

func (c cost) total() float64 { return c.compute + c.hosts + c.effort }

// request is what something asks of a cluster: milli-CPU and MiB.
type request struct{ cpu, memory float64 }

func (r request) plus(o request) request { return request{r.cpu + o.cpu, r.memory + o.memory} }
func (r request) times(n float64) request {
	return request{r.cpu * n, r.memory * n}
}

func (ix *Index) request(id string) request {
	return request{ix.values[id+"_cpu"], ix.values[id+"_memory"]}
}

// requestOf is what an instance asks of its host: an installation with or
// without HA, a controller for each further shard, and a principal where it
// serves agents.
func (ix *Index) requestOf(in plan.Instance) request {
	r := ix.request("instance")
	if in.HA {
		r = ix.request("instance_ha")
	}
	if modeOf(in) == plan.Push {
		return r.plus(ix.request("shard").times(float64(in.ShardCount() - 1)))
	}
	return r.plus(ix.request("principal"))
}

// agentRequest is what an agent asks of its cluster: the agent and a whole
// Argo CD stack, or only a controller where repo-server and Redis are the
// principal's.
func (ix *Index) agentRequest(mode plan.Mode) request {
	if mode == plan.AgentShared {
		return ix.request("agent").plus(ix.request("shard"))
	}
	return ix.request("agent").plus(ix.request("agent_stack"))
}

// price is what a request costs a year:
// 12 · (vCPU · price a vCPU-month + GiB · price a GiB-month).
func (ix *Index) price(r request) float64 {
	return 12 * (r.cpu/1000*ix.values["vcpu_month_price"] + r.memory/1024*ix.values["gib_month_price"])
}

// instanceCost is an instance's own part of the bill, with so many agents; a
// host is paid for where it runs outside the planned clusters.
func (ix *Index) instanceCost(in plan.Instance, outside bool, agents int) cost {
	v := ix.values
	c := cost{compute: ix.price(ix.requestOf(in)) + float64(agents)*ix.price(ix.agentRequest(modeOf(in))), agents: agents}
	if outside {
		c.hosts = 12 * v["host_month_price"]
	}
	c.effort = v["releases_per_year"] * v["engineer_hour_price"] * (v["instance_release_hours"] + float64(agents)*v["agent_release_hours"])
	return c
}

// fixedEffort is what upgrades cost a year however many instances there are.
func (ix *Index) fixedEffort() float64 {
	return ix.values["releases_per_year"] * ix.values["engineer_hour_price"] * ix.values["release_hours"]
}

// cost is requests × price + hosts + effort. A host is paid for where an
// instance runs outside the planned clusters. Effort is releases a year ×
// (fixed hours + hours an instance + hours an agent) × an engineer's hour;
// without instances there is none. Every instance's own part is kept with it.
func (m *model) cost() cost {
	var c cost
	for i := range m.figures {
		f := &m.figures[i]
		agents := 0
		if f.Mode != plan.Push {
			agents = f.Clusters
		}
		own := m.ix.instanceCost(m.a.Instances[i], m.host[i] == none, agents)
		f.Cost = own.total()
		c.agents += agents
		c.compute += own.compute
		c.hosts += own.hosts
		c.effort += own.effort
	}
	if len(m.figures) > 0 {
		c.effort += m.ix.fixedEffort()
	}
	c.upgrades = m.ix.values["releases_per_year"] * float64(len(m.figures)+c.agents)
	return c
}

// inputs names the assumptions a figure was computed from.
func (ix *Index) inputs(ids ...string) []verdict.Input {
	out := make([]verdict.Input, 0, len(ids))
	for _, id := range ids {
		out = append(out, verdict.Input{ID: id, Value: ix.values[id], Unit: parameterUnit[id]})
	}
	return out
}

func (m *model) metrics(out *Analysis, c cost) []verdict.Metric {
	r, o := out.Radius, m.outage(out.Compartments)
	var change, credentials verdict.Metric
	for i, f := range m.figures {
		if i == 0 || f.ChangeRadius > change.Value {
			change.Value, change.Cause = f.ChangeRadius, f.Name
		}
		if i == 0 || float64(f.Credentials) > credentials.Value {
			credentials.Value, credentials.Cause = float64(f.Credentials), f.Name
		}
	}
	change.ID, change.Unit = "layout.change_radius", verdict.Percent
	credentials.ID, credentials.Unit = "layout.credentials", verdict.Count
	rates := []string{"instance_base_failures", "failures_per_cluster", "failures_per_application", "restore_hours", "common_share",
		"host_failures", "host_restore_hours", "link_failures", "link_restore_hours", "shared_failures", "shared_restore_hours", "cluster_unavailability"}
	prices := []string{"instance_cpu", "instance_memory", "instance_ha_cpu", "instance_ha_memory", "vcpu_month_price", "gib_month_price",
		"host_month_price", "releases_per_year", "release_hours", "instance_release_hours", "engineer_hour_price"}
	if c.agents > 0 {
		prices = append(prices, "principal_cpu", "principal_memory", "agent_cpu", "agent_memory", "agent_stack_cpu", "agent_stack_memory", "agent_release_hours")
	}
	floor := []verdict.Input{
		{ID: "layout.floor_links", Value: r.Link, Unit: verdict.Percent},
		{ID: "layout.floor_shared", Value: r.Shared, Unit: verdict.Percent},
		{ID: "layout.floor_common", Value: r.Common, Unit: verdict.Percent},
	}
	bill := []verdict.Input{
		{ID: "layout.cost_compute", Value: c.compute, Unit: verdict.Money},
		{ID: "layout.cost_hosts", Value: c.hosts, Unit: verdict.Money},
		{ID: "layout.cost_effort", Value: c.effort, Unit: verdict.Money},
	}
	return []verdict.Metric{
		{ID: "layout.radius", Value: r.Value, Unit: verdict.Percent, Cause: r.Domain.Name},
		{ID: "layout.floor", Value: max(r.Link, r.Shared, r.Common), Unit: verdict.Percent, Inputs: floor},
		{ID: "layout.floor_hours", Value: m.floorHours(), Unit: verdict.Hours,
			Inputs: m.ix.inputs("common_share", "instance_base_failures", "restore_hours", "shared_failures", "shared_restore_hours")},
		change,
		{ID: "layout.blocked_hours", Value: o.weighted, Unit: verdict.Hours, Inputs: m.ix.inputs(rates...)},
		{ID: "layout.blocked_hours_unweighted", Value: o.unweighted, Unit: verdict.Hours, Inputs: m.ix.inputs(rates...)},
		{ID: "layout.deployments_delayed", Value: o.delayed, Unit: verdict.Count, Inputs: m.ix.inputs(rates...)},
		{ID: "layout.undelivered", Value: m.share(o.lost), Unit: verdict.Percent},
		{ID: "layout.cost", Value: c.total(), Unit: verdict.Money, Inputs: append(bill, m.ix.inputs(prices...)...)},
		{ID: "layout.instances", Value: float64(len(m.figures)), Unit: verdict.Count},
		{ID: "layout.upgrades", Value: c.upgrades, Unit: verdict.Count, Inputs: m.ix.inputs("releases_per_year")},
		credentials,
	}
}

// floorHours is the expected time a year in which a shared service is down or
// a common failure stops every instance: 8760 · (1 - (1-q_shared)(1-q_common)).
func (m *model) floorHours() float64 {
	works := 1.0
	for _, d := range m.domains {
		if d.Kind == SharedDomain || d.Kind == CommonDomain {
			works *= 1 - d.Q
		}
	}
	return hoursPerYear * (1 - works)
}
