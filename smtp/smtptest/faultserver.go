package smtptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/internal/testcert"
)

// A FaultServer is a server to try clients with: it does wrong what its Fault
// says. It lives in memory, which works inside a testing/synctest bubble, and
// ends with the test.
type FaultServer struct {
	ClientTLS *tls.Config // trusts the server's certificate

	tb    testing.TB
	fault Fault
	cert  tls.Certificate

	mu             sync.Mutex
	sent, received int
	heard          []string
}

// NewFaultServer makes a server with a fault.
func NewFaultServer(tb testing.TB, f Fault) *FaultServer {
	tb.Helper()
	cert, err := testcert.New("localhost", "fault.example")
	if err != nil {
		tb.Fatalf("smtptest: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	return &FaultServer{
		ClientTLS: &tls.Config{RootCAs: roots, ServerName: "fault.example"},
		tb:        tb, fault: f.clone(), cert: cert,
	}
}

// Dial opens a conversation. It is closed at the end of the test. Each one has
// the fault afresh.
func (s *FaultServer) Dial(context.Context) (net.Conn, error) {
	client, server := memnet.Pipe()
	cut := &cutConn{Conn: server, srv: s, toSend: s.fault.SendAtMost, toReceive: s.fault.ReceiveAtMost}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer server.Close()
		c := &faultConn{srv: s, nc: cut}
		// The client has gone, or was cut off: that is what it is for.
		_ = c.serve()
		c.hangUp(server)
	}()
	s.tb.Cleanup(func() { client.Close(); <-done })
	return client, nil
}

// Sent is how many octets the server has sent in all conversations.
func (s *FaultServer) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// Received is how many octets the server has received in all conversations.
func (s *FaultServer) Received() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received
}

// Heard returns the command lines of all conversations, and for each message
// that came to its end EndOfMessage. Answers to AUTH are not among them, nor
// are AUTH's arguments behind the mechanism, which are secret.
func (s *FaultServer) Heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

func (s *FaultServer) hear(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, line)
}

// A cutConn breaks after so many octets.
type cutConn struct {
	net.Conn
	srv               *FaultServer
	toSend, toReceive int // 0 is no limit
}

// Read implements net.Conn.
func (c *cutConn) Read(p []byte) (int, error) {
	if c.toReceive > 0 {
		p = p[:min(len(p), c.toReceive)]
	}
	n, err := c.Conn.Read(p)
	c.srv.mu.Lock()
	c.srv.received += n
	c.srv.mu.Unlock()
	if c.toReceive > 0 {
		if c.toReceive -= n; c.toReceive == 0 {
			c.Close()
			return 0, net.ErrClosed
		}
	}
	return n, err
}

// Write implements net.Conn.
func (c *cutConn) Write(p []byte) (int, error) {
	cut := c.toSend > 0 && len(p) >= c.toSend
	if cut {
		p = p[:c.toSend]
	}
	n, err := c.Conn.Write(p)
	c.srv.mu.Lock()
	c.srv.sent += n
	c.srv.mu.Unlock()
	if cut {
		c.Close()
		return n, net.ErrClosed
	}
	if c.toSend > 0 {
		c.toSend -= n
	}
	return n, err
}
