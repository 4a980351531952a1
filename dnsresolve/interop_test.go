//go:build interop

package dnsresolve_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
)

// These tests need the Debian packages unbound, which validates, and ldnsutils,
// which signs a zone for it.

// program returns where a program is.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	require.NoError(t, err, "%s is missing: install the Debian package %s", name, debian)
	return path
}

// output runs a program in a folder to its end.
func output(t *testing.T, dir, path string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %s: %s", path, args, out)
	return strings.TrimSpace(string(out))
}

const interopSOA = "$TTL 300\n@ SOA ns h 1 3600 3600 3600 60\n@ NS ns\nns A 192.0.2.53\n"

// unbound runs Unbound with a zone that it validates, one that nobody signed, and
// one in which a record was changed after it was signed.
func unbound(t *testing.T) *dnsresolve.Client {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		return name
	}
	var conf strings.Builder
	port := freePort(t)
	fmt.Fprintf(&conf, `server:
  interface: 127.0.0.1
  port: %d
  do-daemonize: no
  use-syslog: no
  logfile: ""
  chroot: ""
  username: ""
  pidfile: ""
  directory: "%s"
  module-config: "validator iterator"
  ede: yes
remote-control:
  control-enable: no
`, port, dir)
	zones := map[string]string{
		"signed.example": `@ MX 10 mx
mx A 192.0.2.1
mx AAAA 2001:db8::1
_25._tcp.mx TLSA 3 1 1 ` + sum256 + `
in CNAME mx
out CNAME mx.plain.example.
big TXT ` + strings.Repeat(`"`+strings.Repeat("x", 250)+`" `, 10) + "\n",
		"plain.example": "@ MX 10 mx\nmx A 192.0.2.2\n_25._tcp.mx TLSA 3 1 1 " + sum256 + "\n",
		"bogus.example": "@ MX 10 mx\nmx A 192.0.2.66\n_25._tcp.mx TLSA 3 1 1 " + sum256 + "\n",
	}
	for name, text := range zones {
		file := write(name, "$ORIGIN "+name+".\n"+interopSOA+text)
		if name != "plain.example" {
			key := output(t, dir, program(t, "ldns-keygen", "ldnsutils"), "-a", "ECDSAP256SHA256", "-k", name)
			output(t, dir, program(t, "ldns-signzone", "ldnsutils"), "-n", file, key)
			signed, err := os.ReadFile(file + ".signed")
			require.NoError(t, err)
			file = write(name+".signed", strings.Replace(string(signed), "192.0.2.66", "192.0.2.67", 1))
			_, trust, ok := strings.Cut(conf.String(), "server:\n")
			require.True(t, ok)
			conf.Reset()
			fmt.Fprintf(&conf, "server:\n  trust-anchor-file: %q\n%s", filepath.Join(dir, key+".key"), trust)
		}
		fmt.Fprintf(&conf, "auth-zone:\n  name: %q\n  zonefile: %q\n  for-downstream: no\n  for-upstream: yes\n", name, file)
	}
	var log bytes.Buffer
	cmd := exec.Command(program(t, "unbound", "unbound"), "-d", "-c", write("unbound.conf", conf.String()))
	cmd.Stderr = &log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr.String())
		if err == nil {
			require.NoError(t, conn.Close())
			break
		}
		select {
		case <-ctx.Done():
			require.NoError(t, ctx.Err(), "unbound did not start")
		case <-time.After(20 * time.Millisecond):
		}
	}
	return &dnsresolve.Client{Servers: []dnsresolve.Server{{Addr: addr, Trusted: true}}, NoHosts: true, MixedCase: true, Timeout: 10 * time.Second}
}

// freePort returns a port that is free for UDP and TCP.
func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	u, err := net.ListenPacket("udp4", l.Addr().String())
	require.NoError(t, err)
	defer u.Close()
	return l.Addr().(*net.TCPAddr).AddrPort().Port()
}

// TestUnbound looks up what a resolver that validates says of each zone.
func TestUnbound(t *testing.T) {
	c := unbound(t)
	for _, tt := range []struct {
		name   string
		t      dnsresolve.Type
		secure bool
		count  int // of records
		kind   dnsresolve.Kind
	}{
		{"signed.example", dnsresolve.TypeMX, true, 1, 0},
		{"mx.signed.example", dnsresolve.TypeA, true, 1, 0},
		{"in.signed.example", dnsresolve.TypeAAAA, true, 1, 0},
		{"out.signed.example", dnsresolve.TypeA, false, 1, 0},
		{"out.signed.example", dnsresolve.TypeCNAME, true, 1, 0},
		{"_25._tcp.mx.signed.example", dnsresolve.TypeTLSA, true, 1, 0},
		{"big.signed.example", dnsresolve.TypeTXT, true, 1, 0}, // over TCP
		{"gone.signed.example", dnsresolve.TypeA, true, 0, dnsresolve.NotExist},
		{"mx.signed.example", dnsresolve.TypeMX, true, 0, dnsresolve.NoData},
		{"plain.example", dnsresolve.TypeMX, false, 1, 0},
		{"gone.plain.example", dnsresolve.TypeMX, false, 0, dnsresolve.NotExist},
		{"bogus.example", dnsresolve.TypeMX, true, 1, 0},
		{"mx.bogus.example", dnsresolve.TypeA, false, 0, dnsresolve.Bogus},
	} {
		answer, err := c.Lookup(t.Context(), tt.name, tt.t)
		require.Equal(t, tt.secure, answer.Secure, "%s %s: %v", tt.name, tt.t, err)
		require.Len(t, answer.Records, tt.count)
		if tt.count == 0 {
			require.Equal(t, tt.kind, kindOf(t, err), "%v", err)
		}
	}
}

// TestUnboundRoute plans routes with what such a resolver says.
func TestUnboundRoute(t *testing.T) {
	p := &dnsresolve.Planner{Resolver: unbound(t)}
	hosts, err := routes(t.Context(), p, "signed.example")
	require.NoError(t, err)
	require.Equal(t, dnsresolve.TLSDANE, hosts[0].TLS)
	require.Len(t, hosts[0].TLSA, 1)
	hosts, err = routes(t.Context(), p, "plain.example")
	require.NoError(t, err)
	require.Equal(t, dnsresolve.TLSOpportunistic, hosts[0].TLS)
	require.Equal(t, "4.4.3", told(routes(t.Context(), p, "bogus.example")))
}
