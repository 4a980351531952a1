package httpauth

import (
	encasn1 "encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The object identifiers of SPNEGO (RFC 4178, 1) and of NTLM in it (MS-SPNG).
var (
	oidSPNEGO = encasn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 2}
	oidNTLM   = encasn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10}
)

// tag is a context-specific, constructed tag.
func tag(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }

const tagInit = asn1.Tag(0x60) // [APPLICATION 0], of GSS-API's first token (RFC 2743, 3.1)

// unwrapSPNEGO returns the NTLM message in a token of a client (RFC 4178, 4.2).
// It is nil in a first token that is about another mechanism and names NTLM as
// possible. The checksum of the list of mechanisms is not looked at: there is
// only one to choose here.
func unwrapSPNEGO(b []byte) ([]byte, error) {
	s := cryptobyte.String(b)
	var token cryptobyte.String
	if s.PeekASN1Tag(tagInit) {
		var oid encasn1.ObjectIdentifier
		var body cryptobyte.String
		if !s.ReadASN1(&token, tagInit) || !s.Empty() || !token.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(oidSPNEGO) ||
			!token.ReadASN1(&body, tag(0)) || !body.ReadASN1(&token, asn1.SEQUENCE) {
			return nil, errBadRequest
		}
		return unwrapInit(token)
	}
	var body cryptobyte.String
	if !s.ReadASN1(&body, tag(1)) || !s.Empty() || !body.ReadASN1(&token, asn1.SEQUENCE) {
		return nil, errBadRequest
	}
	return unwrapResponse(token)
}

// unwrapInit reads a NegTokenInit.
func unwrapInit(token cryptobyte.String) ([]byte, error) {
	var list, oids cryptobyte.String
	if !token.ReadASN1(&list, tag(0)) || !list.ReadASN1(&oids, asn1.SEQUENCE) {
		return nil, errBadRequest
	}
	at := -1
	for i := 0; !oids.Empty(); i++ {
		var oid encasn1.ObjectIdentifier
		if !oids.ReadASN1ObjectIdentifier(&oid) {
			return nil, errBadRequest
		}
		if at < 0 && oid.Equal(oidNTLM) {
			at = i
		}
	}
	if at < 0 || !token.SkipOptionalASN1(tag(1)) {
		return nil, errBadRequest
	}
	message, err := octets(&token)
	switch {
	case err != nil || at > 0: // the message is the first mechanism's
		return nil, err
	case message != nil && !isNTLM(message, 1):
		return nil, errBadRequest
	}
	return message, nil
}

// unwrapResponse reads a NegTokenResp.
func unwrapResponse(token cryptobyte.String) ([]byte, error) {
	if !token.SkipOptionalASN1(tag(0)) || !token.SkipOptionalASN1(tag(1)) {
		return nil, errBadRequest
	}
	message, err := octets(&token)
	if err == nil && !isNTLM(message, 1) && !isNTLM(message, 3) {
		err = errBadRequest
	}
	return message, err
}

// octets reads an optional [2] OCTET STRING.
func octets(token *cryptobyte.String) (message []byte, err error) {
	var field cryptobyte.String
	var present bool
	if !token.ReadOptionalASN1(&field, &present, tag(2)) ||
		present && (!field.ReadASN1Bytes(&message, asn1.OCTET_STRING) || !field.Empty()) {
		return nil, errBadRequest
	}
	return message, nil
}

// The states of a negotiation (RFC 4178, 4.2.2).
const (
	acceptCompleted  = 0
	acceptIncomplete = 1
)

// wrapSPNEGO makes a NegTokenResp.
func wrapSPNEGO(message []byte, done bool) []byte {
	state := int64(acceptIncomplete)
	if done {
		state = acceptCompleted
	}
	var b cryptobyte.Builder
	b.AddASN1(tag(1), func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag(0), func(b *cryptobyte.Builder) { b.AddASN1Enum(state) })
			if !done {
				b.AddASN1(tag(1), func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidNTLM) })
			}
			if len(message) > 0 {
				b.AddASN1(tag(2), func(b *cryptobyte.Builder) { b.AddASN1OctetString(message) })
			}
		})
	})
	return b.BytesOrPanic()
}
