//go:build interop

package interop

import (
	"crypto/tls"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/smtp"
)

func quiet(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

// TestGsaslClients has GNU SASL log in to our server, line by line.
func TestGsaslClients(t *testing.T) {
	program := find(t, "gsasl", "gsasl")
	for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"} {
		for password, right := range map[string]bool{saslPassword: true, "wrong": false} {
			t.Run(mechanism, func(t *testing.T) {
				p := talk(t, nil, password, program, "--client", "--quiet", "-d", "--no-cb", "-m", mechanism, "-a", saslUser, "-p", password,
					"--service", "imap", "--hostname", saslHost, "--realm", saslHost, "--quality-of-protection", "qop-auth")
				chosen, ok := p.hear("", "")
				require.True(t, ok)
				require.Equal(t, mechanism, chosen)
				initial, ok := p.hear("", "")
				require.True(t, ok)
				response := decode64(t, initial)
				if len(response) == 0 {
					response = nil
				}
				e, err := saslAccounts(t).Start(t.Context(), &auth.Conn{Protocol: "imap4", ServerName: saslHost}, mechanism)
				require.NoError(t, err)
				for {
					challenge, done, err := e.Next(response)
					if !right && err != nil {
						require.ErrorIs(t, err, auth.ErrCredentials)
						return
					}
					require.NoError(t, err)
					if done {
						break
					}
					p.say(encode64(challenge))
					answer, ok := p.hear("", "")
					if !ok && e.Identity().Name() == "" { // gsasl has nothing more to say after the last challenge
						answer = ""
					}
					response = decode64(t, answer)
				}
				p.say("") // it wants a line after the last one too
				require.True(t, right)
				require.Equal(t, saslUser, e.Identity().Name())
				require.NoError(t, p.wait())
			})
		}
	}
}

// TestGsaslServers has our client log in to GNU SASL.
func TestGsaslServers(t *testing.T) {
	program := find(t, "gsasl", "gsasl")
	for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"} {
		for password, right := range map[string]bool{saslPassword: true, "wrong": false} {
			t.Run(mechanism, func(t *testing.T) {
				p := talk(t, nil, saslPassword, program, "--server", "--quiet", "-d", "--no-cb", "-m", mechanism, "-a", saslUser, "-p", saslPassword,
					"--service", "imap", "--hostname", saslHost, "--realm", saslHost, "--quality-of-protection", "qop-auth")
				cr := &auth.Credentials{Name: saslUser, Password: password, AllowInsecure: true, Mechanisms: []string{mechanism}}
				client, err := cr.Client(&auth.Conn{Protocol: "imap4", ServerName: saslHost}, []string{mechanism})
				require.NoError(t, err)
				_, initial, err := client.Start()
				require.NoError(t, err)
				chosen, ok := p.hear("", "")
				require.True(t, ok)
				require.Equal(t, mechanism, chosen)
				for first := true; ; first = false {
					challenge, more := p.hear("", "")
					if !more {
						break
					}
					decoded := decode64(t, challenge)
					switch {
					case first && initial != nil: // it begins, whatever the mechanism
						p.say(encode64(initial))
						continue
					case len(decoded) == 0: // it wants a line after the last one too
						p.say("")
						continue
					}
					response, err := client.Next(decoded)
					if !right && err != nil {
						break
					}
					require.NoError(t, err)
					p.say(encode64(response))
				}
				ended := p.wait()
				if right {
					require.NoError(t, ended)
					require.NoError(t, auth.Proven(client))
					return
				}
				require.Error(t, ended)
			})
		}
	}
}

// TestGsaslChannelBinding has GNU SASL log in to our SMTP server, bound to the
// TLS connection and not.
func TestGsaslChannelBinding(t *testing.T) {
	program := find(t, "gsasl", "gsasl")
	cert := newCertificate(t)
	r := record(t, &smtp.Server{TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert.Certificate}}}, false)
	_, port, err := net.SplitHostPort(r.addr)
	require.NoError(t, err)
	for _, c := range []struct {
		mechanism, password string
		options             []string
		ok                  bool
	}{
		{"SCRAM-SHA-256-PLUS", "secret", nil, true},
		{"SCRAM-SHA-256-PLUS", "secret", []string{"--priority", "NORMAL:-VERS-TLS1.3"}, true},
		{"SCRAM-SHA-256-PLUS", "wrong", nil, false},
		{"SCRAM-SHA-256", "secret", []string{"--no-cb"}, true},
		{"PLAIN", "secret", nil, true},
		{"LOGIN", "secret", nil, true},
	} {
		args := append([]string{
			"--smtp", "--x509-ca-file=" + cert.file, "-m", c.mechanism, "-a", "user", "-p", c.password, "--verbose",
		}, c.options...)
		out, err := run(t, program, append(args, "--connect=localhost:"+port)...)
		require.Equal(t, c.ok, err == nil, "%s: %s", c.mechanism, out)
	}
}
