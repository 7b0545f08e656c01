package page

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"deckplan/internal/live"
	"deckplan/internal/owner"
	"deckplan/web/ui"
)

// LiveProps is what the status page shows.
type LiveProps struct {
	Instances []live.Instance
	Result    live.Result
	Query     live.Query
	Typed     string // into the search box
	Problems  []live.Problem
	Values    url.Values // the page's own query
	PageSize  int
	Stream    string // address of the changes to what is shown
	Show      LiveShow
	Views     []live.View
	Keeps     bool // views can be saved
}

// LiveShow is how rows are drawn.
type LiveShow struct {
	Columns []live.Column
	Chosen  bool                                // the reader chose the columns
	Owner   func(*live.Application) owner.Found // nil without a plan
	Plan    string                              // the plan's address, where Owner is set
}

// Has tells whether a column is shown.
func (s *LiveShow) Has(c live.Column) bool { return slices.Contains(s.Columns, c) }

// LiveColumns are what the table can show and be sorted by.
var LiveColumns = []live.Column{live.SortName, live.SortHealth, live.SortSync, live.SortOperation, live.SortInstance, live.SortCluster, live.SortNamespace,
	live.SortProject, live.SortOwner, live.SortRevision, live.SortImages, live.SortSince, live.SortLastSync}

// LiveColumnsOr gives the columns asked for, in the table's own order, or those
// that are shown unless asked: an operation that went well and a namespace are
// little news, and stand small beside others.
func LiveColumnsOr(asked []string, withOwner bool) (columns []live.Column, chosen bool) {
	var names []string
	for _, a := range asked {
		names = append(names, strings.Split(a, ",")...)
	}
	for _, c := range LiveColumns {
		if slices.Contains(names, string(c)) {
			columns, chosen = append(columns, c), chosen || c != live.SortName
		}
	}
	if chosen {
		if columns[0] != live.SortName {
			columns = append([]live.Column{live.SortName}, columns...)
		}
		return columns, true
	}
	return slices.DeleteFunc(slices.Clone(LiveColumns), func(c live.Column) bool {
		return c == live.SortOperation || c == live.SortNamespace || c == live.SortOwner && !withOwner
	}), false
}

var columnLabels = map[live.Column]string{live.SortName: "live.application", live.SortHealth: "live.health", live.SortSync: "live.sync",
	live.SortOperation: "live.table.operation", live.SortInstance: "live.instance", live.SortCluster: "live.cluster", live.SortNamespace: "live.table.namespace",
	live.SortProject: "live.project", live.SortOwner: "live.table.owner", live.SortRevision: "live.revision", live.SortImages: "live.table.images",
	live.SortSince: "live.since", live.SortLastSync: "live.last_sync"}

// columnLabel words a column's name.
func columnLabel(v *ui.View, c live.Column) string { return v.T(columnLabels[c]) }

// LiveFacets are the facets by their names in the page's address.
var LiveFacets = []struct {
	Name  string
	Facet live.Facet
	Label string // message
}{
	{"health", live.ByHealth, "live.health"}, {"sync", live.BySync, "live.sync"}, {"operation", live.ByOperation, "live.table.operation"},
	{"instance", live.ByInstance, "live.instance"}, {"cluster", live.ByCluster, "live.cluster"}, {"namespace", live.ByNamespace, "live.table.namespace"},
	{"project", live.ByProject, "live.project"}, {"owner", live.ByOwner, "live.table.owner"},
}

// liveKeys are what of the page's address makes a view.
var liveKeys = []string{"q", "health", "sync", "operation", "instance", "cluster", "namespace", "project", "owner", "attention", "sort", "order", "group", "fold", "open", "columns"}

// LiveValues are what the page understands of its address: every link on it
// repeats them.
func LiveValues(q url.Values) url.Values {
	out := url.Values{}
	for _, k := range append([]string{"page"}, liveKeys...) {
		if q.Has(k) {
			out[k] = q[k]
		}
	}
	return out
}

// LiveView gives the query of a view in one spelling: what selects and shows
// rows, and not the page one is on.
func LiveView(q url.Values) string {
	out := url.Values{}
	for _, k := range liveKeys {
		for _, value := range q[k] {
			if value != "" || k == "owner" || k == "operation" || k == "namespace" {
				out.Add(k, strings.ToValidUTF8(value, ""))
			}
		}
	}
	return out.Encode()
}

// builtin are views that everybody has.
var builtin = []struct{ name, query string }{
	{"live.attention", "attention=true&sort=health"},
	{"live.table.view.degraded", "health=Degraded&health=Missing&sort=since"},
	{"live.table.view.drifted", "q=age%3A%3E1d&sort=since&sync=OutOfSync"},
	{"live.table.view.failed", "operation=Error&operation=Failed&sort=last_sync"},
	{"live.table.view.stuck", "health=Progressing&q=age%3A%3E1h&sort=since"},
	{"live.table.view.instances", "fold=%2A&group=instance"},
}

// shown gives the saved view that the page shows, if it is one.
func (p *LiveProps) shown() *live.View {
	now := LiveView(p.Values)
	for i := range p.Views {
		if p.Views[i].Query == now {
			return &p.Views[i]
		}
	}
	return nil
}

func liveAddress(q url.Values) string {
	if len(q) == 0 {
		return "/live"
	}
	return "/live?" + q.Encode()
}

// with gives the page's address with a filter set, or taken back where it is
// set already. The page number starts again.
func with(values url.Values, name, value string) string {
	out := without(values, "page")
	if i := slices.Index(out[name], value); i >= 0 {
		out[name] = slices.Delete(slices.Clone(out[name]), i, i+1)
	} else {
		out[name] = append(slices.Clone(out[name]), value)
	}
	if len(out[name]) == 0 {
		out.Del(name)
	}
	return liveAddress(out)
}

// without gives the page's query without some of it.
func without(values url.Values, names ...string) url.Values {
	out := url.Values{}
	for k, all := range values {
		if !slices.Contains(names, k) {
			out[k] = all
		}
	}
	return out
}

func narrowed(values url.Values) bool {
	for k, all := range values {
		if slices.Contains([]string{"sort", "order", "page", "columns", "group", "fold", "open"}, k) {
			continue
		}
		if k != "q" || len(all) > 0 && all[0] != "" {
			return true
		}
	}
	return false
}

func sorted(p LiveProps, c live.Column) string {
	out := without(p.Values, "page", "sort", "order")
	out.Set("sort", string(c))
	if p.Query.Sort == c && !p.Query.Descending {
		out.Set("order", "desc")
	}
	return liveAddress(out)
}

func (p LiveProps) pageURL(page int) string {
	out := without(p.Values, "page")
	out.Set("page", strconv.Itoa(page))
	return liveAddress(out)
}

// grouped is the page's address with rows grouped; folded where there are more
// than one page of them.
func (p *LiveProps) grouped(c live.Column) string {
	out := without(p.Values, "page", "group", "fold", "open")
	if c != "" {
		out.Set("group", string(c))
		if p.Result.Total > p.PageSize {
			out.Set("fold", "*")
		}
	}
	return liveAddress(out)
}

// folding is the page's address with a group folded, or unfolded.
func (p *LiveProps) folding(g *live.Group) string {
	out := without(p.Values, "page")
	all := slices.Contains(out["fold"], "*")
	name := "fold"
	if all {
		name = "open"
	}
	kept := slices.DeleteFunc(slices.Clone(out[name]), func(s string) bool { return s == g.Value })
	if g.Folded == all {
		kept = append(kept, g.Value)
	}
	out[name] = kept
	return liveAddress(out)
}

// foldAll is the page's address with all groups folded, or none.
func (p *LiveProps) foldAll(fold bool) string {
	out := without(p.Values, "page", "fold", "open")
	if fold {
		out.Set("fold", "*")
	}
	return liveAddress(out)
}

// groups the rows of the page lie in, each with the rows that follow it.
type groupRows struct {
	*live.Group
	Rows []live.Row
}

func (p *LiveProps) groups() (out []groupRows) {
	rows := p.Result.Rows
	for i := range p.Result.Groups {
		g := &p.Result.Groups[i]
		out = append(out, groupRows{g, rows[:g.Shown]})
		rows = rows[g.Shown:]
	}
	return out
}

// searchProblem words what was not understood of a search.
func searchProblem(v *ui.View, p live.Problem) string {
	if p.Code == live.UnknownField && p.Nearest != "" {
		return v.T("live.table.problem.nearest", "field", p.Field, "nearest", p.Nearest)
	}
	return v.T("live.table.problem."+string(p.Code), "field", p.Field, "term", p.Term)
}

// rowImages splits the references an application runs.
func rowImages(r *live.Row) []string {
	if r.Images == "" {
		return nil
	}
	return strings.Split(r.Images, "\n")
}

// imageName is the last part of a reference: the image and its tag, or of a
// digest its beginning.
func imageName(s string) string {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	if name, digest, ok := strings.Cut(s, "@"); ok {
		_, hash, _ := strings.Cut(digest, ":")
		if !strings.Contains(name, ":") {
			return name + "@" + hash[:min(len(hash), 7)]
		}
		return name
	}
	return s
}

// teamURL is the address of a team in the plan.
func (s *LiveShow) teamURL(f owner.Found) string {
	return s.Plan + "/facts/teams?" + url.Values{"q": {f.Name}}.Encode() + "#" + url.PathEscape("teams/"+f.Team)
}

// connectionStates counts the instances by the state of their connection.
func connectionStates(instances []live.Instance) map[live.State]int {
	out := map[live.State]int{}
	for i := range instances {
		out[instances[i].State]++
	}
	return out
}

// release is a version without what tells builds of it apart.
func release(version string) string {
	version, _, _ = strings.Cut(version, "+")
	return version
}

// manyInstances is from how many instances on their list is folded.
const manyInstances = 6

// when words a time; a dash where there is none.
func when(v *ui.View, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return v.Lang.Time(t.Local())
}
