package smime_test

import (
	"bytes"
	"crypto/x509"
	"io"
	"strings"
	"testing"

	"github.com/wirepost/wirepost/mime/smime"
)

var megabyte = []byte("Content-Type: text/plain\r\n\r\n" + strings.Repeat(strings.Repeat("0123456789abcde", 5)+"\r\n", 1<<20/77))

func BenchmarkSign(b *testing.B) {
	for name, opaque := range map[string]bool{"detached": false, "opaque": true} {
		b.Run(name, func(b *testing.B) {
			o := smime.SignOptions{Identities: []smime.Identity{people().p256}, Opaque: opaque}
			b.ReportAllocs()
			b.SetBytes(int64(len(megabyte)))
			for b.Loop() {
				if err := smime.Sign(io.Discard, bytes.NewReader(megabyte), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	p := people()
	for name, opaque := range map[string]bool{"detached": false, "opaque": true} {
		b.Run(name, func(b *testing.B) {
			signed := sign(b, string(megabyte), smime.SignOptions{Identities: []smime.Identity{p.p256}, Opaque: opaque})
			b.ReportAllocs()
			b.SetBytes(int64(len(megabyte)))
			for b.Loop() {
				v, err := smime.Verify(parse(b, signed), p.believe("alice@example.org"))
				if err != nil || v.Err() != nil {
					b.Fatal(err, v)
				}
			}
		})
	}
}

func BenchmarkEncrypt(b *testing.B) {
	for _, c := range []smime.Cipher{smime.AES256GCM, smime.AES256CBC} {
		b.Run(string(c), func(b *testing.B) {
			o := smime.EncryptOptions{Recipients: []*x509.Certificate{people().rsa.Certificate}, Cipher: c}
			b.ReportAllocs()
			b.SetBytes(int64(len(megabyte)))
			for b.Loop() {
				if err := smime.Encrypt(io.Discard, bytes.NewReader(megabyte), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecrypt(b *testing.B) {
	p := people()
	for _, c := range []smime.Cipher{smime.AES256GCM, smime.AES256CBC} {
		b.Run(string(c), func(b *testing.B) {
			sealed := encrypt(b, string(megabyte), smime.EncryptOptions{Recipients: []*x509.Certificate{p.p256.Certificate}, Cipher: c})
			o := smime.DecryptOptions{Identities: []smime.Identity{p.p256}}
			b.ReportAllocs()
			b.SetBytes(int64(len(megabyte)))
			for b.Loop() {
				d, err := smime.Decrypt(parse(b, sealed), o)
				if err != nil || !bytes.HasPrefix(d.Content, []byte("Content")) {
					b.Fatal(err)
				}
			}
		})
	}
}
