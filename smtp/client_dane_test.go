package smtp_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
	"github.com/wirepost/wirepost/smtp/smtptest"
)

// An issuer signs certificates.
type issuer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// issue makes a certificate, signed by itself if there is no issuer.
func (i *issuer) issue(tb testing.TB, ca bool, notAfter time.Time, names ...string) *issuer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: notAfter.AddDate(-1, 0, 0), NotAfter: notAfter,
		IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ca {
		template.Subject.CommonName, template.ExtKeyUsage = "authority", nil
	}
	if i == nil {
		i = &issuer{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, &key.PublicKey, i.key)
	require.NoError(tb, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return &issuer{cert, key}
}

// record is the TLSA record of a certificate.
func record(usage, selector, matching uint8, cert *x509.Certificate) smtp.TLSA {
	data := cert.Raw
	if selector == 1 {
		data = cert.RawSubjectPublicKeyInfo
	}
	switch matching {
	case 1:
		sum := sha256.Sum256(data)
		data = sum[:]
	case 2:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return smtp.TLSA{Usage: usage, Selector: selector, MatchingType: matching, Data: data}
}

func TestDANE(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	later, before := now.AddDate(0, 1, 0), now.AddDate(0, -1, 0)
	root := (*issuer)(nil).issue(t, true, later)
	middle := root.issue(t, true, later)
	leaf := middle.issue(t, false, later, "mx.example")
	stale := middle.issue(t, false, before, "mx.example")
	self := (*issuer)(nil).issue(t, false, before, "nobody.example")
	other := (*issuer)(nil).issue(t, true, later)
	chain := []*x509.Certificate{leaf.cert, middle.cert, root.cert}
	noRoot := chain[:2]
	bad := record(3, 1, 1, other.cert)

	for _, tt := range []struct {
		name    string
		chain   []*x509.Certificate
		records []smtp.TLSA
		names   []string
		ok      bool
	}{
		{"EE cert", chain, []smtp.TLSA{record(3, 0, 0, leaf.cert)}, nil, true},
		{"EE key, SHA-256", chain, []smtp.TLSA{record(3, 1, 1, leaf.cert)}, nil, true},
		{"EE key, SHA-512", chain, []smtp.TLSA{record(3, 1, 2, leaf.cert)}, nil, true},
		{"EE, neither name nor date", []*x509.Certificate{self.cert}, []smtp.TLSA{record(3, 1, 1, self.cert)}, []string{"mx.example"}, true},
		{"EE of another", chain, []smtp.TLSA{bad}, []string{"mx.example"}, false},
		{"EE of the issuer", chain, []smtp.TLSA{record(3, 1, 1, middle.cert)}, []string{"mx.example"}, false},
		{"one of two", chain, []smtp.TLSA{bad, record(3, 1, 1, leaf.cert)}, nil, true},
		{"TA root", chain, []smtp.TLSA{record(2, 0, 1, root.cert)}, []string{"mx.example"}, true},
		{"TA in the middle", chain, []smtp.TLSA{record(2, 1, 1, middle.cert)}, []string{"mx.example"}, true},
		{"TA in the middle, no root", noRoot, []smtp.TLSA{record(2, 1, 2, middle.cert)}, []string{"mx.example"}, true},
		{"TA, second name", chain, []smtp.TLSA{record(2, 1, 1, middle.cert)}, []string{"domain.example", "mx.example"}, true},
		{"TA, wrong name", chain, []smtp.TLSA{record(2, 1, 1, middle.cert)}, []string{"domain.example"}, false},
		{"TA, out of date", []*x509.Certificate{stale.cert, middle.cert, root.cert}, []smtp.TLSA{record(2, 1, 1, middle.cert)}, []string{"mx.example"}, false},
		{"TA that is not sent", noRoot, []smtp.TLSA{record(2, 0, 1, root.cert)}, []string{"mx.example"}, false},
		{"TA that the DNS has whole", noRoot, []smtp.TLSA{record(2, 0, 0, root.cert)}, []string{"mx.example"}, true},
		{"TA that the DNS has whole, of another", noRoot, []smtp.TLSA{record(2, 0, 0, other.cert)}, []string{"mx.example"}, false},
		{"TA that has not signed", []*x509.Certificate{self.cert, root.cert}, []smtp.TLSA{record(2, 0, 1, root.cert)}, []string{"nobody.example"}, false},
		{"TA that is the server itself, wrong name", chain, []smtp.TLSA{record(2, 1, 1, leaf.cert)}, []string{"domain.example"}, false},
		{"TA garbage", chain, []smtp.TLSA{{2, 0, 0, []byte("x")}}, []string{"mx.example"}, false},
		{"TA after EE", chain, []smtp.TLSA{bad, record(2, 1, 1, root.cert)}, []string{"mx.example"}, true},
		{"weaker digest does not count", chain, []smtp.TLSA{record(3, 1, 1, leaf.cert), record(3, 1, 2, other.cert)}, nil, false},
		{"weaker digest of another thing does", chain, []smtp.TLSA{record(3, 1, 1, leaf.cert), record(3, 0, 2, other.cert)}, nil, true},
		{"no records", chain, nil, []string{"mx.example"}, false},
		{"no certificate", nil, []smtp.TLSA{bad}, nil, false},
		{"PKIX usages alone", chain, []smtp.TLSA{record(0, 1, 1, other.cert), record(1, 1, 1, other.cert)}, nil, true},
		{"PKIX usages beside", chain, []smtp.TLSA{record(1, 1, 1, leaf.cert), bad}, nil, false},
		{"unknown values alone", chain, []smtp.TLSA{{3, 2, 1, make([]byte, 32)}, {3, 1, 3, make([]byte, 32)}, {9, 1, 1, make([]byte, 32)}}, nil, true},
		{"digest of the wrong size alone", chain, []smtp.TLSA{{3, 1, 1, make([]byte, 31)}, {3, 1, 0, nil}}, nil, true},
	} {
		err := smtp.VerifyDANE(tt.chain, tt.records, tt.names, now)
		if tt.ok {
			require.NoError(t, err, tt.name)
		} else {
			require.ErrorIs(t, err, smtp.ErrDANE, tt.name)
		}
	}
}

// TestDANEClient checks the policy in a conversation.
func TestDANEClient(t *testing.T) {
	cfg, _ := tlsConfigs(t)
	leaf := cfg.Certificates[0].Leaf
	unusable := record(1, 1, 1, leaf)
	for _, tt := range []struct {
		records []smtp.TLSA
		want    smtp.TLSPolicy
	}{
		{[]smtp.TLSA{record(3, 1, 1, leaf)}, smtp.TLSDANE},
		{[]smtp.TLSA{record(3, 1, 1, leaf), unusable}, smtp.TLSDANE},
		{[]smtp.TLSA{unusable}, smtp.TLSRequired},
		{[]smtp.TLSA{{3, 1, 1, make([]byte, 32)}}, 0},
	} {
		srv := smtptest.NewUnstartedServer(t)
		srv.Config.TLSConfig = cfg
		c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &smtp.Options{TLS: smtp.TLSDANE, TLSA: tt.records, ServerName: "mx.example"})
		if tt.want == 0 {
			require.ErrorIs(t, err, smtp.ErrDANE)
			require.ErrorIs(t, err, smtp.ErrHandshake)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, tt.want, c.Security())
		require.NoError(t, c.Close())
	}
}

// TestResumption checks that a session which is resumed is verified anew.
func TestResumption(t *testing.T) {
	cfg, trusting := tlsConfigs(t)
	trusting.ClientSessionCache = tls.NewLRUClientSessionCache(10)
	srv := smtptest.NewUnstartedServer(t)
	srv.Config.TLSConfig = cfg
	connect := func(o smtp.Options) (*smtp.Client, error) {
		o.TLSConfig, o.ServerName = trusting, "localhost"
		return smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &o)
	}
	for i := range 2 {
		c, err := connect(smtp.Options{TLS: smtp.TLSRequired})
		require.NoError(t, err)
		require.NoError(t, c.Noop(t.Context())) // the ticket comes with a reply
		require.Equal(t, i == 1, c.TLS().DidResume)
		require.NoError(t, c.Close())
	}
	_, err := connect(smtp.Options{TLS: smtp.TLSDANE, TLSA: []smtp.TLSA{{3, 1, 1, make([]byte, 32)}}})
	require.ErrorIs(t, err, smtp.ErrDANE)
	trusting.RootCAs = x509.NewCertPool()
	_, err = connect(smtp.Options{TLS: smtp.TLSVerified})
	require.ErrorIs(t, err, smtp.ErrHandshake)
}

// TestVerifyChain checks a certificate that leads to a root by way of another
// one, on a day of the program's choice.
func TestVerifyChain(t *testing.T) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	root := (*issuer)(nil).issue(t, true, day.AddDate(0, 1, 0))
	middle := root.issue(t, true, day.AddDate(0, 1, 0))
	leaf := middle.issue(t, false, day.AddDate(0, 1, 0), "mx.example")
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	for _, tt := range []struct {
		chain [][]byte
		day   time.Time
		ok    bool
	}{
		{[][]byte{leaf.cert.Raw, middle.cert.Raw}, day, true},
		{[][]byte{leaf.cert.Raw}, day, false},
		{[][]byte{leaf.cert.Raw, middle.cert.Raw}, day.AddDate(0, 2, 0), false},
	} {
		srv := smtptest.NewUnstartedServer(t)
		srv.Config.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: tt.chain, PrivateKey: leaf.key}}}
		c, err := smtp.NewClient(t.Context(), smtptest.Dial(t, srv.Config), &smtp.Options{
			TLS: smtp.TLSVerified, ServerName: "mx.example",
			TLSConfig: &tls.Config{RootCAs: roots, Time: func() time.Time { return tt.day }},
		})
		require.Equal(t, tt.ok, err == nil, err)
		if tt.ok {
			require.NoError(t, c.Close())
		}
	}
}
