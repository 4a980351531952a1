package relay

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// A Hop is a host as queue.Route.Next writes it.
type Hop struct {
	Host string // a name or an address without brackets, or the absolute path of a Unix socket
	Port string // a number; empty for a Unix socket
	LMTP bool
	TLS  bool // from the start, as on port 465
}

var (
	errScheme = errors.New(`begin it with "smtp://", "smtps://", "lmtp://" or none of them`)
	errHost   = errors.New("write it as NAME, NAME:PORT or [ADDRESS]:PORT")
	errPort   = errors.New("a port is a number from 1 to 65535")
	errPath   = errors.New("write a Unix socket as lmtp:///PATH or smtp:///PATH")
)

// ParseHop reads a host of a Route:
//
//	relay.example.org, relay.example.org:587   SMTP, on port 25 unless it says otherwise
//	192.0.2.1, [2001:db8::1]:25                the same for addresses
//	smtp://relay.example.org                   the same
//	smtps://relay.example.org                  SMTP that begins with TLS, on port 465 unless it says otherwise
//	lmtp://store.example.org:24                LMTP, on port 24 unless it says otherwise
//	lmtp:///run/store/lmtp                     LMTP through a Unix socket
//
// The addresses of a name are looked up; its MX records are not.
func ParseHop(s string) (Hop, error) {
	h, err := parseHop(s)
	if err != nil {
		return Hop{}, fmt.Errorf("relay: host %q: %w", s, err)
	}
	return h, nil
}

func parseHop(s string) (Hop, error) {
	scheme, rest, explicit := strings.Cut(s, "://")
	if !explicit {
		scheme, rest = "smtp", s
	}
	h := Hop{LMTP: scheme == "lmtp", TLS: scheme == "smtps"}
	h.Port = h.standardPort()
	switch {
	case scheme != "smtp" && !h.LMTP && !h.TLS:
		return h, errScheme
	case strings.HasPrefix(rest, "/"):
		if h.Host, h.Port = rest, ""; !explicit || h.TLS || !isPath(rest) {
			return h, errPath
		}
		return h, nil
	}
	h.Host = rest
	if _, err := netip.ParseAddr(rest); err == nil { // IPv6 has colons
	} else if host, port, err := net.SplitHostPort(rest); err == nil {
		h.Host, h.Port = host, port
		if strings.HasPrefix(rest, "[") {
			h.Host = "[" + host + "]"
		}
	}
	if n, err := strconv.ParseUint(h.Port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != h.Port {
		return h, errPort
	}
	inner, bracketed := strings.CutPrefix(h.Host, "[")
	if bracketed {
		if inner, bracketed = strings.CutSuffix(inner, "]"); !bracketed {
			return h, errHost
		}
		if tag := "ipv6:"; len(inner) > len(tag) && fold(inner[:len(tag)]) == tag { // RFC 5321, 4.1.3
			inner = inner[len(tag):]
		}
		h.Host = inner
	}
	if a, err := netip.ParseAddr(h.Host); err == nil && isName(a.Zone()) {
		h.Host = a.String()
	} else if err == nil || h.Host == "" || !isName(h.Host) {
		return h, errHost
	}
	return h, nil
}

func (h Hop) standardPort() string {
	switch {
	case h.LMTP:
		return "24"
	case h.TLS:
		return "465"
	}
	return "25"
}

// String writes the hop as ParseHop reads it, in the shortest form.
func (h Hop) String() string {
	scheme := ""
	switch {
	case h.LMTP:
		scheme = "lmtp://"
	case h.TLS:
		scheme = "smtps://"
	case h.Port == "":
		scheme = "smtp://"
	}
	switch {
	case h.Port == "":
		return scheme + h.Host
	case h.Port != h.standardPort():
		return scheme + net.JoinHostPort(h.Host, h.Port)
	case strings.Contains(h.Host, ":"):
		return scheme + "[" + h.Host + "]"
	}
	return scheme + h.Host
}

// isName tells what may be the name of a host, in ASCII or not; whether it is one the DNS will tell.
func isName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c == 0x7f || strings.IndexByte(`:/[]@\"()<>,;%`, c) >= 0 {
			return false
		}
	}
	return true
}

// isPath tells what may be the path of a socket.
func isPath(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return len(s) > 1
}
