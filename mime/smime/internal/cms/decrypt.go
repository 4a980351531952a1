package cms

import (
	"crypto"
	"crypto/rand" // for OAEP and key agreement as openssl does them
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Decrypt finds the recipient that is the certificate and decrypts the content with its key: a crypto.Decrypter for RSA, an
// ecdh.KeyExchanger or *ecdsa.PrivateKey for key agreement. It uses the private key once.
//
// A wrong key, a wrong padding, a wrong tag: all are ErrDecrypt, after the content was decrypted with some key. Only what
// is wrong for anybody to see, such as an algorithm that is not known, is another error.
func (e *Enveloped) Decrypt(c *x509.Certificate, key crypto.PrivateKey) ([]byte, error) {
	r, ok := e.find(c)
	if !ok {
		return nil, ErrNoRecipient
	}
	size := e.sealed.suite.keySize
	contentKey, err := r.open(key, size)
	if err != nil && !errors.Is(err, ErrDecrypt) {
		return nil, err
	}
	if wrong := err != nil || len(contentKey) != size; wrong {
		contentKey = make([]byte, size)
		rand.Read(contentKey)
		_, _ = e.sealed.decrypt(contentKey)
		return nil, ErrDecrypt
	}
	return e.sealed.decrypt(contentKey)
}

// open decrypts the content's key.
func (r recipient) open(key crypto.PrivateKey, size int) ([]byte, error) {
	if r.agree != nil {
		own, ok := exchanger(key)
		if !ok {
			return nil, fmt.Errorf("%w: a key of type %T cannot agree on keys: use an ecdh.KeyExchanger or *ecdsa.PrivateKey",
				ErrUnsupported, key)
		}
		return r.agreeKey(own)
	}
	own, ok := key.(crypto.Decrypter)
	if !ok {
		return nil, fmt.Errorf("%w: a key of type %T cannot decrypt: use a crypto.Decrypter", ErrUnsupported, key)
	}
	switch r.algorithm.oid {
	case oidRSA:
		return openPKCS1(own, r.key, size), nil
	case oidOAEP:
		opts, err := r.oaep()
		if err != nil {
			return nil, err
		}
		contentKey, err := own.Decrypt(rand.Reader, r.key, opts)
		if err != nil {
			return nil, ErrDecrypt
		}
		return contentKey, nil
	}
	return nil, unsupported("key encryption", r.algorithm.oid)
}

// openPKCS1 never fails: bad padding gives a random key, which the content then does not decrypt with, as RFC 3218, 2.3.2
// advises against Bleichenbacher's attack. Keys that cannot do so themselves are covered for.
func openPKCS1(own crypto.Decrypter, encrypted []byte, size int) []byte {
	instead := make([]byte, size)
	rand.Read(instead)
	//lint:ignore SA1019 RFC 8551, 2.3 wants it read, and with SessionKeyLen it is safe
	key, err := own.Decrypt(rand.Reader, encrypted, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: size})
	if err != nil || len(key) != size {
		return instead
	}
	return key
}

// oaep reads the parameters of RSAES-OAEP (RFC 8017, A.2.1).
func (r recipient) oaep() (*rsa.OAEPOptions, error) {
	hash, mask, rest, ok := rsaParams(r.algorithm)
	if !ok {
		return nil, fmt.Errorf("%w: parameters of OAEP", ErrMalformed)
	}
	opts := new(rsa.OAEPOptions)
	for to, o := range map[*crypto.Hash]oid{&opts.Hash: hash, &opts.MGFHash: mask} {
		h, known := digestOf(o)
		if o == oidSHA1 {
			h, known = crypto.SHA1, true
		}
		if !known {
			return nil, unsupported("hash of OAEP", o)
		}
		*to = h
	}
	var source, label cryptobyte.String
	var present bool
	var alg algorithm
	if !rest.ReadOptionalASN1(&source, &present, explicit(2)) || !rest.Empty() {
		return nil, fmt.Errorf("%w: parameters of OAEP", ErrMalformed)
	}
	if present {
		if !readAlgorithm(&source, &alg, asn1.SEQUENCE) || !source.Empty() || alg.oid != oidPSpecified ||
			!alg.params.ReadASN1(&label, asn1.OCTET_STRING) || !alg.params.Empty() {
			return nil, fmt.Errorf("%w: label of OAEP", ErrMalformed)
		}
		opts.Label = label
	}
	return opts, nil
}
