package rollouttest

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/replicaset"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"deckplan/internal/strategy"
)

func set(name string, s strategy.Set) *appsv1.ReplicaSet {
	n := int32(s.Count)
	return &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name)}, Spec: appsv1.ReplicaSetSpec{Replicas: &n},
		Status: appsv1.ReplicaSetStatus{Replicas: n, AvailableReplicas: int32(s.Available)}}
}

func theirs(n, weight, surge, less int, canary, stable strategy.Set) (int, int) {
	count, w := int32(n), int32(weight)
	most, missing := intstr.FromInt32(int32(surge)), intstr.FromInt32(int32(less))
	step := int32(0)
	ro := &v1alpha1.Rollout{Spec: v1alpha1.RolloutSpec{Replicas: &count, Strategy: v1alpha1.RolloutStrategy{Canary: &v1alpha1.CanaryStrategy{
		MaxSurge: &most, MaxUnavailable: &missing, Steps: []v1alpha1.CanaryStep{{SetWeight: &w}}}}},
		Status: v1alpha1.RolloutStatus{CurrentStepIndex: &step, StableRS: "stable", CurrentPodHash: "canary"}}
	c, s := replicaset.CalculateReplicaCountsForBasicCanary(ro, set("canary", canary), set("stable", stable), nil)
	return int(c), int(s)
}

// Our calculation is Argo Rollouts' for the examples that the documentation
// knows and for any state a rollout may be in.
func TestBasicCanary_IsArgoRolloutsOwn(t *testing.T) {
	same := func(n, weight, surge, less int, canary, stable strategy.Set) {
		c, s := strategy.BasicCanary(n, weight, surge, less, canary, stable)
		if wantC, wantS := theirs(n, weight, surge, less, canary, stable); c != wantC || s != wantS {
			t.Fatalf("%d replicas, weight %d, surge %d, unavailable %d, canary %+v, stable %+v: %d/%d, want %d/%d", n, weight, surge, less, canary, stable, c, s, wantC, wantS)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		n := 1 + random.IntN(30)
		surge, less := random.IntN(n+1), random.IntN(n+1)
		if surge == 0 && less == 0 {
			less = 1
		}
		canary, stable := strategy.Set{Count: random.IntN(n + 3)}, strategy.Set{Count: random.IntN(n + 3)}
		canary.Available, stable.Available = random.IntN(canary.Count+2), random.IntN(stable.Count+2)
		same(n, random.IntN(101), surge, less, canary, stable)
	}
}

func TestFenceposts_AreArgoRolloutsOwn(t *testing.T) {
	for n := range int32(60) {
		for surge := 0; surge <= 100; surge += 5 {
			for less := 0; less <= 100; less += 5 {
				most, missing := intstr.FromString(percent(surge)), intstr.FromString(percent(less))
				ro := &v1alpha1.Rollout{Spec: v1alpha1.RolloutSpec{Replicas: &n, Strategy: v1alpha1.RolloutStrategy{Canary: &v1alpha1.CanaryStrategy{MaxSurge: &most, MaxUnavailable: &missing}}}}
				a, b := strategy.Fenceposts(int(n), float64(surge)/100, float64(less)/100)
				if n > 0 && (int32(a) != replicaset.MaxSurge(ro) || int32(b) != replicaset.MaxUnavailable(ro)) {
					t.Fatalf("%d replicas, %d %%, %d %%: %d and %d, want %d and %d", n, surge, less, a, b, replicaset.MaxSurge(ro), replicaset.MaxUnavailable(ro))
				}
			}
		}
	}
}

func percent(n int) string { return strconv.Itoa(n) + "%" }
