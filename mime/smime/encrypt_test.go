package smime_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/smime"
)

func TestEncryptAndDecrypt(t *testing.T) {
	p := people()
	big := entity + strings.Repeat("\x00binary\n\r", 5000)
	for _, c := range []smime.Cipher{
		"", smime.AES256GCM, smime.AES128GCM, smime.ChaCha20Poly1305, smime.AES256CBC, smime.AES128CBC,
	} {
		for _, to := range []smime.Identity{p.rsa, p.p256, p.p384, p.x25519} {
			for _, pkcs1 := range []bool{false, true} {
				for _, text := range []string{"", entity, big} {
					sealed := encrypt(t, text, smime.EncryptOptions{
						Recipients: []*x509.Certificate{p.bob.Certificate, to.Certificate}, Cipher: c, PKCS1v15: pkcs1,
					})
					e := parse(t, sealed)
					want, integrity := smime.AuthEnvelopedData, smime.IntegrityAEAD
					if strings.HasSuffix(string(c), "CBC") {
						want, integrity = smime.EnvelopedData, smime.IntegrityNone
					}
					require.Equal(t, want, e.Kind())
					d, err := smime.Decrypt(e, smime.DecryptOptions{Identities: []smime.Identity{p.ed, to}})
					require.NoError(t, err)
					require.Equal(t, text, string(d.Content))
					require.Equal(t, integrity, d.Integrity)
					require.Equal(t, 1, d.Identity)
				}
			}
		}
	}
}

func TestSignedAndEncrypted(t *testing.T) {
	p := people()
	signed := sign(t, entity, smime.SignOptions{Identities: []smime.Identity{p.rsa}})
	sealed := encrypt(t, string(signed), smime.EncryptOptions{Recipients: []*x509.Certificate{p.bob.Certificate}})
	d, err := smime.Decrypt(parse(t, sealed), smime.DecryptOptions{Identities: []smime.Identity{p.bob}})
	require.NoError(t, err)
	v, err := smime.Verify(parse(t, d.Content), p.believe("alice@example.org"))
	require.NoError(t, err)
	require.NoError(t, v.Err())
}

func TestEncryptRefuses(t *testing.T) {
	p := people()
	for want, o := range map[string]smime.EncryptOptions{
		"no recipients":     {},
		"is not known":      {Recipients: []*x509.Certificate{p.rsa.Certificate}, Cipher: "DES"},
		"nothing can be":    {Recipients: []*x509.Certificate{p.ed.Certificate}},
		"does not allow":    {Recipients: []*x509.Certificate{p.root.Certificate}},
		"larger than the l": {Recipients: []*x509.Certificate{p.rsa.Certificate}, Limits: smime.Limits{Content: 9}},
	} {
		var out bytes.Buffer
		require.ErrorContains(t, smime.Encrypt(&out, strings.NewReader(entity), o), want)
		require.Zero(t, out.Len())
	}
}

func TestDecryptRefuses(t *testing.T) {
	p := people()
	sealed := encrypt(t, entity, smime.EncryptOptions{Recipients: []*x509.Certificate{p.rsa.Certificate, p.p256.Certificate}})
	decrypt := func(o smime.DecryptOptions) error {
		d, err := smime.Decrypt(parse(t, sealed), o)
		require.Nil(t, d)
		return err
	}
	require.ErrorIs(t, decrypt(smime.DecryptOptions{}), smime.ErrNoRecipient)
	require.ErrorIs(t, decrypt(smime.DecryptOptions{Identities: []smime.Identity{p.bob}}), smime.ErrNoRecipient)
	require.ErrorContains(t, decrypt(smime.DecryptOptions{Identities: []smime.Identity{{}}}), "needs a Certificate")
	require.ErrorContains(t, decrypt(smime.DecryptOptions{
		Identities: []smime.Identity{{Certificate: p.rsa.Certificate, Key: p.p256.Key}},
	}), "crypto.Decrypter")
	require.ErrorContains(t, decrypt(smime.DecryptOptions{
		Identities: []smime.Identity{{Certificate: p.p256.Certificate, Key: p.rsa.Key}},
	}), "ecdh.KeyExchanger")
	require.ErrorIs(t, decrypt(smime.DecryptOptions{
		Identities: []smime.Identity{{Certificate: p.rsa.Certificate, Key: p.bob.Key}},
	}), smime.ErrDecrypt)
	signed := sign(t, entity, smime.SignOptions{Identities: []smime.Identity{p.rsa}, Opaque: true})
	_, err := smime.Decrypt(parse(t, signed), smime.DecryptOptions{})
	require.ErrorIs(t, err, smime.ErrMalformed)
	_, err = smime.Verify(parse(t, sealed), smime.VerifyOptions{})
	require.ErrorIs(t, err, smime.ErrMalformed)
	_, err = smime.Decompress(parse(t, sealed), smime.Limits{})
	require.ErrorIs(t, err, smime.ErrMalformed)

	large := encrypt(t, strings.Repeat("x", 5<<20), smime.EncryptOptions{Recipients: []*x509.Certificate{p.rsa.Certificate}})
	_, err = smime.Decrypt(parse(t, large), smime.DecryptOptions{Limits: smime.Limits{Content: 1000}})
	require.ErrorIs(t, err, smime.ErrTooLarge)
}

// hardware is a key that does as little as a Decrypter may: it ignores SessionKeyLen, and its errors tell.
type hardware struct{ crypto.Decrypter }

func (h hardware) Decrypt(_ io.Reader, msg []byte, _ crypto.DecrypterOpts) ([]byte, error) {
	key, err := h.Decrypter.Decrypt(rand.Reader, msg, nil)
	if err != nil {
		return nil, errors.New("hardware: padding error")
	}
	return key, nil
}

// A key that tells of bad padding does not make us tell: the content fails to decrypt, as with any wrong key.
func TestHardwareKey(t *testing.T) {
	p := people()
	key := smime.Identity{Certificate: p.rsa.Certificate, Key: hardware{p.rsa.Key.(crypto.Decrypter)}}
	o := smime.EncryptOptions{Recipients: []*x509.Certificate{p.rsa.Certificate}, PKCS1v15: true}
	d, err := smime.Decrypt(parse(t, encrypt(t, entity, o)), smime.DecryptOptions{Identities: []smime.Identity{key}})
	require.NoError(t, err)
	require.Equal(t, entity, string(d.Content))
	key.Key = hardware{p.bob.Key.(crypto.Decrypter)}
	_, err = smime.Decrypt(parse(t, encrypt(t, entity, o)), smime.DecryptOptions{Identities: []smime.Identity{key}})
	require.ErrorIs(t, err, smime.ErrDecrypt)
	require.Equal(t, "smime: "+smime.ErrDecrypt.Error(), err.Error())
}

func TestCompress(t *testing.T) {
	text := strings.Repeat(entity, 1000)
	var out bytes.Buffer
	require.NoError(t, smime.Compress(&out, strings.NewReader(text), smime.Limits{}))
	require.Less(t, out.Len(), len(text)/10)
	e := parse(t, out.Bytes())
	require.Equal(t, smime.CompressedData, e.Kind())
	got, err := smime.Decompress(e, smime.Limits{})
	require.NoError(t, err)
	require.Equal(t, text, string(got))

	_, err = smime.Decompress(parse(t, out.Bytes()), smime.Limits{Content: int64(len(text)) - 1})
	require.ErrorIs(t, err, smime.ErrTooLarge)
	require.ErrorIs(t, smime.Compress(&out, strings.NewReader(text), smime.Limits{Content: 10}), smime.ErrTooLarge)
}
