package smime_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/smime"
)

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		contentType, disposition string
		want                     smime.Kind
	}{
		{"", "", smime.None},
		{"text/plain", "", smime.None},
		{`multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=x`, "", smime.Detached},
		{`Multipart/Signed; Protocol="Application/X-PKCS7-Signature"; boundary=x`, "", smime.Detached},
		{"multipart/signed;\r\n protocol=\"application/pkcs7-signature\";\r\n\tboundary=x", "", smime.Detached},
		{`multipart/signed; protocol="application/pgp-signature"; boundary=x`, "", smime.None},
		{`multipart/signed; boundary=x`, "", smime.None},
		{`multipart/mixed; protocol="application/pkcs7-signature"; boundary=x`, "", smime.None},
		{`application/pkcs7-mime; smime-type=signed-data; name=smime.p7m`, "", smime.SignedData},
		{`application/x-pkcs7-mime; smime-type=enveloped-data`, "", smime.EnvelopedData},
		{`application/pkcs7-mime; smime-type=authEnveloped-data`, "", smime.AuthEnvelopedData},
		{`application/pkcs7-mime; smime-type="AUTHENVELOPED-DATA"`, "", smime.AuthEnvelopedData},
		{`application/pkcs7-mime; smime-type=compressed-data`, "", smime.CompressedData},
		{`application/pkcs7-mime; smime-type=certs-only; name=smime.p7c`, "", smime.CertsOnly},
		{`application/pkcs7-mime`, "", smime.Unspecified},
		{`application/pkcs7-mime; smime-type=signed-receipt`, "", smime.Unspecified},
		{`application/pkcs7-mime; smime-type=signed-data; smime-type=enveloped-data`, "", smime.None},
		{`application/octet-stream; name="SMIME.P7M"`, "", smime.Unspecified},
		{`application/octet-stream`, `attachment; filename=smime.p7m`, smime.Unspecified},
		{`application/octet-stream`, `attachment; filename=smime.p7c`, smime.CertsOnly},
		{`application/octet-stream`, `attachment; filename=smime.p7z`, smime.CompressedData},
		{`application/octet-stream`, `attachment; filename=smime.p7s`, smime.None},
		{`application/octet-stream; name=report.pdf`, `attachment; filename=report.p7m.pdf`, smime.None},
		{`text/plain; name=smime.p7m`, "", smime.None},
		{"application/p\u212acs7-mime", "", smime.None},
	} {
		require.Equal(t, c.want, smime.Recognise(c.contentType, c.disposition), c.contentType)
	}
}

func TestReadEntity(t *testing.T) {
	e, err := smime.ReadEntity(strings.NewReader("X: y\r\ncontent-TYPE : a/b;\r\n\tc=d\r\nSubject: s\r\n folded\r\n" +
		"Content-Disposition:x\nContent-Transfer-Encoding: \tbase64\n\nbody\r\n"))
	require.NoError(t, err)
	b, err := io.ReadAll(e.Body)
	require.NoError(t, err)
	require.Equal(t, "body\r\n", string(b))
	e.Body = nil
	require.Equal(t, smime.Entity{ContentType: "a/b;\tc=d", Disposition: "x", Encoding: "base64"}, e)

	e, err = smime.ReadEntity(strings.NewReader("Content-Type: a/b"))
	require.NoError(t, err)
	require.Equal(t, "a/b", e.ContentType)

	_, err = smime.ReadEntity(strings.NewReader("Content-Type: a/b\r\nX: y\r\nCONTENT-type: c/d\r\n\r\n"))
	require.ErrorContains(t, err, "comes twice")
	_, err = smime.ReadEntity(strings.NewReader(strings.Repeat("X: y\r\n", 100_000)))
	require.ErrorContains(t, err, "header longer")
	_, err = smime.ReadEntity(strings.NewReader(strings.Repeat("x", 1_000_000)))
	require.ErrorContains(t, err, "header longer")
	broken := errors.New("broken")
	_, err = smime.ReadEntity(io.MultiReader(strings.NewReader("X: y\r\n"), &failing{broken}))
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// What the body's reader says comes back.
func TestVerifyReadErrors(t *testing.T) {
	p := people()
	broken := errors.New("broken")
	signed := string(sign(t, entity, smime.SignOptions{Identities: []smime.Identity{p.p256}}))
	end := strings.LastIndex(signed, "--") // without its end the last part is as good
	for n := strings.Index(signed, "\r\n\r\n") + 4; n < end; n += 7 {
		e, err := smime.ReadEntity(io.MultiReader(strings.NewReader(signed[:n]), &failing{broken}))
		require.NoError(t, err)
		_, err = smime.Verify(e, p.believe("alice@example.org"))
		require.ErrorIs(t, err, broken)
	}
	v, err := smime.Verify(parse(t, []byte(signed[:strings.LastIndex(signed, "\r\n--")])), p.believe("alice@example.org"))
	require.NoError(t, err)
	require.NoError(t, v.Err())
}

// The digest that is announced need not be the one that is used, if it is SHA-256 or nobody knows what it is.
func TestMicalg(t *testing.T) {
	p := people()
	for id, names := range map[*smime.Identity]map[string]string{
		&p.p256: {"sha-256": "", "SHA256": "", "sha-512": "", "sha1": "", "x": "", "sha-256,sha-1": ""},
		&p.p384: {"sha-384": "", "sha384": "", "sha-256": "micalg", "md5": ""},
		&p.ed:   {"sha-512": "", "sha512": "", "sha-384": "micalg", "": ""},
	} {
		signed := string(sign(t, entity, smime.SignOptions{Identities: []smime.Identity{*id}}))
		begin, rest, _ := strings.Cut(signed, `micalg="`)
		_, rest, _ = strings.Cut(rest, `"`)
		for name, want := range names {
			v, err := smime.Verify(parse(t, []byte(begin+`micalg="`+name+`"`+rest)), p.believe("alice@example.org"))
			require.NoError(t, err)
			if want == "" {
				require.NoError(t, v.Err(), name)
			} else {
				require.ErrorContains(t, v.Err(), want, name)
			}
		}
	}
}
