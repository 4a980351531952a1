package cms

import "encoding/asn1"

// An oid is the content octets of an object identifier, which can be compared and be the case of a switch.
type oid string

// id makes an oid from its dotted numbers.
func id(numbers ...int) oid {
	der, err := asn1.Marshal(asn1.ObjectIdentifier(numbers))
	if err != nil {
		panic(err) // only for numbers in this file that are no object identifier
	}
	return oid(der[2:])
}

// dotted shows an oid to people.
func (o oid) dotted() string {
	var numbers asn1.ObjectIdentifier
	der := append([]byte{0x06, byte(len(o))}, o...)
	if len(o) > 127 {
		return "unknown"
	}
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return "unknown"
	}
	return numbers.String()
}

// Content types (RFC 5652, 4 to 6; RFC 5083, 2.1; RFC 3274, 1.1).
var (
	oidData              = id(1, 2, 840, 113549, 1, 7, 1)
	oidSignedData        = id(1, 2, 840, 113549, 1, 7, 2)
	oidEnvelopedData     = id(1, 2, 840, 113549, 1, 7, 3)
	oidAuthEnvelopedData = id(1, 2, 840, 113549, 1, 9, 16, 1, 23)
	oidCompressedData    = id(1, 2, 840, 113549, 1, 9, 16, 1, 9)
)

// Attributes (RFC 5652, 11; RFC 8551, 2.5.2).
var (
	oidContentType   = id(1, 2, 840, 113549, 1, 9, 3)
	oidMessageDigest = id(1, 2, 840, 113549, 1, 9, 4)
	oidSigningTime   = id(1, 2, 840, 113549, 1, 9, 5)
	oidCapabilities  = id(1, 2, 840, 113549, 1, 9, 15)
)

// Digests and signatures (RFC 5754; RFC 4056; RFC 8419).
var (
	oidSHA256 = id(2, 16, 840, 1, 101, 3, 4, 2, 1)
	oidSHA384 = id(2, 16, 840, 1, 101, 3, 4, 2, 2)
	oidSHA512 = id(2, 16, 840, 1, 101, 3, 4, 2, 3)
	oidSHA1   = id(1, 3, 14, 3, 2, 26) // only where OAEP and openssl's key agreement default to it
	oidMGF1   = id(1, 2, 840, 113549, 1, 1, 8)

	oidRSA              = id(1, 2, 840, 113549, 1, 1, 1) // both signature and key transport
	oidRSASHA256        = id(1, 2, 840, 113549, 1, 1, 11)
	oidRSASHA384        = id(1, 2, 840, 113549, 1, 1, 12)
	oidRSASHA512        = id(1, 2, 840, 113549, 1, 1, 13)
	oidPSS              = id(1, 2, 840, 113549, 1, 1, 10)
	oidOAEP             = id(1, 2, 840, 113549, 1, 1, 7)
	oidPSpecified       = id(1, 2, 840, 113549, 1, 1, 9)
	oidECDSASHA256      = id(1, 2, 840, 10045, 4, 3, 2)
	oidECDSASHA384      = id(1, 2, 840, 10045, 4, 3, 3)
	oidECDSASHA512      = id(1, 2, 840, 10045, 4, 3, 4)
	oidEd25519          = id(1, 3, 101, 112)
	oidECPublicKey      = id(1, 2, 840, 10045, 2, 1)
	oidX25519           = id(1, 3, 101, 110)
	oidZlib             = id(1, 2, 840, 113549, 1, 9, 16, 3, 8)
	oidECDHSHA1         = id(1, 3, 133, 16, 840, 63, 0, 2)
	oidECDHSHA256       = id(1, 3, 132, 1, 11, 1)
	oidECDHSHA384       = id(1, 3, 132, 1, 11, 2)
	oidECDHSHA512       = id(1, 3, 132, 1, 11, 3)
	oidECDHHKDFSHA256   = id(1, 2, 840, 113549, 1, 9, 16, 3, 19)
	oidAES128Wrap       = id(2, 16, 840, 1, 101, 3, 4, 1, 5)
	oidAES192Wrap       = id(2, 16, 840, 1, 101, 3, 4, 1, 25)
	oidAES256Wrap       = id(2, 16, 840, 1, 101, 3, 4, 1, 45)
	oidAES128CBC        = id(2, 16, 840, 1, 101, 3, 4, 1, 2)
	oidAES192CBC        = id(2, 16, 840, 1, 101, 3, 4, 1, 22)
	oidAES256CBC        = id(2, 16, 840, 1, 101, 3, 4, 1, 42)
	oidAES128GCM        = id(2, 16, 840, 1, 101, 3, 4, 1, 6)
	oidAES192GCM        = id(2, 16, 840, 1, 101, 3, 4, 1, 26)
	oidAES256GCM        = id(2, 16, 840, 1, 101, 3, 4, 1, 46)
	oidChaCha20Poly1305 = id(1, 2, 840, 113549, 1, 9, 16, 3, 18)
)
