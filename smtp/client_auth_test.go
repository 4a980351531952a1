package smtp_test

import (
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// TestLogin logs in to our own server.
func TestLogin(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.RequireAuth = true
	require.NoError(t, srv.Users.Set("tim", "tanstaaftanstaaf"))
	srv.StartInMemory()
	connect := func(o smtp.Options) (*smtp.Client, error) {
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		o.TLSConfig = srv.ClientTLS
		return smtp.NewClient(t.Context(), nc, &o)
	}
	any := smtp.Password("tim", "tanstaaftanstaaf")
	one := func(mechanism string) smtp.Login {
		return &auth.Credentials{Name: "tim", Password: "tanstaaftanstaaf", Mechanisms: []string{mechanism}}
	}
	for i, login := range []smtp.Login{any, one("SCRAM-SHA-256-PLUS"), one("SCRAM-SHA-256"), one("PLAIN"), one("LOGIN")} {
		c, err := connect(smtp.Options{Auth: login})
		require.NoError(t, err)
		require.Equal(t, smtp.TLSVerified, c.Security())
		require.Empty(t, strings.Trim(smtp.Scratch(c), "\x00"), "the password is not kept")
		out, err := c.Send(t.Context(), envelope(t, "one@here.example"), smtp.BodyFromBytes([]byte(letter)))
		require.NoError(t, err)
		require.NoError(t, out.Failure(nil))
		require.NoError(t, c.Quit(t.Context()))
		require.Equal(t, "tim", srv.Messages()[i].User)
	}
	_, err := connect(smtp.Options{Auth: smtp.Password("tim", "wrong")})
	r, ok := errors.AsType[smtp.Reply](err)
	require.True(t, ok)
	require.Equal(t, 535, r.Code)
	_, err = connect(smtp.Options{Auth: one("PLAIN"), TLS: smtp.TLSNone})
	require.ErrorIs(t, err, smtp.ErrNoMechanism)

	c, err := connect(smtp.Options{})
	require.NoError(t, err)
	require.Error(t, c.Auth(t.Context(), sasl.NewPlainClient("", "tim", "wrong")))
	require.NoError(t, c.Auth(t.Context(), sasl.NewPlainClient("", "tim", "tanstaaftanstaaf")))
	require.False(t, c.Reusable(), "a Pool would take it for nobody's")
	require.NoError(t, c.Close())
}

// A scripted mechanism says what it is told to.
type scripted struct {
	mechanism string
	initial   []byte
	start     error
	responses []string
	seen      []string
	proven    bool
}

func (s *scripted) Start() (string, []byte, error) { return s.mechanism, s.initial, s.start }

func (s *scripted) Next(challenge []byte) ([]byte, error) {
	s.seen = append(s.seen, string(challenge))
	if len(s.responses) == 0 {
		return nil, io.ErrNoProgress
	}
	r := s.responses[0]
	s.responses = s.responses[1:]
	return []byte(r), nil
}

type proving struct{ *scripted }

func (p proving) ServerProven() bool { return p.proven }

// inOrder is what to try, in order, as far as it is offered.
type inOrder []sasl.Client

func (w inOrder) Client(conn *auth.Conn, offered []string) (sasl.Client, error) {
	for _, c := range w {
		mechanism, _, err := c.Start()
		if err != nil || slices.Contains(offered, mechanism) {
			return c, nil
		}
	}
	return nil, auth.ErrMechanism
}

// b64 is base64.
func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// TestAuthExchange checks the lines of the exchange.
func TestAuthExchange(t *testing.T) {
	replies := map[string]string{
		"AUTH CRAM-MD5":             "334 " + b64("one"),
		b64("first"):                "334 " + b64("two"),
		b64("second"):               "235 2.7.0 in",
		"AUTH EXTERNAL =":           "235 2.7.0 in",
		"AUTH NTLM " + b64("a\x00"): "334 ",
		"":                          "235 2.7.0 in",
	}
	for _, tt := range []struct {
		client *scripted
		seen   []string
	}{
		{&scripted{mechanism: "CRAM-MD5", responses: []string{"first", "second"}}, []string{"one", "two"}},
		{&scripted{mechanism: "EXTERNAL", initial: []byte{}}, nil},
		{&scripted{mechanism: "NTLM", initial: []byte("a\x00"), responses: []string{""}}, []string{""}},
	} {
		f := &fake{offers: []string{"AUTH CRAM-MD5 EXTERNAL NTLM"}}
		f.answer = func(verb, args string) string {
			if len(f.asked()) == 0 {
				return "" // the greeting
			}
			return replies[strings.TrimSuffix(verb+" "+args, " ")]
		}
		var verbs []string
		c, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{
			TLS: smtp.TLSOpportunistic, Auth: inOrder{tt.client},
			Trace: func(_ *smtp.Client, e smtp.Event) { verbs = append(verbs, e.Verb) },
		})
		require.NoError(t, err, tt.client.mechanism)
		require.Equal(t, tt.seen, tt.client.seen)
		require.NoError(t, c.Close())
		for _, verb := range verbs[3 : len(verbs)-1] {
			require.Equal(t, "AUTH", verb, "no secrets")
		}
	}
}

// TestAuthFails checks how logins fail, and what is left of the conversation.
func TestAuthFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		client sasl.Client
		answer map[string]string
		want   error  // or
		text   string // what the error says
		alive  bool
	}{
		{"refused", &scripted{mechanism: "CRAM-MD5"}, map[string]string{"AUTH": "535 5.7.8 no"}, smtp.R(535, smtp.Enhanced{5, 7, 8}, "no"), "", true},
		{"given up", &scripted{mechanism: "CRAM-MD5"}, map[string]string{"AUTH": "334 ", "*": "501 5.7.0 ok"}, io.ErrNoProgress, "", true},
		{"given up, but in", &scripted{mechanism: "CRAM-MD5"}, map[string]string{"AUTH": "334 ", "*": "235 2.7.0 in"}, smtp.ErrReply, "", false},
		{"not base64", &scripted{mechanism: "CRAM-MD5"}, map[string]string{"AUTH": "334 !!", "*": "501 5.7.0 ok"}, smtp.ErrReply, "base64", true},
		{"odd", &scripted{mechanism: "CRAM-MD5"}, map[string]string{"AUTH": "250 2.0.0 ok"}, smtp.ErrReply, "", false},
		{"does not start", &scripted{mechanism: "CRAM-MD5", start: io.ErrNoProgress}, nil, io.ErrNoProgress, "", true},
		{"odd mechanism", &scripted{mechanism: "X\r\nY"}, nil, smtp.ErrNoMechanism, "", true},
		{"odd mechanism, allowed", &scripted{mechanism: "SCRAM-\r\nY"}, nil, smtp.ErrUnsafe, "", true},
		{"too long to begin", &scripted{mechanism: "SCRAM-X", initial: make([]byte, 10_000)}, nil, smtp.ErrUnsafe, "", true},
		{"too long", &scripted{mechanism: "SCRAM-X", responses: []string{strings.Repeat("x", 10_000)}}, map[string]string{"AUTH": "334 ", "*": "501 5.7.0 ok"}, smtp.ErrUnsafe, "", true},
		{"plain text", sasl.NewPlainClient("", "a", "b"), nil, smtp.ErrNoMechanism, "TLS", true},
		{"bearer", sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Token: "t"}), nil, smtp.ErrNoMechanism, "TLS", true},
		{"not proven", proving{&scripted{mechanism: "SCRAM-SHA-256", responses: []string{"x"}}}, map[string]string{"AUTH": "235 2.7.0 in"}, auth.ErrServer, "", false},
		{"proven", proving{&scripted{mechanism: "SCRAM-SHA-256", proven: true}}, map[string]string{"AUTH": "235 2.7.0 in"}, nil, "", true},
		{"hung up", &scripted{mechanism: "CRAM-MD5"}, map[string]string{"AUTH": "hangup"}, io.ErrUnexpectedEOF, "", false},
	} {
		f := &fake{offers: []string{"AUTH"}, answer: func(verb, _ string) string { return tt.answer[verb] }}
		c := f.client(t, nil)
		err := c.Auth(t.Context(), tt.client)
		if tt.want == nil {
			require.NoError(t, err, tt.name)
		} else {
			require.ErrorIs(t, err, tt.want, tt.name)
			require.ErrorContains(t, err, tt.text, tt.name)
		}
		require.Equal(t, tt.alive, c.Noop(t.Context()) == nil, tt.name)
	}
}

// TestAuthForEver checks that a server which asks again and again gets no more
// answers at some time, even by a mechanism that would go on.
func TestAuthForEver(t *testing.T) {
	asked := 0
	f := &fake{offers: []string{"AUTH LOGIN"}}
	f.answer = func(verb, _ string) string {
		switch verb {
		case "*":
			return "501 5.7.0 ok"
		case "AUTH", b64("name"):
			asked++
			return "334 " + b64("Username:")
		}
		return ""
	}
	c := f.client(t, &smtp.Options{PlaintextAuth: true})
	err := c.Auth(t.Context(), &scripted{mechanism: "LOGIN", responses: slices.Repeat([]string{"name"}, 1000)})
	require.ErrorIs(t, err, smtp.ErrReply)
	require.ErrorContains(t, err, "challenges")
	require.LessOrEqual(t, asked, 40)
	require.NoError(t, c.Noop(t.Context()), "the exchange was cancelled")
}

// always takes no notice of what is offered.
type always struct{ client sasl.Client }

func (a always) Client(*auth.Conn, []string) (sasl.Client, error) { return a.client, nil }

// TestAuthChoice checks which way to log in is taken.
func TestAuthChoice(t *testing.T) {
	mechanism := func(name string) sasl.Client { return &scripted{mechanism: name, initial: []byte{}} }
	broken := &scripted{mechanism: "SCRAM-SHA-1", start: io.ErrNoProgress}
	for _, tt := range []struct {
		offer string
		login smtp.Login
		plain bool
		want  string
	}{
		{"AUTH PLAIN CRAM-MD5 SCRAM-SHA-256", inOrder{mechanism("SCRAM-SHA-256"), mechanism("CRAM-MD5")}, false, "SCRAM-SHA-256"},
		{"AUTH cram-md5", inOrder{mechanism("SCRAM-SHA-256"), mechanism("CRAM-MD5")}, false, "CRAM-MD5"},
		{"AUTH PLAIN CRAM-MD5", inOrder{mechanism("PLAIN"), mechanism("CRAM-MD5")}, false, "CRAM-MD5"},
		{"AUTH PLAIN CRAM-MD5", inOrder{mechanism("PLAIN"), mechanism("CRAM-MD5")}, true, "PLAIN"},
		{"AUTH PLAIN", inOrder{mechanism("PLAIN")}, false, ""},
		{"AUTH SCRAM-SHA-1 CRAM-MD5", inOrder{broken, mechanism("CRAM-MD5")}, false, ""},
		{"AUTH SCRAM-SHA-1", inOrder{broken}, false, ""},
		{"AUTH X", inOrder{}, false, ""},
		{"AUTH X", always{mechanism("Y")}, false, ""},
		{"AUTH PLAIN", always{mechanism("PLAIN")}, false, ""},
		{"AUTH P\u017fLAIN \u212a", inOrder{mechanism("K"), mechanism("PSLAIN")}, true, ""},
		{"HELP", inOrder{mechanism("CRAM-MD5")}, false, ""},
	} {
		f := &fake{offers: []string{tt.offer}, answer: only("AUTH", "235 2.7.0 in")}
		c, err := smtp.NewClient(t.Context(), f.connect(t), &smtp.Options{TLS: smtp.TLSNone, Auth: tt.login, PlaintextAuth: tt.plain})
		if tt.want == "" {
			require.ErrorIs(t, err, smtp.ErrNoMechanism, tt.offer)
			require.NotContains(t, f.asked(), "AUTH")
			continue
		}
		require.NoError(t, err)
		require.Contains(t, f.askedLines(), "AUTH "+tt.want+" =")
		require.True(t, c.Reusable())
		require.NoError(t, c.Close())
	}
}
