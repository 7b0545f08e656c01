package web

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"deckplan/internal/lang"
	"deckplan/web/ui"
)

// presence knows who has which plan open, by the event streams that are.
type presence struct {
	mu    sync.Mutex
	plans map[string]*room
}

// room is a plan with those who have it open.
type room struct {
	visits map[*visit]bool
	timer  *time.Timer // of the next announcement; nil when none is due
}

// visit is one open stream.
type visit struct {
	person string // who, over all their tabs
	name   string
	page   string
	lang   lang.Lang
	told   chan string // the others as JSON; the newest only
}

// settle is how long comings and goings are collected: turning a page is a
// going and a coming.
const settle = 700 * time.Millisecond

// join adds a visit until leave is called.
func (p *presence) join(plan string, v *visit) (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plans == nil {
		p.plans = map[string]*room{}
	}
	r := p.plans[plan]
	if r == nil {
		r = &room{visits: map[*visit]bool{}}
		p.plans[plan] = r
	}
	r.visits[v] = true
	p.announce(plan, r)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(r.visits, v)
		p.announce(plan, r)
	}
}

func (p *presence) announce(plan string, r *room) {
	if r.timer != nil {
		return
	}
	r.timer = time.AfterFunc(settle, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		r.timer = nil
		if len(r.visits) == 0 {
			delete(p.plans, plan)
			return
		}
		for v := range r.visits {
			b, err := json.Marshal(r.others(v.person, v.lang))
			if err != nil {
				continue // texts always encode
			}
			select {
			case <-v.told:
			default:
			}
			v.told <- string(b)
		}
	})
}

// people lists those who have a plan open, without the reader.
func (p *presence) people(plan, reader string, l lang.Lang) []ui.Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.plans[plan]; r != nil {
		return r.others(reader, l)
	}
	return nil
}

// mostPeople bounds the list that is shown.
const mostPeople = 12

func (r *room) others(reader string, l lang.Lang) []ui.Person {
	out := []ui.Person{}
	at := map[string]int{}
	for v := range r.visits {
		if v.person == reader {
			continue
		}
		where := l.T("nav."+v.page, nil)
		if i, ok := at[v.person]; ok {
			if !strings.Contains(out[i].Where, where) {
				out[i].Where += ", " + where
			}
			continue
		}
		name := cmp.Or(v.name, l.T("here.guest", nil))
		at[v.person] = len(out)
		out = append(out, ui.Person{Name: name, Initial: string([]rune(strings.ToUpper(name))[:1]), Where: where})
	}
	slices.SortFunc(out, func(a, b ui.Person) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Where, b.Where)) })
	if more := len(out) - mostPeople; more > 0 {
		out = append(out[:mostPeople], ui.Person{Name: l.T("here.more", map[string]any{"n": more}), Initial: "+"})
	}
	return out
}
