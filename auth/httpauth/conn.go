package httpauth

import (
	"context"
	"net"
	"net/http"
	"sync"

	"github.com/wirepost/wirepost/auth"
)

type connKey struct{}

// ConnContext is for http.Server's field of that name: it gives each connection
// a place for the state of NTLM. A server that has a ConnContext of its own
// calls this one from it.
func ConnContext(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, &connState{})
}

// connState is the login of a connection. A nil *connState knows of nobody. Of a
// connection's requests several may be under way, if a handler is left behind by
// http.TimeoutHandler.
type connState struct {
	mu      sync.Mutex // guards what follows
	who     auth.Identity
	pending *handshake // waits for the client's next message
}

func stateOf(ctx context.Context) *connState {
	s, _ := ctx.Value(connKey{}).(*connState)
	return s
}

func (s *connState) identity() auth.Identity {
	if s == nil {
		return auth.Identity{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.who
}

func (s *connState) login(id auth.Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.who = id
}

// logout forgets who it was, and a login that is under way.
func (s *connState) logout() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.who, s.pending = auth.Identity{}, nil
}

// await keeps a login that is under way; nobody is logged in meanwhile.
func (s *connState) await(p *handshake) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.who, s.pending = auth.Identity{}, p
}

// take returns the login that is under way, once.
func (s *connState) take() *handshake {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending
	s.pending = nil
	return p
}

// proxied reports whether a request has come through a proxy, which may send
// those of many people over one connection.
func proxied(r *http.Request) bool {
	for _, name := range []string{"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if _, ok := r.Header[name]; ok {
			return true
		}
	}
	return false
}
