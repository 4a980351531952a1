//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
)

// people are accounts whose passwords the server knows.
type people map[string]string

func (p people) Secret(_ context.Context, _ *auth.Conn, name string) (user, secret string, err error) {
	secret, ok := p[name]
	if !ok {
		return "", "", auth.ErrCredentials
	}
	return name, secret, nil
}

func (p people) VerifyPassword(ctx context.Context, c *auth.Conn, name, password string) (user string, err error) {
	user, secret, err := p.Secret(ctx, c, name)
	if err == nil && secret != password {
		err = auth.ErrCredentials
	}
	return user, err
}

// serveHTTP starts a web server behind h, under TLS if there is a certificate. It
// says who is there and how long a body was. It returns the beginning of URLs.
func serveHTTP(t *testing.T, h *httpauth.Handler, cert *certificate) string {
	t.Helper()
	h.Auth.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	h.Next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := httpauth.Identity(r.Context())
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%s %s %s %d %v\n", r.Method, id.User, id.Mechanism, n, err)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := &http.Server{Handler: h, ConnContext: httpauth.ConnContext}
	done := make(chan error, 1)
	scheme := "http"
	if cert != nil {
		scheme = "https"
		go func() { done <- srv.ServeTLS(l, cert.file, cert.file) }()
	} else {
		go func() { done <- srv.Serve(l) }()
	}
	t.Cleanup(func() {
		srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return scheme + "://localhost:" + port
}

// TestCurlHTTP has curl log in by each scheme that it knows. Its Negotiate is not
// among them: that takes a Kerberos server, or a plugin for NTLM.
func TestCurlHTTP(t *testing.T) {
	curl := find(t, "curl", "curl")
	cert := newCertificate(t)
	large := write(t, filepath.Join(t.TempDir(), "large"), strings.Repeat("0123456789abcdef", 1<<17))
	accounts := people{"tim": "tanstaaftanstaaf", "jürgen": "pässword"}
	for _, c := range []struct {
		name, option string
		schemes      []string
		digest       httpauth.Digest
		want         string
	}{
		{"ntlm", "--ntlm", nil, httpauth.Digest{}, "NTLM"},
		{"digest", "--digest", nil, httpauth.Digest{}, "Digest"},
		{"digest MD5", "--digest", nil, httpauth.Digest{Algorithms: []string{"MD5"}}, "Digest"},
		{"digest MD5-sess", "--digest", nil, httpauth.Digest{Algorithms: []string{"MD5-sess"}, Integrity: true}, "Digest"},
		{"digest SHA-256-sess", "--digest", nil, httpauth.Digest{Algorithms: []string{"SHA-256-sess"}}, "Digest"},
		{"basic", "--basic", nil, httpauth.Digest{}, "Basic"},
		{"anyauth", "--anyauth", nil, httpauth.Digest{}, "Digest"},
		{"anyauth NTLM", "--anyauth", []string{"Basic", "NTLM"}, httpauth.Digest{}, "NTLM"},
		{"anyauth Basic", "--anyauth", []string{"Basic"}, httpauth.Digest{}, "Basic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, cert := range []*certificate{nil, cert} {
				url := serveHTTP(t, &httpauth.Handler{
					Auth:  &auth.Authenticator{Accounts: &auth.NTLM{Accounts: accounts, Domain: "EXAMPLE"}, AllowInsecure: true},
					Realm: "im.example", Schemes: c.schemes, Digest: c.digest, Account: httpauth.WindowsAccount("im.example"),
					MaxBody: 4 << 20,
				}, cert)
				ask := func(user string, args ...string) string {
					args = append([]string{"--silent", "--show-error", "--max-time", "60", c.option, "--user", user, "--write-out", "%{http_code}"}, args...)
					if cert != nil {
						args = append(args, "--cacert", cert.file)
					}
					if c.want == "NTLM" {
						args = append(args, "--http1.1") // it is not offered in HTTP/2
					}
					out, err := run(t, curl, args...)
					require.NoError(t, err, out)
					return out
				}
				for _, user := range []string{"tim:tanstaaftanstaaf", `EXAMPLE\tim:tanstaaftanstaaf`, "EXAMPLE/tim:tanstaaftanstaaf"} {
					require.Equal(t, "GET tim "+c.want+" 0 <nil>\n200", ask(user, url+"/a?b=c"))
				}
				if c.want != "NTLM" { // whose code page curl cannot know
					require.Equal(t, "GET jürgen "+c.want+" 0 <nil>\n200", ask("jürgen:pässword", url))
				}
				require.Equal(t, "POST tim "+c.want+" 6 <nil>\n200", ask("tim:tanstaaftanstaaf", "--data", "a body", url))
				require.Equal(t, "SUBSCRIBE tim "+c.want+" 6 <nil>\n200", ask("tim:tanstaaftanstaaf", "--request", "SUBSCRIBE", "--data", "a body", url))
				require.Equal(t, "POST tim "+c.want+" 2097152 <nil>\n200", ask("tim:tanstaaftanstaaf", "--data-binary", "@"+large, url))
				// The second one goes over the same connection, or by the same nonce.
				twice := strings.Repeat("GET tim "+c.want+" 0 <nil>\n200", 2)
				require.Equal(t, twice, ask("tim:tanstaaftanstaaf", url+"/1", url+"/2"))
				for _, user := range []string{"tim:wrong", "tom:tanstaaftanstaaf"} {
					require.Contains(t, ask(user, url), "<h1>Unauthorized</h1>")
				}
			}
		})
	}
}

// lwpScript asks by libwww-perl, as the clients of RVP in Perl do.
const lwpScript = `
use strict; use LWP::UserAgent; use HTTP::Request;
my ($url, $realm, $user, $password) = @ARGV;
my $ua = LWP::UserAgent->new(keep_alive => 1, timeout => 60);
my $host = URI->new($url)->host_port;
$ua->credentials($host, $realm, $user, $password);
for my $n (1, 2) {
	my $r = $ua->request(HTTP::Request->new('SUBSCRIBE', "$url/$n", ['Content-Type' => 'text/xml'], 'a body'));
	print $r->code, " ", $r->content;
}
`

// TestLWP has libwww-perl log in by NTLMv1, which is all that it knows of NTLM,
// and by Digest.
func TestLWP(t *testing.T) {
	perl := find(t, "perl", "perl")
	for _, module := range []string{"LWP::Authen::Ntlm", "Authen::NTLM"} {
		out, err := run(t, perl, "-M"+module, "-e", "1")
		require.NoError(t, err, "install the Debian packages libwww-perl and libauthen-ntlm-perl: %s", out)
	}
	script := write(t, filepath.Join(t.TempDir(), "lwp.pl"), lwpScript)
	for _, c := range []struct {
		scheme, realm, user string
		algorithms          []string
	}{
		{"NTLM", "", `EXAMPLE\tim`, nil},
		{"NTLM", "", `\tim`, nil},
		{"Digest", "im.example", "tim", nil},
		{"Digest", "im.example", `EXAMPLE\tim`, []string{"MD5"}},
		{"Digest", "im.example", "EXAMPLE/tim", []string{"MD5"}},
		{"Digest", "im.example", "tim@im.example", []string{"MD5"}},
	} {
		for _, v1 := range []bool{true, false} {
			url := serveHTTP(t, &httpauth.Handler{
				Auth: &auth.Authenticator{Accounts: &auth.NTLM{
					Accounts: people{"tim": "tanstaaftanstaaf"}, Domain: "EXAMPLE", AllowV1: v1,
				}},
				Realm: "im.example", Schemes: []string{c.scheme}, Account: httpauth.WindowsAccount("im.example"),
				Digest: httpauth.Digest{Algorithms: c.algorithms, Integrity: true},
			}, nil)
			out, err := run(t, perl, script, url, c.realm, c.user, "tanstaaftanstaaf")
			require.NoError(t, err, out)
			if c.scheme == "NTLM" && !v1 {
				require.NotContains(t, out, "200")
				continue
			}
			require.Equal(t, strings.Repeat("200 SUBSCRIBE tim "+c.scheme+" 6 <nil>\n", 2), out)
			out, err = run(t, perl, script, url, c.realm, c.user, "wrong")
			require.NoError(t, err, out)
			require.NotContains(t, out, "200 ")
		}
	}
}

// v2Script says what Authen::NTLM answers to a server, by NTLMv2.
const v2Script = `
use strict; use LWP::UserAgent; use HTTP::Request; use Authen::NTLM;
ntlmv2(1);
my ($url, $user, $password) = @ARGV;
my $ua = LWP::UserAgent->new(keep_alive => 1, timeout => 60);
$ua->credentials(URI->new($url)->host_port, '', $user, $password);
my $r = $ua->request(HTTP::Request->new('GET', $url));
print $r->code, " ", $r->content;
`

// TestLWPv2: Authen::NTLM knows a kind of NTLMv2 whose clock stands in 1601.
func TestLWPv2(t *testing.T) {
	perl := find(t, "perl", "perl")
	script := write(t, filepath.Join(t.TempDir(), "v2.pl"), v2Script)
	for skew, want := range map[time.Duration]string{0: "401 ", -1: "200 GET tim NTLM 0 <nil>"} {
		url := serveHTTP(t, &httpauth.Handler{
			Auth:    &auth.Authenticator{Accounts: &auth.NTLM{Accounts: people{"tim": "tanstaaftanstaaf"}, MaxSkew: skew}},
			Schemes: []string{"NTLM"},
		}, nil)
		out, err := run(t, perl, script, url, `\tim`, "tanstaaftanstaaf")
		require.NoError(t, err, out)
		require.Contains(t, out, want)
	}
}

// pythonScript asks by Python's urllib.
const pythonScript = `
import sys, urllib.error, urllib.request
url, realm, user, password = sys.argv[1:]
handler = urllib.request.HTTPDigestAuthHandler()
handler.add_password(realm, url, user, password)
opener = urllib.request.build_opener(handler)
for n in "1", "2":
    try:
        with opener.open(urllib.request.Request(url + "/" + n, data=b"a body", method="PROPFIND")) as r:
            print(r.status, r.read().decode(), end="")
    except urllib.error.HTTPError as e:
        print(e.code)
`

// TestPythonDigest has Python log in by Digest as of RFC 2617.
func TestPythonDigest(t *testing.T) {
	python := find(t, "python3", "python3")
	script := write(t, filepath.Join(t.TempDir(), "digest.py"), pythonScript)
	url := serveHTTP(t, &httpauth.Handler{
		Auth:  &auth.Authenticator{Accounts: people{"tim": "tanstaaftanstaaf"}},
		Realm: "im.example", Schemes: []string{"Digest"}, Digest: httpauth.Digest{Algorithms: []string{"MD5"}},
	}, nil)
	out, err := run(t, python, script, url, "im.example", "tim", "tanstaaftanstaaf")
	require.NoError(t, err, out)
	require.Equal(t, strings.Repeat("200 PROPFIND tim Digest 6 <nil>\n", 2), out)
	out, err = run(t, python, script, url, "im.example", "tim", "wrong")
	require.NoError(t, err, out)
	require.NotContains(t, out, "200")
}
