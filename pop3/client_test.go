package pop3_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// A server of 1996 has neither CAPA nor UIDL nor TOP, and needs neither for its
// mail to be fetched.
func TestOldServer(t *testing.T) {
	nc, asked := script{
		"+OK POP3\r\n", "-ERR what?\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n1 6 octets\r\n 2  7\r\n.\r\n", "-ERR what?\r\n",
		"+OK\r\nA: b\r\n.\r\n", "+OK\r\n", "-ERR what?\r\n", "+OK\r\n",
	}.connect(t)
	c, err := pop3.NewClient(t.Context(), nc, inClear(pop3.Password("tim", "secret")...))
	require.NoError(t, err)
	require.Empty(t, c.Extensions())
	for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
		require.Empty(t, m.UIDL)
		if m.Number == 2 {
			require.Equal(t, pop3.Err("", "what?"), err)
			continue
		}
		require.NoError(t, err)
		require.EqualValues(t, 6, m.Size)
		b, err := io.ReadAll(m.Body)
		require.NoError(t, err)
		require.Equal(t, "A: b\r\n", string(b))
		require.NoError(t, m.Delete())
	}
	require.NoError(t, c.Quit(t.Context()))
	require.Equal(t, []string{"CAPA", "USER tim", "PASS secret", "LIST", "UIDL", "RETR 1", "DELE 1", "RETR 2", "QUIT"}, asked.all())
}

// Seen cannot be asked without names: all would be fetched again and again.
func TestSeenWithoutUIDL(t *testing.T) {
	c, _ := script{"+OK\r\n1 6\r\n.\r\n", "-ERR\r\n"}.client(t)
	n := 0
	for m, err := range c.Messages(t.Context(), pop3.Fetch{Seen: func(string) bool { return false }}) {
		require.Nil(t, m)
		require.ErrorIs(t, err, pop3.ErrNoUIDL)
		n++
	}
	require.Equal(t, 1, n)
}

// What a server says that is no answer ends the conversation, at once, whatever
// was asked.
func TestBadAnswers(t *testing.T) {
	noop := func(c *pop3.Client, ctx context.Context) error { return c.Noop(ctx) }
	stat := func(c *pop3.Client, ctx context.Context) error { _, _, err := c.Stat(ctx); return err }
	list := func(c *pop3.Client, ctx context.Context) error { _, err := c.List(ctx); return err }
	uidl := func(c *pop3.Client, ctx context.Context) error { _, err := c.UIDL(ctx); return err }
	retr := func(c *pop3.Client, ctx context.Context) error {
		b, err := c.Retr(ctx, 1)
		if err == nil {
			_, err = io.Copy(io.Discard, b)
		}
		return err
	}
	for _, tt := range []struct {
		says string
		do   func(*pop3.Client, context.Context) error
		want error
	}{
		{"", noop, io.ErrUnexpectedEOF},
		{"+O", noop, io.ErrUnexpectedEOF},
		{"+OKAY\r\n", noop, pop3.ErrReply},
		{"+ok\r\n", noop, pop3.ErrReply},
		{"250 ok\r\n", noop, pop3.ErrReply},
		{"\r\n", noop, pop3.ErrReply},
		{"+OK\n", noop, pop3.ErrReply},
		{"+OK a\rb\r\n", noop, pop3.ErrReply},
		{"+OK a\x00b\r\n", noop, pop3.ErrReply},
		{"+ \r\n", noop, pop3.ErrReply},
		{"+OK " + strings.Repeat("x", 1<<20) + "\r\n", noop, pop3.ErrReply},
		{"+OK\r\n", stat, pop3.ErrReply},
		{"+OK 1\r\n", stat, pop3.ErrReply},
		{"+OK -1 1\r\n", stat, pop3.ErrReply},
		{"+OK 99999999999999999999 1\r\n", stat, pop3.ErrReply},
		{"+OK\r\n1\r\n.\r\n", list, pop3.ErrReply},
		{"+OK\r\n0 1\r\n.\r\n", list, pop3.ErrReply},
		{"+OK\r\n2 1\r\n1 1\r\n.\r\n", list, pop3.ErrReply},
		{"+OK\r\n1 1\r\n1 1\r\n.\r\n", list, pop3.ErrReply},
		{"+OK\r\n1 1\r\n", list, io.ErrUnexpectedEOF},
		{"+OK\r\n1 1x\r\n.\r\n", list, pop3.ErrReply},
		{"+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n.\r\n", list, pop3.ErrReply}, // one more than Options.Messages
		{"+OK\r\n1\r\n.\r\n", uidl, pop3.ErrReply},
		{"+OK\r\n1 a b\r\n.\r\n", uidl, pop3.ErrReply},
		{"+OK\r\n1 " + strings.Repeat("x", 5000) + "\r\n.\r\n", uidl, pop3.ErrReply},
		{"+OK\r\nA: b\r\n", retr, io.ErrUnexpectedEOF},
		{"+OK\r\nA: b\r\n.\r", retr, io.ErrUnexpectedEOF},
		{"+OK\r\n" + strings.Repeat("A: b\r\n", 100) + ".\r\n", retr, pop3.ErrTooLarge},
	} {
		nc, _ := script{"+OK\r\n", plainCAPA, tt.says}.connect(t)
		o := inClear()
		o.Messages, o.MessageSize = 3, 100
		c, err := pop3.NewClient(t.Context(), nc, o)
		require.NoError(t, err)
		require.NoError(t, c.Err())
		require.ErrorIs(t, tt.do(c, t.Context()), tt.want, "%.60q", tt.says)
		require.ErrorIs(t, c.Err(), tt.want)
		require.ErrorContains(t, c.Noop(t.Context()), "pop3: the conversation is over: ", "%.60q", tt.says)
		require.NoError(t, c.Close())
	}
}

// A greeting that is none, or refuses, and a CAPA that does not end.
func TestBadGreetings(t *testing.T) {
	for _, tt := range []struct {
		says []string
		want error
	}{
		{[]string{"-ERR [SYS/TEMP] full\r\n"}, pop3.Err(pop3.SysTemp, "full")},
		{[]string{"-ERR [sys/temp] full\r\n"}, pop3.Err(pop3.SysTemp, "full")},
		{[]string{"220 smtp\r\n"}, pop3.ErrReply},
		{[]string{""}, io.ErrUnexpectedEOF},
		{[]string{"+OK\r\n", "+OK\r\n" + strings.Repeat("X\r\n", 1000)}, pop3.ErrReply},
		{[]string{"+OK\r\n", "+OK\r\nTOP\r\n"}, io.ErrUnexpectedEOF},
		{[]string{"+OK\r\n+OK\r\n", "+OK\r\n"}, pop3.ErrReply},
	} {
		nc, _ := script(tt.says).connect(t)
		_, err := pop3.NewClient(t.Context(), nc, inClear())
		require.ErrorIs(t, err, tt.want, "%q", tt.says)
	}
}

// A message with octets that end lines elsewhere is refused, and the conversation
// goes on; who wants it can have it as it is.
func TestBareOctets(t *testing.T) {
	for _, text := range []string{"A: b\nc\r\n", "A: b\rc\r\n", "\n.\r\n", "A\x00\r\n", "\r\r\n"} {
		for _, anyOctets := range []bool{false, true} {
			nc, _ := script{"+OK\r\n", plainCAPA, "+OK\r\n" + text + ".\r\n", "+OK\r\n"}.connect(t)
			o := inClear()
			o.AnyOctets = anyOctets
			c, err := pop3.NewClient(t.Context(), nc, o)
			require.NoError(t, err)
			body, err := c.Retr(t.Context(), 1)
			require.NoError(t, err)
			b, err := io.ReadAll(body)
			if anyOctets {
				require.NoError(t, err)
				require.Equal(t, text, string(b))
			} else {
				require.ErrorIs(t, err, pop3.ErrBareOctets)
			}
			require.NoError(t, c.Noop(t.Context()))
			require.NoError(t, c.Close())
		}
	}
}

// An argument never ends its line, and is never too long for one.
func TestUnsafe(t *testing.T) {
	for _, bad := range []string{"a\r\nDELE 1", "a\nb", "a\x00", "a\x7f", "gr\u00fcn", strings.Repeat("x", 300)} {
		for _, l := range []pop3.Login{pop3.UserPass(bad, "secret"), pop3.UserPass("tim", bad), pop3.APOP(bad, "secret")} {
			nc, asked := script{"+OK <1@host>\r\n", plainCAPA, "+OK\r\n", "+OK\r\n"}.connect(t)
			_, err := pop3.NewClient(t.Context(), nc, inClear(l))
			require.ErrorIs(t, err, pop3.ErrUnsafe)
			require.NotContains(t, err.Error(), bad)
			require.Equal(t, []string{"CAPA", "QUIT"}, asked.all())
		}
		c, _ := script{}.client(t)
		_, err := c.Do(t.Context(), "XTND", bad)
		require.ErrorIs(t, err, pop3.ErrUnsafe)
		_, err = c.Do(t.Context(), bad, "")
		require.ErrorIs(t, err, pop3.ErrUnsafe)
	}
	c, _ := script{}.client(t)
	for _, verb := range []string{"", "retr", "TOP", "LIST", "UIDL", "CAPA", "STLS", "USER", "pass", "APOP", "AUTH", "QUIT", "LANG", "NOOP x"} {
		_, err := c.Do(t.Context(), verb, "")
		require.ErrorIs(t, err, pop3.ErrUnsafe, verb)
	}
}

// begin answers STLS and then speaks TLS.
func stls(t *testing.T, behind, inside string) (net.Conn, *pop3test.Server) {
	t.Helper()
	srv := pop3test.NewUnstartedServer(t)
	near, far := memnet.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		r := bufio.NewReader(far)
		io.WriteString(far, "+OK <1@clear.example>\r\n")
		_, _ = r.ReadString('\n')
		io.WriteString(far, "+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN\r\nX-CLEAR\r\n.\r\n")
		_, _ = r.ReadString('\n')
		io.WriteString(far, "+OK\r\n"+behind)
		secured := tls.Server(struct {
			net.Conn
		}{far}, srv.Config.TLSConfig)
		defer secured.Close()
		if secured.Handshake() != nil {
			return
		}
		r = bufio.NewReader(secured)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if line == "CAPA\r\n" {
				io.WriteString(secured, inside)
			} else {
				io.WriteString(secured, "+OK "+line)
			}
		}
	}()
	t.Cleanup(func() { near.Close(); <-done })
	return near, srv
}

// Nothing that came in the clear counts under TLS: no answer in advance, no
// capability, and no timestamp.
func TestSTLSForgets(t *testing.T) {
	for _, behind := range []string{"+OK\r\n", "+OK\r\nX-CLEAR\r\n.\r\n", "x"} {
		nc, srv := stls(t, behind, "")
		_, err := pop3.NewClient(t.Context(), nc, &pop3.Options{TLSConfig: srv.ClientTLS, ServerName: "localhost"})
		require.ErrorIs(t, err, pop3.ErrHandshake, behind)
		require.ErrorContains(t, err, "plaintext behind")
	}
	nc, srv := stls(t, "", "+OK\r\nX-TLS\r\nSASL X\r\n.\r\n")
	o := &pop3.Options{TLSConfig: srv.ClientTLS, ServerName: "localhost"}
	c, err := pop3.NewClient(t.Context(), nc, o)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"X-TLS": "", "SASL": "X"}, c.Extensions())
	for _, l := range pop3.Password("tim", "secret") {
		require.ErrorIs(t, c.Auth(t.Context(), l), pop3.ErrNoMechanism)
	}
	require.ErrorContains(t, c.StartTLS(t.Context()), "active already")
}

// Without TLS nobody logs in who asked for it, whatever the server says.
func TestTLSPolicy(t *testing.T) {
	capa := "+OK\r\nSTLS\r\nUSER\r\n.\r\n"
	for _, tt := range []struct {
		policy pop3.TLSPolicy
		says   script
		want   error
		asked  []string
	}{
		{pop3.TLSDefault, script{"+OK\r\n", plainCAPA}, pop3.ErrNoTLS, []string{"CAPA"}},
		{pop3.TLSRequired, script{"+OK\r\n", plainCAPA}, pop3.ErrNoTLS, []string{"CAPA"}},
		{pop3.TLSVerified, script{"+OK\r\n", capa, "-ERR no\r\n"}, pop3.ErrNoTLS, []string{"CAPA", "STLS"}},
		{pop3.TLSVerified, script{"+OK\r\n", "-ERR\r\n", "-ERR no\r\n"}, pop3.ErrNoTLS, []string{"CAPA", "STLS"}},
		{pop3.TLSOpportunistic, script{"+OK\r\n", capa, "-ERR no\r\n"}, pop3.ErrNoMechanism, []string{"CAPA", "STLS"}},
		{pop3.TLSOpportunistic, script{"+OK\r\n", plainCAPA}, pop3.ErrNoMechanism, []string{"CAPA"}},
		{pop3.TLSNone, script{"+OK\r\n", capa}, pop3.ErrNoMechanism, []string{"CAPA"}},
	} {
		nc, asked := append(tt.says, "").connect(t)
		_, err := pop3.NewClient(t.Context(), nc, &pop3.Options{TLS: tt.policy, ServerName: "localhost", Auth: pop3.Password("tim", "secret")})
		require.ErrorIs(t, err, tt.want)
		require.Equal(t, append(tt.asked, "QUIT"), asked.all())
	}
	nc, _ := script{"+OK\r\n", capa, "+OK\r\n"}.connect(t)
	_, err := pop3.NewClient(t.Context(), nc, nil)
	require.ErrorContains(t, err, "ServerName must be set")
}

// steps is a mechanism that answers challenges in turn.
type steps struct {
	mechanism string
	initial   []byte
	answers   []string
	proven    bool
}

func (s *steps) Start() (string, []byte, error) { return s.mechanism, s.initial, nil }

func (s *steps) Next(challenge []byte) ([]byte, error) {
	if len(s.answers) == 0 {
		return nil, errors.New("no more")
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return []byte(a + string(challenge)), nil
}

func (s *steps) ServerProven() bool { return s.proven }

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// The exchange of RFC 5034, 4, in all its forms.
func TestClientSASL(t *testing.T) {
	long := strings.Repeat("x", 200)
	for name, tt := range map[string]struct {
		client *steps
		says   []string
		asked  []string
		want   error
		errs   string
	}{
		"initial":     {&steps{mechanism: "M", initial: []byte("a"), proven: true}, []string{"+OK\r\n"}, []string{"AUTH M " + b64("a")}, nil, ""},
		"empty":       {&steps{mechanism: "M", initial: []byte{}, proven: true}, []string{"+OK\r\n"}, []string{"AUTH M ="}, nil, ""},
		"challenge":   {&steps{mechanism: "M", answers: []string{"a"}, proven: true}, []string{"+ " + b64("c") + "\r\n", "+OK\r\n"}, []string{"AUTH M", b64("ac")}, nil, ""},
		"long":        {&steps{mechanism: "M", initial: []byte(long), proven: true}, []string{"+ \r\n", "+OK\r\n"}, []string{"AUTH M", b64(long)}, nil, ""},
		"no space":    {&steps{mechanism: "M", initial: []byte(long), proven: true}, []string{"+\r\n", "+OK\r\n"}, []string{"AUTH M", b64(long)}, nil, ""},
		"last word":   {&steps{mechanism: "M", initial: []byte("a"), answers: []string{""}, proven: true}, []string{"+ \r\n", "+OK\r\n"}, []string{"AUTH M " + b64("a"), ""}, nil, ""},
		"refused":     {&steps{mechanism: "M", initial: []byte("a")}, []string{"-ERR [AUTH] no\r\n"}, []string{"AUTH M " + b64("a")}, pop3.Err(pop3.BadAuth, "no"), ""},
		"unproven":    {&steps{mechanism: "M", initial: []byte("a")}, []string{"+OK\r\n"}, []string{"AUTH M " + b64("a")}, auth.ErrServer, ""},
		"given up":    {&steps{mechanism: "M"}, []string{"+ \r\n", "-ERR\r\n"}, []string{"AUTH M", "*"}, nil, "login given up: no more"},
		"but let in":  {&steps{mechanism: "M"}, []string{"+ \r\n", "+OK\r\n"}, []string{"AUTH M", "*"}, pop3.ErrReply, ""},
		"not base64":  {&steps{mechanism: "M"}, []string{"+ !\r\n"}, []string{"AUTH M"}, pop3.ErrReply, ""},
		"not offered": {&steps{mechanism: "N"}, nil, nil, pop3.ErrNoMechanism, ""},
	} {
		t.Run(name, func(t *testing.T) {
			nc, asked := append(script{"+OK\r\n", "+OK\r\nSASL X m Y\r\n.\r\n"}, append(tt.says, "")...).connect(t)
			o := inClear(pop3.SASL(func(c *auth.Conn) sasl.Client {
				require.Equal(t, "pop3", c.Protocol)
				return tt.client
			}))
			c, err := pop3.NewClient(t.Context(), nc, o)
			switch {
			case tt.errs != "":
				require.ErrorContains(t, err, tt.errs)
			default:
				require.ErrorIs(t, err, tt.want)
			}
			if err == nil {
				require.NoError(t, c.Close())
			}
			got := asked.all()
			require.Equal(t, append([]string{"CAPA"}, tt.asked...), got[:1+len(tt.asked)])
		})
	}
}

// A server that asks for ever is left.
func TestEndlessChallenges(t *testing.T) {
	says := script{"+OK\r\n", "+OK\r\nSASL M\r\n.\r\n"}
	for range 100 {
		says = append(says, "+ \r\n")
	}
	nc, _ := says.connect(t)
	client := &steps{mechanism: "M", answers: make([]string, 200)}
	_, err := pop3.NewClient(t.Context(), nc, inClear(pop3.SASL(func(*auth.Conn) sasl.Client { return client })))
	require.ErrorIs(t, err, pop3.ErrReply)
	require.Greater(t, len(client.answers), 100)
}

// What there is to choose from decides, and whether a password may be shown.
func TestChooseLogin(t *testing.T) {
	const stamp = "+OK <1896.697170952@dbc.mtview.ca.us>\r\n"
	for _, tt := range []struct {
		greeting, capa string
		asked          string
	}{
		{stamp, "+OK\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n", "APOP mrose c4c9334bac560ecc979e58001b3e22fb"}, // RFC 1939, 7
		{"+OK <1@a\x80>\r\n", "+OK\r\nUSER\r\nSASL LOGIN PLAIN\r\n.\r\n", "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm"},
		{"+OK\r\n", "+OK\r\nUSER\r\nSASL X\r\n.\r\n", "USER mrose"},
		{"+OK\r\n", "+OK\r\nSASL LOGIN\r\n.\r\n", "AUTH LOGIN bXJvc2U="},
		{"+OK\r\n", "+OK\r\nTOP\r\n.\r\n", "USER mrose"}, // USER is not listed, but neither is anything else
		{"+OK\r\n", "-ERR\r\n", "USER mrose"},
	} {
		nc, asked := script{tt.greeting, tt.capa, "-ERR enough\r\n"}.connect(t)
		_, err := pop3.NewClient(t.Context(), nc, inClear(pop3.Password("mrose", "tanstaaf")...))
		require.Equal(t, pop3.Err("", "enough"), err)
		require.Equal(t, tt.asked, asked.all()[1])
	}
	require.NotContains(t, fmt.Sprintf("%+v %#v", pop3.Password("mrose", "tanstaaf"), pop3.APOP("mrose", "tanstaaf")), "tanstaaf")
}

// What QUIT did not do is told.
func TestQuitFails(t *testing.T) {
	for _, tt := range []struct {
		says string
		dele bool
		want error
	}{
		{"-ERR [SYS/TEMP] some deleted messages not removed\r\n", true, pop3.Err(pop3.SysTemp, "some deleted messages not removed")},
		{"", true, io.ErrUnexpectedEOF},
		{"", false, nil}, // nothing was to be done
		{"+OK\r\n", true, nil},
	} {
		says := script{tt.says}
		if tt.dele {
			says = script{"+OK\r\n", tt.says}
		}
		c, _ := says.client(t)
		if tt.dele {
			require.NoError(t, c.Dele(t.Context(), 1))
		}
		require.ErrorIs(t, c.Quit(t.Context()), tt.want)
		require.ErrorIs(t, c.Noop(t.Context()), net.ErrClosed)
	}
	// So is what Messages could not mark.
	c, asked := script{
		"+OK\r\n1 6\r\n2 6\r\n.\r\n", "+OK\r\n1 a\r\n2 b\r\n.\r\n", "+OK\r\nA: b\r\n.\r\n", "+OK\r\nA: b\r\n.\r\n",
		"-ERR locked\r\n", "+OK\r\n", "+OK\r\n",
	}.client(t)
	for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, m.Body)
		require.NoError(t, err)
		require.NoError(t, m.Delete())
	}
	require.ErrorContains(t, c.Quit(t.Context()), "message 1 is not deleted: -ERR locked")
	require.Equal(t, []string{"CAPA", "LIST", "UIDL", "RETR 1", "RETR 2", "DELE 1", "DELE 2", "QUIT"}, asked.all())
}

// A server that goes in the midst of Messages ends the loop with what was lost.
func TestMessagesCut(t *testing.T) {
	c, _ := script{
		"+OK\r\n1 6\r\n2 6\r\n.\r\n", "+OK\r\n1 a\r\n2 b\r\n.\r\n", "+OK\r\nA: b\r\n.\r\n+OK\r\nA:",
	}.client(t)
	var errs []error
	for m, err := range c.Messages(t.Context(), pop3.Fetch{}) {
		if m == nil {
			errs = append(errs, err)
			continue
		}
		_, err = io.ReadAll(m.Body)
		errs = append(errs, err)
		if m.Number == 2 {
			require.ErrorIs(t, m.Delete(), pop3.ErrUnread)
		}
	}
	require.Len(t, errs, 3)
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], io.ErrUnexpectedEOF)
	require.ErrorIs(t, errs[2], io.ErrUnexpectedEOF)
}

// A server that says goodbye to a client that was idle is heard.
func TestUnasked(t *testing.T) {
	for says, want := range map[string]error{
		"+OK\r\n-ERR [SYS/TEMP] idle too long\r\n": pop3.Err(pop3.SysTemp, "idle too long"),
		"+OK\r\n+OK\r\n": pop3.ErrReply,
	} {
		c, _ := script{says}.client(t)
		require.NoError(t, c.Noop(t.Context()))
		require.ErrorIs(t, c.Noop(t.Context()), want)
		require.ErrorContains(t, c.Noop(t.Context()), "over")
	}
}

// A message that stops coming is given up, in time.
func TestStalledMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := memnet.Pipe()
		defer far.Close()
		go func() {
			r := bufio.NewReader(far)
			for _, says := range []string{"+OK\r\n", "-ERR\r\n", "+OK\r\nA: b\r\n"} {
				_, _ = io.WriteString(far, says)
				_, _ = r.ReadString('\n')
			}
		}()
		c, err := pop3.NewClient(t.Context(), near, inClear())
		require.NoError(t, err)
		defer c.Close()
		body, err := c.Retr(t.Context(), 1)
		require.NoError(t, err)
		_, err = io.ReadAll(body)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	})
}

// The trace tells of everything, and of no argument.
func TestClientTrace(t *testing.T) {
	var events []string
	o := inClear(pop3.UserPass("tim", "secret"))
	o.Trace = func(_ *pop3.Client, e pop3.Event) {
		events = append(events, fmt.Sprintf("%d %s %s", e.Kind, e.Verb, e.Reply.Error()))
		require.NotContains(t, fmt.Sprintf("%+v", e), "secret")
	}
	nc, _ := script{"+OK hi\r\n", "-ERR\r\n", "+OK\r\n", "+OK in\r\n", "+OK bye\r\n"}.connect(t)
	c, err := pop3.NewClient(t.Context(), nc, o)
	require.NoError(t, err)
	require.NoError(t, c.Quit(t.Context()))
	require.Equal(t, []string{"0  -ERR", "1  +OK hi", "1 CAPA -ERR", "1 USER +OK", "1 PASS +OK in", "1 QUIT +OK bye", "2  -ERR"}, events)
}
