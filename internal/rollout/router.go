package rollout

import (
	"encoding/json"

	"deckplan/internal/plan"
)

// The users that a segment stands for here, to be replaced by the reader.
const (
	testHeader, testValue = "X-Canary", "true"
	userHeader, userGroup = "X-User-Group", "canary"
	language              = "^ko\\b.*"
	languageGlob          = "ko*"
	cookie                = "^(.*;\\s*)?group=canary(;.*)?$"
	forwarded, address    = "X-Forwarded-For", "192.0.2."
	network               = "192.0.2.0/24"
	host                  = ".replace-me.invalid"
)

// match is a header's match: exact, or a regular expression, or a prefix.
type match struct{ header, exact, regex, prefix string }

// matchOf is what chooses the users of the segment in requests, for a router.
func (b *builder) matchOf() match {
	switch b.Segment {
	case plan.ByUser:
		if b.Router == plan.Istio {
			return match{header: "Cookie", regex: cookie}
		}
		return match{header: userHeader, exact: userGroup}
	case plan.ByLanguage:
		return match{header: "Accept-Language", regex: language}
	case plan.ByAddress:
		if b.Router == plan.GatewayAPI {
			return match{header: forwarded, regex: "^192\\.0\\.2\\..*"}
		}
		return match{header: forwarded, prefix: address}
	}
	return match{header: testHeader, exact: testValue}
}

// route writes the router's object that splits users between two Services:
// weight percent of them go to the canary, and the users of the segment all.
// managed leaves both to Argo Rollouts.
func (b *builder) route(stable, canary string, weight int, managed bool) {
	switch b.Router {
	case plan.GatewayAPI:
		b.httpRoute(stable, canary, weight, managed)
	case plan.Istio:
		b.virtualService(stable, canary, weight, managed)
	case plan.ALB:
		b.albIngress(stable, canary, weight, managed)
	case plan.NginxIngress:
		b.nginxIngress(stable, canary, weight, managed)
	}
}

func (b *builder) httpRoute(stable, canary string, weight int, managed bool) {
	backend := func(name string, w any) object { return object{"name", name, "port", port, "weight", w} }
	all := list{object{"path", object{"type", "PathPrefix", "value", "/"}}}
	rules := list{object{"matches", all, "backendRefs", list{backend(stable, 100-weight), backend(canary, weight)}}}
	if b.Segment != "" && !managed {
		m := b.matchOf()
		header := object{"type", "Exact", "name", m.header, "value", m.exact}
		if m.regex != "" {
			header = object{"type", "RegularExpression", "name", m.header, "value", m.regex}
		}
		rules = append(list{object{"matches", list{object{"headers", list{header}}}, "backendRefs", list{object{"name", canary, "port", port}}}}, rules...)
	}
	b.file("httproute.yaml", b.routeComments("httproute", managed), object{"apiVersion", "gateway.networking.k8s.io/v1", "kind", "HTTPRoute", "metadata", b.meta(b.Name, "labels", b.labels()),
		"spec", object{"parentRefs", list{object{"name", "gateway"}}, "hostnames", list{b.Name + host}, "rules", rules}})
}

func (b *builder) virtualService(stable, canary string, weight int, managed bool) {
	to := func(name string, w any) object {
		return object{"destination", object{"host", name, "port", object{"number", port}}, "weight", w}
	}
	routes := list{object{"name", "primary", "route", list{to(stable, 100-weight), to(canary, weight)}}}
	if b.Segment != "" && !managed {
		m := b.matchOf()
		kind, value := "exact", m.exact
		if m.regex != "" {
			kind, value = "regex", m.regex
		} else if m.prefix != "" {
			kind, value = "prefix", m.prefix
		}
		lower := map[string]string{testHeader: "x-canary", userHeader: "x-user-group", "Cookie": "cookie", "Accept-Language": "accept-language", forwarded: "x-forwarded-for"}
		routes = append(list{object{"name", "chosen", "match", list{object{"headers", object{lower[m.header], object{kind, value}}}}, "route", list{to(canary, nil)}}}, routes...)
	}
	b.file("virtualservice.yaml", b.routeComments("virtualservice", managed), object{"apiVersion", "networking.istio.io/v1", "kind", "VirtualService", "metadata", b.meta(b.Name, "labels", b.labels()),
		"spec", object{"hosts", list{b.Name + host}, "gateways", list{"gateway"}, "http", routes}})
	if b.WarmUp == plan.WarmBySlowStart && b.Warm > 0 {
		b.warmUp(stable, canary)
	}
}

// warmUp is Istio's slow start.
func (b *builder) warmUp(services ...string) {
	var out []object
	for _, name := range services {
		out = append(out, object{"apiVersion", "networking.istio.io/v1", "kind", "DestinationRule", "metadata", b.meta(name, "labels", b.labels()),
			"spec", object{"host", name, "trafficPolicy", object{"loadBalancer", object{"simple", "LEAST_REQUEST", "warmup", object{"duration", seconds(b.Warm)}}}}})
	}
	b.file("destinationrule.yaml", []string{"slow_start"}, out...)
}

// albIngress has the load balancer forward by weight: an annotation that is
// named after the backend it stands for tells it how.
func (b *builder) albIngress(stable, canary string, weight int, managed bool) {
	annotations := object{"alb.ingress.kubernetes.io/scheme", "internal", "alb.ingress.kubernetes.io/target-type", "ip"}
	if b.WarmUp == plan.WarmBySlowStart && b.Warm > 0 {
		annotations = append(annotations, "alb.ingress.kubernetes.io/target-group-attributes", "slow_start.duration_seconds="+itoa(min(900, max(30, b.Warm))))
	}
	backend := stable
	paths := list{}
	action := func(name string, groups ...object) {
		all := list{}
		for _, g := range groups {
			all = append(all, g)
		}
		annotations = append(annotations, "alb.ingress.kubernetes.io/actions."+name, text(object{"type", "forward", "forwardConfig", object{"targetGroups", all}}))
	}
	group := func(name string, w int) object { return object{"serviceName", name, "servicePort", port, "weight", w} }
	if !managed {
		backend = "split"
		action("split", group(stable, 100-weight), group(canary, weight))
	}
	if b.Segment != "" && (!managed || b.Segment == plan.ByAddress) {
		condition := object{"field", "http-header", "httpHeaderConfig", object{"httpHeaderName", b.matchOf().header, "values", list{b.albValue()}}}
		if b.Segment == plan.ByAddress {
			condition = object{"field", "source-ip", "sourceIpConfig", object{"values", list{network}}}
		}
		action("chosen", group(canary, 100))
		annotations = append(annotations, "alb.ingress.kubernetes.io/conditions.chosen", text(list{condition}))
		paths = append(paths, ingressPath("chosen"))
	}
	paths = append(paths, ingressPath(backend))
	b.file("ingress.yaml", b.routeComments("alb", managed), object{"apiVersion", "networking.k8s.io/v1", "kind", "Ingress", "metadata", b.meta(b.Name, "labels", b.labels(), "annotations", annotations),
		"spec", object{"ingressClassName", "alb", "rules", list{object{"host", b.Name + host, "http", object{"paths", paths}}}}})
}

func (b *builder) albValue() string {
	if b.Segment == plan.ByLanguage {
		return languageGlob
	}
	return b.matchOf().exact
}

// ingressPath is a path whose backend an annotation defines.
func ingressPath(name string) object {
	return object{"path", "/", "pathType", "Prefix", "backend", object{"service", object{"name", name, "port", object{"name", "use-annotation"}}}}
}

func (b *builder) nginxIngress(stable, canary string, weight int, managed bool) {
	ingress := func(name, service string, annotations any) object {
		return object{"apiVersion", "networking.k8s.io/v1", "kind", "Ingress", "metadata", b.meta(name, "labels", b.labels(), "annotations", annotations),
			"spec", object{"ingressClassName", "nginx", "rules", list{object{"host", b.Name + host, "http", object{"paths", list{
				object{"path", "/", "pathType", "Prefix", "backend", object{"service", object{"name", service, "port", object{"name", portName}}}}}}}}}}
	}
	out := []object{ingress(b.Name, stable, nil)}
	if !managed {
		annotations := object{"nginx.ingress.kubernetes.io/canary", "true", "nginx.ingress.kubernetes.io/canary-weight", itoa(weight)}
		for i, a := range b.nginxAnnotations() {
			if i%2 == 0 {
				a = "nginx.ingress.kubernetes.io/" + a.(string)
			}
			annotations = append(annotations, a)
		}
		out = append(out, ingress(b.Name+"-canary", canary, annotations))
	}
	b.file("ingress.yaml", append([]string{"nginx_retired"}, b.routeComments("nginx", managed)...), out...)
}

// nginxAnnotations choose the segment's users, by turns name and value.
func (b *builder) nginxAnnotations() object {
	switch b.Segment {
	case plan.ByHeader:
		return object{"canary-by-header", testHeader, "canary-by-header-value", testValue}
	case plan.ByUser:
		return object{"canary-by-cookie", "canary"}
	case plan.ByLanguage:
		return object{"canary-by-header", "Accept-Language", "canary-by-header-pattern", language}
	}
	return nil
}

func (b *builder) routeComments(first string, managed bool) []string {
	out := []string{first, "host"}
	if managed {
		out = append(out, "managed")
	}
	if b.Segment != "" && !(managed && b.Router != plan.ALB) {
		out = append(out, "segment."+string(b.Segment))
	}
	return out
}

// text is JSON within an annotation.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is given always encodes
	}
	return string(b)
}
