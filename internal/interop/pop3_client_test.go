//go:build interop

package interop

import (
	"crypto/tls"
	"errors"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/pop3"
)

// texts are the messages in the form that they are sent in.
func texts() (list []string) {
	for _, m := range contents {
		list = append(list, m.text)
	}
	return list
}

// requireMessage is require.Equal that says less about large messages.
func requireMessage(t *testing.T, want, got string) {
	t.Helper()
	if got != want {
		require.FailNow(t, "changed on its way", "%d octets are now %d: %.300q", len(want), len(got), got)
	}
}

// TestPOP3Client has our client log in to Dovecot by every way that the two have in
// common, fetch all messages, and delete them.
func TestPOP3Client(t *testing.T) {
	cert := newCertificate(t)
	by := func(mechanism string) pop3.Login {
		return pop3.Credentials(auth.Credentials{Name: "alice", Password: "secret", Mechanisms: []string{mechanism}})
	}
	ways := map[string][]pop3.Login{
		"best": pop3.Password("alice", "secret"), "USER": {pop3.UserPass("alice", "secret")}, "PLAIN": {by("PLAIN")}, "LOGIN": {by("LOGIN")},
		"CRAM-MD5": {by("CRAM-MD5")}, "DIGEST-MD5": {by("DIGEST-MD5")}, "SCRAM-SHA-1": {by("SCRAM-SHA-1")}, "SCRAM-SHA-256": {by("SCRAM-SHA-256")},
	}
	d := startPOP3Dovecot(t, cert, texts()...)
	for _, security := range []string{"clear", "STLS", "TLS"} {
		options := func(logins []pop3.Login) (string, *pop3.Options) {
			o := &pop3.Options{TLSConfig: &tls.Config{RootCAs: cert.roots}, ServerName: "localhost", Auth: logins}
			switch security {
			case "clear":
				o.TLS, o.PlaintextAuth = pop3.TLSNone, true
			case "TLS":
				o.ImplicitTLS = true
				return d.tls, o
			}
			return d.addr, o
		}
		for name, logins := range ways {
			t.Run(security+"/"+name, func(t *testing.T) {
				addr, o := options(logins)
				c, err := pop3.Dial(within(t), addr, o)
				require.NoError(t, err)
				require.Equal(t, security != "clear", c.TLS() != nil)
				count, _, err := c.Stat(within(t))
				require.NoError(t, err)
				require.Len(t, contents, count)
				require.NoError(t, c.Quit(within(t)))
			})
		}
		t.Run(security+"/wrong password", func(t *testing.T) {
			addr, o := options(pop3.Password("alice", "wrong"))
			_, err := pop3.Dial(within(t), addr, o)
			require.ErrorContains(t, err, "AUTH")
		})
		for _, ignore := range [][]string{nil, {"PIPELINING"}} {
			t.Run(security+"/fetch, not using "+strconv.Quote(append(ignore, "")[0]), func(t *testing.T) {
				addr, o := options(pop3.Password("alice", "secret"))
				o.Ignore = ignore
				c, err := pop3.Dial(within(t), addr, o)
				require.NoError(t, err)
				n := 0
				for m, err := range c.Messages(within(t), pop3.Fetch{}) {
					require.NoError(t, err)
					require.NotEmpty(t, m.UIDL)
					b, err := io.ReadAll(m.Body)
					require.NoError(t, err)
					require.EqualValues(t, len(b), m.Size)
					requireMessage(t, contents[n].text, string(b))
					n++
				}
				require.Len(t, contents, n)
				body, err := c.Top(within(t), 2, 1)
				require.NoError(t, err)
				top, err := io.ReadAll(body)
				require.NoError(t, err)
				requireMessage(t, header("dots")+"\r\n.\r\n", string(top))
				require.NoError(t, c.Quit(within(t)))
			})
		}
	}
	t.Run("APOP", func(t *testing.T) {
		c, err := pop3.Dial(within(t), d.addr, &pop3.Options{TLS: pop3.TLSNone, Auth: []pop3.Login{pop3.APOP("alice", "secret")}})
		require.NoError(t, err)
		require.NoError(t, c.Quit(within(t)))
	})
	t.Run("in use", func(t *testing.T) {
		o := &pop3.Options{TLS: pop3.TLSNone, PlaintextAuth: true, Auth: pop3.Password("alice", "secret")}
		c, err := pop3.Dial(within(t), d.addr, o)
		require.NoError(t, err)
		defer c.Close()
		_, err = pop3.Dial(within(t), d.addr, o)
		r, ok := errors.AsType[pop3.Reply](err)
		require.True(t, ok, err)
		require.Equal(t, pop3.InUse, r.Code)
	})
	t.Run("seen and deleted", func(t *testing.T) {
		o := &pop3.Options{TLS: pop3.TLSNone, PlaintextAuth: true, Auth: pop3.Password("alice", "secret")}
		seen := make(map[string]bool)
		for round, want := range []int{2, len(contents) - 2, 0} {
			c, err := pop3.Dial(within(t), d.addr, o)
			require.NoError(t, err)
			got := 0
			for m, err := range c.Messages(within(t), pop3.Fetch{Seen: func(uidl string) bool { return seen[uidl] }}) {
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, m.Body)
				require.NoError(t, err)
				seen[m.UIDL] = true
				if round == 1 {
					require.NoError(t, m.Delete())
				}
				if got++; round == 0 && got == want {
					break
				}
			}
			require.Equal(t, want, got)
			require.NoError(t, c.Quit(within(t)))
		}
		require.Equal(t, 2, d.left(t))
	})
}
