package sheet_test

import (
	"slices"
	"testing"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/sheet"
)

func TestMap_TakesHeadingsOfPeoplesOwnSheets(t *testing.T) {
	for _, c := range []struct {
		kind, head string
		want       []string
	}{
		{"clusters", "클러스터\t담당 팀\tk8s version\t메모", []string{"name", "team", "kubernetes", ""}},
		{"clusters", "Cluster Name\tOwner\tENV\tversion", []string{"name", "team", "environment", "kubernetes"}},
		{"clusters", "owner\tname\tTeam", []string{"", "name", "team"}}, // the field's own name goes first
		{"services", "서비스명\t소유팀\t주당 배포 횟수\trepo", []string{"name", "team", "deploysPerWeek", "repository"}},
		{"applications", "name\tservice\tcluster", []string{"name", "service", "cluster"}},
	} {
		m := sheet.Map(read(t, c.head+"\nx"), plan.KindOf(c.kind), words(lang.English))
		if !m.Header || !slices.Equal(m.Columns, c.want) {
			t.Errorf("%s: %q as %q", c.head, m.Columns, c.want)
		}
	}
}
