package ldapserver

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/serve"
)

// ErrServerClosed is what Serve and ServeConn return after Shutdown or Close.
var ErrServerClosed = errors.New("ldapserver: server closed")

// A Server answers LDAP. People and Domain or BaseDN must be set, and Auth,
// without which nobody can log in. The fields must not be changed once the server
// serves.
type Server struct {
	People People
	Auth   *auth.Authenticator // for simple binds and SASL; nil: neither

	Domain       string // such as "example.org"; BaseDN follows from it
	BaseDN       string // the top of the tree if it is another: it begins with dc=, o= or ou=
	Organization string // what people's o and company say; Domain if empty
	Hostname     string // how the server names itself; "localhost" if empty

	// NoSimple refuses simple binds with a password, so that only SASL is left.
	NoSimple bool

	// MayUse tells whether an account may be used here, once it has shown that it
	// is what it says; nil: every one may. An error is temporary.
	MayUse func(ctx context.Context, account string) (bool, error)

	// AnonymousRead lets people be looked up without a login.
	AnonymousRead bool

	// MaxResults is how many entries a search gives, or a page of one; 0 is 500.
	MaxResults int

	TLSConfig *tls.Config // for StartTLS and ServeTLS; nil: neither
	Limits    Limits

	// Allow and Deny say who may connect. The longest prefix that holds the
	// client's address decides, Deny on a tie; with an Allow list, whoever is
	// in neither is denied.
	Allow, Deny []netip.Prefix

	// ProxyFrom are the peers that speak for others by the PROXY protocol,
	// version 1 or 2. They must; nobody else can.
	ProxyFrom []netip.Prefix

	Logger *slog.Logger // what nobody else can see; slog.Default() if nil

	life  serve.Life
	conns sync.Map // the keys are *conn
	once  sync.Once
	bad   error // what is wrong with the fields
	limit Limits
	tree  *tree
	turns *semaphore.Weighted // of searches
}

// Check returns an error that says which field to change, or nil. Serve asks it.
func (s *Server) Check() error {
	s.prepare()
	return s.bad
}

// prepare works out once what follows from the fields.
func (s *Server) prepare() {
	s.once.Do(func() {
		s.limit = s.Limits.orDefaults()
		s.turns = semaphore.NewWeighted(int64(s.limit.Searches))
		s.tree, s.bad = newTree(s)
		if s.People == nil {
			s.bad = errors.New("ldapserver: Server.People must be set")
		}
	})
}

// Serve accepts conversations from l until Shutdown or Close, after which it
// returns ErrServerClosed. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.serve(l, nil) }

// ServeTLS is Serve for clients that begin with TLS ("ldaps").
func (s *Server) ServeTLS(l net.Listener) error {
	if s.TLSConfig == nil {
		l.Close()
		return errors.New("ldapserver: ServeTLS needs a TLSConfig")
	}
	return s.serve(l, s.TLSConfig)
}

func (s *Server) serve(l net.Listener, cfg *tls.Config) error {
	if err := s.Check(); err != nil {
		l.Close()
		return err
	}
	err := s.life.Serve(l, &serve.Options{
		MaxConns:        s.limit.Conns,
		MaxConnsPerAddr: s.limit.ConnsPerAddr,
		Allow:           s.Allow,
		Deny:            s.Deny,
		ProxyFrom:       s.ProxyFrom,
		TLSConfig:       cfg,
		Logger:          s.logger(),
		Refuse:          sendAway,
		Handle: func(ctx context.Context, nc net.Conn) {
			// How a client hung up is of no interest to anybody.
			_ = s.ServeConn(ctx, nc)
		},
	})
	switch {
	case errors.Is(err, serve.ErrClosed):
		return ErrServerClosed
	case err != nil:
		return fmt.Errorf("ldapserver: %w", err)
	}
	return nil
}

// sendAway tells a client why it is not served.
func sendAway(nc net.Conn, why serve.Refusal) {
	r := goodbye(busy, "too many connections; try again later")
	switch why {
	case serve.Denied:
		r = goodbye(insufficientAccessRights, "you may not connect from where you are")
	case serve.Paused:
		r = goodbye(unavailable, "the server pauses; try again later")
	}
	_, _ = nc.Write(appendMessage(nil, 0, tagExtended, nil, r.fill)) // whoever does not hear it goes all the same
}

// ServeConn holds the conversation on nc and returns when that is over: nil
// after the client has said goodbye, else why it ended. If nc is a *tls.Conn its
// handshake is done first. The end of ctx cuts the conversation, which may close
// nc; otherwise that is left to the caller.
func (s *Server) ServeConn(ctx context.Context, nc net.Conn) error {
	if err := s.Check(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := newConn(s, nc)
	leave, err := s.life.Enter(c.interrupt, cancel)
	if err != nil {
		return ErrServerClosed
	}
	defer leave()
	s.conns.Store(c, nil)
	defer s.conns.Delete(c)
	defer context.AfterFunc(ctx, c.abort)()
	switch err := c.run(ctx); {
	case errors.Is(err, ErrServerClosed):
		return ErrServerClosed
	case err != nil:
		return fmt.Errorf("ldapserver: %w", err)
	}
	return nil
}

// Pause makes Serve refuse new connections; those that are open go on.
func (s *Server) Pause() { s.life.Pause() }

// Resume ends a Pause.
func (s *Server) Resume() { s.life.Resume() }

// Shutdown stops accepting, answers what clients have asked, and sends them away.
// The end of ctx cuts them short and is the error then.
func (s *Server) Shutdown(ctx context.Context) error { return s.life.Shutdown(ctx) }

// End sends those away who have logged in to the account, by the name that Auth gives it, once what they have asked is
// answered: they are told by a Notice of Disconnection (RFC 4511, 4.4.1).
func (s *Server) End(account string) {
	s.conns.Range(func(c, _ any) bool {
		c.(*conn).endLogin(account)
		return true
	})
}

// Close cuts all conversations.
func (s *Server) Close() error { return s.life.Close() }

// Stats counts what came to a Server.
type Stats struct {
	Active       int    // conversations now
	Accepted     uint64 // connections that Serve has accepted, those refused included
	RefusedFull  uint64 // by Limits.Conns
	RefusedAddr  uint64 // by Limits.ConnsPerAddr
	Denied       uint64 // by Allow and Deny
	BadProxy     uint64 // by a missing or malformed PROXY header
	Paused       bool
	ShuttingDown bool
}

// Stats returns the counters of now.
func (s *Server) Stats() Stats {
	n := s.life.Stats()
	return Stats{
		Active:       n.Active,
		Accepted:     n.Accepted,
		RefusedFull:  n.RefusedFull,
		RefusedAddr:  n.RefusedAddr,
		Denied:       n.Denied,
		BadProxy:     n.ProxyErrors,
		Paused:       n.Paused,
		ShuttingDown: s.life.Draining(),
	}
}

func (s *Server) hostname() string { return cmp.Or(s.Hostname, "localhost") }

func (s *Server) logger() *slog.Logger { return cmp.Or(s.Logger, slog.Default()) }

func (s *Server) maxResults() int { return cmp.Or(max(0, s.MaxResults), 500) }
