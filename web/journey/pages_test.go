package journey

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// screen is one of the product's pages. What holds for every page is tested, and
// every page is pictured, by this list: whoever adds a page adds a line.
type screen struct {
	name string // of the files with its pictures
	path string // {plan} is the address of a furnished sample plan
}

var pages = []screen{
	{"start", "/"},
	{"overview", "{plan}"},
	{"facts", "{plan}/facts/clusters"},
	{"facts-about", "{plan}/facts/about"},
	{"facts-empty", "{plan}/facts/slices"},
	{"paste", "{plan}/facts/teams/paste"},
	{"import", "{plan}/import"},
	{"scan", "{plan}/scan"},
	{"import-backstage", "{plan}/import?from=backstage"},
	{"ownership", "{plan}/ownership"},
	{"ownership-split", "{plan}/ownership?ownership=split"},
	{"layouts", "{plan}/layouts"},
	{"layouts-own", "{plan}/layouts?layout=ours"},
	{"outlook", "{plan}/layouts/outlook?layout=ours"},
	{"search", "{plan}/layouts/search"},
	{"matrix", "{plan}/matrix"},
	{"matrix-weights", "{plan}/matrix?matrix=cd&view=weights&criterion=cd-effort"},
	{"matrix-ways", "{plan}/matrix?matrix=cd&view=ways"},
	{"matrix-people", "{plan}/matrix?matrix=cd&candidate=cd-flux&criterion=cd-effort"},
	{"matrix-facts", "{plan}/matrix?matrix=cd&view=facts"},
	{"matrix-stacks", "{plan}/matrix/stacks"},
	{"builders", "{plan}/matrix/builders"},
	{"roadmap", "{plan}/roadmap"},
	{"drift", "{plan}/drift"},
	{"strategies", "{plan}/strategies"},
	{"strategy", "{plan}/strategies?service=web"},
	{"strategy-manifests", "{plan}/strategies?service=cart&strategy=blue_green&tool=kubernetes"},
	{"strategies-fleet", "{plan}/strategies?view=fleet"},
	{"images", "{plan}/images"},
	{"ledger", "{plan}/images/ledger"},
	{"decisions", "{plan}/decisions"},
	{"decisions-new", "{plan}/decisions/new?topic=layout&subject=ours"},
	{"decisions-edit", "{plan}/decisions/1?edit"},
	{"decision", "{plan}/decisions/1"},
	{"decision-review", "{plan}/decisions/2"},
	{"decisions-backlog", "{plan}/decisions/backlog"},
	{"decisions-checks", "{plan}/decisions/checks"},
	{"decisions-import", "{plan}/decisions/import"},
	{"reports", "{plan}/report"},
	{"report", "{plan}/report.html"},
	{"history", "{plan}/history"},
	{"revision", "{plan}/history/2"},
	{"compare", "{plan}/compare"},
	{"find", "/find?q=prod"},
	{"keys", "/keys"},
	{"live", "/live"},
	{"live-grouped", "/live?group=owner"},
	{"application", "/live/applications/argo-office/argocd/cart-prod-seoul"},
	{"application-detail", "/live/applications/argo-office/argocd/web-prod-seoul/detail"},
	{"instance", "/live/instances/argo-office"},
	{"clusters", "/live/clusters"},
	{"snapshots", "/live/snapshots"},
	{"connections", "/connections"},
	{"connections-new", "/connections/new"},
	{"webhooks", "/webhooks"},
	{"webhooks-new", "/webhooks/new"},
	{"api", "/api/docs"},
}

// isOfArgo tells that the page is there only while an Argo CD is connected.
func (p screen) isOfArgo() bool {
	return strings.HasPrefix(p.path, "/live/applications/") || strings.HasPrefix(p.path, "/live/instances/")
}

// at is the page's address in a plan.
func (p screen) at(plan string) string { return strings.ReplaceAll(p.path, "{plan}", plan) }

// furnish begins the sample plan in a language, as somebody leaves it who has
// worked with it: decisions are recorded, one of which needs a review, a
// question waits, and there is something to undo.
func furnish(t *testing.T, base, language string) string {
	t.Helper()
	plan := begin(t, base, language)
	words := map[string][]string{
		"en": {"One hub in the company network, one Argo CD for development", "Releases wait for one Jenkins and its one administrator. Argo CD is to deploy; open is how many instances there are to be, and where.",
			"+ One place to look\n+ Least to run and to upgrade\n- Its failure stops production, and prod-vault is out of reach", "+ A failure stops one cluster\n- Five instances to upgrade four times a year",
			"The release team can run two instances well, not five. Experiments leave production alone. The air-gapped cluster follows with an instance of its own."},
		"ko": {"사내망 허브 하나에 개발용 Argo CD를 따로 둔다", "배포가 Jenkins 한 대와 관리자 한 명을 기다립니다. 배포는 Argo CD에 맡기기로 했고, 인스턴스를 몇 개 어디에 둘지 정해야 합니다.",
			"+ 한곳에서 볼 수 있음\n+ 운영과 업그레이드 부담이 가장 적음\n- 장애가 나면 운영 배포가 멈추고 prod-vault에는 연결할 수 없음", "+ 장애가 나도 클러스터 하나만 멈춤\n- 다섯 개를 해마다 네 번씩 업그레이드해야 함",
			"릴리스팀은 인스턴스 두 개는 잘 운영할 수 있지만 다섯 개는 무리입니다. 실험이 운영 환경에 영향을 주지 않습니다. 폐쇄망 클러스터는 다음 단계에서 자체 인스턴스를 둡니다."},
	}[language]
	for path, form := range map[string]url.Values{
		"/decisions": {"topic": {"layout"}, "subject": {"ours"}, "title": {words[0]}, "context": {words[1]}, "option": {"1:N", "1:1"},
			"arguments": {words[2], words[3]}, "chosen": {"0"}, "justification": {words[4]}},
		"/edit": {"op": {"set"}, "at": {"services/web/deploysPerWeek"}, "value": {"7"}},
	} {
		if status, body := send(t, base, plan+path, plan, language, form); status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", path, status, body)
		}
	}
	more := map[string][3]string{"en": {"Plan for four clusters", "The plan stays at four clusters", "Who delivers to dev-busan?"}, "ko": {"클러스터 네 개로 계획한다", "클러스터는 네 개를 넘지 않는다", "dev-busan에는 누가 배포하는가?"}}[language]
	for _, step := range []struct {
		path string
		form url.Values
	}{
		{"/decisions", url.Values{"topic": {"plan"}, "title": {more[0]}, "context": {words[1]}, "justification": {words[4]}, "makers": {"Jimin, 민서"}, "assumption": {more[1]}, "check": {"plan.clusters <= 4"}}},
		{"/decisions/2/status", url.Values{"status": {"accepted"}, "why": {words[4]}}},
		{"/decisions/backlog", url.Values{"title": {more[2]}, "dueBy": {"2026-01-31"}}},
	} {
		if status, body := send(t, base, plan+step.path, plan, language, step.form); status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", step.path, status, body)
		}
	}
	return plan
}

// Every entry of the rail is in the list of pages.
func TestPages_ListHoldsTheRail(t *testing.T) {
	t.Parallel()
	base := serve(t)
	plan := begin(t, base, "en")
	listed := map[string]bool{}
	for _, p := range pages {
		path, _, _ := strings.Cut(p.at(plan), "?")
		if i := strings.Index(path, "/facts/"); i >= 0 {
			path = path[:i+len("/facts/")]
		}
		listed[path] = true
	}
	entries := 0
	for _, nav := range elements(parse(t, get(t, base+plan)), "nav") {
		if !within(nav, "aside") {
			continue
		}
		for _, a := range elements(nav, "a") {
			path, _, _ := strings.Cut(attribute(a, "href"), "?")
			if i := strings.Index(path, "/facts/"); i >= 0 {
				path = path[:i+len("/facts/")]
			}
			if entries++; !listed[path] {
				t.Errorf("%s is missing in the list of pages", path)
			}
		}
	}
	if entries < 8 {
		t.Errorf("only %d entries", entries)
	}
}
