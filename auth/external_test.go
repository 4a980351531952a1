package auth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"
)

func slogOf(h slog.Handler) *slog.Logger { return slog.New(h) }

// certificates maps a certificate by its first DNS name.
type certificates struct{}

func (certificates) MapCertificate(_ context.Context, c *Conn) (string, error) {
	switch cert := c.TLS.PeerCertificates[0]; {
	case len(cert.DNSNames) == 0:
		return "", nil
	case cert.DNSNames[0] == "nobody":
		return "", ErrCredentials
	case cert.DNSNames[0] == "down":
		return "", errDown
	default:
		return cert.DNSNames[0], nil
	}
}

// certified is a connection whose client has shown a certificate for the name.
func certified(name string) *Conn {
	cert := &x509.Certificate{}
	if name != "" {
		cert.DNSNames = []string{name}
	}
	chain := []*x509.Certificate{cert}
	return &Conn{TLS: &tls.ConnectionState{PeerCertificates: chain, VerifiedChains: [][]*x509.Certificate{chain}}}
}

func TestExternal(t *testing.T) {
	authorize := func(_ context.Context, user, as string) error {
		if user == "admin" && as == "tim" {
			return nil
		}
		return ErrAuthorization
	}
	for _, c := range []struct {
		name, cert, asked string
		want              Identity
		err               error
	}{
		{"own name", "tim", "", Identity{User: "tim", Mechanism: "EXTERNAL"}, nil},
		{"own name, said", "tim", "tim", Identity{User: "tim", Mechanism: "EXTERNAL"}, nil},
		{"for another", "admin", "tim", Identity{User: "admin", As: "tim", Mechanism: "EXTERNAL"}, nil},
		{"not for another", "tim", "admin", Identity{}, ErrAuthorization},
		{"nobody's", "nobody", "", Identity{}, ErrCredentials},
		{"down", "down", "", Identity{}, errDown},
		{"NUL", "tim", "t\x00m", Identity{}, ErrMalformed},
		{"not UTF-8", "tim", "\xff", Identity{}, ErrMalformed},
		{"control", "tim", "t\rm", Identity{}, ErrDisallowed},
		{"long", "tim", strings.Repeat("a", 70000), Identity{}, ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &Authenticator{Accounts: certificates{}, Authorize: authorize, Logger: silent, Guard: &Guard{Free: -1}}
			client := sasl.NewExternalClient(c.asked)
			mechanism, response, err := client.Start()
			require.NoError(t, err)
			for _, initial := range []bool{true, false} {
				e, err := a.Start(t.Context(), certified(c.cert), mechanism)
				require.NoError(t, err)
				if !initial {
					challenge, done, err := e.Next(nil)
					require.NoError(t, err)
					require.False(t, done)
					require.Equal(t, []byte{}, challenge)
				}
				_, done, err := e.Next(response)
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.err == nil, done)
				require.Equal(t, c.want, e.Identity())
			}
		})
	}
	e, err := (&Authenticator{Accounts: certificates{}, Logger: silent}).Start(t.Context(), certified(""), "EXTERNAL")
	require.NoError(t, err)
	_, _, err = e.Next([]byte{})
	require.ErrorContains(t, err, "return its name")
}

// TestExternalNeedsVerifiedCertificate: one that was only shown is worth nothing.
func TestExternalNeedsVerifiedCertificate(t *testing.T) {
	a := &Authenticator{Accounts: certificates{}, AllowInsecure: true}
	require.Equal(t, []string{"EXTERNAL"}, a.Offer(certified("tim")))
	shown := certified("tim")
	shown.TLS.VerifiedChains = nil
	for _, c := range []*Conn{nil, {}, inClear, secure, shown} {
		require.Empty(t, a.Offer(c))
		_, err := a.Start(t.Context(), c, "EXTERNAL")
		require.Error(t, err)
	}
	require.False(t, a.PasswordAllowed(certified("tim")))
}
