package rollout

import (
	"strings"

	"deckplan/internal/manifest"
	"deckplan/internal/plan"
	"deckplan/internal/strategy"
)

// plainBlueGreen has two Deployments and a Service whose selector is switched.
func (b *builder) plainBlueGreen() {
	b.file("blue.yaml", b.podComments("blue"), b.deploymentOf(b.Name+"-blue", b.Replicas, []any{"slot", "blue"}))
	b.file("green.yaml", []string{"green"}, b.deploymentOf(b.Name+"-green", 0, []any{"slot", "green"}))
	b.file("service.yaml", []string{"switched"}, b.service(b.Name, "slot", "blue"), b.service(b.Name+"-preview", "slot", "green"))
	b.script("switch.sh", "script.blue_green", `usage="usage: $0 deploy IMAGE | back"
# which slot users are on, and the other one
live=$(kubectl "$@ns" get service "$name" -o 'jsonpath={.spec.selector.slot}')
case $live in
  blue) idle=green ;;
  green) idle=blue ;;
  *) echo "service $name selects no slot" >&2; exit 1 ;;
esac
select_slot() {
  kubectl "$@ns" patch service "$1" -p "{\"spec\":{\"selector\":{\"app\":\"$name\",\"slot\":\"$2\"}}}"
}
case ${1:-} in
  deploy)
    image=${2:?$usage}
    select_slot "$name-preview" "$idle"
    kubectl "$@ns" set image "deployment/$name-$idle" "app=$image"
    kubectl "$@ns" scale "deployment/$name-$idle" --replicas="$replicas"
    kubectl "$@ns" rollout status "deployment/$name-$idle" --timeout=15m
    # test $name-preview here; warm-up, where it is by test requests
    sleep "$warm"
    select_slot "$name" "$idle"
    echo "users are on $idle; $live stays for $delay s. To go back: $0 back"
    sleep "$delay"
    now=$(kubectl "$@ns" get service "$name" -o 'jsonpath={.spec.selector.slot}')
    if [ "$now" = "$idle" ]; then
      kubectl "$@ns" scale "deployment/$name-$live" --replicas=0
    fi
    ;;
  back)
    kubectl "$@ns" scale "deployment/$name-$idle" --replicas="$replicas"
    kubectl "$@ns" rollout status "deployment/$name-$idle" --timeout=15m
    select_slot "$name" "$idle"
    ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
`, "replicas="+itoa(b.Replicas), "warm="+itoa(b.prewarm()), "delay="+itoa(b.Delay))
}

// prewarm is how many seconds a new set is tried before users come.
func (b *builder) prewarm() int {
	if b.WarmUp == plan.WarmByRequests {
		return b.Warm
	}
	return 0
}

// plainCanary has two Deployments. Behind one Service a weight is a number of
// replicas; with a router each has a Service of its own and the router is told.
func (b *builder) plainCanary() {
	stable, canary := b.Name+"-stable", b.Name+"-canary"
	b.file("stable.yaml", b.podComments("stable"), b.deploymentOf(stable, b.Replicas, []any{"track", "stable"}))
	b.file("canary.yaml", []string{"canary"}, b.deploymentOf(canary, 0, []any{"track", "canary"}))
	if b.Router == "" {
		b.file("service.yaml", []string{"one_service"}, b.service(b.Name))
		b.canaryScript(b.countSteps(), "")
		return
	}
	b.file("service.yaml", []string{"two_services"}, b.service(stable, "track", "stable"), b.service(canary, "track", "canary"))
	b.route(stable, canary, 0, false)
	b.canaryScript(b.weightSteps(), b.weigher())
}

// countSteps scales both Deployments step by step.
func (b *builder) countSteps() string {
	surge, _ := strategy.Fenceposts(b.Replicas, float64(b.Surge)/100, float64(b.Less)/100)
	var s strings.Builder
	for i, w := range b.Steps {
		canary, stable := strategy.Nearest(b.Replicas, w, surge)
		s.WriteString("    step " + itoa(w) + " " + itoa(canary) + " " + itoa(stable) + "\n")
		if i < len(b.Steps)-1 {
			s.WriteString("    sleep \"$pause\"\n")
		}
	}
	return s.String()
}

// weightSteps scale the canary to its weight and then move the users.
func (b *builder) weightSteps() string {
	var s strings.Builder
	for i, w := range b.Steps {
		s.WriteString("    step " + itoa(w) + " " + itoa((b.Replicas*w+99)/100) + " \"$replicas\"\n")
		if i < len(b.Steps)-1 {
			s.WriteString("    sleep \"$pause\"\n")
		}
	}
	return s.String()
}

// weigher is the shell function weigh PERCENT for the router.
func (b *builder) weigher() string {
	rule := "0"
	if b.Segment != "" { // the first rule is the chosen users'
		rule = "1"
	}
	switch b.Router {
	case plan.GatewayAPI:
		return `  kubectl "$@ns" patch httproute "$name" --type=json -p "[{\"op\":\"replace\",\"path\":\"/spec/rules/` + rule + `/backendRefs/0/weight\",\"value\":$((100 - $1))},{\"op\":\"replace\",\"path\":\"/spec/rules/` + rule + `/backendRefs/1/weight\",\"value\":$1}]"
`
	case plan.Istio:
		return `  kubectl "$@ns" patch virtualservice "$name" --type=json -p "[{\"op\":\"replace\",\"path\":\"/spec/http/` + rule + `/route/0/weight\",\"value\":$((100 - $1))},{\"op\":\"replace\",\"path\":\"/spec/http/` + rule + `/route/1/weight\",\"value\":$1}]"
`
	case plan.ALB:
		return `  kubectl "$@ns" annotate ingress "$name" --overwrite "alb.ingress.kubernetes.io/actions.split={\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[{\"serviceName\":\"$name-stable\",\"servicePort\":80,\"weight\":$((100 - $1))},{\"serviceName\":\"$name-canary\",\"servicePort\":80,\"weight\":$1}]}}"
`
	}
	return `  kubectl "$@ns" annotate ingress "$name-canary" --overwrite "nginx.ingress.kubernetes.io/canary-weight=$1"
`
}

func (b *builder) canaryScript(steps, weigh string) {
	grown := `step() { # PERCENT CANARY STABLE
  echo "$1 %: $2 canary, $3 stable"
  kubectl "$@ns" scale "deployment/$name-canary" --replicas="$2"
  kubectl "$@ns" rollout status "deployment/$name-canary" --timeout=15m
`
	back := ""
	if weigh == "" {
		grown += `  kubectl "$@ns" scale "deployment/$name-stable" --replicas="$3"
}
`
	} else {
		grown = "weigh() { # PERCENT\n" + weigh + "}\n" + grown + `  sleep "$warm"
  weigh "$1"
}
`
		back = "    weigh 0\n"
	}
	b.script("canary.sh", "script.canary", `usage="usage: $0 deploy IMAGE | back"
`+grown+`case ${1:-} in
  deploy)
    image=${2:?$usage}
    kubectl "$@ns" set image "deployment/$name-canary" "app=$image"
`+steps+`    # everybody is on the canary: it becomes the stable version
    kubectl "$@ns" set image "deployment/$name-stable" "app=$image"
    kubectl "$@ns" scale "deployment/$name-stable" --replicas="$replicas"
    kubectl "$@ns" rollout status "deployment/$name-stable" --timeout=15m
`+back+`    kubectl "$@ns" scale "deployment/$name-canary" --replicas=0
    ;;
  back)
    kubectl "$@ns" scale "deployment/$name-stable" --replicas="$replicas"
    kubectl "$@ns" rollout status "deployment/$name-stable" --timeout=15m
`+back+`    kubectl "$@ns" scale "deployment/$name-canary" --replicas=0
    ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
`, "replicas="+itoa(b.Replicas), "pause="+itoa(b.Pause), "warm="+itoa(b.prewarm()))
}

// script adds a shell script; @ns in it are kubectl's arguments for the
// namespace. Names are DNS labels, so nothing in it needs quoting.
func (b *builder) script(path, comment, body string, values ...string) {
	ns := ""
	if b.Namespace != "" {
		ns = "--namespace=" + b.Namespace
	}
	head := "#!/bin/sh\n# " + manifest.Clean(b.words("rollout."+comment, b.args())) + "\nset -eu\nname=" + b.Name + "\n" + strings.Join(values, "\n") + "\n"
	kubectl := `kubectl "$@ns"`
	with := "kubectl"
	if ns != "" {
		with += " " + ns
	}
	b.files = append(b.files, manifest.File{Path: path, Data: []byte(head + strings.ReplaceAll(body, kubectl, with))})
}
