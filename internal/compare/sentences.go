package compare

import (
	"cmp"
	"slices"
	"strings"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// Part is what a sentence is about, in the order of a story. Its heading is the
// message compare.part.PART.
type Part string

const (
	Stages   Part = "stages"   // who is accountable for what, and how it runs
	Layouts  Part = "layouts"  // which Argo CD instance delivers to which cluster
	Network  Part = "network"  // zones, links and what lies in them
	Services Part = "services" // services, their applications and roll-outs
	Tools    Part = "tools"    // installations, and what they are compared by
	Rest     Part = "rest"     // teams, rules and whatever else
	Figures  Part = "figures"  // what the change does to figures
	Findings Part = "findings" // that appear or go
)

// Parts are all parts, in order.
var Parts = []Part{Stages, Layouts, Network, Services, Tools, Rest, Figures, Findings}

// Sentence is one thing that changes. Kind names what happens, such as
// stage_passes; its words are the message compare.say.KIND.
type Sentence struct {
	Part   Part          `json:"part"`
	Kind   string        `json:"kind"`
	Text   string        `json:"sentence"`
	Refs   []verdict.Ref `json:"refs,omitempty"` // the row that changes first
	Before any           `json:"before,omitempty"`
	After  any           `json:"after,omitempty"`
}

// Story is what leads from one plan to another, in sentences.
type Story struct {
	Verdict   string     `json:"verdict"` // one line
	Sentences []Sentence `json:"sentences"`
}

// Of gives the sentences of a part.
func (s Story) Of(part Part) (out []Sentence) {
	for _, one := range s.Sentences {
		if one.Part == part {
			out = append(out, one)
		}
	}
	return out
}

// Tell tells what leads from a plan to another: what is changed, then what that
// does to figures and findings. What differs in no visible way is not told.
func Tell(l lang.Lang, a, b *plan.Plan) Story {
	return Told(l, a, b, plan.Diff(a, b), appraise.Run(a), appraise.Run(b))
}

// Told is Tell where the changes and verdicts are at hand.
func Told(l lang.Lang, a, b *plan.Plan, changes []plan.Change, judgedA, judgedB appraise.Appraisal) Story {
	n := &narrator{lang: l, a: a, b: b, names: map[string]map[string]string{}, told: map[string]bool{}}
	if len(changes) > 0 {
		n.pipelines()
		n.layouts()
		n.network()
		n.services()
		n.tools()
		n.others(changes)
	}
	n.figures(judgedA, judgedB)
	n.findings(judgedA, judgedB)
	slices.SortStableFunc(n.out, func(x, y Sentence) int {
		return cmp.Compare(slices.Index(Parts, x.Part), slices.Index(Parts, y.Part))
	})
	return Story{Verdict: n.verdict(len(changes)), Sentences: n.out}
}

// narrator tells a story. A row of which a sentence tells is not counted among
// the rest.
type narrator struct {
	lang  lang.Lang
	a, b  *plan.Plan
	names map[string]map[string]string // kind → key → name; as the second plan has it where it has it
	told  map[string]bool              // kind/key
	out   []Sentence
	fresh [4]int // findings that appear, by severity
	gone  [4]int
}

// args are a sentence's arguments.
type args = map[string]any

// say adds a sentence about a row.
func (n *narrator) say(part Part, kind string, a args, before, after any, refs ...verdict.Ref) {
	for _, r := range refs[:min(len(refs), 1)] {
		n.told[r.Kind+"/"+r.Key] = true
	}
	n.out = append(n.out, Sentence{Part: part, Kind: kind, Text: n.lang.T("compare.say."+kind, a), Refs: refs, Before: before, After: after})
}

// seen marks rows that a sentence about their owner tells of.
func (n *narrator) seen(kind, key string) { n.told[kind+"/"+key] = true }

// name is what a row of a table is called.
func (n *narrator) name(kind, key string) string {
	names, ok := n.names[kind]
	if !ok {
		names = map[string]string{}
		k := plan.KindOf(kind)
		f, _ := k.Field("name")
		for _, p := range []*plan.Plan{n.a, n.b} {
			for i := range k.Len(p) {
				item := k.At(p, i)
				if s, _ := k.Get(item, f).(string); s != "" {
					names[item.Key()] = s
				}
			}
		}
		n.names[kind] = names
	}
	if s := names[key]; s != "" {
		return s
	}
	if key == "" {
		return n.lang.T("compare.none_named", nil)
	}
	return key
}

func (n *narrator) ref(kind, key string) verdict.Ref {
	return verdict.Ref{Kind: kind, Key: key, Name: n.name(kind, key)}
}

func (n *narrator) refs(kind string, keys []string) []verdict.Ref {
	out := make([]verdict.Ref, len(keys))
	for i, key := range keys {
		out[i] = n.ref(kind, key)
	}
	return out
}

// mostNamed bounds the names in one sentence.
const mostNamed = 6

// list names rows, the first few by name.
func (n *narrator) list(kind string, keys []string) string {
	words := make([]string, 0, mostNamed)
	for _, key := range keys[:min(len(keys), mostNamed)] {
		words = append(words, n.name(kind, key))
	}
	return n.join(words, len(keys))
}

func (n *narrator) join(words []string, all int) string {
	text := strings.Join(words, ", ")
	if all > len(words) {
		return n.lang.T("compare.list_more", args{"list": text, "n": all - len(words)})
	}
	if text == "" {
		return n.lang.T("compare.nobody", nil)
	}
	return text
}

// word words a value of a choice, "none" where it is empty.
func (n *narrator) word(prefix, value string) string {
	if value == "" {
		return n.lang.T("compare.none_named", nil)
	}
	return n.lang.T(prefix+value, nil)
}

// text is a typed-in text, "none" where it is empty.
func (n *narrator) text(s string) string {
	return cmp.Or(s, n.lang.T("compare.none_named", nil))
}

// passed tells that a row's field names another row: from one, to another, or
// to none. Kinds are KIND.
func (n *narrator) passed(part Part, kind string, of verdict.Ref, table, was, now string, more args) {
	if was == now {
		return
	}
	a := args{"name": of.Name, "was": n.name(table, was), "now": n.name(table, now)}
	for k, v := range more {
		a[k] = v
	}
	refs := []verdict.Ref{of}
	for _, key := range []string{was, now} {
		if key != "" {
			refs = append(refs, n.ref(table, key))
		}
	}
	n.say(part, kind, a, n.named(table, was), n.named(table, now), refs...)
}

// named is a name for the before and after of a sentence; nothing where there
// is no row.
func (n *narrator) named(table, key string) any {
	if key == "" {
		return nil
	}
	return n.name(table, key)
}

// paired is a table's rows of two plans: those only one has, and those of both
// that differ.
type paired[T any] struct {
	gone, fresh []T
	both        [][2]T
}

// pair compares two tables by their rows' keys, in the plans' order.
func pair[T plan.Item](a, b []T) (out paired[T]) {
	before := make(map[string]int, len(a))
	for i := range a {
		before[a[i].Key()] = i
	}
	there := make(map[string]bool, len(b))
	for i := range b {
		key := b[i].Key()
		there[key] = true
		if at, ok := before[key]; ok {
			out.both = append(out.both, [2]T{a[at], b[i]})
		} else {
			out.fresh = append(out.fresh, b[i])
		}
	}
	for i := range a {
		if !there[a[i].Key()] {
			out.gone = append(out.gone, a[i])
		}
	}
	return out
}

func keysOf[T plan.Item](rows []T) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = rows[i].Key()
	}
	return out
}

// minus is what a list has and another has not.
func minus(list, without []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(without, s) {
			out = append(out, s)
		}
	}
	return out
}

// come tells of rows that a table gains or loses, in one sentence: kind_added
// or kind_removed.
func (n *narrator) come(part Part, kind, table string, keys []string) {
	if len(keys) == 0 {
		return
	}
	for _, key := range keys {
		n.seen(table, key)
	}
	list := n.list(table, keys)
	var before, after any = nil, list
	if strings.HasSuffix(kind, "_removed") {
		before, after = list, nil
	}
	n.say(part, kind, args{"n": len(keys), "list": list}, before, after, n.refs(table, keys[:min(len(keys), mostRefs)])...)
}

// mostRefs bounds the rows that one sentence refers to.
const mostRefs = 100

// renamed tells that a row has another name.
func (n *narrator) renamed(part Part, table, key, was, now string) {
	if was != now {
		n.say(part, "renamed", args{"was": was, "now": now, "kind": n.lang.T("kind."+table, nil)}, was, now, n.ref(table, key))
	}
}
