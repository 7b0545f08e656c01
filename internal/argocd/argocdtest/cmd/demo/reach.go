package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"deckplan/internal/argocd/argocdtest"
)

// bring starts an instance, adds what happens on it to the story, and gives
// what Deckplan's environment says of it. One that is closed is only there
// until deckplan snapshot has written a file of it into the folder.
func (l list) bring(ctx context.Context, deckplan, folder string, i instance, tale *story) (environment []string, end func(), err error) {
	s, apps, err := l.start(i, tale.rng)
	if err != nil {
		return nil, nil, err
	}
	address, end := "http://"+s.Addr, s.Close
	if i.Root != "" {
		proxy, err := behind(s.Addr, i.Root)
		if err != nil {
			s.Close()
			return nil, nil, err
		}
		address, end = "http://"+proxy.Addr+i.Root, func() { _ = proxy.Close(); s.Close() }
	}
	environment, err = connection(i.Name, address, s)
	if i.Closed && err == nil {
		err = capture(ctx, deckplan, folder, environment)
		end()
		return nil, func() {}, err
	}
	tale.apps = append(tale.apps, apps...)
	tale.reports = append(tale.reports, func() error { return s.Report(l.found(i)) })
	return environment, end, err
}

// connection is what Deckplan's environment says of a server.
func connection(name, address string, s *argocdtest.Server) ([]string, error) {
	token, err := s.Token("dashboard", 0)
	prefix := "DECKPLAN_ARGOCD_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	return []string{prefix + "_URL=" + address, prefix + "_TOKEN=" + token, prefix + "_INSECURE=true"}, err
}

// behind serves a server below a root path, as an ingress does that knows
// HTTP/1 only.
func behind(server, root string) (*http.Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: server})
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	mux := http.NewServeMux()
	mux.Handle(root+"/", http.StripPrefix(root, proxy))
	out := &http.Server{Addr: l.Addr().String(), Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = out.Serve(l) }()
	return out, nil
}

// capture runs deckplan snapshot as somebody would in the closed zone.
func capture(ctx context.Context, deckplan, folder string, environment []string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, deckplan, "snapshot", "--output", folder)
	cmd.Env = surrounded(environment)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("deckplan snapshot: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// surrounded is this process's environment without connections but those given.
func surrounded(environment []string) (out []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "DECKPLAN_ARGOCD_") {
			out = append(out, v)
		}
	}
	return append(out, environment...)
}
