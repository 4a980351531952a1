package smtp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

func TestSendMail(t *testing.T) {
	srv := smtptest.NewUnstartedServer(t)
	srv.Mailboxes = []string{"one@here.example", "two@here.example"}
	require.NoError(t, srv.Users.Set("tim", "tanstaaftanstaaf"))
	srv.StartInMemory()
	o := &smtp.Options{
		Auth: smtp.Password("tim", "tanstaaftanstaaf"), TLSConfig: srv.ClientTLS,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return srv.Dial(ctx) },
	}
	send := func(from string, to []string, text string) error {
		return smtp.SendMail(t.Context(), "localhost:587", o, from, to, []byte(text))
	}
	require.NoError(t, send("a@client.example", []string{"one@here.example", "two@here.example"}, letter))
	require.NoError(t, send("", []string{"one@here.example"}, "Subject: ü\r\n\r\nü\r\n"))
	require.NoError(t, send("", []string{"one@here.example"}, "Subject: x\r\n\r\nü\r\n"))
	got := srv.Messages()
	require.Len(t, got, 3)
	require.Equal(t, letter, string(got[0].Data))
	require.Equal(t, "tim", got[0].User)
	require.Len(t, got[0].Envelope.To, 2)
	require.True(t, got[1].Envelope.From.Path.IsNull())
	require.True(t, got[1].Envelope.From.UTF8)
	require.False(t, got[2].Envelope.From.UTF8)
	require.Equal(t, smtp.Body8Bit, got[2].Envelope.From.Body)

	err := send("", []string{"one@here.example", "nobody@here.example"}, letter)
	require.EqualError(t, err, "smtp: refused: 550 5.1.1 no such user, for <nobody@here.example>")
	require.Len(t, srv.Messages(), 4)
	err = send("", []string{"one@here.example"}, "a\nb\n")
	_, flawed := errors.AsType[*smtp.BodyError](err)
	require.True(t, flawed)
	require.Len(t, srv.Messages(), 4)
	require.ErrorContains(t, send("a b", []string{"one@here.example"}, letter), `sender "a b"`)
	require.ErrorContains(t, send("", []string{"one@here.example", ""}, letter), `recipient ""`)
	require.ErrorContains(t, send("", []string{"<x@y>"}, letter), `recipient "<x@y>"`)
	require.ErrorContains(t, send("", nil, letter), "no recipients")

	o.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrClosedPipe }
	require.ErrorIs(t, send("", []string{"one@here.example"}, letter), io.ErrClosedPipe)
}

// TestFailure checks what an Outcome says in one error.
func TestFailure(t *testing.T) {
	env := envelope(t, "a@x.example", "b@x.example", "c@x.example")
	lost := &smtp.BodyError{Err: io.ErrUnexpectedEOF}
	out := &smtp.Outcome{Rcpt: []smtp.RcptOutcome{
		{Reply: smtp.R(550, smtp.Enhanced{5, 1, 1}, "no")},
		{Reply: smtp.R(250, smtp.Enhanced{2, 0, 0}, "yes")},
		{Err: lost},
	}}
	err := out.Failure(env)
	require.EqualError(t, err, "smtp: refused: 550 5.1.1 no, for <a@x.example>\nsmtp: cannot read the message: unexpected EOF, for <c@x.example>")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, smtp.R(550, smtp.Enhanced{5, 1, 1}, "no"))
}
