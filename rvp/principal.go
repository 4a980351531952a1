package rvp

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Principal is who does something: a user, by the logical URL, or a server,
// by its bare host name (rvp-exchange2000, 5.7.2). Its form is canonical, so
// that == tells whether two are the same. "" is nobody who is known.
type Principal string

var errPrincipal = errors.New("rvp: not a principal")

// ParsePrincipal reads the URL of a user or of another node, such as a group,
// or the bare host name of a server. White space around it is stripped; nothing at all is an error
// (RVP-023, RVP-127). A physical URL becomes the logical one.
func ParsePrincipal(s string) (Principal, error) {
	s = strings.Trim(s, " \t\r\n")
	host, path, ok := splitURL(s)
	if !ok {
		if host, ok = canonicalHost(s); ok {
			return Principal(host), nil
		}
		return "", fmt.Errorf("%w: %.100q is neither the URL of a user nor the name of a server", errPrincipal, s)
	}
	if n, _, ok := nodeAt(host, path); ok {
		return n.Principal(), nil
	}
	plain, ok := unescape(path)
	if !ok || !utf8.ValidString(plain) || strings.ContainsFunc(plain, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", fmt.Errorf("%w: %.100q has a path that no node has", errPrincipal, s)
	}
	plain = strings.TrimRight(ascii.Lower(plain), "/")
	segments := strings.Split(plain, "/")
	for i, p := range segments {
		segments[i] = escapeName(p)
	}
	return Principal(urlScheme + host + strings.Join(segments, "/")), nil
}

// Node returns the user that p is, and whether it is one and not a server.
func (p Principal) Node() (Node, bool) {
	n, err := ParseNode(string(p))
	return n, err == nil
}
