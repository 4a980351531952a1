package testkit

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"testing"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// An Engine is what a Host starts and ends, such as an *smtp.Server.
type Engine interface {
	Serve(net.Listener) error
	ServeTLS(net.Listener) error
	Shutdown(context.Context) error
	Close() error
}

// A Host has an Engine serve until the end of a test, which it fails if that
// does not go well. All fields must be set.
type Host struct {
	TB     testing.TB
	Kit    string // the package that it works for
	Closed error  // what Serve returns after Close

	dial func(context.Context) (net.Conn, error)
}

// Start has e listen on a free port of the loopback interface, whose
// "host:port" it returns.
func (h *Host) Start(e Engine) (addr string) {
	h.TB.Helper()
	return h.listen(e, e.Serve)
}

// StartTLS is Start for clients that begin with TLS.
func (h *Host) StartTLS(e Engine) (addr string) {
	h.TB.Helper()
	return h.listen(e, e.ServeTLS)
}

func (h *Host) listen(e Engine, serve func(net.Listener) error) string {
	h.TB.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.TB.Fatalf("%s: %v", h.Kit, err)
	}
	addr := l.Addr().String()
	h.dial = func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", addr)
	}
	h.run(e, l, serve)
	return addr
}

// StartInMemory has e listen on a network in memory, which works inside a
// testing/synctest bubble.
func (h *Host) StartInMemory(e Engine) {
	l := memnet.Listen()
	h.dial = l.Dial
	h.run(e, l, e.Serve)
}

func (h *Host) run(e Engine, l net.Listener, serve func(net.Listener) error) {
	done := make(chan error, 1)
	go func() { done <- serve(l) }()
	h.TB.Cleanup(func() {
		_ = e.Close() // that it goes on is an error of Serve
		// After Close it only waits: nothing may log once the test is over.
		if err := e.Shutdown(context.Background()); err != nil {
			h.TB.Errorf("%s: Shutdown: %v", h.Kit, err)
		}
		if err := <-done; !errors.Is(err, h.Closed) {
			h.TB.Errorf("%s: Serve: %v", h.Kit, err)
		}
	})
}

// Dial connects to the Engine. The connection is closed at the end of the test.
func (h *Host) Dial(ctx context.Context) (net.Conn, error) {
	nc, err := h.dial(ctx)
	if err == nil {
		h.TB.Cleanup(func() { nc.Close() })
	}
	return nc, err
}

// TLS returns how a server called "localhost" is configured, and a client that
// trusts it.
func (h *Host) TLS() (server, client *tls.Config) {
	h.TB.Helper()
	cert, err := testcert.New("localhost", "127.0.0.1", "::1")
	if err != nil {
		h.TB.Fatalf("%s: %v", h.Kit, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	return &tls.Config{Certificates: []tls.Certificate{cert}}, &tls.Config{RootCAs: roots, ServerName: "localhost"}
}

// Logger writes to the test's log.
func (h *Host) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(h.TB.Output(), nil))
}
