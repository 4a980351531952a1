package config

import (
	"context"
	"crypto/x509"
	"fmt"
	"iter"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A Severity says how much a Finding matters.
type Severity uint8

// The severities.
const (
	Note    Severity = iota // as it is meant, perhaps
	Warning                 // some of it will not work
	Fault                   // it will not work
)

// String is the name in small letters.
func (s Severity) String() string {
	return [...]string{"note", "warning", "fault"}[min(s, Fault)]
}

// A Finding is something around a configuration that is not as it has to be.
type Finding struct {
	Severity Severity
	Key      string // as in a Problem
	Reason   string
	Remedy   string
}

// String is the Finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s; %s", f.Severity, f.Key, f.Reason, f.Remedy)
}

// A Checker compares a configuration with the world: the DNS, the file system and this machine's addresses. The zero
// value asks those of the system. It changes nothing.
type Checker struct {
	// Resolver looks names up; the DNS servers of the system, or File.Connector.Resolver, if nil.
	Resolver dnsresolve.Resolver

	// Addresses are where the DNS should lead to, such as those of a router before this machine; those of its interfaces
	// if nil.
	Addresses []netip.Addr

	// Held reports whether we listen at an address already; nil is nowhere.
	Held func(address string) bool

	// Listen tries to listen at an address, and stops at once; nil does so by TCP.
	Listen func(ctx context.Context, address string) error

	// Roots are the authorities that clients trust; those of the system if nil.
	Roots *x509.CertPool

	Now func() time.Time // time.Now if nil
}

// Check looks at all that a File names and yields what it finds, as it finds it: domains, instant messaging,
// certificates and other files, addresses, and hosts that mail, news and logins depend on. It ends early with ctx, after
// a Finding that says so.
func (c *Checker) Check(ctx context.Context, f *File) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		k := &check{Checker: *c, f: f, ctx: ctx, yield: yield, going: true, found: make(map[string]lookup)}
		if err := k.prepare(); err != nil {
			k.find(Fault, "server.hostname", err.Error(), "set the addresses to compare with")
			return
		}
		for _, step := range []func(){k.hostnames, k.domains, k.instantMessaging, k.certificates, k.files, k.listeners, k.hosts, k.risks} {
			if step(); !k.going {
				return
			}
			if ctx.Err() != nil {
				k.find(Warning, "server", "the check has ended early", "give it more time")
				return
			}
		}
	}
}

// A check is one that is under way.
type check struct {
	Checker
	f     *File
	ctx   context.Context
	yield func(Finding) bool
	going bool
	names map[string]string // our hostnames, and their keys
	found map[string]lookup // hosts, so that each one is asked for once
}

type lookup struct {
	addrs []netip.Addr
	err   error
}

func (k *check) find(s Severity, key, reason, remedy string) {
	if k.going {
		k.going = k.yield(Finding{s, key, reason, remedy})
	}
}

// prepare sets the Checker's defaults.
func (k *check) prepare() error {
	if k.Now == nil {
		k.Now = time.Now
	}
	if k.Listen == nil {
		k.Listen = listen
	}
	if k.Resolver == nil {
		client := &dnsresolve.Client{}
		if a, err := netip.ParseAddrPort(k.f.Connector.Resolver); err == nil {
			client.Servers = []dnsresolve.Server{{Addr: a}}
		}
		k.Resolver = client
	}
	k.names = map[string]string{ascii.Lower(k.f.Server.Name()): "server.hostname"}
	for i := range k.f.Virtual {
		if h := ascii.Lower(k.f.Virtual[i].Hostname); h != "" && k.names[h] == "" {
			k.names[h] = join(item("virtual", i), "hostname")
		}
	}
	if k.Addresses != nil {
		return nil
	}
	list, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("this machine's addresses: %w", err)
	}
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			k.Addresses = append(k.Addresses, p.Addr().Unmap())
		}
	}
	return nil
}

// addrs looks a host up, or takes it for an address.
func (k *check) addrs(host string) lookup {
	if a, err := netip.ParseAddr(host); err == nil {
		return lookup{addrs: []netip.Addr{a.Unmap()}}
	}
	host = ascii.Lower(host)
	l, known := k.found[host]
	if !known {
		answer, err := dnsresolve.Addrs(k.ctx, k.Resolver, host)
		for _, r := range answer.Records {
			l.addrs = append(l.addrs, r.Addr.Unmap())
		}
		l.err = err
		k.found[host] = l
	}
	return l
}

// isOurs reports whether a host is this server, by its name or an address.
func (k *check) isOurs(host string) bool {
	if k.names[ascii.Lower(host)] != "" {
		return true
	}
	return slices.ContainsFunc(k.addrs(host).addrs, func(a netip.Addr) bool { return slices.Contains(k.Addresses, a) })
}

// hostnames finds whether our own names lead to us.
func (k *check) hostnames() {
	for _, name := range slices.Sorted(maps.Keys(k.names)) {
		key := k.names[name]
		if isReserved(name) {
			k.find(Note, key, fmt.Sprintf("%q is a name that nobody on the Internet can look up", name), "set a name of your own domain before others are to reach it")
			continue
		}
		switch l := k.addrs(name); {
		case l.err != nil:
			k.unresolved(key, name, l.err)
		case !slices.ContainsFunc(l.addrs, func(a netip.Addr) bool { return slices.Contains(k.Addresses, a) }):
			k.find(Warning, key, fmt.Sprintf("%q leads to %s, which is not this machine", name, list(l.addrs)), "change its A and AAAA records, or name the address before the router that this machine is behind")
		}
	}
}

// unresolved finds that a name can't be looked up.
func (k *check) unresolved(key, name string, err error) {
	if k.ctx.Err() != nil {
		return // which is what Check says at its end
	}
	if e, ok := errorOf(err); ok && e.Absent() {
		k.find(Fault, key, fmt.Sprintf("%q is not in the DNS", name), "add an A or AAAA record for it, or correct the name")
		return
	}
	k.find(Warning, key, fmt.Sprintf("%q can't be looked up now: %v", name, err), "look whether the DNS servers can be reached, and try again")
}

// isReserved reports whether a name is of a domain that exists nowhere (RFC 6761, RFC 6762).
func isReserved(name string) bool {
	top := name[strings.LastIndexByte(name, '.')+1:]
	return slices.Contains([]string{"test", "local", "localhost", "invalid", "example"}, top)
}

func list(addrs []netip.Addr) string {
	text := make([]string, len(addrs))
	for i, a := range addrs {
		text[i] = a.String()
	}
	return strings.Join(text, ", ")
}
