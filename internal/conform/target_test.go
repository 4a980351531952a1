package conform_test

import (
	"context"
	"crypto/tls"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
)

func TestConnect(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	nc, err := conform.Connect(t.Context(), nil, ln.Addr().String())
	require.NoError(t, err)
	require.NoError(t, nc.Close())

	_, err = conform.Connect(t.Context(), func(context.Context) (net.Conn, error) { return nil, net.ErrClosed }, ln.Addr().String())
	require.Equal(t, net.ErrClosed, err)
}

func TestClientTLS(t *testing.T) {
	own := new(tls.Config)
	require.True(t, conform.ClientTLS(own, "mail.example:25") == own)
	for addr, host := range map[string]string{"mail.example:25": "mail.example", "": "localhost"} {
		cfg := conform.ClientTLS(nil, addr)
		require.Equal(t, host, cfg.ServerName)
		require.True(t, cfg.InsecureSkipVerify)
	}
}
