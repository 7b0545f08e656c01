package main

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	synccommon "github.com/argoproj/gitops-engine/pkg/sync/common"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

// step is one change of an application, some ticks after the one before.
type step struct {
	after  int
	change func(*v1alpha1.Application)
}

// story makes the applications live: services are released from cluster to
// cluster in the order of promotion, a rollout fails now and then, and
// somebody changes a cluster by hand. Which, depends on rng alone.
type story struct {
	rng     *rand.Rand
	apps    []*app
	reports []func() error // of the controllers on their clusters
}

const (
	releases = 4 // under way at most
	lag      = 7 // ticks between two clusters of a release
)

// tick carries out what is due, and begins something new now and then.
func (s *story) tick() error {
	busy := map[string]bool{}
	for _, a := range s.apps {
		if len(a.next) == 0 {
			continue
		}
		busy[a.service] = true
		if a.next[0].after--; a.next[0].after > 0 {
			continue
		}
		if err := a.server.UpdateApp(a.name, a.next[0].change); err != nil {
			return err
		}
		a.next = a.next[1:]
	}
	if len(busy) >= releases || s.rng.IntN(3) > 0 && len(busy) > 0 {
		return nil
	}
	a := s.apps[s.rng.IntN(len(s.apps))]
	switch {
	case busy[a.service]:
	case s.rng.IntN(6) == 0:
		a.next = drift()
	default:
		s.release(a.service)
	}
	return nil
}

// release brings one revision of a service to all its clusters. A failed
// rollout is mended before the next cluster gets it.
func (s *story) release(service string) {
	rev := revision(s.rng)
	wait := 1
	for place := 0; place < 100; place++ {
		begun := false
		for _, a := range s.apps {
			if a.service != service || a.place != place {
				continue
			}
			begun = true
			a.next = deploy(rev, wait)
			if s.rng.IntN(7) == 0 {
				a.next = append(a.next[:len(a.next)-1], failed(revision(s.rng))...)
				wait += 14
			}
		}
		if begun {
			wait += lag
		}
	}
}

// deploy is a rollout as Argo CD reports it: a new commit makes the
// application OutOfSync, the sync runs, the pods come up.
func deploy(rev string, wait int) []step {
	return []step{
		{wait, func(a *v1alpha1.Application) {
			a.Status.Sync.Revision = rev
			compared(a, v1alpha1.SyncStatusCodeOutOfSync)
		}},
		{2, func(a *v1alpha1.Application) {
			op := a.Status.OperationState
			op.Phase, op.Message, op.StartedAt, op.FinishedAt = synccommon.OperationRunning, "waiting for healthy state of apps/Deployment/"+a.Spec.Destination.Namespace, metav1.Now(), nil
			op.Operation.Sync.Revision, op.SyncResult.Revision = rev, rev
			turn(a, health.HealthStatusProgressing, "Waiting for rollout to finish: 1 out of 4 new replicas have been updated...")
		}},
		{2, func(a *v1alpha1.Application) {
			compared(a, v1alpha1.SyncStatusCodeSynced)
			for i, image := range a.Status.Summary.Images {
				name, _, _ := strings.Cut(image, ":")
				a.Status.Summary.Images[i] = name + ":" + rev[:7]
			}
			turn(a, health.HealthStatusProgressing, "Waiting for rollout to finish: 1 old replicas are pending termination...")
		}},
		{2, func(a *v1alpha1.Application) {
			arrived(a)
			past := a.Status.History
			one := deployment(a, past[len(past)-1].ID+1, rev, a.Status.OperationState.FinishedAt.Time)
			one.DeployStartedAt = a.Status.OperationState.StartedAt.DeepCopy()
			a.Status.History = append(past[max(0, len(past)-9):], one)
		}},
	}
}

// failed ends a rollout badly, and mends it with a commit that follows.
func failed(mended string) []step {
	return append([]step{{3, func(a *v1alpha1.Application) {
		done(a, synccommon.OperationSucceeded)
		turn(a, health.HealthStatusDegraded, `Deployment "`+a.Spec.Destination.Namespace+`" exceeded its progress deadline`)
	}}}, deploy(mended, 8)...)
}

// drift is a change by hand in the cluster that is synced away after a while.
func drift() []step {
	return []step{
		{1, func(a *v1alpha1.Application) {
			compared(a, v1alpha1.SyncStatusCodeOutOfSync)
		}},
		{12, arrived},
	}
}

func arrived(a *v1alpha1.Application) {
	compared(a, v1alpha1.SyncStatusCodeSynced)
	done(a, synccommon.OperationSucceeded)
	turn(a, health.HealthStatusHealthy, "")
}

func done(a *v1alpha1.Application, phase synccommon.OperationPhase) {
	now := metav1.NewTime(time.Now().Truncate(time.Second))
	op := a.Status.OperationState
	op.Phase, op.Message, op.FinishedAt = phase, "successfully synced (all tasks run)", &now
}

func turn(a *v1alpha1.Application, to health.HealthStatusCode, message string) {
	if a.Status.Health.Status != to {
		now := metav1.NewTime(time.Now().Truncate(time.Second))
		a.Status.Health.LastTransitionTime = &now
	}
	a.Status.Health.Status, a.Status.Health.Message = to, message
	a.Status.Resources[0].Health = &v1alpha1.HealthStatus{Status: to, Message: message}
	reconciled(a)
}

// compared says how what runs compares with Git; where it differs, what runs
// the pods does.
func compared(a *v1alpha1.Application, to v1alpha1.SyncStatusCode) {
	a.Status.Sync.Status, a.Status.Resources[0].Status = to, to
	reconciled(a)
}

func reconciled(a *v1alpha1.Application) {
	now := metav1.NewTime(time.Now().Truncate(time.Second))
	a.Status.ReconciledAt = &now
}
