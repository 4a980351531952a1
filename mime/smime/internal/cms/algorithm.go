package cms

import (
	"crypto"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// An algorithm is an AlgorithmIdentifier (RFC 5280, 4.1.1.2). Its parameters are one whole element, or nil for none.
type algorithm struct {
	oid    oid
	params cryptobyte.String
}

func readOID(s *cryptobyte.String, o *oid) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.OBJECT_IDENTIFIER) || len(body) == 0 {
		return false
	}
	*o = oid(body)
	return true
}

func readAlgorithm(s *cryptobyte.String, a *algorithm, tag asn1.Tag) bool {
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, tag) || !readOID(&seq, &a.oid) {
		return false
	}
	a.params = nil
	if !seq.Empty() {
		var t asn1.Tag
		if !seq.ReadAnyASN1Element(&a.params, &t) {
			return false
		}
	}
	return seq.Empty()
}

// bare reports that there are no parameters, or NULL, which RFC 5754, 2 wants accepted alike.
func (a algorithm) bare() bool { return len(a.params) == 0 || string(a.params) == "\x05\x00" }

// octets returns the parameters if they are an OCTET STRING: the IV or the nonce.
func (a algorithm) octets() ([]byte, bool) {
	var value cryptobyte.String
	s := a.params
	return value, s.ReadASN1(&value, asn1.OCTET_STRING) && s.Empty()
}

func addOID(b *cryptobyte.Builder, o oid) {
	b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(o)) })
}

func (a algorithm) add(b *cryptobyte.Builder) { a.addTagged(b, asn1.SEQUENCE) }

func (a algorithm) addTagged(b *cryptobyte.Builder, tag asn1.Tag) {
	b.AddASN1(tag, func(b *cryptobyte.Builder) {
		addOID(b, a.oid)
		b.AddBytes(a.params)
	})
}

// element is the DER that add writes.
func element(add func(b *cryptobyte.Builder)) cryptobyte.String {
	var b cryptobyte.Builder
	add(&b)
	return b.BytesOrPanic()
}

func null() cryptobyte.String { return cryptobyte.String{5, 0} }

// digests are those that a signature may be made with. SHA-1 and MD5 are history (RFC 8551, Appendix B).
func digestOf(o oid) (crypto.Hash, bool) {
	switch o {
	case oidSHA256:
		return crypto.SHA256, true
	case oidSHA384:
		return crypto.SHA384, true
	case oidSHA512:
		return crypto.SHA512, true
	}
	return 0, false
}

func oidOf(h crypto.Hash) oid {
	switch h {
	case crypto.SHA384:
		return oidSHA384
	case crypto.SHA512:
		return oidSHA512
	default:
		return oidSHA256
	}
}

func unsupported(what string, o oid) error {
	return fmt.Errorf("%w: %s %s", ErrUnsupported, what, o.dotted())
}

// rsaParams reads the parameters of PSS and OAEP, which begin alike: [0] hash, [1] mask generation. They default to SHA-1
// (RFC 8017, A.2.1 and A.2.3). What follows them is left in rest.
func rsaParams(a algorithm) (hash, mask oid, rest cryptobyte.String, ok bool) {
	s := a.params
	if !s.ReadASN1(&rest, asn1.SEQUENCE) || !s.Empty() {
		return "", "", nil, false
	}
	hash, mask = oidSHA1, oidSHA1
	var field cryptobyte.String
	var present bool
	var inner algorithm
	if !rest.ReadOptionalASN1(&field, &present, explicit(0)) {
		return "", "", nil, false
	}
	if present {
		if !readAlgorithm(&field, &inner, asn1.SEQUENCE) || !inner.bare() || !field.Empty() {
			return "", "", nil, false
		}
		hash = inner.oid
	}
	if !rest.ReadOptionalASN1(&field, &present, explicit(1)) {
		return "", "", nil, false
	}
	if present {
		var of algorithm
		if !readAlgorithm(&field, &inner, asn1.SEQUENCE) || !field.Empty() || inner.oid != oidMGF1 ||
			!readAlgorithm(&inner.params, &of, asn1.SEQUENCE) || !inner.params.Empty() || !of.bare() {
			return "", "", nil, false
		}
		mask = of.oid
	}
	return hash, mask, rest, true
}

// addRSAParams writes the two fields that rsaParams reads, both for the same hash.
func addRSAParams(b *cryptobyte.Builder, hash oid) {
	of := algorithm{oid: hash, params: null()}
	b.AddASN1(explicit(0), of.add)
	b.AddASN1(explicit(1), algorithm{oid: oidMGF1, params: element(of.add)}.add)
}

func explicit(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }

func implicit(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific() }
