package smime_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/wirepost/wirepost/mime/smime"
)

// signature is the DER in the second part of what Sign wrote.
func signature(t testing.TB, signed []byte) []byte {
	i := bytes.LastIndex(signed, []byte("\r\n\r\n"))
	j := bytes.LastIndex(signed, []byte("--"))
	j = bytes.LastIndex(signed[:j], []byte("\r\n--"))
	der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(signed[i+4:j]), "\r\n", ""))
	require.NoError(t, err)
	return der
}

func opaque(t testing.TB, signed []byte) []byte {
	der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(body(signed)), "\r\n", ""))
	require.NoError(t, err)
	return der
}

// multipart puts parts together that need not fit.
func multipart(content string, cms []byte, more ...string) []byte {
	const begin = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=b\r\n\r\n"
	return []byte(begin + "--b\r\n" + content + "\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n" +
		"Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(cms) + "\r\n" +
		strings.Join(more, "") + "--b--\r\n")
}

func pkcs7(cms []byte) []byte {
	return append([]byte("Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n"), cms...)
}

// fields are those of SignedData, each whole.
type fields struct{ version, digests, content, certificates, signers cryptobyte.String }

// edit takes SignedData to pieces and puts it together again.
func edit(t testing.TB, der []byte, change func(f *fields)) []byte {
	s := cryptobyte.String(der)
	var info, kind, outer, sd cryptobyte.String
	var f fields
	require.True(t, s.ReadASN1(&info, casn1.SEQUENCE) && info.ReadASN1Element(&kind, casn1.OBJECT_IDENTIFIER) &&
		info.ReadASN1(&outer, 0xa0) && outer.ReadASN1(&sd, casn1.SEQUENCE) &&
		sd.ReadASN1Element(&f.version, casn1.INTEGER) && sd.ReadASN1Element(&f.digests, casn1.SET) &&
		sd.ReadASN1Element(&f.content, casn1.SEQUENCE) && sd.ReadASN1(&f.certificates, 0xa0) && sd.ReadASN1(&f.signers, casn1.SET))
	change(&f)
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(kind)
		b.AddASN1(0xa0, func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(slices.Concat(f.version, f.digests, f.content))
				b.AddASN1(0xa0, func(b *cryptobyte.Builder) { b.AddBytes(f.certificates) })
				b.AddASN1(casn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(f.signers) })
			})
		})
	})
	return b.BytesOrPanic()
}

// TestSpoofs has the ways to look signed by Alice without being so (nothing here may be fully valid), after those that were
// shown against mail clients in 2019 ("Johnny, you are fired!"). Alice signed the usual entity and nothing else.
func TestSpoofs(t *testing.T) {
	p := people()
	const forged = "Content-Type: text/plain\r\n\r\nThe order is for 900 pieces.\r\n"
	alice := smime.SignOptions{Identities: []smime.Identity{p.p256}}
	aliceOpaque, bob, bobOpaque := alice, alice, alice
	aliceOpaque.Opaque, bobOpaque.Opaque = true, true
	bob.Identities = []smime.Identity{p.bob}
	bobOpaque.Identities = bob.Identities
	good, goodOpaque := signature(t, sign(t, entity, alice)), opaque(t, sign(t, entity, aliceOpaque))
	bobs := signature(t, sign(t, forged, bob))
	both := func(f *fields) {
		edit(t, bobs, func(other *fields) {
			f.certificates = slices.Concat(f.certificates, other.certificates)
			f.signers = slices.Concat(f.signers, other.signers)
		})
	}
	namesake := func(root smime.Identity) smime.Identity {
		return issue(newKey(), root, func(c *x509.Certificate) {
			c.SerialNumber, c.Subject = p.p256.Certificate.SerialNumber, p.p256.Certificate.Subject
			c.EmailAddresses, c.SubjectKeyId = []string{"alice@example.org"}, p.p256.Certificate.SubjectKeyId
		})
	}
	fakeCA := authority("Intermediate", newKey(), smime.Identity{})
	fakeCA.Chain = []*x509.Certificate{fakeCA.Certificate, p.p256.Certificate, p.intermediate.Certificate}
	fake := smime.SignOptions{Identities: []smime.Identity{namesake(fakeCA)}}
	embedded := opaque(t, sign(t, forged, bobOpaque))
	attributes := attributesOf(t, good)

	for name, c := range map[string]struct {
		message []byte
		want    string
		from    []string
	}{
		"honest":                         {message: multipart(entity, good)},
		"honest opaque":                  {message: pkcs7(goodOpaque)},
		"other content":                  {message: multipart(forged, good), want: "content was changed"},
		"one line more":                  {message: multipart(entity+"\r\n", good), want: "content was changed"},
		"content inside and outside":     {message: multipart(forged, goodOpaque), want: "content of its own"},
		"same content twice":             {message: multipart(entity, goodOpaque), want: "content of its own"},
		"content missing":                {message: pkcs7(good), want: "content is missing"},
		"a third part":                   {message: multipart(entity, good, "--b\r\n\r\n"+forged), want: "more than two parts"},
		"a line like the boundary":       {message: multipart("--bb\r\n\r\n"+entity, good), want: "like the boundary"},
		"only one part":                  {message: bytes.Replace(multipart(entity, good), []byte("--b\r\nContent-Type: app"), []byte("--b--\r\nContent-Type: app"), 1), want: "fewer than two"},
		"the other order":                {message: multipart("Content-Type: application/pkcs7-signature\r\n\r\n", good), want: "content was changed"},
		"another protocol":               {message: bytes.Replace(multipart(entity, good), []byte("pkcs7-signature\"; m"), []byte("pgp-signature\"; m"), 1), want: "for protocol"},
		"second part is no signature":    {message: bytes.Replace(multipart(entity, good), []byte("Content-Type: application/pkcs7-signature\r"), []byte("Content-Type: text/plain\r"), 1), want: "no signature"},
		"two boundaries":                 {message: bytes.Replace(multipart(entity, good), []byte("boundary=b"), []byte("boundary=b; boundary=c"), 1), want: "malformed"},
		"no signer":                      {message: pkcs7(edit(t, goodOpaque, func(f *fields) { f.signers = nil })), want: "nobody signed"},
		"no signer detached":             {message: multipart(entity, edit(t, good, func(f *fields) { f.signers = nil })), want: "nobody signed"},
		"certificates only":              {message: pkcs7(edit(t, good, func(f *fields) { f.signers = nil })), want: "nobody signed"},
		"second signer of other content": {message: multipart(entity, edit(t, good, both)), want: "signer 2: signature"},
		"first signer of other content":  {message: multipart(forged, edit(t, good, both)), want: "signer 1: signature"},
		"no certificate":                 {message: multipart(entity, edit(t, good, func(f *fields) { f.certificates = nil })), want: "certificate of the signer is missing"},
		"signed by Bob":                  {message: multipart(forged, bobs), want: "no signer is \"alice@example.org\""},
		"signed by Bob, from both":       {message: multipart(forged, bobs), want: "alice", from: []string{"bob@example.net", "alice@example.org"}},
		"signed by Bob, embedded":        {message: pkcs7(embedded), want: "no signer is"},
		"from nobody":                    {message: multipart(entity, good), want: "no From", from: []string{}},
		"from a word":                    {message: multipart(entity, good), want: "no signer", from: []string{"alice"}},
		"from more than the address":     {message: multipart(entity, good), want: "no signer", from: []string{"alice@example.org.example.net"}},
		"from a display name":            {message: multipart(entity, good), want: "no signer", from: []string{"alice@example.org <bob@example.net>"}},
		"from NUL":                       {message: multipart(entity, good), want: "no signer", from: []string{"alice@example.org\x00@example.net"}},
		"from a Kelvin sign":             {message: multipart(entity, good), want: "no signer", from: []string{"alice@example.or\u212a"}},
		"namesake of Alice":              {message: sign(t, forged, fake), want: "unknown authority"},
		"attributes as content":          {message: pkcs7(asContent(t, goodOpaque, attributes)), want: "over attributes"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.from == nil {
				c.from = []string{"alice@example.org"}
			}
			v, err := smime.Verify(parse(t, c.message), p.believe(c.from...))
			if err == nil {
				err = v.Err()
			}
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// attributesOf are the signed attributes of the only signer, as the SET that the signature is over.
func attributesOf(t testing.TB, der []byte) (set []byte) {
	edit(t, der, func(f *fields) {
		var signer, skip, attrs cryptobyte.String
		s := f.signers
		require.True(t, s.ReadASN1(&signer, casn1.SEQUENCE) && signer.ReadASN1(&skip, casn1.INTEGER) &&
			signer.ReadASN1(&skip, casn1.SEQUENCE) && signer.ReadASN1(&skip, casn1.SEQUENCE) &&
			signer.ReadASN1Element(&attrs, 0xa0))
		set = bytes.Clone(attrs)
		set[0] = 0x31
	})
	return set
}

// asContent drops the signed attributes from the message and makes them its content.
func asContent(t testing.TB, der, set []byte) []byte {
	return edit(t, der, func(f *fields) {
		field := bytes.Clone(set)
		field[0] = 0xa0
		var signer cryptobyte.String
		s := f.signers
		require.True(t, s.ReadASN1(&signer, casn1.SEQUENCE))
		var b cryptobyte.Builder
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Replace(signer, field, nil, 1)) })
		f.signers = b.BytesOrPanic()
		var c cryptobyte.Builder
		c.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes([]byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1}) // data
			b.AddASN1(0xa0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(set) })
		})
		f.content = c.BytesOrPanic()
	})
}

// Who may be meant by an address: the extension counts, and the subject only without one.
func TestAddresses(t *testing.T) {
	p := people()
	utf8 := func(address string) []pkix.Extension {
		var b cryptobyte.Builder
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(0xa0, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier([]int{1, 3, 6, 1, 5, 5, 7, 8, 9})
				b.AddASN1(0xa0, func(b *cryptobyte.Builder) {
					b.AddASN1(casn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(address)) })
				})
			})
		})
		return []pkix.Extension{{Id: []int{2, 5, 29, 17}, Value: b.BytesOrPanic()}}
	}
	for from, c := range map[string]struct {
		certificate x509.Certificate
		matches     bool
	}{
		"a@example.org":      {x509.Certificate{EmailAddresses: []string{"x@example.org", "A@Example.ORG"}}, true},
		"b@example.org":      {x509.Certificate{Subject: emailOnlyInSubject("b@example.org")}, true},
		"c@example.org":      {x509.Certificate{Subject: emailOnlyInSubject("c@example.org"), EmailAddresses: []string{"d@example.org"}}, false},
		"e@example.org":      {x509.Certificate{Subject: pkix.Name{CommonName: "e@example.org"}}, false},
		"jörg@example.org":   {x509.Certificate{ExtraExtensions: utf8("jörg@example.org")}, true},
		"jörg@bücher.test":   {x509.Certificate{ExtraExtensions: utf8("jörg@xn--bcher-kva.test")}, true},
		"JÖRG@example.org":   {x509.Certificate{ExtraExtensions: utf8("jörg@example.org")}, false},
		"f@b\u00fccher.test": {x509.Certificate{EmailAddresses: []string{"f@xn--bcher-kva.test"}}, true},
		"@example.org":       {x509.Certificate{EmailAddresses: []string{"@example.org"}}, false},
		"g@":                 {x509.Certificate{EmailAddresses: []string{"g@"}}, false},
	} {
		id := issue(newKey(), p.intermediate, func(to *x509.Certificate) {
			to.EmailAddresses, to.Subject, to.ExtraExtensions = c.certificate.EmailAddresses, c.certificate.Subject, c.certificate.ExtraExtensions
		})
		v, err := smime.Verify(parse(t, sign(t, entity, smime.SignOptions{Identities: []smime.Identity{id}})), p.believe(from))
		require.NoError(t, err)
		require.NoError(t, v.Signers[0].ChainErr)
		require.Equal(t, c.matches, v.Signers[0].MatchesFrom, from)
		require.Equal(t, c.matches, v.Err() == nil, from)
	}
}

// A hundred certificates with Alice's name cost no hundred checks, and too many are refused.
func TestNamesakesAreBounded(t *testing.T) {
	p := people()
	o := smime.SignOptions{Identities: []smime.Identity{p.p256}}
	many := func(n int) (all []*x509.Certificate) {
		template := issue(newKey(), smime.Identity{}, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "x"} }).Certificate
		for i := range n {
			c := *template
			c.Raw = bytes.Replace(template.Raw, template.SubjectKeyId, big.NewInt(int64(i)).FillBytes(make([]byte, len(template.SubjectKeyId))), 1)
			all = append(all, &c)
		}
		return all
	}
	o.Identities[0].Chain = append(slices.Clone(o.Identities[0].Chain), many(60)...)
	v, err := smime.Verify(parse(t, sign(t, entity, o)), p.believe("alice@example.org"))
	require.NoError(t, err)
	require.NoError(t, v.Err())
	o.Identities[0].Chain = many(64)
	_, err = smime.Verify(parse(t, sign(t, entity, o)), p.believe("alice@example.org"))
	require.ErrorIs(t, err, smime.ErrTooLarge)
}

// A certificate with a key of absurd size may be in a message, but nothing is computed with it.
func TestHugeKeys(t *testing.T) {
	p := people()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: p.intermediate.Certificate.Subject}
	n := new(big.Int).Lsh(big.NewInt(1), 9000)
	huge := &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
	der := must(x509.CreateCertificate(rand.Reader, template, p.root.Certificate, huge, p.root.Key))
	alice := p.p256
	alice.Chain = append([]*x509.Certificate{must(x509.ParseCertificate(der))}, alice.Chain...)
	v, err := smime.Verify(parse(t, sign(t, entity, smime.SignOptions{Identities: []smime.Identity{alice}})), p.believe("alice@example.org"))
	require.NoError(t, err)
	require.NoError(t, v.Err())
	require.Len(t, v.Certificates, 2)
}

// A message need not bring the signer's certificate along.
func TestCertificateFromElsewhere(t *testing.T) {
	p := people()
	der := signature(t, sign(t, entity, smime.SignOptions{Identities: []smime.Identity{p.p256}}))
	bare := multipart(entity, edit(t, der, func(f *fields) { f.certificates = nil }))
	o := p.believe("alice@example.org")
	o.Certificates = []*x509.Certificate{p.bob.Certificate, p.p256.Certificate}
	o.Chain.Intermediates = x509.NewCertPool()
	o.Chain.Intermediates.AddCert(p.intermediate.Certificate)
	v, err := smime.Verify(parse(t, bare), o)
	require.NoError(t, err)
	require.NoError(t, v.Err())
}
