package rvp

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A CallBackPolicy says which addresses a home server may connect to on behalf of others, so
// that nobody can make it call strangers. The zero value allows a client the
// address it comes from, at a port of 1024 or above, and other servers what
// dnsresolve.AddrPolicy allows, at port 80 or one of 1024 or above.
type CallBackPolicy struct {
	// Clients are addresses that the Call-Back of a logon may have besides the
	// one that the client comes from.
	Clients []netip.Prefix

	// MinPort is the lowest port of a client; 0 is 1024.
	MinPort uint16

	// Servers are private addresses where other servers are.
	Servers []netip.Prefix

	// Refused are addresses that are called in no case.
	Refused []netip.Prefix
}

// errRefused is wrapped by the errors of what is not called, now or later: trying again is
// of no use.
var errRefused = errors.New("may not be called")

// maxCallBack bounds the URL of a Call-Back, in octets.
const maxCallBack = 1024

// maxServerURL bounds the URLs that other servers redirect to, in octets.
const maxServerURL = 2048

// checkClient reports why the Call-Back of a logon is not allowed to a client
// at the address peer; nil if it is (facts, 4.1: anything else would have this
// server make requests in the name of whoever asks).
func (p CallBackPolicy) checkClient(callback string, peer netip.Addr) error {
	c, err := parseCallBack(callback)
	if err != nil {
		return err
	}
	if err := p.dialable(c.at); err != nil {
		return err
	}
	if addr := c.at.Addr(); addr != peer.Unmap() && !containsAddr(p.Clients, addr) {
		return fmt.Errorf("rvp: Call-Back: %s %w: it is not the address that you come from, %s", addr, errRefused, peer.Unmap())
	}
	return nil
}

// dialable reports why a client's address is not connected to; nil if it
// is. It is asked again when that is done: policies change, and stores outlive them.
func (p CallBackPolicy) dialable(at netip.AddrPort) error {
	addr := at.Addr().Unmap()
	switch minPort := cmp.Or(p.MinPort, 1024); {
	case !addr.IsValid(), addr.IsUnspecified(), addr.IsMulticast(), addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return fmt.Errorf("rvp: Call-Back: %s %w: it is no host", addr, errRefused)
	case containsAddr(p.Refused, addr):
		return fmt.Errorf("rvp: Call-Back: %s %w by this server's policy", addr, errRefused)
	case at.Port() < minPort:
		return fmt.Errorf("rvp: Call-Back: port %d %w: listen at %d or above", at.Port(), errRefused, minPort)
	}
	return nil
}

// servers says which addresses of other servers may be connected to, with what
// the Locator allows or refuses itself.
func (p CallBackPolicy) servers(also dnsresolve.AddrPolicy) func(netip.AddrPort) error {
	policy := dnsresolve.AddrPolicy{
		Allow:  append(append([]netip.Prefix(nil), also.Allow...), p.Servers...),
		Refuse: append(append([]netip.Prefix(nil), also.Refuse...), p.Refused...),
	}
	return func(at netip.AddrPort) error {
		// A redirection, or an SRV record, must not make NOTIFYs knock at mail
		// servers and the like.
		if at.Port() != 80 && at.Port() < 1024 {
			return fmt.Errorf("port %d %w: it is neither 80 nor 1024 or above", at.Port(), errRefused)
		}
		return allowed(policy, at)
	}
}

// allowed reports why a policy refuses an address.
func allowed(policy dnsresolve.AddrPolicy, at netip.AddrPort) error {
	if !policy.Allows(at.Addr()) {
		return fmt.Errorf("%s %w: it is private or refused", at.Addr(), errRefused)
	}
	return nil
}

func containsAddr(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// A callBack is the Call-Back of a client, read.
type callBack struct {
	at     netip.AddrPort // IPv4 addresses in their own form
	host   string         // as it stands in the URL, with the port
	target string         // for the request line; "/" if the URL has no path (RVP-087)
}

// parseCallBack reads the Call-Back of a client: an http URL whose host is
// an address. A name could lead elsewhere tomorrow.
func parseCallBack(s string) (callBack, error) {
	fail := func(why string) (callBack, error) {
		return callBack{}, fmt.Errorf("rvp: Call-Back %w: %s, write http://ADDRESS:PORT", errRefused, why)
	}
	if len(s) > maxCallBack {
		return fail(fmt.Sprintf("it is longer than %d octets", maxCallBack))
	}
	u, err := parseHTTP(s)
	if err != nil {
		return fail(err.Error())
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if err != nil || addr.Zone() != "" {
		return fail("its host is no address")
	}
	port, err := portOf(u)
	if err != nil {
		return fail(err.Error())
	}
	return callBack{netip.AddrPortFrom(addr.Unmap(), port), u.Host, u.RequestURI()}, nil
}

// parseHTTP reads an absolute http URL that can be sent to. Nothing in it may
// end a line or a field of a request, nor show another host to those who read
// less carefully.
func parseHTTP(s string) (*url.URL, error) {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F || s[i] == '\\' || s[i] == '#' {
			return nil, errors.New("it is no plain URL")
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Opaque != "":
		return nil, errors.New("it is no URL")
	case !ascii.EqualFold(u.Scheme, "http"):
		return nil, errors.New("its scheme is not http")
	case u.User != nil:
		return nil, errors.New("it has user information")
	case u.Hostname() == "":
		return nil, errors.New("it has no host")
	case strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("its port is empty")
	}
	return u, nil
}

// portOf returns the port of a URL, 80 if it has none.
func portOf(u *url.URL) (uint16, error) {
	port, err := strconv.ParseUint(cmp.Or(u.Port(), "80"), 10, 16)
	if err != nil || port == 0 {
		return 0, errors.New("its port is no number from 1 to 65535")
	}
	return uint16(port), nil
}
