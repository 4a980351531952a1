package auth

import (
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Credentials are what a client can log in with. What is not set is not used:
// one with a Token and no Password logs in by OAUTHBEARER or XOAUTH2. They print
// without secrets.
type Credentials struct {
	Name     string // the account
	Password string
	Token    string // a bearer token of OAuth 2.0
	As       string // the account to act as, where it is another one
	Domain   string // for NTLM; may be "", and Name then user@domain

	// Certificate says that the TLS connection has the client's certificate,
	// to log in by it (EXTERNAL).
	Certificate bool

	// Anonymous, if not "", is the trace by which to log in as nobody
	// (RFC 4505): an address or any short text.
	Anonymous string

	// AllowInsecure permits what shows the password or the token without TLS
	// too.
	AllowInsecure bool

	// Mechanisms restricts and orders what is tried. Nil is all, best first.
	Mechanisms []string

	// Floor leaves out mechanisms that protect the password too little,
	// whatever Mechanisms says. Somebody between client and server can take
	// the better ones out of what a server offers, if there is no TLS.
	Floor Floor
}

// Client returns the client's side of the best mechanism that the server offers
// and that these credentials can serve, for one login; it is nil with an error.
// c is what is known of the connection, with TLS and, as ServerName, the host that
// the client meant to reach. The error is ErrInsecure if only the want of TLS
// stands in the way, ErrMechanism if nothing fits, and ErrMalformed for a name or
// password that no server can take.
//
// If the login fails, there is no other to try with the same credentials: that
// would show the password to a server that has failed to prove itself.
// When the server says that it has succeeded, ask Proven.
func (cr *Credentials) Client(c *Conn, offered []string) (sasl.Client, error) {
	for what, text := range map[string]string{"name": cr.Name, "password": cr.Password, "name to act as": cr.As} {
		if text == "" {
			continue
		}
		if err := checkText(what, text); err != nil {
			return nil, err
		}
	}
	if c == nil {
		c = &Conn{}
	}
	candidates := mechanisms
	if cr.Mechanisms != nil {
		candidates = chosen(cr.Mechanisms)
	}
	insecure := false
	for _, m := range candidates {
		if m.strength < cr.Floor || !slices.ContainsFunc(offered, func(name string) bool { return ascii.EqualFold(name, m.name) }) {
			continue
		}
		client := cr.client(m.name, c, offered)
		switch {
		case client == nil:
		case m.needs == secrecy && !cr.AllowInsecure && !c.secure():
			insecure = true
		default:
			return client, nil
		}
	}
	if insecure {
		return nil, fmt.Errorf("%w: it would show the password to whoever listens: use TLS, or set AllowInsecure", ErrInsecure)
	}
	return nil, fmt.Errorf("%w: the server offers %.200q", ErrMechanism, offered)
}

// client returns nil if the credentials cannot serve the mechanism here.
func (cr *Credentials) client(mechanism string, c *Conn, offered []string) sasl.Client {
	named, password := cr.Name != "", cr.Name != "" && cr.Password != ""
	switch {
	case strings.HasPrefix(mechanism, "SCRAM-"):
		return newSCRAMClient(mechanism, cr, c.TLS, slices.ContainsFunc(offered, isPlus))
	case mechanism == "EXTERNAL" && cr.Certificate && c.secure():
		return quietClient{sasl.NewExternalClient(cr.As), mechanism}
	case mechanism == "OAUTHBEARER" && cr.Token != "" && cr.As == "":
		options := &sasl.OAuthBearerOptions{Username: cr.Name, Token: cr.Token, Host: c.ServerName, Port: port(c)}
		return quietClient{sasl.NewOAuthBearerClient(options), mechanism}
	case mechanism == "XOAUTH2" && cr.Token != "" && named && cr.As == "":
		return XOAUTH2Client(cr.Name, cr.Token)
	case mechanism == "PLAIN" && password:
		return quietClient{sasl.NewPlainClient(cr.As, cr.Name, cr.Password), mechanism}
	case mechanism == "LOGIN" && password && cr.As == "":
		return LoginClient(cr.Name, cr.Password)
	case mechanism == "DIGEST-MD5":
		return newDigestMD5Client(cr, c)
	case mechanism == "CRAM-MD5":
		return newCRAMMD5Client(cr)
	case mechanism == "NTLM" && password && cr.As == "":
		return NTLMClient(c, cr.Domain, cr.Name, cr.Password)
	case mechanism == "ANONYMOUS" && cr.Anonymous != "" && !named:
		return quietClient{sasl.NewAnonymousClient(cr.Anonymous), mechanism}
	}
	return nil
}

// quietClient keeps the secrets of go-sasl's clients out of what fmt prints.
type quietClient struct {
	sasl.Client
	mechanism string
}

// String names the mechanism.
func (c quietClient) String() string { return "auth.Client(" + c.mechanism + ")" }

// GoString is String.
func (c quietClient) GoString() string { return c.String() }

func isPlus(mechanism string) bool {
	const suffix = "-PLUS"
	return len(mechanism) > len(suffix) && ascii.EqualFold(mechanism[len(mechanism)-len(suffix):], suffix)
}

// opaque prepares a password for a mechanism that has no rule of its own: as
// PreparePassword does, and one that this refuses, which some other server may
// have taken, not at all.
func opaque(password string) string {
	if prepared, err := PreparePassword(password); err == nil {
		return prepared
	}
	return password
}

// port is the server's, 0 if unknown.
func port(c *Conn) int {
	if tcp, ok := c.RemoteAddr.(*net.TCPAddr); ok {
		return tcp.Port
	}
	return 0
}

// Proven returns ErrServer if the mechanism has the server prove that it knows the
// password, as SCRAM and DIGEST-MD5 do, and it has not done so: then whoever says
// that the login succeeded is not the server, and the connection is to be closed.
func Proven(client sasl.Client) error {
	if p, ok := client.(interface{ ServerProven() bool }); ok && !p.ServerProven() {
		return fmt.Errorf("%w: it accepted the login without proving that it knows the password", ErrServer)
	}
	return nil
}

// String names the account only.
func (cr Credentials) String() string { return fmt.Sprintf("auth.Credentials(%q)", cr.Name) }

// GoString is String.
func (cr Credentials) GoString() string { return cr.String() }

// LogValue is String: a slog.JSONHandler would take the fields.
func (cr Credentials) LogValue() slog.Value { return slog.StringValue(cr.String()) }
