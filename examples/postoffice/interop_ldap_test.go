//go:build interop

package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A slapd is OpenLDAP's server, with its configuration and data in a folder of its
// own. It needs the Debian packages slapd and ldap-utils.
type slapd struct {
	dir, address, url string
	cmd               *exec.Cmd
}

const slapdConf = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile %[1]s/slapd.pid
argsfile %[1]s/slapd.args
TLSCertificateFile %[2]s
TLSCertificateKeyFile %[2]s
database mdb
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw s3cret
directory %[1]s/db
limits dn.exact="cn=mail,dc=example,dc=org" size=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=mail,dc=example,dc=org" read by * none
`

const slapdEntries = `dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example

dn: cn=mail,dc=example,dc=org
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: r3ader

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit

dn: uid=tim,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
cn: Tim
sn: T
mail: tim@example.org
mail: sales@example.org
userPassword: tanstaaf

dn: uid=ann,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
cn: Ann
sn: A
mail: ann@example.org
userPassword: p\C3\A4ss

dn: uid=nopass,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
cn: No
sn: P
mail: nopass@example.org
`

// manyPeople are more than a server gives at once.
const manyPeople = 1200

func newSlapd(t *testing.T, certificate string) *slapd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &slapd{dir: t.TempDir(), address: l.Addr().String()}
	require.NoError(t, l.Close())
	s.url = "ldap://" + s.address
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "db"), 0o700))
	s.write(t, "slapd.conf", fmt.Sprintf(slapdConf, s.dir, certificate))
	entries := slapdEntries
	for i := range manyPeople {
		entries += fmt.Sprintf("\ndn: uid=p%[1]d,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: P\nsn: P\nmail: p%[1]d@example.org\n", i)
	}
	s.write(t, "entries.ldif", entries)
	s.run(t, "slapadd", "-f", filepath.Join(s.dir, "slapd.conf"), "-l", filepath.Join(s.dir, "entries.ldif"))
	s.start(t)
	t.Cleanup(s.stop)
	return s
}

func (s *slapd) write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func (s *slapd) run(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// start starts the server and waits until it takes connections.
func (s *slapd) start(t *testing.T) {
	t.Helper()
	// With -d it stays in the foreground.
	s.cmd = exec.Command("slapd", "-d", "none", "-h", s.url+"/", "-f", filepath.Join(s.dir, "slapd.conf"))
	s.cmd.Stderr = t.Output()
	require.NoError(t, s.cmd.Start())
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range 3000 {
		if c, err := net.Dial("tcp", s.address); err == nil {
			require.NoError(t, c.Close())
			return
		}
		<-ticker.C
	}
	require.FailNow(t, "slapd takes no connections after 30 seconds")
}

func (s *slapd) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// say sends lines to a server, the next when the last line of an answer has come,
// and returns that of the last answer.
func say(t *testing.T, address string, lines ...string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
	r := bufio.NewReader(c)
	answer := func() string {
		for {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			if len(line) < 4 || line[3] != '-' {
				return strings.TrimRight(line, "\r\n")
			}
		}
	}
	last := answer()
	for _, line := range lines {
		_, err := fmt.Fprintf(c, "%s\r\n", line)
		require.NoError(t, err)
		last = answer()
	}
	return last
}

func authPlain(name, password string) string {
	return "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+name+"\x00"+password))
}

// TestLDAP has users log in by the passwords of an LDAP server, with and without
// TLS to it, while it is there, while it is not, and when it is back.
func TestLDAP(t *testing.T) {
	path := buildProgram(t, ".")
	// A certificate for 127.0.0.1, and a key, are in any data folder.
	first := t.TempDir()
	startProgram(t, path, first).kill()
	certificate := filepath.Join(first, "certificate.pem")
	for _, startTLS := range []bool{false, true} {
		t.Run(fmt.Sprintf("StartTLS=%t", startTLS), func(t *testing.T) {
			s := newSlapd(t, certificate)
			flags := []string{
				"-domain", "example.org", "-ldap", s.url + "/ou=people,dc=example,dc=org?uid,mail??(objectClass=inetOrgPerson)",
				"-ldap-bind", "cn=mail,dc=example,dc=org", "-ldap-password-file", s.write(t, "password", "r3ader\n"),
			}
			if startTLS {
				flags = append(flags, "-ldap-starttls", "-ldap-ca", certificate)
			}
			data := filepath.Join(t.TempDir(), "data")
			p := startProgramWith(t, path, data, flags...)
			require.Empty(t, p.ready.Users)
			submit := func(name, password string) string {
				return say(t, p.ready.Submission, "EHLO client.test", authPlain(name, password))
			}
			fetch := func(name, password string) string {
				return say(t, p.ready.POP3, "USER "+name, "PASS "+password)
			}
			mail := func(to string) string {
				return say(t, p.ready.SMTP, "EHLO client.test", "MAIL FROM:<x@client.test>", "RCPT TO:<"+to+">")
			}

			require.Regexp(t, `^235 2\.7\.0`, submit("tim", "tanstaaf"))
			require.Regexp(t, `^235 2\.7\.0`, submit("sales@example.org", "tanstaaf"))
			require.Regexp(t, `^\+OK`, fetch("TIM", "tanstaaf"))
			for _, wrong := range [][2]string{{"tim", "wrong"}, {"nobody", "tanstaaf"}, {"nopass", "x"}, {"t*", "tanstaaf"}} {
				require.Regexp(t, `^535 5\.7\.8`, submit(wrong[0], wrong[1]))
				require.Regexp(t, `^-ERR \[AUTH\]`, fetch(wrong[0], wrong[1]))
			}
			require.Regexp(t, "^250 ", mail("tim@example.org"))
			require.Regexp(t, `^550 5\.1\.1`, mail("nobody@example.org"))
			require.Regexp(t, "^354", say(t, p.ready.SMTP, "EHLO client.test", "MAIL FROM:<x@client.test>", "RCPT TO:<ann@example.org>", "DATA"))
			require.Regexp(t, "^250 ", say(t, p.ready.Submission, "EHLO client.test", authPlain("tim", "tanstaaf"), "MAIL FROM:<sales@example.org>"))

			out, err := exec.CommandContext(t.Context(), path, "user", "list", "-data", data).CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Equal(t, 1+manyPeople+3, strings.Count(string(out), "\n"))
			require.Regexp(t, `(?m)^p1199 +p1199@example\.org `, string(out[max(0, len(out)-500):]))

			// A new password counts at once.
			change := s.write(t, "change.ldif", "dn: uid=tim,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: userPassword\nuserPassword: n3w\n")
			s.run(t, "ldapmodify", "-x", "-H", s.url, "-D", "cn=admin,dc=example,dc=org", "-w", "s3cret", "-f", change)
			require.Regexp(t, "^535", submit("tim", "tanstaaf"))
			require.Regexp(t, "^235", submit("tim", "n3w"))

			s.stop()
			require.Regexp(t, `^454 4\.7\.0`, submit("tim", "n3w"))
			require.Regexp(t, `^454 4\.7\.0`, submit("tim", "wrong"))
			require.Regexp(t, `^-ERR \[SYS/TEMP\]`, fetch("tim", "n3w"))
			require.Regexp(t, "^4", mail("someone@example.org"))
			s.start(t)
			require.Regexp(t, "^235", submit("tim", "n3w"))
			require.Regexp(t, `^\+OK`, fetch("tim", "n3w"))
			require.Regexp(t, "^550", mail("someone@example.org"))
		})
	}
}
