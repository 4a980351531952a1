package cms

import (
	"crypto"
	"crypto/hkdf"
	"encoding/binary"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// keySizeOf is the size of the key of a key wrap algorithm, or 0.
func keySizeOf(wrap oid) int {
	switch wrap {
	case oidAES128Wrap:
		return 16
	case oidAES192Wrap:
		return 24
	case oidAES256Wrap:
		return 32
	}
	return 0
}

// A derivation makes the key that wraps the content's key from the secret that both sides have computed.
type derivation struct {
	hash crypto.Hash
	hkdf bool
}

// derivationOf knows the key agreement schemes (RFC 5753, 7.1.4; RFC 8418, 2). SHA-1 is what openssl uses unless told; as
// a derivation of keys it is not broken.
func derivationOf(o oid) (derivation, bool) {
	switch o {
	case oidECDHSHA1:
		return derivation{hash: crypto.SHA1}, true
	case oidECDHSHA256:
		return derivation{hash: crypto.SHA256}, true
	case oidECDHSHA384:
		return derivation{hash: crypto.SHA384}, true
	case oidECDHSHA512:
		return derivation{hash: crypto.SHA512}, true
	case oidECDHHKDFSHA256:
		return derivation{hash: crypto.SHA256, hkdf: true}, true
	}
	return derivation{}, false
}

// key derives the wrapping key of a size.
func (d derivation) key(secret, info []byte, size int) ([]byte, error) {
	if d.hkdf {
		return hkdf.Key(func() hash.Hash { return d.hash.New() }, secret, nil, string(info), size)
	}
	var out []byte
	for i := uint32(1); len(out) < size; i++ { // X9.63 (SEC 1, 3.6.1)
		h := d.hash.New()
		h.Write(secret)
		h.Write(binary.BigEndian.AppendUint32(nil, i))
		h.Write(info)
		out = h.Sum(out)
	}
	return out[:size], nil
}

// sharedInfo is ECC-CMS-SharedInfo (RFC 5753, 7.2).
func sharedInfo(wrap algorithm, ukm []byte, hasUKM bool, size int) []byte {
	return element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			wrap.add(b)
			if hasUKM {
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
			}
			b.AddASN1(explicit(2), func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(binary.BigEndian.AppendUint32(nil, uint32(size)*8))
			})
		})
	})
}
