package cms

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Encrypt makes AuthEnvelopedData, or with a cipher of CBC EnvelopedData, that each of the recipients can decrypt. The
// content's key goes to keys of RSA with OAEP and SHA-256, or if pkcs1 is set with PKCS #1 v1.5; to others by ECDH.
func Encrypt(content []byte, c Cipher, pkcs1 bool, recipients []*x509.Certificate) ([]byte, error) {
	if len(recipients) == 0 {
		return nil, errors.New("no recipients")
	}
	body, key, err := c.encrypt(content)
	if err != nil {
		return nil, err
	}
	var infos cryptobyte.Builder
	version := int64(0)
	for _, to := range recipients {
		if agrees, err := addRecipient(&infos, to, key, pkcs1); err != nil {
			return nil, err
		} else if agrees && !c.IsAEAD() {
			version = 2 // RFC 5652, 6.1
		}
	}
	list, err := infos.Bytes()
	if err != nil {
		return nil, err
	}
	kind := oidEnvelopedData
	if c.IsAEAD() {
		kind = oidAuthEnvelopedData
	}
	return seal(kind, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(version)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(list) })
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addOID(b, oidData)
			body.algorithm().add(b)
			b.AddASN1(implicit(0), func(b *cryptobyte.Builder) { b.AddBytes(body.text) })
		})
		if c.IsAEAD() {
			b.AddASN1OctetString(body.tag)
		}
	})
}

// addRecipient writes a RecipientInfo for the kind of key that the certificate has.
func addRecipient(b *cryptobyte.Builder, c *x509.Certificate, key []byte, pkcs1 bool) (agrees bool, err error) {
	usage := x509.KeyUsageKeyAgreement
	public, isRSA := c.PublicKey.(*rsa.PublicKey)
	if isRSA {
		usage = x509.KeyUsageKeyEncipherment
	}
	if c.KeyUsage != 0 && c.KeyUsage&usage == 0 { // RFC 8550, 4.4.2
		return false, fmt.Errorf("the key usage of the certificate of %q does not allow encryption", c.Subject.String())
	}
	if isRSA {
		return false, addTransport(b, c, public, key, pkcs1)
	}
	if peer, ok := publicOf(c); ok {
		return true, addAgreement(b, c, peer, key)
	}
	return false, fmt.Errorf("%w: nothing can be encrypted for the key of %q: it is a %T", ErrUnsupported, c.Subject.String(), c.PublicKey)
}

// addTransport writes KeyTransRecipientInfo (RFC 5652, 6.2.1).
func addTransport(b *cryptobyte.Builder, c *x509.Certificate, public *rsa.PublicKey, key []byte, pkcs1 bool) error {
	var alg algorithm
	var encrypted []byte
	var err error
	if pkcs1 {
		alg = algorithm{oid: oidRSA, params: null()}
		//lint:ignore SA1019 for recipients who have nothing else (RFC 8551, 2.3)
		encrypted, err = rsa.EncryptPKCS1v15(rand.Reader, public, key)
	} else {
		alg = algorithm{oid: oidOAEP, params: element(func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { addRSAParams(b, oidSHA256) })
		})}
		encrypted, err = rsa.EncryptOAEP(sha256.New(), rand.Reader, public, key, nil)
	}
	if err != nil {
		return fmt.Errorf("the key of %q: %w", c.Subject.String(), err)
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		addName(b, c)
		alg.add(b)
		b.AddASN1OctetString(encrypted)
	})
	return nil
}
