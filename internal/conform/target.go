package conform

import (
	"context"
	"crypto/tls"
	"net"
)

// Connect connects to the server at addr, "host:port", by dial if that is not nil.
func Connect(ctx context.Context, dial func(context.Context) (net.Conn, error), addr string) (net.Conn, error) {
	if dial != nil {
		return dial(ctx)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", addr)
}

// ClientTLS is cfg, or if that is nil a configuration that trusts whoever is at
// addr. A conformance run is about the protocol; a server under test rarely has
// a certificate that anybody trusts.
func ClientTLS(cfg *tls.Config, addr string) *tls.Config {
	if cfg != nil {
		return cfg
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = "localhost"
	}
	return &tls.Config{ServerName: host, InsecureSkipVerify: true}
}
