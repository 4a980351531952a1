package smime_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/smime"
)

// smallRSA is quick; what is tested does not depend on the size.
var smallRSA = sync.OnceValue(func() smime.Identity {
	return person("alice@example.org", must(rsa.GenerateKey(rand.Reader, 1024)), people().intermediate)
})

// mutate calls check with each of many changes of one octet, the same ones in every run.
func mutate(b []byte, check func(at int, mutant []byte)) {
	r := mathrand.New(mathrand.NewPCG(1, uint64(len(b))))
	for range mutations {
		mutant := bytes.Clone(b)
		at := r.IntN(len(b))
		mutant[at] ^= byte(1 + r.IntN(255))
		check(at, mutant)
	}
}

// TestMutatedSignatures: whatever octet changes, a message that is still fully valid has the content that was signed.
func TestMutatedSignatures(t *testing.T) {
	p := people()
	for name, o := range map[string]smime.SignOptions{
		"RSA":     {Identities: []smime.Identity{smallRSA()}},
		"PSS":     {Identities: []smime.Identity{smallRSA()}, PSS: true},
		"P-256":   {Identities: []smime.Identity{p.p256}},
		"Ed25519": {Identities: []smime.Identity{p.ed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accepted := 0
			signed := sign(t, entity, o)
			mutate(body(signed), func(at int, mutant []byte) {
				e := parse(t, signed)
				e.Body = bytes.NewReader(mutant)
				v, err := smime.Verify(e, p.believe("alice@example.org"))
				if err == nil && v.Err() == nil {
					accepted++
					content := strings.ReplaceAll(string(mutant[v.Start:v.End]), "\r\n", "\n")
					require.Equal(t, entity, strings.ReplaceAll(content, "\n", "\r\n"))
				}
			})
			o.Opaque = true
			der := opaque(t, sign(t, entity, o))
			mutate(der, func(at int, mutant []byte) {
				v, err := smime.Verify(binary(mutant), p.believe("alice@example.org"))
				if err == nil && v.Err() == nil {
					accepted++
					require.Equal(t, entity, string(v.Content))
				}
			})
			t.Logf("%d of %d mutants verify, all with the content that was signed", accepted, 2*mutations)
		})
	}
}

func binary(cms []byte) smime.Entity {
	return smime.Entity{ContentType: "application/pkcs7-mime", Encoding: "binary", Body: bytes.NewReader(cms)}
}

// TestMutatedEncryption: with authenticated encryption no change of content gets through. All that the key has a part in
// fails with one error.
func TestMutatedEncryption(t *testing.T) {
	p := people()
	for name, c := range map[string]struct {
		to     smime.Identity
		cipher smime.Cipher
		pkcs1  bool
	}{
		"PKCS1 CBC":      {smallRSA(), smime.AES128CBC, true},
		"OAEP GCM":       {smallRSA(), smime.AES256GCM, false},
		"P-256 CBC":      {p.p256, smime.AES256CBC, false},
		"P-256 GCM":      {p.p256, smime.AES128GCM, false},
		"X25519 ChaCha":  {p.x25519, smime.ChaCha20Poly1305, false},
		"X25519 AES CBC": {p.x25519, smime.AES128CBC, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := smime.EncryptOptions{Recipients: []*x509.Certificate{c.to.Certificate}, Cipher: c.cipher, PKCS1v15: c.pkcs1}
			der := opaque(t, encrypt(t, entity, o))
			told := map[string]int{}
			same, other := 0, 0
			mutate(der, func(at int, mutant []byte) {
				d, err := smime.Decrypt(binary(mutant), smime.DecryptOptions{Identities: []smime.Identity{c.to}})
				switch {
				case err == nil && string(d.Content) == entity:
					same++
				case err == nil:
					require.Equal(t, smime.IntegrityNone, d.Integrity)
					other++
				case errors.Is(err, smime.ErrDecrypt):
					told[err.Error()]++
				default:
					public := errors.Is(err, smime.ErrMalformed) || errors.Is(err, smime.ErrUnsupported) ||
						errors.Is(err, smime.ErrNoRecipient)
					require.True(t, public, err)
				}
				if last := len(der) - 1; at > last-16 { // the tag, or with CBC the last block
					require.True(t, err == nil && d.Integrity == smime.IntegrityNone || errors.Is(err, smime.ErrDecrypt))
				}
			})
			require.Len(t, told, 1)
			t.Logf("%d fail to decrypt, all with one error; %d have the content, %d another (CBC has no integrity)",
				told["smime: "+smime.ErrDecrypt.Error()], same, other)
		})
	}
}

// TestEncryptedKeyMutations: each octet of an encrypted key that is changed, or all of it, gives the same one error.
func TestEncryptedKeyMutations(t *testing.T) {
	for _, pkcs1 := range []bool{true, false} {
		id := smallRSA()
		der := opaque(t, encrypt(t, entity, smime.EncryptOptions{
			Recipients: []*x509.Certificate{id.Certificate}, PKCS1v15: pkcs1,
		}))
		at := bytes.Index(der, []byte{4, 0x81, 128}) + 3
		require.Greater(t, at, 3)
		for i := range 128 {
			for _, all := range []bool{false, true} {
				mutant := bytes.Clone(der)
				mutant[at+i] ^= 0x55
				if all {
					copy(mutant[at:at+128], bytes.Repeat([]byte{byte(i * 2)}, 128))
				}
				d, err := smime.Decrypt(binary(mutant), smime.DecryptOptions{Identities: []smime.Identity{id}})
				require.Nil(t, d)
				require.EqualError(t, err, "smime: "+smime.ErrDecrypt.Error())
			}
		}
	}
}
