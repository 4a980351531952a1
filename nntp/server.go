package nntp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/engine"
	"github.com/wirepost/wirepost/internal/serve"
)

// ErrServerClosed is what Serve and ServeConn return after Shutdown or Close.
var ErrServerClosed = errors.New("nntp: server closed")

var errNoStore = errors.New("nntp: Server.Store must be set")

// lifecycle is what clients are told that are not served.
var lifecycle = engine.Lifecycle{
	Closed:       ErrServerClosed,
	Full:         tooManyConns,
	Denied:       accessDenied,
	ShuttingDown: shuttingDown,
}

// A Server answers NNTP. Store must be set. The fields must not be changed once
// the server serves.
type Server struct {
	Store Store

	// Hostname is how the server names itself: in the greeting, in Path, in
	// Xref, and in the message identifiers it makes. It must be a name that no
	// other news server has, such as its full domain name (RFC 5536, 3.1.5);
	// "localhost" if empty.
	Hostname string

	TLSConfig *tls.Config         // for STARTTLS and ServeTLS; nil: neither
	Auth      *auth.Authenticator // for AUTHINFO; nil: nobody can log in

	RequireTLS bool // refuse every login before TLS, not only those that show the password
	Compress   bool // offer COMPRESS; a compressed conversation takes about 1 MiB

	// Access says what a client may do. It is asked when a conversation begins
	// and again after STARTTLS and after a login. If it is nil, everybody may
	// read, whoever has logged in may post, and nobody feeds.
	Access func(context.Context, *Conn) (Access, error)

	// Info is what LIST tells beyond the newsgroups, and where moderators are;
	// nil: nothing. It is called for each use, so that it can change.
	Info func(context.Context) (Info, error)

	// Moderator takes what is posted to moderated groups; nil: it is refused.
	Moderator Moderator

	// Control decides what a control message, or a Supersedes, does. If it is
	// nil, ControlPolicy{} decides: only what has the key to a cancel-lock is
	// obeyed.
	Control func(context.Context, *Control) (Action, error)

	// Filter may refuse an article that the engine would take, by a Reply,
	// whose text the sender is told; nil refuses none. Another error defers it.
	Filter func(context.Context, *Candidate) error

	// Accepted is told of each article that was stored, from the goroutine
	// that stored it; push feeds are made of it. It should be quick.
	Accepted func(context.Context, *Candidate)

	// CancelSecret makes the cancel-locks of the articles that are posted here
	// (RFC 8315); without it they get none. Keep it: whoever has it can cancel
	// them.
	CancelSecret []byte

	Complaints string // of Injection-Info: an address for complaints; none if empty
	ShowPoster bool   // tell the poster's account and address in Injection-Info

	// Cutoff is how old an article may be, by its Date, to be taken (RFC 5537,
	// 3.6): 10 days if zero, for ever if negative. The history must remember
	// longer: see Retention.
	Cutoff time.Duration

	Implementation string // what CAPABILITIES tells of the software; nothing if empty

	Limits Limits

	// Allow and Deny say who may connect. The longest prefix that holds the
	// client's address decides, Deny on a tie; with an Allow list, whoever is
	// in neither is denied.
	Allow, Deny []netip.Prefix

	// ProxyFrom are the peers that speak for others by the PROXY protocol,
	// version 1 or 2. They must; nobody else can.
	ProxyFrom []netip.Prefix

	Logger *slog.Logger // what nobody else can see; slog.Default() if nil

	// Trace is told of every conversation and command. It is called from the
	// conversation's goroutine and should be quick. It never sees arguments,
	// so no credentials either.
	Trace func(*Conn, Event)

	life    serve.Life
	flights flights
	refused refusedIDs
	rates   rates
	once    sync.Once
	limit   Limits
}

// Serve accepts conversations from l until Shutdown or Close, after which it
// returns ErrServerClosed. It closes l.
func (s *Server) Serve(l net.Listener) error { return s.serve(l, nil) }

// ServeTLS is Serve for clients that begin with TLS (RFC 4642, 1; RFC 8143, 2),
// as TLSConfig says. A PROXY header comes before the TLS.
func (s *Server) ServeTLS(l net.Listener) error {
	if s.TLSConfig == nil {
		l.Close()
		return errors.New("nntp: ServeTLS needs a TLSConfig")
	}
	return s.serve(l, s.TLSConfig)
}

func (s *Server) serve(l net.Listener, cfg *tls.Config) error {
	if s.Store == nil {
		l.Close()
		return errNoStore
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
// after a QUIT, else why it ended. It leaves closing nc to its caller, who
// opened it. If nc is a *tls.Conn its handshake is done first. The end of ctx
// cuts the conversation.
func (s *Server) ServeConn(ctx context.Context, nc net.Conn) error {
	if s.Store == nil {
		return errNoStore
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

// Shutdown stops accepting and sends idle clients away. It waits until the other
// conversations have come to the end of a command and are over; the end of ctx
// cuts them short and is the error then.
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
