package smime_test

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/wirepost/wirepost/mime/smime"
)

const entity = "Content-Type: text/plain; charset=us-ascii\r\n\r\nThe order is for 100 pieces.\r\nAlice\r\n"

// A pki is a root with an intermediate, and people with certificates of each kind.
type pki struct {
	roots              *x509.CertPool
	root, intermediate smime.Identity
	rsa, p256, p384    smime.Identity // all alice@example.org
	ed, x25519         smime.Identity
	bob                smime.Identity // RSA, bob@example.net
}

var serials int64 = 1000

func issue(key crypto.PrivateKey, by smime.Identity, edit func(c *x509.Certificate)) smime.Identity {
	serials++
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serials), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement,
	}
	edit(c)
	if c.SubjectKeyId == nil {
		c.SubjectKeyId = big.NewInt(serials * 1_000_003).Bytes()
	}
	public := key.(interface{ Public() crypto.PublicKey }).Public()
	parent, signer := by.Certificate, by.Key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
	if err != nil {
		panic(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	id := smime.Identity{Certificate: parsed, Key: key}
	if by.Chain != nil {
		id.Chain = by.Chain
	}
	return id
}

func authority(name string, key crypto.PrivateKey, by smime.Identity) smime.Identity {
	return issue(key, by, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: name, Organization: []string{"Test"}}
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.ExtKeyUsage = true, true, x509.KeyUsageCertSign, nil
	})
}

func person(address string, key crypto.PrivateKey, by smime.Identity) smime.Identity {
	return issue(key, by, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: address}
		c.EmailAddresses = []string{address}
	})
}

// exchange makes a certificate for a key of X25519, which x509 cannot, from one of Ed25519: both are written alike.
func exchange(like, by smime.Identity) smime.Identity {
	key := must(ecdh.X25519().GenerateKey(rand.Reader))
	tbs := bytes.Clone(like.Certificate.RawTBSCertificate)
	tbs = bytes.Replace(tbs, like.Certificate.PublicKey.(ed25519.PublicKey), key.PublicKey().Bytes(), 1)
	tbs = bytes.Replace(tbs, []byte{3, 0x2b, 0x65, 0x70}, []byte{3, 0x2b, 0x65, 0x6e}, 1)
	serial := like.Certificate.SerialNumber.Bytes()
	tbs = bytes.Replace(tbs, serial, new(big.Int).Add(like.Certificate.SerialNumber, big.NewInt(7000)).Bytes(), 1)
	sum := sha256.Sum256(tbs)
	signature := must(by.Key.(crypto.Signer).Sign(rand.Reader, sum[:], crypto.SHA256))
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) { // ecdsa-with-SHA256
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2})
		})
		b.AddASN1BitString(signature)
	})
	return smime.Identity{Certificate: must(x509.ParseCertificate(b.BytesOrPanic())), Key: key}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

// people makes the pki once: keys of RSA take their time.
var people = sync.OnceValue(func() (p pki) {
	p.root = authority("Root", newKey(), smime.Identity{})
	p.intermediate = authority("Intermediate", newKey(), p.root)
	p.intermediate.Chain = []*x509.Certificate{p.intermediate.Certificate}
	p.roots = x509.NewCertPool()
	p.roots.AddCert(p.root.Certificate)
	const alice = "alice@example.org"
	p.rsa = person(alice, must(rsa.GenerateKey(rand.Reader, 2048)), p.intermediate)
	p.bob = person("bob@example.net", must(rsa.GenerateKey(rand.Reader, 2048)), p.intermediate)
	p.p256 = person(alice, newKey(), p.intermediate)
	p.p384 = person(alice, must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)), p.intermediate)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	p.ed = person(alice, must(ed, err), p.intermediate)
	p.x25519 = exchange(p.ed, p.intermediate)
	return p
})

func (p pki) believe(from ...string) smime.VerifyOptions {
	return smime.VerifyOptions{From: from, Chain: x509.VerifyOptions{Roots: p.roots}}
}

func parse(t testing.TB, entity []byte) smime.Entity {
	e, err := smime.ReadEntity(bytes.NewReader(entity))
	require.NoError(t, err)
	return e
}

func sign(t testing.TB, text string, o smime.SignOptions) []byte {
	var out bytes.Buffer
	require.NoError(t, smime.Sign(&out, strings.NewReader(text), o))
	return out.Bytes()
}

func encrypt(t testing.TB, text string, o smime.EncryptOptions) []byte {
	var out bytes.Buffer
	require.NoError(t, smime.Encrypt(&out, strings.NewReader(text), o))
	return out.Bytes()
}

func body(entity []byte) []byte {
	_, b, _ := bytes.Cut(entity, []byte("\r\n\r\n"))
	return b
}

func emailOnlyInSubject(address string) pkix.Name {
	return pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{
		Type:  asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1},
		Value: asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte(address)},
	}}}
}
