package argocdtest

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	"github.com/sirupsen/logrus"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

func TestMain(m *testing.M) {
	logrus.SetOutput(io.Discard)
	m.Run()
}

func start(t *testing.T, tls bool) (*Server, string) {
	t.Helper()
	apps, err := RealApps()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(Options{Apps: append(apps, App(0, 5, 1, "default", "https://c")), Accounts: []string{"viewer"}, TLS: tls,
		RBACPolicy: "g, viewer, role:readonly\n", Projects: []*v1alpha1.AppProject{Project("default")}, Clusters: map[string]string{"named": "https://c"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	token, err := s.Token("viewer", 0)
	if err != nil {
		t.Fatal(err)
	}
	return s, token
}

// rows reads the server, trying again while its informers catch up.
func rows(t *testing.T, s *Server, token string, ok func([]Row) bool) {
	t.Helper()
	var got []Row
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var err error
		if got, err = Reference(t.Context(), s, token); err != nil {
			t.Fatal(err)
		}
		if ok(got) {
			return
		}
	}
	t.Fatalf("%d rows, the last %+v", len(got), got[len(got)-1])
}

func find(rows []Row, name string) Row {
	if i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name }); i >= 0 {
		return rows[i]
	}
	return Row{}
}

func TestServer_AnswersWithWhatItWasGiven(t *testing.T) {
	const name = "team-00-service-00000"
	for _, tls := range []bool{false, true} {
		s, token := start(t, tls)
		rows(t, s, token, func(r []Row) bool { return len(r) == 11 && find(r, name).Cluster == "named" })
		if err := s.UpdateApp(name, func(a *v1alpha1.Application) { a.Status.Health.Status = health.HealthStatusSuspended }); err != nil {
			t.Fatal(err)
		}
		rows(t, s, token, func(r []Row) bool { return find(r, name).Health == "Suspended" })
		if err := s.DeleteApp(name); err != nil {
			t.Fatal(err)
		}
		if err := s.AddApp(App(7, 1, 1, "default", "https://elsewhere")); err != nil {
			t.Fatal(err)
		}
		rows(t, s, token, func(r []Row) bool {
			return len(r) == 11 && find(r, name).Name == "" && find(r, "team-07-service-00007").Cluster == "https://elsewhere"
		})
	}
}

func TestServer_RevokedTokenIsRefused(t *testing.T) {
	s, token := start(t, false)
	rows(t, s, token, func(r []Row) bool { return len(r) == 11 })
	if err := s.Revoke("viewer"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := Reference(t.Context(), s, token); err != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a revoked token is accepted")
		}
	}
}

func TestServer_StopsAndResumesOnTheSameAddress(t *testing.T) {
	s, token := start(t, false)
	s.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := Reference(ctx, s, token); err == nil {
		t.Error("a stopped server answers")
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	rows(t, s, token, func(r []Row) bool { return len(r) == 11 })
}
