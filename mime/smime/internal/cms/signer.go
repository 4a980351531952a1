package cms

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A name tells which certificate is meant: by issuer and serial number, or by its subject key identifier (RFC 5652, 5.3
// and 6.2).
type name struct {
	issuer []byte // a whole element
	serial []byte // the content of the INTEGER
	keyID  []byte // if there is no issuer
}

func readName(s *cryptobyte.String, keyID asn1.Tag) (n name, ok bool) {
	if s.PeekASN1Tag(keyID) {
		return n, s.ReadASN1((*cryptobyte.String)(&n.keyID), keyID) && len(n.keyID) > 0
	}
	var seq cryptobyte.String
	return n, s.ReadASN1(&seq, asn1.SEQUENCE) && seq.ReadASN1Element((*cryptobyte.String)(&n.issuer), asn1.SEQUENCE) &&
		seq.ReadASN1((*cryptobyte.String)(&n.serial), asn1.INTEGER) && seq.Empty()
}

// means reports whether n names the certificate.
func (n name) means(c *x509.Certificate) bool {
	if n.issuer == nil {
		return bytes.Equal(n.keyID, c.SubjectKeyId)
	}
	return bytes.Equal(n.serial, serial(c)) && bytes.Equal(n.issuer, c.RawIssuer)
}

// serial is the content of the INTEGER that is a certificate's serial number.
func serial(c *x509.Certificate) []byte {
	s := element(func(b *cryptobyte.Builder) { b.AddASN1BigInt(c.SerialNumber) })
	var body cryptobyte.String
	s.ReadASN1(&body, asn1.INTEGER)
	return body
}

func addName(b *cryptobyte.Builder, c *x509.Certificate) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(c.RawIssuer)
		b.AddASN1BigInt(c.SerialNumber)
	})
}

// A Signer is what a signed message says of one signature (SignerInfo, RFC 5652, 5.3). Nothing of it is true before Verify
// says so.
type Signer struct {
	SigningTime time.Time // zero if it does not say; part of what is signed

	name      name
	digest    algorithm
	signature algorithm
	value     []byte
	signed    []byte // the attributes as a SET, which is what the signature is over; nil without attributes
	sum       []byte // the attribute messageDigest
}

// Names reports whether this is the certificate that the signature claims to be by.
func (s *Signer) Names(c *x509.Certificate) bool { return s.name.means(c) }

func readSigner(s *cryptobyte.String) (Signer, error) {
	var si Signer
	var seq, attrs cryptobyte.String
	var version int
	var hasAttrs bool
	bad := fmt.Errorf("%w: signer", ErrMalformed)
	if !s.ReadASN1(&seq, asn1.SEQUENCE) || !seq.ReadASN1Integer(&version) {
		return si, bad
	}
	var ok bool
	if si.name, ok = readName(&seq, implicit(0)); !ok {
		return si, bad
	}
	if !readAlgorithm(&seq, &si.digest, asn1.SEQUENCE) || !seq.ReadOptionalASN1(&attrs, &hasAttrs, explicit(0)) ||
		!readAlgorithm(&seq, &si.signature, asn1.SEQUENCE) ||
		!seq.ReadASN1((*cryptobyte.String)(&si.value), asn1.OCTET_STRING) ||
		!seq.SkipOptionalASN1(explicit(1)) || !seq.Empty() {
		return si, bad
	}
	if !hasAttrs {
		return si, nil
	}
	si.signed = element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
	})
	return si, si.readAttributes(attrs)
}

// readAttributes takes the signed attributes that it knows. Each of those comes once and has one value (RFC 5652, 11).
func (si *Signer) readAttributes(s cryptobyte.String) error {
	bad := fmt.Errorf("%w: signed attributes", ErrMalformed)
	seen := map[oid]bool{}
	var contentType oid
	for !s.Empty() {
		var attr, values cryptobyte.String
		var kind oid
		if !s.ReadASN1(&attr, asn1.SEQUENCE) || !readOID(&attr, &kind) || !attr.ReadASN1(&values, asn1.SET) || !attr.Empty() {
			return bad
		}
		if seen[kind] {
			return fmt.Errorf("%w: the attribute %s comes twice", ErrMalformed, kind.dotted())
		}
		seen[kind] = true
		ok := true
		switch kind {
		case oidContentType:
			ok = readOID(&values, &contentType) && values.Empty()
		case oidMessageDigest:
			ok = values.ReadASN1((*cryptobyte.String)(&si.sum), asn1.OCTET_STRING) && values.Empty()
		case oidSigningTime:
			ok = readTime(&values, &si.SigningTime) && values.Empty()
		}
		if !ok {
			return bad
		}
	}
	switch {
	case contentType == "":
		return fmt.Errorf("%w: signed attributes without the content type", ErrMalformed)
	case contentType != oidData:
		return fmt.Errorf("%w: signed attributes of other content", ErrMalformed)
	case !seen[oidMessageDigest]:
		return fmt.Errorf("%w: signed attributes without the digest", ErrMalformed)
	}
	return nil
}

// readTime reads Time (RFC 5652, 11.3).
func readTime(s *cryptobyte.String, t *time.Time) bool {
	if s.PeekASN1Tag(asn1.UTCTime) {
		return s.ReadASN1UTCTime(t)
	}
	return s.ReadASN1GeneralizedTime(t)
}
