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

// dovecotConf are the settings of all versions of Dovecot.
const dovecotConf = `base_dir = $dir/run
state_dir = $dir/run
log_path = /dev/stderr
listen = 127.0.0.1
hostname = dovecot.example
ssl = yes
auth_mechanisms = plain login
first_valid_uid = 1
first_valid_gid = 1
service auth {
  unix_listener sasl {
    mode = 0666
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`

// dovecot23 are those of version 2.3, which Debian 12 has.
const dovecot23 = dovecotConf + `protocols = lmtp
ssl_cert = <$cert
ssl_key = <$cert
auth_username_format = %n
mail_location = maildir:~/Maildir
passdb {
  driver = passwd-file
  args = $dir/passwd
}
userdb {
  driver = passwd-file
  args = $dir/passwd
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $port
  }
  unix_listener lmtp {
    mode = 0666
  }
}
`

// dovecot24 are those of version 2.4, which Debian 13 has.
const dovecot24 = `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
` + dovecotConf + `protocols = lmtp
ssl_server_cert_file = $cert
ssl_server_key_file = $cert
auth_username_format = %{user | username}
mail_driver = maildir
mail_path = ~/Maildir
mail_inbox_path = ~/Maildir
passdb passwd-file {
  passwd_file_path = $dir/passwd
}
userdb passwd-file {
  passwd_file_path = $dir/passwd
}
service lmtp {
  inet_listener lmtp {
    listen = 127.0.0.1
    port = $port
  }
  unix_listener lmtp {
    mode = 0666
  }
}
`

// A dovecot is one that runs for a test alone. Its users are alice and bob,
// whose passwords are secret.
type dovecot struct {
	addr   string // LMTP
	socket string // the same
	sasl   string // a socket to have logins checked, for Postfix
	home   string // has a folder for each user, with the maildir Maildir
}

// startDovecot starts Dovecot.
func startDovecot(t *testing.T, cert *certificate) *dovecot {
	t.Helper()
	program := find(t, "dovecot", "dovecot-lmtpd")
	_, err := os.Stat("/usr/lib/dovecot/lmtp")
	require.NoError(t, err, "install the Debian package dovecot-lmtpd")
	require.Zero(t, os.Geteuid(), "this Dovecot can only be started by root: run this test as root")
	version, err := run(t, program, "--version")
	require.NoError(t, err)
	conf := dovecot24
	if strings.HasPrefix(version, "2.3.") {
		conf = dovecot23
	}
	dir := openDir(t)
	d := &dovecot{
		addr:   freeAddr(t),
		socket: filepath.Join(dir, "run", "lmtp"),
		sasl:   filepath.Join(dir, "run", "sasl"),
		home:   filepath.Join(dir, "home"),
	}
	owner, err := user.Lookup("mail") // mail must not belong to root
	require.NoError(t, err)
	uid, err := strconv.Atoi(owner.Uid)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(d.home, 0o755))
	require.NoError(t, os.Chown(d.home, uid, 0))
	account := func(name string) string {
		return name + ":{PLAIN}secret:" + owner.Uid + ":" + owner.Gid + "::" + filepath.Join(d.home, name) + "::\n"
	}
	write(t, filepath.Join(dir, "passwd"), account("alice")+account("bob"))
	_, port, err := net.SplitHostPort(d.addr)
	require.NoError(t, err)
	conf = strings.NewReplacer("$dir", dir, "$cert", cert.file, "$port", port).Replace(conf)
	start(t, program, []string{"-F", "-c", write(t, filepath.Join(dir, "dovecot.conf"), conf)}, nil, d.addr, d.socket, d.sasl)
	return d
}

// mailbox takes n messages out of a user's mailbox and returns them.
func (d *dovecot) mailbox(t *testing.T, name string, n int) []string {
	t.Helper()
	return maildir(t, filepath.Join(d.home, name, "Maildir"), n)
}
