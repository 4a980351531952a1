//go:build interop

package main

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A fetcher is a program that users fetch mail by, and a way to log in. It
// deletes what it has fetched.
type fetcher struct {
	name  string
	args  func(f fetching) []string
	wrong int // exit status for a wrong password
}

// A fetching is what a fetcher is to do.
type fetching struct {
	t *testing.T
	*program
	name, password string
	trust          string // the server's certificate
	dir            string // for its own files; it puts messages into dir/box or dir/box/new
	count          int    // of messages
}

// write writes one of the program's own files, which nobody else may read.
func (f fetching) write(name, text string) string {
	path := filepath.Join(f.dir, name)
	require.NoError(f.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func curlFetch(url func(*program) string, args ...string) func(fetching) []string {
	return func(f fetching) []string {
		numbers := fmt.Sprintf("%s/[1-%d]", url(f.program), f.count)
		same := append([]string{"--silent", "--show-error", "--fail-early", "--cacert", f.trust, "--max-time", "60", "--user", f.name + ":" + f.password}, args...)
		line := slices.Concat([]string{"curl"}, same, []string{numbers, "--output", filepath.Join(f.dir, "box", "#1"), "--next"}, same)
		return append(line, "--request", "DELE", "--head", numbers)
	}
}

func clearURL(p *program) string { return "pop3://" + localhost(p.ready.POP3) }
func tlsURL(p *program) string   { return "pop3s://" + localhost(p.ready.POP3S) }

func mpopFetch(auth, tls string, args ...string) func(fetching) []string {
	return func(f fetching) []string {
		addr := f.ready.POP3
		if tls == "tls" {
			addr = f.ready.POP3S
		}
		line := []string{
			"mpop", "--host=localhost", "--port=" + port(addr), "--user=" + f.name, "--passwordeval=echo " + f.password, "--auth=" + auth,
			"--tls-trust-file=" + f.trust, "--tls=" + map[bool]string{true: "off", false: "on"}[tls == ""],
			"--tls-starttls=" + map[bool]string{true: "on", false: "off"}[tls == "stls"], "--timeout=60",
			"--keep=off", "--uidls-file=" + filepath.Join(f.dir, "uidls"), "--received-header=off", "--delivery=maildir," + filepath.Join(f.dir, "box"),
		}
		if tls == "" {
			line = slices.DeleteFunc(line, func(s string) bool { return strings.HasPrefix(s, "--tls-") })
		}
		return append(line, args...)
	}
}

func fetchmailFetch(protocol, auth, tls string) func(fetching) []string {
	return func(f fetching) []string {
		addr := f.ready.POP3
		if strings.HasPrefix(tls, "ssl ") {
			addr = f.ready.POP3S
		}
		rc := f.write("rc", fmt.Sprintf("poll localhost protocol %s port %s auth %s user %q password %q fetchall nokeep no rewrite %s sslcertfile %q mda \"cat > %s/box/$$\"\n",
			protocol, port(addr), auth, f.name, f.password, tls, f.trust, f.dir))
		return []string{"fetchmail", "-f", rc, "--pidfile", filepath.Join(f.dir, "pid"), "-i", filepath.Join(f.dir, "ids"), "--nosyslog", "--nodetach", "--timeout", "60"}
	}
}

// getmailFetch is for getmail, which does not run as root.
func getmailFetch(retriever, more string) func(fetching) []string {
	return func(f fetching) []string {
		addr := f.ready.POP3
		if strings.Contains(retriever, "SSL") {
			addr = f.ready.POP3S
		}
		f.write("getmailrc", fmt.Sprintf("[retriever]\ntype = %s\nserver = localhost\nport = %s\nusername = %s\npassword = %s\n%s"+
			"[destination]\ntype = Maildir\npath = %s/box/\n[options]\ndelete = true\nreceived = false\ndelivered_to = false\n",
			retriever, port(addr), f.name, f.password, strings.ReplaceAll(more, "$trust", f.trust), f.dir))
		return []string{"getmail", "--getmaildir", f.dir}
	}
}

func poplib(how string) func(fetching) []string {
	return func(f fetching) []string {
		addr := f.ready.POP3
		if how == "tls" {
			addr = f.ready.POP3S
		}
		return []string{"python3", f.write("fetch.py", poplibScript), how, port(addr), f.trust, f.name, f.password, filepath.Join(f.dir, "box")}
	}
}

// poplibScript fetches and deletes by Python's poplib. It exits like the others.
const poplibScript = `
import poplib, ssl, sys
how, port, trust, name, password, box = sys.argv[1:]
context = ssl.create_default_context(cafile=trust)
if how == "tls":
    p = poplib.POP3_SSL("localhost", int(port), timeout=60, context=context)
else:
    p = poplib.POP3("localhost", int(port), timeout=60)
if how == "stls":
    p.stls(context)
try:
    if how == "apop":
        p.apop(name, password)
    else:
        p.user(name)
        p.pass_(password)
except poplib.error_proto as e:
    print(e)
    sys.exit(77)
for line in p.list()[1]:
    number, size = line.split()
    answer, lines, octets = p.retr(int(number))
    assert octets == int(size), (octets, line)
    with open(box + "/" + number.decode(), "wb") as file:
        file.write(b"".join(line + b"\r\n" for line in lines))
    p.dele(int(number))
p.quit()
`

var fetchers = []fetcher{
	{"curl PLAIN", curlFetch(clearURL, "--login-options", "AUTH=PLAIN"), 67},
	{"curl LOGIN", curlFetch(clearURL, "--login-options", "AUTH=LOGIN"), 67},
	{"curl CRAM-MD5", curlFetch(clearURL, "--login-options", "AUTH=CRAM-MD5"), 67},
	{"curl DIGEST-MD5", curlFetch(clearURL, "--login-options", "AUTH=DIGEST-MD5"), 67},
	{"curl NTLM", curlFetch(clearURL, "--login-options", "AUTH=NTLM"), 67},
	{"curl APOP", curlFetch(clearURL, "--login-options", "AUTH=+APOP"), 67},
	{"curl STLS", curlFetch(clearURL, "--ssl-reqd"), 67},
	{"curl TLS initial response", curlFetch(tlsURL, "--login-options", "AUTH=PLAIN", "--sasl-ir"), 67},
	{"mpop USER", mpopFetch("user", ""), 77},
	{"mpop APOP not pipelined", mpopFetch("apop", "", "--pipelining=off"), 77},
	{"mpop CRAM-MD5", mpopFetch("cram-md5", ""), 77},
	{"mpop DIGEST-MD5", mpopFetch("digest-md5", ""), 77},
	{"mpop SCRAM-SHA-256", mpopFetch("scram-sha-256", "", "--pipelining=on"), 77},
	{"mpop STLS", mpopFetch("on", "stls"), 77},
	{"mpop TLS LOGIN pipelined", mpopFetch("login", "tls", "--pipelining=on"), 77},
	{"fetchmail USER", fetchmailFetch("pop3", "password", "sslproto ''"), 3},
	{"fetchmail APOP", fetchmailFetch("apop", "password", "sslproto ''"), 3},
	{"fetchmail CRAM-MD5", fetchmailFetch("pop3", "cram-md5", "sslproto ''"), 3},
	{"fetchmail STLS", fetchmailFetch("pop3", "password", "sslproto 'tls1.2+' sslcertck"), 3},
	{"fetchmail TLS", fetchmailFetch("pop3", "password", "ssl sslcertck"), 3},
	{"getmail", getmailFetch("SimplePOP3Retriever", ""), 127},
	{"getmail APOP", getmailFetch("SimplePOP3Retriever", "use_apop = true\n"), 127},
	{"getmail TLS", getmailFetch("SimplePOP3SSLRetriever", "ca_certs = $trust\n"), 127},
	{"Python USER", poplib("user"), 77},
	{"Python APOP", poplib("apop"), 77},
	{"Python STLS", poplib("stls"), 77},
	{"Python TLS", poplib("tls"), 77},
}

// fetch runs the program, getmail as nobody, whose all files become.
func (w *fetcher) fetch(t *testing.T, f fetching) (out string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := w.args(f)
	path, err := exec.LookPath(args[0])
	require.NoError(t, err, "install the Debian package %s", args[0])
	cmd := exec.CommandContext(ctx, path, args[1:]...)
	cmd.WaitDelay = time.Second
	cmd.Dir = f.dir
	cmd.Env = append(os.Environ(), "HOME="+f.dir, "FETCHMAILHOME="+f.dir)
	if args[0] == "getmail" && os.Geteuid() == 0 {
		const nobody = 65534
		require.NoError(t, filepath.WalkDir(f.dir, func(path string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Chown(path, nobody, nobody))
		}))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	b, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(b), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(b), 0
}

// newFetching makes a folder that everybody can get to.
func newFetching(t *testing.T, p *program, certificate []byte, password string) fetching {
	t.Helper()
	dir, err := os.MkdirTemp("", "fetch")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, sub := range []string{"box", "box/new", "box/cur", "box/tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	f := fetching{t: t, program: p, name: p.ready.Users[0].Name, password: password, dir: dir, count: len(contents)}
	f.trust = f.write("certificate.pem", string(certificate))
	return f
}

// fetched are the messages by the numbers that they have in the header.
func (f fetching) fetched(t *testing.T) map[int]string {
	t.Helper()
	all := make(map[int]string)
	for _, pattern := range []string{"box/*", "box/new/*"} {
		files, err := filepath.Glob(filepath.Join(f.dir, pattern))
		require.NoError(t, err)
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.IsDir() {
				continue
			}
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			_, rest, ok := strings.Cut(string(b), "\nX-Letter: ")
			require.True(t, ok, "%.300q", b)
			number, _, _ := strings.Cut(rest, "\n")
			i, err := strconv.Atoi(strings.TrimSuffix(number, "\r"))
			require.NoError(t, err)
			require.NotContains(t, all, i, "fetched twice")
			all[i] = string(b)
		}
	}
	return all
}

// TestFetching has the programs that users fetch mail by log in, fetch messages,
// which must come through as they are, and delete them; and fail to, by the exit
// status that tells why, with a wrong password. Most store CRLF as LF; fetchmail and
// getmail end a header that nothing follows by an empty line.
func TestFetching(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startProgramWith(t, buildProgram(t, "."), dir, "-legacy-auth", "-unguarded")
	certificate, err := os.ReadFile(filepath.Join(dir, "certificate.pem"))
	require.NoError(t, err)
	text := func(i int) string { return fmt.Sprintf("X-Letter: %d\r\n%s", i, contents[i].text) }
	for _, w := range fetchers {
		t.Run(w.name, func(t *testing.T) {
			for i := range contents {
				deliver(t, p, text(i))
			}
			f := newFetching(t, p, certificate, "wrong")
			out, status := w.fetch(t, f)
			require.Equal(t, w.wrong, status, out)
			require.Empty(t, f.fetched(t))

			f = newFetching(t, p, certificate, p.ready.Users[0].Password)
			out, status = w.fetch(t, f)
			require.Zero(t, status, out)
			got := f.fetched(t)
			require.Len(t, got, len(contents))
			for i, got := range got {
				want := text(i)
				if !strings.Contains(got, "\r\n") {
					want = strings.ReplaceAll(want, "\r\n", "\n")
					if strings.HasSuffix(got, want+"\n") && !strings.Contains(want, "\n\n") {
						want += "\n"
					}
				}
				require.True(t, strings.HasSuffix(got, want), "%s changed on its way: %.1000q", contents[i].name, got)
			}
			require.Empty(t, strings.TrimSpace(readMail(t, p, []string{""})), "all are deleted")
		})
	}
}

// deliver has the first user get a message.
func deliver(t *testing.T, p *program, text string) {
	t.Helper()
	c, err := smtp.Dial(p.ready.SMTP)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Mail(p.ready.Users[1].Address))
	require.NoError(t, c.Rcpt(p.ready.Users[0].Address))
	w, err := c.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, c.Quit())
}
