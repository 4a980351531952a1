package smime

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Verification says what was signed, by whom, and what of that holds.
type Verification struct {
	// Kind is Detached, SignedData or CertsOnly, by what the entity is, not what it says.
	Kind Kind
	// Content is the signed entity if it was within the CMS, else nil.
	Content []byte
	// Start and End are where in the body the signed entity of a Detached message lies. Only these octets were signed:
	// show nothing else as signed.
	Start, End int64
	// Signers are the signatures, in the order of the message.
	Signers []Signer
	// Certificates are those that came with the message. Nothing is known of them.
	Certificates []*x509.Certificate

	from []string
}

// A Signer is one signature.
type Signer struct {
	// Certificate is the one whose key made the signature, or if it does not verify, one that it names; nil without one.
	Certificate *x509.Certificate
	// SignatureErr is nil if the key of Certificate signed this very content.
	SignatureErr error
	// Chains lead from Certificate to a root; ChainErr is why there are none. It is nil only if SignatureErr is.
	Chains   [][]*x509.Certificate
	ChainErr error
	// SigningTime is when the signer says that it was; zero if it does not. The signer can say what it likes.
	SigningTime time.Time
	// Addresses are the mail addresses of Certificate (RFC 8550, 3).
	Addresses []string
	// MatchesFrom reports whether one of Addresses is one of VerifyOptions.From.
	MatchesFrom bool
}

// Err says why a message must not be shown as signed by its author, or nil: that there is a signature, that all signatures
// and their chains verify, and that each address of From is one of a signer. The reasons are joined.
func (v *Verification) Err() error {
	var all []error
	if len(v.Signers) == 0 {
		all = append(all, errors.New("smime: nobody signed"))
	}
	for i, s := range v.Signers {
		if s.SignatureErr != nil {
			all = append(all, fmt.Errorf("smime: signer %d: %w", i+1, s.SignatureErr))
		} else if s.ChainErr != nil {
			all = append(all, fmt.Errorf("smime: signer %d: %w", i+1, s.ChainErr))
		}
	}
	if len(v.Signers) > 0 && len(v.from) == 0 {
		all = append(all, errors.New("smime: no From was given to compare the signers with"))
	}
	for _, from := range v.from {
		if !slices.ContainsFunc(v.Signers, func(s Signer) bool { return s.holds() && s.is(from) }) {
			all = append(all, fmt.Errorf("smime: no signer is %q, whom the message is from", from))
		}
	}
	return errors.Join(all...)
}

func (s Signer) holds() bool { return s.SignatureErr == nil && s.ChainErr == nil }

func (s Signer) is(address string) bool {
	return slices.ContainsFunc(s.Addresses, func(a string) bool { return sameAddress(a, address) })
}
