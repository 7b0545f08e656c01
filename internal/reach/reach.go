// Package reach says which network addresses Deckplan connects to for people who
// type them, and holds a dialer to it after names were looked up.
package reach

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// Reach says which addresses are connected to. Whoever reaches Deckplan can type
// an address, so that what only this machine reaches must stay out of reach.
type Reach string

// Public addresses are always sent to; those of private networks too by
// default, because a closed site has no others; those of this machine only
// where that is meant. Link-local, multicast and unspecified addresses and those
// where clouds give out credentials are never sent to.
const (
	Public   Reach = "public"
	Networks Reach = "networks"
	Loopback Reach = "loopback"
)

// Reaches are all values.
var Reaches = []Reach{Public, Networks, Loopback}

// ErrForbidden is said of an address that is not sent to.
var ErrForbidden = errors.New("an address that is not connected to")

func networks(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

var (
	// never are addresses that no receiver has: this network, those where clouds
	// answer (Alibaba, Azure, Oracle; on AWS and Google Cloud over IPv6), those
	// kept for later, and broadcast.
	never = networks("0.0.0.0/8", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.0/24", "240.0.0.0/4", "fd00:ec2::/32", "fd20:ce::254/128", "fec0::/10")
	// shared are addresses between a carrier and its customers, private as well.
	shared = networks("100.64.0.0/10")
	// translated are IPv6 addresses that hold one of IPv4 at a byte.
	translated = []struct {
		netip.Prefix
		at int
	}{{netip.MustParsePrefix("64:ff9b::/96"), 12}, {netip.MustParsePrefix("64:ff9b:1::/48"), 12}, {netip.MustParsePrefix("2002::/16"), 2}, {netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, {netip.MustParsePrefix("::/96"), 12}}
)

// Allows tells whether an address is sent to.
func (r Reach) Allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case !a.IsValid(), a.IsUnspecified(), a.IsMulticast(), a.IsLinkLocalUnicast(), slices.ContainsFunc(never, within):
		return false
	case a.IsLoopback():
		return r == Loopback
	case a.IsPrivate(), slices.ContainsFunc(shared, within):
		return r == Loopback || r == Networks
	}
	for _, t := range translated {
		if t.Contains(a) {
			b := a.As16()
			return r.Allows(netip.AddrFrom4([4]byte(b[t.at : t.at+4])))
		}
	}
	return true
}

// Control is asked of every address that a connection is made to, after its
// name was looked up.
func (r Reach) Control(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !r.Allows(at.Addr()) {
		return ErrForbidden
	}
	return nil
}

// Refuses tells of a host, without its port, that need not be looked up to know
// that it is not connected to.
func (r Reach) Refuses(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		host = "127.0.0.1"
	}
	a, err := netip.ParseAddr(host)
	return err == nil && !r.Allows(a)
}
