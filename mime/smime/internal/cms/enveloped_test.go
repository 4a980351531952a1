package cms

import (
	"crypto/x509"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// envelope makes a message of any type with any body, for one recipient by ECDH.
func envelope(t testing.TB, kind oid, c *x509.Certificate, body sealed, key []byte, after ...[]byte) []byte {
	var to cryptobyte.Builder
	_, err := addRecipient(&to, c, key, false)
	require.NoError(t, err)
	der, err := seal(kind, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(to.BytesOrPanic()) })
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addOID(b, oidData)
			body.algorithm().add(b)
			b.AddASN1(implicit(0), func(b *cryptobyte.Builder) { b.AddBytes(body.text) })
		})
		for _, e := range after {
			b.AddBytes(e)
		}
	})
	require.NoError(t, err)
	return der
}

func octetString(v []byte) []byte {
	return element(func(b *cryptobyte.Builder) { b.AddASN1OctetString(v) })
}

// Tags of every size that RFC 5084 allows, and attributes that are authenticated with the content (RFC 5083, 2.2).
func TestTagsAndAttributes(t *testing.T) {
	a := newAuthor(t)
	attrs := attribute(oidContentType, func(b *cryptobyte.Builder) { addOID(b, oidData) })
	field := func(tag asn1.Tag, attrs []byte) []byte {
		return element(func(b *cryptobyte.Builder) { b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(attrs) }) })
	}
	for size := 11; size <= 17; size++ {
		body, key, err := AES128GCM.encrypt(nil)
		require.NoError(t, err)
		if body.tag = make([]byte, size); size >= 12 && size <= 16 {
			aead, err := body.aead(key)
			require.NoError(t, err)
			out := aead.Seal(nil, body.nonce, []byte("content"), field(asn1.SET, attrs))
			body.text, body.tag = out[:7], out[7:]
		}
		e, err := ParseEnveloped(envelope(t, oidAuthEnvelopedData, a.Certificate, body, key, field(explicit(1), attrs), octetString(body.tag)))
		if size < 12 || size > 16 {
			require.ErrorIs(t, err, ErrMalformed)
			continue
		}
		require.NoError(t, err)
		plain, err := e.Decrypt(a.Certificate, a.Key)
		require.NoError(t, err)
		require.Equal(t, "content", string(plain))

		e, err = ParseEnveloped(envelope(t, oidAuthEnvelopedData, a.Certificate, body, key, octetString(body.tag)))
		require.NoError(t, err)
		_, err = e.Decrypt(a.Certificate, a.Key)
		require.Equal(t, ErrDecrypt, err, "the attributes are missing")
		_, err = ParseEnveloped(envelope(t, oidAuthEnvelopedData, a.Certificate, body, key, octetString(body.tag[1:])))
		require.ErrorIs(t, err, ErrMalformed)
	}
}

// A cipher in the type of message that is not for it would claim an integrity that it has not, or hide one.
func TestCipherOfTheOtherType(t *testing.T) {
	a := newAuthor(t)
	cbc, key, err := AES128CBC.encrypt([]byte("content"))
	require.NoError(t, err)
	_, err = ParseEnveloped(envelope(t, oidEnvelopedData, a.Certificate, cbc, key))
	require.NoError(t, err)
	_, err = ParseEnveloped(envelope(t, oidAuthEnvelopedData, a.Certificate, cbc, key, octetString(make([]byte, 16))))
	require.ErrorIs(t, err, ErrMalformed)
	gcm, key, err := AES128GCM.encrypt([]byte("content"))
	require.NoError(t, err)
	_, err = ParseEnveloped(envelope(t, oidEnvelopedData, a.Certificate, gcm, key))
	require.ErrorIs(t, err, ErrMalformed)
}

// Every padding of CBC but the right ones fails, alike.
func TestPadding(t *testing.T) {
	key := make([]byte, 16)
	for last := range 256 {
		for _, uniform := range []bool{true, false} {
			plain := make([]byte, 32)
			for i := range plain {
				plain[i] = 0xee
				if uniform || i == 31 {
					plain[i] = byte(last)
				}
			}
			body := sealed{suite: AES128CBC.suite()}
			whole, _, err := body.encryptCBC(key, plain)
			require.NoError(t, err)
			whole.text = whole.text[:32] // without the padding that is right
			got, err := whole.decrypt(key)
			if last == 1 || uniform && last > 0 && last <= 16 {
				require.NoError(t, err)
				require.Equal(t, plain[:32-last], got)
			} else {
				require.Equal(t, ErrDecrypt, err, fmt.Sprint(last, uniform))
			}
		}
	}
	for _, n := range []int{0, 1, 15, 17, 31} {
		body := sealed{suite: AES128CBC.suite(), nonce: make([]byte, 16), text: make([]byte, n)}
		_, err := body.decrypt(key)
		require.Equal(t, ErrDecrypt, err)
	}
}

// A key of a size that is another cipher's does not make it that cipher.
func TestKeyOfOtherSize(t *testing.T) {
	a := newAuthor(t)
	body, key, err := AES128GCM.encrypt([]byte("content"))
	require.NoError(t, err)
	body.suite = AES256GCM.suite()
	e, err := ParseEnveloped(envelope(t, oidAuthEnvelopedData, a.Certificate, body, key, octetString(body.tag)))
	require.NoError(t, err)
	_, err = e.Decrypt(a.Certificate, a.Key)
	require.Equal(t, ErrDecrypt, err)
}

func TestCounts(t *testing.T) {
	a := newAuthor(t)
	var many cryptobyte.Builder
	for range maxRecipients + 1 {
		many.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			addName(b, a.Certificate)
			algorithm{oid: oidRSA}.add(b)
			b.AddASN1OctetString(nil)
		})
	}
	_, err := readRecipients(many.BytesOrPanic())
	require.ErrorIs(t, err, ErrTooLarge)
}
