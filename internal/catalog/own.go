package catalog

import (
	"cmp"
	"time"

	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// factOf is a fact in its place, by its name and the list of its words.
type factOf struct {
	name, vocabulary string
	fact             *Fact
}

func named(all []factOf) []NamedFact {
	out := make([]NamedFact, len(all))
	for i, f := range all {
		out[i] = NamedFact{f.name, f.vocabulary, *f.fact}
	}
	return out
}

// ToolIn gives a tool as a plan knows it: the catalogue's, with the plan's own
// facts in place of its facts. A tool that the catalogue lacks has only the
// plan's own facts; it is not found where there are none.
func ToolIn(p *plan.Plan, id string) (Tool, bool) {
	t, known := ToolByID(id)
	if !known {
		t = Unheard(id)
	}
	own := overrideFacts(t.each(), p, id)
	for _, f := range p.ToolFacts {
		if f.Tool == id && f.Fact == "maintenance" {
			t.Maintenance.AsOf, t.Maintenance.Commits = f.Date, nil
		}
	}
	return t, known || own
}

// overrideFacts puts a plan's own facts about a tool in their places and tells
// whether there were any.
func overrideFacts(places []factOf, p *plan.Plan, tool string) (any bool) {
	for _, f := range p.ToolFacts {
		if f.Tool != tool || tool == "" {
			continue
		}
		for _, place := range places {
			if place.name == string(f.Fact) {
				*place.fact = Fact{Value: f.Value, Note: Text{EN: f.Note, KO: f.Note}, Ours: true, Was: place.fact.Value,
					Sources: []verdict.Source{{Title: f.Source, URL: addressIn(f.Source), AsOf: f.Date}}}
				any = true
			}
		}
	}
	return any
}

// addressIn gives a source that is itself an address.
func addressIn(source string) string {
	if len(source) > 8 && (source[:8] == "https://" || source[:7] == "http://") {
		return source
	}
	return ""
}

// Unheard is a tool of which nothing is known.
func Unheard(name string) Tool {
	t := Tool{ID: name, Name: name}
	for _, f := range t.each() {
		f.fact.Value = Unknown
	}
	return t
}

// Seen is the date on which a fact was last looked at: the newest of its
// sources'. It is empty where none of them has one.
func (f Fact) Seen() (date string) {
	for _, s := range f.Sources {
		date = max(date, s.AsOf)
	}
	return date
}

// Read is when a fact was last looked at, a date or a month: where none of its
// sources has one, when the catalogue was compiled.
func (f Fact) Read() string { return cmp.Or(f.Seen(), ToolsAsOf()) }

// Age counts the whole months since a fact was last looked at; a month counts
// from its first day.
func (f Fact) Age(now time.Time) (months int, ok bool) {
	date := f.Read()
	if len(date) == len("2006-01") {
		date += "-01"
	}
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, false
	}
	n := (now.Year()-t.Year())*12 + int(now.Month()) - int(t.Month())
	if now.Day() < t.Day() {
		n--
	}
	return n, true
}

// Old says that a fact was last looked at so many months ago or more. What
// nobody knows has no age.
func (f Fact) Old(months int, now time.Time) bool {
	n, ok := f.Age(now)
	return f.Known() && ok && n >= months
}

// ended says of a fact on maintenance that the project is archived or goes on
// elsewhere.
func ended(maintenance Fact) bool {
	return maintenance.Value == "archived" || maintenance.Value == "continued_elsewhere"
}
