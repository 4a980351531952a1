package smtp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

// An inbox is a Backend whose behavior follows from the local parts that it is
// asked about: see the methods of inboxSession.
type inbox struct {
	mu       sync.Mutex
	messages []message
	calls    []string // of all Sessions, in order
}

type message struct {
	from smtp.MailParams
	to   []string
	data string
}

func (b *inbox) NewSession(context.Context, *smtp.Conn) (smtp.Session, error) {
	b.note("open")
	return &inboxSession{inbox: b}, nil
}

func (b *inbox) note(call string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, call)
}

func (b *inbox) keep(m message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
}

func (b *inbox) delivered() []message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages)
}

func (b *inbox) called() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

// errSecret is an error that no client must see.
var errSecret = errors.New("disk /dev/secret is broken")

type inboxSession struct {
	inbox *inbox
}

func (s *inboxSession) Mail(_ context.Context, from smtp.MailParams) error {
	s.inbox.note("mail")
	switch from.Path.Local {
	case "refused":
		return smtp.R(550, smtp.Enhanced{5, 7, 1}, "not you")
	case "goodbye":
		return smtp.R(421, smtp.Enhanced{4, 3, 2}, "the disk is on fire")
	case "broken":
		return errSecret
	case "panic":
		panic("a mistake in Mail")
	}
	return nil
}

func (s *inboxSession) Rcpt(_ context.Context, to smtp.RcptParams) error {
	s.inbox.note("rcpt")
	nobody := smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user")
	switch to.Path.Local {
	case "nobody":
		return nobody
	case "wrapped":
		return fmt.Errorf("looking up %v: %w", to.Path, nobody)
	case "full":
		return smtp.R(452, smtp.Enhanced{4, 2, 2}, "mailbox full")
	case "yes":
		return smtp.R(250, smtp.Enhanced{}, "a Reply that is no refusal")
	case "zero":
		return smtp.Reply{}
	case "broken":
		return errSecret
	case "panic":
		panic("a mistake in Rcpt")
	}
	return nil
}

func (s *inboxSession) Data(_ context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	s.inbox.note("data")
	switch env.To[0].Path.Local {
	case "unread":
		return smtp.Reply{}, nil
	case "half":
		_, err := io.ReadFull(body, make([]byte, 3))
		return smtp.Reply{}, err
	case "panics":
		_, _ = io.ReadFull(body, make([]byte, 3))
		panic("a mistake in Data")
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return smtp.Reply{}, err
	}
	switch env.To[0].Path.Local {
	case "spam":
		return smtp.Reply{}, fmt.Errorf("judged: %w", smtp.R(550, smtp.Enhanced{5, 7, 1}, "no spam, please"))
	case "value":
		return smtp.R(550, smtp.Enhanced{5, 6, 0}, "not this one"), nil
	case "later":
		return smtp.Reply{}, errSecret
	}
	m := message{from: env.From, data: string(data)}
	for _, to := range env.To {
		m.to = append(m.to, to.Path.String())
	}
	s.inbox.keep(m)
	switch env.To[0].Path.Local {
	case "queued":
		return smtp.R(250, smtp.Enhanced{2, 6, 0}, "queued as 1A2B"), nil
	case "text":
		return smtp.Reply{Text: "queued as 3C4D"}, nil
	case "code":
		return smtp.R(354, smtp.Enhanced{}, "not an answer to a message"), nil
	}
	return smtp.Reply{}, nil
}

func (s *inboxSession) Reset() { s.inbox.note("reset") }

func (s *inboxSession) Close() error {
	s.inbox.note("close")
	return nil
}

// newServer returns a server for here.example and one more domain, and what it
// delivers to.
func newServer(tb testing.TB) (*smtp.Server, *inbox) {
	b := new(inbox)
	return &smtp.Server{
		Backend:  b,
		Hostname: "mx.here.example",
		Domains:  []string{"here.example", "bücher.example"},
		Limits:   smtp.Limits{Tarpit: -1}, // for tests outside of synctest
		Logger:   slog.New(slog.NewTextHandler(tb.Output(), nil)),
	}, b
}

// accounts has anna, whose password is sesame, and some that Sessions know.
type accounts struct{}

func (accounts) VerifyPassword(_ context.Context, _ *auth.Conn, name, password string) (string, error) {
	switch {
	case name == "broken":
		return "", errSecret
	case name == "anna" && password == "sesame", name == "refused", name == "yes", name == "busy":
		return name, nil
	}
	return "", auth.ErrCredentials
}

func authenticator(tb testing.TB) *auth.Authenticator {
	return &auth.Authenticator{Accounts: accounts{}, Logger: slog.New(slog.NewTextHandler(tb.Output(), nil))}
}

// insecure lets logins through in the clear.
func insecure(a *auth.Authenticator) *auth.Authenticator {
	a.AllowInsecure = true
	return a
}

// wrapping is a Backend around another, as middleware is: wrap returns what is
// to stand around each Session.
func wrapping(b smtp.Backend, wrap func(*smtp.Conn, smtp.Session) smtp.Session) smtp.Backend {
	return smtp.BackendFunc(func(ctx context.Context, c *smtp.Conn) (smtp.Session, error) {
		s, err := b.NewSession(ctx, c)
		if err != nil {
			return nil, err
		}
		return wrap(c, s), nil
	})
}

// middleware has nothing to add.
type middleware struct{ smtp.Session }

func (m middleware) Unwrap() smtp.Session { return m.Session }

// authorizer has a say in logins.
type authorizer struct {
	smtp.Session
	conn *smtp.Conn
}

func (a authorizer) LoggedIn(context.Context) error {
	switch a.conn.Identity().Name() {
	case "refused":
		return smtp.R(535, smtp.Enhanced{5, 7, 8}, "not you")
	case "yes":
		return smtp.R(235, smtp.Enhanced{2, 7, 0}, "a Reply that is no refusal")
	case "busy":
		return smtp.R(432, smtp.Enhanced{4, 7, 12}, "ask me later")
	}
	return nil
}

// verifier answers VRFY.
type verifier struct{ smtp.Session }

func (verifier) Verify(_ context.Context, name string) (string, error) {
	switch name {
	case "nobody":
		return "", smtp.R(550, smtp.Enhanced{5, 1, 1}, "no such user")
	case "broken":
		return "", errSecret
	case "evil":
		return "221 bye\r\x00250 fine\xe9", nil
	}
	return name + "@here.example", nil
}
