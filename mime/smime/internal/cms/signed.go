package cms

import (
	"crypto"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The most that one message may carry. Each costs a public key operation or a search.
const (
	maxCertificates = 64
	maxSigners      = 16
	maxRecipients   = 10_000 // of one encrypted message: a list may be long
)

// SignedData is what a signed message holds (RFC 5652, 5.1).
type SignedData struct {
	Attached     bool   // the content is here, not elsewhere
	Content      []byte // nil if it is not attached
	Certificates [][]byte
	Signers      []Signer

	contentType oid
}

// ParseSigned reads SignedData from BER. The content must be of type data (RFC 8551, 2.4.2).
func ParseSigned(ber []byte) (*SignedData, error) {
	contentType, s, err := open(ber)
	if err != nil {
		return nil, err
	}
	if contentType != oidSignedData {
		return nil, fmt.Errorf("%w: not signed data", ErrMalformed)
	}
	sd := new(SignedData)
	var version int
	var digests, certs, crls, signers cryptobyte.String
	var hasCerts, hasCRLs bool
	if !s.ReadASN1Integer(&version) || !s.ReadASN1(&digests, asn1.SET) || !sd.readContent(&s) ||
		!s.ReadOptionalASN1(&certs, &hasCerts, explicit(0)) || !s.ReadOptionalASN1(&crls, &hasCRLs, explicit(1)) ||
		!s.ReadASN1(&signers, asn1.SET) || !s.Empty() {
		return nil, fmt.Errorf("%w: signed data", ErrMalformed)
	}
	if sd.contentType != oidData {
		return nil, unsupported("signed content of type", sd.contentType)
	}
	if err := sd.readCertificates(certs); err != nil {
		return nil, err
	}
	for !signers.Empty() {
		if len(sd.Signers) == maxSigners {
			return nil, fmt.Errorf("%w: more than %d signers", ErrTooLarge, maxSigners)
		}
		signer, err := readSigner(&signers)
		if err != nil {
			return nil, err
		}
		sd.Signers = append(sd.Signers, signer)
	}
	return sd, nil
}

// readContent reads EncapsulatedContentInfo (RFC 5652, 5.2).
func (sd *SignedData) readContent(s *cryptobyte.String) bool {
	var info, content, octets cryptobyte.String
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !readOID(&info, &sd.contentType) ||
		!info.ReadOptionalASN1(&content, &sd.Attached, explicit(0)) || !info.Empty() {
		return false
	}
	if sd.Attached {
		if !content.ReadASN1(&octets, asn1.OCTET_STRING) || !content.Empty() {
			return false
		}
		sd.Content = octets
	}
	return true
}

// readCertificates keeps the X.509 certificates and passes over the older and other kinds (RFC 5652, 10.2.2).
func (sd *SignedData) readCertificates(s cryptobyte.String) error {
	for !s.Empty() {
		var cert cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&cert, &tag) {
			return fmt.Errorf("%w: certificates", ErrMalformed)
		}
		if tag != asn1.SEQUENCE {
			continue
		}
		if len(sd.Certificates) == maxCertificates {
			return fmt.Errorf("%w: more than %d certificates", ErrTooLarge, maxCertificates)
		}
		sd.Certificates = append(sd.Certificates, cert)
	}
	return nil
}

// Hashes are the digests of the content that the signers need, as far as they are known.
func (sd *SignedData) Hashes() (all []crypto.Hash) {
	for i := range sd.Signers {
		if h, err := sd.Signers[i].Hash(); err == nil && !slices.Contains(all, h) {
			all = append(all, h)
		}
	}
	return all
}
