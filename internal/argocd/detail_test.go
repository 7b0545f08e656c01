package argocd_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"deckplan/internal/argocd"
	"deckplan/internal/argocd/argotest"
	"deckplan/internal/live"
)

// reference is an application as the full client reads it.
type reference struct {
	Spec   struct{ Source referenceSource }
	Status struct {
		Conditions []struct {
			Type, Message      string
			LastTransitionTime time.Time
		}
		Sync      struct{ Revision string }
		Resources []struct {
			Group, Kind, Namespace, Name, Status string
			Hook, RequiresPruning                bool
			Health                               struct{ Status, Message string }
		}
		History []struct {
			ID                          int64
			Revision                    string
			DeployedAt, DeployStartedAt time.Time
			Source                      referenceSource
			InitiatedBy                 referenceInitiator
		}
		OperationState struct {
			Phase, Message        string
			StartedAt, FinishedAt time.Time
			RetryCount            int64
			Operation             struct{ InitiatedBy referenceInitiator }
			SyncResult            struct{ Revision string }
		}
	}
}

type referenceSource struct{ RepoURL, Path, Chart, TargetRevision string }

func (s referenceSource) at(revision string) []live.Source {
	return []live.Source{{RepoURL: s.RepoURL, Path: s.Path, Chart: s.Chart, TargetRevision: s.TargetRevision, Revision: revision}}
}

type referenceInitiator struct {
	Username  string
	Automated bool
}

func (i referenceInitiator) who() string {
	if i.Automated {
		return "automated"
	}
	return i.Username
}

// detail is what a page should show of the reference.
func (r *reference) detail() (out live.Detail) {
	for _, c := range r.Status.Conditions {
		out.Conditions = append(out.Conditions, live.Condition{Type: c.Type, Message: c.Message, At: c.LastTransitionTime})
	}
	for _, one := range r.Status.Resources {
		out.Resources = append(out.Resources, live.Resource{Group: one.Group, Kind: one.Kind, Namespace: one.Namespace, Name: one.Name, Sync: one.Status,
			Health: one.Health.Status, Message: one.Health.Message, Hook: one.Hook, Prune: one.RequiresPruning})
	}
	out.Sources = r.Spec.Source.at(r.Status.Sync.Revision)
	for n := range r.Status.History {
		h := r.Status.History[len(r.Status.History)-1-n]
		out.History = append(out.History, live.Deployment{ID: h.ID, Started: h.DeployStartedAt, Deployed: h.DeployedAt, By: h.InitiatedBy.who(), Sources: h.Source.at(h.Revision)})
	}
	o := r.Status.OperationState
	out.Operation = live.Operation{Phase: o.Phase, Message: o.Message, Started: o.StartedAt, Finished: o.FinishedAt, By: o.Operation.InitiatedBy.who(), Retries: o.RetryCount, Revision: o.SyncResult.Revision}
	return out
}

func TestDetail_IsWhatTheFullClientReads(t *testing.T) {
	s := argotest.Start(t, argotest.Options{Apps: 3, Real: true})
	i := startIngress(t, s, "/argo")
	over := i.connection(s)
	over.Name = "rest"
	table, f := fleet(t, quick(), connection(s), over)
	within(t, 10*time.Second, "both lists", func() bool { return connected(table, s.Name)() && connected(table, "rest")() })
	conditions, synced := 0, 0
	for _, name := range []string{firstApp, "auto", "badns", "degraded", "nopath", "never"} {
		var r reference
		if err := json.Unmarshal(s.Detail(t, name), &r); err != nil {
			t.Fatal(err)
		}
		want := r.detail()
		for _, instance := range []string{s.Name, "rest"} {
			k := live.Key{Instance: instance, Namespace: "argocd", Name: name}
			got, err := f.Detail(t.Context(), k)
			if err != nil {
				t.Fatalf("%v: %v", k, err)
			}
			if shown, _ := table.Get(k); got.Application != shown.Application || got.Read.IsZero() {
				t.Errorf("%v: row\n%+v, the table has\n%+v", k, got.Application, shown.Application)
			}
			got.Application, got.Read = live.Application{}, time.Time{}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%v:\n got %+v\nwant %+v", k, got, want)
			}
		}
		conditions, synced = conditions+len(want.Conditions), synced+len(want.History)
	}
	if conditions == 0 || synced == 0 {
		t.Error("the reference lacks conditions or syncs")
	}
}

func TestDetail_TellsWhyItCannotBeRead(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	refused := connection(s)
	refused.Name, refused.Token = "refused", "not-the-right-one"
	table, f := fleet(t, quick(), connection(s), refused)
	within(t, 10*time.Second, "first list", connected(table, s.Name))
	why := func(instance, name string, want live.Reason) {
		t.Helper()
		_, err := f.Detail(t.Context(), live.Key{Instance: instance, Namespace: "argocd", Name: name})
		var failed *live.Failure
		if !errors.As(err, &failed) || failed.Reason != want || failed.Detail == "" {
			t.Errorf("%s of %s: %v, want %s", name, instance, err, want)
		}
	}
	why("nobody", firstApp, live.Misconfigured)
	why(s.Name, "no-such-application", live.Forbidden) // Argo CD does not tell the two apart
	why("refused", firstApp, live.Unauthenticated)
	s.Stop(t)
	within(t, 5*time.Second, "down", down(table, s.Name, live.Unreachable))
	why(s.Name, firstApp, live.Unreachable)
}

func TestExpires_IsWhenTheTokenEnds(t *testing.T) {
	s := argotest.Start(t, argotest.Options{})
	c := connection(s)
	c.Token = argocd.Secret(s.ExpiringToken(t, "dashboard", time.Hour))
	rest := startIngress(t, s, "").connection(s)
	rest.Token, rest.Name = c.Token, "rest"
	never := connection(s)
	never.Name = "never"
	table := run(t, quick(), c, rest, never)
	for _, name := range []string{s.Name, "rest"} {
		within(t, 10*time.Second, "first list", connected(table, name))
		if left := time.Until(state(table, name).Expires); left < 58*time.Minute || left > time.Hour {
			t.Errorf("%s: the token ends in %v", name, left)
		}
	}
	within(t, 10*time.Second, "first list", connected(table, "never"))
	if at := state(table, "never").Expires; !at.IsZero() {
		t.Errorf("a token without an end ends at %v", at)
	}
}
