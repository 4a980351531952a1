package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// open reads ContentInfo (RFC 5652, 3) from BER.
func open(ber []byte) (oid, cryptobyte.String, error) {
	der, err := Normalise(ber)
	if err != nil {
		return "", nil, err
	}
	s := cryptobyte.String(der)
	var info, content cryptobyte.String
	var contentType oid
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !readOID(&info, &contentType) ||
		!info.ReadASN1(&content, explicit(0)) || !info.Empty() {
		return "", nil, ErrMalformed
	}
	var inner cryptobyte.String
	if !content.ReadASN1(&inner, asn1.SEQUENCE) || !content.Empty() {
		return "", nil, ErrMalformed
	}
	return contentType, inner, nil
}

// seal writes ContentInfo.
func seal(contentType oid, add func(b *cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOID(b, contentType)
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, add) })
	})
	return b.Bytes()
}
