package smime_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/smime"
)

// FuzzVerify: no panic; what is fully valid is one of the two entities that were signed, and only the octets that the
// result names.
func FuzzVerify(f *testing.F) {
	p := people()
	for _, o := range []smime.SignOptions{
		{Identities: []smime.Identity{p.p256}},
		{Identities: []smime.Identity{p.ed}, Opaque: true},
	} {
		f.Add(sign(f, entity, o))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		e, err := smime.ReadEntity(bytes.NewReader(message))
		if err != nil {
			return
		}
		v, err := smime.Verify(e, p.believe("alice@example.org"))
		if err != nil || v.Err() != nil {
			return
		}
		require.True(t, bytes.Contains(message, []byte("Content-Type: text/plain")) || string(v.Content) == entity)
		if v.Kind == smime.Detached {
			require.LessOrEqual(t, v.Start, v.End)
			require.LessOrEqual(t, v.End, int64(len(message)))
		}
	})
}

// FuzzDecrypt: no panic; what decrypts with a tag is what was encrypted; every error is a known one.
func FuzzDecrypt(f *testing.F) {
	p := people()
	ids := []smime.Identity{p.p256, p.x25519}
	for _, c := range []smime.Cipher{smime.AES128GCM, smime.ChaCha20Poly1305, smime.AES256CBC} {
		for _, id := range ids {
			f.Add(opaque(f, encrypt(f, entity, smime.EncryptOptions{
				Recipients: []*x509.Certificate{id.Certificate}, Cipher: c,
			})))
		}
	}
	f.Fuzz(func(t *testing.T, cms []byte) {
		d, err := smime.Decrypt(binary(cms), smime.DecryptOptions{Identities: ids})
		if err == nil {
			require.True(t, d.Integrity == smime.IntegrityNone || string(d.Content) == entity)
			return
		}
		require.Nil(t, d)
		known := false
		for _, e := range []error{smime.ErrMalformed, smime.ErrUnsupported, smime.ErrTooLarge, smime.ErrNoRecipient, smime.ErrDecrypt} {
			known = known || errors.Is(err, e)
		}
		require.True(t, known, err)
	})
}
