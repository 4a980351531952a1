package office

import (
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// A first start makes all that the server needs, for its user alone.
func TestFirstStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	o := start(t, Config{Dir: dir})
	require.True(t, o.FirstStart())
	require.Len(t, o.DemoUsers(), 2)
	for i, name := range []string{"alice", "bob"} {
		u := o.DemoUsers()[i]
		require.Equal(t, name, u.Name)
		require.Equal(t, name+"@postoffice.test", u.Address)
		require.Regexp(t, `^[a-z2-7]{16}$`, u.Password)
	}
	require.NotEqual(t, o.DemoUsers()[0].Password, o.DemoUsers()[1].Password)
	require.Len(t, o.Addresses(), len(Services()))

	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		require.Equal(t, want, info.Mode().Perm(), path)
		require.NotContains(t, d.Name(), ".new-", "temporary files are removed")
		return nil
	}))
	var files []string
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		files = append(files, e.Name())
	}
	require.ElementsMatch(t, []string{certFile, demoFile, saltFile, cancelFile, socketFile, storeDir, queueDir, trackDir, imDir}, files)
}

// The certificate is for the host name and the loopback addresses, and clients
// that are told to trust it do.
func TestCertificate(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir(), Hostname: "mail.postoffice.test"})
	defer o.Close()
	content, err := os.ReadFile(o.CertificateFile())
	require.NoError(t, err)
	block, _ := pem.Decode(content)
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	for _, host := range []string{"mail.postoffice.test", "localhost", "127.0.0.1", "::1"} {
		_, err := cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: host})
		require.NoError(t, err, host)
	}
}

// The domain of the first start stays, and is how the servers name themselves
// unless they are told otherwise.
func TestDomainStays(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, open(t, Config{Dir: dir, Domain: "first.test"}).Close())
	for _, c := range []Config{{Dir: dir}, {Dir: dir, Domain: "other.test"}} {
		o := open(t, c)
		require.Equal(t, "first.test", o.server("smtp").(*smtp.Server).Hostname)
		require.Equal(t, []string{"first.test"}, o.server("smtp").(*smtp.Server).Domains)
		require.Equal(t, "alice@first.test", o.DemoUsers()[0].Address)
		require.NoError(t, o.Close())
	}
	o := open(t, Config{Dir: dir, Hostname: "mail.first.test"})
	defer o.Close()
	for _, name := range []string{o.server("smtp").(*smtp.Server).Hostname, o.server("submission").(*smtp.Server).Hostname, o.server("pop3").(*pop3.Server).Hostname} {
		require.Equal(t, "mail.first.test", name)
	}
}

// A later start finds users, mail and certificate as they were.
func TestSecondStart(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Config{Dir: dir})
	certificate, err := os.ReadFile(first.CertificateFile())
	require.NoError(t, err)
	first.submit(t, "bob@postoffice.test", "Subject: kept\r\n\r\nHello\r\n", "alice@postoffice.test")
	require.NoError(t, first.stop())

	second := start(t, Config{Dir: dir, Domain: "other.test"})
	require.False(t, second.FirstStart())
	require.Equal(t, first.DemoUsers(), second.DemoUsers())
	again, err := os.ReadFile(second.CertificateFile())
	require.NoError(t, err)
	require.Equal(t, certificate, again)
	messages := second.read(t, second.DemoUsers()[0])
	require.Len(t, messages, 1)
	require.Contains(t, messages[0], "Subject: kept\r\n\r\nHello\r\n")
}

// refused opens an Office that cannot be, and returns why.
func refused(t *testing.T, c Config) string {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	o, err := Open(t.Context(), c)
	if err == nil {
		o.Close()
	}
	require.Error(t, err)
	return err.Error()
}

// Errors say what to change.
func TestOpenErrors(t *testing.T) {
	t.Run("no folder", func(t *testing.T) {
		require.Equal(t, "no data folder is set", refused(t, Config{}))
	})
	t.Run("folder is a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.Contains(t, refused(t, Config{Dir: path, Ephemeral: true}), "data folder: mkdir "+path)
	})
	t.Run("port is taken", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		dir := t.TempDir()
		taken := Config{Dir: dir, Ephemeral: true, Addresses: map[string]string{"pop3": l.Addr().String()}}
		why := refused(t, taken)
		require.Contains(t, why, "pop3: listen tcp "+l.Addr().String())
		require.Contains(t, why, "choose another address with -pop3 HOST:PORT, or free ports with -ephemeral")
		// What was opened before has been closed.
		require.NoError(t, open(t, Config{Dir: dir}).Close())
	})
	t.Run("folder is in use", func(t *testing.T) {
		dir := t.TempDir()
		defer open(t, Config{Dir: dir}).Close()
		require.Equal(t, "data folder "+dir+": in use by another process; stop that one first, or use another folder with -data",
			refused(t, Config{Dir: dir, Ephemeral: true}))
	})
	t.Run("no such service", func(t *testing.T) {
		why := refused(t, Config{Dir: t.TempDir(), Addresses: map[string]string{"gopher": "127.0.0.1:70"}})
		require.Equal(t, `there is no service "gopher" to listen on 127.0.0.1:70`, why)
	})
	t.Run("no port", func(t *testing.T) {
		why := refused(t, Config{Dir: t.TempDir(), Addresses: map[string]string{"smtp": "127.0.0.1"}})
		require.Equal(t, "address of smtp: address 127.0.0.1: missing port in address; write it as host:port", why)
	})
	t.Run("bad certificate", func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, certFile)
		require.NoError(t, os.WriteFile(path, []byte("garbage"), 0o600))
		why := refused(t, Config{Dir: dir, Ephemeral: true, NewStore: true})
		require.Contains(t, why, "certificate "+path+": ")
		require.Contains(t, why, "put certificate and key into it as PEM, or remove it to get a new one")
	})
	t.Run("unreadable certificate", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, certFile), 0o700))
		require.Contains(t, refused(t, Config{Dir: dir, Ephemeral: true, NewStore: true}), "certificate "+filepath.Join(dir, certFile)+": ")
	})
	t.Run("damaged demo users", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, open(t, Config{Dir: dir}).Close())
		path := filepath.Join(dir, demoFile)
		require.NoError(t, os.WriteFile(path, []byte(`[{"name": "al`), 0o600))
		why := refused(t, Config{Dir: dir, Ephemeral: true})
		require.Contains(t, why, "demo users: "+path+": unexpected end of JSON input; remove the file to do without")
		require.NoError(t, os.Remove(path))
		o := open(t, Config{Dir: dir})
		defer o.Close()
		require.Empty(t, o.DemoUsers())
	})
}

// What is no domain is refused before anything is made.
func TestBadDomains(t *testing.T) {
	for _, domain := range []string{
		"a b", "a@b", "a..b", ".a", "a.", "-a", "a/b", "a\r\nb", "a\x00", "b\u00fccher.test", "[127.0.0.1]", strings.Repeat("a", 64) + ".test",
	} {
		dir := filepath.Join(t.TempDir(), "data")
		require.Contains(t, refused(t, Config{Dir: dir, Domain: domain}), "write it with letters, digits, hyphens and dots", "%q", domain)
		require.Contains(t, refused(t, Config{Dir: dir, Hostname: domain}), "hostname ", "%q", domain)
		require.NoDirExists(t, dir)
	}
}

// The end of the context ends idle conversations, with a goodbye.
func TestStops(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	smtp, pop3 := o.dial(t, "smtp"), o.dial(t, "pop3")
	stopped := make(chan error)
	go func() { stopped <- o.stop() }()
	require.Regexp(t, `^421 4\.3\.2 `, smtp.line())
	smtp.gone()
	require.Regexp(t, `^-ERR `, pop3.line())
	pop3.gone()
	require.NoError(t, <-stopped)
	for service, address := range o.Addresses() {
		_, err := net.Dial("tcp", address)
		require.Error(t, err, service)
	}
	require.NoFileExists(t, filepath.Join(o.config.Dir, socketFile))
	require.NoError(t, o.Close(), "after Serve it does nothing")
}

// A message that is under way when the server is told to stop is taken, and
// there after the next start.
func TestStopsAfterTheMessage(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("DATA", "354")
	c.send("Subject: under way\r\n\r\nfirst half\r\n")
	stopped := make(chan error)
	go func() { stopped <- o.stop() }()
	until(t, func() bool { // it has begun to stop
		nc, err := net.Dial("tcp", o.Addresses()["smtp"])
		if err == nil {
			nc.Close()
		}
		return err != nil
	})
	c.want("second half\r\n.", "250 2.0.0 delivered")
	require.Regexp(t, `^421 4\.3\.2 `, c.line())
	c.gone()
	require.NoError(t, <-stopped)

	again := start(t, Config{Dir: dir})
	messages := again.read(t, again.DemoUsers()[0])
	require.Len(t, messages, 1)
	require.True(t, strings.HasSuffix(messages[0], "\r\n\r\nfirst half\r\nsecond half\r\n"), "%q", messages[0])
}

// Close ends Serve and cuts conversations, in the midst of a message too, of
// which nothing is kept.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	c := o.dial(t, "smtp")
	c.want("EHLO client.example", "250 ")
	c.want("MAIL FROM:<>", "250")
	c.want("RCPT TO:<alice@postoffice.test>", "250")
	c.want("DATA", "354")
	c.send("Subject: cut\r\n\r\nfirst half\r\n")
	require.NoError(t, o.Close())
	_, err := c.r.ReadString('\n')
	require.Error(t, err)
	require.NoError(t, o.stop(), "Serve has returned")

	again := start(t, Config{Dir: dir})
	require.Empty(t, again.read(t, again.DemoUsers()[0]))
}

// A virtual server where nobody can come in any more says so, and the others go on.
func TestListenerFails(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	v := o.virtuals[0]
	o.dial(t, "smtp").quit() // it is served
	o.dial(t, "smtps").quit()
	require.NoError(t, v.places[0].listener.Close())
	require.NoError(t, v.places[1].listener.Close())
	v.engine.served.Wait()
	info := v.info()
	require.Equal(t, manage.Failed, info.State)
	require.Contains(t, info.Error, "smtp: ")
	require.Contains(t, info.Error, "use of closed network connection")
	o.dial(t, "submission").quit()
}
