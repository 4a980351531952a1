package pop3

import (
	"encoding/base64"
	"fmt"

	"github.com/emersion/go-sasl"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/ascii"
)

// maxChallenges bounds an exchange; no mechanism comes near it, and some would
// answer for ever.
const maxChallenges = 32

// maxAuthLine is the longest line of an exchange, without CRLF, as in SMTP (RFC
// 4954, 4): RFC 5034 has no number.
const maxAuthLine = 12288 - len("\r\n")

// exchange holds the exchange of a mechanism (RFC 5034, 4).
func (c *Client) exchange(client sasl.Client, mechanism string, initial []byte) error {
	if mechanism == "" || !isMechanism(mechanism) {
		return fmt.Errorf("%w: mechanism %q", ErrUnsafe, mechanism)
	}
	line := "AUTH " + mechanism
	switch {
	case initial == nil:
	case len(initial) == 0:
		line, initial = line+" =", nil
	case len(line)+len(" ")+base64.StdEncoding.EncodedLen(len(initial))+len("\r\n") <= maxCommand:
		line, initial = line+" "+base64.StdEncoding.EncodeToString(initial), nil
	}
	// What is left of initial is longer than a command may be: it answers an
	// empty challenge then.
	defer func() { clear(c.scratch[:cap(c.scratch)]) }() // it has held secrets
	answer, err := c.authLine(line)
	for n := 0; err == nil && answer.challenged; n++ {
		var response []byte
		switch {
		case n == maxChallenges:
			return c.cancelLogin(fmt.Errorf("%w: more than %d challenges", ErrReply, maxChallenges))
		case initial != nil && len(answer.challenge) == 0:
			response, initial = initial, nil
		default:
			if response, err = client.Next(answer.challenge); err != nil {
				return c.cancelLogin(fmt.Errorf("pop3: login given up: %w", err))
			}
		}
		line = base64.StdEncoding.EncodeToString(response)
		if len(line) > maxAuthLine {
			return c.cancelLogin(fmt.Errorf("%w: a response is longer than a line may be", ErrUnsafe))
		}
		answer, err = c.authLine(line)
	}
	switch {
	case err != nil:
		return err
	case !answer.reply.OK:
		return answer.reply
	}
	if err := auth.Proven(client); err != nil {
		return c.lose(fmt.Errorf("pop3: %w", err))
	}
	return nil
}

// cancelLogin tells the server that the exchange is over (RFC 5034, 4) and
// returns why.
func (c *Client) cancelLogin(why error) error {
	answer, err := c.authLine("*")
	switch {
	case err != nil:
		return err
	case answer.challenged, answer.reply.OK:
		return c.lose(fmt.Errorf("%w to a login that was given up: %w", ErrReply, why))
	}
	return why
}

func isMechanism(s string) bool {
	for i := range len(s) {
		if c := s[i]; !ascii.IsAlnum(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// An authAnswer is a challenge, or the Reply that ends an exchange.
type authAnswer struct {
	challenged bool
	challenge  []byte
	reply      Reply
}

// authLine sends a line of the exchange, which nobody else is to see, and reads
// the answer.
func (c *Client) authLine(line string) (a authAnswer, err error) {
	c.scratch = append(append(c.scratch[:0], line...), "\r\n"...)
	if err := c.send(c.scratch); err != nil {
		return a, err
	}
	began := c.clock()
	if err := c.wire.Flush(); err != nil {
		return a, c.lose(lostError(err))
	}
	// Servers send a challenge and its CRLF in two pieces at times, and wait.
	c.wire.QuickAck()
	var b []byte
	if b, err = c.readLine(maxAuthLine + len("+ \r\n")); err == nil {
		if a, err = parseAuthAnswer(b); err != nil {
			c.lose(err)
		}
	}
	c.answered("AUTH", a.reply, err, began)
	return a, err
}

// parseAuthAnswer takes an answer within an exchange apart. Some servers leave
// the space behind an empty challenge's "+" away.
func parseAuthAnswer(line []byte) (a authAnswer, err error) {
	if len(line) == 0 || line[0] != '+' || len(line) > 1 && line[1] != ' ' {
		a.reply, err = parseReply(line)
		return a, err
	}
	a.challenged = true
	a.challenge, err = base64.StdEncoding.DecodeString(string(line[min(len(line), len("+ ")):]))
	if err != nil {
		return authAnswer{}, fmt.Errorf("%w: a challenge that is not base64", ErrReply)
	}
	return a, nil
}
