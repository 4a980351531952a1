//go:build interop

package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// daemons are Postfix's services, none in a chroot.
const daemons = `cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

// mainConf is what main.cf begins with.
const mainConf = `compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file = /dev/stdout
myhostname = postfix.example
myorigin = postfix.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local mail
local_header_rewrite_clients =
smtp_address_preference = ipv4
minimal_backoff_time = 1h
notify_classes =
smtpd_tls_chain_files = $cert
smtpd_tls_security_level = may
smtp_tls_security_level = none
lmtp_tls_security_level = none
smtp_tls_CAfile = $cert
lmtp_tls_CAfile = $cert
virtual_mailbox_base = $dir/mail
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
virtual_mailbox_limit = 0
`

// A postfix is one that runs for a test alone.
type postfix struct {
	addr  string // SMTP
	smtps string // SMTP that begins with TLS
	conf  string // its folder of settings
	mail  string // where its mailboxes are
}

// startPostfix starts Postfix with settings for main.cf, one a line, and more
// services for master.cf.
func startPostfix(t *testing.T, cert *certificate, settings, services string) *postfix {
	t.Helper()
	program := find(t, "postfix", "postfix")
	require.Zero(t, os.Geteuid(), "Postfix can only be started by root: run this test as root")
	owner, err := user.Lookup("postfix")
	require.NoError(t, err, "install the Debian package postfix")
	dir := openDir(t)
	p := &postfix{
		addr:  freeAddr(t),
		smtps: freeAddr(t),
		conf:  filepath.Join(dir, "conf"),
		mail:  filepath.Join(dir, "mail"),
	}
	uid, _ := strconv.Atoi(owner.Uid)
	for _, sub := range []struct {
		name string
		uid  int
	}{{"conf", 0}, {"queue", 0}, {"data", uid}, {"mail", uid}} {
		path := filepath.Join(dir, sub.name)
		require.NoError(t, os.Mkdir(path, 0o755))
		require.NoError(t, os.Chown(path, sub.uid, 0))
	}
	names := strings.NewReplacer("$dir", dir, "$cert", cert.file, "$uid", owner.Uid, "$gid", owner.Gid)
	write(t, filepath.Join(p.conf, "main.cf"), names.Replace(mainConf)+settings)
	write(t, filepath.Join(p.conf, "master.cf"), fmt.Sprintf("%s inet n - n - - smtpd\n%s inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n", p.addr, p.smtps)+daemons+services)
	stop := func() { killMaster(t, filepath.Join(dir, "queue", "pid", "master.pid")) }
	start(t, program, []string{"-c", p.conf, "start-fg"}, stop, p.addr, p.smtps)
	return p
}

// killMaster kills Postfix's processes, which are a group of their own.
func killMaster(t *testing.T, pidFile string) {
	t.Helper()
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Error(err)
		return
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		t.Errorf("%s has %q", pidFile, text)
		return
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
}

// A queued is a recipient that Postfix keeps a message for, and why.
type queued struct {
	Address string `json:"address"`
	Reason  string `json:"delay_reason"`
}

// queue returns what Postfix still has.
func (p *postfix) queue(t *testing.T) (all []queued) {
	t.Helper()
	out, err := run(t, find(t, "postqueue", "postfix"), "-c", p.conf, "-j")
	require.NoError(t, err, out)
	for line := range strings.Lines(out) {
		var m struct {
			Recipients []queued `json:"recipients"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &m), line)
		all = append(all, m.Recipients...)
	}
	return all
}

// mailbox takes n messages out of a mailbox and returns them.
func (p *postfix) mailbox(t *testing.T, name string, n int) []string {
	t.Helper()
	return maildir(t, filepath.Join(p.mail, name), n)
}
