package config

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
	"github.com/wirepost/wirepost/mime/charset"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/queue/relay"
	"github.com/wirepost/wirepost/smtp"
)

// flawOf tells what is wrong with a text that is to be of a kind, the word in a field's tag; nil if nothing is.
func flawOf(kind, s string) *flaw {
	bad := func(what, remedy string) *flaw { return &flaw{fmt.Sprintf("%q is not %s", s, what), remedy} }
	switch kind {
	case "":
	case "line":
		if !isLine(s) {
			return bad("a line of text", "leave out control characters, and write something")
		}
	case "name":
		if !isLine(s) || strings.ContainsAny(s, `/"\`) || strings.TrimSpace(s) != s {
			return bad("a name", `write some letters or digits, without "/", quotes and backslashes`)
		}
	case "server-name":
		if !logs.IsServerName(s) {
			return bad("a name of a virtual server", `write letters from a to z, digits, hyphens, underscores, dots, and spaces within it`)
		}
	case "domain":
		if !isDomain(s) {
			return bad("a domain", `write letters, digits, hyphens and dots, other letters as A-labels: "example.org"`)
		}
	case "pattern":
		if !isPattern(s) {
			return bad("a pattern of domains", `write "example.org", "*.example.org" for all below it, or "*"`)
		}
	case "mailbox":
		if !isMailbox(s) {
			return bad("an address", `write "postmaster@example.org"`)
		}
	case "moderator":
		if !isMailbox(strings.Replace(s, "%s", "group", 1)) {
			return bad("an address", `write "moderator@example.org", with %s for the group's name if need be`)
		}
	case "sender":
		group, isGroup := strings.CutPrefix(s, "group:")
		if isGroup && isLine(group) || !isGroup && (isMailbox(s) || isPattern(s)) {
			return nil
		}
		return bad("a sender", `write "user@example.org", "example.org", "*.example.org" or "group:Name"`)
	case "wildmat":
		if _, err := nntp.ParsePatterns(s); err != nil || s == "" {
			return bad("a wildmat", `write patterns with commas between them, "!" before those that are excluded: "comp.*,!comp.binaries.*"`)
		}
	case "hop":
		if _, err := relay.ParseHop(s); err != nil || !isLine(s) {
			return bad("a host to send to", `write "relay.example.org", "relay.example.org:587" or "smtps://relay.example.org"`)
		}
	case "charset":
		if charset.Canonical(s) == "" {
			return bad("a charset that is known", `write "utf-8", "iso-8859-1" or another name of the IANA's list`)
		}
	default:
		return flawOfPlace(kind, s)
	}
	return nil
}

// flawOfPlace is flawOf for where something is.
func flawOfPlace(kind, s string) *flaw {
	bad := func(what, remedy string) *flaw { return &flaw{fmt.Sprintf("%q is not %s", s, what), remedy} }
	switch kind {
	case "address":
		if host, port, ok := hostPort(s); !ok || port < 0 || host != "" && net.ParseIP(host) == nil && !isDomain(host) {
			return bad("an address to listen on", `write "127.0.0.1:2525", "[::1]:2525", or ":25" for all of this machine's`)
		}
	case "host":
		if net.ParseIP(s) == nil && !isDomain(s) {
			return bad("a host", `write "mail.example.org" or "192.0.2.1", without port`)
		}
	case "server":
		if host, port, ok := hostPort(s); !ok || port < 1 || net.ParseIP(host) == nil && !isDomain(host) {
			return bad("a host and port", `write "news.example.org:119"`)
		}
	case "resolver":
		if host, port, ok := hostPort(s); !ok || port < 1 || net.ParseIP(host) == nil {
			return bad("an address and port", `write "192.0.2.53:53"`)
		}
	case "folder":
		if !strings.HasPrefix(s, "/") || !isLine(s) || strings.ContainsAny(s, "?#% \\") || strings.Contains(s, "//") || len(s) > 1 && strings.HasSuffix(s, "/") {
			return bad("the path of a folder", `write "/dav"`)
		}
	case "proxy":
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "http" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return bad("a proxy", `write "http://proxy.example.org:8080"`)
		}
	default:
		panic("config: there is no kind " + kind)
	}
	return nil
}

func isLine(s string) bool {
	return s != "" && len(s) <= 4096 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 })
}

func isMailbox(s string) bool {
	p, err := smtp.ParsePath(s)
	return err == nil && p.Local != "" && isDomain(p.Domain)
}

// isDomain reports whether s can stand in an address, a greeting and a certificate.
func isDomain(s string) bool {
	p, err := smtp.ParsePath("postmaster@" + s)
	return err == nil && p.Domain == s && p.IsASCII() && !strings.HasPrefix(s, "[")
}

func isPattern(s string) bool { return s == "*" || isDomain(strings.TrimPrefix(s, "*.")) }

// hostPort splits an address. Its port is a number.
func hostPort(s string) (host string, port int, ok bool) {
	host, p, err := net.SplitHostPort(s)
	if err != nil {
		return "", 0, false
	}
	n, err := strconv.ParseUint(p, 10, 16)
	return host, int(n), err == nil
}
