package rvp

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// A Node is a user in an IM domain, whom the protocol knows by URLs
// (rvp-exchange2000, 4.1.2). Nodes that are the same compare equal: both names
// are in lower case, percent-encoding is undone, and Host has no port 80. The
// zero Node is nobody.
type Node struct {
	Host string // the IM domain, such as "im.example.test", or "im.example.test:8080"
	Name string // the alias, such as "anna.poe"
}

// ErrNotNode is what ParseNode returns, wrapped, for text that is no URL of a user.
var ErrNotNode = errors.New("rvp: not the URL of a user")

// ParseNode reads the URL of a user: the logical one, or the physical one on a
// home server, "http://home/instmsg/local/im.example.test/instmsg/aliases/anna".
// The case of letters, percent-encoding, port 80, one slash at the end and
// white space around it make no difference (RVP-016, RVP-018, RVP-019).
func ParseNode(url string) (Node, error) {
	n, ok := nodeOf(url)
	if !ok {
		return Node{}, notNode(url)
	}
	return n, nil
}

// nodeOf is ParseNode for those who do not ask why not.
func nodeOf(url string) (Node, bool) {
	host, path, ok := splitURL(url)
	if !ok {
		return Node{}, false
	}
	n, _, ok := nodeAt(host, path)
	return n, ok
}

// parseTarget reads what a request is for: path is the request target as it
// stood in the request, in origin-form beside the header field Host, or in
// absolute-form (RVP-002). local reports whether it was the physical URL. Host may
// lack the port it was sent to: clients leave it out (RVP-009).
func parseTarget(host, path string) (n Node, local bool, err error) {
	var ok bool
	if strings.HasPrefix(path, "/") {
		host, ok = canonicalHost(host)
	} else {
		host, path, ok = splitURL(path)
	}
	if ok {
		n, local, ok = nodeAt(host, path)
	}
	if !ok {
		return Node{}, false, notNode(path)
	}
	return n, local, nil
}

func notNode(s string) error {
	return fmt.Errorf("%w: %.100q is not of the form http://DOMAIN/instmsg/aliases/NAME", ErrNotNode, s)
}

// URL is the logical URL, by which everybody knows the node; "" for the zero Node.
func (n Node) URL() string {
	if n == (Node{}) {
		return ""
	}
	return urlScheme + n.Host + pathAliases + escapeName(n.Name)
}

// At is the physical URL of the node on its home server, "host" or "host:port".
func (n Node) At(home string) string {
	if h, ok := canonicalHost(home); ok {
		home = h
	}
	return urlScheme + home + pathLocal + n.Host + pathAliases + escapeName(n.Name)
}

// Principal is the node as one who does something.
func (n Node) Principal() Principal { return Principal(n.URL()) }

// Compare orders nodes by host, then name.
func (n Node) Compare(other Node) int {
	return cmp.Or(cmp.Compare(n.Host, other.Host), cmp.Compare(n.Name, other.Name))
}

// String is the logical URL.
func (n Node) String() string { return n.URL() }
