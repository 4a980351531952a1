//go:build linux

package peers

import (
	"io"
	"log"
	"net"

	gosmtp "github.com/emersion/go-smtp"
)

func serveGoSMTP(l net.Listener) error {
	srv := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) {
		return discard{}, nil
	}))
	srv.Domain = hostname
	srv.MaxMessageBytes = maxMessage
	srv.MaxRecipients = maxRcpts
	srv.ReadTimeout = timeout
	srv.WriteTimeout = timeout
	srv.ErrorLog = log.New(io.Discard, "", 0)
	return srv.Serve(l)
}

// discard is a session that takes everything and keeps nothing.
type discard struct{}

func (discard) Mail(string, *gosmtp.MailOptions) error { return nil }
func (discard) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (discard) Reset()                                 {}
func (discard) Logout() error                          { return nil }

func (discard) Data(body io.Reader) error {
	_, err := io.Copy(io.Discard, body)
	return err
}
