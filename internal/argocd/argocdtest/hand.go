package argocdtest

import (
	"context"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	kubefake "k8s.io/client-go/kubernetes/fake"
	ktesting "k8s.io/client-go/testing"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
	appfake "github.com/argoproj/argo-cd/v2/pkg/client/clientset/versioned/fake"
)

// What a test does goes through clientsets of its own, on the objects the
// server has, so that what the server itself writes can be told from it.

// appsByHand is a clientset whose applications answer as the server's do.
func (s *Server) appsByHand(answer ktesting.ReactionFunc) *appfake.Clientset {
	out := &appfake.Clientset{}
	out.AddReactor("*", "applications", answer)
	out.AddReactor("*", "*", ktesting.ObjectReaction(s.apps.Tracker()))
	return out
}

func (s *Server) kubeByHand() *kubefake.Clientset {
	out := &kubefake.Clientset{}
	out.AddReactor("*", "*", ktesting.ObjectReaction(s.kube.Tracker()))
	out.AddWatchReactor("*", func(a ktesting.Action) (bool, watch.Interface, error) {
		w, err := s.kube.Tracker().Watch(a.GetResource(), a.GetNamespace())
		return err == nil, w, err
	})
	return out
}

var reads = []string{"get", "list", "watch"}

// Writes are what the server itself has changed in Kubernetes since it started.
func (s *Server) Writes() []string {
	var out []string
	for _, a := range append(s.apps.Actions(), s.kube.Actions()...) {
		if !slices.Contains(reads, a.GetVerb()) {
			out = append(out, a.GetVerb()+" "+a.GetResource().Resource)
		}
	}
	return out
}

// Rewind lets the resource versions of what changes from now on begin anew, as
// after a restore of the cluster.
func (s *Server) Rewind() { s.version.Store(1) }

// UpdateApp changes an application as the controller would; watchers see it.
func (s *Server) UpdateApp(name string, f func(*v1alpha1.Application)) error {
	ctx, c := context.Background(), s.hand.ArgoprojV1alpha1().Applications(Namespace)
	a, err := c.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	a = a.DeepCopy()
	f(a)
	_, err = c.Update(ctx, a, metav1.UpdateOptions{})
	return err
}

// AddApp creates an application; watchers see it.
func (s *Server) AddApp(a *v1alpha1.Application) error {
	a.Namespace = Namespace
	_, err := s.hand.ArgoprojV1alpha1().Applications(Namespace).Create(context.Background(), a, metav1.CreateOptions{})
	return err
}

// DeleteApp removes an application; watchers see it.
func (s *Server) DeleteApp(name string) error {
	return s.hand.ArgoprojV1alpha1().Applications(Namespace).Delete(context.Background(), name, metav1.DeleteOptions{})
}

// AppNames lists the applications' names in order.
func (s *Server) AppNames() ([]string, error) {
	l, err := s.hand.ArgoprojV1alpha1().Applications(Namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	names := make([]string, len(l.Items))
	for i := range l.Items {
		names[i] = l.Items[i].Name
	}
	slices.Sort(names)
	return names, nil
}
