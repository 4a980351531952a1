package cms

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// exchanger is the part of a private key that agrees on keys, if it has one.
func exchanger(key crypto.PrivateKey) (ecdh.KeyExchanger, bool) {
	switch key := key.(type) {
	case ecdh.KeyExchanger:
		return key, true
	case *ecdsa.PrivateKey:
		k, err := key.ECDH()
		return k, err == nil
	}
	return nil, false
}

// agreeKey computes the content's key. What it refuses with ErrUnsupported anybody can see in the message.
func (r recipient) agreeKey(own ecdh.KeyExchanger) ([]byte, error) {
	d, known := derivationOf(r.algorithm.oid)
	var wrap algorithm
	params := r.algorithm.params
	if !known || !readAlgorithm(&params, &wrap, asn1.SEQUENCE) || !params.Empty() {
		return nil, unsupported("key agreement", r.algorithm.oid)
	}
	size := keySizeOf(wrap.oid)
	if size == 0 || d.hkdf && r.agree.hasUKM {
		return nil, unsupported("key wrap", wrap.oid)
	}
	peer, err := own.Curve().NewPublicKey(r.agree.point)
	if err != nil {
		return nil, ErrDecrypt
	}
	secret, err := own.ECDH(peer)
	if err != nil {
		return nil, ErrDecrypt
	}
	kek, err := d.key(secret, sharedInfo(wrap, r.agree.ukm, r.agree.hasUKM, size), size)
	if err != nil {
		return nil, ErrDecrypt
	}
	key, ok := unwrapKey(kek, r.key)
	if !ok {
		return nil, ErrDecrypt
	}
	return key, nil
}

// publicOf is a certificate's key for key agreement.
func publicOf(c *x509.Certificate) (*ecdh.PublicKey, bool) {
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		k, err := key.ECDH()
		return k, err == nil
	case nil: // crypto/x509 leaves X25519 to others
		k, _ := x509.ParsePKIXPublicKey(c.RawSubjectPublicKeyInfo)
		x, ok := k.(*ecdh.PublicKey)
		return x, ok
	}
	return nil, false
}

// addAgreement writes KeyAgreeRecipientInfo for one recipient, with a fresh key of ours (RFC 5753, 3.1).
func addAgreement(b *cryptobyte.Builder, c *x509.Certificate, peer *ecdh.PublicKey, key []byte) error {
	own, err := peer.Curve().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	secret, err := own.ECDH(peer)
	if err != nil {
		return fmt.Errorf("the key of %q: %w", c.Subject.String(), err)
	}
	scheme, origin := oidECDHSHA256, oidECPublicKey
	if peer.Curve() == ecdh.X25519() {
		scheme, origin = oidECDHHKDFSHA256, oidX25519
	}
	wrap := algorithm{oid: oidAES256Wrap}
	if len(key) == 16 {
		wrap.oid = oidAES128Wrap
	}
	size := keySizeOf(wrap.oid)
	d, _ := derivationOf(scheme)
	kek, err := d.key(secret, sharedInfo(wrap, nil, false, size), size)
	if err != nil {
		return err
	}
	wrapped, err := wrapKey(kek, key)
	if err != nil {
		return err
	}
	b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
				algorithm{oid: origin}.add(b)
				b.AddASN1BitString(own.PublicKey().Bytes())
			})
		})
		algorithm{oid: scheme, params: element(wrap.add)}.add(b)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addName(b, c)
				b.AddASN1OctetString(wrapped)
			})
		})
	})
	return nil
}
