package cms

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Enveloped is EnvelopedData (RFC 5652, 6.1) or AuthEnvelopedData (RFC 5083, 2.1).
type Enveloped struct {
	recipients []recipient
	sealed     sealed
}

// Authenticated reports whether the integrity of the content is protected.
func (e *Enveloped) Authenticated() bool { return e.sealed.suite.mode != cbc }

// ParseEnveloped reads either kind from BER. Ciphers with a tag belong into AuthEnvelopedData and the others do not: what
// has them the wrong way round is refused.
func ParseEnveloped(ber []byte) (*Enveloped, error) {
	contentType, s, err := open(ber)
	if err != nil {
		return nil, err
	}
	if contentType != oidEnvelopedData && contentType != oidAuthEnvelopedData {
		return nil, fmt.Errorf("%w: not enveloped data", ErrMalformed)
	}
	auth := contentType == oidAuthEnvelopedData
	bad := fmt.Errorf("%w: enveloped data", ErrMalformed)
	e := new(Enveloped)
	var version int
	var recipients, content cryptobyte.String
	if !s.ReadASN1Integer(&version) || !s.SkipOptionalASN1(explicit(0)) ||
		!s.ReadASN1(&recipients, asn1.SET) || !s.ReadASN1(&content, asn1.SEQUENCE) {
		return nil, bad
	}
	if e.recipients, err = readRecipients(recipients); err != nil {
		return nil, err
	}
	if e.sealed, err = readSealed(content); err != nil {
		return nil, err
	}
	if auth != e.Authenticated() {
		return nil, fmt.Errorf("%w: the cipher does not fit the type of the message", ErrMalformed)
	}
	ok := true
	if auth {
		ok = e.sealed.readTag(&s)
	}
	if !ok || !s.SkipOptionalASN1(explicit(map[bool]uint8{false: 1, true: 2}[auth])) || !s.Empty() {
		return nil, bad
	}
	return e, nil
}

// readSealed reads EncryptedContentInfo (RFC 5652, 6.1).
func readSealed(s cryptobyte.String) (sealed, error) {
	var contentType oid
	var alg algorithm
	if !readOID(&s, &contentType) || !readAlgorithm(&s, &alg, asn1.SEQUENCE) {
		return sealed{}, fmt.Errorf("%w: encrypted content", ErrMalformed)
	}
	if contentType != oidData {
		return sealed{}, unsupported("encrypted content of type", contentType)
	}
	b, err := readCipher(alg)
	if err != nil {
		return b, err
	}
	if !readPieces(&s, &b.text) || !s.Empty() {
		return b, fmt.Errorf("%w: encrypted content", ErrMalformed)
	}
	return b, nil
}

// readPieces reads [0] IMPLICIT OCTET STRING, which BER may have in pieces. Normalise cannot know its type.
func readPieces(s *cryptobyte.String, text *[]byte) bool {
	if s.PeekASN1Tag(implicit(0)) {
		return s.ReadASN1((*cryptobyte.String)(text), implicit(0))
	}
	var pieces, piece cryptobyte.String
	if !s.ReadASN1(&pieces, explicit(0)) {
		return false
	}
	*text = make([]byte, 0, len(pieces))
	for !pieces.Empty() {
		if !pieces.ReadASN1(&piece, asn1.OCTET_STRING) {
			return false
		}
		*text = append(*text, piece...)
	}
	return true
}

// readTag reads what follows the content of AuthEnvelopedData: the authenticated attributes, which are the additional data
// of the cipher as a SET (RFC 5083, 2.2), and the tag.
func (b *sealed) readTag(s *cryptobyte.String) bool {
	var attrs, tag cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&attrs, &present, explicit(1)) || !s.ReadASN1(&tag, asn1.OCTET_STRING) || len(tag) != len(b.tag) {
		return false
	}
	if present {
		b.extra = element(func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
		})
	}
	b.tag = tag
	return true
}
