package rollout

import (
	"strings"

	"deckplan/internal/manifest"
	"deckplan/internal/plan"
)

// The names that every container and Service here has in common.
const (
	container = "app"
	portName  = "http"
	port      = 80
	target    = 8080
)

func (b *builder) meta(name string, more ...any) object {
	return append(object{"name", name, "namespace", unless(b.Namespace == "", b.Namespace)}, more...)
}

func (b *builder) labels(more ...any) object { return append(object{"app", b.Name}, more...) }

// workload makes a Deployment or a Rollout: kind, name, replicas, the labels
// its pods have beside the service's, and what comes last of its spec.
func (b *builder) workload(api, kind, name string, replicas int, labels []any, rest ...any) object {
	spec := object{"replicas", replicas, "revisionHistoryLimit", 10, "progressDeadlineSeconds", max(600, 2*b.Warm+300), "selector", object{"matchLabels", b.labels(labels...)},
		"template", object{"metadata", object{"labels", b.labels(labels...)}, "spec", b.pod()}}
	return object{"apiVersion", api, "kind", kind, "metadata", b.meta(name, "labels", b.labels(labels...), "annotations", object{"deckplan/name", manifest.Clean(b.Display)}),
		"spec", append(spec, rest...)}
}

func (b *builder) deploymentOf(name string, replicas int, labels []any, rest ...any) object {
	return b.workload("apps/v1", "Deployment", name, replicas, labels, rest...)
}

// image gives the image with a tag to be replaced where the plan has none.
func (b *builder) image() string {
	if b.Image == "" {
		return "registry.replace-me.invalid/" + b.Name + ":TAG"
	}
	if last := b.Image[strings.LastIndexByte(b.Image, '/')+1:]; !strings.ContainsAny(last, ":@") {
		return b.Image + ":TAG"
	}
	return b.Image
}

func (b *builder) pod() object {
	c := object{"name", container, "image", b.image(), "ports", list{object{"name", portName, "containerPort", target}},
		"readinessProbe", object{"httpGet", object{"path", "/ready", "port", portName}, "periodSeconds", 5}}
	if b.WarmUp == plan.WarmByRequests && b.Warm > 0 {
		c = append(c, "startupProbe", object{"httpGet", object{"path", "/warm", "port", portName}, "periodSeconds", 5, "failureThreshold", 2*(b.Warm+4)/5 + 6})
	}
	requests := object{"cpu", unless(b.CPU == 0, itoa(b.CPU)+"m"), "memory", unless(b.Memory == 0, itoa(b.Memory)+"Mi")}
	if b.CPU > 0 || b.Memory > 0 {
		c = append(c, "resources", object{"requests", requests})
	}
	return object{"terminationGracePeriodSeconds", max(30, b.Stop), "containers", list{c}}
}

// podComments tell what in a pod is assumed.
func (b *builder) podComments(first ...string) []string {
	out := append(first, "pod")
	if b.WarmUp == plan.WarmByRequests && b.Warm > 0 {
		out = append(out, "warm_probe")
	}
	return out
}

func (b *builder) service(name string, labels ...any) object {
	return object{"apiVersion", "v1", "kind", "Service", "metadata", b.meta(name, "labels", b.labels()),
		"spec", object{"selector", b.labels(labels...), "ports", list{object{"name", portName, "port", port, "targetPort", portName}}}}
}

// deployment is Recreate or RollingUpdate, which Kubernetes has of its own.
func (b *builder) deployment() {
	strategy := object{"type", "Recreate"}
	comment := "recreate"
	if b.Strategy == plan.RollingUpdate {
		less := b.Less
		if b.Surge == 0 && less == 0 { // Kubernetes refuses both zero
			less = 1
		}
		comment, strategy = "rolling", object{"type", "RollingUpdate", "rollingUpdate", object{"maxSurge", percent(b.Surge), "maxUnavailable", percent(less)}}
	}
	b.file("deployment.yaml", b.podComments(comment), b.deploymentOf(b.Name, b.Replicas, nil, "strategy", strategy))
	b.file("service.yaml", []string{"service"}, b.service(b.Name))
}

func percent(n int) string { return itoa(n) + "%" }
