package store

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Limits of names and addresses, in octets. The address's are those of RFC 5321, 4.5.3.1.
const (
	MaxName      = 255 // login names, folder names, keywords, delivery keys
	MaxLocal     = 64
	MaxDomain    = 255
	MaxAddresses = 1000 // of one account
)

// Postmaster is the local part that every domain must accept, however it is written (RFC 5321, 4.5.1).
const Postmaster = "postmaster"

// An Address is a mailbox address in two parts: the local part without quotes and escapes, and the
// domain in its ASCII form (A-labels).
type Address struct {
	Local, Domain string
}

// String returns local@domain. It does not quote: it is for people to read, not for a protocol.
func (a Address) String() string { return a.Local + "@" + a.Domain }

// Key returns the form by which addresses of local accounts compare: the local part by FoldName,
// the domain without regard to ASCII case.
func (a Address) Key() string { return FoldName(a.Local) + "@" + FoldDomain(a.Domain) }

// Check returns an ErrInvalid that says what is wrong with a, or nil.
func (a Address) Check() error {
	switch {
	case a.Local == "" || len(a.Local) > MaxLocal || !printable(a.Local):
		return fmt.Errorf("%w: local part %q: want 1 to %d octets of UTF-8 without control characters", ErrInvalid, clip(a.Local), MaxLocal)
	default:
		return CheckDomain(a.Domain)
	}
}

// CheckDomain returns an ErrInvalid unless domain can be the domain of an address.
func CheckDomain(domain string) error {
	if domain == "" || len(domain) > MaxDomain || !printable(domain) || strings.ContainsAny(domain, "@ ") {
		return fmt.Errorf("%w: domain %q: want 1 to %d octets without spaces, @ and control characters", ErrInvalid, clip(domain), MaxDomain)
	}
	return nil
}

// CheckName returns an ErrInvalid unless name can be a login or a folder's name: 1 to MaxName
// octets of UTF-8 without control characters.
func CheckName(name string) error {
	if name == "" || len(name) > MaxName || !printable(name) {
		return fmt.Errorf("%w: name %q: want 1 to %d octets of UTF-8 without control characters", ErrInvalid, clip(name), MaxName)
	}
	return nil
}

func checkAddresses(all []Address) error {
	if len(all) == 0 || len(all) > MaxAddresses {
		return fmt.Errorf("%w: %d addresses: want 1 to %d", ErrInvalid, len(all), MaxAddresses)
	}
	seen := make(map[string]bool, len(all))
	for _, a := range all {
		if err := a.Check(); err != nil {
			return err
		}
		if seen[a.Key()] {
			return fmt.Errorf("%w: address %q twice", ErrInvalid, a)
		}
		seen[a.Key()] = true
	}
	return nil
}

// FoldName returns the form by which login names and local parts compare: without regard to case,
// in Unicode's sense, and to how accented characters are composed. RFC 5321, 2.4 leaves that to the
// host that owns them.
func FoldName(s string) string {
	if ascii.Is(s) {
		return strings.ToLower(s)
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

// FoldDomain returns domain with ASCII letters in lower case, and nothing else changed.
func FoldDomain(domain string) string { return ascii.Lower(domain) }

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// clip keeps what a peer sent from filling an error.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
