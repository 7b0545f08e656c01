package sheet

import (
	"strings"
	"unicode"
)

// synonyms are what people's own spreadsheets call fields, in letters and
// digits only (see loose). A field of a table that is called so itself comes
// first.
var synonyms = map[string][]string{
	"name":           {"cluster", "clustername", "service", "servicename", "team", "teamname", "appname", "이름", "명칭", "클러스터", "클러스터명", "클러스터이름", "서비스", "서비스명", "서비스이름", "팀", "팀명", "팀이름"},
	"team":           {"owner", "ownerteam", "owningteam", "ownedby", "responsibleteam", "squad", "담당팀", "소유팀", "책임팀", "운영팀", "담당", "담당부서", "소유자"},
	"kubernetes":     {"version", "k8s", "k8sversion", "kubernetesversion", "kubeversion", "버전", "k8s버전", "쿠버네티스", "쿠버네티스버전", "kubernetes버전"},
	"version":        {"버전"},
	"environment":    {"env", "환경명", "환경구분"},
	"zone":           {"network", "networkzone", "망", "망구분", "네트워크", "네트워크영역", "존"},
	"region":         {"location", "site", "지역", "위치"},
	"server":         {"apiserver", "apiserverurl", "apiurl", "endpoint", "url", "api주소", "api서버주소", "주소"},
	"criticality":    {"criticality", "priority", "importance", "중요도", "우선순위", "등급"},
	"deploysPerWeek": {"deploys", "deployments", "deploysperweek", "deploymentsperweek", "weeklydeploys", "주당배포", "주당배포수", "주간배포", "배포횟수", "주당배포횟수"},
	"pipeline":       {"ci", "파이프라인명"},
	"repository":     {"repo", "git", "gitrepo", "gitrepository", "리포지토리", "레포", "저장소명"},
	"image":          {"containerimage", "컨테이너이미지"},
	"service":        {"svc", "서비스명", "서비스이름"},
	"cluster":        {"clustername", "클러스터명", "클러스터이름"},
	"namespace":      {"ns"},
	"url":            {"link", "address", "주소"},
	"contact":        {"email", "mail", "slack", "channel", "연락처", "이메일", "메일", "채널"},
	"note":           {"notes", "comment", "remarks", "description", "비고", "메모", "설명"},
}

// loose is a heading without letter case, spaces and punctuation.
func loose(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}
