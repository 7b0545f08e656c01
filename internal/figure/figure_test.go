package figure

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"deckplan/internal/lang"
	"deckplan/internal/layout"
	"deckplan/internal/plan"
)

// fleet is a plan of n clusters over three environments and four zones.
func fleet(n, apps int, name string) *plan.Plan {
	p := &plan.Plan{Environments: []plan.Environment{{ID: "p", Name: "prod", Tier: plan.Production}, {ID: "s", Name: "stage", Tier: plan.Staging}, {ID: "d", Name: "dev", Tier: plan.Development}}}
	for _, z := range []string{"seoul", "tokyo", "busan", "vault"} {
		p.Zones = append(p.Zones, plan.Zone{ID: z, Name: z})
		if z != "vault" && z != "seoul" {
			p.Links = append(p.Links, plan.Link{ID: z, From: "seoul", To: z, Kind: plan.Online})
		}
	}
	for i := range n {
		id := fmt.Sprint("c", i)
		p.Clusters = append(p.Clusters, plan.Cluster{ID: id, Name: fmt.Sprint(name, "-", i), Environment: []string{"p", "s", "d"}[i%3], Zone: []string{"seoul", "tokyo", "busan", "vault"}[(i/2)%4]})
		for range max(1, 2*apps/(i+2)) {
			p.Applications = append(p.Applications, plan.Application{ID: fmt.Sprint("a", len(p.Applications)), Cluster: id})
		}
	}
	return p
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func deckPlanOf(t *testing.T, p *plan.Plan, a layout.Arrangement, l lang.Lang) string {
	t.Helper()
	an := layout.Analyse(p, a)
	return render(t, DeckPlan(DeckPlanProps{ID: "plan", Name: l.T("layout.preset."+a.ID, nil), Analysis: &an, Palette: File, Words: l.T}))
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "style" {
					t.Error("a style attribute: the content security policy drops it")
				}
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s is %s", a.Name.Local, a.Value)
				}
				if strings.HasPrefix(a.Value, "-") && (a.Name.Local == "width" || a.Name.Local == "height") {
					t.Errorf("%s of %s is %s", a.Name.Local, e.Name.Local, a.Value)
				}
			}
		}
	}
}

func TestDeckPlan_StaysSmallAndWholeAtEverySize(t *testing.T) {
	for _, n := range []int{1, 10, 41, 61, 100, 1000} {
		p := fleet(n, 400, "클러스터-서울-운영")
		for _, a := range layout.Presets(p) {
			svg := deckPlanOf(t, p, a, lang.Korean)
			wellFormed(t, svg)
			if len(svg) > 60_000 {
				t.Errorf("%s of %d clusters: %d bytes", a.ID, n, len(svg))
			}
			if strings.Contains(svg, "‹") {
				t.Errorf("%s of %d clusters: a text is missing", a.ID, n)
			}
		}
	}
}

func TestDeckPlan_CompartmentsStayOnTheirDeck(t *testing.T) {
	for _, n := range []int{1, 2, 7, 30, 60} {
		p := fleet(n, 900, "c")
		for _, a := range layout.Presets(p) {
			an := layout.Analyse(p, a)
			d := drawDeckPlan(DeckPlanProps{ID: "x", Analysis: &an, Palette: Page, Words: lang.English.T})
			for _, k := range d.decks {
				end := hullLeft
				for _, c := range k.cells {
					if c.x < end || c.x+c.w > deckWidth || c.w < 2 {
						t.Fatalf("%s of %d: a compartment from %v, %v wide, after %v", a.ID, n, c.x, c.w, end)
					}
					if c.title == "" || c.name != "" && TextWidth(c.name, nameSize) > c.w {
						t.Errorf("%s of %d: text %q in %v", a.ID, n, c.name, c.w)
					}
					end = c.x + c.w
				}
			}
		}
	}
}

func TestDeckPlan_NamesWhatCannotBeReachedAndWhoIsUnassigned(t *testing.T) {
	p := fleet(8, 40, "c")
	a := layout.Presets(p)[0]
	a.Placements = a.Placements[:7]
	svg := deckPlanOf(t, p, a, lang.English)
	for _, want := range []string{"out of reach", "Unassigned", "stops if argocd fails", "HA, on c-0", `role="img"`, "<desc"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is not in the drawing", want)
		}
	}
}

func TestDeckPlan_DrawsTheLargestDecksAndCountsTheRest(t *testing.T) {
	p := fleet(100, 50, "c")
	svg := deckPlanOf(t, p, layout.Presets(p)[1], lang.English)
	if !strings.Contains(svg, "and 60 more instances with 60 clusters") || strings.Contains(svg, "argocd-c-99") {
		t.Error("the rest is not counted in one line")
	}
}

// labelBox is where a placed label is drawn.
func labelBox(d dot) box {
	w := TextWidth(d.label, labelSize)
	x := d.labelX
	if d.anchor == "end" {
		x -= w
	}
	return box{x, d.labelY - labelSize + 1, w, labelSize}
}

func TestTradeoff_LabelsCoverNeitherPointsNorEachOther(t *testing.T) {
	var points []TradeoffPoint
	for i := range 14 {
		points = append(points, TradeoffPoint{Name: fmt.Sprint("배치 후보 ", i), Cost: 10000 + 400*float64(i*i), Radius: 1 / float64(1+i/2), Selected: i == 3})
	}
	s := drawTradeoff(TradeoffProps{ID: "t", Points: points, Palette: File, Words: lang.Korean.T, Money: func(v float64) string { return lang.Korean.Money(v, "KRW") }})
	labelled := 0
	for i, d := range s.dots {
		if d.label == "" {
			continue
		}
		labelled++
		b := labelBox(d)
		for j, o := range s.dots {
			if i != j && o.label != "" && b.meets(labelBox(o)) {
				t.Errorf("labels %q and %q overlap", d.label, o.label)
			}
			if b.meets(box{o.x - 4, o.y - 4, 8, 8}) {
				t.Errorf("label %q covers the point of %q", d.label, o.title)
			}
		}
	}
	if labelled < 10 || s.dots[3].label == "" {
		t.Errorf("%d of %d labelled", labelled, len(points))
	}
}

func TestTradeoff_OfNothingIsAnEmptyPlot(t *testing.T) {
	svg := render(t, Tradeoff(TradeoffProps{ID: "t", Palette: Page, Words: lang.English.T, Money: func(v float64) string { return fmt.Sprint(v) }}))
	wellFormed(t, svg)
}

func TestNiceStep(t *testing.T) {
	for v, want := range map[float64]float64{0: 1, 0.3: 0.5, 1: 1, 1.2: 2, 2.4: 2.5, 7: 10, 13000: 20000} {
		if got := niceStep(v); got != want {
			t.Errorf("niceStep(%v) = %v, want %v", v, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	if got := Clip("prod-seoul", 12, 200); got != "prod-seoul" {
		t.Error(got)
	}
	if got := Clip("운영-서울-클러스터", 12, 60); !strings.HasSuffix(got, "…") || TextWidth(got, 12) > 60 {
		t.Errorf("%q is %v wide", got, TextWidth(got, 12))
	}
	if got := Clip("prod-seoul", 12, 15); got != "" {
		t.Errorf("%q in no room", got)
	}
	if TextWidth("운영", 10) != 20 || TextWidth("ab", 10) >= 20 {
		t.Error("Hangul is not measured twice as wide")
	}
}

// TestFigures_Write writes the figures to DECKPLAN_FIGURES, to be looked at.
func TestFigures_Write(t *testing.T) {
	dir := os.Getenv("DECKPLAN_FIGURES")
	if dir == "" {
		t.Skip("DECKPLAN_FIGURES is not set")
	}
	for _, l := range lang.All {
		for _, n := range []int{7, 100, 1000} {
			name := map[lang.Lang]string{lang.English: "prod-seoul", lang.Korean: "운영-서울"}[l]
			p := fleet(n, 420, name)
			ix := layout.NewIndex(p)
			var points []TradeoffPoint
			var page strings.Builder
			for i, a := range ix.Presets() {
				if n == 7 && a.Preset == layout.PerEnvironment {
					a.Placements = a.Placements[:6]
				}
				an := ix.Analyse(a)
				cost, _ := an.Verdict.Metric("layout.cost")
				points = append(points, TradeoffPoint{Name: l.T("layout.preset."+a.ID, nil), Cost: cost.Value, Radius: an.Radius.Value, Selected: i == 2})
				page.WriteString(render(t, DeckPlan(DeckPlanProps{ID: a.ID, Name: a.ID, Analysis: &an, Palette: File, Words: l.T})) + "<hr>")
			}
			page.WriteString(render(t, Tradeoff(TradeoffProps{ID: "t", Points: points, Palette: File, Words: l.T, Money: func(v float64) string { return l.Money(v, "USD") }})))
			html := "<!doctype html><meta charset=utf-8><body style='margin:24px;width:960px'>" + page.String()
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.html", l, n)), []byte(html), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDeckPlan_AnInstanceAloneShowsEveryClusterByName(t *testing.T) {
	p := fleet(100, 420, "prod")
	ix := layout.NewIndex(p)
	an := ix.Analyse(ix.Presets()[0])
	only := an.Arrangement.Instances[0].ID
	zoom := func(instance string) string { return "/layouts?instance=" + instance }
	all := render(t, DeckPlan(DeckPlanProps{ID: "d", Name: "x", Analysis: &an, Palette: Page, Words: lang.English.T, Zoom: zoom}))
	if !strings.Contains(all, `href="/layouts?instance=`+only) {
		t.Error("a deck does not lead to itself alone")
	}
	alone := render(t, DeckPlan(DeckPlanProps{ID: "d", Name: "x", Analysis: &an, Palette: Page, Words: lang.English.T, Zoom: zoom, Only: only, Movable: true}))
	if n := strings.Count(alone, "data-cluster="); n != len(p.Clusters) {
		t.Errorf("%d clusters are drawn one by one, of %d", n, len(p.Clusters))
	}
	if strings.Contains(alone, "href=") {
		t.Error("an instance alone leads to itself")
	}
	if grouped := strings.Count(all, "<title>"); grouped >= strings.Count(alone, "<title>") {
		t.Errorf("%d titles together, not fewer than alone", grouped)
	}
}
