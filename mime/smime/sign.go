package smime

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wirepost/wirepost/mime/smime/internal/cms"
)

// An Identity is a certificate and its private key.
type Identity struct {
	Certificate *x509.Certificate
	// Key is a crypto.Signer to sign with, a crypto.Decrypter or (for elliptic curves) an ecdh.KeyExchanger or
	// *ecdsa.PrivateKey to decrypt with. It may live in hardware.
	Key crypto.PrivateKey
	// Chain has the certificates between Certificate and a root that verifiers have; it goes along with signatures.
	Chain []*x509.Certificate
}

// SignOptions say who signs and how.
type SignOptions struct {
	// Identities each make a signature; at least one. Keys are RSA, ECDSA or Ed25519; digests SHA-256 up to SHA-512.
	Identities []Identity
	// Opaque puts the entity into the CMS, where nothing can change it on its way and nobody without S/MIME can read it.
	// It is then held in memory.
	Opaque bool
	// PSS signs with RSA-PSS where a key is one of RSA; older software knows only PKCS #1 v1.5.
	PSS bool
	// Time is the time of signing; the zero Time means now.
	Time   time.Time
	Limits Limits
}

// Sign reads a MIME entity, header and body, and writes it signed, again as an entity whose first octets are its header:
// multipart/signed, or application/pkcs7-mime if it is opaque. After an error what was written is to be thrown away.
//
// In multipart/signed line ends become CRLF; else the entity stays as it is. One that cannot stay so on its way, for it
// has 8-bit octets, lone CRs or lines of more than 998 octets, is refused (RFC 8551, 3.1.3). An opaque one stays as it is
// octet for octet, so that it may be binary; its line ends have to be CRLF already.
func Sign(w io.Writer, entity io.Reader, o SignOptions) error {
	authors, hashes, err := o.authors()
	if err != nil {
		return err
	}
	d := newDigester(hashes)
	if o.Time.IsZero() {
		o.Time = time.Now()
	}
	if o.Opaque {
		content := bounded{limit: o.Limits.content()}
		if _, err := io.Copy(&content, entity); err != nil {
			return err
		}
		_, _ = d.Write(content.all.Bytes())
		sd, err := cms.Sign(content.all.Bytes(), false, d.sums(), o.Time, authors)
		if err != nil {
			return fmt.Errorf("smime: %w", err)
		}
		return writePKCS7(w, SignedData, sd)
	}
	return signDetached(w, entity, d, hashes, func() ([]byte, error) {
		return cms.Sign(nil, true, d.sums(), o.Time, authors)
	})
}

func (o SignOptions) authors() (authors []cms.Author, hashes []crypto.Hash, err error) {
	if len(o.Identities) == 0 {
		return nil, nil, errors.New("smime: nobody to sign: set SignOptions.Identities")
	}
	for _, id := range o.Identities {
		key, ok := id.Key.(crypto.Signer)
		if id.Certificate == nil || !ok {
			return nil, nil, fmt.Errorf("smime: to sign, an Identity needs a Certificate and a crypto.Signer, not %T", id.Key)
		}
		a := cms.Author{Certificate: id.Certificate, Chain: id.Chain, Key: key, PSS: o.PSS}
		h, err := a.Hash()
		if err != nil {
			return nil, nil, fmt.Errorf("smime: %w", err)
		}
		if authors = append(authors, a); !slices.Contains(hashes, h) {
			hashes = append(hashes, h)
		}
	}
	return authors, hashes, nil
}

// signDetached writes multipart/signed (RFC 8551, 3.5.3.2).
func signDetached(w io.Writer, entity io.Reader, d *digester, hashes []crypto.Hash, sign func() ([]byte, error)) error {
	boundary := rand.Text() + rand.Text() // 256 bits, which no entity has in it by chance or by design
	names := make([]string, len(hashes))
	for i, h := range hashes {
		names[i] = fmt.Sprintf("sha-%d", 8*h.Size())
	}
	_, err := fmt.Fprintf(w, "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"+
		" micalg=%q; boundary=\"%s\"\r\n\r\n--%[2]s\r\n", strings.Join(names, ","), boundary)
	if err != nil {
		return err
	}
	c := canonical{w: io.MultiWriter(w, d), check: true}
	if _, err := io.Copy(&c, entity); err != nil {
		return err
	}
	if c.cr {
		return errBareCR
	}
	signature, err := sign()
	if err != nil {
		return fmt.Errorf("smime: %w", err)
	}
	var part bytes.Buffer
	fmt.Fprintf(&part, "\r\n--%s\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"+
		"Content-Disposition: attachment; filename=\"smime.p7s\"\r\n", boundary)
	if err := writeBase64(&part, signature); err != nil {
		return err
	}
	fmt.Fprintf(&part, "--%s--\r\n", boundary)
	_, err = w.Write(part.Bytes())
	return err
}
