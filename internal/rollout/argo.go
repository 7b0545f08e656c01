package rollout

import "deckplan/internal/plan"

const rolloutAPI = "argoproj.io/v1alpha1"

func (b *builder) rollout(strategy object, comments ...string) {
	b.file("rollout.yaml", b.podComments(comments...), b.workload(rolloutAPI, "Rollout", b.Name, b.Replicas, nil, "strategy", strategy))
}

// analysisRef names the analysis with the Service that it watches.
func (b *builder) analysisRef(service string, more ...any) object {
	return append(object{"templates", list{object{"templateName", b.Name + "-errors"}}, "args", list{object{"name", "service", "value", service}}}, more...)
}

// analysis measures how many of a Service's answers are errors.
func (b *builder) analysis() {
	query := `sum(rate(http_requests_total{service="{{args.service}}",code!~"5.."}[1m])) / sum(rate(http_requests_total{service="{{args.service}}"}[1m]))`
	b.file("analysis.yaml", []string{"analysis"}, object{"apiVersion", rolloutAPI, "kind", "AnalysisTemplate", "metadata", b.meta(b.Name+"-errors", "labels", b.labels()),
		"spec", object{"args", list{object{"name", "service"}}, "metrics", list{object{"name", "success-rate", "interval", "30s", "initialDelay", "30s", "count", 5, "failureLimit", 1,
			"successCondition", "len(result) == 0 || isNaN(result[0]) || result[0] >= 0.99",
			"provider", object{"prometheus", object{"address", "http://prometheus" + host + ":9090", "query", query}}}}}})
}

func (b *builder) rolloutBlueGreen() {
	blue := object{"activeService", b.Name, "previewService", b.Name + "-preview", "autoPromotionEnabled", true,
		"autoPromotionSeconds", unless(b.prewarm() == 0, b.prewarm()), "scaleDownDelaySeconds", b.Delay, "abortScaleDownDelaySeconds", max(30, b.Delay),
		"prePromotionAnalysis", b.analysisRef(b.Name + "-preview"), "postPromotionAnalysis", b.analysisRef(b.Name)}
	comments := []string{"argo_blue_green"}
	if b.Router == plan.ALB {
		comments = append(comments, "alb_blue_green")
	}
	b.rollout(object{"blueGreen", blue}, comments...)
	b.file("service.yaml", []string{"argo_services"}, b.service(b.Name), b.service(b.Name+"-preview"))
	b.analysis()
}

func (b *builder) rolloutCanary() {
	stable, canary := b.Name+"-stable", b.Name+"-canary"
	less := b.Less
	if b.Surge == 0 && less == 0 {
		less = 1
	}
	c := object{"maxSurge", percent(b.Surge), "maxUnavailable", percent(less)}
	watched := b.Name
	comments := []string{"argo_canary"}
	if b.Router != "" {
		c = append(c, "stableService", stable, "canaryService", canary, "scaleDownDelaySeconds", b.Delay, "abortScaleDownDelaySeconds", max(30, b.Delay), "trafficRouting", b.trafficRouting(stable))
		watched = canary
	}
	first := 1
	steps := b.steps()
	if b.chosenByRoute() {
		first = 2
	}
	if b.Router == plan.GatewayAPI {
		comments = append(comments, "gateway_plugin")
	}
	if b.Segment != "" && b.chosenByRoute() {
		comments = append(comments, "segment."+string(b.Segment))
	}
	c = append(c, "analysis", b.analysisRef(watched, "startingStep", first), "steps", steps)
	b.rollout(object{"canary", c}, comments...)
	if b.Router == "" {
		b.file("service.yaml", []string{"one_service"}, b.service(b.Name))
	} else {
		b.file("service.yaml", []string{"argo_services"}, b.service(stable), b.service(canary))
		b.route(stable, canary, 0, true)
	}
	b.analysis()
}

// chosenByRoute tells that the segment's users come by a step of the Rollout:
// the NGINX router has annotations instead, and the address of a client is no
// header of an ALB.
func (b *builder) chosenByRoute() bool {
	return b.Segment != "" && (b.Router == plan.GatewayAPI || b.Router == plan.Istio || b.Router == plan.ALB && b.Segment != plan.ByAddress)
}

// chosenRoute is the name of the route of the segment's users.
const chosenRoute = "chosen"

func (b *builder) trafficRouting(stable string) object {
	var out object
	if b.chosenByRoute() {
		out = append(out, "managedRoutes", list{object{"name", chosenRoute}})
	}
	switch b.Router {
	case plan.GatewayAPI:
		route := object{"name", b.Name}
		if b.chosenByRoute() {
			route = append(route, "useHeaderRoutes", true)
		}
		return append(out, "plugins", object{"argoproj-labs/gatewayAPI", object{"httpRoutes", list{route}, "namespace", unless(b.Namespace == "", b.Namespace)}})
	case plan.Istio:
		return append(out, "istio", object{"virtualService", object{"name", b.Name, "routes", list{"primary"}}})
	case plan.ALB:
		return append(out, "alb", object{"ingress", b.Name, "servicePort", port, "rootService", stable})
	}
	nginx := object{"stableIngress", b.Name}
	if a := b.nginxAnnotations(); a != nil {
		nginx = append(nginx, "additionalIngressAnnotations", a)
	}
	return append(out, "nginx", nginx)
}

// steps are a canary's: the chosen users first where they are, then weights.
// What is warmed up by test requests gets its replicas before its users.
func (b *builder) steps() (out list) {
	pause := func() { out = append(out, object{"pause", object{"duration", seconds(b.Pause)}}) }
	if b.chosenByRoute() {
		m := b.matchOf()
		value := object{"exact", m.exact}
		switch {
		case b.Router == plan.ALB:
			value = object{"exact", b.albValue()} // an ALB knows * and ? in it
		case m.regex != "":
			value = object{"regex", m.regex}
		case m.prefix != "":
			value = object{"prefix", m.prefix}
		}
		out = append(out, object{"setCanaryScale", object{"weight", b.Steps[0]}},
			object{"setHeaderRoute", object{"name", chosenRoute, "match", list{object{"headerName", m.header, "headerValue", value}}}})
		pause()
		out = append(out, object{"setCanaryScale", object{"matchTrafficWeight", true}}, object{"setHeaderRoute", object{"name", chosenRoute}})
	}
	for _, w := range b.Steps {
		if b.Router != "" && b.prewarm() > 0 {
			out = append(out, object{"setCanaryScale", object{"weight", w}}, object{"pause", object{"duration", seconds(b.prewarm())}}, object{"setCanaryScale", object{"matchTrafficWeight", true}})
		}
		out = append(out, object{"setWeight", w})
		if w < 100 {
			pause()
		}
	}
	return out
}
