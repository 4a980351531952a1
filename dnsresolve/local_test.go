package dnsresolve_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// TestResolvConf reads what resolv.conf(5) describes.
func TestResolvConf(t *testing.T) {
	server := func(addr string, trusted bool) dnsresolve.Server {
		return dnsresolve.Server{Addr: netip.AddrPortFrom(netip.MustParseAddr(addr), 53), Trusted: trusted}
	}
	for text, want := range map[string]dnsresolve.Conf{
		"":                        {Servers: []dnsresolve.Server{server("127.0.0.1", true)}},
		"nameserver 192.0.2.1":    {Servers: []dnsresolve.Server{server("192.0.2.1", false)}},
		"nameserver 127.0.0.53":   {Servers: []dnsresolve.Server{server("127.0.0.53", true)}},
		"nameserver fe80::1%eth0": {Servers: []dnsresolve.Server{server("fe80::1%eth0", false)}},
		"; x\nsearch a b\nnameserver nonsense\nnameserver\t192.0.2.1  # x\r\n nameserver ::1\nnameserver 192.0.2.3\nnameserver 192.0.2.4": {
			Servers: []dnsresolve.Server{server("192.0.2.1", false), server("::1", true), server("192.0.2.3", false)},
		},
		"options trust-ad timeout:5 attempts:9 rotate use-vc\nnameserver 192.0.2.1": {
			Servers: []dnsresolve.Server{server("192.0.2.1", true)}, Timeout: 5 * time.Second, Tries: 5, Rotate: true, TCP: true,
		},
		"options timeout:-1 attempts:x timeout:99999999999999999999\nnameserver 192.0.2.1": {Servers: []dnsresolve.Server{server("192.0.2.1", false)}},
		"options timeout:1000\nnameserver 192.0.2.1":                                       {Servers: []dnsresolve.Server{server("192.0.2.1", false)}, Timeout: 30 * time.Second},
	} {
		require.Equal(t, want, dnsresolve.ParseResolvConf([]byte(text)), text)
	}
}

// TestResolvConfReload checks that the file is read again when it changes.
func TestResolvConfReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, fresh := dnstest.NewServer(t, "a.example 1 A 192.0.2.1"), dnstest.NewServer(t, "a.example 1 A 192.0.2.2")
		c := &dnsresolve.Client{
			NoHosts:    true,
			ResolvConf: filepath.Join(t.TempDir(), "resolv.conf"),
			Dial:       servers{"192.0.2.51:53": old, "192.0.2.52:53": fresh}.dial,
		}
		lookup := func() string {
			answer, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
			require.NoError(t, err)
			return answer.Records[0].Addr.String()
		}
		require.NoError(t, os.WriteFile(c.ResolvConf, []byte("nameserver 192.0.2.51\n"), 0o600))
		require.Equal(t, "192.0.2.1", lookup())
		require.NoError(t, os.WriteFile(c.ResolvConf, []byte("nameserver 192.0.2.52\n"), 0o600))
		require.NoError(t, os.Chtimes(c.ResolvConf, time.Time{}, time.Now()))
		time.Sleep(5 * time.Second)
		require.Equal(t, "192.0.2.2", lookup())
		require.NoError(t, os.Remove(c.ResolvConf))
		time.Sleep(5 * time.Second)
		_, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.ErrorContains(t, err, "127.0.0.1:53")
	})
}

// TestRotate checks that "options rotate" spreads the questions.
func TestRotate(t *testing.T) {
	one, two := dnstest.NewServer(t, "a.example A 192.0.2.1"), dnstest.NewServer(t, "a.example A 192.0.2.1")
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	require.NoError(t, os.WriteFile(conf, []byte("options rotate use-vc\nnameserver 192.0.2.51\nnameserver 192.0.2.52\n"), 0o600))
	c := &dnsresolve.Client{NoHosts: true, ResolvConf: conf, CacheSize: -1, Dial: servers{"192.0.2.51:53": one, "192.0.2.52:53": two}.dial}
	for range 10 {
		_, err := c.Lookup(t.Context(), "a.example", dnsresolve.TypeA)
		require.NoError(t, err)
	}
	require.Len(t, one.Asked(), 5)
	require.Len(t, two.Asked(), 5)
	require.Equal(t, "tcp", one.Asked()[0].Network)
}

// TestHosts checks that a hosts file has addresses and nothing else.
func TestHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := dnstest.NewServer(t, "mx.example A 192.0.2.9\nmx.example MX 10 other.example")
		c := srv.Client()
		c.NoHosts, c.HostsFile = false, filepath.Join(t.TempDir(), "hosts")
		write := func(text string) {
			require.NoError(t, os.WriteFile(c.HostsFile, []byte(text), 0o600))
			require.NoError(t, os.Chtimes(c.HostsFile, time.Time{}, time.Now()))
		}
		write("# x\n192.0.2.1\tMX.example mx # y\n::ffff:192.0.2.2 mx.example\nnonsense mx.example\n2001:db8::1 six\n192.0.2.3\n")
		answer, err := c.Lookup(t.Context(), "mx.EXAMPLE.", dnsresolve.TypeA)
		require.NoError(t, err)
		require.Equal(t, []dnsresolve.Record{{Addr: netip.MustParseAddr("192.0.2.1")}, {Addr: netip.MustParseAddr("192.0.2.2")}}, answer.Records)
		require.False(t, answer.Secure)
		_, err = c.Lookup(t.Context(), "mx.example", dnsresolve.TypeAAAA)
		require.Equal(t, dnsresolve.NoData, kindOf(t, err), "the file is all there is")
		require.Empty(t, srv.Asked())
		answer, err = c.Lookup(t.Context(), "mx.example", dnsresolve.TypeMX)
		require.NoError(t, err)
		require.Equal(t, "other.example", answer.Records[0].Host)

		write("192.0.2.7 mx.example\n")
		time.Sleep(5 * time.Second)
		answer, err = c.Lookup(t.Context(), "mx.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.Equal(t, "192.0.2.7", answer.Records[0].Addr.String())

		d := srv.Client()
		d.HostsFile = c.HostsFile
		answer, err = d.Lookup(t.Context(), "mx.example", dnsresolve.TypeA)
		require.NoError(t, err)
		require.Equal(t, "192.0.2.9", answer.Records[0].Addr.String())
	})
}

// TestSpecialNames checks that nobody is told of names that are not in the DNS,
// unless that is wanted.
func TestSpecialNames(t *testing.T) {
	srv := dnstest.NewServer(t, "mx.test A 192.0.2.1\nmx.local A 192.0.2.2")
	c := srv.Client()
	c.SpecialUse = []string{"Local."}
	for name, want := range map[string]string{
		"localhost": "127.0.0.1", "a.LOCALHOST": "127.0.0.1", "mx.local": "192.0.2.2",
		"mx.test": "", "a.invalid": "", "abc.onion": "", "invalid": "", "192.0.2.1": "", "test": "",
	} {
		answer, err := c.Lookup(t.Context(), name, dnsresolve.TypeA)
		if want == "" {
			require.Equal(t, dnsresolve.NotExist, kindOf(t, err), name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, want, answer.Records[0].Addr.String())
	}
	answer, err := c.Lookup(t.Context(), "localhost", dnsresolve.TypeAAAA)
	require.NoError(t, err)
	require.Equal(t, "::1", answer.Records[0].Addr.String())
	_, err = c.Lookup(t.Context(), "localhost", dnsresolve.TypeMX)
	require.Equal(t, dnsresolve.NoData, kindOf(t, err))
	require.Len(t, srv.Asked(), 1)

	_, err = c.Lookup(t.Context(), "protest", dnsresolve.TypeA)
	require.Equal(t, dnsresolve.NotExist, kindOf(t, err))
	require.Len(t, srv.Asked(), 2, "it only ends in the same letters")
}

// TestNames checks what names become.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"Example.ORG.":               "example.org",
		".":                          ".",
		"bücher.example":             "xn--bcher-kva.example",
		"BÜCHER。Example":             "xn--bcher-kva.example",
		"_IMAPS._tcp.bücher.example": "_imaps._tcp.xn--bcher-kva.example",
		"faß.example":                "xn--fa-hia.example",
		"a_b.example":                "a_b.example",
		"\u212aelvin.example":        "kelvin.example", // the mapping of UTS 46 itself
	} {
		got, err := dnsresolve.Normalize(name)
		require.NoError(t, err, name)
		require.Equal(t, want, got)
	}
	for _, name := range []string{"", "..", ".a", "a..b", "a b", "a\x00b", "a\\.b", `a"b`, "ü_ü.example", "-ü.example", "\xff.example", "ü\u200d.example", strings.Repeat("_a.", 1000) + "ü", strings.Repeat("ü", 1000)} {
		_, err := dnsresolve.Normalize(name)
		require.Error(t, err, "%q", name)
	}
	require.Equal(t, `a\000b\031\127"\é`+"\xff", dnsresolve.Text([]string{`a\000b\031`, `\127\"\\é\255`}))
	require.Equal(t, `\`, dnsresolve.Text([]string{`\`}))
}
