package smime_test

import (
	"bytes"
	"crypto/x509"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/smime"
)

func TestSignAndVerify(t *testing.T) {
	p := people()
	for name, o := range map[string]smime.SignOptions{
		"RSA":     {Identities: []smime.Identity{p.rsa}},
		"PSS":     {Identities: []smime.Identity{p.rsa}, PSS: true},
		"P-256":   {Identities: []smime.Identity{p.p256}},
		"P-384":   {Identities: []smime.Identity{p.p384}},
		"Ed25519": {Identities: []smime.Identity{p.ed}},
		"two":     {Identities: []smime.Identity{p.p384, p.bob}},
	} {
		for _, opaque := range []bool{false, true} {
			o.Opaque = opaque
			o.Time = time.Now().Add(-time.Minute).Truncate(time.Second)
			signed := sign(t, entity, o)
			e := parse(t, signed)
			e.Body = iotest.OneByteReader(e.Body)
			v, err := smime.Verify(e, p.believe("Alice@EXAMPLE.org"))
			require.NoError(t, err, name)
			require.NoError(t, v.Err(), name)
			require.Len(t, v.Signers, len(o.Identities))
			s := v.Signers[0]
			require.True(t, s.MatchesFrom)
			require.True(t, o.Time.Equal(s.SigningTime))
			require.True(t, s.Certificate.Equal(o.Identities[0].Certificate))
			require.Len(t, s.Chains[0], 3)
			if opaque {
				require.Equal(t, smime.SignedData, v.Kind)
				require.Equal(t, entity, string(v.Content))
			} else {
				require.Equal(t, smime.Detached, v.Kind)
				require.Nil(t, v.Content)
				require.Equal(t, entity, string(body(signed)[v.Start:v.End]))
			}
		}
	}
}

// Stored with the line ends of another system a message still verifies, and one signed from such a store is CRLF.
func TestLineEnds(t *testing.T) {
	p := people()
	o := smime.SignOptions{Identities: []smime.Identity{p.p256}}
	signed := sign(t, strings.ReplaceAll(entity, "\r\n", "\n"), o)
	require.Contains(t, string(signed), entity)
	require.Zero(t, bytes.Count(signed, []byte("\n"))-bytes.Count(signed, []byte("\r\n")))
	stored := bytes.ReplaceAll(signed, []byte("\r\n"), []byte("\n"))
	v, err := smime.Verify(parse(t, stored), p.believe("alice@example.org"))
	require.NoError(t, err)
	require.NoError(t, v.Err())
	_, b, _ := bytes.Cut(stored, []byte("\n\n"))
	require.Equal(t, strings.ReplaceAll(entity, "\r\n", "\n"), string(b[v.Start:v.End]))
}

// Whatever the entity looks like at its end or at a buffer's, it is signed and found octet for octet.
func TestOddEntities(t *testing.T) {
	p := people()
	for _, text := range []string{
		"", "\r\n", "\r\n\r\n", "A: b\r\n\r\nno line end", "A: b\r\n\r\n--\r\n--x\r\n", "\r\n- --\r\n",
		"\r\n" + strings.Repeat(strings.Repeat("y", 998)+"\r\n", 100),
		"\r\n" + strings.Repeat("0123456\r\n", 30_000),
	} {
		signed := sign(t, text, smime.SignOptions{Identities: []smime.Identity{p.p256}})
		v, err := smime.Verify(parse(t, signed), p.believe("alice@example.org"))
		require.NoError(t, err)
		require.NoError(t, v.Err())
		require.Equal(t, text, string(body(signed)[v.Start:v.End]))
	}
}

func TestSignRefuses(t *testing.T) {
	p := people()
	o := smime.SignOptions{Identities: []smime.Identity{p.p256}}
	for want, text := range map[string]string{
		"octets above 127": "A: b\r\n\r\nK\xf6ln\r\n",
		"or NUL":           "A: b\r\n\r\n\x00\r\n",
		"CR without LF":    "A: b\r\n\r\na\rb\r\n",
		"a CR without LF":  "A: b\r\n\r\nab\r",
		"998 octets":       "A: b\r\n\r\n" + strings.Repeat("x", 1000) + "\r\n",
	} {
		require.ErrorContains(t, smime.Sign(new(bytes.Buffer), strings.NewReader(text), o), want)
		opaque := o
		opaque.Opaque = true
		v, err := smime.Verify(parse(t, sign(t, text, opaque)), p.believe("alice@example.org"))
		require.NoError(t, err)
		require.Equal(t, text, string(v.Content))
	}
	for want, ids := range map[string][]smime.Identity{
		"SignOptions.Identities":         nil,
		"needs a Certificate":            {{}},
		"not the one of the certificate": {{Certificate: p.p256.Certificate, Key: p.p384.Key}},
		"crypto.Signer":                  {p.x25519},
	} {
		for _, opaque := range []bool{false, true} {
			o := smime.SignOptions{Identities: ids, Opaque: opaque}
			require.ErrorContains(t, smime.Sign(new(bytes.Buffer), strings.NewReader(entity), o), want)
		}
	}
	err := smime.Sign(new(bytes.Buffer), strings.NewReader(entity),
		smime.SignOptions{Identities: []smime.Identity{p.rsa}, Opaque: true, Limits: smime.Limits{Content: 10}})
	require.ErrorIs(t, err, smime.ErrTooLarge)
}

// Every writer's error comes back, wherever it happens.
func TestSignToBrokenWriter(t *testing.T) {
	p := people()
	for _, opaque := range []bool{false, true} {
		o := smime.SignOptions{Identities: []smime.Identity{p.p256}, Opaque: opaque}
		size := len(sign(t, entity, o)) - 50 // ECDSA's signatures differ in length
		for n := range size {
			require.Error(t, smime.Sign(&full{n}, strings.NewReader(entity), o))
		}
	}
}

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, iotest.ErrTimeout
	}
	return len(p), nil
}

func TestChains(t *testing.T) {
	p := people()
	verify := func(id smime.Identity, o smime.VerifyOptions, at time.Time) error {
		signed := sign(t, entity, smime.SignOptions{Identities: []smime.Identity{id}, Time: at})
		v, err := smime.Verify(parse(t, signed), o)
		require.NoError(t, err)
		require.NoError(t, v.Signers[0].SignatureErr)
		return v.Err()
	}
	alice := p.believe("alice@example.org")
	variant := func(edit func(c *x509.Certificate)) smime.Identity {
		return issue(newKey(), p.intermediate, func(c *x509.Certificate) {
			c.EmailAddresses = []string{"alice@example.org"}
			edit(c)
		})
	}
	require.NoError(t, verify(variant(func(*x509.Certificate) {}), alice, time.Time{}))
	require.ErrorContains(t, verify(p.p256, smime.VerifyOptions{
		From: alice.From, Chain: x509.VerifyOptions{Roots: x509.NewCertPool()},
	}, time.Time{}), "unknown authority")
	require.ErrorContains(t, verify(variant(func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}), alice, time.Time{}), "incompatible key usage")
	require.ErrorContains(t, verify(variant(func(c *x509.Certificate) {
		c.KeyUsage = x509.KeyUsageKeyAgreement
	}), alice, time.Time{}), "does not allow signatures")

	expired := variant(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	require.NoError(t, verify(expired, alice, time.Now().Add(-30*time.Minute)), "valid when it signed")
	require.ErrorContains(t, verify(expired, alice, time.Time{}), "expired")
	later := alice
	later.Chain.CurrentTime = time.Now()
	require.ErrorContains(t, verify(expired, later, time.Now().Add(-30*time.Minute)), "expired", "not valid when it came")
	require.ErrorContains(t, verify(p.p256, alice, time.Now().Add(48*time.Hour)), "in the future")

	bare := variant(func(*x509.Certificate) {})
	bare.Chain = nil
	require.ErrorContains(t, verify(bare, alice, time.Time{}), "unknown authority")
	known := alice
	known.Chain.Intermediates = x509.NewCertPool()
	known.Chain.Intermediates.AddCert(p.intermediate.Certificate)
	require.NoError(t, verify(bare, known, time.Time{}))
	require.NoError(t, verify(p.p256, known, time.Time{}))
	require.True(t, known.Chain.Intermediates.Equal(func() *x509.CertPool {
		pool := x509.NewCertPool()
		pool.AddCert(p.intermediate.Certificate)
		return pool
	}()), "the caller's pool stays as it was")
}
