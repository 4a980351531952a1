//go:build interop

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// farDomain is where the mail goes that leaves.
const farDomain = "far.example"

// A farHost takes the mail that leaves, and knows what it has taken.
type farHost struct {
	addr       string
	generation atomic.Int32 // of the process that connects
	closed     atomic.Bool  // it refuses everybody for now
	dropEvery  int          // one of so many messages, at random, ends in a lost connection; none if 0

	mu    sync.Mutex
	conns map[string]farConn   // by the peer's address
	takes map[string][]farTake // by crashMail.id
	alien []string             // what nobody has sent
}

type farConn struct {
	net.Conn
	generation int32
}

// A farTake is a message that the host has read to its final dot.
type farTake struct {
	generation int32
	to         []string
	dropped    bool // the connection was lost instead of the answer
}

// serveFar runs a host until the test is over.
func serveFar(t *testing.T, dropEvery int) *farHost {
	t.Helper()
	h := &farHost{dropEvery: dropEvery, conns: make(map[string]farConn), takes: make(map[string][]farTake)}
	srv := &smtp.Server{
		Hostname: "mx." + farDomain,
		Domains:  []string{farDomain},
		Limits:   smtp.Limits{ConnsPerAddr: 1000},
		Backend: smtp.BackendFunc(func(_ context.Context, c *smtp.Conn) (smtp.Session, error) {
			return &farSession{host: h, peer: c.RemoteAddr().String()}, nil
		}),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h.addr = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(&farListener{l, h}) }()
	t.Cleanup(func() {
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-served, smtp.ErrServerClosed)
	})
	return h
}

// A farListener notes which process a connection is from.
type farListener struct {
	net.Listener
	host *farHost
}

func (l *farListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.host.mu.Lock()
		l.host.conns[c.RemoteAddr().String()] = farConn{c, l.host.generation.Load()}
		l.host.mu.Unlock()
	}
	return c, err
}

// A farSession is one conversation with a farHost.
type farSession struct {
	host *farHost
	peer string
}

func (s *farSession) Mail(context.Context, smtp.MailParams) error { return nil }

func (s *farSession) Rcpt(context.Context, smtp.RcptParams) error {
	if s.host.closed.Load() {
		return smtp.R(451, smtp.Enhanced{4, 7, 1}, "come back later")
	}
	return nil
}

func (s *farSession) Data(_ context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return smtp.Reply{}, err
	}
	var to []string
	for _, r := range env.To {
		to = append(to, r.Path.String())
	}
	h := s.host
	h.mu.Lock()
	defer h.mu.Unlock()
	id, err := readCrashMail(string(text))
	if err != nil {
		h.alien = append(h.alien, fmt.Sprintf("to %s: %v", strings.Join(to, ", "), err))
		return smtp.Reply{}, nil
	}
	c := h.conns[s.peer]
	one := farTake{generation: c.generation, to: to, dropped: h.dropEvery > 0 && rand.IntN(h.dropEvery) == 0}
	h.takes[id] = append(h.takes[id], one)
	if one.dropped {
		_ = c.Close()
	}
	return smtp.Reply{}, nil
}

func (s *farSession) Reset() {}

func (s *farSession) Close() error {
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	delete(s.host.conns, s.peer)
	return nil
}
