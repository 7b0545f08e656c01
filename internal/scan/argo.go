package scan

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"deckplan/internal/plan"
)

// delivery is an object that makes a GitOps tool deliver something.
type delivery struct {
	tool, name, file string
	line             int
	to               string // the cluster, as it is named there
	byHand           bool   // it is not synchronised by itself
	byImage          bool   // a new image starts it
}

// markers are what a manifest must hold to be worth parsing.
var markers = [][]byte{[]byte("tekton.dev/"), []byte("argoproj.io/"), []byte("toolkit.fluxcd.io/"), []byte("kustomize.config.k8s.io"), []byte("imagePullSecrets")}

// examples are folders whose manifests deliver nothing.
var examples = []string{"docs", "doc", "example", "examples", "fixtures", "test", "tests", "samples"}

// manifests reads a YAML file that may hold objects of Tekton, Argo or Flux.
func (r *reader) manifests(file string) {
	for _, part := range strings.Split(path.Dir(file), "/") {
		if slices.Contains(examples, part) {
			r.miss(part, 0, "scan.missed.example", map[string]any{"name": part})
			return
		}
	}
	b, ok := r.read(file)
	if !ok {
		return
	}
	base := path.Base(file)
	kustomize := base == "Kustomization" || base == "kustomization.yaml" || base == "kustomization.yml"
	if kustomize {
		r.found(file, 1, "scan.found.kustomize", map[string]any{"path": path.Dir(file)})
		return
	}
	if !slices.ContainsFunc(markers, func(m []byte) bool { return bytes.Contains(b, m) }) {
		r.p.Files-- // it says nothing about delivery
		delete(r.seen, file)
		return
	}
	if bytes.Contains(b, []byte("{{")) {
		r.miss(file, 1, "scan.missed.template", nil)
		return
	}
	docs, _ := r.parse(file, b)
	for _, doc := range docs {
		r.object(file, doc)
	}
}

func (r *reader) object(file string, doc *yaml.Node) {
	api, kind := text(get(doc, "apiVersion")), text(get(doc, "kind"))
	switch {
	case strings.Contains(api, "tekton.dev/"):
		r.tekton(file, doc)
	case strings.HasPrefix(api, "argoproj.io/"):
		r.argo(file, doc)
	case strings.Contains(api, "toolkit.fluxcd.io/"):
		if kind == "Kustomization" || kind == "HelmRelease" {
			d := delivery{tool: "flux", name: text(get(doc, "metadata", "name")), file: file, line: doc.Line,
				to: text(get(doc, "spec", "kubeConfig", "secretRef", "name"))}
			r.deliveries = append(r.deliveries, d)
		}
		r.found(file, doc.Line, "scan.found.object", map[string]any{"kind": clip(kind, 60), "name": clip(text(get(doc, "metadata", "name")), 80)})
	case kind == "List":
		for _, n := range items(get(doc, "items")) {
			if text(get(n, "kind")) != "List" {
				r.object(file, n)
			}
		}
	default:
		spec := get(doc, "spec")
		for _, at := range []*yaml.Node{get(doc, "imagePullSecrets"), get(spec, "imagePullSecrets"), get(spec, "template", "spec", "imagePullSecrets"),
			get(spec, "jobTemplate", "spec", "template", "spec", "imagePullSecrets")} {
			for _, n := range items(at) {
				if name := clip(text(get(n, "name")), 80); name != "" && !slices.Contains(r.pulls, name) {
					r.pulls = append(r.pulls, name)
					r.found(file, n.Line, "scan.found.pull_secret", map[string]any{"name": name})
				}
			}
		}
	}
}

// argo takes in one object of Argo CD or Argo Rollouts.
func (r *reader) argo(file string, doc *yaml.Node) {
	kind, name, spec := text(get(doc, "kind")), text(get(doc, "metadata", "name")), get(doc, "spec")
	tell := func() {
		r.found(file, doc.Line, "scan.found.object", map[string]any{"kind": kind, "name": clip(name, 80)})
	}
	switch kind {
	case "Application", "ApplicationSet":
		notes := get(doc, "metadata", "annotations")
		if kind == "ApplicationSet" {
			notes, spec = get(spec, "template", "metadata", "annotations"), get(spec, "template", "spec")
		}
		to := get(spec, "destination")
		d := delivery{tool: "argo_cd", name: name, file: file, line: doc.Line, to: cmp.Or(text(get(to, "name")), text(get(to, "server"))),
			byHand: get(spec, "syncPolicy", "automated") == nil}
		for _, p := range entries(notes) {
			d.byImage = d.byImage || strings.HasPrefix(p.key, "argocd-image-updater.argoproj.io/")
		}
		r.deliveries = append(r.deliveries, d)
		tell()
	case "AppProject", "AnalysisTemplate", "ClusterAnalysisTemplate":
		tell()
	case "Rollout":
		how := "canary"
		if get(spec, "strategy", "blueGreen") != nil {
			how = "blue_green"
		}
		r.found(file, doc.Line, "scan.found.rollout", map[string]any{"name": clip(name, 80), "choice": how})
		analysed := false
		for _, s := range items(get(spec, "strategy", "canary", "steps")) {
			analysed = analysed || get(s, "analysis") != nil
		}
		for _, p := range []*yaml.Node{get(spec, "strategy", "canary", "analysis"), get(spec, "strategy", "blueGreen", "prePromotionAnalysis"), get(spec, "strategy", "blueGreen", "postPromotionAnalysis")} {
			analysed = analysed || p != nil
		}
		if analysed && r.rollout == nil {
			r.rollout = &Place{file, doc.Line}
		}
	default:
		r.miss(file, doc.Line, "scan.missed.object", map[string]any{"kind": clip(kind, 60), "name": clip(name, 80)})
	}
}

// maxDeploys is the number of deploy stages up to which each target of a
// GitOps tool gets one of its own.
const maxDeploys = 12

// deliver adds the stages that GitOps tools carry out: one a target, after
// the stages that write what the tool watches.
func (r *reader) deliver() {
	if len(r.deliveries) == 0 {
		return
	}
	pipeline, after := r.upstream()
	if pipeline == "" {
		d := r.deliveries[0]
		pipeline = r.pipeline(&flow{name: r.Word("scan.gitops_name", nil), file: d.file, line: d.line})
	}
	targets := map[string]bool{}
	for _, d := range r.deliveries {
		targets[d.tool+"\x00"+d.to] = true
	}
	made := map[string]bool{}
	for _, d := range r.deliveries {
		to := d.to
		if len(targets) > maxDeploys {
			to = ""
		}
		if key := d.tool + "\x00" + to; !made[key] {
			made[key] = true
			r.deliveryStage(d, to, pipeline, after)
		}
	}
	if r.rollout != nil {
		r.verifyStage(pipeline)
	}
}

func (r *reader) deliveryStage(d delivery, to, pipeline string, after []string) {
	s := plan.Stage{ID: r.NewID(), Pipeline: pipeline, Kind: plan.Deploy, Installation: r.installation(d.tool, d.file), After: after[:min(len(after), 50)],
		Accountable: r.accountable(d.file), Trigger: plan.OnGitPoll, Name: toolName(d.tool)}
	scope := clusterName(to)
	if scope != "" {
		s.Name = clip(s.Name+" → "+scope, 120)
	}
	s.Credentials = append(s.Credentials, plan.Credential{Kind: "cluster-deploy", Scope: scope})
	for _, name := range r.pulls[:min(len(r.pulls), 20)] {
		s.Credentials = append(s.Credentials, plan.Credential{Kind: "registry-pull", Scope: name})
	}
	switch {
	case d.byHand && d.tool == "argo_cd":
		s.Trigger = plan.Manual
	case d.byImage:
		s.Trigger = plan.OnRegistryEvent
	}
	r.p.Stages = append(r.p.Stages, s)
	r.p.Places[s.ID] = Place{d.file, d.line}
	r.tell(piece{kind: plan.Deploy, file: d.file, line: d.line, by: d.name}, s)
}

// clusterName is what a target is called: its name, or its address's host.
func clusterName(to string) string {
	to = strings.TrimPrefix(strings.TrimPrefix(to, "https://"), "http://")
	if to == "kubernetes.default.svc" {
		return "in-cluster"
	}
	host, _, _ := strings.Cut(to, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	return clip(host, 80)
}

// upstream gives the pipeline that a GitOps tool's delivery continues, and its
// last stages that write manifests or, failing that, push images.
func (r *reader) upstream() (pipeline string, after []string) {
	for _, kinds := range [][]plan.StageKind{{plan.ConfigUpdate}, {plan.ContainerBuild, plan.Publish}} {
		for _, s := range r.p.Stages {
			if !slices.Contains(kinds, s.Kind) || kinds[0] != plan.ConfigUpdate && !slices.ContainsFunc(s.Credentials, func(c plan.Credential) bool { return c.Kind == "registry-push" }) {
				continue
			}
			if pipeline == "" {
				pipeline = s.Pipeline
			}
			if s.Pipeline == pipeline {
				after = append(after, s.ID)
			}
		}
		if pipeline != "" {
			return pipeline, after
		}
	}
	return "", nil
}

// verifyStage adds the analysis that Argo Rollouts runs while it delivers.
func (r *reader) verifyStage(pipeline string) {
	var after []string
	for _, s := range r.p.Stages {
		if s.Pipeline == pipeline && s.Kind == plan.Deploy {
			after = append(after, s.ID)
		}
	}
	s := plan.Stage{ID: r.NewID(), Pipeline: pipeline, Kind: plan.Verify, Name: toolName("argo_rollouts"), Trigger: plan.OnUpstream,
		Installation: r.installation("argo_rollouts", r.rollout.File), After: after[:min(len(after), 50)], Accountable: r.accountable(r.rollout.File)}
	r.p.Stages = append(r.p.Stages, s)
	r.p.Places[s.ID] = *r.rollout
	r.tell(piece{kind: plan.Verify, file: r.rollout.File, line: r.rollout.Line, by: "Rollout"}, s)
}
