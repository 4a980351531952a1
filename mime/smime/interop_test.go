//go:build interop

package smime_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/smime"
)

// openssl runs openssl cms in a folder with the certificates and keys of some identities: NAME.crt and NAME.key.
type openssl struct {
	t   *testing.T
	dir string
}

func newOpenSSL(t *testing.T) openssl {
	_, err := exec.LookPath("openssl")
	require.NoError(t, err, "install the Debian package openssl")
	p := people()
	o := openssl{t, t.TempDir()}
	o.write("root.crt", pemOf("CERTIFICATE", p.root.Certificate.Raw))
	o.write("chain.crt", pemOf("CERTIFICATE", p.intermediate.Certificate.Raw))
	for name, id := range map[string]smime.Identity{"rsa": p.rsa, "p256": p.p256, "p384": p.p384, "bob": p.bob} {
		o.write(name+".crt", pemOf("CERTIFICATE", id.Certificate.Raw))
		o.write(name+".key", pemOf("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(id.Key))))
	}
	return o
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (o openssl) write(name string, content []byte) {
	require.NoError(o.t, os.WriteFile(filepath.Join(o.dir, name), content, 0o600))
}

// cms hands input to openssl cms as the file in, and returns what it writes to the file out.
func (o openssl) cms(input []byte, args ...string) []byte {
	o.t.Helper()
	o.write("in", input)
	cmd := exec.CommandContext(o.t.Context(), "openssl", append([]string{"cms", "-in", "in", "-out", "out"}, args...)...)
	cmd.Dir = o.dir
	said, err := cmd.CombinedOutput()
	require.NoError(o.t, err, "openssl %q: %s", args, said)
	out, err := os.ReadFile(filepath.Join(o.dir, "out"))
	require.NoError(o.t, err)
	return out
}

// TestOpenSSLVerifies lets openssl verify what is signed here.
func TestOpenSSLVerifies(t *testing.T) {
	p, o := people(), newOpenSSL(t)
	for name, so := range map[string]smime.SignOptions{
		"RSA":    {Identities: []smime.Identity{p.rsa}},
		"PSS":    {Identities: []smime.Identity{p.rsa}, PSS: true},
		"P-256":  {Identities: []smime.Identity{p.p256}},
		"P-384":  {Identities: []smime.Identity{p.p384}},
		"two":    {Identities: []smime.Identity{p.rsa, p.p384}},
		"PSS x2": {Identities: []smime.Identity{p.rsa, p.bob}, PSS: true},
	} {
		for _, so.Opaque = range []bool{false, true} {
			args := []string{"-verify", "-CAfile", "root.crt"}
			if so.Opaque {
				args = append(args, "-binary") // else it turns CRLF into LF; on detached content it verifies LF then
			}
			require.Equal(t, entity, string(o.cms(sign(t, entity, so), args...)), name)
		}
	}
}

// TestVerifiesOpenSSL verifies what openssl signs, in DER and as its streamed BER.
func TestVerifiesOpenSSL(t *testing.T) {
	p, o := people(), newOpenSSL(t)
	for name, args := range map[string]string{
		"RSA":           "-signer rsa.crt -inkey rsa.key",
		"RSA SHA-512":   "-signer rsa.crt -inkey rsa.key -md sha512",
		"PSS":           "-signer rsa.crt -inkey rsa.key -keyopt rsa_padding_mode:pss",
		"PSS salt 0":    "-signer rsa.crt -inkey rsa.key -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:0",
		"P-256":         "-signer p256.crt -inkey p256.key",
		"P-384":         "-signer p384.crt -inkey p384.key -md sha384",
		"P-384 SHA-256": "-signer p384.crt -inkey p384.key -md sha256",
		"key id":        "-signer p256.crt -inkey p256.key -keyid",
		"no attributes": "-signer p256.crt -inkey p256.key -noattr",
		"CAdES":         "-signer p256.crt -inkey p256.key -cades",
	} {
		for _, form := range []string{"", "-nodetach", "-nodetach -stream", "-stream", "-nodetach -binary", "-binary"} {
			if strings.HasPrefix(name, "PSS") && strings.Contains(form, "-stream") {
				continue // openssl 3.0 cannot: "illegal zero content"
			}
			signed := o.cms([]byte(entity), strings.Fields("-sign -certfile chain.crt "+args+" "+form)...)
			v, err := smime.Verify(parse(t, signed), p.believe("alice@example.org"))
			require.NoError(t, err, "%s %s", name, form)
			require.NoError(t, v.Err(), "%s %s", name, form)
			content := v.Content
			if v.Kind == smime.Detached {
				_, b, _ := bytes.Cut(signed, []byte("\n\n"))
				content = b[v.Start:v.End]
			}
			require.Equal(t, strings.ReplaceAll(entity, "\r", ""), strings.ReplaceAll(string(content), "\r", ""))
		}
	}
}

// TestOpenSSLDecrypts lets openssl decrypt what is encrypted here.
func TestOpenSSLDecrypts(t *testing.T) {
	p, o := people(), newOpenSSL(t)
	for _, c := range []smime.Cipher{smime.AES256GCM, smime.AES128GCM, smime.AES256CBC, smime.AES128CBC} {
		for _, pkcs1 := range []bool{false, true} {
			sealed := encrypt(t, entity, smime.EncryptOptions{
				Recipients: []*x509.Certificate{p.rsa.Certificate, p.p256.Certificate, p.p384.Certificate},
				Cipher:     c, PKCS1v15: pkcs1,
			})
			for _, to := range []string{"rsa", "p256", "p384"} {
				out := o.cms(sealed, "-decrypt", "-binary", "-recip", to+".crt", "-inkey", to+".key")
				require.Equal(t, entity, string(out), "%s for %s", c, to)
			}
		}
	}
}

// TestDecryptsOpenSSL decrypts what openssl encrypts.
func TestDecryptsOpenSSL(t *testing.T) {
	p, o := people(), newOpenSSL(t)
	ids := map[string]smime.Identity{"rsa": p.rsa, "p256": p.p256, "p384": p.p384}
	for _, c := range strings.Fields("-aes-128-cbc -aes-192-cbc -aes-256-cbc -aes-128-gcm -aes-192-gcm -aes-256-gcm") {
		for args, to := range map[string]string{
			"-recip rsa.crt": "rsa",
			"-recip rsa.crt -keyopt rsa_padding_mode:oaep":                                                       "rsa",
			"-recip rsa.crt -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256":                            "rsa",
			"-recip rsa.crt -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha512 -keyopt rsa_mgf1_md:sha384": "rsa",
			"-recip rsa.crt -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_label:0102":                           "rsa",
			"-recip p256.crt": "p256",
			"-recip p256.crt -keyopt ecdh_kdf_md:sha256":              "p256",
			"-recip p384.crt -keyopt ecdh_kdf_md:sha384 -aes256-wrap": "p384",
			"-recip p256.crt -aes192-wrap":                            "p256",
			"-recip bob.crt -recip rsa.crt":                           "rsa",
			"-keyid -recip rsa.crt":                                   "rsa",
			"-keyid -recip p256.crt":                                  "p256",
		} {
			for _, form := range []string{"-noindef", "-stream"} {
				sealed := o.cms([]byte(entity), strings.Fields("-encrypt -binary "+c+" "+args+" "+form)...)
				d, err := smime.Decrypt(parse(t, sealed), smime.DecryptOptions{Identities: []smime.Identity{ids[to]}})
				require.NoError(t, err, "%s %s %s", c, args, form)
				require.Equal(t, entity, string(d.Content))
				require.Equal(t, strings.HasSuffix(c, "gcm"), d.Integrity == smime.IntegrityAEAD)
			}
		}
	}
}

// TestOpenSSLLarge streams 3 MiB in many pieces.
func TestOpenSSLLarge(t *testing.T) {
	p, o := people(), newOpenSSL(t)
	large := entity + strings.Repeat(strings.Repeat("0123456789", 7)+"\r\n", 3<<20/72)
	sealed := o.cms([]byte(large), "-encrypt", "-binary", "-stream", "-aes-256-cbc", "-recip", "rsa.crt")
	d, err := smime.Decrypt(parse(t, sealed), smime.DecryptOptions{Identities: []smime.Identity{p.rsa}})
	require.NoError(t, err)
	require.True(t, large == string(d.Content))
	signed := o.cms([]byte(large), "-sign", "-nodetach", "-binary", "-stream", "-signer", "p256.crt", "-inkey", "p256.key",
		"-certfile", "chain.crt")
	v, err := smime.Verify(parse(t, signed), p.believe("alice@example.org"))
	require.NoError(t, err)
	require.NoError(t, v.Err())
	require.True(t, large == string(v.Content))
}

// TestOpenSSLCertsOnly reads a message that only brings certificates.
func TestOpenSSLCertsOnly(t *testing.T) {
	p, o := people(), newOpenSSL(t)
	cmd := exec.CommandContext(t.Context(), "openssl", "crl2pkcs7", "-nocrl", "-certfile", "rsa.crt", "-certfile", "root.crt", "-outform", "DER")
	cmd.Dir = o.dir
	der, err := cmd.Output()
	require.NoError(t, err)
	v, err := smime.Verify(smime.Entity{
		ContentType: "application/pkcs7-mime; smime-type=certs-only", Encoding: "binary", Body: bytes.NewReader(der),
	}, p.believe("alice@example.org"))
	require.NoError(t, err)
	require.Equal(t, smime.CertsOnly, v.Kind)
	require.Len(t, v.Certificates, 2)
	require.ErrorContains(t, v.Err(), "nobody signed")
}
