package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"deckplan/internal/live"
)

// Application is a row of the live table.
type Application struct {
	Instance             string     `json:"instance"`
	Namespace            string     `json:"namespace"`
	Name                 string     `json:"name"`
	Project              string     `json:"project"`
	Owner                string     `json:"owner,omitempty"`
	Cluster              string     `json:"cluster"`
	Server               string     `json:"server,omitempty"`
	DestinationNamespace string     `json:"destinationNamespace,omitempty"`
	Health               string     `json:"health"`
	HealthMessage        string     `json:"healthMessage,omitempty"`
	Sync                 string     `json:"sync"`
	Since                *time.Time `json:"since,omitempty"`
	Operation            string     `json:"operation,omitempty"`
	OperationMessage     string     `json:"operationMessage,omitempty"`
	LastSync             *time.Time `json:"lastSync,omitempty"`
	Revision             string     `json:"revision,omitempty"`
	TargetRevision       string     `json:"targetRevision,omitempty"`
	Repository           string     `json:"repository,omitempty"`
	Path                 string     `json:"path,omitempty"`
	ApplicationSet       string     `json:"applicationSet,omitempty"`
	Images               []string   `json:"images,omitempty"`
	Condition            string     `json:"condition,omitempty"`
	Attention            bool       `json:"attention"`
	Stale                bool       `json:"stale"`
	LastSeen             *time.Time `json:"lastSeen,omitempty"`
	AsOf                 *time.Time `json:"asOf,omitempty"`
}

// Applications is a page of the live table.
type Applications struct {
	List[Application]
	All       int                `json:"all"`
	Attention int                `json:"attention"`
	Facets    map[string][]Count `json:"facets,omitempty"`
	Groups    []Group            `json:"groups,omitempty"`
}

// Count is how many rows have a facet's value.
type Count struct {
	Value string `json:"value"`
	Rows  int    `json:"rows"`
}

// Group is what there is of a group of rows.
type Group struct {
	Value     string  `json:"value"`
	Rows      int     `json:"rows"`
	Attention int     `json:"attention"`
	OutOfSync int     `json:"outOfSync"`
	Health    []Count `json:"health"`
}

// facets are the facets' names.
var facets = []struct {
	name string
	of   live.Facet
}{{"health", live.ByHealth}, {"sync", live.BySync}, {"instance", live.ByInstance}, {"cluster", live.ByCluster}, {"project", live.ByProject},
	{"operation", live.ByOperation}, {"namespace", live.ByNamespace}, {"owner", live.ByOwner}}

func (a *API) liveRoutes() {
	add(a, op{id: "list-applications", method: http.MethodGet, path: "/api/v1/live/applications", tag: "live", kinds: []kind{notFound}}, a.applications)
	add(a, op{id: "list-instances", method: http.MethodGet, path: "/api/v1/live/instances", tag: "live"}, a.instances)
}

// Selection is what is asked of the live table.
type Selection struct {
	Q         string   `query:"q" maxLength:"500"`
	Health    []string `query:"health,explode" maxItems:"100"`
	Sync      []string `query:"sync,explode" maxItems:"100"`
	Instance  []string `query:"instance,explode" maxItems:"100"`
	Cluster   []string `query:"cluster,explode" maxItems:"100"`
	Project   []string `query:"project,explode" maxItems:"100"`
	Operation []string `query:"operation,explode" maxItems:"100"`
	Namespace []string `query:"namespace,explode" maxItems:"100"`
	Owner     []string `query:"owner,explode" maxItems:"100"`
	Attention bool     `query:"attention"`
	Sort      string   `query:"sort" enum:"name,instance,cluster,namespace,project,owner,health,sync,operation,revision,images,since,last_sync"`
	Order     string   `query:"order" enum:"asc,desc" default:"asc"`
	Group     string   `query:"group" enum:"instance,cluster,project,namespace,owner"`
	Facets    bool     `query:"facets"`
	OwnersOf  string   `query:"plan" maxLength:"64"`
}

// query reads the selection. What the search holds and is not understood is a
// fault: a program does not see what was left out.
func (s *Selection) query(a *API, ctx context.Context) (live.Query, error) {
	search, problems := live.ParseSearch(s.Q)
	var faults []fault
	for _, p := range problems {
		f := fault{location: "query.q", id: "live.table.problem." + string(p.Code), args: map[string]any{"field": p.Field, "term": p.Term}, value: clip(p.Term)}
		if p.Code == live.UnknownField && p.Nearest != "" {
			f.id, f.args = "live.table.problem.nearest", map[string]any{"field": p.Field, "nearest": p.Nearest}
		}
		faults = append(faults, f)
	}
	q := live.Query{Search: search, Health: s.Health, Sync: s.Sync, Instance: s.Instance, Cluster: s.Cluster, Project: s.Project, Operation: s.Operation,
		Namespace: s.Namespace, Owners: s.Owner, Attention: s.Attention, Sort: live.Column(s.Sort), Descending: s.Order == "desc"}
	if s.OwnersOf == "" && (len(s.Owner) > 0 || s.Group == "owner" || s.Sort == "owner" || search.Names("owner")) {
		faults = append(faults, fault{location: "query.plan", id: "api.problem.owners"})
	}
	if len(faults) > 0 {
		return q, refused(faults...)
	}
	if s.OwnersOf != "" {
		h, doc, err := a.Plans.Plan(ctx, s.OwnersOf)
		if err != nil {
			return q, err
		}
		q.Owner, q.OwnerKey = a.Owners(h.ID, h.Revision, doc)
	}
	return q, nil
}

func (a *API) applications(ctx context.Context, in *struct {
	Spoken
	Paged
	Selection
}) (*Plain[Applications], error) {
	q, err := in.query(a, ctx)
	if err != nil {
		return nil, err
	}
	q.Limit, q.Offset = in.Limit, in.Offset
	result := a.Live.Query(q)
	out := Applications{All: result.All, Attention: result.Attention}
	out.List = List[Application]{Items: []Application{}, Total: result.Total, Next: next(ctx, in.Paged, result.Total)}
	for i := range result.Rows {
		out.Items = append(out.Items, applicationOf(&result.Rows[i], q.Owner))
	}
	if in.Facets {
		out.Facets = map[string][]Count{}
		for _, f := range facets {
			if f.of != live.ByOwner || q.Owner != nil {
				out.Facets[f.name] = counts(result.Facet(f.of))
			}
		}
	}
	if in.Group != "" {
		q.Group, q.Fold, q.Limit, q.Offset = live.Column(in.Group), []string{"*"}, 1000, 0
		out.Groups = []Group{}
		for _, g := range a.Live.Query(q).Groups {
			out.Groups = append(out.Groups, Group{g.Value, g.Rows, g.Attention, g.OutOfSync, counts(g.Health)})
		}
	}
	return &Plain[Applications]{out}, nil
}

func counts(all []live.Count) []Count {
	out := []Count{}
	for _, c := range all[:min(len(all), 1000)] {
		out = append(out, Count{c.Value, c.Rows})
	}
	return out
}

func applicationOf(r *live.Row, owner func(*live.Application) string) Application {
	out := Application{Instance: r.Instance, Namespace: r.Namespace, Name: r.Name, Project: r.Project, Cluster: r.Cluster, Server: r.Server,
		DestinationNamespace: r.DestNamespace, Health: r.Health, HealthMessage: r.HealthMessage, Sync: r.Sync, Since: moment(r.Since),
		Operation: r.Phase, OperationMessage: r.OperationMessage, LastSync: moment(r.LastSync), Revision: r.Revision, TargetRevision: r.TargetRevision,
		Repository: r.RepoURL, Path: r.Path, ApplicationSet: r.Set, Condition: r.Condition, Attention: r.Application.Attention(), Stale: r.Stale,
		LastSeen: moment(r.LastSeen), AsOf: moment(r.AsOf)}
	if r.Images != "" {
		out.Images = strings.Split(r.Images, "\n")
	}
	if owner != nil {
		out.Owner = owner(&r.Application)
	}
	return out
}

// moment is a time, or nothing where it is not known.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Instance is a connected Argo CD.
type Instance struct {
	Name         string         `json:"name"`
	URL          string         `json:"url,omitempty"`
	State        string         `json:"state" enum:"connecting,connected,down,captured"`
	Reason       string         `json:"reason,omitempty"`
	ReasonText   string         `json:"reasonText,omitempty"`
	Since        *time.Time     `json:"since,omitempty"`
	LastSeen     *time.Time     `json:"lastSeen,omitempty"`
	Protocol     string         `json:"protocol,omitempty"`
	Version      string         `json:"version,omitempty"`
	Account      string         `json:"account,omitempty"`
	TokenExpires *time.Time     `json:"tokenExpires,omitempty"`
	Captured     *time.Time     `json:"captured,omitempty"`
	CanWrite     string         `json:"canWrite,omitempty" enum:"unknown,none_found,found"`
	Complete     bool           `json:"complete"`
	Applications int            `json:"applications"`
	Health       map[string]int `json:"health"`
	Sync         map[string]int `json:"sync"`
}

func (a *API) instances(ctx context.Context, in *struct {
	Spoken
	Paged
}) (*Plain[List[Instance]], error) {
	l := askingOf(ctx).lang
	return &Plain[List[Instance]]{page(ctx, a.Live.Instances(), in.Paged, func(i live.Instance) Instance {
		out := Instance{Name: i.Name, URL: i.URL, State: string(i.State), Reason: string(i.Reason), Since: moment(i.Since), LastSeen: moment(i.LastSeen),
			Protocol: string(i.Protocol), Version: i.Version, Account: i.Account, TokenExpires: moment(i.Expires), Captured: moment(i.Captured),
			CanWrite: string(i.CanWrite.State), Complete: i.Complete, Applications: i.Applications, Health: i.Health, Sync: i.Sync}
		if i.Reason != "" {
			out.ReasonText = l.T("live.reason."+string(i.Reason), nil)
		}
		if out.Health == nil {
			out.Health = map[string]int{}
		}
		if out.Sync == nil {
			out.Sync = map[string]int{}
		}
		return out
	})}, nil
}

// among tells whether a filter lets a value pass.
func among(filter []string, value string) bool {
	return len(filter) == 0 || slices.Contains(filter, value)
}
