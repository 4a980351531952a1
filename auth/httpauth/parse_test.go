package httpauth

import (
	encasn1 "encoding/asn1"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

func TestParseChallenges(t *testing.T) {
	type params = map[string]string
	for line, want := range map[string][]credentials{
		"":           nil,
		"NTLM":       {{"NTLM", "", params{}}},
		"NTLM TlRM=": {{"NTLM", "TlRM=", params{}}},
		"Negotiate, NTLM, Basic realm=\"a, b\"": {
			{"Negotiate", "", params{}}, {"NTLM", "", params{}}, {"Basic", "", params{"realm": "a, b"}},
		},
		`Digest realm="a\"b\\c\d", qop="auth,auth-int" ,STALE = true,Basic realm=x`: {
			{"Digest", "", params{"realm": `a"b\c\d`, "qop": "auth,auth-int", "stale": "true"}}, {"Basic", "", params{"realm": "x"}},
		},
		", ,Basic a=b": {{"Basic", "", params{"a": "b"}}},
		"Bearer a.b-c": {{"Bearer", "a.b-c", params{}}},
	} {
		list, err := parseChallenges(line)
		require.NoError(t, err, line)
		require.Equal(t, want, list, line)
	}
	for _, line := range []string{
		"=", "a=b", "NTLM TlRM=, a=b", `Digest a="b`, "Digest a=;", `Digest a=b, A=c`, "Digest a=\"\x01\"", "\x00",
		strings.Repeat("a,", maxParams+1), strings.Repeat("a", maxLine+1),
	} {
		_, err := parseChallenges(line)
		require.ErrorIs(t, err, errBadRequest, "%.40q", line)
	}
	_, err := parseCredentials("NTLM, Basic")
	require.ErrorIs(t, err, errBadRequest)
}

func TestQuote(t *testing.T) {
	require.Equal(t, `"a\"b\\c  d"`, quote("a\"b\\c\r\nd"))
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		uri, target string
		want        bool
	}{
		{"/a?b", "/a?b", true},
		{"/a?b", "/a", false},
		{"http://im.example/a?b", "/a?b", true},
		{"http://IM.example/a", "/a", true},
		{"/a", "http://im.example/a", true},
		{"http://im.example", "/", true},
		{"http://other.example/a", "/a", false},
		{"*", "*", true},
		{"a:b:c%", "/a", false},
	} {
		require.Equal(t, c.want, sameTarget(c.uri, c.target, "im.example"), c)
	}
}

func TestExtended(t *testing.T) {
	name, ok := fromExt("utf-8'en'J%C3%A4s%C3%B8n%20Doe")
	require.True(t, ok)
	require.Equal(t, "Jäsøn Doe", name)
	for _, s := range []string{"tim", "UTF-8'tim", "ISO-8859-1''t", "UTF-8''%", "UTF-8''%ff"} {
		_, ok := fromExt(s)
		require.False(t, ok, s)
	}
	params := (&answer{username: "Jäsøn Doe+"}).String()
	require.Contains(t, params, "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe%2B,")
}

// initOf makes a NegTokenInit with a token, of NTLM, or with Kerberos before it.
func initOf(tb testing.TB, token []byte, kerberos bool) []byte {
	tb.Helper()
	var b cryptobyte.Builder
	b.AddASN1(tagInit, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSPNEGO)
		b.AddASN1(tag(0), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tag(0), func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						if kerberos {
							b.AddASN1ObjectIdentifier(encasn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2})
						}
						b.AddASN1ObjectIdentifier(oidNTLM)
					})
				})
				if token != nil {
					b.AddASN1(tag(2), func(b *cryptobyte.Builder) { b.AddASN1OctetString(token) })
				}
			})
		})
	})
	out, err := b.Bytes()
	require.NoError(tb, err)
	return out
}

func der(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(tb, err)
	return b
}

func TestSPNEGO(t *testing.T) {
	one := []byte("NTLMSSP\x00\x01\x00\x00\x00")
	message, err := unwrapSPNEGO(wrapSPNEGO(one, false))
	require.NoError(t, err)
	require.Equal(t, one, message)
	require.Equal(t, der(t, "a1073005a0030a0100"), wrapSPNEGO(nil, true))

	message, err = unwrapSPNEGO(initOf(t, one, false))
	require.NoError(t, err)
	require.Equal(t, one, message)
	message, err = unwrapSPNEGO(initOf(t, one, true))
	require.NoError(t, err)
	require.Nil(t, message, "the token is Kerberos's")
	message, err = unwrapSPNEGO(initOf(t, nil, false))
	require.NoError(t, err)
	require.Nil(t, message)
	for _, b := range [][]byte{
		nil,
		{0x60},
		{0x60, 0x80},
		{0xa1, 0x00},
		[]byte("NTLMSSP"), wrapSPNEGO([]byte("Kerberos"), false), wrapSPNEGO(nil, false),
		append(wrapSPNEGO(one, false), 0), initOf(t, []byte("Kerberos"), false),
	} {
		_, err := unwrapSPNEGO(b)
		require.ErrorIs(t, err, errBadRequest, "%x", b)
	}
}
