package rvp

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

const (
	urlScheme    = "http://"
	pathAliases  = "/instmsg/aliases/"
	pathLocal    = "/instmsg/local/"
	maxNodeName  = 255 // octets, of a host and of an alias
	maxNodeURL   = 2048
	unescapedSet = "-._~!$&'()*+,;=:@" // besides letters and digits (RFC 3986, 3.3)
)

// splitURL parts a URL into its canonical host and its path.
func splitURL(s string) (host, path string, ok bool) {
	s = strings.Trim(s, " \t\r\n")
	if len(s) > maxNodeURL || len(s) < len(urlScheme) || !ascii.EqualFold(s[:len(urlScheme)], urlScheme) {
		return "", "", false
	}
	s = s[len(urlScheme):]
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, path = s[:i], s[i:]
	}
	host, ok = canonicalHost(s)
	return host, path, ok
}

// canonicalHost returns "host" or "host:port" in lower case, without port 80
// and without the dot of an absolute name.
func canonicalHost(s string) (string, bool) {
	host, port, hasPort := s, "", false
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port, hasPort = s[:i], s[i+1:], true
	}
	host = strings.TrimSuffix(host, ".")
	if !validHost(host) || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return "", false
	}
	host = ascii.Lower(host)
	if port = strings.TrimLeft(port, "0"); !hasPort || port == "" || port == "80" {
		return host, true
	}
	return host + ":" + port, true
}

// validHost takes a name of letters, digits, dots, hyphens and underscores, or
// an IPv6 address in brackets.
func validHost(s string) bool {
	more := "-_."
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if s, ok = strings.CutSuffix(inner, "]"); !ok {
			return false
		}
		more = ":."
	}
	if s == "" || len(s) > maxNodeName {
		return false
	}
	for i := range len(s) {
		if !ascii.IsAlnum(s[i]) && strings.IndexByte(more, s[i]) < 0 {
			return false
		}
	}
	return true
}

// nodeAt reads a path on a host, which says nothing if the path is the physical one.
func nodeAt(host, path string) (n Node, physical, ok bool) {
	if len(path) > maxNodeURL || !hasPrefixFold(path, "/") {
		return Node{}, false, false
	}
	path, ok = unescape(path)
	if !ok {
		return Node{}, false, false
	}
	if hasPrefixFold(path, pathLocal) {
		domain, rest, _ := strings.Cut(path[len(pathLocal):], "/")
		if host, ok = canonicalHost(domain); !ok {
			return Node{}, false, false
		}
		path, physical = "/"+rest, true
	}
	if !hasPrefixFold(path, pathAliases) {
		return Node{}, false, false
	}
	name := strings.TrimSuffix(path[len(pathAliases):], "/")
	if !validName(name) {
		return Node{}, false, false
	}
	return Node{Host: host, Name: ascii.Lower(name)}, physical, true
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && ascii.EqualFold(s[:len(prefix)], prefix)
}

// unescape undoes percent-encoding. A slash that is encoded would change the
// hierarchy, and a query or fragment is none of a node's.
func unescape(path string) (string, bool) {
	if strings.ContainsAny(path, "?#") {
		return "", false
	}
	if strings.IndexByte(path, '%') < 0 {
		return path, true
	}
	plain, err := url.PathUnescape(path)
	return plain, err == nil && strings.Count(plain, "/") == strings.Count(path, "/")
}

// validName takes any text of UTF-8 without control characters that is one
// segment of a path: dots and hyphens are common (RVP-020).
func validName(s string) bool {
	if s == "" || s == "." || s == ".." || len(s) > maxNodeName || !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || s[i] == '/' || s[i] == '\\' {
			return false
		}
	}
	return true
}

// escapeName percent-encodes what may not stand in a segment of a path.
func escapeName(s string) string {
	plain := func(c byte) bool { return ascii.IsAlnum(c) || strings.IndexByte(unescapedSet, c) >= 0 }
	first := 0
	for first < len(s) && plain(s[first]) {
		first++
	}
	if first == len(s) {
		return s
	}
	b := append(make([]byte, 0, 3*len(s)), s[:first]...)
	for i := first; i < len(s); i++ {
		if c := s[i]; plain(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(b)
}
