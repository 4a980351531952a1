package pop3

import (
	"context"
	"crypto/md5" // #nosec: APOP is made of it
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// A Login is a way to log in. It prints without secrets.
type Login struct {
	// choose returns what logs in, nil if that is not possible here: then why
	// may say more.
	choose func(c *Client) (logIn func() error, why error)
}

// UserPass is the commands USER and PASS (RFC 1939, 7), which show the password.
func UserPass(name, password string) Login {
	return Login{func(c *Client) (func() error, error) {
		switch {
		case !c.offersUser():
			return nil, nil
		case !c.mayShow():
			return nil, errNeedsTLS
		}
		return func() error {
			if err := c.checkArgs("PASS", password); err != nil {
				return err
			}
			if err := c.accepted("USER", name); err != nil {
				return err
			}
			err := c.accepted("PASS", password)
			clear(c.scratch[:cap(c.scratch)])
			return err
		}, nil
	}}
}

// APOP is the command APOP (RFC 1939, 7), which shows a digest of the password
// and of a timestamp that the server has made. Whoever listens can try passwords
// on it.
func APOP(name, password string) Login {
	return Login{func(c *Client) (func() error, error) {
		if c.timestamp == "" {
			return nil, nil
		}
		return func() error {
			digest := apopDigest(c.timestamp, password)
			return c.accepted("APOP", name+" "+digest)
		}, nil
	}}
}

func apopDigest(timestamp, secret string) string {
	sum := md5.Sum([]byte(timestamp + secret))
	return hex.EncodeToString(sum[:])
}

// Credentials is the best SASL mechanism (RFC 5034) that the server offers and
// that the credentials can serve. Options.PlaintextAuth allows what their own
// AllowInsecure does.
func Credentials(cr auth.Credentials) Login {
	return Login{func(c *Client) (func() error, error) {
		cr := cr
		cr.AllowInsecure = cr.AllowInsecure || c.opts.PlaintextAuth
		return c.best(&cr)
	}}
}

// best begins the best mechanism.
func (c *Client) best(cr *auth.Credentials) (func() error, error) {
	client, err := cr.Client(c.authConn(), strings.Fields(c.offer.args["SASL"]))
	switch {
	case errors.Is(err, auth.ErrMechanism):
		return nil, nil
	case errors.Is(err, auth.ErrInsecure):
		return nil, errNeedsTLS
	case err != nil:
		return nil, fmt.Errorf("pop3: %w", err)
	}
	mechanism, initial, err := client.Start()
	if err != nil {
		return nil, fmt.Errorf("pop3: %w", err)
	}
	return func() error { return c.exchange(client, mechanism, initial) }, nil
}

// SASL is a mechanism of the caller's own. begin returns the client's side of it, new each
// time, or nil if it is not possible on that connection.
func SASL(begin func(*auth.Conn) sasl.Client) Login {
	return Login{func(c *Client) (func() error, error) {
		client := begin(c.authConn())
		if client == nil {
			return nil, nil
		}
		mechanism, initial, err := client.Start()
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNoMechanism, err)
		case !c.offersMechanism(mechanism):
			return nil, nil
		case !isGuarded(mechanism) && !c.mayShow():
			return nil, errNeedsTLS
		}
		return func() error { return c.exchange(client, mechanism, initial) }, nil
	}}
}

// Password returns the ways to log in with a name and a password, the best first:
// SCRAM, by which no password can be learned; then under TLS what shows the
// password to the server, and without TLS what shows a digest of it. Many servers
// offer the digests for everybody and can serve few; so under TLS they are last.
func Password(name, password string) []Login {
	any := auth.Credentials{Name: name, Password: password}
	strong := any
	strong.Floor = auth.FloorPlaintext // leaves SCRAM and what shows the password
	return []Login{
		hidden(strong), hidden(any).unlessTLS(), APOP(name, password).unlessTLS(),
		Credentials(strong), UserPass(name, password), Credentials(any), APOP(name, password),
	}
}

// hidden is Credentials that show the password under TLS only, whatever is
// allowed.
func hidden(cr auth.Credentials) Login {
	return Login{func(c *Client) (func() error, error) { return c.best(&cr) }}
}

// unlessTLS is l for connections without TLS.
func (l Login) unlessTLS() Login {
	return Login{func(c *Client) (func() error, error) {
		if c.wire.TLS() != nil {
			return nil, nil
		}
		return l.choose(c)
	}}
}

// ErrNoMechanism is what an error wraps if none of the ways to log in is
// offered by the server, or none can be used without TLS.
var ErrNoMechanism = errors.New("pop3: no way to log in")

var errNeedsTLS = fmt.Errorf("%w: it would show the password to whoever listens; use TLS, or set PlaintextAuth", ErrNoMechanism)

// isGuarded tells mechanisms that show nothing of use to whoever listens. All
// others count as plain text.
func isGuarded(mechanism string) bool {
	return strings.HasPrefix(mechanism, "SCRAM-") ||
		slices.Contains([]string{"CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI", "GS2-KRB5", "EXTERNAL", "ANONYMOUS"}, mechanism)
}

// mayShow tells whether a password may be shown on this connection.
func (c *Client) mayShow() bool { return c.wire.TLS() != nil || c.opts.PlaintextAuth }

// offersUser: a server without CAPA has USER, and so have some that do not list
// it, nor any other way to log in.
func (c *Client) offersUser() bool { return c.offer.has("USER") || !c.offer.has("SASL") }

func (c *Client) offersMechanism(name string) bool {
	return slices.ContainsFunc(strings.Fields(c.offer.args["SASL"]), func(s string) bool { return ascii.EqualFold(s, name) })
}

func (c *Client) authConn() *auth.Conn {
	return &auth.Conn{
		Protocol:   "pop3",
		TLS:        c.wire.TLS(),
		RemoteAddr: c.nc.RemoteAddr(),
		ServerName: c.opts.ServerName,
	}
}

// chooseLogin logs in by the first way that the server offers.
func (c *Client) chooseLogin() error {
	why := fmt.Errorf("%w: the server offers none of those in Options.Auth", ErrNoMechanism)
	for _, l := range c.opts.Auth {
		logIn, reason := l.choose(c)
		if logIn != nil {
			return logIn()
		}
		if reason != nil {
			why = reason
		}
	}
	return why
}

// Auth logs in. NewClient does so by itself if Options.Auth is set. The error is
// the server's Reply if that refuses, and ErrNoMechanism if it does not offer
// that way.
func (c *Client) Auth(ctx context.Context, l Login) error {
	return c.during(ctx, func() error {
		logIn, why := l.choose(c)
		switch {
		case logIn != nil:
			return logIn()
		case why != nil:
			return why
		}
		return fmt.Errorf("%w: the server does not offer it", ErrNoMechanism)
	})
}
