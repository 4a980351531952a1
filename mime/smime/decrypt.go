package smime

import (
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/mime/smime/internal/cms"
)

// Integrity says whether an encrypted message could have been changed on its way by somebody without a key.
type Integrity string

const (
	// IntegrityNone: it was encrypted with CBC, of which an attacker can exchange whole blocks (CVE-2017-17688). Unless a
	// signature within it verifies, load nothing from elsewhere for it and follow no links in it.
	IntegrityNone Integrity = "none"
	// IntegrityAEAD: its tag has verified: it is as whoever encrypted it made it. That may have been anybody.
	IntegrityAEAD Integrity = "authenticated encryption"
)

// DecryptOptions have the keys.
type DecryptOptions struct {
	// Identities are tried in order until one of them is a recipient; only its key is used.
	Identities []Identity
	Limits     Limits
}

// Decrypted is what was encrypted.
type Decrypted struct {
	// Content is the MIME entity: header and body. It is a message of its own: put nothing of what was around it next to
	// it, or an attacker may have it sent off (CVE-2017-17689).
	Content   []byte
	Integrity Integrity
	// Identity is the index in DecryptOptions.Identities of the one that could decrypt it.
	Identity int
}

// Decrypt decrypts an application/pkcs7-mime entity with EnvelopedData or AuthEnvelopedData. Nothing is returned before
// all was checked that the cipher can check.
//
// Whatever a private key has a part in fails with [ErrDecrypt] alone, after the same work. Other errors are about what
// everybody can see in the message; an entity for others gives [ErrNoRecipient].
func Decrypt(e Entity, o DecryptOptions) (*Decrypted, error) {
	ber, err := e.decoded(o.Limits.content() + overhead)
	if err != nil {
		return nil, err
	}
	sealed, err := cms.ParseEnveloped(ber)
	if err != nil {
		return nil, fmt.Errorf("smime: %w", err)
	}
	d := &Decrypted{Integrity: IntegrityNone}
	if sealed.Authenticated() {
		d.Integrity = IntegrityAEAD
	}
	err = ErrNoRecipient
	for i, id := range o.Identities {
		if id.Certificate == nil {
			return nil, errors.New("smime: to decrypt, an Identity needs a Certificate and a Key")
		}
		if d.Content, err = sealed.Decrypt(id.Certificate, id.Key); !errors.Is(err, ErrNoRecipient) {
			d.Identity = i
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("smime: %w", err)
	}
	return d, nil
}

// Decompress undoes the compression of an application/pkcs7-mime entity with CompressedData and returns the MIME entity in
// it. Limits.Content bounds that.
func Decompress(e Entity, l Limits) ([]byte, error) {
	ber, err := e.decoded(l.content() + overhead)
	if err != nil {
		return nil, err
	}
	content, err := cms.Decompress(ber, l.content())
	if err != nil {
		return nil, fmt.Errorf("smime: %w", err)
	}
	return content, nil
}
