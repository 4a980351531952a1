//go:build interop

package interop

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
)

// The account of these tests.
const (
	saslHost     = "mail.example"
	saslUser     = "tim"
	saslPassword = "tanstaaf"
)

// saslAccounts are accounts that serve every mechanism with a shared secret.
func saslAccounts(t *testing.T) *auth.Authenticator {
	t.Helper()
	users := &auth.Users{Hasher: &auth.Hasher{
		Time: 1, Memory: 8, // the secrets of a test need no work; the Iterations are what clients must be ready for
		SCRAM: []string{"SHA-1", "SHA-256"}, Secret: true,
	}}
	require.NoError(t, users.Set(saslUser, saslPassword))
	return &auth.Authenticator{Accounts: users, AllowInsecure: true, Logger: quiet(t)}
}

// TestCyrusClients has Cyrus SASL's sample client log in to our server.
func TestCyrusClients(t *testing.T) {
	program := find(t, "sasl-sample-client", "sasl2-bin")
	for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"} {
		for password, right := range map[string]bool{saslPassword: true, "wrong": false} {
			t.Run(mechanism, func(t *testing.T) {
				p := talk(t, nil, password, program, "-m", mechanism, "-s", "imap", "-n", saslHost, "-a", saslUser, "-u", saslUser)
				p.say("S: " + encode64([]byte(mechanism)))
				first, ok := p.hear("C: ", "")
				require.True(t, ok)
				chosen, initial, given := bytes.Cut(decode64(t, first), []byte{0})
				require.Equal(t, mechanism, string(chosen))
				response := append([]byte{}, initial...)
				if !given {
					response = nil
				}
				e, err := saslAccounts(t).Start(t.Context(), &auth.Conn{Protocol: "imap4", ServerName: saslHost}, mechanism)
				require.NoError(t, err)
				for {
					challenge, done, err := e.Next(response)
					if !right {
						if err != nil {
							require.ErrorIs(t, err, auth.ErrCredentials)
							return
						}
						require.False(t, done)
					}
					require.NoError(t, err)
					if done {
						break
					}
					p.say("S: " + encode64(challenge))
					answer, ok := p.hear("C: ", "")
					require.True(t, ok, "the client gives up")
					response = decode64(t, answer)
				}
				require.Equal(t, saslUser, e.Identity().Name())
			})
		}
	}
}

// TestCyrusServers has our client log in to Cyrus SASL's sample server.
func TestCyrusServers(t *testing.T) {
	program := find(t, "sasl-sample-server", "sasl2-bin")
	dir := t.TempDir()
	db := filepath.Join(dir, "sasldb2")
	cmd := exec.CommandContext(within(t), find(t, "saslpasswd2", "sasl2-bin"), "-p", "-c", "-f", db, "-u", saslHost, saslUser)
	cmd.Stdin = strings.NewReader(saslPassword)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	require.NoError(t, cmd.Run())
	write(t, filepath.Join(dir, "sample.conf"), "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: "+db+"\n")
	for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN"} {
		for password, right := range map[string]bool{saslPassword: true, "wrong": false} {
			t.Run(mechanism, func(t *testing.T) {
				p := talk(t, []string{"SASL_CONF_PATH=" + dir}, "", program, "-m", mechanism, "-s", "imap", "-d", saslHost, "-u", saslHost)
				offered, ok := p.hear("S: ", "")
				require.True(t, ok)
				cr := &auth.Credentials{Name: saslUser, Password: password, AllowInsecure: true}
				client, err := cr.Client(&auth.Conn{Protocol: "imap4", ServerName: saslHost}, strings.Fields(string(decode64(t, offered))))
				require.NoError(t, err)
				chosen, initial, err := client.Start()
				require.NoError(t, err)
				require.Equal(t, mechanism, chosen)
				first := []byte(chosen)
				if initial != nil {
					first = append(append(first, 0), initial...)
				}
				p.say("C: " + encode64(first))
				for {
					challenge, more := p.hear("S: ", "Negotiation complete")
					if !more {
						break
					}
					response, err := client.Next(decode64(t, challenge))
					require.NoError(t, err)
					p.say("C: " + encode64(response))
				}
				if right {
					require.NoError(t, auth.Proven(client))
					name, ok := p.hear("Username: ", "")
					require.True(t, ok)
					require.Contains(t, name, saslUser)
					return
				}
				_, ok = p.hear("Username: ", "")
				require.False(t, ok)
			})
		}
	}
}
