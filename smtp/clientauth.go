package smtp

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

// A Login chooses how to log in. *auth.Credentials are one.
type Login interface {
	// Client returns the client's side of a mechanism, for one login. offered
	// are the server's mechanisms that may be used on the connection: without
	// TLS as safe as TLSRequired, those that show a password are among them
	// only with Options.PlaintextAuth. conn tells of the connection, for
	// mechanisms that bind to it. An error that is auth.ErrMechanism says that
	// none of them is possible.
	Client(conn *auth.Conn, offered []string) (sasl.Client, error)
}

// Password logs in with a name and a password by the best mechanism that the
// server offers.
func Password(name, password string) Login {
	// The Client itself keeps passwords from those who listen.
	return &auth.Credentials{Name: name, Password: password, AllowInsecure: true}
}

// ErrNoMechanism is what an error wraps if none of the ways to log in is
// offered by the server, or none can be used without TLS.
var ErrNoMechanism = errors.New("smtp: no way to log in")

var errNeedsTLS = fmt.Errorf("%w: it would show the password to whoever listens; use TLS, or set PlaintextAuth", ErrNoMechanism)

// isGuarded tells mechanisms that show nothing of use to whoever listens. All
// others count as plain text.
func isGuarded(mechanism string) bool {
	return strings.HasPrefix(mechanism, "SCRAM-") ||
		slices.Contains([]string{"CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI", "GS2-KRB5", "EXTERNAL", "ANONYMOUS"}, mechanism)
}

// mayShow tells whether the mechanism can be used on this connection.
func (c *Client) mayShow(mechanism string) bool {
	return c.level >= TLSRequired || c.opts.PlaintextAuth || isGuarded(mechanism)
}

// chooseLogin logs in as Options.Auth chooses.
func (c *Client) chooseLogin() error {
	args, _ := c.offer.find("AUTH")
	var offered []string
	for m := range strings.FieldsSeq(args) {
		if isMechanism(m) {
			offered = append(offered, strings.ToUpper(m)) // ASCII only: isMechanism
		}
	}
	usable := slices.DeleteFunc(slices.Clone(offered), func(m string) bool { return !c.mayShow(m) })
	client, err := c.opts.Auth.Client(c.authConn(), usable)
	switch {
	case errors.Is(err, auth.ErrMechanism) && len(usable) < len(offered):
		return errNeedsTLS
	case err != nil:
		return fmt.Errorf("%w: %w; the server offers %.200q", ErrNoMechanism, err, args)
	}
	mechanism, initial, err := client.Start()
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNoMechanism, err)
	case !slices.Contains(usable, strings.ToUpper(mechanism)):
		return fmt.Errorf("%w: the server does not offer %.50q, but %.200q", ErrNoMechanism, mechanism, args)
	}
	return c.logIn(client, mechanism, initial)
}

// authConn is what a mechanism may know of the connection.
func (c *Client) authConn() *auth.Conn {
	return &auth.Conn{Protocol: "smtp", TLS: c.wire.TLS(), RemoteAddr: c.wire.NetConn().RemoteAddr(), ServerName: c.opts.ServerName}
}

// Auth logs in. NewClient does so by itself if Options.Auth is set. The error
// is the server's Reply if that refuses, and auth.ErrServer if it lets the client
// in without having proved that it knows the password, where the mechanism asks
// for that.
func (c *Client) Auth(ctx context.Context, client sasl.Client) error {
	return c.during(ctx, func() error {
		mechanism, initial, err := client.Start()
		switch {
		case err != nil:
			return fmt.Errorf("smtp: %w", err)
		case !c.mayShow(mechanism):
			return errNeedsTLS
		}
		c.foreign = true
		return c.logIn(client, mechanism, initial)
	})
}

// logIn holds the exchange (RFC 4954, 4).
func (c *Client) logIn(client sasl.Client, mechanism string, initial []byte) error {
	if !isMechanism(mechanism) {
		return fmt.Errorf("%w: mechanism %q", ErrUnsafe, mechanism)
	}
	line := "AUTH " + mechanism
	switch {
	case initial == nil:
	case len(initial) == 0:
		line += " ="
	default:
		line += " " + base64.StdEncoding.EncodeToString(initial)
	}
	if len(line) > maxAuthLine {
		return fmt.Errorf("%w: the first response is longer than a line may be", ErrUnsafe)
	}
	r, err := c.authLine(line)
	for n := 0; err == nil && r.Code == 334; n++ {
		if n == maxChallenges {
			return c.cancelLogin(fmt.Errorf("%w: more than %d challenges", ErrReply, maxChallenges))
		}
		if line, err = answerTo(r.Text, client); err != nil {
			return c.cancelLogin(err)
		}
		r, err = c.authLine(line)
	}
	clear(c.scratch[:cap(c.scratch)]) // it has held secrets
	switch {
	case err != nil:
		return err
	case r.Code != 235:
		return c.impolite(r)
	}
	if err := auth.Proven(client); err != nil {
		return c.lose(err)
	}
	return nil
}

// maxChallenges bounds an exchange; no mechanism comes near it, and some would
// answer for ever.
const maxChallenges = 32

// maxAuthLine is the longest line of an exchange, without CRLF (RFC 4954, 4).
const maxAuthLine = 12288 - len("\r\n")

// authLine sends a line of the exchange, which nobody else is to see.
func (c *Client) authLine(line string) (Reply, error) {
	c.scratch = append(append(c.scratch[:0], line...), "\r\n"...)
	if err := c.queue(c.scratch); err != nil {
		return Reply{}, err
	}
	return c.readReply("AUTH")
}

func isMechanism(s string) bool {
	for i := range len(s) {
		if !ascii.IsAlnum(s[i]) && s[i] != '-' && s[i] != '_' {
			return false
		}
	}
	return s != ""
}

// answerTo is the line that answers a challenge.
func answerTo(challenge string, client sasl.Client) (string, error) {
	decoded, err := base64.StdEncoding.DecodeString(challenge)
	if err != nil {
		return "", fmt.Errorf("%w: a challenge that is not base64", ErrReply)
	}
	response, err := client.Next(decoded)
	if err != nil {
		return "", fmt.Errorf("smtp: login given up: %w", err)
	}
	line := base64.StdEncoding.EncodeToString(response)
	if len(line) > maxAuthLine {
		return "", fmt.Errorf("%w: a response is longer than a line may be", ErrUnsafe)
	}
	return line, nil
}

// cancelLogin tells the server that the exchange is over (RFC 4954, 4) and
// returns why.
func (c *Client) cancelLogin(why error) error {
	r, err := c.authLine("*")
	switch {
	case err != nil:
		return err
	case r.Accepted():
		return c.lose(fmt.Errorf("%w: %q to a login that was given up", ErrReply, r.Error()))
	}
	return why
}
