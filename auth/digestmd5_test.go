package auth

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth/internal/digest"
)

const digestTail = `,nonce="OA6MG9tEQGm2hh",nc=00000001,cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",` +
	`response=d388dad90d4bbd760a152321f2143af7,qop=auth`

// elwood is the server of RFC 2831, 4, in its exchange.
func elwood(t testing.TB, accounts any) (*Exchange, digest.Challenge) {
	t.Helper()
	c, err := digest.ParseChallenge([]byte(`realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8`))
	require.NoError(t, err)
	e, err := (&Authenticator{Accounts: accounts, Logger: silent}).Start(t.Context(),
		&Conn{Protocol: "imap4", ServerName: "elwood.innosoft.com"}, "DIGEST-MD5")
	require.NoError(t, err)
	e.next = func(e *Exchange, response []byte) ([]byte, step, error) { return digestAnswer(e, c, response) }
	return e, c
}

func TestDigestMD5Vector(t *testing.T) {
	accounts := secretFunc(func(name string) (string, string, error) { return name, "secret", nil })
	e, c := elwood(t, accounts)
	challenge, done, err := e.Next([]byte(`charset=utf-8,username="chris",realm="elwood.innosoft.com"` + digestTail))
	require.NoError(t, err)
	require.False(t, done)
	require.Equal(t, "rspauth=ea40f60335c427b5527b84dbabcdfffd", string(challenge))
	require.Zero(t, e.Identity(), "not before the client has answered")
	_, done, err = e.Next(nil)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, Identity{User: "chris", Mechanism: "DIGEST-MD5"}, e.Identity())

	client := newDigestMD5Client(&Credentials{Name: "chris", Password: "secret"}, &Conn{Protocol: "imap4", ServerName: "elwood.innosoft.com"}).(*digestClient)
	client.fixedNonce = "OA6MHXh6VqTrRk"
	_, initial, err := client.Start()
	require.NoError(t, err)
	require.Nil(t, initial)
	response, err := client.Next([]byte(c.String()))
	require.NoError(t, err)
	require.Equal(t, `charset=utf-8,username="chris",realm="elwood.innosoft.com"`+digestTail, string(response))
	require.ErrorIs(t, Proven(client), ErrServer)
	last, err := client.Next([]byte("rspauth=ea40f60335c427b5527b84dbabcdfffd"))
	require.NoError(t, err)
	require.Equal(t, []byte{}, last)
	require.NoError(t, Proven(client))
	_, err = client.Next(nil)
	require.Error(t, err)
}

// TestDigestMD5Responses: replays, other servers and broken lists.
func TestDigestMD5Responses(t *testing.T) {
	accounts := secretFunc(func(name string) (string, string, error) { return name, "secret", nil })
	user := `username="chris",realm="elwood.innosoft.com"`
	for _, c := range []struct {
		response string
		want     error
	}{
		{user + digestTail, nil},
		{user + strings.Replace(digestTail, "d388", "e388", 1), ErrCredentials},
		{`username="other",realm="elwood.innosoft.com"` + digestTail, ErrCredentials},
		{`username="chris",realm="other.example"` + digestTail, ErrCredentials},
		{`username="chris"` + digestTail, ErrCredentials}, // the hash is for the realm
		{user + strings.Replace(digestTail, "OA6MG", "OA9BS", 1), ErrCredentials},
		{user + strings.Replace(digestTail, "imap/", "smtp/", 1), ErrCredentials},
		{user + strings.Replace(digestTail, "/elwood.innosoft.com", "/evil.example", 1), ErrCredentials},
		{user + strings.Replace(digestTail, "00000001", "00000002", 1), ErrMalformed},
		{user + strings.Replace(digestTail, "qop=auth", "qop=auth-conf", 1), ErrMalformed},
		{user + `,authzid="` + "\x7f" + `"` + digestTail, ErrMalformed},
		{user + `,authzid="root"` + digestTail, ErrCredentials}, // not what was hashed
		{`username="` + strings.Repeat("x", 513) + `"` + digestTail, ErrMalformed},
		{`username=" x"` + digestTail, ErrDisallowed},
	} {
		e, _ := elwood(t, accounts)
		_, _, err := e.Next([]byte(c.response))
		require.ErrorIs(t, err, c.want, c.response)
		if c.want != nil {
			require.Equal(t, 1, strings.Count(err.Error(), "auth: "), err)
		}
	}
}

// TestDigestMD5Elsewhere: the right password does not help in an answer to another
// exchange, which somebody may have listened to, nor in one meant for another
// server.
func TestDigestMD5Elsewhere(t *testing.T) {
	accounts := secretFunc(func(name string) (string, string, error) { return name, "secret", nil })
	for name, c := range map[string]struct {
		change func(*digest.Response)
		want   error
	}{
		"here":             {func(*digest.Response) {}, nil},
		"no realm":         {func(r *digest.Response) { r.Realm, r.HasRealm = "", false }, nil},
		"another exchange": {func(r *digest.Response) { r.Nonce = "OA9MG9tEQGm2hh" }, ErrCredentials},
		"another service":  {func(r *digest.Response) { r.URI = "smtp/elwood.innosoft.com" }, ErrCredentials},
		"another server":   {func(r *digest.Response) { r.URI = "imap/evil.example" }, ErrCredentials},
		"another realm":    {func(r *digest.Response) { r.Realm = "evil.example" }, ErrCredentials},
	} {
		e, offered := elwood(t, accounts)
		r := digest.NewResponse(offered, "chris", offered.Realms[0], "OA6MHXh6VqTrRk", "imap/elwood.innosoft.com", "")
		c.change(&r)
		r.Digest, _ = r.Compute("secret")
		_, _, err := e.Next([]byte(r.String()))
		require.ErrorIs(t, err, c.want, name)
	}
}

// TestDigestMD5InitialResponse: RFC 2831, 2.2.2: who tries to go on from an earlier
// login gets a new challenge.
func TestDigestMD5InitialResponse(t *testing.T) {
	a := &Authenticator{Accounts: &everything{}, Logger: silent}
	seen := map[string]bool{}
	for _, initial := range []string{"", `username="chris"` + strings.Replace(digestTail, "00000001", "00000002", 1), "x"} {
		e, err := a.Start(t.Context(), nil, "DIGEST-MD5")
		require.NoError(t, err)
		challenge, done, err := e.Next([]byte(initial))
		require.NoError(t, err)
		require.False(t, done)
		c, err := digest.ParseChallenge(challenge)
		require.NoError(t, err)
		require.Equal(t, initial != "", c.Stale)
		require.Empty(t, c.Realms)
		require.False(t, seen[c.Nonce])
		seen[c.Nonce] = true
	}
}

func TestIsService(t *testing.T) {
	for _, c := range []struct {
		protocol, own, sni, uri string
		want                    bool
	}{
		{"smtp", "mx1.mail.example", "", "smtp/mx1.mail.example", true},
		{"smtp", "mx1.mail.example", "", "SMTP/MX1.Mail.Example.", true},
		{"smtp", "mx1.mail.example", "", "lmtp/mx1.mail.example", true},
		{"smtp", "mx1.mail.example", "", "smtp/mx2.mail.example", true},
		{"smtp", "mx1.mail.example", "", "smtp/mail.example", true},
		{"smtp", "mail.example", "", "smtp/mx1.mail.example", true},
		{"smtp", "mx1.mail.example", "", "smtp/other.host/mail.example", true},
		{"smtp", "mx1.mail.example", "", "smtp/192.0.2.1", true},
		{"smtp", "mx1.mail.example", "", "smtp/localhost", true},
		{"smtp", "mx1.mail.example", "alias.test", "smtp/alias.test", true},
		{"smtp", "mx1.mail.example", "alias.test", "smtp/other.test", false},
		{"smtp", "mx1.mail.example", "", "imap/mx1.mail.example", false},
		{"smtp", "mx1.mail.example", "", "smtp/evil.example", false},
		{"smtp", "mail.example", "", "smtp/evil.example", false},
		{"smtp", "mx1.mail.example", "", "smtp/evilmail.example", false},
		{"smtp", "mx1.mail.example", "", "smtp/example", false},
		{"smtp", "mx1.mail.example", "", "smtp/", false},
		{"smtp", "mx1.mail.example", "", "smtp", false},
		{"smtp", "mx1.mail.example", "", "", false},
		{"smtp", "", "", "smtp/anything.example", true},
		{"smtp", "", "", "pop/anything.example", false},
		{"pop3", "mail.example", "", "pop/mail.example", true},
		{"nntp", "news.example", "", "news/news.example", true},
		{"nntp", "news.example", "", "nntp/news.example", true},
		{"other", "mail.example", "", "sieve/mail.example", true},
	} {
		conn := &Conn{Protocol: c.protocol, ServerName: c.own}
		if c.sni != "" {
			conn.TLS = &tls.ConnectionState{ServerName: c.sni}
		}
		r := digest.Response{URI: c.uri}
		require.Equal(t, c.want, conn.isService(r.Service()), "%+v", c)
	}
}

// TestDigestMD5ClientChecks has the client meet servers that break the rules.
func TestDigestMD5ClientChecks(t *testing.T) {
	client := newDigestMD5Client(&Credentials{Name: "tim", Password: "p"}, &Conn{}).(*digestClient)
	for challenge, want := range map[string]error{
		"": ErrServer, "*": ErrServer, strings.Repeat("a", 64<<10): ErrServer,
		`nonce="x",algorithm=md5-sess,qop="auth-int,auth-conf"`: ErrMechanism,
	} {
		_, _, err := client.Start()
		require.NoError(t, err)
		_, err = client.Next([]byte(challenge))
		require.ErrorIs(t, err, want)
	}
	for _, outcome := range []string{"", "rspauth=" + strings.Repeat("0", 32), "rspauth=x"} {
		_, _, err := client.Start()
		require.NoError(t, err)
		_, err = client.Next([]byte(`realm="a",realm="b",nonce="x",algorithm=md5-sess`))
		require.NoError(t, err)
		_, err = client.Next([]byte(outcome))
		require.ErrorIs(t, err, ErrServer)
		require.ErrorIs(t, Proven(client), ErrServer)
	}
}

// FuzzDigestMD5 plays a response, the nonce filled in, and checks that nobody logs
// in without the password, that the accounts are asked at most once, with a name
// that is prepared, and that a failure stays.
func FuzzDigestMD5(f *testing.F) {
	f.Add([]byte(`username="chris",realm="elwood.innosoft.com"` + digestTail))
	f.Add([]byte(`username="\"",authzid=x` + digestTail))
	f.Add([]byte(`charset=utf-8,username="` + "\u00e9" + `"` + digestTail))
	f.Fuzz(func(t *testing.T, response []byte) {
		calls := 0
		e, _ := elwood(t, secretFunc(func(name string) (string, string, error) {
			calls++
			requireClean(t, name)
			return name, "not to be guessed", nil
		}))
		_, done, err := e.Next(append([]byte{}, response...))
		require.False(t, done)
		require.Error(t, err)
		require.LessOrEqual(t, calls, 1)
		_, _, again := e.Next(nil)
		require.Equal(t, err, again)
		require.NotContains(t, fmt.Sprint(err), "guessed")
	})
}
