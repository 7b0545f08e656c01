package figure

import ("testing";"os";"context";"fmt";"deckplan/internal/ownership";"deckplan/internal/plan";"deckplan/internal/lang";"bytes")

func TestZZ(t *testing.T) {
	for _, l := range lang.All {
		p, _ := plan.Sample(string(l))
		var b bytes.Buffer
		b.WriteString("<meta charset=utf-8><body style='margin:20px;background:#fff'>")
		for i, a := range ownership.AnalyseAll(p) {
			Swimlane(SwimlaneProps{ID: fmt.Sprint("x", i), Name: a.Pipeline.Name, Analysis: &a, Palette: File, Words: func(id string, args map[string]any) string { return l.T(id, args) }}).Render(context.Background(), &b)
			b.WriteString("<hr>")
		}
		x := *p
		x.Pipelines = []plan.Pipeline{{ID: "z", Name: "Z"}}
		st := func(id, team, trig string, wait float64, after ...string) plan.Stage {
			return plan.Stage{ID: id, Pipeline: "z", Name: "Stage " + id, Kind: plan.Own, Installation: "jenkins", Accountable: []string{team}, Trigger: plan.Trigger(trig), Minutes: 70, WaitMinutes: wait, After: after}
		}
		x.Stages = []plan.Stage{st("1", "storefront", "push", 0), st("2", "platform", "upstream", 10, "1"), st("2b", "platform", "upstream", 20, "1"), st("3", "release", "manual", 500, "2", "2b"),
			st("4", "storefront", "manual", 2000, "3"), st("5", "release", "upstream", 15, "4"), st("6", "release", "upstream", 0, "5", "2"), st("7", "storefront", "manual", 30, "6"),
			st("8", "security", "upstream", 3, "10", "7"), st("10", "storefront", "upstream", 3, "8")}
		a := ownership.Analyse(&x, "z")
		Swimlane(SwimlaneProps{ID: "z", Name: "z", Analysis: &a, Palette: File, Words: func(id string, args map[string]any) string { return l.T(id, args) }}).Render(context.Background(), &b)
		os.WriteFile("/tmp/swim_"+string(l)+".html", b.Bytes(), 0o644)
	}
}
