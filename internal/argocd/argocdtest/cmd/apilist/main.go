// Command apilist reads a server's applications with the whole apiclient
// package and prints how long that took and the process's peak memory, to
// compare Deckplan's own reader with. The token comes from the environment
// variable APILIST_TOKEN.
package main

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/argoproj/argo-cd/v2/pkg/apiclient"
	"github.com/argoproj/argo-cd/v2/pkg/apiclient/application"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: APILIST_TOKEN=… apilist host:port")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Getenv("APILIST_TOKEN")); err != nil {
		fmt.Fprintln(os.Stderr, "apilist:", err)
		os.Exit(1)
	}
}

func run(addr, token string) error {
	client, err := apiclient.NewClient(&apiclient.ClientOptions{ServerAddr: addr, PlainText: true, AuthToken: token})
	if err != nil {
		return err
	}
	began := time.Now()
	conn, apps, err := client.NewApplicationClient()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	list, err := apps.List(context.Background(), &application.ApplicationQuery{})
	if err != nil {
		return err
	}
	took := time.Since(began)
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	fmt.Printf("%d applications, %d ms, %d MiB peak\n", len(list.Items), took.Milliseconds(), usage.Maxrss/1024)
	return nil
}
