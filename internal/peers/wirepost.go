//go:build linux

package peers

import (
	"context"
	"io"
	"log/slog"
	"net"

	"github.com/wirepost/wirepost/smtp"
)

func serveWirepost(l net.Listener) error {
	srv := &smtp.Server{
		Hostname: hostname,
		Domains:  []string{domain},
		Logger:   slog.New(slog.DiscardHandler),
		Limits: smtp.Limits{
			Message:      maxMessage,
			Recipients:   maxRcpts,
			Command:      timeout,
			Write:        timeout,
			Conns:        maxConns,
			ConnsPerAddr: maxConns,
		},
		Backend: smtp.HandlerFunc(func(_ context.Context, _ *smtp.Conn, _ *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
			_, err := io.Copy(io.Discard, body)
			return smtp.Reply{}, err
		}),
	}
	return srv.Serve(l)
}
