package smime

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/smime/internal/cms"
)

// VerifyOptions say whom to believe.
type VerifyOptions struct {
	// From are the addresses, local-part@domain, of all mailboxes in the field From. Without any nothing is fully valid.
	From []string
	// Chain says which roots and intermediates to use; those of the message are added to the latter. KeyUsages defaults
	// to email protection. CurrentTime defaults to the time of signing that the signer claims, if any: set it to when
	// the message came in, if that is known from somebody better.
	Chain x509.VerifyOptions
	// Certificates may be signers' ones that the message does not have to carry.
	Certificates []*x509.Certificate
	Limits       Limits
}

// Verify checks the signatures of a multipart/signed or an application/pkcs7-mime entity. The error is for what cannot be
// read at all; whether a signature is good is in the result, all of it in [Verification.Err]. A detached signature is
// checked as the body is read, in little memory.
//
// A message that says two things is refused as a whole with [ErrMalformed]: a detached signature with content of its own,
// more than two parts, lines that only begin like the boundary, signed attributes without the content type or the digest
// or with one of them twice.
func Verify(e Entity, o VerifyOptions) (*Verification, error) {
	media, params := mediaType(e.ContentType)
	if media == "multipart/signed" {
		return verifyDetached(e, params, o)
	}
	ber, err := e.decoded(o.Limits.content() + overhead)
	if err != nil {
		return nil, err
	}
	sd, err := cms.ParseSigned(ber)
	if err != nil {
		return nil, fmt.Errorf("smime: %w", err)
	}
	v := &Verification{Kind: SignedData, Content: sd.Content}
	switch {
	case !sd.Attached && len(sd.Signers) == 0:
		v.Kind = CertsOnly
	case !sd.Attached:
		return nil, fmt.Errorf("smime: %w: signed content is missing", ErrMalformed)
	}
	d := newDigester(sd.Hashes())
	_, _ = d.Write(sd.Content)
	v.check(sd, d, o)
	return v, nil
}

// verifyDetached checks multipart/signed (RFC 1847, 2.1; RFC 8551, 3.5.3).
func verifyDetached(e Entity, params header.Params, o VerifyOptions) (*Verification, error) {
	if !isSignature(lower(params.Get("protocol"))) {
		return nil, fmt.Errorf("smime: %w: multipart/signed for protocol %q", ErrUnsupported, params.Get("protocol"))
	}
	d := newDigester(hashesOf(params.Get("micalg")))
	body := &canonical{w: d}
	start, end, second, err := splitSigned(e.Body, params.Get("boundary"), body, o.Limits.signature())
	if err != nil {
		return nil, err
	}
	ber, err := signatureOf(second, o.Limits.signature())
	if err != nil {
		return nil, err
	}
	sd, err := cms.ParseSigned(ber)
	if err != nil {
		return nil, fmt.Errorf("smime: %w", err)
	}
	if sd.Attached {
		return nil, fmt.Errorf("smime: %w: a detached signature with content of its own", ErrMalformed)
	}
	v := &Verification{Kind: Detached, Start: start, End: end}
	v.check(sd, d, o)
	return v, nil
}

// check fills in all that is about signers.
func (v *Verification) check(sd *cms.SignedData, d *digester, o VerifyOptions) {
	v.from = o.From
	v.Certificates = parseCertificates(sd.Certificates)
	known := slices.Concat(v.Certificates, o.Certificates)
	for i := range sd.Signers {
		s := checkSignature(&sd.Signers[i], known, d)
		if s.ChainErr = s.SignatureErr; s.ChainErr == nil {
			s.checkChain(v.Certificates, o.Chain)
		}
		if s.Certificate != nil {
			s.Addresses = addresses(s.Certificate)
			s.MatchesFrom = slices.ContainsFunc(o.From, s.is)
		}
		v.Signers = append(v.Signers, s)
	}
}

// maxModulus bounds the work of one signature. RFC 8551, 4.3 asks for 4096 bits at most.
const maxModulus = 8192

// parseCertificates passes over certificates that cannot be read, and keys that would be slow: they are no use, and
// anybody can add them to a message.
func parseCertificates(ders [][]byte) (all []*x509.Certificate) {
	for _, der := range ders {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxModulus {
			continue
		}
		if !slices.ContainsFunc(all, c.Equal) {
			all = append(all, c)
		}
	}
	return all
}

// maxNamesakes is how many certificates are tried for one signature. Anybody can make one with the name of another.
const maxNamesakes = 4

// checkSignature finds the certificate whose key made the signature.
func checkSignature(si *cms.Signer, known []*x509.Certificate, d *digester) Signer {
	s := Signer{SigningTime: si.SigningTime}
	s.SignatureErr = errors.New("the certificate of the signer is missing: give it in VerifyOptions.Certificates")
	hash, err := si.Hash()
	if err != nil {
		s.SignatureErr = err
		return s
	}
	sum, err := d.sum(hash)
	if err == nil && !si.HasAttributes() && d.looksLikeAttributes() {
		err = fmt.Errorf("%w: it was made over attributes, not content", ErrSignature)
	}
	if err != nil {
		s.SignatureErr = err
		return s
	}
	tried := 0
	for _, c := range known {
		if !si.Names(c) || tried == maxNamesakes {
			continue
		}
		tried++
		if s.Certificate, s.SignatureErr = c, si.Verify(c, sum); s.SignatureErr == nil {
			break
		}
	}
	return s
}

// hashesOf are the digests that the parameter micalg names, and SHA-256, which many use whatever they announce. One that
// is not known may stand for any (RFC 8551, 3.5.3.2).
func hashesOf(micalg string) []crypto.Hash {
	switch lower(micalg) {
	case "sha-256", "sha256":
		return []crypto.Hash{crypto.SHA256}
	case "sha-384", "sha384":
		return []crypto.Hash{crypto.SHA256, crypto.SHA384}
	case "sha-512", "sha512":
		return []crypto.Hash{crypto.SHA256, crypto.SHA512}
	}
	return []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}
}
