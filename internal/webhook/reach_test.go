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

func TestReach_WhichAddressesAreSentTo(t *testing.T) {
	for address, from := range map[string]Reach{
		"93.184.216.34": Public, "2606:2800:220:1::1": Public,
		"10.1.2.3": Networks, "172.16.0.1": Networks, "192.168.1.1": Networks, "100.64.0.1": Networks, "fd12:3456::1": Networks, "::ffff:10.1.2.3": Networks, "64:ff9b::a01:203": Networks,
		"127.0.0.1": Loopback, "127.8.8.8": Loopback, "::1": Loopback, "::ffff:127.0.0.1": Loopback, "64:ff9b::7f00:1": Loopback, "2002:7f00:1::1": Loopback, "::127.0.0.1": Loopback, "::ffff:0:7f00:1": Loopback,
		"169.254.169.254": "", "::ffff:169.254.169.254": "", "64:ff9b::a9fe:a9fe": "", "2002:a9fe:a9fe::1": "", "::ffff:0:a9fe:a9fe": "", "::169.254.169.254": "", "169.254.170.2": "", "fe80::1%eth0": "", "fe80::1": "", "fd00:ec2::254": "", "fd20:ce::254": "",
		"100.100.100.200": "", "168.63.129.16": "", "192.0.0.192": "", "0.0.0.0": "", "0.1.2.3": "", "::": "", "224.0.0.1": "", "ff02::1": "", "255.255.255.255": "", "240.0.0.1": "", "fec0::1": "",
	} {
		allowed := false
		for _, r := range Reaches {
			allowed = allowed || r == from
			if got := r.Allows(netip.MustParseAddr(address)); got != allowed {
				t.Errorf("%s, %s: %v", address, r, got)
			}
		}
	}
	if Loopback.Allows(netip.Addr{}) {
		t.Error("no address is sent to")
	}
}

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
