package httpauth

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzChallenges gives the parser any line. Properties:
//
//	total    it is parsed or refused by errBadRequest
//	clean    no control character but a tab gets into a value
//	inverse  what is written from a parsed challenge parses to the same, apart
//	         from backslashes, which may have been written in two ways
//	bounded  there are no more schemes and parameters than allowed
func FuzzChallenges(f *testing.F) {
	f.Add("Negotiate, NTLM, Digest realm=\"a\\\"b\", qop=\"auth,auth-int\", stale=TRUE, Basic realm=x")
	f.Add("NTLM TlRMTVNTUAABAAAA==")
	f.Add(`Digest username="EXAMPLE\tim",nc="00000001"`)
	f.Add("Basic dGltOg== ,")
	f.Fuzz(func(t *testing.T, line string) {
		list, err := parseChallenges(line)
		if err != nil {
			require.ErrorIs(t, err, errBadRequest)
			return
		}
		n := 0
		for _, c := range list {
			n += 1 + len(c.params)
			var b strings.Builder
			b.WriteString(c.scheme + " " + c.token)
			for name, value := range c.params {
				require.False(t, strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }))
				b.WriteString(name + "=" + strings.ReplaceAll(quote(value), "\t", " ") + ", ")
			}
			again, err := parseChallenges(b.String())
			require.NoError(t, err, "%q", b.String())
			require.Len(t, again, 1)
			require.Equal(t, c.scheme, again[0].scheme)
			require.Equal(t, c.token, again[0].token)
			for name, value := range c.params {
				require.Equal(t, strings.ReplaceAll(value, "\t", " "), again[0].params[name])
			}
		}
		require.LessOrEqual(t, n, maxParams)
	})
}

// FuzzAnswer gives the server any parameters of Digest. Properties:
//
//	total    they are understood or refused by errBadRequest
//	whole    an answer that is understood lacks nothing that is hashed
//	inverse  it is written so that it reads the same
func FuzzAnswer(f *testing.F) {
	f.Add(`username="tim", realm="r", nonce="n", uri="/", response="00", algorithm=MD5, cnonce="c", nc=00000001, qop=auth`)
	f.Add(`username*=UTF-8''J%C3%A4s, realm="r", nonce="n", uri="/", response="00", cnonce="c", nc="000000ff", qop="auth-int", userhash=true`)
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseCredentials("Digest " + line)
		if err != nil {
			require.ErrorIs(t, err, errBadRequest)
			return
		}
		d, err := parseAnswer(c.params)
		if err != nil {
			require.ErrorIs(t, err, errBadRequest)
			return
		}
		for _, v := range []string{d.name, d.nonce, d.uri, d.cnonce, d.qop, d.nc, d.response} {
			require.NotEmpty(t, v)
		}
		if _, known := algorithmOf(d.algorithm); !known || strings.ContainsAny(line, "\t") || strings.ToValidUTF8(d.name, "") != d.name {
			return
		}
		for _, r := range d.name {
			if r < ' ' || r == 0x7f {
				return // from username*: a header cannot hold it in quotes
			}
		}
		c, err = parseCredentials("Digest " + d.String())
		require.NoError(t, err)
		again, err := parseAnswer(c.params)
		require.NoError(t, err)
		if d.algorithm == "" {
			d.algorithm = "MD5"
		}
		require.Equal(t, d, again)
	})
}

// FuzzSPNEGO gives the server any token. Properties:
//
//	total  it is unwrapped or refused by errBadRequest
//	NTLM   what is unwrapped is a message of NTLM that clients send
func FuzzSPNEGO(f *testing.F) {
	one := []byte("NTLMSSP\x00\x01\x00\x00\x00")
	f.Add(initOf(f, one, false))
	f.Add(initOf(f, one, true))
	f.Add(wrapSPNEGO(one, false))
	f.Add(wrapSPNEGO([]byte("NTLMSSP\x00\x03\x00\x00\x00"), true))
	f.Fuzz(func(t *testing.T, b []byte) {
		message, err := unwrapSPNEGO(b)
		switch {
		case err != nil:
			require.ErrorIs(t, err, errBadRequest)
		case message != nil:
			require.True(t, isNTLM(message, 1) || isNTLM(message, 3))
		}
	})
}

// FuzzAuthorization sends any Authorization to a Handler. Properties:
//
//	safe   nobody logs in by it
//	total  the answer is 400, 401 or 413
func FuzzAuthorization(f *testing.F) {
	h := &Handler{Auth: testAuth(), Schemes: []string{"Negotiate", "NTLM", "Digest", "Basic"}, Digest: Digest{Integrity: true}}
	h.Next = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("nobody can have logged in") })
	f.Add("Basic dGltOnRpbQ==")
	f.Add("NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw==")
	f.Add("Negotiate YCgGBisGAQUFAqAeMBygDjAMBgorBgEEAYI3AgIKogoECE5UTE1TU1AA")
	f.Add(`Digest username="tim", realm="wirepost", nonce="n", uri="/", response="00", algorithm=MD5, cnonce="c", nc=00000001, qop=auth`)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := http.NewRequestWithContext(ConnContext(t.Context(), nil), "GET", "/", strings.NewReader("a body"))
		require.NoError(t, err)
		r.RequestURI = "/"
		r.Header.Set("Authorization", line)
		w := &statusWriter{header: make(http.Header)}
		h.ServeHTTP(w, r)
		require.Contains(t, []int{400, 401, 413}, w.status)
		require.True(t, w.status != 401 || len(w.header["Www-Authenticate"]) > 0)
		require.Zero(t, stateOf(r.Context()).identity())
	})
}
