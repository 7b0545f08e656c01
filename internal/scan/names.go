package scan

import (
	"slices"
	"strings"
	"unicode"

	"deckplan/internal/plan"
)

// nameRules tell a stage's kind by the words of its name, the more particular
// first. A row fits where one word of each of its lists is there.
var nameRules = []struct {
	kind  plan.StageKind
	words [][]string
}{
	{plan.Verify, [][]string{{"smoke", "verify", "verification", "healthcheck", "canary", "postdeploy", "검증"}}},
	{plan.Sign, [][]string{{"sign", "signing", "cosign", "notarize", "attest", "provenance", "서명"}}},
	{plan.Scan, [][]string{{"scan", "scanning", "sast", "dast", "trivy", "grype", "snyk", "security", "vulnerability", "vulnerabilities", "audit", "sonar",
		"sonarqube", "sonarcloud", "codeql", "sbom", "gitleaks", "semgrep", "scorecard", "검사", "스캔", "취약점", "보안"}}},
	{plan.ContainerBuild, [][]string{{"docker", "image", "images", "container", "containers", "kaniko", "buildah", "buildx", "jib", "oci", "이미지", "컨테이너", "도커"},
		{"build", "push", "publish", "release", "make", "create", "package", "빌드", "푸시"}}},
	{plan.ConfigUpdate, [][]string{{"gitops", "promote", "매니페스트"}}},
	{plan.ConfigUpdate, [][]string{{"update", "bump", "set", "갱신", "변경"}, {"manifest", "manifests", "config", "kustomize", "tag", "values", "태그"}}},
	{plan.ContainerBuild, [][]string{{"docker", "image", "images", "dockerize", "containerize", "kaniko", "buildah", "jib", "이미지"}}},
	{plan.Test, [][]string{{"test", "tests", "testing", "unittest", "unit", "e2e", "integration", "lint", "linting", "check", "checks", "spec", "coverage",
		"rspec", "jest", "pytest", "cypress", "qa", "quality", "typecheck", "validate", "validation", "vet", "fmt", "format", "테스트", "시험", "린트", "점검"}}},
	{plan.Deploy, [][]string{{"deploy", "deployment", "deliver", "delivery", "rollout", "rollback", "redeploy", "배포", "반영", "롤백"}}},
	{plan.Publish, [][]string{{"publish", "release", "releases", "push", "upload", "goreleaser", "배포본", "게시", "릴리스", "발행"}}},
	{plan.SourceBuild, [][]string{{"build", "builds", "compile", "package", "assemble", "bundle", "binary", "binaries", "빌드", "컴파일"}}},
}

// byName guesses a stage's kind by its name; empty where it tells nothing.
func byName(name string) plan.StageKind {
	words := strings.FieldsFunc(strings.ReplaceAll(camel(name), "end-to-end", "e2e"), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	for _, r := range nameRules {
		if !slices.ContainsFunc(r.words, func(list []string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
		}) {
			return r.kind
		}
	}
	return ""
}

// camel parts words that are joined by capitals, in small letters.
func camel(s string) string {
	var b strings.Builder
	before := ' '
	for _, c := range s {
		if unicode.IsUpper(c) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(c))
		before = c
	}
	return b.String()
}
