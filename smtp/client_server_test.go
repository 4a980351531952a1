package smtp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// A keeper is a Session that takes all it can and keeps it.
type keeper struct {
	able smtp.Capabilities
	full string // the local part of a recipient who has no room

	mu   sync.Mutex
	envs []smtp.Envelope
	data []string
}

func (*keeper) Mail(context.Context, smtp.MailParams) error { return nil }
func (*keeper) Rcpt(context.Context, smtp.RcptParams) error { return nil }
func (*keeper) Reset()                                      {}
func (*keeper) Close() error                                { return nil }

func (k *keeper) Capabilities() smtp.Capabilities { return k.able }

func (k *keeper) Data(_ context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return smtp.Reply{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.envs, k.data = append(k.envs, *env), append(k.data, string(data))
	return smtp.Reply{}, nil
}

func (k *keeper) DataEach(ctx context.Context, env *smtp.Envelope, body io.Reader) ([]smtp.Reply, error) {
	_, err := k.Data(ctx, env, body)
	replies := make([]smtp.Reply, len(env.To))
	for i, to := range env.To {
		if to.Path.Local == k.full {
			replies[i] = smtp.R(552, smtp.Enhanced{5, 2, 2}, "full")
		}
	}
	return replies, err
}

// kept returns what was kept last.
func (k *keeper) kept() (smtp.Envelope, string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.envs[len(k.envs)-1], k.data[len(k.data)-1]
}

func (k *keeper) server(lmtp bool) *smtp.Server {
	return &smtp.Server{
		Domains: []string{"*"}, LMTP: lmtp, Limits: smtp.Limits{Message: -1, TextLine: -1},
		Backend: smtp.BackendFunc(func(context.Context, *smtp.Conn) (smtp.Session, error) { return k, nil }),
	}
}

// TestSendParameters checks that our own server understands all that is asked
// of it.
func TestSendParameters(t *testing.T) {
	k := &keeper{able: smtp.Capabilities{DSN: true, Binary: true, DeliverBy: true, Priority: true}}
	c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, k.server(false)), nil)
	require.NoError(t, err)
	env := envelope(t, "a@x.example", "b@x.example")
	env.From.Return, env.From.EnvelopeID, env.From.Priority = smtp.ReturnHeaders, "id=1 2", -3
	env.From.DeliverBy = smtp.DeliverBy{In: time.Hour, Mode: smtp.DeliverByReturn}
	env.To[0].Notify = smtp.NotifySuccess | smtp.NotifyDelay
	env.To[1].Original = smtp.OriginalAddress{Type: "utf-8", Address: "é+=@x.example"}
	text := "Subject: x\r\n\r\na\nb\r\x00"
	out, err := c.Send(t.Context(), env, smtp.BodyFromReaderAt(strings.NewReader(text), int64(len(text)), smtp.BodyBinary))
	require.NoError(t, err)
	require.NoError(t, out.Failure(env))
	want := *env
	want.From.Body, want.From.Size = smtp.BodyBinary, int64(len(text))
	got, data := k.kept()
	require.Equal(t, want, got)
	require.Equal(t, text, data)
	require.NoError(t, c.Quit(t.Context()))
}

// TestSendLMTPServer checks LMTP with our own server.
func TestSendLMTPServer(t *testing.T) {
	k := &keeper{able: smtp.Capabilities{Binary: true}, full: "b"}
	c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, k.server(true)), &smtp.Options{LMTP: true})
	require.NoError(t, err)
	env := envelope(t, "a@x.example", "b@x.example", "c@x.example")
	binary := smtp.BodyFromReaderAt(strings.NewReader("a\nb"), 3, smtp.BodyBinary)
	for _, b := range []smtp.Body{letterBody, binary} { // by DATA and by BDAT
		out, err := c.Send(t.Context(), env, b)
		require.NoError(t, err)
		require.Equal(t, []string{". 250 2.0.0 message accepted", ". 552 5.2.2 full", ". 250 2.0.0 message accepted"}, verdicts(out))
	}
	_, data := k.kept()
	require.Equal(t, "a\nb", data)
	require.NoError(t, c.Quit(t.Context()))
}

// FuzzSend checks that whatever a message is, our own server gets it as it is,
// but for the CRLF that its last line may lack, or gets nothing; and that it is
// refused only for a CR, LF or NUL where none may be.
func FuzzSend(f *testing.F) {
	f.Add([]byte(letter), byte(0))
	f.Add([]byte("a\n.\nb"), byte(1))
	f.Add([]byte("\r\n.\r\n.\r"), byte(2))
	f.Add([]byte("..\r\n.\r\n.a\r\n\r\n."), byte(3))
	f.Add([]byte("a\x00"), byte(4))
	f.Fuzz(func(t *testing.T, text []byte, how byte) {
		k := &keeper{able: smtp.Capabilities{Binary: true}}
		var o smtp.Options
		if how&1 != 0 {
			o.Ignore = append(o.Ignore, "CHUNKING")
		}
		if how&2 != 0 {
			o.Ignore = append(o.Ignore, "PIPELINING")
		}
		c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, k.server(false)), &o)
		require.NoError(t, err)
		defer c.Close()
		kind := smtp.Body8Bit
		if how&4 != 0 {
			kind = smtp.BodyBinary
		}
		out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromReaderAt(bytes.NewReader(text), int64(len(text)), kind))
		rest := bytes.ReplaceAll(text, []byte("\r\n"), nil)
		switch {
		case kind == smtp.BodyBinary && how&1 != 0:
			require.Equal(t, smtp.No8Bit, out.Rcpt[0].Reply)
		case kind != smtp.BodyBinary && bytes.ContainsAny(rest, "\r\n\x00"):
			bad, is := errors.AsType[*smtp.BodyError](err)
			require.True(t, is && bad.Flawed, err)
		default:
			require.NoError(t, err)
			require.True(t, out.Rcpt[0].Accepted(), out.Rcpt[0].Reply)
			_, got := k.kept()
			if kind != smtp.BodyBinary && len(text) > 0 && !bytes.HasSuffix(text, []byte("\r\n")) {
				text = append(bytes.Clone(text), "\r\n"...)
			}
			require.Equal(t, string(text), got)
			return
		}
		require.Empty(t, k.data)
	})
}
