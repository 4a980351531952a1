package imap4

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// ErrNoMechanism is what an error wraps if none of the ways to log in is offered
// by the server, or none can be used without TLS.
var ErrNoMechanism = errors.New("imap4: no way to log in")

var errClientClear = fmt.Errorf("%w: it would show the password to whoever listens; use TLS, or set Options.PlaintextAuth", ErrNoMechanism)

// clientMaxChallenges bounds an exchange; no mechanism comes near it.
const clientMaxChallenges = 32

// Login logs in with a name and a password: LoginWith, of these alone.
func (c *Client) Login(ctx context.Context, name, password string) error {
	return c.LoginWith(ctx, &auth.Credentials{Name: name, Password: password})
}

// LoginWith logs in by the best mechanism that the server offers and that the
// credentials can serve, or by the command LOGIN if there is none and they have
// name and password. What shows the password goes without TLS only with
// Options.PlaintextAuth. The error is the server's Reply if that refuses, mostly
// with the code AUTHENTICATIONFAILED, ErrNoMechanism if there is no way, and
// auth.ErrServer if the server lets the client in without having proved that it
// knows the password, where the mechanism asks for that.
func (c *Client) LoginWith(ctx context.Context, cr *auth.Credentials) error {
	return c.during(ctx, func() error {
		conn := c.conn
		own := *cr
		own.AllowInsecure = own.AllowInsecure || conn.opts.PlaintextAuth
		client, err := own.Client(conn.authConn(), conn.mechanisms())
		switch {
		case err == nil:
			return c.logIn(client)
		case !errors.Is(err, auth.ErrMechanism) || cr.Mechanisms != nil || cr.Floor > 0 || cr.Password == "" || cr.As != "":
			return fmt.Errorf("%w: %w", ErrNoMechanism, err)
		case conn.has("LOGINDISABLED"): // RFC 9051, 6.2.3
			return fmt.Errorf("%w: the server offers %q", ErrNoMechanism, conn.caps)
		case !own.AllowInsecure && !conn.mayShow("LOGIN"):
			return errClientClear
		}
		r, err := c.exchange(clientCommand{verb: "LOGIN", alone: true, args: func(e *clientEncoder) {
			e.raw(" ").str(cr.Name).raw(" ").str(cr.Password)
		}})
		return c.loggedIn(r, err)
	})
}

// authConn is what package auth is told of the connection.
func (conn *clientConn) authConn() *auth.Conn {
	return &auth.Conn{Protocol: "imap4", TLS: conn.state, RemoteAddr: conn.nc.RemoteAddr(), ServerName: conn.opts.ServerName}
}

// mechanisms are those that the server offers.
func (conn *clientConn) mechanisms() (names []string) {
	for _, s := range conn.caps {
		if name, is := strings.CutPrefix(s, "AUTH="); is {
			names = append(names, name)
		}
	}
	return names
}

// Authenticate logs in by the first of the mechanisms that the server offers and
// that can be used on this connection: give the best first. A password goes
// without TLS only with Options.PlaintextAuth. The error is the server's Reply
// if that refuses.
func (c *Client) Authenticate(ctx context.Context, clients ...sasl.Client) error {
	return c.during(ctx, func() error {
		why := fmt.Errorf("%w: the server offers %q", ErrNoMechanism, c.conn.caps)
		for _, client := range clients {
			mechanism, _, err := client.Start()
			switch {
			case err != nil:
				why = fmt.Errorf("%w: %w", ErrNoMechanism, err)
			case !c.conn.has("AUTH=" + ascii.Upper(mechanism)):
			case !c.conn.mayShow(mechanism):
				why = errClientClear
			default:
				return c.logIn(client)
			}
		}
		return why
	})
}

// mayShow tells whether the mechanism can be used on this connection.
func (conn *clientConn) mayShow(mechanism string) bool {
	guarded := strings.HasPrefix(mechanism, "SCRAM-") ||
		slices.Contains([]string{"CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI", "GS2-KRB5", "EXTERNAL", "ANONYMOUS"}, mechanism)
	return conn.state != nil || conn.opts.PlaintextAuth || guarded
}

// logIn holds the exchange (RFC 9051, 6.2.2).
func (c *Client) logIn(client sasl.Client) error {
	conn := c.conn
	mechanism, initial, err := client.Start()
	if err != nil {
		return fmt.Errorf("imap4: %w", err)
	}
	early := initial != nil && conn.has("SASL-IR") // RFC 4959
	call, err := c.send(clientCommand{verb: "AUTHENTICATE", alone: true, args: func(e *clientEncoder) {
		e.raw(" ").atom(mechanism)
		switch {
		case !early:
		case len(initial) == 0:
			e.raw(" =")
		default:
			e.raw(" ").raw(base64.StdEncoding.EncodeToString(initial))
		}
	}})
	if err != nil {
		return err
	}
	if err := c.challenges(call, client, initial, early); err != nil {
		return err
	}
	r, err := c.finish(call)
	if err == nil {
		if err := auth.Proven(client); err != nil {
			return conn.lose(fmt.Errorf("imap4: %w", err))
		}
	}
	return c.loggedIn(r, err)
}

// challenges answers them until the command is done.
func (c *Client) challenges(call *clientCall, client sasl.Client, initial []byte, early bool) error {
	conn := c.conn
	for n := 0; ; n++ {
		more, err := c.await(call)
		if err != nil || !more {
			return err
		}
		var response []byte
		switch challenge, bad := base64.StdEncoding.DecodeString(strings.TrimSpace(call.prompt)); {
		case n == clientMaxChallenges:
			err = clientMalformed("more than %d challenges", clientMaxChallenges)
		case n == 0 && initial != nil && !early:
			// The challenge should be empty, but that of LOGIN is a prompt,
			// and some servers say "+ go ahead".
			response = initial
		case bad != nil:
			err = clientMalformed("a challenge that is not base64")
		default:
			response, err = client.Next(challenge)
		}
		if err != nil {
			return c.cancelLogin(call, err)
		}
		// flush returns the error.
		_, _ = conn.wire.Write([]byte(base64.StdEncoding.EncodeToString(response) + "\r\n"))
	}
}

// cancelLogin tells the server that the exchange is over, and returns why.
func (c *Client) cancelLogin(call *clientCall, why error) error {
	_, _ = c.conn.wire.Write([]byte("*\r\n")) // as in challenges
	if _, err := c.finish(call); err == nil {
		return c.conn.lose(clientMalformed("OK to a login that was given up"))
	} else if r, is := errors.AsType[Reply](err); !is || r.Close {
		return err
	}
	if errors.Is(why, ErrProtocol) {
		return why
	}
	return fmt.Errorf("imap4: login given up: %w", why)
}

// loggedIn is what comes behind a login: what is offered now may be something
// else, and is asked for if the server has not told (RFC 9051, 6.2.2).
func (c *Client) loggedIn(r Reply, err error) error {
	if err != nil {
		return err
	}
	c.conn.loggedIn = true
	if ascii.EqualFold([]byte(clientCodeName(r)), "CAPABILITY") {
		return nil
	}
	return c.askCapabilities()
}

// clientCodeName is the name of the response code.
func clientCodeName(r Reply) string {
	name, _, _ := strings.Cut(r.Code, " ")
	return ascii.Upper(name)
}

// Unauthenticate undoes the login, so that another user can log in (RFC 8437).
func (c *Client) Unauthenticate(ctx context.Context) error {
	return c.during(ctx, func() error {
		conn := c.conn
		if _, err := c.exchange(clientCommand{verb: "UNAUTHENTICATE", needs: "UNAUTHENTICATE", alone: true}); err != nil {
			return err
		}
		conn.loggedIn, conn.selected, conn.enabled = false, nil, nil
		return c.askCapabilities()
	})
}

// Logout says goodbye, and closes the connection once the server has answered.
func (c *Client) Logout(ctx context.Context) error {
	err := c.during(ctx, func() error {
		_, err := c.exchange(clientCommand{verb: "LOGOUT", alone: true})
		if r, is := errors.AsType[Reply](err); is && r.Close {
			err = nil // it has hung up without a tagged OK
		}
		return err
	})
	// The server may have closed it already.
	_ = c.Close()
	return err
}
