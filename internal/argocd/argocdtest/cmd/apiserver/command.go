package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	synccommon "github.com/argoproj/gitops-engine/pkg/sync/common"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"

	"deckplan/internal/argocd/argocdtest"
)

// command is one line of standard input. Empty fields leave things as they are.
type command struct {
	Do       string  `json:"do"`
	Server   string  `json:"server"` // may be left out when there is one
	App      string  `json:"app"`
	Health   string  `json:"health"`
	Sync     string  `json:"sync"`
	Phase    string  `json:"phase"`
	Revision string  `json:"revision"`
	Message  string  `json:"message"` // of the health
	Project  string  `json:"project"`
	Cluster  string  `json:"cluster"` // API server URL
	Account  string  `json:"account"`
	On       bool    `json:"on"`
	Rate     float64 `json:"rate"`    // changes a second; 0 ends the churn
	Count    int     `json:"count"`   // of a burst
	Seconds  int64   `json:"seconds"` // until a token ends; 0 for never
}

// reply is one line of standard output.
type reply struct {
	OK     bool                  `json:"ok"`
	Error  string                `json:"error,omitempty"`
	Token  string                `json:"token,omitempty"`
	App    string                `json:"app,omitempty"`
	Rows   []argocdtest.Row      `json:"rows,omitempty"`
	Lines  []string              `json:"lines,omitempty"`
	Detail *v1alpha1.Application `json:"detail,omitempty"`
}

func (i *instance) do(c command) (reply, error) {
	switch c.Do {
	case "update":
		return reply{}, i.server.UpdateApp(c.App, c.change)
	case "create":
		a := i.opts.app(i.next)
		i.next++
		if c.App != "" {
			a.Name = c.App
		}
		c.change(a)
		return reply{App: a.Name}, i.server.AddApp(a)
	case "delete":
		return reply{}, i.server.DeleteApp(c.App)
	case "revoke":
		return reply{}, i.server.Revoke(c.Account)
	case "token":
		t, err := i.server.Token(c.Account, c.Seconds)
		return reply{Token: t}, err
	case "stop":
		i.server.Stop()
		return reply{}, nil
	case "start":
		return reply{}, i.server.Resume()
	case "freeze":
		i.server.Freeze(c.On)
		return reply{}, nil
	case "detail":
		a, err := argocdtest.ReferenceDetail(context.Background(), i.server, i.Token, c.App)
		return reply{Detail: a}, err
	case "rewind":
		i.server.Rewind()
		return reply{}, nil
	case "writes":
		return reply{Lines: i.server.Writes()}, nil
	case "churn":
		return reply{}, i.setChurn(c.Rate)
	case "burst":
		return reply{}, i.burst(c.Count)
	case "reference":
		rows, err := argocdtest.Reference(context.Background(), i.server, i.Token)
		return reply{Rows: rows}, err
	}
	return reply{}, fmt.Errorf("unknown command %q", c.Do)
}

// change applies the given fields to an application.
func (c command) change(a *v1alpha1.Application) {
	if c.Health != "" {
		a.Status.Health.Status = health.HealthStatusCode(c.Health)
		a.Status.Health.Message = c.Message
	}
	if c.Sync != "" {
		a.Status.Sync.Status = v1alpha1.SyncStatusCode(c.Sync)
	}
	if c.Revision != "" {
		a.Status.Sync.Revision = c.Revision
	}
	if c.Phase != "" && a.Status.OperationState != nil {
		now := metav1.Now()
		a.Status.OperationState.Phase = synccommon.OperationPhase(c.Phase)
		a.Status.OperationState.FinishedAt = &now
	}
	if c.Project != "" {
		a.Spec.Project = c.Project
	}
	if c.Cluster != "" {
		a.Spec.Destination = v1alpha1.ApplicationDestination{Server: c.Cluster, Namespace: a.Spec.Destination.Namespace}
	}
}

var (
	healths = []string{"Healthy", "Healthy", "Healthy", "Progressing", "Degraded", "Missing", "Suspended"}
	syncs   = []string{"Synced", "Synced", "Synced", "OutOfSync", "Unknown"}
)

// burst makes n changes, one application after the other, as fast as it can.
// The last change an application gets is Degraded and OutOfSync.
func (i *instance) burst(n int) error {
	names, err := i.server.AppNames()
	if err != nil || len(names) == 0 {
		return err
	}
	for k := range n {
		c := command{Health: "Healthy", Sync: "Synced"}
		if k >= n-len(names) {
			c = command{Health: "Degraded", Sync: "OutOfSync"}
		}
		if err := i.server.UpdateApp(names[k%len(names)], c.change); err != nil {
			return err
		}
	}
	return nil
}

// setChurn changes random applications rate times a second until told
// otherwise.
func (i *instance) setChurn(rate float64) error {
	if i.churn != nil {
		i.churn()
		i.churn = nil
	}
	if rate <= 0 {
		return nil
	}
	names, err := i.server.AppNames()
	if err != nil || len(names) == 0 {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			c := command{Health: healths[rand.IntN(len(healths))], Sync: syncs[rand.IntN(len(syncs))]}
			// An application deleted meanwhile is no reason to stop.
			_ = i.server.UpdateApp(names[rand.IntN(len(names))], c.change)
		}
	}()
	i.churn = func() { cancel(); <-done }
	return nil
}
