package smtptest_test

import (
	"context"
	"io"
	"net"
	"strings"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// able is a Session that can do all there is, so that everything is offered.
type able struct{ smtp.Session }

// ableBackend makes the Sessions of b able.
func ableBackend(b smtp.Backend) smtp.Backend {
	return smtp.BackendFunc(func(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
		sess, err := b.NewSession(ctx, c)
		return able{sess}, err
	})
}

func (a able) Unwrap() smtp.Session { return a.Session }

func (able) Capabilities() smtp.Capabilities {
	return smtp.Capabilities{
		DSN: true, Binary: true, RequireTLS: true, DeliverBy: true, DeliverByMin: time.Minute,
		Priority: true, FutureRelease: time.Hour,
	}
}

func (a able) DataEach(ctx context.Context, env *smtp.Envelope, body io.Reader) ([]smtp.Reply, error) {
	r, err := a.Data(ctx, env, body)
	replies := make([]smtp.Reply, len(env.To))
	for i := range replies {
		replies[i] = r
	}
	return replies, err
}

func (able) Dequeue(context.Context, smtp.DequeueRequest) (smtp.Reply, error) {
	return smtp.DequeueStarted, nil
}

func (able) Turn(context.Context, []string) (func(context.Context, net.Conn) error, error) {
	return nil, smtp.TurnNothing
}

func (able) FetchURL(context.Context, string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("Subject: fetched\r\n\r\n")), nil
}
