package cms

import (
	"bytes"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// signedAttributes is the content of the SET that a signature is over, in DER's order (RFC 8551, 2.5).
func signedAttributes(sum []byte, at time.Time) []byte {
	attrs := [][]byte{
		attribute(oidContentType, func(b *cryptobyte.Builder) { addOID(b, oidData) }),
		attribute(oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum) }),
		attribute(oidSigningTime, func(b *cryptobyte.Builder) { addTime(b, at) }),
		attribute(oidCapabilities, addCapabilities),
	}
	slices.SortFunc(attrs, bytes.Compare)
	return slices.Concat(attrs...)
}

func attribute(kind oid, value func(b *cryptobyte.Builder)) []byte {
	return element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addOID(b, kind)
			b.AddASN1(asn1.SET, value)
		})
	})
}

// addTime uses the short form as long as it can say the year (RFC 5652, 11.3).
func addTime(b *cryptobyte.Builder, t time.Time) {
	if t = t.UTC().Truncate(time.Second); t.Year() >= 1950 && t.Year() < 2050 {
		b.AddASN1UTCTime(t)
		return
	}
	b.AddASN1GeneralizedTime(t)
}

// addCapabilities says what may be used for answers, best first (RFC 8551, 2.5.2).
func addCapabilities(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, o := range []oid{oidAES256GCM, oidAES128GCM, oidChaCha20Poly1305, oidAES256CBC, oidAES128CBC} {
			algorithm{oid: o}.add(b)
		}
	})
}
