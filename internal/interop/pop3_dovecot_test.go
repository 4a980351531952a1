//go:build interop

package interop

import (
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dovecotPOP3 are the settings of a Dovecot that serves POP3, of version 2.3.
const dovecotPOP3 = `base_dir = $dir/run
state_dir = $dir/run
log_path = /dev/stderr
listen = 127.0.0.1
hostname = dovecot.example
ssl = yes
ssl_cert = <$cert
ssl_key = <$cert
protocols = pop3
auth_mechanisms = plain login apop cram-md5 digest-md5 scram-sha-1 scram-sha-256
auth_username_format = %n
auth_failure_delay = 0
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
pop3_lock_session = yes
mail_max_lock_timeout = 1s
passdb {
  driver = passwd-file
  args = $dir/passwd
}
userdb {
  driver = passwd-file
  args = $dir/passwd
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $pop3
  }
  inet_listener pop3s {
    port = $tls
    ssl = yes
  }
}
`

// A dovecotMaildrop is a Dovecot that serves POP3 for a test alone. Its user is
// alice, whose password is secret.
type dovecotMaildrop struct {
	addr, tls string // in the clear, with STLS, and with TLS from the beginning
	maildir   string
}

// startPOP3Dovecot starts Dovecot with messages in alice's maildrop.
func startPOP3Dovecot(t *testing.T, cert *certificate, messages ...string) *dovecotMaildrop {
	t.Helper()
	program := find(t, "dovecot", "dovecot-pop3d")
	_, err := os.Stat("/usr/lib/dovecot/pop3")
	require.NoError(t, err, "install the Debian package dovecot-pop3d")
	require.Zero(t, os.Geteuid(), "this Dovecot can only be started by root: run this test as root")
	version, err := run(t, program, "--version")
	require.NoError(t, err)
	if !strings.HasPrefix(version, "2.3.") {
		t.Skipf("the settings of this test are for Dovecot 2.3, which Debian 12 has; this is %s", version)
	}
	dir := openDir(t)
	home := filepath.Join(dir, "alice")
	d := &dovecotMaildrop{addr: freeAddr(t), tls: freeAddr(t), maildir: filepath.Join(home, "Maildir")}
	owner, err := user.Lookup("mail") // mail must not belong to root
	require.NoError(t, err)
	uid, err := strconv.Atoi(owner.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(owner.Gid)
	require.NoError(t, err)
	for _, sub := range []string{"", "Maildir", "Maildir/new", "Maildir/cur", "Maildir/tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(home, sub), 0o700))
		require.NoError(t, os.Chown(filepath.Join(home, sub), uid, gid))
	}
	for i, text := range messages {
		path := write(t, filepath.Join(d.maildir, "new", strconv.Itoa(1700000000+i)+".M1P1.host"), strings.ReplaceAll(text, "\r\n", "\n"))
		require.NoError(t, os.Chown(path, uid, gid))
	}
	write(t, filepath.Join(dir, "passwd"), "alice:{PLAIN}secret:"+owner.Uid+":"+owner.Gid+"::"+home+"::\n")
	_, port, err := net.SplitHostPort(d.addr)
	require.NoError(t, err)
	_, tlsPort, err := net.SplitHostPort(d.tls)
	require.NoError(t, err)
	conf := strings.NewReplacer("$dir", dir, "$cert", cert.file, "$pop3", port, "$tls", tlsPort).Replace(dovecotPOP3)
	start(t, program, []string{"-F", "-c", write(t, filepath.Join(dir, "dovecot.conf"), conf)}, nil, d.addr, d.tls)
	return d
}

// left counts the messages that are still there.
func (d *dovecotMaildrop) left(t *testing.T) int {
	t.Helper()
	return len(files(t, filepath.Join(d.maildir, "new"))) + len(files(t, filepath.Join(d.maildir, "cur")))
}
