package httpauth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
)

// TestResponses are the examples of the RFCs.
func TestResponses(t *testing.T) {
	rfc7616 := answer{
		name: "Mufasa", realm: "http-auth@example.org", uri: "/dir/index.html",
		nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		nc: "00000001", qop: "auth",
	}
	rfc2617 := answer{
		name: "Mufasa", realm: "testrealm@host.com", uri: "/dir/index.html",
		nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", cnonce: "0a4f113b", nc: "00000001", qop: "auth",
	}
	hidden := answer{
		name: "Jäsøn Doe", realm: "api@example.org", uri: "/doe.json",
		nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
		nc: "00000001", qop: "auth",
	}
	for _, c := range []struct {
		what, algorithm, secret string
		d                       answer
		want                    string
	}{
		{"RFC 7616, 3.9.1", "MD5", "Circle of Life", rfc7616, "8ca523f5e9506fed4657c9700eebdbec"},
		{"RFC 7616, 3.9.1", "SHA-256", "Circle of Life", rfc7616, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		{"RFC 7616, 3.9.2, erratum 4897", "SHA-512-256", "Secret, or not?", hidden, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"},
		{"RFC 2617, 3.5", "", "Circle Of Life", rfc2617, "6629fae49393a05397450978507c4ef1"},
	} {
		i, ok := algorithmOf(c.algorithm)
		require.True(t, ok)
		require.Equal(t, c.want, algorithms[i].response(&c.d, c.secret, "GET", nil), "%s %s", c.what, c.algorithm)
	}
	i, _ := algorithmOf("sha-512-256")
	require.Equal(t, "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b", algorithms[i].sum(hidden.name, hidden.realm))
	_, ok := algorithmOf("SHA-1")
	require.False(t, ok)
}

// secretsByName is a SecretLookup that can find names by hash too.
type secretsByName map[string]string

func (s secretsByName) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	secret, ok := s[name]
	if !ok {
		return "", "", auth.ErrCredentials
	}
	return name, secret, nil
}

func (s secretsByName) UserHash(_ context.Context, _ *auth.Conn, algorithm, realm, hash string) (string, error) {
	i, _ := algorithmOf(algorithm)
	for name := range s {
		if algorithms[i].sum(name, realm) == hash {
			return name, nil
		}
	}
	return "", auth.ErrCredentials
}

// A desk is a server and a client of Digest, without a network.
type desk struct {
	t       *testing.T
	handler *Handler
	session *digestSession
	client  Transport
}

func newDesk(t *testing.T, h *Handler) *desk {
	h.Auth = &auth.Authenticator{Accounts: secretsByName{"tim": "tanstaaftanstaaf"}, Logger: slog.New(slog.DiscardHandler)}
	h.Next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := Identity(r.Context())
		b, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, id.User, " ", string(b))
	})
	d := &desk{t: t, handler: h, client: Transport{User: "tim", Password: "tanstaaftanstaaf"}}
	d.challenge(d.send("GET", "/", "", ""))
	return d
}

// challenge takes the first challenge of a 401.
func (d *desk) challenge(w *httptest.ResponseRecorder) *credentials {
	require.Equal(d.t, 401, w.Code)
	list, err := parseChallenges(w.Header().Get("WWW-Authenticate"))
	require.NoError(d.t, err)
	require.Len(d.t, list, 1)
	d.session = &digestSession{challenge: &list[0]}
	return &list[0]
}

func (d *desk) send(method, target, body, authorization string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

// answer makes the Authorization with this count.
func (d *desk) answer(method, target, body string, count uint32) string {
	req, err := http.NewRequest(method, target, nil)
	require.NoError(d.t, err)
	a, err := d.client.digestAuth(d.session, count, req, &payload{open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }})
	require.NoError(d.t, err)
	return a
}

func TestCounts(t *testing.T) {
	d := newDesk(t, &Handler{})
	for _, c := range []struct {
		count  uint32
		status int
	}{{1, 200}, {1, 401}, {3, 200}, {2, 200}, {2, 401}, {0, 401}, {100, 200}, {37, 200}, {36, 401}, {37, 401}, {1 << 31, 200}} {
		w := d.send("GET", "/", "", d.answer("GET", "/", "", c.count))
		require.Equal(t, c.status, w.Code, c.count)
		if c.status == 401 {
			require.Contains(t, w.Header().Get("WWW-Authenticate"), "stale=true")
		}
	}
	d = newDesk(t, &Handler{Digest: Digest{AllowRepeats: true}})
	for range 3 {
		require.Equal(t, 200, d.send("GET", "/", "", d.answer("GET", "/", "", 1)).Code)
	}
}

func TestStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, &Handler{})
		time.Sleep(5 * time.Minute)
		require.Equal(t, 200, d.send("GET", "/", "", d.answer("GET", "/", "", 1)).Code)
		time.Sleep(time.Second)
		good := d.answer("GET", "/", "", 2)
		d.client.Password = "wrong"
		w := d.send("GET", "/", "", d.answer("GET", "/", "", 3))
		require.NotContains(t, w.Header().Get("WWW-Authenticate"), "stale", "that is for those who know the password")
		w = d.send("GET", "/", "", good)
		c := d.challenge(w)
		require.True(t, c.stale())
		d.client.Password = "tanstaaftanstaaf"
		require.Equal(t, 200, d.send("GET", "/", "", d.answer("GET", "/", "", 1)).Code)

		other := newDesk(t, &Handler{})
		other.session = d.session // of another server's key
		w = other.send("GET", "/", "", other.answer("GET", "/", "", 2))
		require.True(t, other.challenge(w).stale())
	})
}

func TestIntegrity(t *testing.T) {
	d := newDesk(t, &Handler{Digest: Digest{Integrity: true, Algorithms: []string{"SHA-256-sess"}}, MaxBody: 10})
	require.Equal(t, "auth,auth-int", d.session.challenge.params["qop"])
	d.session.challenge.params["qop"] = "auth-int"
	w := d.send("POST", "/", "a body", d.answer("POST", "/", "a body", 1))
	require.Equal(t, 200, w.Code)
	require.Equal(t, "tim a body", w.Body.String())
	require.Equal(t, 401, d.send("POST", "/", "a bodY", d.answer("POST", "/", "a body", 2)).Code)
	require.Equal(t, 413, d.send("POST", "/", "a body that is large", d.answer("POST", "/", "a body that is large", 3)).Code)
	d = newDesk(t, &Handler{})
	d.session.challenge.params["qop"] = "auth-int"
	require.Equal(t, 401, d.send("POST", "/", "a body", d.answer("POST", "/", "a body", 1)).Code, "not offered")
}

// TestRefused: what is changed in an answer spoils it.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		old, new string
		status   int
	}{
		{`username="`, `username="x`, 401},
		{`realm="`, `realm="x`, 401},
		{`nonce="`, `nonce="x`, 401},
		{`uri="/a`, `uri="/b`, 400},
		{`algorithm=SHA-256`, `algorithm=MD5-sess`, 401},
		{`algorithm=SHA-256`, `algorithm=MD5`, 401},
		{`response="`, `response="x`, 401},
		{`qop=auth`, `qop=auth-int`, 401},
		{`qop=auth`, `qop=none`, 400},
		{`qop=auth, `, ``, 400},
		{`nc=00000001`, `nc=1`, 400},
		{`nc=00000001`, `nc=0000000g`, 400},
		{`nc=00000001`, `nc=00000002`, 401},
		{`cnonce="`, `cnonce="x`, 401},
		{`userhash=true`, `userhash=maybe`, 400},
		{`userhash=true`, `userhash=false`, 401},
		{`Digest `, `Digest username*=UTF-8''tim, `, 400},
		{`Digest `, `Digest qop=auth, `, 400},
	} {
		d := newDesk(t, &Handler{Digest: Digest{Algorithms: []string{"SHA-256", "MD5"}}})
		good := d.answer("GET", "/a?b", "", 1)
		require.Contains(t, good, c.old)
		require.Equal(t, c.status, d.send("GET", "/a?b", "", strings.Replace(good, c.old, c.new, 1)).Code, "%s to %s", c.old, c.new)
		require.NotEqual(t, 200, d.send("POST", "/a?b", "", good).Code, "for another method")
		require.Equal(t, 200, d.send("GET", "/a?b", "", good).Code)
	}
}

// TestNotOffered: the right password does not help in an answer to what this server
// has not asked.
func TestNotOffered(t *testing.T) {
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"realm", "im.example", 200}, // as it is
		{"realm", "other.example", 401},
		{"realm", "", 401},
		{"algorithm", "MD5", 401},
		{"algorithm", "SHA-256-sess", 401},
		{"algorithm", "", 401}, // MD5 again
	} {
		d := newDesk(t, &Handler{Realm: "im.example", Digest: Digest{Algorithms: []string{"SHA-256"}}})
		d.session.challenge.params["userhash"] = "false"
		d.session.challenge.params[c.name] = c.value
		w := d.send("GET", "/", "", d.answer("GET", "/", "", 1))
		require.Equal(t, c.status, w.Code, "%s %q", c.name, c.value)
		require.NotContains(t, w.Header().Get("WWW-Authenticate"), "stale")
	}
}

// TestPreemptive: a password that was shown under TLS is not shown without.
func TestPreemptive(t *testing.T) {
	for _, c := range []struct {
		url      string
		insecure bool
		want     string
	}{
		{"https://im.example/", false, "Basic dGltOnA="},
		{"http://im.example/", false, ""},
		{"http://im.example/", true, "Basic dGltOnA="},
	} {
		tr := &Transport{Host: "im.example", User: "tim", Password: "p", AllowInsecure: c.insecure, basic: true}
		req, err := http.NewRequest("GET", c.url, nil)
		require.NoError(t, err)
		require.Equal(t, c.want, tr.preempt(req, empty), c.url)
	}
}

func TestUserHash(t *testing.T) {
	d := newDesk(t, &Handler{Realm: "im.example", Digest: Digest{Algorithms: []string{"SHA-512-256-sess"}}})
	require.Equal(t, "true", d.session.challenge.params["userhash"])
	a := d.answer("GET", "/", "", 1)
	require.NotContains(t, a, "tim")
	require.Equal(t, "tim ", d.send("GET", "/", "", a).Body.String())
	d.client.User = "tom"
	require.Equal(t, 401, d.send("GET", "/", "", d.answer("GET", "/", "", 2)).Code)
}

// TestOldClients: what Miranda and libwww-perl make of RFC 2617.
func TestOldClients(t *testing.T) {
	for name, format := range map[string]string{
		"Miranda": `Digest username="%s",realm="%s",nonce="%s",uri="%s",cnonce="0a4f113b",nc="00000001",response="%s",qop="auth",algorithm="MD5"`,
		"LWP":     `Digest username="%s", realm="%s", qop=auth, algorithm="MD5", nonce="%s", uri="%s", nc=00000001, cnonce="0a4f113b", response="%s"`,
		"space":   `digest   username = "%s" ,, realm = "%s",nonce	="%s", uri="%s",cnonce="0a4f113b", nc=00000001,response="%s",qop=AUTH , foo=bar`,
	} {
		for _, user := range []string{"tim", "EXAMPLE/tim", `EXAMPLE\tim`} {
			d := newDesk(t, &Handler{Realm: "im.example", Account: WindowsAccount(), Digest: Digest{Algorithms: []string{"MD5"}, AllowRepeats: true}})
			a := &answer{name: user, realm: "im.example", nonce: d.session.challenge.params["nonce"], uri: "/instmsg/aliases/tim", nc: "00000001", cnonce: "0a4f113b", qop: "auth"}
			i, _ := algorithmOf("MD5")
			line := fmt.Sprintf(format, user, a.realm, a.nonce, a.uri, algorithms[i].response(a, "tanstaaftanstaaf", "SUBSCRIBE", nil))
			for range 2 {
				w := d.send("SUBSCRIBE", a.uri, "", line)
				require.Equal(t, 200, w.Code, "%s %s", name, user)
				require.Contains(t, w.Header().Get("Authentication-Info"), `rspauth="`+algorithms[i].response(a, "tanstaaftanstaaf", "", nil)+`"`)
			}
			require.Equal(t, 200, d.send("SUBSCRIBE", "http://example.com"+a.uri, "", line).Code, "absolute-form")
		}
	}
}

// TestNoPassword: neither an account without a password lets anybody in, nor does
// a name that no account has differ from it, or from one that has.
func TestNoPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, &Handler{})
		d.handler.Auth.Accounts = secretsByName{"tim": "tanstaaftanstaaf", "empty": ""}
		d.session.challenge.params["userhash"] = "false"
		d.client.Password = ""
		for range 2 {
			for _, name := range []string{"tim", "tom", "empty"} {
				d.client.User = name
				w := d.send("GET", "/", "", d.answer("GET", "/", "", 1))
				require.Equal(t, 401, w.Code, name)
				require.NotContains(t, w.Header().Get("WWW-Authenticate"), "stale", name)
			}
			time.Sleep(time.Hour) // the second time the nonce is stale
		}
	})
}

// TestLatin1: a name in ISO 8859-1 is found by its UTF-8, and hashed as it came.
func TestLatin1(t *testing.T) {
	d := newDesk(t, &Handler{Digest: Digest{Algorithms: []string{"MD5"}}})
	d.handler.Auth.Accounts = secretsByName{"jürgen": "tanstaaftanstaaf"}
	a := &answer{name: "j\xfcrgen", realm: "wirepost", nonce: d.session.challenge.params["nonce"], uri: "/", nc: "00000001", cnonce: "c", qop: "auth"}
	i, _ := algorithmOf("MD5")
	line := fmt.Sprintf(`Digest username="j%crgen", realm="wirepost", nonce="%s", uri="/", nc=00000001, cnonce="c", qop=auth, response="%s"`,
		'!', a.nonce, algorithms[i].response(a, "tanstaaftanstaaf", "GET", nil))
	w := d.send("GET", "/", "", strings.Replace(line, "!", "\xfc", 1))
	require.Equal(t, "jürgen ", w.Body.String())
}

// TestWindows: what is forgotten is stale, and nothing else.
func TestWindows(t *testing.T) {
	var w windows
	begin := time.Unix(1e9, 0)
	at := func(i int) time.Time { return begin.Add(time.Duration(i) * time.Millisecond) }
	for i := range 3 * maxWindows {
		fresh, stale := w.use(fmt.Sprint(i), at(i), 1)
		require.True(t, fresh)
		require.False(t, stale)
		require.LessOrEqual(t, len(w.young)+len(w.old), 2*maxWindows)
	}
	for i := range 3 * maxWindows {
		fresh, stale := w.use(fmt.Sprint(i), at(i), 1)
		require.False(t, fresh)
		require.Equal(t, i < maxWindows, stale, i)
	}
}
