// Package argocdtest runs Argo CD's own API server in the process, on loopback
// and on fake Kubernetes clientsets. It is a module of its own so that the
// server's dependencies stay out of the product; cmd/apiserver is how the main
// module's tests use it.
package argocdtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	dynfake "k8s.io/client-go/dynamic/fake"
	kubefake "k8s.io/client-go/kubernetes/fake"
	ctrlfake "sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/bcrypt"

	"github.com/argoproj/argo-cd/v2/common"
	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
	appfake "github.com/argoproj/argo-cd/v2/pkg/client/clientset/versioned/fake"
	"github.com/argoproj/argo-cd/v2/reposerver/apiclient/mocks"
	"github.com/argoproj/argo-cd/v2/server"
	servercache "github.com/argoproj/argo-cd/v2/server/cache"
	"github.com/argoproj/argo-cd/v2/util/session"
	"github.com/argoproj/argo-cd/v2/util/settings"
)

// Namespace is where the server keeps its applications and projects.
const Namespace = "argocd"

const adminPassword = "admin-password"

// Options seed one server.
type Options struct {
	Apps       []*v1alpha1.Application
	Projects   []*v1alpha1.AppProject
	Clusters   map[string]string                // name -> API server URL; in-cluster is always there
	Labels     map[string]map[string]string     // of a cluster, by its name
	Info       map[string]*v1alpha1.ClusterInfo // what the controller found of a cluster, by its API server URL
	RBACPolicy string                           // policy.csv of argocd-rbac-cm
	Accounts   []string                         // accounts that may have API keys
	TLS        bool                             // serve TLS with a certificate of its own (Server.CA)
}

// Server is one running API server.
type Server struct {
	Addr string // host:port
	CA   string // PEM of the certificate it serves; empty without TLS

	apps     *appfake.Clientset  // the server's own
	kube     *kubefake.Clientset // the server's own
	hand     *appfake.Clientset  // ours, on the same objects
	settings *settings.SettingsManager
	cache    *servercache.Cache
	gate     *gate
	cancel   context.CancelFunc
	done     chan struct{}
	version  atomic.Int64 // resource version given last
}

// Start runs a server; it answers when Start returns.
func Start(o Options) (*Server, error) {
	s := &Server{done: make(chan struct{})}
	kube, err := s.kubeObjects(o)
	if err != nil {
		return nil, err
	}
	if err := s.seed(o); err != nil {
		return nil, err
	}
	redisServer, err := miniredis.Run()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	metricsPort, err := freePort()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.kube = kubefake.NewSimpleClientset(kube...)
	s.settings = settings.NewSettingsManager(ctx, s.kubeByHand(), Namespace)
	s.cache = newCache()
	if err := s.Report(o.Info); err != nil {
		cancel()
		return nil, err
	}
	srv := server.NewServer(ctx, server.ArgoCDServerOpts{
		ListenHost: "127.0.0.1", ListenPort: port,
		MetricsHost: "127.0.0.1", MetricsPort: metricsPort,
		Namespace: Namespace, Insecure: !o.TLS,
		KubeClientset: s.kube, AppClientset: s.apps,
		DynamicClientset:        dynfake.NewSimpleDynamicClient(runtime.NewScheme()),
		KubeControllerClientset: ctrlfake.NewClientBuilder().Build(),
		RepoClientset:           &mocks.Clientset{RepoServerServiceClient: &mocks.RepoServerServiceClient{}},
		RedisClient:             redis.NewClient(&redis.Options{Addr: redisServer.Addr()}),
		Cache:                   s.cache,
		EnableGZip:              true,
	}, server.ApplicationSetOpts{})
	srv.Init(ctx)
	listeners, err := srv.Listen()
	if err != nil {
		cancel()
		return nil, err
	}
	s.Addr = fmt.Sprintf("127.0.0.1:%d", port)
	s.gate = newGate(listeners.Main)
	listeners.Main = s.gate
	go func() {
		defer close(s.done)
		srv.Run(ctx, listeners)
		cancel() // Run also returns on SIGTERM, with ctx still live
		_ = listeners.Close()
		// The redis client stays open: closing it makes the server's watcher of
		// revoked tokens dereference nil.
		redisServer.Close()
	}()
	for deadline := time.Now().Add(10 * time.Second); !srv.Initialized(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Close()
			return nil, errors.New("informers did not sync")
		}
	}
	s.apps.ClearActions()
	s.kube.ClearActions()
	return s, nil
}

// Report says what the controller finds of clusters, by API server URL, as it
// does again and again: the server forgets it after ten minutes.
func (s *Server) Report(found map[string]*v1alpha1.ClusterInfo) error {
	for url, info := range found {
		if err := s.cache.SetClusterInfo(url, info); err != nil {
			return err
		}
	}
	return nil
}

// kubeObjects are the config maps and secrets the server reads its settings from.
func (s *Server) kubeObjects(o Options) ([]runtime.Object, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(adminPassword), bcrypt.MinCost)
	if err != nil {
		return nil, err
	}
	meta := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Name: name, Namespace: Namespace, Labels: map[string]string{"app.kubernetes.io/part-of": "argocd"}}
	}
	cm := map[string]string{"url": "https://argocd.example.com"}
	for _, a := range o.Accounts {
		cm["accounts."+a] = "apiKey"
	}
	secret := map[string][]byte{
		"admin.password":      hash,
		"admin.passwordMtime": []byte("2020-01-01T00:00:00Z"),
		"server.secretkey":    []byte("0123456789abcdef0123456789abcdef"),
	}
	if o.TLS {
		cert, key, err := selfSigned()
		if err != nil {
			return nil, err
		}
		secret["tls.crt"], secret["tls.key"], s.CA = cert, key, string(cert)
	}
	objects := []runtime.Object{
		&corev1.ConfigMap{ObjectMeta: meta("argocd-cm"), Data: cm},
		&corev1.ConfigMap{ObjectMeta: meta("argocd-rbac-cm"), Data: map[string]string{"policy.csv": o.RBACPolicy, "policy.default": ""}},
		&corev1.Secret{ObjectMeta: meta("argocd-secret"), Data: secret},
	}
	for name, url := range o.Clusters {
		labels := map[string]string{common.LabelKeySecretType: common.LabelValueSecretTypeCluster}
		maps.Copy(labels, o.Labels[name])
		objects = append(objects, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: "cluster-" + name, Namespace: Namespace, Labels: labels},
			Data: map[string][]byte{"name": []byte(name), "server": []byte(url),
				"config": []byte(`{"bearerToken":"not-a-real-token","tlsClientConfig":{"insecure":true}}`)},
		})
	}
	return objects, nil
}

// seed fills the clientset with projects and applications.
func (s *Server) seed(o Options) error {
	s.apps = appfake.NewSimpleClientset()
	s.version.Store(1000)
	for _, p := range o.Projects {
		p.Namespace = Namespace
		if err := s.apps.Tracker().Add(p); err != nil {
			return err
		}
	}
	for _, a := range o.Apps {
		a.Namespace = Namespace
		a.ResourceVersion = strconv.FormatInt(s.version.Add(1), 10)
		if err := s.apps.Tracker().Add(a); err != nil {
			return err
		}
	}
	s.react()
	return nil
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().(*net.TCPAddr).Port, nil
}

// Close ends the server and every connection to it.
func (s *Server) Close() {
	s.gate.stop()
	s.cancel()
	<-s.done
}

// Stop refuses connections and cuts the open ones; the server behind goes on.
func (s *Server) Stop() { s.gate.stop() }

// Resume takes connections again on the same address after Stop.
func (s *Server) Resume() error { return s.gate.resume() }

// Freeze holds (or no longer holds) all traffic of open connections without
// closing them, as a broken network path does.
func (s *Server) Freeze(on bool) { s.gate.freeze(on) }

// Token makes an API key of an account, as argocd account generate-token does.
// It ends after some seconds, or never where they are 0.
func (s *Server) Token(account string, seconds int64) (string, error) {
	id, now := fmt.Sprintf("t%d", time.Now().UnixNano()), time.Now().Unix()
	made := settings.Token{ID: id, IssuedAt: now}
	if seconds > 0 {
		made.ExpiresAt = now + seconds
	}
	err := s.settings.UpdateAccount(account, func(a *settings.Account) error {
		a.Tokens = append(a.Tokens, made)
		return nil
	})
	if err != nil {
		return "", err
	}
	sessions := session.NewSessionManager(s.settings, nil, "", nil, session.NewUserStateStorage(nil))
	return sessions.Create(account+":"+string(settings.AccountCapabilityApiKey), seconds, id)
}

// Revoke deletes every API key of an account.
func (s *Server) Revoke(account string) error {
	return s.settings.UpdateAccount(account, func(a *settings.Account) error { a.Tokens = nil; return nil })
}
