package pop3_test

import (
	"bufio"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// apop begins a conversation, and returns what says a line and the digest of a
// password.
func apop(t *testing.T, srv *pop3.Server) (say func(line string) string, digest func(password string) string) {
	nc := pop3test.Dial(t, srv)
	r := bufio.NewReader(nc)
	greeting, err := r.ReadString('\n')
	require.NoError(t, err)
	_, stamp, _ := strings.Cut(strings.TrimSpace(greeting), "<")
	say = func(line string) string {
		_, err := io.WriteString(nc, line+"\r\n")
		require.NoError(t, err)
		answer, err := r.ReadString('\n')
		require.NoError(t, err)
		return answer
	}
	return say, func(password string) string {
		sum := md5.Sum([]byte("<" + stamp + password))
		return hex.EncodeToString(sum[:])
	}
}

// APOP logs in by a digest of the greeting's timestamp, once (RFC 1939, 7).
func TestAPOP(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.Config.Auth.AllowInsecure = false // the password is not shown
	say, digest := apop(t, srv.Config)
	require.Contains(t, say("APOP tim"), "-ERR syntax")
	require.Contains(t, say("APOP"), "-ERR syntax")
	require.Contains(t, say("APOP  tim  "+digest("secret")+" "), "+OK maildrop has 3 messages")
	require.Contains(t, say("APOP tim "+digest("secret")), "-ERR command not offered")
	require.Contains(t, say("QUIT"), "+OK")

	for _, wrong := range []string{"0123", strings.Repeat("0", 32), strings.Repeat("g", 32)} {
		say, digest = apop(t, srv.Config)
		require.Contains(t, say("APOP tim "+wrong), "-ERR")
		require.Contains(t, say("APOP tim "+digest("secret")), "-ERR command not offered", "a timestamp is good for one attempt")
	}
	// An unknown name is answered as a wrong digest is.
	say, digest = apop(t, srv.Config)
	wrong := say("APOP tim " + digest("wrong"))
	say, digest = apop(t, srv.Config)
	require.Equal(t, wrong, say("APOP nobody "+digest("secret")))
	require.Contains(t, wrong, "-ERR [AUTH]")
}

// Where it cannot be served there is no timestamp.
func TestNoAPOP(t *testing.T) {
	for name, change := range map[string]func(*pop3.Server){
		"TLS is asked for": func(s *pop3.Server) { s.RequireTLS = true },
		"no CRAM-MD5":      func(s *pop3.Server) { s.Auth.Mechanisms = []string{"PLAIN"} },
		"no Auth":          func(s *pop3.Server) { s.Auth = nil },
	} {
		t.Run(name, func(t *testing.T) {
			srv := pop3test.NewUnstartedServer(t, mailbox)
			change(srv.Config)
			pop3test.Play(t, srv.Config, "S: +OK localhost POP3\nS! <\nC: APOP tim 0123\nS: -ERR command not offered here\n")
		})
	}
}

// The client logs in by every mechanism that the server has, in the clear and
// under TLS, where SCRAM is bound to the certificate.
func TestEveryMechanism(t *testing.T) {
	srv := pop3test.NewUnstartedServer(t, mailbox)
	srv.Start()
	for _, policy := range []pop3.TLSPolicy{pop3.TLSNone, pop3.TLSVerified} {
		names := []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "DIGEST-MD5", "CRAM-MD5", "NTLM"}
		if policy == pop3.TLSVerified {
			names = append(names, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS")
		}
		ways := map[string]pop3.Login{"USER": pop3.UserPass("tim", "secret")}
		if policy == pop3.TLSNone {
			ways["APOP"] = pop3.APOP("tim", "secret")
		}
		for _, name := range names {
			ways[name] = by(name, "secret")
		}
		for name, way := range ways {
			t.Run(fmt.Sprint(name, policy), func(t *testing.T) {
				o := &pop3.Options{TLS: policy, TLSConfig: srv.ClientTLS, PlaintextAuth: true, Auth: []pop3.Login{way}}
				c, err := pop3.Dial(t.Context(), srv.Addr, o)
				require.NoError(t, err)
				count, _, err := c.Stat(t.Context())
				require.NoError(t, err)
				require.Equal(t, 3, count)
				require.NoError(t, c.Quit(t.Context()))
				if name == "USER" || name == "APOP" {
					return
				}
				o.Auth = []pop3.Login{by(name, "wrong")}
				_, err = pop3.Dial(t.Context(), srv.Addr, o)
				require.Error(t, err)
			})
		}
	}
}
