package scan

import (
	"regexp"
	"slices"
	"strings"

	"deckplan/internal/plan"
)

// Which right a secret's name suggests, the more particular first.
var secretRules = []struct {
	right string
	name  *regexp.Regexp
}{
	{"sign", regexp.MustCompile(`(?i)cosign|gpg|sign(ing)?[_-]|notary|keystore`)},
	{"config-repo-write", regexp.MustCompile(`(?i)gitops|manifest|config[_-]?repo|deploy[_-]?repo|infra[_-]?repo|deploy[_-]?key`)},
	{"cluster-deploy", regexp.MustCompile(`(?i)kube|k8s|cluster|argo|openshift|(^|[_-])(eks|gke|aks|oc)([_-]|$)|helm`)},
	{"registry-push", regexp.MustCompile(`(?i)docker|registry|harbor|quay|ghcr|(^|[_-])(ecr|gcr|acr|cr)([_-]|$)|artifactory|nexus|image[_-]?pull|regcred`)},
	{"secrets-read", regexp.MustCompile(`(?i)vault|kms|secret[_-]?manager|sops`)},
	{"source-write", regexp.MustCompile(`(?i)^(gh|github|gitlab|git|bot|release|semantic)[_-]?.*(token|pat|key)|personal[_-]?access|(^|[_-])pat$`)},
}

// notSecret are names that say who or where, and open nothing by themselves.
var notSecret = regexp.MustCompile(`(?i)(^|[_-])(user(name)?|login|email|url|host(name)?|server|region|account(_id)?|repo(sitory)?|registry|name|org|bucket|endpoint|namespace|project(_id)?|address|domain|port|channel)$`)

// beside are secrets that open nothing a pipeline's planning is about.
var beside = regexp.MustCompile(`(?i)slack|codecov|webhook|teams|discord|telegram|coveralls|sentry|datadog|mail|smtp|license|cache`)

// rightOf guesses what a secret's name opens, given what the stage does.
func rightOf(name string, kind plan.StageKind) string {
	for _, r := range secretRules {
		if r.name.MatchString(name) {
			if r.right == "registry-push" && (kind == plan.Deploy || kind == plan.Verify) {
				return "registry-pull"
			}
			return r.right
		}
	}
	return cloudRight(kind)
}

// cloudRight is what a credential of a cloud or of no telling name is used
// for in a stage of a kind.
func cloudRight(kind plan.StageKind) string {
	switch kind {
	case plan.ContainerBuild, plan.Publish:
		return "registry-push"
	case plan.Deploy, plan.Verify:
		return "cluster-deploy"
	case plan.Sign:
		return "sign"
	case plan.ConfigUpdate:
		return "config-repo-write"
	}
	return "secrets-read"
}

// tidy leaves of a stage's credentials one of each, without those that only
// say who or where beside one that opens, and without an implied one beside
// one that is named.
func tidy(all []plan.Credential) []plan.Credential {
	var out []plan.Credential
	named := map[string]bool{}
	for _, c := range all {
		named[c.Kind] = named[c.Kind] || c.Scope != "" && !implied(c.Scope) && !notSecret.MatchString(c.Scope)
	}
	for _, c := range all {
		if named[c.Kind] && (c.Scope == "" || implied(c.Scope) || notSecret.MatchString(c.Scope)) || slices.Contains(out, c) {
			continue
		}
		out = append(out, c)
	}
	return out[:min(len(out), 100)]
}

// implied scopes were not named as secrets; they begin so until they are tidied.
func implied(scope string) bool { return strings.HasPrefix(scope, "\x00") }

// configRepo are repositories that hold what is deployed, by their names.
var configRepo = regexp.MustCompile(`(?i)gitops|deploy|manifest|config|infra|environment|k8s|kube|charts`)

var secretName = regexp.MustCompile(`secrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([^']{1,100})'\s*\])`)

// githubSecrets gives the names of the secrets that a text uses.
func githubSecrets(s string) []string {
	var out []string
	for _, m := range secretName.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

var variable = regexp.MustCompile(`(?:\$\{?|env://)([A-Za-z_]\w*)\}?|%([A-Za-z_]\w*)%`)

var secretive = regexp.MustCompile(`(?i)token|password|passwd|secret|_key$|^key$|private|credential|kubeconfig|kube_config|auth|_pat$|_pass$|_pw$|service_account|sa_json`)

// variableSecrets gives the names of the variables in a script that sound
// like secrets and are not set in the file itself.
func variableSecrets(script string, set map[string]bool) []string {
	var out []string
	for _, m := range variable.FindAllStringSubmatch(script, -1) {
		if n := m[1] + m[2]; secretive.MatchString(n) && !set[n] {
			out = append(out, n)
		}
	}
	return out
}
