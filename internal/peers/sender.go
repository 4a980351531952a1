//go:build linux

package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/wirepost/wirepost/smtp"
)

// A sender is a library's client: it sends one message over a connection that
// it keeps.
type sender interface {
	send(body []byte) error
}

// senders are compared with each other.
var senders = []struct {
	name string
	dial func(addr string) (sender, error)
}{
	{ours, dialWirepost},
	{peer, dialGoSMTP},
}

// runClient opens sessions with the server at target and sends what it is
// ordered to. The answer is an empty line.
func runClient(name, target string, r io.Reader, w io.Writer) error {
	for _, s := range senders {
		if s.name != name {
			continue
		}
		all := make([]sender, sessions)
		for i := range all {
			var err error
			if all[i], err = s.dial(target); err != nil {
				return err
			}
		}
		return obeyAll(r, w, target, func(order, arg string) (string, error) {
			if order != orderSend {
				return obey(order, arg)
			}
			var size, n int
			if _, err := fmt.Sscan(arg, &size, &n); err != nil {
				return "", err
			}
			return "", sendAll(all, body(size), n)
		})
	}
	return fmt.Errorf("peers: no client is called %q", name)
}

// sendAll has each sender send text n times.
func sendAll(all []sender, text []byte, n int) error {
	return each(len(all), func(i int) error {
		for range n {
			if err := all[i].send(text); err != nil {
				return err
			}
		}
		return nil
	})
}

type wirepostSender struct {
	client *smtp.Client
	env    *smtp.Envelope
}

func dialWirepost(addr string) (sender, error) {
	env, err := smtp.NewEnvelope("sender@example.net", "user@"+domain)
	if err != nil {
		return nil, err
	}
	c, err := smtp.Dial(context.Background(), addr, &smtp.Options{TLS: smtp.TLSNone})
	if err != nil {
		return nil, err
	}
	return wirepostSender{c, env}, nil
}

func (s wirepostSender) send(text []byte) error {
	out, err := s.client.Send(context.Background(), s.env, smtp.BodyFromBytes(text))
	if err != nil {
		return err
	}
	return out.Failure(s.env)
}

type goSMTPSender struct{ client *gosmtp.Client }

func dialGoSMTP(addr string) (sender, error) {
	c, err := gosmtp.Dial(addr)
	if err != nil {
		return nil, err
	}
	return goSMTPSender{c}, nil
}

func (s goSMTPSender) send(text []byte) error {
	if err := s.client.Mail("sender@example.net", nil); err != nil {
		return err
	}
	if err := s.client.Rcpt("user@"+domain, nil); err != nil {
		return err
	}
	w, err := s.client.Data()
	if err != nil {
		return err
	}
	_, err = io.Copy(w, bytes.NewReader(text))
	return errors.Join(err, w.Close())
}
