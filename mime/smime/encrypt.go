package smime

import (
	"crypto/x509"
	"fmt"
	"io"

	"github.com/wirepost/wirepost/mime/smime/internal/cms"
)

// A Cipher encrypts content.
type Cipher string

// The ciphers of RFC 8551, 2.7. Those of CBC do not protect the integrity of what they encrypt: sign it first, and use
// them only for recipients who have nothing better.
const (
	AES256GCM        Cipher = "AES-256-GCM"
	AES128GCM        Cipher = "AES-128-GCM"
	ChaCha20Poly1305 Cipher = "ChaCha20-Poly1305"
	AES256CBC        Cipher = "AES-256-CBC"
	AES128CBC        Cipher = "AES-128-CBC"
)

// EncryptOptions say for whom and how.
type EncryptOptions struct {
	// Recipients can each decrypt the message; the sender should be among them. Their certificates must be verified
	// before: Encrypt only checks that their key usage allows encryption. Anybody can see who they are.
	Recipients []*x509.Certificate
	// Cipher is AES256GCM if empty (RFC 8551, 2.7.1.2).
	Cipher Cipher
	// PKCS1v15 sends the content's key to recipients with RSA keys as PKCS #1 v1.5, which all software knows, not by
	// OAEP with SHA-256.
	PKCS1v15 bool
	Limits   Limits
}

// Encrypt reads a MIME entity, header and body, and writes it encrypted as an application/pkcs7-mime entity. It is
// held in memory, and encrypted octet for octet, so that it may be binary; its line ends have to be CRLF already. To sign
// and encrypt, sign first.
func Encrypt(w io.Writer, entity io.Reader, o EncryptOptions) error {
	ciphers := map[Cipher]cms.Cipher{
		"": cms.AES256GCM, AES256GCM: cms.AES256GCM, AES128GCM: cms.AES128GCM, ChaCha20Poly1305: cms.ChaCha20Poly1305,
		AES256CBC: cms.AES256CBC, AES128CBC: cms.AES128CBC,
	}
	c, ok := ciphers[o.Cipher]
	if !ok {
		return fmt.Errorf("smime: cipher %q is not known: use one of the constants", o.Cipher)
	}
	content := bounded{limit: o.Limits.content()}
	if _, err := io.Copy(&content, entity); err != nil {
		return err
	}
	sealed, err := cms.Encrypt(content.all.Bytes(), c, o.PKCS1v15, o.Recipients)
	if err != nil {
		return fmt.Errorf("smime: %w", err)
	}
	kind := EnvelopedData
	if c.IsAEAD() {
		kind = AuthEnvelopedData
	}
	return writePKCS7(w, kind, sealed)
}

// Compress reads a MIME entity and writes it compressed (RFC 8551, 3.6). The limit is on the entity.
func Compress(w io.Writer, entity io.Reader, l Limits) error {
	content := bounded{limit: l.content()}
	if _, err := io.Copy(&content, entity); err != nil {
		return err
	}
	packed, err := cms.Compress(content.all.Bytes())
	if err != nil {
		return fmt.Errorf("smime: %w", err)
	}
	return writePKCS7(w, CompressedData, packed)
}
