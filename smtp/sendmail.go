package smtp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// SendMail sends one message by the server at addr, "host:port", and returns
// nil if it was accepted for all of the recipients. If it was for some only,
// the error names the others and wraps the Reply of each; it was delivered to
// those it does not name.
//
// from and to are mailboxes, "local@example.org"; an empty from is the null
// reverse-path of reports. msg is the message with its header; its lines end in
// CRLF. With o.Auth the client logs in, over TLS with a certificate that is
// verified; see Options. Who has many messages to send keeps a Client, or a
// Pool.
func SendMail(ctx context.Context, addr string, o *Options, from string, to []string, msg []byte) error {
	env, err := NewEnvelope(from, to...)
	if err != nil {
		return err
	}
	env.From.UTF8 = has8BitHeader(msg)
	c, err := Dial(ctx, addr, o)
	if err != nil {
		return err
	}
	out, err := c.Send(ctx, env, BodyFromBytes(msg))
	if err == nil {
		err = out.Failure(env)
	}
	if !c.Reusable() {
		return errors.Join(err, c.Close())
	}
	// The message is the server's by now; how it says goodbye does not matter.
	_ = c.Quit(ctx)
	return err
}

// NewEnvelope parses a sender, which may be empty, and recipients.
func NewEnvelope(from string, to ...string) (*Envelope, error) {
	env := &Envelope{To: make([]RcptParams, len(to))}
	var err error
	if env.From.Path, err = ParsePath(from); err != nil {
		return nil, fmt.Errorf("%w: sender %q", err, from)
	}
	for i, s := range to {
		if env.To[i].Path, err = ParsePath(s); err == nil && s == "" {
			err = errPath
		}
		if err != nil {
			return nil, fmt.Errorf("%w: recipient %q", err, s)
		}
	}
	return env, nil
}

// has8BitHeader tells messages whose header needs SMTPUTF8 (RFC 6532, 3).
func has8BitHeader(msg []byte) bool {
	header, _, _ := bytes.Cut(msg, []byte("\r\n\r\n"))
	return !is7Bit(header)
}
