package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStartTLSClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, far := inMemory(t, Timeouts{Line: time.Minute, Write: time.Minute})
		server := New(far, Timeouts{Line: time.Minute, Write: time.Minute})
		go func() {
			if _, err := server.ReadLine(MaxLine); err != nil {
				return // the other end tells
			}
			_, _ = server.WriteString("220 go ahead\r\n")
			if server.StartTLS(t.Context(), serverConfig, time.Minute) != nil {
				return // so do these
			}
			_, _ = server.WriteString("250 secret\r\n")
			_ = server.Flush()
		}()
		_, err := c.WriteString("STARTTLS\r\n")
		require.NoError(t, err)
		requireLine(t, c, "220 go ahead")
		require.NoError(t, c.StartTLSClient(t.Context(), clientConfig, time.Minute))
		requireLine(t, c, "250 secret")
		require.Equal(t, "mail.example", c.TLS().ServerName)
	})
}

// TestInjectedPlaintext checks that a reply in the clear behind the one that
// agreed to TLS is never taken for the server's.
func TestInjectedPlaintext(t *testing.T) {
	c := play("220 go ahead\r\n250 evil\r\n")
	requireLine(t, c, "220 go ahead")
	require.Equal(t, ErrPipelined, c.StartTLSClient(t.Context(), clientConfig, time.Minute))
	require.Nil(t, c.TLS())
	_, err := c.ReadLine(MaxLine)
	require.Equal(t, net.ErrClosed, err)
}

// TestClientHandshakeFails checks that there is no way back to the clear.
func TestClientHandshakeFails(t *testing.T) {
	for name, tc := range map[string]struct {
		cfg   *tls.Config
		serve func(far net.Conn)
		check func(t *testing.T, err error)
	}{
		"untrusted": {
			&tls.Config{RootCAs: x509.NewCertPool(), ServerName: "mail.example"},
			func(far net.Conn) { _ = tls.Server(far, serverConfig).Handshake() },
			func(t *testing.T, err error) { require.ErrorAs(t, err, new(x509.UnknownAuthorityError)) },
		},
		"silent": {
			clientConfig,
			func(far net.Conn) { _, _ = io.Copy(io.Discard, far) },
			func(t *testing.T, err error) { require.ErrorIs(t, err, os.ErrDeadlineExceeded) },
		},
		"not TLS": {
			clientConfig,
			func(far net.Conn) { _, _ = far.Write([]byte("250 what is this noise\r\n")) },
			func(t *testing.T, err error) { require.ErrorAs(t, err, new(tls.RecordHeaderError)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, far := inMemory(t, Timeouts{})
				go tc.serve(far)
				tc.check(t, c.StartTLSClient(t.Context(), tc.cfg, time.Minute))
				_, err := c.WriteString("AUTH PLAIN AGEAYg==\r\n")
				require.NoError(t, err)
				_, err = c.ReadLine(MaxLine)
				require.Equal(t, net.ErrClosed, err)
				require.Equal(t, net.ErrClosed, c.Flush())
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		c, _ := inMemory(t, Timeouts{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		require.ErrorIs(t, c.StartTLSClient(ctx, clientConfig, time.Minute), context.Canceled)
	})
}
