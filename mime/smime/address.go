package smime

import (
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/net/idna"
)

var (
	oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidEmailAddress   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
	oidSmtpUTF8       = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 8, 9}
)

// addresses are the mail addresses of a certificate: those of subjectAltName, rfc822Name and SmtpUTF8Mailbox, or if it
// has none, the emailAddress of the subject (RFC 8550, 3). A subject may be less checked than the extension is, so it
// adds nothing to what that says.
func addresses(c *x509.Certificate) []string {
	all := slices.Clone(c.EmailAddresses)
	for _, ext := range c.Extensions {
		if ext.Id.Equal(oidSubjectAltName) {
			all = append(all, utf8Mailboxes(ext.Value)...)
		}
	}
	if len(all) > 0 {
		return all
	}
	for _, a := range c.Subject.Names {
		if s, ok := a.Value.(string); ok && a.Type.Equal(oidEmailAddress) {
			all = append(all, s)
		}
	}
	return all
}

// utf8Mailboxes reads the otherNames that are SmtpUTF8Mailbox (RFC 8398, 3).
func utf8Mailboxes(ext []byte) (all []string) {
	s := cryptobyte.String(ext)
	var names cryptobyte.String
	if !s.ReadASN1(&names, cbasn1.SEQUENCE) {
		return nil
	}
	for !names.Empty() {
		var one, value, text cryptobyte.String
		var tag cbasn1.Tag
		var kind asn1.ObjectIdentifier
		if !names.ReadAnyASN1(&one, &tag) {
			return nil
		}
		explicit0 := cbasn1.Tag(0).ContextSpecific().Constructed()
		if tag == explicit0 && one.ReadASN1ObjectIdentifier(&kind) && kind.Equal(oidSmtpUTF8) &&
			one.ReadASN1(&value, explicit0) && value.ReadASN1(&text, cbasn1.UTF8String) {
			all = append(all, string(text))
		}
	}
	return all
}

// sameAddress compares as RFC 8550, 3 wants: the domain without regard to case and to how its labels are written, and the
// local part without regard to the case of ASCII.
func sameAddress(a, b string) bool {
	i, j := strings.LastIndexByte(a, '@'), strings.LastIndexByte(b, '@')
	return i > 0 && j > 0 && lower(a[:i]) == lower(b[:j]) && domain(a[i+1:]) == domain(b[j+1:]) && domain(a[i+1:]) != ""
}

// domain is a domain in A-labels and lower case, or "" if it is none.
func domain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0 {
		return lower(s)
	}
	s, err := idna.Lookup.ToASCII(s)
	if err != nil {
		return ""
	}
	return s
}
