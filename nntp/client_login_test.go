package nntp_test

import (
	"context"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// TestClientLogin logs in to our own server by every mechanism, in the clear and
// behind TLS.
func TestClientLogin(t *testing.T) {
	srv := nntptest.NewUnstartedServer(t, "example.test")
	require.NoError(t, srv.Users.Set("tim", "tanstaaftanstaaf"))
	var who []string
	srv.Config.Access = func(ctx context.Context, c *nntp.Conn) (nntp.Access, error) {
		if name := c.Identity().Name(); name != "" {
			who = append(who, name)
		}
		return nntptest.FullAccess(ctx, c)
	}
	srv.Start()
	for _, mechanism := range []string{
		"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "DIGEST-MD5", "CRAM-MD5", "NTLM",
	} {
		t.Run(mechanism, func(t *testing.T) {
			o := &nntp.Options{
				StartTLS: mechanism == "SCRAM-SHA-256-PLUS" || mechanism == "PLAIN", TLSConfig: srv.ClientTLS, ServerName: "localhost",
				Login: &auth.Credentials{Name: "tim", Password: "tanstaaftanstaaf", Mechanisms: []string{mechanism}, AllowInsecure: true},
			}
			who = nil
			c, err := nntp.Dial(t.Context(), srv.Addr, o)
			require.NoError(t, err)
			require.Equal(t, []string{"tim"}, who)
			require.Equal(t, o.StartTLS, c.TLS() != nil)
			require.NoError(t, c.Quit(t.Context()))

			o.Login = &auth.Credentials{Name: "tim", Password: "wrong", Mechanisms: []string{mechanism}, AllowInsecure: true}
			_, err = nntp.Dial(t.Context(), srv.Addr, o)
			require.Equal(t, 481, code(t, err))
		})
	}
	_, err := nntp.Dial(t.Context(), srv.Addr, &nntp.Options{Login: &auth.Credentials{Name: "tim", Password: "x", Mechanisms: []string{"PLAIN"}}})
	require.ErrorIs(t, err, auth.ErrInsecure)
}

const (
	withUser = "S: 200 hi\nC: CAPABILITIES\nS: 101 ok\nS: VERSION 2\nS: READER\nS: AUTHINFO USER\nS: .\n"
	withSASL = "S: 200 hi\nC: CAPABILITIES\nS: 101 ok\nS: VERSION 2\nS: READER\nS: AUTHINFO SASL USER\nS: SASL PLAIN CRAM-MD5\nS: .\n"
	asked    = "C: CAPABILITIES\nS: 101 ok\nS: VERSION 2\nS: READER\nS: .\n"
)

// TestClientLoginUser logs in by a name and a password, where there is nothing
// better.
func TestClientLoginUser(t *testing.T) {
	tim := &auth.Credentials{Name: "tim", Password: "a b", AllowInsecure: true}
	o := &nntp.Options{Login: tim}
	converse(t, withUser+"C: AUTHINFO USER tim\nS: 381 more\nC: AUTHINFO PASS a b\nS: 281 in\n"+asked, o)
	converse(t, withUser+"C: AUTHINFO USER tim\nS: 281 in\n"+asked, o)
	converse(t, "S: 200 hi\nC: CAPABILITIES\nS: 500 what?\nC: MODE READER\nS: 480 who are you?\n"+
		"C: AUTHINFO USER tim\nS: 381 more\nC: AUTHINFO PASS a b\nS: 281 in\nC: CAPABILITIES\nS: 500 what?\nC: MODE READER\nS: 200 hi\n", o)

	for _, tt := range []struct {
		login auth.Credentials
		then  string
		want  error
	}{
		{auth.Credentials{Name: "tim", Password: "a b"}, "", auth.ErrInsecure},
		{auth.Credentials{Name: "tim", Password: "a b", Floor: auth.FloorLegacy + 1, AllowInsecure: true}, "", auth.ErrMechanism},
		{auth.Credentials{Name: "tim", Token: "x", AllowInsecure: true}, "", auth.ErrMechanism},
		{auth.Credentials{Name: "tim\r\nQUIT", Password: "x", AllowInsecure: true}, "", nil},
		{auth.Credentials{Name: "tim", Password: "x\r\nQUIT", AllowInsecure: true}, "", nil},
		{*tim, "C: AUTHINFO USER tim\nS: 381 more\nC: AUTHINFO PASS a b\nS: 200 hello\n", nntp.ErrReply},
	} {
		_, err := nntp.NewClient(t.Context(), script(t, withUser+tt.then), &nntp.Options{Login: &tt.login})
		require.Error(t, err)
		if tt.want != nil {
			require.ErrorIs(t, err, tt.want)
		}
	}
	_, err := nntp.NewClient(t.Context(), script(t, withUser+"C: AUTHINFO USER tim\nS: 381 more\nC: AUTHINFO PASS a b\nS: 481 no\nC: QUIT\n"), o)
	require.Equal(t, 481, code(t, err))
}

// TestClientLoginSASL checks the lines of an exchange, and what ends one.
func TestClientLoginSASL(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	plain := "C: AUTHINFO SASL PLAIN " + b64("\x00tim\x00secret") + "\n"
	cram := "C: AUTHINFO SASL CRAM-MD5\n"
	for _, tt := range []struct {
		mechanism, then string
		want            error
		code            int
	}{
		{"PLAIN", plain + "S: 281 in\n" + asked, nil, 0},
		{"PLAIN", plain + "S: 481 no\nC: QUIT\n", nil, 481},
		{"PLAIN", plain + "S: 383 " + b64("x") + "\nC: *\nS: 481 ok\nC: QUIT\n", errAny, 0},
		{"PLAIN", plain + "S: 383 " + b64("x") + "\nC: *\nS: 281 in all the same\n", nntp.ErrReply, 0},
		{"PLAIN", plain + "S: 200 hello\n", nntp.ErrReply, 0},
		{"PLAIN", plain + "S: 400 down\n", nil, 400},
		{"CRAM-MD5", cram + "S: 383 !!\nC: *\nS: 481 ok\nC: QUIT\n", nntp.ErrReply, 0},
		{"CRAM-MD5", cram + "S: 481 no\nC: QUIT\n", nil, 481},
	} {
		o := &nntp.Options{Login: &auth.Credentials{Name: "tim", Password: "secret", AllowInsecure: true, Mechanisms: []string{tt.mechanism}}}
		c, err := nntp.NewClient(t.Context(), script(t, withSASL+tt.then), o)
		switch {
		case tt.code != 0:
			require.Equal(t, tt.code, code(t, err))
		case tt.want == errAny:
			require.Error(t, err)
		case tt.want != nil:
			require.ErrorIs(t, err, tt.want)
		default:
			require.NoError(t, err)
			require.NoError(t, c.Close())
		}
	}
}

var errAny = errors.New("any error")

// TestClientStartTLS begins TLS with our own server, and with none that is not to
// be trusted.
func TestClientStartTLS(t *testing.T) {
	srv := nntptest.NewServer(t, "example.test")
	c, err := nntp.Dial(t.Context(), srv.Addr, &nntp.Options{StartTLS: true, TLSConfig: srv.ClientTLS, ServerName: "localhost"})
	require.NoError(t, err)
	require.NotNil(t, c.TLS())
	require.False(t, c.Capabilities().Has("STARTTLS", ""))
	require.Error(t, c.StartTLS(t.Context()), "twice")
	require.NoError(t, c.Quit(t.Context()))

	for name, o := range map[string]*nntp.Options{
		"unknown roots": {StartTLS: true},
		"other name":    {StartTLS: true, TLSConfig: srv.ClientTLS, ServerName: "other.example"},
	} {
		_, err := nntp.Dial(t.Context(), srv.Addr, o)
		require.ErrorIs(t, err, nntp.ErrHandshake, name)
	}
	_, err = nntp.NewClient(t.Context(), script(t, modern), &nntp.Options{StartTLS: true})
	require.ErrorContains(t, err, "ServerName")

	// What somebody put behind the answer in the clear is not the server's.
	_, err = nntp.NewClient(t.Context(), script(t, modern+"C: STARTTLS\nR: 382 go\\r\\n101 injected\\r\\n\n"),
		&nntp.Options{StartTLS: true, ServerName: "localhost"})
	require.ErrorIs(t, err, nntp.ErrHandshake)
}

func TestClientDialTLS(t *testing.T) {
	srv := nntptest.NewUnstartedServer(t, "example.test")
	srv.StartTLS()
	c, err := nntp.DialTLS(t.Context(), srv.Addr, &nntp.Options{TLSConfig: srv.ClientTLS, Compress: true})
	require.NoError(t, err)
	require.NotNil(t, c.TLS())
	require.NotNil(t, c.TLS().PeerCertificates)
	_, err = c.Date(t.Context())
	require.NoError(t, err)
	require.NoError(t, c.Quit(t.Context()))
	_, err = nntp.DialTLS(t.Context(), srv.Addr, nil)
	require.ErrorIs(t, err, nntp.ErrHandshake)
}

// TestClientCompress compresses with our own server, and cuts what is compressed.
func TestClientCompress(t *testing.T) {
	srv := nntptest.NewServer(t, "example.test")
	var read int64
	c, err := nntp.Dial(t.Context(), srv.Addr, &nntp.Options{Compress: true, Trace: func(_ *nntp.Client, e nntp.Event) { read = e.Read }})
	require.NoError(t, err)
	require.False(t, c.Capabilities().Has("COMPRESS", ""))
	require.Positive(t, read)
	require.Equal(t, 502, code(t, c.Compress(t.Context())), "twice")
	require.ErrorIs(t, c.Login(t.Context(), &auth.Credentials{Name: "tim", Password: "x"}), nntp.ErrUnsafe)
	g, err := c.Group(t.Context(), "example.test")
	require.NoError(t, err)
	require.Zero(t, g.Count)
	_, err = c.Date(cancelled())
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, c.Quit(t.Context()))

	_, err = nntp.NewClient(t.Context(), script(t, "S: 200 hi\nC: CAPABILITIES\nS: 101 ok\nS: COMPRESS DEFLATE\nS: .\n"+
		"C: COMPRESS DEFLATE\nR: 206 go\\r\\n200 injected\\r\\n\n"), &nntp.Options{Compress: true})
	require.ErrorIs(t, err, nntp.ErrReply)
}
