package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// An Author signs.
type Author struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate // sent along
	Key         crypto.Signer
	PSS         bool // for a key of RSA: RSA-PSS, not PKCS #1 v1.5
}

// Hash is the digest of the content that the author's signature needs: as strong as the key.
func (a Author) Hash() (crypto.Hash, error) {
	switch key := a.Certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		return crypto.SHA256, nil
	case *ecdsa.PublicKey:
		switch size := key.Params().BitSize; {
		case size > 384:
			return crypto.SHA512, nil
		case size > 256:
			return crypto.SHA384, nil
		}
		return crypto.SHA256, nil
	case ed25519.PublicKey:
		return crypto.SHA512, nil // RFC 8419, 2.3
	}
	return 0, fmt.Errorf("%w: a certificate with a key of type %T cannot sign: use RSA, ECDSA or Ed25519",
		ErrUnsupported, a.Certificate.PublicKey)
}

// Sign makes SignedData (RFC 5652, 5) over content, of which sums has the digests. If detached, the content is not put in.
func Sign(content []byte, detached bool, sums map[crypto.Hash][]byte, at time.Time, authors []Author) ([]byte, error) {
	signers := make([][]byte, len(authors))
	for i, a := range authors {
		var err error
		if signers[i], err = a.sign(sums, at); err != nil {
			return nil, err
		}
	}
	return seal(oidSignedData, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			for h := range sums {
				algorithm{oid: oidOf(h)}.add(b)
			}
		})
		addContent(b, content, detached)
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			for _, c := range certificates(authors) {
				b.AddBytes(c.Raw)
			}
		})
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			for _, s := range signers {
				b.AddBytes(s)
			}
		})
	})
}

func addContent(b *cryptobyte.Builder, content []byte, detached bool) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, oidData)
		if !detached {
			b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
		}
	})
}

// certificates are those of all authors and their chains, each once.
func certificates(authors []Author) (all []*x509.Certificate) {
	seen := map[string]bool{}
	for _, a := range authors {
		for _, c := range append([]*x509.Certificate{a.Certificate}, a.Chain...) {
			if !seen[string(c.Raw)] {
				seen[string(c.Raw)] = true
				all = append(all, c)
			}
		}
	}
	return all
}

// sign makes one SignerInfo (RFC 5652, 5.3).
func (a Author) sign(sums map[crypto.Hash][]byte, at time.Time) ([]byte, error) {
	hash, err := a.Hash()
	if err != nil {
		return nil, err
	}
	attrs := signedAttributes(sums[hash], at)
	alg, value, err := a.value(hash, element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
	}))
	if err != nil {
		return nil, err
	}
	return element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			addName(b, a.Certificate)
			algorithm{oid: oidOf(hash)}.add(b)
			b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
			alg.add(b)
			b.AddASN1OctetString(value)
		})
	}), nil
}

// value makes the signature over the attributes.
func (a Author) value(hash crypto.Hash, attrs []byte) (algorithm, []byte, error) {
	var alg algorithm
	var opts crypto.SignerOpts = hash
	h := hash.New()
	h.Write(attrs)
	input := h.Sum(nil)
	switch a.Certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		alg = algorithm{oid: rsaOID(hash), params: null()}
		if a.PSS {
			alg = algorithm{oid: oidPSS, params: pssParams(hash)}
			opts = &rsa.PSSOptions{SaltLength: hash.Size(), Hash: hash}
		}
	case *ecdsa.PublicKey:
		alg.oid = ecdsaOID(hash)
	case ed25519.PublicKey:
		alg.oid, opts, input = oidEd25519, crypto.Hash(0), attrs
	}
	value, err := a.Key.Sign(rand.Reader, input, opts)
	if err != nil {
		return alg, nil, err
	}
	own := Signer{digest: algorithm{oid: oidOf(hash)}, signature: alg, value: value, signed: attrs}
	if !own.check(a.Certificate.PublicKey, hash, input) {
		return alg, nil, errors.New("the key is not the one of the certificate")
	}
	return alg, value, nil
}

func pssParams(hash crypto.Hash) cryptobyte.String {
	return element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addRSAParams(b, oidOf(hash))
			b.AddASN1(explicit(2), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(hash.Size())) })
		})
	})
}
