package ui

import "net/url"

// Entry is a page of the plan, as the rail names it: message nav.NAME.
type Entry struct{ Name, Href string }

type group struct {
	name    string // message ui.NAME
	entries []Entry
}

func groups(v *View) []group {
	return []group{
		{"plan", []Entry{
			{"overview", v.URL()},
			{"facts", v.URL("facts", "teams")},
			{"ownership", v.URL("ownership")},
			{"layouts", v.URL("layouts")},
			{"roadmap", v.URL("roadmap")},
			{"drift", v.URL("drift")},
			{"matrix", v.URL("matrix")},
			{"strategies", v.URL("strategies")},
			{"images", v.URL("images")},
		}},
		{"records", []Entry{
			{"decisions", v.URL("decisions")},
			{"reports", v.URL("report")},
			{"history", v.URL("history")},
			{"compare", v.URL("compare")},
		}},
	}
}

// Entries are the plan's pages in the rail's order.
func Entries(v *View) (out []Entry) {
	for _, g := range groups(v) {
		out = append(out, g.entries...)
	}
	return out
}

// Going are the letters that, after G, go to a page. js/keys.js has the same.
var Going = []struct{ Key, Entry string }{
	{"O", "overview"}, {"F", "facts"}, {"S", "ownership"}, {"L", "layouts"}, {"R", "roadmap"}, {"T", "matrix"}, {"Y", "strategies"}, {"I", "images"},
	{"D", "decisions"}, {"P", "reports"}, {"H", "history"}, {"C", "compare"}, {"V", "drift"}, {"A", "live"},
}

func findURL(v *View) string {
	if v.Plan == nil {
		return "/find"
	}
	return "/find?" + url.Values{"plan": {v.Plan.ID}}.Encode()
}
