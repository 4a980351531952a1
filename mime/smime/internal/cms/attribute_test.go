package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func newAuthor(t testing.TB) Author {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(5), Subject: pkix.Name{CommonName: "A"}, SubjectKeyId: []byte{1, 2}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	require.NoError(t, err)
	c, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return Author{Certificate: c, Key: key}
}

// signAttributes makes a message with signed attributes of any kind, and a good signature over them.
func signAttributes(t testing.TB, a Author, content []byte, attrs ...[]byte) []byte {
	all := slices.Concat(attrs...)
	alg, value, err := a.value(crypto.SHA256, element(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(all) })
	}))
	require.NoError(t, err)
	der, err := seal(oidSignedData, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SET, algorithm{oid: oidSHA256}.add)
		addContent(b, content, false)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				addName(b, a.Certificate)
				algorithm{oid: oidSHA256}.add(b)
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(all) })
				alg.add(b)
				b.AddASN1OctetString(value)
			})
		})
	})
	require.NoError(t, err)
	return der
}

// TestSignedAttributes: the signature over the attributes is good in every case; the attributes are not (RFC 5652, 11).
func TestSignedAttributes(t *testing.T) {
	a := newAuthor(t)
	content := []byte("content")
	sum := sha256.Sum256(content)
	kind := func(o oid) []byte { return attribute(oidContentType, func(b *cryptobyte.Builder) { addOID(b, o) }) }
	digest := func(sums ...[]byte) []byte {
		return attribute(oidMessageDigest, func(b *cryptobyte.Builder) {
			for _, s := range sums {
				b.AddASN1OctetString(s)
			}
		})
	}
	wrong := bytes.Repeat([]byte{7}, 32)
	at := attribute(oidSigningTime, func(b *cryptobyte.Builder) { addTime(b, time.Unix(1e9, 0)) })
	for name, c := range map[string]struct {
		attrs [][]byte
		want  error
	}{
		"good":                {[][]byte{kind(oidData), digest(sum[:])}, nil},
		"not in DER's order":  {[][]byte{digest(sum[:]), at, kind(oidData)}, nil},
		"no content type":     {[][]byte{digest(sum[:])}, ErrMalformed},
		"other content type":  {[][]byte{kind(oidSignedData), digest(sum[:])}, ErrMalformed},
		"no digest":           {[][]byte{kind(oidData)}, ErrMalformed},
		"digest twice":        {[][]byte{kind(oidData), digest(wrong), digest(sum[:])}, ErrMalformed},
		"two digests":         {[][]byte{kind(oidData), digest(wrong, sum[:])}, ErrMalformed},
		"digest without one":  {[][]byte{kind(oidData), digest()}, ErrMalformed},
		"content type twice":  {[][]byte{kind(oidData), kind(oidData), digest(sum[:])}, ErrMalformed},
		"wrong digest":        {[][]byte{kind(oidData), digest(wrong)}, ErrSignature},
		"short digest":        {[][]byte{kind(oidData), digest(sum[:31])}, ErrSignature},
		"empty digest":        {[][]byte{kind(oidData), digest(nil)}, ErrSignature},
		"signing time twice":  {[][]byte{kind(oidData), digest(sum[:]), at, at}, ErrMalformed},
		"no attribute at all": {[][]byte{}, ErrMalformed},
	} {
		sd, err := ParseSigned(signAttributes(t, a, content, c.attrs...))
		if err == nil {
			require.True(t, sd.Signers[0].HasAttributes())
			err = sd.Signers[0].Verify(a.Certificate, sum[:])
		}
		if c.want == nil {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, c.want, name)
		}
	}
}

// A year tells how the time of signing is written (RFC 5652, 11.3).
func TestSigningTime(t *testing.T) {
	a := newAuthor(t)
	sum := sha256.Sum256(nil)
	for _, year := range []int{1949, 1950, 1999, 2049, 2050, 9999} {
		at := time.Date(year, 2, 3, 4, 5, 6, 0, time.UTC)
		der, err := Sign(nil, true, map[crypto.Hash][]byte{crypto.SHA256: sum[:]}, at, []Author{a})
		require.NoError(t, err)
		sd, err := ParseSigned(der)
		require.NoError(t, err)
		require.NoError(t, sd.Signers[0].Verify(a.Certificate, sum[:]))
		require.Equal(t, at, sd.Signers[0].SigningTime.UTC())
	}
}

// FuzzParse: no reader panics or returns more content than there was input; an error is one of those of this package.
func FuzzParse(f *testing.F) {
	a := newAuthor(f)
	content := []byte("content")
	sum := sha256.Sum256(content)
	signed, err := Sign(content, false, map[crypto.Hash][]byte{crypto.SHA256: sum[:]}, time.Unix(1e9, 0), []Author{a})
	require.NoError(f, err)
	f.Add(signed)
	for _, c := range []Cipher{AES256GCM, AES128CBC} {
		sealed, err := Encrypt(content, c, false, []*x509.Certificate{a.Certificate})
		require.NoError(f, err)
		f.Add(sealed)
	}
	packed, err := Compress(content)
	require.NoError(f, err)
	f.Add(packed)
	f.Fuzz(func(t *testing.T, ber []byte) {
		if sd, err := ParseSigned(ber); err == nil {
			require.LessOrEqual(t, len(sd.Content), len(ber))
			for i := range sd.Signers {
				_ = sd.Signers[i].Verify(a.Certificate, sum[:])
			}
		} else {
			require.True(t, isOurs(err), err)
		}
		if e, err := ParseEnveloped(ber); err == nil {
			plain, err := e.Decrypt(a.Certificate, a.Key)
			require.True(t, err == nil || isOurs(err), err)
			require.LessOrEqual(t, len(plain), len(ber))
		} else {
			require.True(t, isOurs(err), err)
		}
		if out, err := Decompress(ber, 1000); err == nil {
			require.LessOrEqual(t, len(out), 1000)
		} else {
			require.True(t, isOurs(err), err)
		}
	})
}

func isOurs(err error) bool {
	for _, e := range []error{ErrMalformed, ErrUnsupported, ErrTooLarge, ErrNoRecipient, ErrDecrypt, ErrSignature} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
