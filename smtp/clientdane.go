package smtp

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A TLSA is one record of a TLSA RRset (RFC 6698, 2.1). Whoever looks it up
// must have validated it by DNSSEC. Usages that rely on public authorities are
// not used for mail (RFC 7672, 3.1.3).
type TLSA struct {
	Usage        uint8 // 2 is DANE-TA, 3 is DANE-EE; no other counts
	Selector     uint8 // 0 is the whole certificate, 1 its public key
	MatchingType uint8 // 0 is the thing itself, 1 its SHA-256, 2 its SHA-512
	Data         []byte
}

// ErrDANE is what ErrHandshake comes with if no TLSA record vouches for the
// server.
var ErrDANE = errors.New("no TLSA record vouches for the certificate")

// The values of the fields that mean something here.
const (
	usageTA = 2
	usageEE = 3

	selectCert = 0
	selectKey  = 1

	matchFull   = 0
	matchSHA256 = 1
	matchSHA512 = 2
)

// usable returns the records that can vouch for a mail server.
func usable(records []TLSA) []TLSA {
	var found []TLSA
	for _, r := range records {
		sizes := []int{matchFull: max(len(r.Data), 1), matchSHA256: sha256.Size, matchSHA512: sha512.Size}
		if (r.Usage == usageTA || r.Usage == usageEE) && r.Selector <= selectKey &&
			r.MatchingType <= matchSHA512 && len(r.Data) == sizes[r.MatchingType] {
			found = append(found, r)
		}
	}
	// Of the digests of one thing only the strongest counts (RFC 7671, 9).
	return slices.DeleteFunc(slices.Clone(found), func(r TLSA) bool {
		return r.MatchingType == matchSHA256 && slices.ContainsFunc(found, func(o TLSA) bool {
			return o.MatchingType == matchSHA512 && o.Usage == r.Usage && o.Selector == r.Selector
		})
	})
}

// matches reports whether the record is about the certificate.
func (r TLSA) matches(cert *x509.Certificate) bool {
	data := cert.Raw
	if r.Selector == selectKey {
		data = cert.RawSubjectPublicKeyInfo
	}
	switch r.MatchingType {
	case matchSHA256:
		sum := sha256.Sum256(data)
		data = sum[:]
	case matchSHA512:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return bytes.Equal(data, r.Data)
}

// verifyDANE checks a server's chain against the TLSA records. If none of them
// is usable any chain will do (RFC 7672, 2.2).
func verifyDANE(chain []*x509.Certificate, records []TLSA, names []string, now time.Time) error {
	switch {
	case len(records) == 0:
		return fmt.Errorf("%w: Options.TLSA must have some for TLSDANE", ErrDANE)
	case len(chain) == 0:
		return fmt.Errorf("%w: %w", ErrDANE, errNoCertificate)
	}
	records = usable(records)
	if len(records) == 0 {
		return nil
	}
	err := ErrDANE
	for _, r := range records {
		// For DANE-EE neither names nor dates count (RFC 7672, 3.1.1).
		if r.Usage == usageEE && r.matches(chain[0]) {
			return nil
		}
		if r.Usage == usageTA {
			flaw := r.anchors(chain, names, now)
			if flaw == nil {
				return nil
			}
			err = fmt.Errorf("%w: %w", ErrDANE, flaw)
		}
	}
	return err
}

var errNoAnchor = errors.New("trust anchor is not in the chain")

// anchors checks that the chain leads to the trust anchor that the record is
// about, which the server must send along (RFC 7672, 3.1.2) unless the record
// holds it whole, and that its first certificate has one of the names.
func (r TLSA) anchors(chain []*x509.Certificate, names []string, now time.Time) error {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	found := false
	for _, cert := range chain {
		if r.matches(cert) {
			roots.AddCert(cert)
			found = true
		} else {
			intermediates.AddCert(cert)
		}
	}
	if !found && r.Selector == selectCert && r.MatchingType == matchFull {
		if cert, err := x509.ParseCertificate(r.Data); err == nil {
			roots.AddCert(cert)
			found = true
		}
	}
	if !found {
		return errNoAnchor
	}
	return verifyChain(chain[0], roots, intermediates, names, now)
}
