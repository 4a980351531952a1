package smtp

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth"
)

// An AuthFunc begins one attempt to log in: it returns the client's side of a
// SASL mechanism, new each time. state is that of the TLS connection, nil
// without TLS, for mechanisms that bind to it. A nil Client means that the
// mechanism is not possible here.
type AuthFunc func(state *tls.ConnectionState) sasl.Client

// Password returns the ways to log in with a name and a password, the best
// first: PLAIN (RFC 4616) and LOGIN.
func Password(name, password string) []AuthFunc {
	return []AuthFunc{
		func(*tls.ConnectionState) sasl.Client { return sasl.NewPlainClient("", name, password) },
		func(*tls.ConnectionState) sasl.Client { return auth.LoginClient(name, password) },
	}
}

// A ProvenServer is a sasl.Client of a mechanism in which the server proves
// that it knows the secret too, as in SCRAM. A server that says 235 before
// ServerProven is true has not done so, and gets no further.
type ProvenServer interface {
	sasl.Client
	ServerProven() bool
}

// ErrNoMechanism is what an error wraps if none of the ways to log in is
// offered by the server, or none can be used without TLS.
var ErrNoMechanism = errors.New("smtp: no way to log in")

// ErrUnproven is what an error wraps if the server lets the client in without
// having proved who it is.
var ErrUnproven = errors.New("smtp: server did not prove that it knows the password")

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

// chooseLogin logs in by the best of Options.Auth that the server offers.
func (c *Client) chooseLogin() error {
	args, _ := c.offer.find("AUTH")
	why := fmt.Errorf("%w: the server offers %q", ErrNoMechanism, args)
	for _, begin := range c.opts.Auth {
		client := begin(c.wire.TLS())
		if client == nil {
			continue
		}
		mechanism, initial, err := client.Start()
		offered := slices.ContainsFunc(strings.Fields(args), func(s string) bool { return foldEqual(s, mechanism) })
		switch {
		case err != nil:
			why = fmt.Errorf("%w: %w", ErrNoMechanism, err)
		case !offered:
		case !c.mayShow(mechanism):
			why = errNeedsTLS
		default:
			return c.logIn(client, mechanism, initial)
		}
	}
	return why
}

// Auth logs in. NewClient does so by itself if Options.Auth is set. The error
// is the server's Reply if that refuses.
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
	if p, is := client.(ProvenServer); is && !p.ServerProven() {
		return c.lose(ErrUnproven)
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
		if !isAlnum(s[i]) && s[i] != '-' && s[i] != '_' {
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
