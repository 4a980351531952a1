//go:build linux

package peers

import (
	"net"
	"time"
)

// A server is one of those that are compared.
type server struct {
	name  string
	serve func(net.Listener) error
}

// The servers, by their index in a round. The last two are what the others are
// measured by.
const (
	ours = iota
	bare
	peer
)

// servers are compared with each other.
var servers = []server{
	ours: {"wirepost", serveWirepost},
	bare: {"floor", serveFloor},
	peer: {"go-smtp", serveGoSMTP},
}

// Settings that all servers share, as far as they have them.
const (
	hostname   = "mx.example.org"
	domain     = "example.org"
	maxMessage = 10 << 20
	maxRcpts   = 100
	timeout    = 5 * time.Minute // RFC 5321, 4.5.3.2.7
	maxConns   = 20000
)
