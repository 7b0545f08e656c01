package reach

import (
	"net/netip"
	"testing"
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
