package cms

import (
	"crypto/x509"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A recipient is one way to the content's key: by key transport or by key agreement (RFC 5652, 6.2).
type recipient struct {
	name      name
	algorithm algorithm
	key       []byte // encrypted
	agree     *agreement
}

// An agreement is what the recipients of one key agreement share.
type agreement struct {
	origin algorithm // of the ephemeral key
	point  []byte    // the ephemeral public key
	ukm    []byte
	hasUKM bool
}

// readRecipients passes over the kinds that it does not know: they are for somebody else.
func readRecipients(s cryptobyte.String) ([]recipient, error) {
	var all []recipient
	for !s.Empty() {
		var tag asn1.Tag
		var one cryptobyte.String
		if !s.ReadAnyASN1(&one, &tag) {
			return nil, fmt.Errorf("%w: recipients", ErrMalformed)
		}
		more, ok := []recipient(nil), true
		switch tag {
		case asn1.SEQUENCE:
			more, ok = readTransport(one)
		case explicit(1):
			more, ok = readAgreement(one)
		}
		if !ok {
			return nil, fmt.Errorf("%w: recipient", ErrMalformed)
		}
		if all = append(all, more...); len(all) > maxRecipients {
			return nil, fmt.Errorf("%w: more than %d recipients", ErrTooLarge, maxRecipients)
		}
	}
	return all, nil
}

// readTransport reads KeyTransRecipientInfo (RFC 5652, 6.2.1).
func readTransport(s cryptobyte.String) ([]recipient, bool) {
	var r recipient
	var version int
	if !s.ReadASN1Integer(&version) {
		return nil, false
	}
	var ok bool
	if r.name, ok = readName(&s, implicit(0)); !ok {
		return nil, false
	}
	return []recipient{r}, readAlgorithm(&s, &r.algorithm, asn1.SEQUENCE) &&
		s.ReadASN1((*cryptobyte.String)(&r.key), asn1.OCTET_STRING) && s.Empty()
}

// readAgreement reads KeyAgreeRecipientInfo (RFC 5652, 6.2.2). An originator that is a certificate means static keys,
// which S/MIME does not use.
func readAgreement(s cryptobyte.String) ([]recipient, bool) {
	var version int
	var origin, key, ukm, list cryptobyte.String
	var alg algorithm
	a := new(agreement)
	if !s.ReadASN1Integer(&version) || !s.ReadASN1(&origin, explicit(0)) ||
		!s.ReadOptionalASN1(&ukm, &a.hasUKM, explicit(1)) ||
		!readAlgorithm(&s, &alg, asn1.SEQUENCE) || !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	if a.hasUKM && (!ukm.ReadASN1((*cryptobyte.String)(&a.ukm), asn1.OCTET_STRING) || !ukm.Empty()) {
		return nil, false
	}
	if !origin.PeekASN1Tag(explicit(1)) {
		return nil, true
	}
	if !origin.ReadASN1(&key, explicit(1)) || !origin.Empty() || !readAlgorithm(&key, &a.origin, asn1.SEQUENCE) ||
		!key.ReadASN1BitStringAsBytes(&a.point) || !key.Empty() {
		return nil, false
	}
	var all []recipient
	for !list.Empty() {
		r := recipient{algorithm: alg, agree: a}
		var one cryptobyte.String
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !r.readAgreeName(&one) ||
			!one.ReadASN1((*cryptobyte.String)(&r.key), asn1.OCTET_STRING) || !one.Empty() {
			return nil, false
		}
		all = append(all, r)
	}
	return all, true
}

// readAgreeName reads KeyAgreeRecipientIdentifier, where a key identifier comes with more than itself.
func (r *recipient) readAgreeName(s *cryptobyte.String) (ok bool) {
	if !s.PeekASN1Tag(explicit(0)) {
		r.name, ok = readName(s, implicit(0))
		return ok
	}
	var by cryptobyte.String
	return s.ReadASN1(&by, explicit(0)) && by.ReadASN1((*cryptobyte.String)(&r.name.keyID), asn1.OCTET_STRING) &&
		len(r.name.keyID) > 0
}

// find returns the first recipient that is this certificate.
func (e *Enveloped) find(c *x509.Certificate) (recipient, bool) {
	for _, r := range e.recipients {
		if r.name.means(c) {
			return r, true
		}
	}
	return recipient{}, false
}
