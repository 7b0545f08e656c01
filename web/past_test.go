package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"deckplan/internal/live"
)

// watched is a site with two instances that have been watched for so many days
// each, and of which the first did not answer as often, for 12 minutes each time.
func watched(t *testing.T, days, outages int) *site {
	t.Helper()
	s := sampleSite(t)
	s.Past = s.db
	begun := time.Now().Add(-time.Duration(days) * 24 * time.Hour)
	var n live.Notes
	for _, name := range []string{"seoul", "busan"} {
		s.Live.SetStatus(name, live.Status{URL: "https://" + name, State: live.Connected})
		n.Turns = append(n.Turns, live.Turn{Instance: name, State: live.Connected, At: begun})
	}
	for i := range outages {
		at := begun.Add(time.Duration(i+1) * time.Hour)
		n.Turns = append(n.Turns, live.Turn{Instance: "seoul", State: live.Down, Reason: live.Unreachable, At: at},
			live.Turn{Instance: "seoul", State: live.Connected, At: at.Add(12 * time.Minute)})
	}
	s.Live.SetStatus("wrong-address", live.Status{URL: "https://wrong", State: live.Down, Reason: live.Unreachable})
	n.Turns = append(n.Turns, live.Turn{Instance: "wrong-address", State: live.Down, Reason: live.Unreachable, At: begun})
	if err := s.db.WriteNotes(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMeasured_SaysWhatWasSeenAndWhatItIsNot(t *testing.T) {
	for _, k := range []struct {
		days, outages int
		want, never   string
	}{
		{61, 4, "did not answer 4 times in 122 instance-days: 12 min on average", "Too early"},
		{61, 0, "always answered in 122 instance-days. That refutes more than 8.96", "measured-restore_hours"},
		{10, 4, "Too early to say: the APIs of 2 instances were watched for 20 instance-days. Figures are offered from 30 on.", "measured-restore_hours"},
	} {
		body := watched(t, k.days, k.outages).get("/plans/p/layouts").Body.String()
		text := strings.Join(strings.Fields(body), " ")
		if !strings.Contains(text, k.want) || strings.Contains(text, k.never) || !strings.Contains(text, "This is not a delivery outage") {
			i := strings.Index(text, `id="measured"`)
			t.Errorf("%d days, %d outages: %s", k.days, k.outages, text[max(0, i):min(len(text), max(0, i)+900)])
		}
	}
	if strings.Contains(sampleSite(t).get("/plans/p/layouts").Body.String(), `id="measured"`) {
		t.Error("a measurement is shown where nothing is kept")
	}
}

func TestMeasured_FigureIsTakenAsAnOrdinaryEdit(t *testing.T) {
	s := watched(t, 73, 4) // 146 instance-days: 10 outages a year an instance
	page := "/plans/p/layouts"
	body := s.get(page).Body.String()
	for id, want := range map[string]float64{"instance_base_failures": 10, "restore_hours": 0.2} {
		form := regexp.MustCompile(`(?s)id="measured-` + id + `".*?</form>`).FindString(body)
		value := regexp.MustCompile(`name="value" value="([^"]+)"`).FindStringSubmatch(form)
		if value == nil {
			t.Fatalf("no offer for %s", id)
		}
		if w := s.post("/plans/p/edit", page, url.Values{"op": {"assume"}, "id": {id}, "value": {value[1]}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", id, w.Code)
		}
		_, p := s.doc(t)
		if a := p.Assumptions[len(p.Assumptions)-1]; a.ID != id || a.Value < want*0.999 || a.Value > want*1.001 {
			t.Errorf("%+v, want %v", a, want)
		}
		form = regexp.MustCompile(`(?s)id="measured-` + id + `".*?</form>`).FindString(s.get(page).Body.String())
		if !strings.Contains(form, "taken") || strings.Contains(form, "<button") {
			t.Errorf("still offered: %s", form)
		}
	}
}
