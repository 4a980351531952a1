package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// Hash is the digest of the content that the signature needs.
func (s *Signer) Hash() (crypto.Hash, error) {
	h, ok := digestOf(s.digest.oid)
	if !ok || !s.digest.bare() {
		return 0, unsupported("digest", s.digest.oid)
	}
	return h, nil
}

// HasAttributes reports whether the signature is over attributes, of which one is the digest of the content, not over the
// content itself.
func (s *Signer) HasAttributes() bool { return s.signed != nil }

// Verify checks that the key of the certificate signed content with this digest. It does not ask who the certificate is
// from or for.
func (s *Signer) Verify(c *x509.Certificate, digest []byte) error {
	hash, err := s.Hash()
	if err != nil {
		return err
	}
	if s.signed != nil {
		if subtle.ConstantTimeCompare(digest, s.sum) != 1 {
			return fmt.Errorf("%w: the content was changed", ErrSignature)
		}
		h := hash.New()
		h.Write(s.signed)
		digest = h.Sum(nil)
	}
	if !s.check(c.PublicKey, hash, digest) {
		return fmt.Errorf("%w with algorithm %s", ErrSignature, s.signature.oid.dotted())
	}
	return nil
}

// check verifies the signature itself. An algorithm that goes with another key, or names another hash than the digest
// algorithm does, is a signature that does not verify.
func (s *Signer) check(key crypto.PublicKey, hash crypto.Hash, digest []byte) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if s.signature.oid == oidPSS {
			salt, ok := s.pssSalt(hash)
			return ok && rsa.VerifyPSS(key, hash, digest, s.value, &rsa.PSSOptions{SaltLength: salt, Hash: hash}) == nil
		}
		match := s.signature.oid == oidRSA || s.signature.oid == rsaOID(hash)
		return match && s.signature.bare() && rsa.VerifyPKCS1v15(key, hash, digest, s.value) == nil
	case *ecdsa.PublicKey:
		return s.signature.oid == ecdsaOID(hash) && s.signature.bare() && ecdsa.VerifyASN1(key, digest, s.value)
	case ed25519.PublicKey:
		// Pure Ed25519 signs the attributes, not their digest (RFC 8419, 3.1).
		return s.signature.oid == oidEd25519 && len(s.signature.params) == 0 && s.signed != nil &&
			ed25519.Verify(key, s.signed, s.value)
	}
	return false
}

func rsaOID(h crypto.Hash) oid {
	switch h {
	case crypto.SHA384:
		return oidRSASHA384
	case crypto.SHA512:
		return oidRSASHA512
	default:
		return oidRSASHA256
	}
}

func ecdsaOID(h crypto.Hash) oid {
	switch h {
	case crypto.SHA384:
		return oidECDSASHA384
	case crypto.SHA512:
		return oidECDSASHA512
	default:
		return oidECDSASHA256
	}
}

// maxSalt bounds the salt of PSS; nobody uses more than the digest's size, openssl as much as the key holds.
const maxSalt = 2048

// pssSalt reads the parameters of PSS (RFC 4056, 3): one hash throughout, and the length of the salt.
func (s *Signer) pssSalt(hash crypto.Hash) (int, bool) {
	digest, mask, rest, ok := rsaParams(s.signature)
	salt, trailer := 20, 1
	if !ok || digest != oidOf(hash) || mask != digest ||
		!readOptionalInt(&rest, &salt, 2) || !readOptionalInt(&rest, &trailer, 3) || !rest.Empty() {
		return 0, false
	}
	return salt, trailer == 1 && salt >= 0 && salt <= maxSalt
}

// readOptionalInt leaves what n was if there is no [tag].
func readOptionalInt(s *cryptobyte.String, n *int, tag uint8) bool {
	var field cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&field, &present, explicit(tag)) {
		return false
	}
	return !present || field.ReadASN1Integer(n) && field.Empty()
}
