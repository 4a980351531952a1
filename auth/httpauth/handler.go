package httpauth

import (
	"context"
	"crypto/x509"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/wirepost/wirepost/auth"
)

// Handler serves those who have logged in, and asks the others to. Auth and
// Next must be set; Check finds what is forgotten. The fields must not change once it is in use, and it must
// not be copied then.
type Handler struct {
	// Auth decides. Its Guard, Logger and AllowInsecure are minded; what its
	// Mechanisms and Floor say of PLAIN goes for Basic, of NTLM for NTLM and
	// Negotiate. Digest wants a SecretLookup, and FloorLegacy.
	Auth *auth.Authenticator

	// Next gets the requests, without the header Authorization. Identity
	// tells it who logged in.
	Next http.Handler

	// Realm is told to clients (RFC 9110, 11.5), who may store passwords by
	// it. "" is "wirepost".
	Realm string

	// Schemes restricts and orders what is offered, one WWW-Authenticate
	// line each (Digest one for each of its Algorithms): "Negotiate", "NTLM",
	// "Digest", "Basic". Nil is the last three. Many clients take the first
	// line that they know.
	Schemes []string

	// Optional lets requests without credentials through, without an
	// Identity. Next may call Challenge for those that it will not serve so.
	Optional bool

	// Protocol is what accounts and log are told, as Conn.Protocol; "" is
	// "http".
	Protocol string

	// ServerCertificate is what this server shows in the TLS handshake. With
	// it NTLM logins can be bound to the connection: see auth.NTLM.
	ServerCertificate *x509.Certificate

	// BehindProxy takes NTLM on connections of proxies too. Set it only if
	// the proxy gives each client a connection of its own.
	BehindProxy bool

	// MaxBody is how many octets of a body are read, and kept in memory where
	// that is needed (auth-int), before the client has logged in; a connection
	// on which more come is closed. 0 is 1 MiB.
	MaxBody int64

	// Account returns the name to look up for the one that a client sends in
	// Digest and Basic. Nil takes it as it is; see WindowsAccount, and for
	// NTLM auth.NTLM.
	Account func(name string) string

	// Digest has the settings of that scheme.
	Digest Digest

	once   sync.Once
	nonces nonces
	mute   sync.Once // of what logMissing has said
}

type identityKey struct{}

// Identity returns who logged in, given the context of a request that a Handler
// has passed on. Its Mechanism is the scheme, such as "Digest". It is false for
// nobody. By NTLM and Negotiate one is logged in as long as the connection is
// there, whatever becomes of the account meanwhile.
func Identity(ctx context.Context) (auth.Identity, bool) {
	id, ok := ctx.Value(identityKey{}).(auth.Identity)
	return id, ok
}

// errBadRequest is for headers that are not as they should be.
var errBadRequest = errors.New("httpauth: malformed Authorization")

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := h.attempt(r)
	lines, who := r.Header["Authorization"], a.state.identity()
	switch {
	case len(lines) > 1:
		h.refuse(w, a, errBadRequest)
	case len(lines) == 1:
		h.authorize(w, a, lines[0])
	case who.User != "":
		h.serve(w, r, who)
	case h.Optional:
		h.Next.ServeHTTP(w, r)
	default:
		h.Challenge(w, r)
	}
}

// authorize answers a request that has credentials.
func (h *Handler) authorize(w http.ResponseWriter, a *attempt, line string) {
	given, err := parseCredentials(line)
	if err != nil {
		h.refuse(w, a, err)
		return
	}
	s := h.scheme(a, given.scheme)
	if s == nil {
		h.refuse(w, a, auth.ErrMechanism)
		return
	}
	v := s.serve(h, a, given)
	switch {
	case v.err != nil:
		h.refuse(w, a, v.err)
	case v.identity.User == "":
		h.goOn(w, a, s.name+" "+v.token)
	default:
		if v.token != "" {
			w.Header().Set("WWW-Authenticate", s.name+" "+v.token) // RFC 4559, 5
		}
		if v.info != "" {
			w.Header().Set("Authentication-Info", v.info)
		}
		v.identity.Mechanism = s.name
		if s.connection {
			a.state.login(v.identity)
		}
		h.serve(w, a.request, v.identity)
	}
}

// serve passes the request on, without the secrets in it.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, id auth.Identity) {
	r = r.WithContext(context.WithValue(r.Context(), identityKey{}, id))
	if _, ok := r.Header["Authorization"]; ok {
		r.Header = maps.Clone(r.Header)
		delete(r.Header, "Authorization")
	}
	h.Next.ServeHTTP(w, r)
}

// An attempt is a request and what is known of its connection.
type attempt struct {
	request *http.Request
	conn    *auth.Conn
	state   *connState // nil where connections cannot be logged in
	stale   bool       // the nonce is too old, and nothing else wrong
}

func (h *Handler) attempt(r *http.Request) *attempt {
	h.once.Do(h.nonces.init)
	a := &attempt{request: r, conn: &auth.Conn{Protocol: h.Protocol, TLS: r.TLS, ServerCertificate: h.ServerCertificate}}
	if a.conn.Protocol == "" {
		a.conn.Protocol = "http"
	}
	if addr, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		a.conn.RemoteAddr = net.TCPAddrFromAddrPort(addr)
	}
	if state := stateOf(r.Context()); state != nil && r.ProtoMajor == 1 {
		if h.BehindProxy || !proxied(r) {
			a.state = state
		} else {
			state.logout()
		}
	}
	return a
}

// now is when nonces are made and checked.
func now() time.Time { return time.Now() }
