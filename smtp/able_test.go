package smtp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/wirepost/wirepost/smtp"
)

// able is a Session that can do all that there is. What it does follows from
// what it is asked.
type able struct {
	smtp.Session
	inbox *inbox
}

func (a able) Unwrap() smtp.Session { return a.Session }

func (able) Capabilities() smtp.Capabilities {
	return smtp.Capabilities{
		DSN: true, Binary: true, RequireTLS: true, DeliverBy: true, DeliverByMin: time.Minute,
		Priority: true, PriorityProfile: "MIXER", FutureRelease: time.Hour,
	}
}

func (a able) DataEach(ctx context.Context, env *smtp.Envelope, body io.Reader) ([]smtp.Reply, error) {
	r, err := a.Data(ctx, env, body)
	if err != nil {
		return nil, err
	}
	if env.To[0].Path.Local == "short" {
		return nil, nil
	}
	replies := make([]smtp.Reply, len(env.To))
	for i, to := range env.To {
		replies[i] = r
		if strings.HasPrefix(to.Path.Local, "no-") {
			replies[i] = smtp.R(550, smtp.Enhanced{5, 7, 1}, "not "+to.Path.Local)
		}
		if strings.HasPrefix(to.Path.Local, "later-") {
			replies[i] = smtp.R(451, smtp.Enhanced{4, 7, 1}, "not yet "+to.Path.Local)
		}
	}
	return replies, nil
}

func (able) SizeLimit(_ context.Context, to smtp.Path) (int64, error) {
	switch to.Local {
	case "small":
		return 20, nil
	case "smaller":
		return 10, nil
	case "unsure":
		return 0, errSecret
	}
	return 0, nil
}

func (able) Hello(_ context.Context, name string) error {
	if name == "evil.example" {
		return smtp.R(550, smtp.Enhanced{5, 7, 1}, "not you")
	}
	return nil
}

func (a able) DataStart(_ context.Context, env *smtp.Envelope) error {
	if env.To[0].Path.Local == "nostart" {
		return smtp.R(554, smtp.Enhanced{5, 7, 1}, "not to them")
	}
	return nil
}

func (a able) Ended(reason error) {
	if reason == nil {
		a.inbox.note("ended well")
	} else {
		a.inbox.note("ended badly")
	}
}

func (able) Expand(_ context.Context, list string) ([]string, error) {
	switch list {
	case "empty":
		return nil, nil
	case "staff":
		return []string{"Ann <ann@here.example>", "<bob@here.example>\r\n221 bye"}, nil
	}
	return nil, smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such list")
}

func (able) Dequeue(_ context.Context, req smtp.DequeueRequest) (smtp.Reply, error) {
	switch {
	case req.Queue:
		return smtp.DequeueCount(len(req.Name)), nil
	case req.Subdomains:
		return smtp.DequeuePending, nil
	case req.Name == "none.example":
		return smtp.DequeueNothing, nil
	case req.Name == "secret.example":
		return smtp.Reply{}, smtp.DequeueNotAllowed
	}
	return smtp.DequeueStarted, nil
}

func (a able) Turn(_ context.Context, domains []string) (func(context.Context, net.Conn) error, error) {
	if len(domains) == 0 {
		return nil, smtp.TurnNothing
	}
	return func(_ context.Context, nc net.Conn) error {
		line, err := bufio.NewReader(nc).ReadString('\n')
		a.inbox.note("turned " + strings.Join(domains, " ") + " " + strings.TrimSpace(line))
		_, _ = io.WriteString(nc, "EHLO mx.here.example\r\n")
		return err
	}, nil
}

func (able) FetchURL(_ context.Context, url string) (io.ReadCloser, error) {
	switch url {
	case "imap://a/none":
		return nil, smtp.URLNotResolved
	case "imap://a/large":
		return io.NopCloser(strings.NewReader(strings.Repeat("0123456789\r\n", 20))), nil
	case "imap://a/bare":
		return io.NopCloser(strings.NewReader("one\n.\ntwo\r\n")), nil
	case "imap://a/broken":
		return io.NopCloser(io.MultiReader(strings.NewReader("half"), brokenReader{})), nil
	}
	return io.NopCloser(strings.NewReader("from " + url + "\r\n")), nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the IMAP server is gone") }

// makeAble has srv offer everything.
func makeAble(srv *smtp.Server, b *inbox) {
	srv.Backend = wrapping(srv.Backend, func(_ *smtp.Conn, in smtp.Session) smtp.Session {
		return middleware{able{in, b}}
	})
	everybody := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	srv.XClientFrom, srv.XForwardFrom = everybody, everybody
}
