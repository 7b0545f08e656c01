// Command apilist reads a server's applications with the whole apiclient
// package and prints how long that took and the process's peak memory, to
// compare Deckplan's own reader with. The token comes from the environment
// variable APILIST_TOKEN.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/argoproj/argo-cd/v2/pkg/apiclient"
	"github.com/argoproj/argo-cd/v2/pkg/apiclient/application"
	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
)

func main() {
	tokens := strings.Fields(os.Getenv("APILIST_TOKENS"))
	if len(os.Args) < 2 || len(tokens) != len(os.Args)-1 {
		fmt.Fprintln(os.Stderr, "usage: APILIST_TOKENS='… …' apilist host:port …")
		os.Exit(2)
	}
	if err := run(os.Args[1:], tokens); err != nil {
		fmt.Fprintln(os.Stderr, "apilist:", err)
		os.Exit(1)
	}
}

// run lists all servers at once and prints how long that took.
func run(servers, tokens []string) error {
	began := time.Now()
	lists, errs := make([]*v1alpha1.ApplicationList, len(servers)), make([]error, len(servers))
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() { lists[i], errs[i] = list(servers[i], tokens[i]) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	took := time.Since(began)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	n := 0
	for _, l := range lists {
		n += len(l.Items)
	}
	fmt.Printf("%d applications, %d ms, %d MiB peak\n", n, took.Milliseconds(), usage.Maxrss/1024)
	return nil
}

func list(addr, token string) (*v1alpha1.ApplicationList, error) {
	client, err := apiclient.NewClient(&apiclient.ClientOptions{ServerAddr: addr, PlainText: true, AuthToken: token})
	if err != nil {
		return nil, err
	}
	conn, apps, err := client.NewApplicationClient()
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return apps.List(context.Background(), &application.ApplicationQuery{})
}
