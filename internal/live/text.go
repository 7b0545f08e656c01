package live

import (
	"slices"
	"strings"
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
// characters. What it returns keeps no longer text in memory.
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
	return s
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
