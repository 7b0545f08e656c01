package argocdtest

import (
	"fmt"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	synccommon "github.com/argoproj/gitops-engine/pkg/sync/common"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

// Project makes an AppProject.
func Project(name string) *v1alpha1.AppProject {
	return &v1alpha1.AppProject{
		ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: "1"},
		Spec: v1alpha1.AppProjectSpec{SourceRepos: []string{"*"},
			Destinations: []v1alpha1.ApplicationDestination{{Server: "*", Namespace: "*"}}},
	}
}

var healths = []health.HealthStatusCode{health.HealthStatusHealthy, health.HealthStatusHealthy, health.HealthStatusProgressing, health.HealthStatusDegraded, health.HealthStatusMissing}
var syncs = []v1alpha1.SyncStatusCode{v1alpha1.SyncStatusCodeSynced, v1alpha1.SyncStatusCodeSynced, v1alpha1.SyncStatusCodeOutOfSync, v1alpha1.SyncStatusCodeSynced, v1alpha1.SyncStatusCodeUnknown}
var kinds = [][3]string{{"", "v1", "ConfigMap"}, {"", "v1", "Service"}, {"apps", "v1", "Deployment"}, {"networking.k8s.io", "v1", "Ingress"}, {"", "v1", "ServiceAccount"}, {"rbac.authorization.k8s.io", "v1", "RoleBinding"}}

// App makes a realistic Application i with nres resources and hist history entries.
func App(i, nres, hist int, project, cluster string) *v1alpha1.Application {
	now := metav1.NewTime(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
	name := fmt.Sprintf("team-%02d-service-%05d", i%40, i)
	src := v1alpha1.ApplicationSource{RepoURL: fmt.Sprintf("https://git.example.com/team-%02d/deployments.git", i%40),
		Path: fmt.Sprintf("apps/service-%05d/overlays/production", i), TargetRevision: "main",
		Kustomize: &v1alpha1.ApplicationSourceKustomize{Images: v1alpha1.KustomizeImages{v1alpha1.KustomizeImage("registry.example.com/svc:v1.2.3")}}}
	rev := fmt.Sprintf("%040x", 0xabcdef0123+i)
	a := &v1alpha1.Application{
		TypeMeta: metav1.TypeMeta{Kind: "Application", APIVersion: "argoproj.io/v1alpha1"},
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: "6a1b7c1e-0000-4000-8000-00000000000a", CreationTimestamp: now, Generation: 42,
			Labels:      map[string]string{"team": fmt.Sprintf("team-%02d", i%40), "env": "production", "app.kubernetes.io/instance": "root"},
			Annotations: map[string]string{"argocd.argoproj.io/refresh-note": "none", "notifications.argoproj.io/subscribe.on-sync-failed.slack": "alerts"},
			Finalizers:  []string{"resources-finalizer.argocd.argoproj.io"}},
		Spec: v1alpha1.ApplicationSpec{Source: &src, Project: project,
			Destination: v1alpha1.ApplicationDestination{Server: cluster, Namespace: fmt.Sprintf("ns-%03d", i%200)},
			SyncPolicy:  &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Prune: true, SelfHeal: true}, SyncOptions: []string{"CreateNamespace=true"}}},
		Status: v1alpha1.ApplicationStatus{
			Sync: v1alpha1.SyncStatus{Status: syncs[i%len(syncs)], Revision: rev,
				ComparedTo: v1alpha1.ComparedTo{Source: src, Destination: v1alpha1.ApplicationDestination{Server: cluster}}},
			ReconciledAt: &now, SourceType: v1alpha1.ApplicationSourceTypeKustomize, ControllerNamespace: Namespace,
			Summary: v1alpha1.ApplicationSummary{Images: []string{"registry.example.com/svc:v1.2.3", "registry.example.com/sidecar:v4"}, ExternalURLs: []string{"https://svc.example.com/"}},
		}}
	a.Status.Health.Status = healths[i%len(healths)] // the struct around it has another name in v3
	var results v1alpha1.ResourceResults
	for r := 0; r < nres; r++ {
		k := kinds[r%len(kinds)]
		rn := fmt.Sprintf("service-%05d-component-%02d", i, r)
		rs := v1alpha1.ResourceStatus{Group: k[0], Version: k[1], Kind: k[2], Namespace: fmt.Sprintf("ns-%03d", i%200), Name: rn, Status: v1alpha1.SyncStatusCodeSynced}
		if r%3 != 0 {
			rs.Health = &v1alpha1.HealthStatus{Status: health.HealthStatusHealthy}
		}
		a.Status.Resources = append(a.Status.Resources, rs)
		results = append(results, &v1alpha1.ResourceResult{Group: k[0], Version: k[1], Kind: k[2], Namespace: rs.Namespace, Name: rn,
			Status: synccommon.ResultCodeSynced, Message: k[2] + "/" + rn + " configured", HookPhase: synccommon.OperationRunning, SyncPhase: synccommon.SyncPhaseSync})
	}
	for h := 0; h < hist; h++ {
		a.Status.History = append(a.Status.History, v1alpha1.RevisionHistory{ID: int64(h), Revision: rev, DeployedAt: now, DeployStartedAt: &now, Source: src,
			InitiatedBy: v1alpha1.OperationInitiator{Automated: h%2 == 0, Username: []string{"", "kim"}[h%2]}})
	}
	a.Status.OperationState = &v1alpha1.OperationState{Phase: synccommon.OperationSucceeded, Message: "successfully synced (all tasks run)", StartedAt: now, FinishedAt: &now,
		Operation:  v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: rev, Prune: true}, InitiatedBy: v1alpha1.OperationInitiator{Automated: true}},
		SyncResult: &v1alpha1.SyncOperationResult{Revision: rev, Source: src, Resources: results}}
	return a
}
