package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
	"deckplan/internal/plan/plantest"
)

func TestStrategies_ChoosingIsAnEditThatCanBeUndone(t *testing.T) {
	s := sampleSite(t)
	from := "/plans/p/strategies?service=cart&environment=prod"
	choose := func(choice string) *httptest.ResponseRecorder {
		return s.post("/plans/p/edit", from, url.Values{"op": {"strategy"}, "service": {"cart"}, "environment": {"prod"}, "choice": {choice}})
	}
	rows := func() (out []plan.Strategy) {
		_, p, err := s.db.Plan(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range p.Strategies {
			if row.Service == "cart" {
				out = append(out, row)
			}
		}
		return out
	}
	if w := choose("canary"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != from {
		t.Fatalf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	first := rows()
	if len(first) != 1 || first[0].Choice != plan.Canary || first[0].Environment != "prod" {
		t.Fatalf("rows %+v", first)
	}
	s.post("/plans/p/edit", from, url.Values{"op": {"set"}, "at": {"strategies/" + first[0].ID + "/reason"}, "value": {"because"}})
	choose("recreate")
	if got := rows(); len(got) != 1 || got[0].Choice != plan.Recreate || got[0].ID != first[0].ID || got[0].Reason != "because" {
		t.Errorf("the row and its reason stay with another choice: %+v", got)
	}
	if body := s.get(from).Body.String(); !strings.Contains(body, "takes it down for 30 s at every release") {
		t.Error("the finding about the choice is missing")
	}
	choose("")
	if got := rows(); len(got) != 0 {
		t.Errorf("after it was taken back: %+v", got)
	}
	s.post("/plans/p/undo", from, url.Values{"revision": {"5"}})
	if got := rows(); len(got) != 1 || got[0].Choice != plan.Recreate {
		t.Errorf("after Undo: %+v", got)
	}
}

// An edit is made from the plan that was read and applied to the newest.
func TestStrategies_ChoosingLeavesWhatSomebodyElseWroteMeanwhile(t *testing.T) {
	_, read := sampleSite(t).doc(t)
	row := read.Strategies[0]
	e, err := chooseStrategy(&form{doc: read, values: url.Values{"service": {row.Service}, "environment": {row.Environment}, "choice": {"recreate"}}})
	if err != nil {
		t.Fatal(err)
	}
	newest, _, err := plan.Apply(read, plan.Set{Kind: "strategies", Key: row.ID, Fields: []plan.FieldValue{{Name: "reason", Now: plan.Raw("meanwhile")}}})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := plan.Apply(newest, e)
	if err != nil || got.Strategies[0].Reason != "meanwhile" || got.Strategies[0].Choice != plan.Recreate {
		t.Errorf("%+v, %v", got.Strategies[0], err)
	}
}

func TestStrategies_ABadChoiceIsRefused(t *testing.T) {
	s := sampleSite(t)
	for _, v := range []url.Values{
		{"op": {"strategy"}, "service": {"cart"}, "choice": {"big bang"}},
		{"op": {"strategy"}, "service": {"nobody"}, "choice": {"canary"}},
		{"op": {"strategy"}, "service": {"cart"}, "environment": {"nowhere"}, "choice": {"canary"}},
	} {
		if w := s.post("/plans/p/edit", "/plans/p/strategies?service=cart", v); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%v: %d", v, w.Code)
		}
	}
	if w := s.get("/plans/p/strategies?service=nobody"); w.Code != http.StatusNotFound {
		t.Errorf("a service that is not there: %d", w.Code)
	}
}

func TestStrategies_FiltersNarrowTheTable(t *testing.T) {
	s := sampleSite(t)
	for query, want := range map[string]string{"": "web cart search ledger mailer", "q=LEDG": "ledger", "q=paym": "ledger", "team=release": "mailer",
		"only=open": "search", "only=undecided": "cart mailer", "only=chosen": "web search ledger", "q=zzz": "", "page=99": "web cart search ledger mailer"} {
		body := s.get("/plans/p/strategies?" + query).Body.String()
		var got []string
		for _, name := range []string{"web", "cart", "search", "ledger", "mailer"} {
			if strings.Contains(body, "?service="+name+`"`) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q shows %v, want %s", query, got, want)
		}
	}
}

func TestStrategies_ManyTeamsAreTypedAndNotListed(t *testing.T) {
	p := plan.Empty("Many")
	for i := range 2000 {
		p.Teams = append(p.Teams, plan.Team{ID: fmt.Sprintf("t%d", i), Name: fmt.Sprintf("Team %d", i)})
	}
	for _, i := range []int{1, 10, 1999} {
		p.Services = append(p.Services, plan.Service{ID: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("service-%d", i), Team: fmt.Sprintf("t%d", i)})
	}
	s := newSite(t, p)
	for team, want := range map[string]string{"": "1 10 1999", "t1": "1", "team 1": "1", "Team 19": "", "m 199": "1999", "Nobody": ""} {
		body := s.get("/plans/p/strategies?" + url.Values{"team": {team}}.Encode()).Body.String()
		var got []string
		for _, i := range []string{"1", "10", "1999"} {
			if strings.Contains(body, "?service=s"+i+`"`) {
				got = append(got, i)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q shows %v, want %s", team, got, want)
		}
		if n := strings.Count(body, "<option"); n > 400 || !strings.Contains(body, `list="pick-team"`) {
			t.Errorf("%q: %d options are listed", team, n)
		}
	}
}

func TestStrategies_AnEmptyPlanTeaches(t *testing.T) {
	s := newSite(t, plan.Empty("New"))
	if body := s.get("/plans/p/strategies").Body.String(); !strings.Contains(body, `class="btn primary" href="/plans/p/facts/services"`) {
		t.Error("no way to the services")
	}
}

func TestStrategies_ALargePlanIsPaged(t *testing.T) {
	s := newSite(t, plantest.Generate(1, 20, 10_000))
	body := s.get("/plans/p/strategies?page=200").Body.String()
	if n := strings.Count(body, "?service=s"); n != 50 || !strings.Contains(body, "service-09999") {
		t.Errorf("%d services on the last page", n)
	}
}

func TestStrategies_ADecisionKeepsFiguresAndPicture(t *testing.T) {
	s := sampleSite(t)
	form := s.get("/plans/p/decisions/new?topic=strategy&subject=web").Body.String()
	for _, want := range []string{"How web is rolled out", "Errors show only under real traffic.", `value="Canary"`} {
		if !strings.Contains(form, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	w := s.post("/plans/p/decisions", "/plans/p/decisions/new", url.Values{"topic": {"strategy"}, "subject": {"web"}, "title": {"Canary for web"}, "context": {"x"},
		"option": {"Canary", "Recreate"}, "chosen": {"0"}, "justification": {"Least exposure."}})
	if w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	d, err := s.db.Decision(t.Context(), "p", 1)
	if err != nil {
		t.Fatal(err)
	}
	if d.Snapshot == nil || len(d.Snapshot.Figures) != 2 || !strings.Contains(d.Snapshot.Figures[0].SVG.Ko, "<svg") || len(d.Snapshot.Metrics) < 30 {
		t.Errorf("snapshot %+v", d.Snapshot)
	}
	if report := s.get("/plans/p/report.html").Body.String(); !strings.Contains(report, "Deployment strategies, web") {
		t.Error("the report does not say what the decision is about")
	}
}
