package smtp

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A Forwarded is what a trusted peer says of the client that a message came
// from, by XFORWARD. It is for logs: unlike XCLIENT it gives no rights. What
// the peer does not know is empty.
type Forwarded struct {
	Name   string // host name
	Addr   string
	Port   string
	Proto  string // "SMTP" or "ESMTP"
	Hello  string
	Ident  string // the peer's own name for the message
	Source string // "LOCAL" or "REMOTE"
}

// overrides are what an XCLIENT of a trusted peer says of the client.
type overrides struct {
	remote, local net.Addr // nil: the socket's
	name          string
}

// attributes are the arguments of XCLIENT and XFORWARD, in order.
type attributes []struct{ name, value string }

// unavailable are the values for what a peer does not know.
func unavailable(s string) bool {
	return ascii.EqualFold(s, "[UNAVAILABLE]") || ascii.EqualFold(s, "[TEMPUNAVAIL]")
}

// maxAttribute is how long a value may be (XFORWARD_README, note 1).
const maxAttribute = 255

// attributeArgs takes NAME=value pairs, the values in xtext.
func attributeArgs(s string) (attributes, error) {
	var list attributes
	for pair := range strings.FieldsSeq(s) {
		name, encoded, ok := strings.Cut(pair, "=")
		value, err := decodeXtext(encoded)
		if !ok || err != nil || !isKeyword(name) || len(encoded) > maxAttribute || len(list) == maxParams {
			return nil, errSyntax
		}
		if unavailable(value) {
			value = ""
		}
		list = append(list, struct{ name, value string }{strings.ToUpper(name), value})
	}
	if list == nil {
		return nil, errSyntax
	}
	return list, nil
}

// The attributes that EHLO advertises.
const (
	xclientNames  = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
	xforwardNames = "NAME ADDR PORT PROTO HELO IDENT SOURCE"
)

// xclient begins the conversation anew for the client that a trusted peer
// speaks for.
func (c *Conn) xclient(ctx context.Context, list attributes) Reply {
	remote, local := hostPort(c.RemoteAddr()), hostPort(c.LocalAddr())
	// What the peer does not say of the client is not what was said of another
	// one, or of the peer itself: its login above all.
	var name, helloName, login string
	for _, a := range list {
		ok := true
		switch a.name {
		case "NAME":
			name, ok = a.value, isWord(a.value)
		case "ADDR":
			remote, ok = withAddr(remote, a.value)
		case "PORT":
			remote, ok = withPort(remote, a.value)
		case "DESTADDR":
			local, ok = withAddr(local, a.value)
		case "DESTPORT":
			local, ok = withPort(local, a.value)
		case "HELO":
			helloName, ok = a.value, isWord(a.value)
		case "LOGIN":
			login = a.value
		case "PROTO":
			ok = ascii.EqualFold(a.value, "SMTP") || ascii.EqualFold(a.value, "ESMTP")
		default:
			ok = false
		}
		if !ok {
			return badSyntax
		}
	}
	c.client = &overrides{remote: tcpAddr(remote), local: tcpAddr(local), name: name}
	c.closeSession(ctx)
	c.restart()
	c.hello = helloName
	if login != "" {
		c.identity = &auth.Identity{User: login}
	}
	if r := c.openSession(ctx); r != (Reply{}) {
		return r
	}
	return c.greeting()
}

// isWord reports whether s can be a client's name, or is empty.
func isWord(s string) bool {
	_, err := hello(s)
	return s == "" || err == nil && !strings.Contains(s, " ")
}

// xforward takes note of the client of the next message.
func (c *Conn) xforward(_ context.Context, list attributes) Reply {
	f := c.Forwarded()
	fields := map[string]*string{
		"NAME": &f.Name, "ADDR": &f.Addr, "PORT": &f.Port, "PROTO": &f.Proto,
		"HELO": &f.Hello, "IDENT": &f.Ident, "SOURCE": &f.Source,
	}
	for _, a := range list {
		field, ok := fields[a.name]
		if !ok {
			return badSyntax
		}
		*field = a.value
	}
	c.forwarded = &f
	return okReply
}

// trusts reports whether the peer at the other end of the connection, whoever
// it speaks for, is in one of the networks.
func (c *Conn) trusts(networks []netip.Prefix) bool {
	addr := addrOf(c.wire.NetConn().RemoteAddr())
	for _, n := range networks {
		if addr.IsValid() && n.Contains(addr) {
			return true
		}
	}
	return false
}

func (c *Conn) hasXCLIENT() bool { return c.trusts(c.srv.XClientFrom) }

func (c *Conn) hasXFORWARD() bool { return c.trusts(c.srv.XForwardFrom) }

func (c *Conn) offerXCLIENT() (string, bool) { return xclientNames, c.hasXCLIENT() }

func (c *Conn) offerXFORWARD() (string, bool) { return xforwardNames, c.hasXFORWARD() }

// hostPort returns the address and port of a, zero if it has none.
func hostPort(a net.Addr) netip.AddrPort {
	if a == nil {
		return netip.AddrPort{}
	}
	// The zero value stands for what cannot be parsed.
	ap, _ := netip.ParseAddrPort(a.String())
	return ap
}

// withAddr reads an address as XCLIENT writes it: IPv6 has a prefix "IPV6:".
func withAddr(ap netip.AddrPort, s string) (netip.AddrPort, bool) {
	if s == "" {
		return netip.AddrPort{}, true
	}
	if len(s) > len("IPV6:") && ascii.EqualFold(s[:len("IPV6:")], "IPV6:") {
		s = s[len("IPV6:"):]
	}
	addr, err := netip.ParseAddr(s)
	return netip.AddrPortFrom(addr, ap.Port()), err == nil
}

func withPort(ap netip.AddrPort, s string) (netip.AddrPort, bool) {
	if s == "" {
		return ap, true
	}
	port, err := strconv.ParseUint(s, 10, 16)
	return netip.AddrPortFrom(ap.Addr(), uint16(port)), err == nil
}

func tcpAddr(ap netip.AddrPort) net.Addr {
	if !ap.IsValid() {
		return unknownAddr{}
	}
	return net.TCPAddrFromAddrPort(ap)
}

// unknownAddr is the address of a client that a peer does not know.
type unknownAddr struct{}

func (unknownAddr) Network() string { return "tcp" }
func (unknownAddr) String() string  { return "unknown" }
