package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
)

// write writes a zone file.
func write(t *testing.T, zone string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "zone")
	require.NoError(t, os.WriteFile(file, []byte(zone), 0o600))
	return file
}

// TestServe asks over UDP and over TCP, and after what is no query at all.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	status := make(chan int, 1)
	file := write(t, "there.test MX 10 mail.there.test\nbig.test TXT "+strings.Repeat(`"`+strings.Repeat("x", 250)+`" `, 20))
	go func() {
		status <- run(ctx, []string{"-listen", "127.0.0.1:0", file}, in, t.Output())
		_ = in.Close()
	}()
	buf := make([]byte, 1000)
	n, err := out.Read(buf)
	require.NoError(t, err)
	address := strings.TrimSuffix(strings.TrimPrefix(string(buf[:n]), "dnszone answers at "), ".\n")
	junk, err := net.Dial("udp", address)
	require.NoError(t, err)
	defer junk.Close()
	_, err = junk.Write([]byte("What is this?"))
	require.NoError(t, err)

	client := &dnsresolve.Client{Servers: []dnsresolve.Server{{Addr: netip.MustParseAddrPort(address)}}, NoHosts: true, SpecialUse: []string{"."}}
	answer, err := client.Lookup(t.Context(), "there.test", dnsresolve.TypeMX)
	require.NoError(t, err)
	require.Len(t, answer.Records, 1)
	answer, err = client.Lookup(t.Context(), "big.test", dnsresolve.TypeTXT) // no packet takes it
	require.NoError(t, err)
	require.Len(t, answer.Records, 1)
	_, err = client.Lookup(t.Context(), "gone.test", dnsresolve.TypeMX)
	require.ErrorContains(t, err, "no such domain")

	cancel()
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Regexp(t, `^dnszone was asked \d+ questions\.\n$`, string(rest))
	require.Zero(t, <-status)
}

func TestMistakes(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-help"}, 0, "usage: dnszone [flags] FILE"},
		{nil, 2, "usage: dnszone [flags] FILE"},
		{[]string{"-nonsense", "zone"}, 2, "flag provided but not defined"},
		{[]string{filepath.Join(t.TempDir(), "none")}, 1, "dnszone: open "},
		{[]string{write(t, "there.test MX ten mail.there.test")}, 1, "dnszone: dnstest: the zone cannot be read: "},
		{[]string{"-listen", taken.Addr().String(), write(t, "")}, 1, "choose another address with -listen HOST:PORT"},
		{[]string{"-listen", "nonsense", write(t, "")}, 1, "missing port in address"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, tt.status, run(t.Context(), tt.args, &stdout, &stderr), "%q", tt.args)
		require.Empty(t, stdout.String())
		require.Contains(t, stderr.String(), tt.want, "%q", tt.args)
	}
}
