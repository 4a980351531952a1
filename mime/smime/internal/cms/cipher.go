package cms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A Cipher encrypts content.
type Cipher uint8

// The ciphers (RFC 8551, 2.7). The first is what to use without knowledge of the recipient.
const (
	AES256GCM Cipher = iota
	AES128GCM
	ChaCha20Poly1305
	AES256CBC
	AES128CBC
	aes192GCM // read only
	aes192CBC // read only
)

type suite struct {
	oid     oid
	keySize int
	mode    uint8
}

const (
	gcm uint8 = iota
	chacha
	cbc
)

func (c Cipher) suite() suite {
	switch c {
	case AES128GCM:
		return suite{oidAES128GCM, 16, gcm}
	case ChaCha20Poly1305:
		return suite{oidChaCha20Poly1305, 32, chacha}
	case AES256CBC:
		return suite{oidAES256CBC, 32, cbc}
	case AES128CBC:
		return suite{oidAES128CBC, 16, cbc}
	case aes192GCM:
		return suite{oidAES192GCM, 24, gcm}
	case aes192CBC:
		return suite{oidAES192CBC, 24, cbc}
	default:
		return suite{oidAES256GCM, 32, gcm}
	}
}

// IsAEAD reports whether the cipher protects the integrity of the content.
func (c Cipher) IsAEAD() bool { return c.suite().mode != cbc }

// A sealed is encrypted content and how to decrypt it.
type sealed struct {
	suite suite
	nonce []byte // the IV of CBC
	text  []byte
	tag   []byte // of an AEAD
	extra []byte // authenticated only
}

const nonceSize = 12

// minTag is the shortest tag that RFC 5084, 3.2 allows.
const minTag = 12

// readCipher takes the content encryption algorithm.
func readCipher(a algorithm) (sealed, error) {
	for c := range aes192CBC + 1 {
		if s := c.suite(); s.oid == a.oid {
			b := sealed{suite: s}
			return b, b.readParams(a)
		}
	}
	return sealed{}, unsupported("content encryption", a.oid)
}

func (b *sealed) readParams(a algorithm) error {
	want := nonceSize
	ok := true
	switch b.suite.mode {
	case gcm: // RFC 5084, 3.2
		var seq cryptobyte.String
		size := minTag
		s := a.params
		ok = s.ReadASN1(&seq, asn1.SEQUENCE) && s.Empty() && seq.ReadASN1((*cryptobyte.String)(&b.nonce), asn1.OCTET_STRING) &&
			(seq.Empty() || seq.ReadASN1Integer(&size)) && seq.Empty() && size >= minTag && size <= 16
		b.tag = make([]byte, max(0, min(size, 16)))
	case chacha: // RFC 8103, 2
		b.nonce, ok = a.octets()
		b.tag = make([]byte, chacha20poly1305.Overhead)
	default: // RFC 3565, 2.3
		b.nonce, ok = a.octets()
		want = aes.BlockSize
	}
	if !ok || len(b.nonce) != want {
		return fmt.Errorf("%w: parameters of the content encryption", ErrMalformed)
	}
	return nil
}

func (b sealed) aead(key []byte) (cipher.AEAD, error) {
	if b.suite.mode == chacha {
		return chacha20poly1305.New(key)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithTagSize(block, len(b.tag))
}

// decrypt releases nothing before the tag has verified. All its failures look alike.
func (b sealed) decrypt(key []byte) ([]byte, error) {
	if b.suite.mode == cbc {
		return b.decryptCBC(key)
	}
	a, err := b.aead(key)
	if err != nil {
		return nil, ErrDecrypt
	}
	joined := make([]byte, 0, len(b.text)+len(b.tag))
	joined = append(append(joined, b.text...), b.tag...)
	plain, err := a.Open(joined[:0], b.nonce, joined, b.extra)
	if err != nil {
		return nil, ErrDecrypt
	}
	return plain, nil
}

// encrypt makes a fresh key and a body of content.
func (c Cipher) encrypt(content []byte) (b sealed, key []byte, err error) {
	b = sealed{suite: c.suite(), nonce: make([]byte, nonceSize), tag: make([]byte, 16)}
	key = make([]byte, b.suite.keySize)
	rand.Read(key)
	if b.suite.mode == cbc {
		return b.encryptCBC(key, content)
	}
	rand.Read(b.nonce)
	a, err := b.aead(key)
	if err != nil {
		return b, nil, err
	}
	joined := a.Seal(make([]byte, 0, len(content)+len(b.tag)), b.nonce, content, nil)
	b.text, b.tag = joined[:len(content)], joined[len(content):]
	return b, key, nil
}

func (b sealed) algorithm() algorithm {
	nonce := element(func(w *cryptobyte.Builder) { w.AddASN1OctetString(b.nonce) })
	if b.suite.mode != gcm {
		return algorithm{oid: b.suite.oid, params: nonce}
	}
	return algorithm{oid: b.suite.oid, params: element(func(w *cryptobyte.Builder) {
		w.AddASN1(asn1.SEQUENCE, func(w *cryptobyte.Builder) {
			w.AddBytes(nonce)
			w.AddASN1Int64(int64(len(b.tag)))
		})
	})}
}
