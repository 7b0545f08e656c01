package backstage_test

import (
	"errors"
	"strings"
	"testing"

	"deckplan/internal/backstage"
	"deckplan/internal/plan"
	"deckplan/internal/survey"
)

const catalogue = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments}
spec: {type: team, profile: &p {displayName: 결제팀}, other: *p}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: checkout, title: Checkout}
spec: {owner: group:default/payments}
---
# a component with everything
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout-api
  annotations: &same
    backstage.io/source-location: url:https://git.example.com/shop/checkout/-/tree/main/api
    argocd/app-name: checkout-prod
spec: {type: service, lifecycle: production, owner: payments, system: checkout}
---
kind: Component
metadata: {name: checkout-web, annotations: {github.com/project-slug: shop/checkout-web}}
spec: {owner: user:default/kim, system: checkout}
---
kind: Component
metadata: {name: ledger, namespace: finance, annotations: *same}
spec: {owner: "group:finance/books"}
---
kind: API
metadata: {name: checkout-v1}
---
---
kind: Resource
metadata: {name: db}
`

func TestDecode_ReadsEveryDocument(t *testing.T) {
	o, err := backstage.Decode(strings.NewReader(strings.Replace(catalogue, "*same", "{}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	want := []survey.Entity{
		{Kind: survey.KindGroup, Name: "payments", Title: "결제팀", Line: 1},
		{Kind: survey.KindSystem, Name: "checkout", Title: "Checkout", Owner: "payments", Line: 6},
		{Kind: survey.KindComponent, Name: "checkout-api", Owner: "payments", System: "checkout", Lifecycle: "production",
			Repository: "https://git.example.com/shop/checkout", Application: "checkout-prod", Line: 12},
		{Kind: survey.KindComponent, Name: "checkout-web", System: "checkout", Repository: "https://github.com/shop/checkout-web", Line: 21},
		{Kind: survey.KindComponent, Name: "finance/ledger", Owner: "finance/books", Line: 25},
	}
	for i, e := range o.Entities {
		if i >= len(want) || e != want[i] {
			t.Errorf("%+v", e)
		}
	}
	if len(o.Entities) != len(want) || len(o.Ignored) != 2 || o.Ignored[1] != (survey.Ignored{Kind: "Resource", Name: "db", Line: 33}) {
		t.Errorf("%d entities, ignored %+v", len(o.Entities), o.Ignored)
	}
}

func TestDecode_TellsEveryFaultWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"kind: Component\nmetadata: {}\n---\n- a\n---\nmetadata: {name: x}\n":          "1 plan.problem.required, 4 survey.catalog.mapping, 6 plan.problem.required",
		"kind: Group\nmetadata: {name: a}\n---\nkind: Group\nmetadata: {name: A}\n":    "4 survey.catalog.twice",
		"kind: Group\nmetadata:\n  name: a\nspec:\n  profile:\n    displayName: [x]\n": "6 survey.catalog.text",
		"kind: Group\nmetadata: {name: a}\n---\nkind: [\n":                             "4 plan.problem.yaml",
		"":                                  "0 survey.catalog.empty",
		"kind: User\nmetadata: {name: a}\n": "1 survey.catalog.nothing",
		"kind: Group\nmetadata: {name: a, title: " + strings.Repeat("x", 3000) + "}": "2 plan.problem.long",
		strings.Repeat("#", backstage.MaxBytes+1):                                    "0 survey.catalog.size",
	} {
		_, err := backstage.Decode(strings.NewReader(text))
		var bad *plan.Invalid
		if !errors.As(err, &bad) {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		var got []string
		for _, p := range bad.Problems {
			got = append(got, strings.TrimSpace(strings.Join([]string{itoa(p.Line), p.ID}, " ")))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%.60q: %s, want %s", text, strings.Join(got, ", "), want)
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func decode(t *testing.T) *survey.Observed {
	t.Helper()
	o, err := backstage.Decode(strings.NewReader(strings.Replace(catalogue, "*same", "{}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return &o
}

func carry(t *testing.T, p *plan.Plan, o *survey.Observed, c survey.Choices) (*plan.Plan, survey.Counts) {
	t.Helper()
	proposal := survey.Propose(p, o, c)
	e, n := proposal.Edit(proposal.Default(), plan.Summary{ID: "plan.summary.import"})
	next, _, err := plan.Apply(p, e)
	if err != nil {
		t.Fatal(err)
	}
	return next, n
}

func names(p *plan.Plan) string {
	var out []string
	for _, s := range p.Services {
		out = append(out, s.Name+"="+plan.NameOf(p, "teams", s.Team)+"="+plan.NameOf(p, "repositories", s.Repository))
	}
	return strings.Join(out, " ")
}

func TestPropose_ComponentsOrSystemsBecomeServices(t *testing.T) {
	o := decode(t)
	p := plan.Empty("x")
	p.Applications = []plan.Application{{ID: "a", Name: "checkout-prod"}, {ID: "b", Name: "other"}}
	p.Teams = []plan.Team{{ID: "books", Name: "finance/books"}}
	components, _ := carry(t, p, o, survey.Guess(o, nil))
	if got := names(components); got != "checkout-api=결제팀=shop/checkout checkout-web==shop/checkout-web finance/ledger=finance/books=" {
		t.Error(got)
	}
	if len(components.Teams) != 2 || components.Repositories[0].Kind != plan.SourceRepository ||
		plan.NameOf(components, "services", components.Applications[0].Service) != "checkout-api" || components.Applications[1].Service != "" {
		t.Errorf("%+v %+v %+v", components.Teams, components.Repositories, components.Applications)
	}
	systems, _ := carry(t, p, o, survey.Choices{Systems: true})
	if got := names(systems); got != "checkout=결제팀= finance/ledger=finance/books=" || plan.NameOf(systems, "services", systems.Applications[0].Service) != "checkout" {
		t.Error(got)
	}
}

func TestPropose_CatalogueTwiceIsNothing(t *testing.T) {
	o := decode(t)
	p, _ := carry(t, plan.Empty("x"), o, survey.Choices{})
	p.Services[0].Name, p.Services[0].Criticality, p.Teams[0].Name = "Checkout", 5, "Settlement"
	again, n := carry(t, p, o, survey.Choices{})
	if n.Any() || again.Services[0].Name != "Checkout" {
		t.Errorf("%+v", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(catalogue)
	f.Add("kind: Group\nmetadata: &a {name: *a}\n")
	f.Add("? [kind]\n: Component\n---\n&x a: *x")
	f.Add("kind: Component\nmetadata: {name: x, annotations: {backstage.io/source-location: 'url:https://'}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := backstage.Decode(strings.NewReader(text))
		if err != nil {
			return
		}
		p := plan.Empty("x")
		proposal := survey.Propose(p, &o, survey.Guess(&o, nil))
		e, _ := proposal.Edit(proposal.Default(), plan.Summary{ID: "plan.summary.import"})
		if p, _, err = plan.Apply(p, e); err != nil {
			t.Fatal(err)
		}
		if err := plan.Check(p); err != nil {
			t.Fatal(err)
		}
	})
}
