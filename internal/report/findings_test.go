package report

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"deckplan/internal/appraise"
	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/verdict"
)

// many is a plan with thousands of warnings of one kind: critical services that
// a strategy takes down.
func many(services int) *plan.Plan {
	p := large(10, services)
	for i := range p.Services {
		p.Services[i].Criticality = 5
		p.Strategies = append(p.Strategies, plan.Strategy{ID: fmt.Sprint("x", i), Service: p.Services[i].ID, Choice: plan.Recreate})
	}
	return p
}

func TestFindings_TenThousandAlikeAreOneEntryThatNamesThemAll(t *testing.T) {
	p := many(10000)
	a := appraise.Run(p)
	in := Input{Plan: p, Revision: 1, Appraisal: a, Lang: lang.English, Generated: at, Options: Options{Sections: []string{"summary", "findings"}}}
	grave := a.Grave(verdict.Warning)
	if len(grave) < 10000 {
		t.Fatalf("%d findings", len(grave))
	}
	for format, s := range texts(t, in) {
		for i := range p.Services {
			if name := fmt.Sprintf("service-%d", i); !strings.Contains(s, name+",") && !strings.Contains(s, name+"<") && !strings.Contains(s, name+"\n") {
				t.Fatalf("%s does not name %s", format, name)
			}
		}
		if !strings.Contains(s, "10,000 of one kind") || len(s) > 1<<20 {
			t.Errorf("%s: %d bytes, or the number is missing", format, len(s))
		}
		if !strings.Contains(s, lang.English.T("report.more_findings", map[string]any{"n": len(unresolved(p, a)) - maxSummary, "chapter": "All unresolved findings"})) {
			t.Errorf("%s: the summary does not say what it leaves off", format)
		}
	}
	if r := asJSON(t, in); len(r.Findings) != len(unresolved(p, a)) {
		t.Errorf("%d findings in JSON", len(r.Findings))
	}
}

func TestFindings_EveryUnresolvedOneIsListed(t *testing.T) {
	for _, l := range lang.All {
		in := sample(t, l)
		in.Options.Sections = []string{"findings"}
		for format, s := range texts(t, in) {
			flat := strings.NewReplacer("\\", "", "&#34;", `"`, "&#39;", "'", "&quot;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s)
			for _, f := range unresolved(in.Plan, in.Appraisal) {
				if text := l.T(f.ID, f.Args); !strings.Contains(flat, text) || !strings.Contains(flat, f.Subject.Name) {
					t.Errorf("%s in %s lacks %q of %s", format, l, text, f.Subject.Name)
				}
			}
		}
	}
}

func TestSummary_CountsWhatIsFound(t *testing.T) {
	for _, p := range []*plan.Plan{sample(t, lang.English).Plan, many(50)} {
		d, err := begin(Input{Plan: p, Appraisal: appraise.Run(p), Lang: lang.English})
		if err != nil {
			t.Fatal(err)
		}
		topics, _, _ := d.summary()
		for _, f := range withSteps(p, d.Appraisal.Findings(), verdict.Good) {
			for i := range topics {
				if topics[i].topic == f.Topic {
					topics[i].counts[f.Severity]--
				}
			}
		}
		for _, c := range topics {
			if c.counts != [4]int{} {
				t.Errorf("%s: counted %v more than are found", c.topic, c.counts)
			}
		}
	}
}

func TestGrouped_KeepsKindsApartAndReasonsWithTheirFindings(t *testing.T) {
	d := &doc{Input: Input{Plan: plan.Empty("x"), Lang: lang.English}}
	one := func(topic appraise.Topic, id string, s verdict.Severity, subject string) appraise.Finding {
		return appraise.Finding{Topic: topic, Subject: appraise.Subject{Key: subject, Name: subject}, Finding: verdict.Finding{ID: id, Severity: s, About: []verdict.Ref{{Name: subject + "-row"}}}}
	}
	var list []appraise.Finding
	for i := range maxAlike + 1 {
		list = append(list, one(appraise.Ownership, "ownership.finding.no_owner", verdict.Warning, fmt.Sprint("p", i%3)))
	}
	list = append(list, one(appraise.Ownership, "ownership.finding.no_owner", verdict.Error, "q"), one(appraise.Matrix, "matrix.finding.x", verdict.Error, "m"), one(appraise.Matrix, "matrix.finding.x", verdict.Error, "n"))
	g := d.grouped(list)
	if len(g) != 3 || len(g[0].entries) != 0 || !strings.Contains(g[0].all, "p0 (p0-row), p1 (p1-row), p2 (p2-row)") || len(g[1].entries) != 1 || len(g[2].entries) != 2 {
		t.Errorf("%+v", g)
	}
}

// The same plan, read anew, gives the same bytes in every format, however many
// threads there are and in whatever order maps are walked.
func TestFormats_SameInputSameBytes(t *testing.T) {
	written := func(procs int) (out [][]byte) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, in := range []Input{full(t, lang.Korean), scenarios(t, lang.English)} {
			in.Plan = copied(t, in.Plan)
			in.Appraisal = appraise.Run(in.Plan)
			in.Generated = in.Generated.In(time.FixedZone("", procs*3600))
			for _, f := range Formats {
				var b bytes.Buffer
				if err := f.Write(&b, in); err != nil {
					t.Fatal(err)
				}
				out = append(out, b.Bytes())
			}
		}
		return out
	}
	want := written(1)
	for procs := 2; procs <= 6; procs++ {
		for i, got := range written(procs) {
			if !bytes.Equal(got, want[i]) {
				t.Errorf("%s with %d threads: other bytes", Formats[i%len(Formats)].Name, procs)
			}
		}
	}
}
