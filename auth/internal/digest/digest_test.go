package digest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The messages of RFC 2831, 4: IMAP, then ACAP.
var vectors = []struct{ challenge, response, outcome string }{
	{
		`realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8`,
		`charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,cnonce="OA6MHXh6VqTrRk",` +
			`digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth`,
		`rspauth=ea40f60335c427b5527b84dbabcdfffd`,
	},
	{
		`realm="elwood.innosoft.com",nonce="OA9BSXrbuRhWay",qop="auth",algorithm=md5-sess,charset=utf-8`,
		`charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA9BSXrbuRhWay",nc=00000001,cnonce="OA9BSuZWMSpW8m",` +
			`digest-uri="acap/elwood.innosoft.com",response=6084c6db3fede7352c551284490fd0fc,qop=auth`,
		`rspauth=2f0b3d7c3c2e486600ef710726aa2eae`,
	},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		c, err := ParseChallenge([]byte(v.challenge))
		require.NoError(t, err)
		require.True(t, c.Auth)
		require.Equal(t, v.challenge, c.String())
		r, err := ParseResponse([]byte(v.response))
		require.NoError(t, err)
		require.Equal(t, v.response, r.String())
		digest, rspauth := r.Compute("secret")
		require.Equal(t, r.Digest, digest)
		require.Equal(t, v.outcome, "rspauth="+rspauth)
		got, err := ParseOutcome([]byte(v.outcome))
		require.NoError(t, err)
		require.Equal(t, rspauth, got)
		again := NewResponse(c, "chris", c.Realms[0], r.Cnonce, r.URI, "")
		again.Digest = digest
		require.Equal(t, r, again)
		service, host, name := r.Service()
		require.Contains(t, "imap acap", service)
		require.Equal(t, "elwood.innosoft.com", host)
		require.Empty(t, name)
	}
}

const tail = `,nonce="n",nc=00000001,cnonce="c",digest-uri="imap/h",response=00000000000000000000000000000000`

func TestParseResponse(t *testing.T) {
	for _, c := range []struct {
		message  string
		username string
		ok       bool
	}{
		{`username="u"` + tail, "u", true},
		{` , ,	username = "u" , ` + tail + ",,", "u", true},
		{`USERNAME="u",qop=auth,cipher=x,future="a,b"` + tail, "u", true},
		{`username=token` + tail, "token", true},
		{`username="a\"b\\c\d,e=f"` + tail, `a"b\cd,e=f`, true},
		{`charset=utf-8,username="` + "\u00e9" + `"` + tail, "\u00e9", true},
		{`username="` + "\xe9" + `"` + tail, "\u00e9", true},
		{`charset=utf-8,username="` + "\xe9" + `"` + tail, "", false},
		{`charset=latin1,username="u"` + tail, "", false},
		{`username="u",username="u"` + tail, "", false},
		{`username="u"` + tail + `,nonce="n"`, "", false},
		{`username="u"` + tail + `,nc=00000001`, "", false},
		{`username="u",qop=auth-int` + tail, "", false},
		{`username="u",qop=auth,qop=auth` + tail, "", false},
		{`username=""` + tail, "", false},
		{`username="u` + tail, "", false},
		{`username="u\`, "", false},
		{`username="u" x` + tail, "", false},
		{`username` + tail, "", false},
		{`="u"` + tail, "", false},
		{`username=` + tail, "", false},
		{"username=\"u\nx\"" + tail, "", false},
		{"username=\"u\\\x00x\"" + tail, "", false},
		{`username="u"` + strings.Replace(tail, "00000001", "00000002", 1), "", false},
		{`username="u"` + strings.Replace(tail, "00000001", "1", 1), "", false},
		{`username="u"` + tail[:len(tail)-1], "", false},
		{`username="u"` + tail[:len(tail)-1] + "A", "", false},
		{`username="u",authzid="` + "\xff" + `"` + tail, "", false},
		{`username="u"`, "", false},
		{"", "", false},
		{"*", "", false},
		{strings.Repeat("x=y,", MaxResponse), "", false},
		{`username="u"` + strings.Repeat(",x=y", maxDirectives) + tail, "", false},
	} {
		r, err := ParseResponse([]byte(c.message))
		require.Equal(t, c.ok, err == nil, "%.60q: %v", c.message, err)
		if !c.ok {
			require.ErrorIs(t, err, ErrSyntax)
			continue
		}
		require.Equal(t, c.username, r.Name())
	}
}

func TestParseChallenge(t *testing.T) {
	c, err := ParseChallenge([]byte(`realm="a",realm="b",nonce="x\"y",qop="auth-conf, auth,auth-int",algorithm=md5-sess,maxbuf=1,cipher="rc4",stale=true,opaque="o"`))
	require.NoError(t, err)
	require.Equal(t, Challenge{Realms: []string{"a", "b"}, Nonce: `x"y`, Auth: true, Stale: true}, c)
	c, err = ParseChallenge([]byte(`nonce="x",algorithm=md5-sess,qop="auth-int"`))
	require.NoError(t, err)
	require.False(t, c.Auth)
	for _, bad := range []string{
		"", `nonce="x"`, `algorithm=md5-sess`, `nonce="x",nonce="x",algorithm=md5-sess`, `nonce="x",algorithm=md5`,
		`nonce="x",algorithm=md5-sess,charset=x`, `nonce="x",algorithm=md5-sess` + strings.Repeat(",", MaxChallenge),
	} {
		_, err := ParseChallenge([]byte(bad))
		require.ErrorIs(t, err, ErrSyntax, "%.40q", bad)
	}
	for _, bad := range []string{"", "rspauth=", "rspauth=x", `rspauth="` + strings.Repeat("0", 32) + `",rspauth=x`} {
		_, err := ParseOutcome([]byte(bad))
		require.ErrorIs(t, err, ErrSyntax, "%q", bad)
	}
}

// TestLatin1: RFC 2831, 2.1.2.1: what ISO 8859-1 can say is hashed so, whichever
// charset it came in.
func TestLatin1(t *testing.T) {
	in8859, err := ParseResponse([]byte(`username="` + "\xfc" + `"` + tail))
	require.NoError(t, err)
	inUTF8, err := ParseResponse([]byte(`charset=utf-8,username="` + "\u00fc" + `"` + tail))
	require.NoError(t, err)
	one, _ := in8859.Compute("p\u00e4ss")
	two, _ := inUTF8.Compute("p\u00e4ss")
	require.Equal(t, one, two)
	require.Equal(t, "\u20ac\u00e4", latin1("\u20ac\u00e4"))
}

// FuzzMessages gives every parser the message and checks that what is read is
// read again from what is written of it, that no control character comes out of
// quotes, and that an error is ErrSyntax.
func FuzzMessages(f *testing.F) {
	for _, v := range vectors {
		f.Add([]byte(v.challenge))
		f.Add([]byte(v.response))
		f.Add([]byte(v.outcome))
	}
	f.Add([]byte(`username="a\"b",realm="",authzid="x"` + tail))
	f.Add([]byte(`nonce="\\",algorithm=md5-sess,qop=auth`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := ParseResponse(in)
		if err != nil {
			require.ErrorIs(t, err, ErrSyntax)
		} else {
			again, err := ParseResponse([]byte(r.String()))
			if len(r.String()) < MaxResponse {
				require.NoError(t, err)
				require.Equal(t, r, again)
			}
			require.NotContains(t, r.String(), "\n")
			r.Compute("x")
		}
		c, err := ParseChallenge(in)
		if err != nil {
			require.ErrorIs(t, err, ErrSyntax)
		} else if len(c.String()) < MaxChallenge {
			again, err := ParseChallenge([]byte(c.String()))
			require.NoError(t, err)
			c.Auth = true // String takes it for granted
			require.Equal(t, c, again)
		}
		if _, err := ParseOutcome(in); err != nil {
			require.ErrorIs(t, err, ErrSyntax)
		}
	})
}

func BenchmarkParseAndCompute(b *testing.B) {
	message := []byte(vectors[0].response)
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		r, err := ParseResponse(message)
		if err != nil {
			b.Fatal(err)
		}
		r.Compute("secret")
	}
}
