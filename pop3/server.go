package pop3

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/engine"
	"github.com/wirepost/wirepost/internal/serve"
)

// ErrServerClosed is what Serve and ServeConn return after Shutdown or Close.
var ErrServerClosed = errors.New("pop3: server closed")

var errNoBackend = errors.New("pop3: Server.Backend must be set")

// lifecycle is what clients are told that are not served.
var lifecycle = engine.Lifecycle{
	Closed:       ErrServerClosed,
	Full:         tooManyConns,
	Denied:       accessDenied,
	ShuttingDown: shuttingDown,
}

// A Server answers POP3. Backend must be set, and Auth, without which nobody
// can log in. The fields must not be changed once the server serves.
type Server struct {
	Backend  Backend
	Hostname string // how the server names itself; "localhost" if empty

	TLSConfig *tls.Config         // for STLS and ServeTLS; nil: neither
	Auth      *auth.Authenticator // for USER, PASS, APOP and AUTH; nil: none of them

	RequireTLS bool // refuse every login before TLS, not only those that show the password

	Policy        Policy // how often users may log in, and how long messages stay
	PolicyPerUser bool   // a Maildrop may be a PolicyHolder; CAPA says so before the login

	Language       string // of "LANG *": "en" (also if empty) or "de"; without LANG it is English
	Implementation string // what CAPA tells of the software; nothing if empty

	Limits Limits

	// Allow and Deny say who may connect. The longest prefix that holds the
	// client's address decides, Deny on a tie; with an Allow list, whoever is
	// in neither is denied.
	Allow, Deny []netip.Prefix

	// ProxyFrom are the peers that speak for others by the PROXY protocol,
	// version 1 or 2. They must; nobody else can.
	ProxyFrom []netip.Prefix

	Logger *slog.Logger // what nobody else can see; slog.Default() if nil

	// Middleware wraps the answer to every command, the first outermost.
	Middleware []Middleware

	// Trace is told of every conversation and command. It is called from the
	// conversation's goroutine and should be quick. It never sees arguments,
	// so no credentials either.
	Trace func(*Conn, Event)

	life   serve.Life
	delays delays
	once   sync.Once
	limit  Limits

	chaining sync.Once
	answer   CommandFunc // through the Middleware
}

// Serve accepts conversations from l until Shutdown or Close, after which it
// returns ErrServerClosed. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.serve(l, nil) }

// ServeTLS is Serve for clients that begin with TLS (RFC 8314, 3.3), as
// TLSConfig says. A PROXY header comes before the TLS.
func (s *Server) ServeTLS(l net.Listener) error {
	if s.TLSConfig == nil {
		l.Close()
		return errors.New("pop3: ServeTLS needs a TLSConfig")
	}
	return s.serve(l, s.TLSConfig)
}

func (s *Server) serve(l net.Listener, cfg *tls.Config) error {
	if s.Backend == nil {
		l.Close()
		return errNoBackend
	}
	limits := s.limits()
	return lifecycle.Serve(&s.life, l, &serve.Options{
		MaxConns:        max(0, limits.Conns),
		MaxConnsPerAddr: max(0, limits.ConnsPerAddr),
		Allow:           s.Allow,
		Deny:            s.Deny,
		ProxyFrom:       s.ProxyFrom,
		TLSConfig:       cfg,
		Logger:          s.logger(),
		Handle: func(ctx context.Context, nc net.Conn) {
			// What went wrong is in the trace. The end of ctx comes with a
			// call back, so nobody has to watch it.
			c := newConn(s, nc)
			c.wire.BeganTLS(cfg)
			_ = s.hold(ctx, c)
		},
	})
}

// ServeConn holds the conversation on nc and returns when that is over: nil
// after a QUIT that did all it was asked, else why it ended. It leaves closing
// nc to its caller, who opened it. If nc is a *tls.Conn its handshake is done
// first. The end of ctx cuts the conversation.
func (s *Server) ServeConn(ctx context.Context, nc net.Conn) error {
	if s.Backend == nil {
		return errNoBackend
	}
	c := newConn(s, nc)
	defer context.AfterFunc(ctx, c.wire.Abort)()
	return s.hold(ctx, c)
}

// hold holds the conversation until it is over, or until Close or Shutdown
// calls back to cut it.
func (s *Server) hold(ctx context.Context, c *Conn) error {
	return lifecycle.Hold(ctx, &s.life, c.wire, c.run)
}

// Pause makes Serve refuse new connections; those that are open go on, and
// ServeConn still takes what it is given.
func (s *Server) Pause() { s.life.Pause() }

// Resume ends a Pause.
func (s *Server) Resume() { s.life.Resume() }

// Shutdown stops accepting and sends idle clients away; what they have marked
// as deleted stays. It waits until the other conversations have come to the
// end of a command and are over; the end of ctx cuts them short and is the
// error then.
func (s *Server) Shutdown(ctx context.Context) error { return s.life.Shutdown(ctx) }

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
func (s *Server) Stats() Stats { return Stats(engine.StatsOf(&s.life)) }

func (s *Server) hostname() string { return cmp.Or(s.Hostname, "localhost") }

func (s *Server) logger() *slog.Logger { return cmp.Or(s.Logger, slog.Default()) }

// limits are Limits with their defaults, worked out once.
func (s *Server) limits() *Limits {
	s.once.Do(func() { s.limit = s.Limits.orDefaults() })
	return &s.limit
}
