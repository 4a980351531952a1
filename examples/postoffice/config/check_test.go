package config_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/examples/postoffice/config"
)

const zone = `
example.org.            MX   10 mail.example.org.
mail.example.org.       A    192.0.2.1
news.example.org.       A    192.0.2.2
away.example.org.       MX   10 news.example.org.
null.example.org.       MX   0 .
bare.example.org.       TXT  "no host"
self.example.org.       A    192.0.2.1
_rvp._tcp.example.org.  SRV  0 0 80 mail.example.org.
_rvp._tcp.away.example.org. SRV 0 0 80 news.example.org.
slow.example.org.       A    192.0.2.3
`

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// checker is one that finds the world in order.
func checker(r dnsresolve.Resolver) *config.Checker {
	return &config.Checker{
		Resolver:  r,
		Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
		Listen:    func(context.Context, string) error { return nil },
		Now:       func() time.Time { return noon },
	}
}

func findings(t testing.TB, c *config.Checker, text string) (all []string) {
	t.Helper()
	for f := range c.Check(t.Context(), parse(t, text)) {
		require.NotEmpty(t, f.Remedy)
		all = append(all, fmt.Sprintf("%s: %s: %s", f.Severity, f.Key, f.Reason))
	}
	return all
}

// ours is what the world is in order for, but for the certificate.
const (
	ours       = "[server]\ndefault-domain = 'example.org'\nhostname = 'mail.example.org'\n"
	selfSigned = "note: server.certificate: the certificate is self-signed"
)

func TestCheckNames(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	dns.Fail("slow.example.org", dnstest.Fault{Code: 2})
	local := func(domain string) string {
		return ours + "[[virtual]]\nname = 'a'\nprotocol = 'smtp'\naddresses = [':25']\nlocal-domains = ['" + domain + "']\n"
	}
	for _, row := range []struct{ name, text, want string }{
		{"in order", ours, ""},
		{
			"hostname that leads elsewhere", "[server]\ndefault-domain = 'example.org'\nhostname = 'news.example.org'\n",
			`warning: server.hostname: "news.example.org" leads to 192.0.2.2, which is not this machine`,
		},
		{"hostname that is nowhere", strings.Replace(ours, "mail.", "nowhere.", 1), `fault: server.hostname: "nowhere.example.org" is not in the DNS`},
		{"mail that goes elsewhere", local("away.example.org"), `warning: virtual[0].local-domains[0]: mail for "away.example.org" goes to news.example.org, which is not this machine`},
		{"null MX", local("null.example.org"), `fault: virtual[0].local-domains[0]: "null.example.org" says in the DNS that it takes no mail`},
		{"no MX", local("bare.example.org"), `warning: virtual[0].local-domains[0]: "bare.example.org" has no MX record, and is no name of this machine`},
		{"no MX, but an address", local("self.example.org"), ""},
		{"domain that is nowhere", local("nowhere.example.org"), `fault: virtual[0].local-domains[0]: "nowhere.example.org" is not in the DNS`},
		{"domain that is reserved", local("postoffice.test"), ""},
		{
			"alias", local("self.example.org") + "alias-domains = { 'away.example.org' = 'example.org' }\n",
			`warning: virtual[0].alias-domains."away.example.org": mail for "away.example.org" goes to news.example.org, which is not this machine`,
		},
		{"im", ours + "[im]\ndomains = ['example.org', 'self.example.org']\n", ""},
		{
			"im elsewhere", ours + "[im]\ndomains = ['away.example.org', 'news.example.org']\n",
			`warning: im.domains[0]: _rvp._tcp of "away.example.org" names news.example.org, which is not this machine|warning: im.domains[1]: "news.example.org" has no SRV record for _rvp._tcp, and is no name of this machine`,
		},
		{
			"hosts", ours + "[connector]\nsmart-hosts = ['nowhere.example.org:587', '[192.0.2.9]:25', 'lmtp:///run/lmtp']\n[[news.feed]]\nname = 'a'\nhost = 'nowhere.example.org:119'\n[im]\nproxy = 'http://nowhere.example.org'\nhomes = { tim = 'nowhere.example.org:80' }\n[accounts.ldap]\nurl = 'ldaps://nowhere.example.org/dc=example'\n",
			`fault: connector.smart-hosts[0]: "nowhere.example.org" is not in the DNS|fault: news.feed[0].host: "nowhere.example.org" is not in the DNS|fault: im.homes.tim: "nowhere.example.org" is not in the DNS|fault: im.proxy: "nowhere.example.org" is not in the DNS|fault: accounts.ldap.url: "nowhere.example.org" is not in the DNS`,
		},
		{
			"hosts of routes and sites", ours + "[connector]\nown-site = 'a'\n[[connector.route]]\nname = 'r'\nspaces = [{ pattern = '*' }]\nnext = ['nowhere.example.org']\n[[connector.site]]\nname = 'a'\nlink = [{ to = 'b', next = ['nowhere.example.org'] }]\n[[connector.site]]\nname = 'b'\n",
			`fault: connector.route[0].next[0]: "nowhere.example.org" is not in the DNS|fault: connector.site[0].link[0].next[0]: "nowhere.example.org" is not in the DNS`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := strings.Split(row.want, "|")
			if want[0] == "" {
				want = nil
			}
			var got []string
			for _, f := range findings(t, checker(dns.Client()), row.text) {
				if f != selfSigned {
					got = append(got, f)
				}
			}
			require.Equal(t, want, got)
		})
	}
	t.Run("DNS that is down", func(t *testing.T) {
		got := findings(t, checker(dns.Client()), ours+"[connector]\nsmart-hosts = ['slow.example.org']\n")
		require.Len(t, got, 2)
		require.Contains(t, got[1], `warning: connector.smart-hosts[0]: "slow.example.org" can't be looked up now`)
	})
}

// certificate writes a self-signed certificate and its key, and returns what names them.
func certificate(t *testing.T, dir, name string, from, to time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	for file, block := range map[string]*pem.Block{"c.pem": {Type: "CERTIFICATE", Bytes: der}, "k.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600))
	}
	return fmt.Sprintf("certificate = '%s'\nkey = '%s'\n", filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem"))
}

func TestCheckCertificates(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	year := 365 * 24 * time.Hour
	for _, row := range []struct {
		name, host string
		from, to   time.Duration
		want       string
	}{
		{"good", "mail.example.org", -year, year, ""},
		{"of a wildcard", "*.example.org", -year, year, ""},
		{"expired", "mail.example.org", -year, -time.Hour, "fault: server.certificate: c.pem has expired on 2026-06-01"},
		{"expires", "mail.example.org", -year, 24 * time.Hour, "warning: server.certificate: c.pem expires on 2026-06-02"},
		{"of the future", "mail.example.org", time.Hour, year, "fault: server.certificate: c.pem is valid from 2026-06-01 on"},
		{"of another host", "example.net", -year, year, `warning: server.certificate: c.pem does not have the name "mail.example.org"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			text := ours + certificate(t, dir, row.host, noon.Add(row.from), noon.Add(row.to))
			got := findings(t, trusting(t, dns.Client(), dir), text)
			require.Equal(t, row.want, strings.ReplaceAll(strings.Join(got, "|"), dir+"/", ""))
		})
	}
	t.Run("that others can read", func(t *testing.T) {
		dir := t.TempDir()
		text := certificate(t, dir, "mail.example.org", noon.Add(-year), noon.Add(year))
		require.NoError(t, os.Chmod(filepath.Join(dir, "k.pem"), 0o644))
		require.Equal(t, []string{"warning: server.certificate: others on this machine can read " + dir + "/k.pem"}, findings(t, trusting(t, dns.Client(), dir), ours+text))
	})
	t.Run("of a virtual server", func(t *testing.T) {
		dir := t.TempDir()
		text := ours + certificate(t, dir, "mail.example.org", noon.Add(-year), noon.Add(year)) +
			"[[virtual]]\nname = 'a'\nprotocol = 'pop3'\naddresses = [':110']\nhostname = 'self.example.org'\n"
		got := findings(t, trusting(t, dns.Client(), dir), text)
		require.Len(t, got, 1)
		require.Contains(t, got[0], `does not have the name "self.example.org"`)
	})
}

// trusting is a checker on a machine that trusts the certificate in a folder.
func trusting(t *testing.T, r dnsresolve.Resolver, dir string) *config.Checker {
	t.Helper()
	c := checker(r)
	text, err := os.ReadFile(filepath.Join(dir, "c.pem"))
	require.NoError(t, err)
	c.Roots = x509.NewCertPool()
	require.True(t, c.Roots.AppendCertsFromPEM(text))
	return c
}

// TestCheckChains checks what is said of a certificate that nobody trusts.
func TestCheckChains(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	dir := t.TempDir()
	const text = ours + "certificate = 'DIR/c.pem'\nkey = 'DIR/k.pem'\n"
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "k.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	sign := func(c, by *x509.Certificate) []byte {
		c.SerialNumber, c.NotBefore, c.NotAfter, c.BasicConstraintsValid = big.NewInt(1), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0), true
		der, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), key)
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	root := &x509.Certificate{Subject: pkix.Name{CommonName: "Root"}, IsCA: true}
	rootPEM := sign(root, root)
	between := &x509.Certificate{Subject: pkix.Name{CommonName: "Between"}, IsCA: true}
	betweenPEM := sign(between, root)
	leaf := sign(&x509.Certificate{Subject: pkix.Name{CommonName: "Leaf"}, DNSNames: []string{"mail.example.org"}}, between)
	self := &x509.Certificate{Subject: pkix.Name{CommonName: "Leaf"}, DNSNames: []string{"mail.example.org"}}
	trusted, nobody := x509.NewCertPool(), x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(rootPEM))
	for name, tt := range map[string]struct {
		file  []byte
		roots *x509.CertPool
		want  string
	}{
		"whole":     {append(leaf, betweenPEM...), trusted, ""},
		"alone":     {leaf, trusted, `warning: server.certificate: c.pem has one certificate alone, and this machine does not trust its issuer, "CN=Between"`},
		"by itself": {sign(self, self), nobody, "note: server.certificate: c.pem is signed by itself"},
		"untrusted": {append(leaf, betweenPEM...), nobody, "note: server.certificate: this machine does not trust c.pem: x509: certificate signed by unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "c.pem"), tt.file, 0o600))
			c := checker(dns.Client())
			c.Roots = tt.roots
			got := findings(t, c, strings.ReplaceAll(text, "DIR", dir))
			require.Equal(t, tt.want, strings.ReplaceAll(strings.Join(got, "|"), dir+"/", ""))
		})
	}
}

func TestCheckFiles(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	dir := t.TempDir()
	file := filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	got := findings(t, checker(dns.Client()), ours+"certificate = '"+dir+"/no.pem'\nkey = '"+dir+"/no.key'\nclient-ca = '"+file+"'\n"+
		"[[connector.route]]\nname = 'r'\nspaces = [{ pattern = '*' }]\nnext = ['192.0.2.7']\nlogin = { user = 'u', password-file = '"+file+"' }\n"+
		"[accounts.ldap]\nurl = 'ldaps://mail.example.org/dc=a'\nca = '"+dir+"/no.pem'\nbind = 'cn=a'\npassword-file = '"+dir+"/no'\n")
	require.Equal(t, []string{
		"fault: server.certificate: open no.pem: no such file or directory",
		"fault: server.client-ca: there is no certificate in empty",
		"fault: accounts.ldap.ca: open no.pem: no such file or directory",
		"fault: accounts.ldap.password-file: password-file: open no: no such file or directory",
		"fault: connector.route[0].login.password-file: password-file: empty begins with an empty line; write the password there",
	}, strings.Split(strings.ReplaceAll(strings.Join(got, "|"), dir+"/", ""), "|"))
}

func TestCheckAddresses(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	const text = ours + "[web]\nadmin-address = '127.0.0.1:3'\n[[virtual]]\nname = 'a'\nprotocol = 'pop3'\naddresses = ['127.0.0.1:1']\ntls-addresses = ['127.0.0.1:2']\n" +
		"[[virtual]]\nname = 'b'\nprotocol = 'pop3'\naddresses = ['127.0.0.1:4']\nstart = 'disabled'\n"
	c := checker(dns.Client())
	c.Held = func(a string) bool { return a == "127.0.0.1:2" }
	for cause, want := range map[error]string{
		errors.New("too many files"): `fault: %s: nobody can listen at "127.0.0.1:%d": listen: too many files`,
		syscall.EADDRINUSE:           `fault: %s: another program listens at "127.0.0.1:%d"`,
		syscall.EACCES:               `warning: %s: whoever runs this check may not listen at "127.0.0.1:%d": port %[2]d needs a privilege`,
		syscall.EADDRNOTAVAIL:        `fault: %[1]s: this machine does not have the address 127.0.0.1`,
	} {
		c.Listen = func(context.Context, string) error { return fmt.Errorf("listen: %w", cause) }
		require.Equal(t, []string{selfSigned, fmt.Sprintf(want, "virtual[0].addresses[0]", 1), fmt.Sprintf(want, "web.admin-address", 3)}, findings(t, c, text))
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	c.Listen, c.Held = nil, nil
	got := findings(t, c, ours+"[web]\nadmin-address = '127.0.0.1:0'\n[[virtual]]\nname = 'a'\nprotocol = 'pop3'\naddresses = ['"+l.Addr().String()+"']\n")
	require.Len(t, got, 2)
	require.Equal(t, `fault: virtual[0].addresses[0]: another program listens at "`+l.Addr().String()+`"`, got[1])
}

func TestCheckRisks(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	require.Equal(t, []string{
		selfSigned,
		"warning: virtual[0].insecure-auth: passwords can be read on their way",
		"warning: news.control[0].from: anybody can write that address into a message",
		"note: connector.private: mail may be sent to this machine and its neighbours",
	}, findings(t, checker(dns.Client()), ours+"[connector]\nprivate = true\n[[virtual]]\nname = 'a'\nprotocol = 'pop3'\naddresses = [':110']\ninsecure-auth = true\n"+
		"[[virtual]]\nname = 'b'\nprotocol = 'pop3'\naddresses = ['127.0.0.1:111']\ninsecure-auth = true\n[[news.control]]\nfrom = ['boss@example.org']\naction = 'obey'\n"))
	require.Equal(t, []string{selfSigned, "note: virtual: there are no virtual servers"}, findings(t, checker(dns.Client()), "virtual = []\n"+ours))
}

// TestCheckEnds checks that a check ends when its caller has enough, and with its context.
func TestCheckEnds(t *testing.T) {
	dns := dnstest.NewServer(t, zone)
	f := parse(t, "virtual = []\n[connector]\nprivate = true\n")
	n := 0
	for range checker(dns.Client()).Check(t.Context(), f) {
		n++
		break
	}
	require.Equal(t, 1, n)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var last config.Finding
	n = 0
	for last = range checker(dns.Client()).Check(ctx, f) {
		n++
	}
	require.Equal(t, 2, n) // what needs no DNS, of the first step
	require.Equal(t, "warning: server: the check has ended early; give it more time", last.String())
}
