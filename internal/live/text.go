package live

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is kept of a text that an instance or a file says, in bytes.
const (
	MaxName    = 512
	MaxURL     = 2048
	MaxMessage = 1024
	MaxImages  = 20 // of an application
)

// Clip makes a text valid UTF-8 of at most limit bytes, cutting between
// characters, in which a question mark stands for what is not to be shown. What
// it returns keeps no longer text in memory.
func Clip(s string, limit int) string {
	if len(s) > limit {
		cut := limit - len("…")
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = strings.Clone(s[:cut]) + "…"
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "?") // no longer than s: each run of bad bytes becomes one
	}
	if strings.ContainsFunc(s, hidden) {
		s = strings.Map(func(r rune) rune {
			if hidden(r) {
				return '?'
			}
			return r
		}, s)
	}
	return s
}

// hidden tells of a character that is not to be shown: a control but for line
// breaks and tabs, or one that turns the direction of the text around it.
func hidden(r rune) bool {
	switch {
	case r < ' ':
		return r != '\n' && r != '\r' && r != '\t'
	case r < 0x7f:
		return false
	}
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// IsName reports whether a text can be the name of an object in Kubernetes: cut,
// cleaned or with a slash in it, one could be taken for another, one of dots for
// a folder, and one that begins with a hyphen for an option.
func IsName(s string) bool {
	return strings.Trim(s, ".") != "" && len(s) <= MaxName && s[0] != '-' && !strings.ContainsAny(s, "/\n\r\t") && Clip(s, MaxName) == s
}

// JoinImages makes Application.Images of references: bounded, in order.
func JoinImages(all []string) string {
	out := make([]string, 0, min(len(all), MaxImages))
	for _, image := range all[:min(len(all), MaxImages)] {
		if image = Clip(image, MaxName); image != "" && !strings.ContainsAny(image, "\n\r") {
			out = append(out, image)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\n")
}

// PodKinds are the kinds that run pods, as Application.Workloads names them.
var PodKinds = [...]string{"CloneSet", "CronJob", "CronWorkflow", "DaemonSet", "Deployment", "DeploymentConfig", "Job", "Pod",
	"ReplicaSet", "ReplicationController", "Rollout", "StatefulSet", "Workflow"}
