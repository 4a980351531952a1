package nntp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth"
)

// Login logs in, by the best SASL mechanism that the server offers and cr can
// serve, or else by AUTHINFO USER and PASS (RFC 4643). The error is the server's
// Reply if it refuses; auth.ErrInsecure if the password would have to be shown
// without TLS, auth.ErrMechanism if there is no way to log in. NewClient does it
// by itself if Options.Login is set.
func (c *Client) Login(ctx context.Context, cr *auth.Credentials) error {
	return c.during(ctx, func() error { return c.logIn(cr) })
}

func (c *Client) logIn(cr *auth.Credentials) error {
	if c.deflating {
		return fmt.Errorf("%w: a login must come before compression (RFC 8054, 2.2.2)", ErrUnsafe)
	}
	err := c.chooseLogin(cr)
	clear(c.scratch[:cap(c.scratch)]) // it has held secrets
	if err != nil {
		return err
	}
	c.loggedIn = true
	return c.learn() // RFC 4643, 2.2
}

func (c *Client) chooseLogin(cr *auth.Credentials) error {
	var offered []string
	if c.caps.Has("AUTHINFO", "SASL") {
		offered = c.caps["SASL"]
	}
	conn := &auth.Conn{Protocol: "nntp", TLS: c.TLS(), RemoteAddr: c.nc.RemoteAddr(), ServerName: c.opts.ServerName}
	client, err := cr.Client(conn, offered)
	switch {
	case err == nil:
		return c.logInSASL(client)
	case cr.Name == "" || cr.Password == "" || cr.As != "" || cr.Mechanisms != nil || cr.Floor > auth.FloorLegacy,
		!errors.Is(err, auth.ErrMechanism) && !errors.Is(err, auth.ErrInsecure),
		len(c.caps) > 0 && !c.caps.Has("AUTHINFO", "USER"):
		return fmt.Errorf("nntp: %w", err)
	case c.TLS() == nil && !cr.AllowInsecure:
		return fmt.Errorf("nntp: %w: AUTHINFO USER would show the password: use TLS, or set AllowInsecure", auth.ErrInsecure)
	}
	return c.logInUser(cr)
}

// logInUser is RFC 4643, 2.3.
func (c *Client) logInUser(cr *auth.Credentials) error {
	for _, s := range []string{cr.Name, cr.Password} {
		if err := clientCheck("AUTHINFO USER", s); err != nil {
			return fmt.Errorf("%w: the name or the password cannot go on a line", ErrUnsafe)
		}
	}
	r, err := c.command("AUTHINFO USER", cr.Name)
	if err == nil && r.Code == 381 {
		r, err = c.command("AUTHINFO PASS", cr.Password)
	}
	if err == nil && r.Code != 281 {
		err = c.odd(r)
	}
	return err
}

// logInSASL is RFC 4643, 2.4.
func (c *Client) logInSASL(client sasl.Client) error {
	mechanism, initial, err := client.Start()
	if err != nil {
		return fmt.Errorf("nntp: %w", err)
	}
	line := "AUTHINFO SASL " + mechanism
	if initial != nil {
		line += " " + clientEncode(initial)
	}
	r, err := c.authLine(line)
	for n := 0; err == nil && r.Code == 383; n++ {
		if n == clientMaxChallenges {
			return c.cancelLogin(fmt.Errorf("%w: more than %d challenges", ErrReply, clientMaxChallenges))
		}
		if line, err = clientAnswer(r.Text, client); err != nil {
			return c.cancelLogin(err)
		}
		r, err = c.authLine(line)
	}
	switch {
	case err != nil:
		return err
	case r.Code == 283:
		err = clientSuccessData(r.Text, client)
	case r.Code != 281:
		return c.odd(r)
	}
	if err == nil {
		err = auth.Proven(client)
	}
	if err != nil {
		return c.lose(fmt.Errorf("nntp: %w", err))
	}
	return nil
}

// clientMaxChallenges bounds an exchange; no mechanism comes near it, and some
// would answer for ever.
const clientMaxChallenges = 32

// authLine sends a line of the exchange, which nobody else is to see.
func (c *Client) authLine(line string) (Reply, error) {
	if len(line) > clientAuthLine-len("\r\n") {
		return Reply{}, c.lose(fmt.Errorf("%w: a response is longer than a line may be", ErrUnsafe))
	}
	if err := c.unasked(); err != nil {
		return Reply{}, err
	}
	if err := c.say(line, ""); err != nil {
		return Reply{}, err
	}
	return c.readReply("AUTHINFO SASL")
}

// clientEncode is base64; "=" stands for what is there and empty (RFC 4643,
// 2.4.2).
func clientEncode(b []byte) string {
	if len(b) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(b)
}

func clientDecode(s string) ([]byte, error) {
	if s == "=" || s == "" {
		return []byte{}, nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: a challenge that is not base64", ErrReply)
	}
	return b, nil
}

// clientAnswer is the line that answers a challenge.
func clientAnswer(challenge string, client sasl.Client) (string, error) {
	decoded, err := clientDecode(challenge)
	if err != nil {
		return "", err
	}
	response, err := client.Next(decoded)
	if err != nil {
		return "", fmt.Errorf("nntp: login given up: %w", err)
	}
	return clientEncode(response), nil
}

// clientSuccessData hands on what came with the news of success (RFC 4643,
// 2.4.2). There must be nothing left to answer.
func clientSuccessData(data string, client sasl.Client) error {
	decoded, err := clientDecode(data)
	if err != nil {
		return err
	}
	response, err := client.Next(decoded)
	if err == nil && len(response) > 0 {
		err = fmt.Errorf("%w: success in the midst of the exchange", ErrReply)
	}
	return err
}

// cancelLogin tells the server that the exchange is over (RFC 4643, 2.4.2) and
// returns why.
func (c *Client) cancelLogin(why error) error {
	r, err := c.authLine("*")
	switch {
	case err != nil:
		return err
	case !r.refuses():
		return c.lose(fmt.Errorf("%w: %q to a login that was given up", ErrReply, r.Error()))
	}
	return why
}
