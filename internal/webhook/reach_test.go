package webhook

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"deckplan/internal/hook"
)

// names is a DNS server that knows names, and answers each question with the
// next of a name's addresses.
func names(t *testing.T, all map[string][]string) *net.Resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		asked := map[string]int{}
		for {
			b := make([]byte, 1500)
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if addresses := all[strings.TrimSuffix(q.Name.String(), ".")]; len(addresses) > 0 {
				a := netip.MustParseAddr(addresses[min(asked[q.Name.String()], len(addresses)-1)])
				h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}
				switch {
				case q.Type == dnsmessage.TypeA && a.Is4():
					m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AResource{A: a.As4()}}}
					asked[q.Name.String()]++
				case q.Type == dnsmessage.TypeAAAA && a.Is6():
					m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}}
					asked[q.Name.String()]++
				}
			} else {
				m.RCode = dnsmessage.RCodeNameError
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = c.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

func TestReach_IsAskedOfWhatANameLeadsTo(t *testing.T) {
	r := newReceiver(t, false, nil)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(r.URL, "http://"))
	resolver := names(t, map[string][]string{"metadata.example.com": {"169.254.169.254"}, "six.example.com": {"::ffff:169.254.169.254"}, "mapped.example.com": {"::ffff:127.0.0.1"},
		"this.example.com": {"127.0.0.1"}, "rebound.example.com": {"127.0.0.1", "169.254.169.254"}})
	for _, c := range []struct {
		reach Reach
		host  string
		want  hook.Fault
	}{
		{Loopback, "metadata.example.com", hook.Forbidden}, {Loopback, "six.example.com", hook.Forbidden}, {Loopback, "nowhere.example.com", hook.Unresolved},
		{Networks, "this.example.com", hook.Forbidden}, {Networks, "mapped.example.com", hook.Forbidden}, {Public, "this.example.com", hook.Forbidden}, {Loopback, "this.example.com", hook.NoFault},
	} {
		s := newSite(t, func(to *Config) { to.Reach, to.Resolver = c.reach, resolver })
		one, _ := s.add(t, "chat", "http://"+c.host+":"+port+"/")
		before := len(r.got())
		d, err := s.Ping(t.Context(), one.ID)
		if err != nil || d.Fault != c.want || (len(r.got()) > before) != (c.want == hook.NoFault) {
			t.Errorf("%s to %s: %s %q %v", c.reach, c.host, d.Fault, d.Detail, err)
		}
	}
	// A name that leads elsewhere the next time is asked again.
	s := newSite(t, func(to *Config) { to.Resolver = resolver })
	one, _ := s.add(t, "chat", "http://rebound.example.com:"+port+"/")
	for i, want := range []hook.Fault{hook.NoFault, hook.Forbidden} {
		if d, err := s.Ping(t.Context(), one.ID); err != nil || d.Fault != want {
			t.Errorf("time %d: %s %v", i, d.Fault, err)
		}
	}
}

func TestReach_TheEnvironmentsProxyIsNotUsedAndAGivenOneIs(t *testing.T) {
	proxy := newReceiver(t, false, nil)
	if newSite(t).client.Transport.(*http.Transport).Proxy != nil { // net/http reads the environment once a process
		t.Error("a proxy is used that was not given")
	}
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(c *Config) { c.Proxy, c.Reach = u, Networks })
	one, _ := s.add(t, "chat", "http://chat.example.com/")
	if d, err := s.Ping(t.Context(), one.ID); err != nil || d.State != hook.Delivered || len(proxy.got()) != 1 {
		t.Errorf("%+v %v", d, err)
	}
}
