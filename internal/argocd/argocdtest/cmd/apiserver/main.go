// Command apiserver runs one or more real Argo CD API servers on loopback. It
// prints one JSON line a server when all answer, then takes one JSON command a
// line on standard input and answers each with one JSON line. It ends when
// standard input closes.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"

	"deckplan/internal/argocd/argocdtest"
)

// policy gives the account dashboard the least a reader needs and writer all.
const policy = `p, role:dashboard, applications, get, */*, allow
p, role:dashboard, projects, get, *, allow
p, role:dashboard, clusters, get, *, allow
g, dashboard, role:dashboard
g, writer, role:admin
p, single, applications, get, */*, allow
p, single, projects, get, *, allow
p, single, clusters, get, https://cluster-00.example.com:6443, allow
p, narrow, applications, get, */*, allow
p, single, applications, sync, team-00/team-00-service-00000, allow
`

type options struct {
	names                              string
	apps, resources, history, clusters int
	projects                           int
	tls, real                          bool
}

// instance is one server with what a client needs to reach it.
type instance struct {
	Name        string `json:"name"`
	URL         string `json:"url"`
	CA          string `json:"ca,omitempty"`
	Token       string `json:"token"`
	WriterToken string `json:"writer_token"`
	SingleToken string `json:"single_token"` // may sync exactly one application
	NarrowToken string `json:"narrow_token"` // may read applications and nothing else
	Apps        int    `json:"apps"`

	server *argocdtest.Server
	opts   options
	churn  func() // ends the running churn; nil when none runs
	next   int
}

func main() {
	var o options
	flag.StringVar(&o.names, "names", "argocd", "names of the servers, separated by commas")
	flag.IntVar(&o.apps, "apps", 10, "applications a server")
	flag.IntVar(&o.resources, "resources", 30, "resources an application")
	flag.IntVar(&o.history, "history", 4, "history entries an application")
	flag.IntVar(&o.clusters, "clusters", 3, "clusters a server")
	flag.IntVar(&o.projects, "projects", 3, "projects a server")
	flag.BoolVar(&o.tls, "tls", false, "serve TLS with a certificate of its own")
	flag.BoolVar(&o.real, "real", false, "add the applications recorded from a real cluster")
	flag.Parse()
	logrus.SetOutput(io.Discard)
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)

	if err := run(o, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(1)
	}
}

func run(o options, in io.Reader, out io.Writer) error {
	all := map[string]*instance{}
	answer := json.NewEncoder(out)
	var order []*instance
	for _, name := range strings.Split(o.names, ",") {
		i, err := start(name, o)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all[name] = i
		order = append(order, i)
	}
	for _, i := range order {
		if err := answer.Encode(i); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			_ = answer.Encode(reply{Error: err.Error()})
			continue
		}
		if c.Do == "quit" {
			return answer.Encode(reply{OK: true})
		}
		r, err := reply{}, fmt.Errorf("no server %q", c.Server)
		if c.Server == "" && len(order) == 1 {
			c.Server = order[0].Name
		}
		if i := all[c.Server]; i != nil {
			r, err = i.do(c)
		}
		if r.OK = err == nil; err != nil {
			r.Error = err.Error()
		}
		if err := answer.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}

func projectName(i int) string { return fmt.Sprintf("team-%02d", i) }

func clusterURL(i int) string { return fmt.Sprintf("https://cluster-%02d.example.com:6443", i) }

func (o options) app(i int) *v1alpha1.Application {
	project, cluster := "default", v1alpha1.KubernetesInternalAPIServerAddr
	if o.projects > 0 {
		project = projectName(i % o.projects)
	}
	if o.clusters > 0 {
		cluster = clusterURL(i % o.clusters)
	}
	a := argocdtest.App(i, o.resources, o.history, project, cluster)
	if i%2 == 1 {
		a.OwnerReferences = []metav1.OwnerReference{{APIVersion: "argoproj.io/v1alpha1", Kind: "ApplicationSet", Name: fmt.Sprintf("set-%02d", i%o.sets()), UID: "6a1b7c1e-0000-4000-8000-00000000000b"}}
	}
	return a
}

// clusterInfo is what the controller says of cluster i: the first is fine, the
// second does not answer, of the others it says nothing.
func clusterInfo(i, apps int) *v1alpha1.ClusterInfo {
	at := metav1.NewTime(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC))
	switch i {
	case 0:
		return &v1alpha1.ClusterInfo{ServerVersion: "1.34", ApplicationsCount: int64(apps), CacheInfo: v1alpha1.ClusterCacheInfo{ResourcesCount: 4321, APIsCount: 90, LastCacheSyncTime: &at},
			ConnectionState: v1alpha1.ConnectionState{Status: v1alpha1.ConnectionStatusSuccessful, ModifiedAt: &at}}
	case 1:
		return &v1alpha1.ClusterInfo{ServerVersion: "1.31", ApplicationsCount: int64(apps),
			ConnectionState: v1alpha1.ConnectionState{Status: v1alpha1.ConnectionStatusFailed, Message: "dial tcp: i/o timeout", ModifiedAt: &at}}
	}
	return nil
}

var environments = []string{"development", "staging", "production"}

// sets is the number of ApplicationSets that own every second application.
func (o options) sets() int { return max(1, o.projects) }

func start(name string, o options) (*instance, error) {
	seed := argocdtest.Options{Accounts: []string{"dashboard", "writer", "single", "narrow"}, RBACPolicy: policy, TLS: o.tls, Clusters: map[string]string{}, Labels: map[string]map[string]string{}, Info: map[string]*v1alpha1.ClusterInfo{}}
	for i := range o.clusters {
		name := fmt.Sprintf("cluster-%02d", i)
		seed.Clusters[name] = clusterURL(i)
		seed.Labels[name] = map[string]string{"environment": environments[i%len(environments)], "region": fmt.Sprintf("region-%d", i%2)}
		if info := clusterInfo(i, o.apps/o.clusters); info != nil {
			seed.Info[clusterURL(i)] = info
		}
	}
	seed.Projects = append(seed.Projects, argocdtest.Project("default"))
	for i := range o.projects {
		p := argocdtest.Project(projectName(i))
		if i == 0 {
			p.Spec.SyncWindows = v1alpha1.SyncWindows{
				{Kind: "deny", Schedule: "0 22 * * *", Duration: "8h", Applications: []string{"*"}, Clusters: []string{"cluster-00"}, Namespaces: []string{"ns-*"}, ManualSync: true, TimeZone: "Asia/Seoul"},
				{Kind: "allow", Schedule: "0 9 * * 1-5", Duration: "2h", Applications: []string{"*"}}}
		}
		seed.Projects = append(seed.Projects, p)
	}
	for i := range o.apps {
		seed.Apps = append(seed.Apps, o.app(i))
	}
	if o.real {
		apps, err := argocdtest.RealApps()
		if err != nil {
			return nil, err
		}
		seed.Apps = append(seed.Apps, apps...)
	}
	s, err := argocdtest.Start(seed)
	if err != nil {
		return nil, err
	}
	i := &instance{Name: name, URL: "http://" + s.Addr, CA: s.CA, Apps: len(seed.Apps), server: s, opts: o, next: o.apps}
	if o.tls {
		i.URL = "https://" + s.Addr
	}
	for account, token := range map[string]*string{"dashboard": &i.Token, "writer": &i.WriterToken, "single": &i.SingleToken, "narrow": &i.NarrowToken} {
		if *token, err = s.Token(account, 0); err != nil {
			return nil, err
		}
	}
	return i, nil
}
