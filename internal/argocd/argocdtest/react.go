package argocdtest

import (
	"strconv"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	ktesting "k8s.io/client-go/testing"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

var (
	appsResource = v1alpha1.SchemeGroupVersion.WithResource("applications")
	appsKind     = v1alpha1.SchemeGroupVersion.WithKind("Application")
)

// react gives the fake clientset what a real API server has and it lacks:
// increasing resource versions, list resource versions, and watches that do
// not panic when 100 events are undelivered.
func (s *Server) react() {
	r := &reactor{server: s, tracker: s.apps.Tracker(), watches: map[*queueWatch]string{}}
	s.apps.PrependReactor("*", "applications", r.act)
	s.hand = s.appsByHand(r.act)
	s.apps.PrependWatchReactor("applications", func(a ktesting.Action) (bool, watch.Interface, error) {
		return true, r.watch(a.GetNamespace()), nil
	})
}

type reactor struct {
	server  *Server
	tracker ktesting.ObjectTracker
	mu      sync.Mutex             // orders changes and their events
	watches map[*queueWatch]string // watch -> namespace, empty for all
}

func (r *reactor) act(a ktesting.Action) (bool, runtime.Object, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ns := a.GetNamespace()
	switch act := a.(type) {
	case ktesting.CreateActionImpl:
		o := r.versioned(act.GetObject())
		err := r.tracker.Create(appsResource, o, ns)
		return true, o, r.send(err, watch.Added, o, ns)
	case ktesting.UpdateActionImpl:
		o := r.versioned(act.GetObject())
		err := r.tracker.Update(appsResource, o, ns)
		return true, o, r.send(err, watch.Modified, o, ns)
	case ktesting.DeleteActionImpl:
		o, err := r.tracker.Get(appsResource, ns, act.GetName())
		if err == nil {
			err = r.tracker.Delete(appsResource, ns, act.GetName())
		}
		if err == nil {
			o = r.versioned(o.DeepCopyObject())
		}
		return true, nil, r.send(err, watch.Deleted, o, ns)
	case ktesting.ListActionImpl:
		l, err := r.tracker.List(appsResource, appsKind, ns)
		if err == nil {
			l.(*v1alpha1.ApplicationList).ResourceVersion = strconv.FormatInt(r.server.version.Load(), 10)
		}
		return true, l, err
	}
	return false, nil, nil
}

// versioned gives the application the next resource version.
func (r *reactor) versioned(o runtime.Object) runtime.Object {
	o.(*v1alpha1.Application).ResourceVersion = strconv.FormatInt(r.server.version.Add(1), 10)
	return o
}

// send tells the watches of a change that succeeded, and returns err.
func (r *reactor) send(err error, t watch.EventType, o runtime.Object, ns string) error {
	if err != nil {
		return err
	}
	for w, want := range r.watches {
		if want == "" || want == ns {
			w.push(watch.Event{Type: t, Object: o.DeepCopyObject()})
		}
	}
	return nil
}

func (r *reactor) watch(ns string) watch.Interface {
	w := newQueueWatch()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watches[w] = ns
	w.forget = func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.watches, w)
	}
	return w
}

// queueWatch is a watch with an unbounded queue.
type queueWatch struct {
	mu     sync.Mutex
	wake   *sync.Cond
	queue  []watch.Event
	closed bool
	quit   chan struct{}
	out    chan watch.Event
	forget func()
}

func newQueueWatch() *queueWatch {
	w := &queueWatch{out: make(chan watch.Event), quit: make(chan struct{})}
	w.wake = sync.NewCond(&w.mu)
	go w.deliver()
	return w
}

func (w *queueWatch) deliver() {
	defer close(w.out)
	for {
		w.mu.Lock()
		for len(w.queue) == 0 && !w.closed {
			w.wake.Wait()
		}
		if w.closed {
			w.mu.Unlock()
			return
		}
		e := w.queue[0]
		w.queue = w.queue[1:]
		w.mu.Unlock()
		select {
		case w.out <- e:
		case <-w.quit:
			return
		}
	}
}

func (w *queueWatch) push(e watch.Event) {
	w.mu.Lock()
	w.queue = append(w.queue, e)
	w.mu.Unlock()
	w.wake.Signal()
}

// ResultChan implements watch.Interface.
func (w *queueWatch) ResultChan() <-chan watch.Event { return w.out }

// Stop implements watch.Interface.
func (w *queueWatch) Stop() {
	w.forget()
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.quit)
	}
	w.mu.Unlock()
	w.wake.Signal()
}
