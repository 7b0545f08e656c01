package rollouttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/validation"
	yamlv3 "go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	istio "istio.io/client-go/pkg/apis/networking/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	"deckplan/internal/lang"
	"deckplan/internal/plan"
	"deckplan/internal/rollout"
)

const rolloutAPI = "argoproj.io/v1alpha1"

// fresh gives an empty object of a kind.
func fresh(api, kind string) metav1.Object {
	switch api + "/" + kind {
	case "apps/v1/Deployment":
		return &appsv1.Deployment{}
	case "v1/Service":
		return &corev1.Service{}
	case "networking.k8s.io/v1/Ingress":
		return &networkingv1.Ingress{}
	case "argoproj.io/v1alpha1/Rollout":
		return &v1alpha1.Rollout{}
	case "argoproj.io/v1alpha1/AnalysisTemplate":
		return &v1alpha1.AnalysisTemplate{}
	case "gateway.networking.k8s.io/v1/HTTPRoute":
		return &gateway.HTTPRoute{}
	case "networking.istio.io/v1/VirtualService":
		return &istio.VirtualService{}
	case "networking.istio.io/v1/DestinationRule":
		return &istio.DestinationRule{}
	}
	return nil
}

// strictly reads an object; a field that its API lacks is an error.
func strictly(api, kind string, text []byte) (metav1.Object, error) {
	o := fresh(api, kind)
	if o == nil {
		return nil, fmt.Errorf("an object of %s %s", api, kind)
	}
	if err := yaml.UnmarshalStrict(text, o, yaml.DisallowUnknownFields); err != nil {
		return nil, err
	}
	var spec proto.Message // Istio's objects let unknown fields pass
	switch o := o.(type) {
	case *istio.VirtualService:
		spec = &o.Spec
	case *istio.DestinationRule:
		spec = &o.Spec
	default:
		return o, nil
	}
	var whole struct{ Spec json.RawMessage }
	if err := yaml.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	return o, protojson.Unmarshal(whole.Spec, spec)
}

// decode reads every object of the files strictly, as its API's own type.
func decode(t *testing.T, at string, c rollout.Choice) map[string]metav1.Object {
	t.Helper()
	out := map[string]metav1.Object{}
	for _, l := range lang.All {
		dec := yamlv3.NewDecoder(bytes.NewReader(rollout.All(rollout.Build(c, l.T))))
		for {
			var node yamlv3.Node
			if err := dec.Decode(&node); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", at, err)
			}
			var head struct {
				APIVersion string `yaml:"apiVersion"`
				Kind       string
			}
			if err := node.Decode(&head); err != nil {
				t.Fatal(err)
			}
			text, err := yamlv3.Marshal(&node)
			if err != nil {
				t.Fatal(err)
			}
			o, err := strictly(head.APIVersion, head.Kind, text)
			if err != nil {
				t.Errorf("%s: %s: %v\n%s", at, head.Kind, err, text)
				continue
			}
			out[head.Kind+"/"+o.GetName()] = o
		}
	}
	return out
}

func choices(visit func(at string, c rollout.Choice)) {
	routers := append([]string{""}, plan.GatewayAPI.Values()...)
	segments := append([]string{""}, plan.ByHeader.Values()...)
	for _, r := range plan.Canary.Values() {
		for _, tool := range rollout.Tools(plan.Rollout(r)) {
			for _, router := range routers {
				for _, segment := range segments {
					for _, warm := range append([]string{""}, plan.WarmByRequests.Values()...) {
						c := rollout.Choice{Name: "shop", Display: "결제", Namespace: "shop", Image: "r/shop:1", Strategy: plan.Rollout(r), Tool: tool, Router: plan.Router(router), Segment: plan.Segment(segment),
							Replicas: 10, Surge: 25, Less: 25, Steps: []int{5, 15, 45, 100}, Pause: 300, Delay: 30, Warm: 40, WarmUp: plan.WarmUp(warm), Stop: 10, CPU: 250, Memory: 256}
						if router == "" && segment != "" {
							continue
						}
						visit(fmt.Sprint(r, " ", tool, " ", router, " ", segment, " ", warm), c)
					}
				}
			}
		}
	}
}

// The check itself refuses a field too many in every kind of object.
func TestStrictly_RefusesAnUnknownField(t *testing.T) {
	for _, kind := range [][2]string{{"apps/v1", "Deployment"}, {"v1", "Service"}, {"networking.k8s.io/v1", "Ingress"}, {rolloutAPI, "Rollout"}, {rolloutAPI, "AnalysisTemplate"},
		{"gateway.networking.k8s.io/v1", "HTTPRoute"}, {"networking.istio.io/v1", "VirtualService"}, {"networking.istio.io/v1", "DestinationRule"}} {
		for text, fails := range map[string]bool{"{}": false, "{nothing: 1}": true} {
			if _, err := strictly(kind[0], kind[1], []byte("spec: "+text)); (err != nil) != fails {
				t.Errorf("%s with %s: %v", kind[1], text, err)
			}
		}
	}
}

// Every field of every object is one of its API, and the API's own rules for a
// Rollout hold.
func TestManifests_AreWhatTheAPIsTake(t *testing.T) {
	n := 0
	choices(func(at string, c rollout.Choice) {
		for name, o := range decode(t, at, c) {
			n++
			if ro, ok := o.(*v1alpha1.Rollout); ok {
				if errs := validation.ValidateRollout(ro); len(errs) > 0 {
					t.Errorf("%s: %v", at, errs)
				}
			}
			if o.GetNamespace() != "shop" {
				t.Errorf("%s: %s in %q", at, name, o.GetNamespace())
			}
		}
	})
	if n < 500 {
		t.Errorf("only %d objects", n)
	}
}

// A Service's selector finds the pods of a workload, a route's backends are
// Services that are there, and what a Rollout names is there too.
func TestManifests_NameWhatIsThere(t *testing.T) {
	choices(func(at string, c rollout.Choice) {
		all := decode(t, at, c)
		has := func(kind, name string) {
			if all[kind+"/"+name] == nil {
				t.Errorf("%s: no %s %q", at, kind, name)
			}
		}
		for _, o := range all {
			switch o := o.(type) {
			case *corev1.Service:
				if !selects(all, o.Spec.Selector) {
					t.Errorf("%s: service %s selects nothing", at, o.Name)
				}
			case *gateway.HTTPRoute:
				for _, r := range o.Spec.Rules {
					for _, b := range r.BackendRefs {
						has("Service", string(b.Name))
					}
				}
			case *istio.VirtualService:
				for _, r := range o.Spec.Http {
					for _, to := range r.Route {
						has("Service", to.Destination.Host)
					}
				}
			case *istio.DestinationRule:
				has("Service", o.Spec.Host)
			case *networkingv1.Ingress:
				for _, p := range o.Spec.Rules[0].HTTP.Paths {
					name := p.Backend.Service.Name
					_, defined := o.Annotations["alb.ingress.kubernetes.io/actions."+name]
					if p.Backend.Service.Port.Name != "use-annotation" || !defined {
						if ro, ok := all["Rollout/shop"].(*v1alpha1.Rollout); p.Backend.Service.Port.Name == "use-annotation" && (!ok || ro.Spec.Strategy.Canary.TrafficRouting.ALB.RootService != name) {
							t.Errorf("%s: nothing defines %s", at, name)
						}
						has("Service", name)
					}
				}
			case *v1alpha1.Rollout:
				names := []string{}
				if b := o.Spec.Strategy.BlueGreen; b != nil {
					names = append(names, b.ActiveService, b.PreviewService)
				}
				if b := o.Spec.Strategy.Canary; b != nil && b.StableService != "" {
					names = append(names, b.StableService, b.CanaryService)
				}
				for _, name := range names {
					has("Service", name)
				}
				has("AnalysisTemplate", "shop-errors")
			}
		}
	})
}

func selects(all map[string]metav1.Object, selector map[string]string) bool {
	for _, o := range all {
		var labels map[string]string
		switch o := o.(type) {
		case *appsv1.Deployment:
			labels = o.Spec.Template.Labels
		case *v1alpha1.Rollout:
			labels = o.Spec.Template.Labels
		}
		found := len(labels) > 0
		for k, v := range selector {
			found = found && labels[k] == v
		}
		if found {
			return true
		}
	}
	return false
}

func TestManifests_RetiredRouterIsMarked(t *testing.T) {
	choices(func(at string, c rollout.Choice) {
		text := string(rollout.All(rollout.Build(c, lang.English.T)))
		if marked := strings.Contains(text, "RETIRED"); marked != (c.Router == plan.NginxIngress && c.Strategy == plan.Canary) {
			t.Errorf("%s: marked %v", at, marked)
		}
	})
}
