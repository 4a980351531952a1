//go:build interop

package interop

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/pop3/pop3test"
)

// A maildropServer is our POP3 server, twice: with STLS, and with TLS from the
// beginning. Its user is alice, whose password is secret.
type maildropServer struct {
	clear, tls *pop3test.Server
	ca         string // a file
}

// serveMaildrops starts servers with the messages of contents.
func serveMaildrops(t *testing.T) *maildropServer {
	t.Helper()
	cert := newCertificate(t)
	newServer := func() *pop3test.Server {
		srv := pop3test.NewUnstartedServer(t, pop3test.Mailbox{User: "alice", Password: "secret", Messages: texts()})
		srv.Config.TLSConfig.Certificates[0] = cert.Certificate
		srv.Config.Limits = pop3.Limits{ConnsPerAddr: -1}
		return srv
	}
	s := &maildropServer{clear: newServer(), tls: newServer(), ca: cert.file}
	s.clear.Start()
	s.tls.StartTLS()
	return s
}

func port(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	return port
}

// TestPOP3Curl has curl fetch and list by each way to log in that it knows.
func TestPOP3Curl(t *testing.T) {
	s := serveMaildrops(t)
	curl := find(t, "curl", "curl")
	fetch := func(t *testing.T, args ...string) string {
		t.Helper()
		out, err := run(t, curl, append([]string{"-sS", "-u", "alice:secret"}, args...)...)
		require.NoError(t, err, out)
		return out
	}
	for _, way := range []string{"*", "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "+APOP"} {
		t.Run(way, func(t *testing.T) {
			requireMessage(t, dots, fetch(t, "--login-options", "AUTH="+way, "pop3://"+s.clear.Addr+"/2"))
		})
	}
	t.Run("initial response", func(t *testing.T) {
		requireMessage(t, dots, fetch(t, "--sasl-ir", "--login-options", "AUTH=PLAIN", "pop3://"+s.clear.Addr+"/2"))
	})
	t.Run("STLS", func(t *testing.T) {
		requireMessage(t, dots, fetch(t, "--ssl-reqd", "--cacert", s.ca, "pop3://localhost:"+port(t, s.clear.Addr)+"/2"))
	})
	t.Run("TLS", func(t *testing.T) {
		for i, m := range contents {
			requireMessage(t, m.text, fetch(t, "--cacert", s.ca, fmt.Sprintf("pop3s://localhost:%s/%d", port(t, s.tls.Addr), i+1)))
		}
	})
	t.Run("LIST", func(t *testing.T) {
		require.Len(t, strings.Split(strings.TrimSpace(fetch(t, "pop3://"+s.clear.Addr+"/")), "\n"), len(contents))
		require.Contains(t, fetch(t, "-X", "UIDL", "pop3://"+s.clear.Addr+"/"), "1 1\r\n2 2\r\n")
	})
	t.Run("wrong password", func(t *testing.T) {
		_, err := run(t, curl, "-sS", "-u", "alice:wrong", "pop3://"+s.clear.Addr+"/")
		require.ErrorContains(t, err, "exit status 67")
	})
}

// TestPOP3Poplib has Python's poplib do all that it can.
func TestPOP3Poplib(t *testing.T) {
	s := serveMaildrops(t)
	python := find(t, "python3", "python3")
	script := write(t, filepath.Join(openDir(t), "fetch.py"), `import poplib, ssl, sys
how, port, ca, n = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
poplib._MAXLINE = 1 << 20
context = ssl.create_default_context(cafile=ca)
p = poplib.POP3_SSL('localhost', port, context=context) if how == 'tls' else poplib.POP3('localhost', port)
if how == 'stls':
    p.stls(context=context)
assert 'UIDL' in p.capa(), p.capa()
if how == 'utf8':
    assert p.utf8().startswith(b'+OK')
if how == 'apop':
    p.apop('alice', 'secret')
else:
    p.user('alice')
    p.pass_('secret')
assert p.stat()[0] == n
assert len(p.list()[1]) == n and len(p.uidl()[1]) == n
assert p.uidl(2).endswith(b' 2 2')
for i in range(1, n + 1):
    _, lines, octets = p.retr(i)
    assert octets == int(p.list(i).split()[2]), (i, octets)
_, lines, _ = p.retr(2)
sys.stdout.buffer.write(b''.join(line + b'\r\n' for line in lines))
assert len(p.top(2, 0)[1]) == 6
p.dele(1); p.rset(); p.noop()
try:
    p.retr(99)
except poplib.error_proto as e:
    assert b'no such message' in e.args[0]
if how == 'tls':
    p.dele(1)
p.quit()
`)
	for _, how := range []string{"clear", "stls", "tls", "apop", "utf8"} {
		t.Run(how, func(t *testing.T) {
			srv := s.clear
			if how == "tls" {
				srv = s.tls
			}
			out, err := run(t, python, script, how, port(t, srv.Addr), s.ca, strconv.Itoa(len(contents)))
			require.NoError(t, err, out)
			requireMessage(t, dots, out)
		})
	}
	require.Len(t, s.clear.Store.Messages("alice"), len(contents))
	require.Len(t, s.tls.Store.Messages("alice"), len(contents)-1)
}

// TestPOP3Mpop has mpop fetch and delete, pipelined or not.
func TestPOP3Mpop(t *testing.T) {
	mpop := find(t, "mpop", "mpop")
	for _, tt := range []struct{ name, auth, tls, pipelining string }{
		{"user", "user", "off", "on"},
		{"apop", "apop", "off", "off"},
		{"plain", "plain", "on", "on"},
		{"scram-sha-256", "scram-sha-256", "off", "on"},
		{"cram-md5", "cram-md5", "off", "auto"},
		{"digest-md5", "digest-md5", "off", "on"},
		{"best of TLS", "on", "on", "on"},
		{"best of STLS", "on", "starttls", "off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveMaildrops(t)
			dir := openDir(t)
			for _, sub := range []string{"box", "box/new", "box/cur", "box/tmp"} {
				require.NoError(t, os.Mkdir(filepath.Join(dir, sub), 0o755))
			}
			srv, security := s.clear, []string{"--tls=off"}
			if tt.tls != "off" {
				security = []string{"--tls=on", "--tls-starttls=" + map[bool]string{true: "on", false: "off"}[tt.tls == "starttls"], "--tls-trust-file=" + s.ca}
				if tt.tls == "on" {
					srv = s.tls
				}
			}
			fetch := func(keep string) {
				out, err := run(t, mpop, append([]string{
					"--host=localhost", "--port=" + port(t, srv.Addr), "--user=alice", "--passwordeval=echo secret", "--auth=" + tt.auth,
					"--keep=" + keep, "--only-new=on", "--uidls-file=" + filepath.Join(dir, "uidls"), "--received-header=off",
					"--delivery=maildir," + filepath.Join(dir, "box"), "--pipelining=" + tt.pipelining,
				}, security...)...)
				require.NoError(t, err, out)
			}
			fetch("on")
			requireStored(t, files(t, filepath.Join(dir, "box", "new")))
			require.Len(t, srv.Store.Messages("alice"), len(contents))
			srv.Store.Deliver("alice", dots)
			fetch("off")
			require.Len(t, files(t, filepath.Join(dir, "box", "new")), len(contents)+1, "only what is new is fetched")
			require.Empty(t, srv.Store.Messages("alice"), "and all that was fetched is deleted")
		})
	}
}

// requireStored checks that each of contents is among files with Unix line ends.
func requireStored(t *testing.T, found map[string]string) {
	t.Helper()
	got := slices.Collect(maps.Values(found))
	require.Len(t, got, len(contents))
	for _, m := range contents {
		want := strings.ReplaceAll(m.text, "\r\n", "\n")
		require.True(t, slices.Contains(got, want), "%s is changed, or not there", m.name)
	}
}

// TestPOP3Fetchmail has fetchmail fetch and delete.
func TestPOP3Fetchmail(t *testing.T) {
	fetchmail := find(t, "fetchmail", "fetchmail")
	for _, tt := range []struct{ name, auth, tls string }{
		{"password", "password", "sslproto ''"},
		{"any", "any", "sslproto ''"},
		{"apop", "password", "sslproto ''"}, // protocol apop
		{"cram-md5", "cram-md5", "sslproto ''"},
		{"STLS", "password", "sslproto 'tls1.2+' sslcertfile $ca"},
		{"TLS", "password", "ssl sslcertfile $ca"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveMaildrops(t)
			dir := openDir(t)
			srv, protocol := s.clear, "pop3"
			switch tt.name {
			case "TLS":
				srv = s.tls
			case "apop":
				protocol = "apop"
			}
			rc := write(t, filepath.Join(dir, "rc"), fmt.Sprintf(
				"poll localhost protocol %s port %s auth %s user alice password secret fetchall nokeep %s mda \"cat >> %s && echo END-OF-ONE >> %[5]s\"\n",
				protocol, port(t, srv.Addr), tt.auth, strings.ReplaceAll(tt.tls, "$ca", s.ca), filepath.Join(dir, "box")))
			require.NoError(t, os.Chmod(rc, 0o600))
			out, err := run(t, fetchmail, "-f", rc, "--pidfile", filepath.Join(dir, "pid"), "--nosyslog", "--nodetach", "--invisible", "-i", filepath.Join(dir, "ids"))
			require.NoError(t, err, out)
			require.Empty(t, srv.Store.Messages("alice"))
			box, err := os.ReadFile(filepath.Join(dir, "box"))
			require.NoError(t, err)
			require.Equal(t, len(contents), bytes.Count(box, []byte("END-OF-ONE\n")))
			require.Contains(t, string(box), strings.ReplaceAll(dots[strings.Index(dots, "\r\n\r\n"):], "\r\n", "\n"))
		})
	}
}

// TestPOP3Getmail has getmail fetch, and delete. It refuses to run as root.
func TestPOP3Getmail(t *testing.T) {
	getmail, setpriv := find(t, "getmail", "getmail6"), find(t, "setpriv", "util-linux")
	require.Zero(t, os.Geteuid(), "to run getmail as another user takes root: run this test as root")
	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	uid, err := strconv.Atoi(nobody.Uid)
	require.NoError(t, err)
	for _, tt := range []struct{ name, retriever, more string }{
		{"clear", "SimplePOP3Retriever", ""},
		{"apop", "SimplePOP3Retriever", "use_apop = true\n"},
		{"TLS", "SimplePOP3SSLRetriever", "ca_certs = $ca\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serveMaildrops(t)
			dir := openDir(t)
			srv := s.clear
			if tt.name == "TLS" {
				srv = s.tls
			}
			for _, sub := range []string{"", "box", "box/new", "box/cur", "box/tmp"} {
				path := filepath.Join(dir, "home", sub)
				require.NoError(t, os.Mkdir(path, 0o700))
				require.NoError(t, os.Chown(path, uid, -1))
			}
			home := filepath.Join(dir, "home")
			rc := write(t, filepath.Join(home, "getmailrc"), fmt.Sprintf("[retriever]\ntype = %s\nserver = localhost\nport = %s\nusername = alice\npassword = secret\n%s"+
				"[destination]\ntype = Maildir\npath = %s/box/\n[options]\ndelete = true\nread_all = false\nreceived = false\ndelivered_to = false\n",
				tt.retriever, port(t, srv.Addr), strings.ReplaceAll(tt.more, "$ca", s.ca), home))
			require.NoError(t, os.Chown(rc, uid, -1))
			out, err := run(t, setpriv, "--reuid=nobody", "--regid=nogroup", "--clear-groups", getmail, "--getmaildir", home)
			require.NoError(t, err, out)
			require.Empty(t, srv.Store.Messages("alice"))
			require.Len(t, files(t, filepath.Join(home, "box", "new")), len(contents))
		})
	}
}
