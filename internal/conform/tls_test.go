package conform_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
	"github.com/wirepost/wirepost/internal/memnet"
)

// anyCertificate is a configuration that trusts everybody.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{"localhost\x1b[2J"},
		NotBefore:    time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// startTLS returns a dialler to a server that says answer to the first line,
// then handshakes, if it has a configuration, greets, and echoes a line.
func startTLS(cfg *tls.Config, answer string) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) {
		near, far := memnet.Pipe()
		go func() {
			defer far.Close()
			r := bufio.NewReader(far)
			if _, err := r.ReadString('\n'); err != nil {
				return
			}
			io.WriteString(far, answer)
			if cfg == nil {
				io.Copy(io.Discard, far)
				return
			}
			secure := tls.Server(far, cfg)
			defer secure.Close()
			io.WriteString(secure, "220 secure\r\n")
			line, _ := bufio.NewReader(secure).ReadString('\n')
			io.WriteString(secure, line)
		}()
		return near, nil
	}
}

// begin brings a peer to where TLS begins.
func begin(ctx context.Context, r *conform.Run, dial func(context.Context) (net.Conn, error)) *conform.Peer {
	p := r.Dial(ctx, dial)
	p.Send("STARTTLS\r\n")
	if _, err := p.Line(); err != nil {
		r.Failf("%v", err)
	}
	return p
}

func TestStartTLS(t *testing.T) {
	cfg := certificate(t)
	r := do(t, func(ctx context.Context, r *conform.Run) {
		p := begin(ctx, r, startTLS(cfg, "220 go\r\n"))
		p.StartTLS(ctx, anyCertificate)
		greeting, err := p.Line()
		require.NoError(t, err)
		p.Send("NOOP\r\n")
		echo, err := p.Line()
		require.NoError(t, err)
		require.Equal(t, []string{"220 secure", "NOOP"}, []string{greeting, echo})
	})
	require.Equal(t, conform.Pass, r.Verdict, r.Detail)
	require.Equal(t, []string{
		"C: STARTTLS", "S: 220 go", "(TLS begins)", "S: 220 secure", "C: NOOP", "S: NOOP",
	}, r.Transcript)
}

// The server's octets behind its answer to STARTTLS are an injection of
// somebody else's (RFC 3207, 6).
func TestStartTLSInjection(t *testing.T) {
	cfg := certificate(t)
	r := do(t, func(ctx context.Context, r *conform.Run) {
		begin(ctx, r, startTLS(cfg, "220 go\r\n250 injected\r\n")).StartTLS(ctx, anyCertificate)
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Contains(t, r.Detail, "in the clear")
}

// A handshake that fails ends the case; the names in a certificate, which the
// server chose, cannot draw on the terminal.
func TestStartTLSFails(t *testing.T) {
	cfg := certificate(t)
	r := do(t, func(ctx context.Context, r *conform.Run) {
		begin(ctx, r, startTLS(cfg, "220 go\r\n")).StartTLS(ctx, &tls.Config{ServerName: "localhost"})
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Contains(t, r.Detail, "TLS handshake: ")
	require.NotContains(t, r.Detail, "\x1b")
	require.Equal(t, "(TLS handshake failed)", r.Transcript[2])
}

func TestStartTLSTimesOut(t *testing.T) {
	r := do(t, func(ctx context.Context, r *conform.Run) {
		begin(ctx, r, startTLS(nil, "220 go\r\n")).StartTLS(ctx, anyCertificate)
	})
	require.Equal(t, conform.Fail, r.Verdict)
	require.Equal(t, timeout, r.Duration)
}

// TryTLS takes what is buffered for a part of the handshake, and hands a
// failure to the case.
func TestTryTLS(t *testing.T) {
	cfg := certificate(t)
	for _, tt := range []struct {
		answer  string
		secured bool
	}{
		{"220 go\r\n", true},
		{"220 go\r\n250 injected\r\n", false},
	} {
		var err error
		var line string
		r := do(t, func(ctx context.Context, r *conform.Run) {
			p := begin(ctx, r, startTLS(cfg, tt.answer))
			if err = p.TryTLS(ctx, anyCertificate); err == nil {
				line, _ = p.Line()
			}
		})
		require.Equal(t, conform.Pass, r.Verdict)
		require.Equal(t, tt.secured, err == nil, tt.answer)
		require.Equal(t, tt.secured, line == "220 secure")
	}
}
