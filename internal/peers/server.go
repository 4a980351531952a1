//go:build linux

package peers

import (
	"net"
	"time"
)

// A server is one of those that are compared.
type server struct {
	name    string
	serve   func(net.Listener) error // in a child of this binary, or
	program []string                 // a program and its arguments but the address
	bdat    bool                     // knows CHUNKING (RFC 3030)
}

// servers are compared with each other: ours with the peer, and both with what
// costs less because it does less.
var servers = []server{
	{name: ours, serve: serveWirepost, bdat: true},
	{name: "floor", serve: serveFloor},
	{name: "smtp-sink", program: []string{"smtp-sink", "-m", "20000"}},
	{name: peer, serve: serveGoSMTP, bdat: true},
}

const (
	ours = "wirepost"
	peer = "go-smtp"
)

// Settings that all servers share, as far as they have them.
const (
	hostname   = "mx.example.org"
	domain     = "example.org"
	maxMessage = 10 << 20
	maxRcpts   = 100
	timeout    = 5 * time.Minute // RFC 5321, 4.5.3.2.7
	maxConns   = 20000
)
