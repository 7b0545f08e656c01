package web

import (
	"strings"

	"deckplan/internal/live"
	"deckplan/internal/plan"
)

// planned is what a plan says of a live application; fields are empty where it
// says nothing.
type planned struct {
	Team        string // name of the owning team
	Application string // key of the plan's row
	Cluster     string // key of the plan's cluster it runs on
}

// plannedFor gives what a plan says of live applications: by the name of the
// application and its cluster, else by its name alone, else by the service of
// that name. Without a plan it says nothing.
func plannedFor(doc *plan.Plan) func(a *live.Application) planned {
	if doc == nil {
		return func(*live.Application) planned { return planned{} }
	}
	teams, services, byService := map[string]string{}, map[string]string{}, map[string]string{}
	for _, t := range doc.Teams {
		teams[t.ID] = t.Name
	}
	for _, s := range doc.Services {
		services[s.ID], byService[s.Name] = teams[s.Team], teams[s.Team]
	}
	clusters := map[string]string{} // by name and by server
	for _, c := range doc.Clusters {
		clusters[strings.ToLower(c.Name)] = c.ID
		if c.Server != "" {
			clusters[serverKey(c.Server)] = c.ID
		}
	}
	type place struct{ name, cluster string }
	applications := map[place]*plan.Application{}
	for i := range doc.Applications {
		a := &doc.Applications[i]
		applications[place{a.Name, a.Cluster}] = a
		if applications[place{a.Name, ""}] == nil {
			applications[place{a.Name, ""}] = a
		}
	}
	return func(a *live.Application) planned {
		out := planned{Cluster: clusters[serverKey(a.Server)]}
		if out.Cluster == "" {
			out.Cluster = clusters[strings.ToLower(a.Cluster)]
		}
		row := applications[place{a.Name, out.Cluster}]
		if row == nil {
			row = applications[place{a.Name, ""}]
		}
		if row == nil {
			out.Team = byService[a.Name]
			return out
		}
		out.Application, out.Team = row.ID, services[row.Service]
		return out
	}
}

// serverKey makes one text of the ways an API server's address is written.
func serverKey(server string) string {
	return strings.ToLower(strings.TrimRight(server, "/"))
}
