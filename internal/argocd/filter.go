package argocd

import (
	"regexp"
	"slices"
	"strings"

	"deckplan/internal/live"
)

// parseProtocol reads auto, grpc or rest in any case; nothing is auto.
func parseProtocol(text string) (live.Protocol, bool) {
	switch p := live.Protocol(strings.ToLower(strings.TrimSpace(text))); p {
	case live.GRPC, live.REST:
		return p, true
	case "auto", live.NoProtocol:
		return live.NoProtocol, true
	default:
		return p, false
	}
}

// tidyProjects writes a list of projects one way: no spaces, each name once.
func tidyProjects(text string) string {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// What Kubernetes takes: RFC 1123 subdomains, and the parts of label selectors
// (k8s.io/apimachinery, labels.Parse).
var (
	subdomain    = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	labelWord    = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	setTerm      = regexp.MustCompile(`^(\S+)\s+(?:in|notin)\s*\(([^()]*)\)$`)
	equalityTerm = regexp.MustCompile(`^([^\s=!]+)\s*(?:==|=|!=)\s*([^\s=!]*)$`)
	orderTerm    = regexp.MustCompile(`^([^\s<>]+)\s*[<>]\s*-?[0-9]+$`)
)

// badProject gives the first name that no AppProject can have.
func badProject(projects string) string {
	for name := range strings.SplitSeq(projects, ",") {
		if name = strings.TrimSpace(name); name != "" && (len(name) > 253 || !subdomain.MatchString(name)) {
			return name
		}
	}
	return ""
}

// badTerm gives the first term of a label selector that Kubernetes would not
// take; ok is true where there is none.
func badTerm(selector string) (term string, ok bool) {
	if strings.TrimSpace(selector) == "" {
		return "", true
	}
	for _, term := range splitTerms(selector) {
		if term = strings.TrimSpace(term); !labelTerm(term) {
			return term, false
		}
	}
	return "", true
}

// splitTerms splits at commas outside parentheses.
func splitTerms(selector string) (out []string) {
	depth, from := 0, 0
	for i, c := range selector {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out, from = append(out, selector[from:i]), i+1
		}
	}
	return append(out, selector[from:])
}

func labelTerm(term string) bool {
	if m := setTerm.FindStringSubmatch(term); m != nil {
		for value := range strings.SplitSeq(m[2], ",") {
			if !labelValue(strings.TrimSpace(value)) {
				return false
			}
		}
		return labelKey(m[1])
	}
	if m := equalityTerm.FindStringSubmatch(term); m != nil {
		return labelKey(m[1]) && labelValue(m[2])
	}
	if m := orderTerm.FindStringSubmatch(term); m != nil {
		return labelKey(m[1])
	}
	return labelKey(strings.TrimSpace(strings.TrimPrefix(term, "!")))
}

func labelKey(key string) bool {
	prefix, name, scoped := strings.Cut(key, "/")
	if !scoped {
		prefix, name = "", key
	}
	return len(name) <= 63 && labelWord.MatchString(name) && (!scoped || len(prefix) <= 253 && subdomain.MatchString(prefix))
}

func labelValue(value string) bool {
	return value == "" || len(value) <= 63 && labelWord.MatchString(value)
}
