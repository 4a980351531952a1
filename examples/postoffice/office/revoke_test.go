package office

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
)

// TestRevoke: whoever is locked out, has another password or may no longer use a service is not connected any more, and is
// told so by the words of the protocol.
func TestRevoke(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	bob := o.DemoUsers()[1]
	accounts := o.Accounts()
	protocols := []struct{ service, server, greeting, login, ok, bye string }{
		{"submission", "submissions", "220", "EHLO x\r\n" + plain("bob", "%s"), "235", "421 4.7.0 this login has ended, log in again"},
		{"pop3", "pop3s", "+OK", "USER bob\r\nPASS %s", "+OK maildrop", "-ERR [AUTH] this login has ended, log in again"},
		{"imap4", "imaps", "* OK", "a LOGIN bob %s", "a OK", "* BYE this login has ended, log in again"},
		{"nntp", "nntps", "20", "AUTHINFO USER bob\r\nAUTHINFO PASS %s", "281", "400 this login has ended, log in again"},
	}
	password := bob.Password
	for _, tt := range []struct {
		name    string
		change  func() error
		restore manage.UserChange
		ends    func(service string) bool
	}{
		{
			"disabled", func() error { return accounts.Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}) },
			manage.UserChange{Disabled: new(false)},
			func(string) bool { return true },
		},
		{"new password", func() error {
			password = "correct-horse"
			return accounts.Change(t.Context(), "bob", manage.UserChange{Password: &password})
		}, manage.UserChange{Disabled: new(false)}, func(string) bool { return true }},
		{"switched off", func() error {
			return accounts.Change(t.Context(), "bob", manage.UserChange{Without: &[]string{"imap4", "submission"}})
		}, manage.UserChange{Without: &[]string{}}, func(s string) bool { return s == "imap4" || s == "submission" }},
		{
			"another's", func() error { return accounts.Change(t.Context(), "alice", manage.UserChange{Disabled: new(true)}) },
			manage.UserChange{Disabled: new(false)},
			func(string) bool { return false },
		},
		{"removed", func() error { return accounts.Remove(t.Context(), "bob") }, manage.UserChange{}, func(string) bool { return true }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var lines []*bufio.Reader
			var conns []net.Conn
			for _, p := range protocols {
				nc, r := o.loginRaw(t, p.server, p.greeting, strings.ReplaceAll(p.login, plain("bob", "%s"), plain("bob", password)), password, p.ok)
				conns, lines = append(conns, nc), append(lines, r)
			}
			l, err := ldap.DialURL("ldap://" + o.Addresses()["ldap"])
			require.NoError(t, err)
			defer l.Close()
			require.NoError(t, l.StartTLS(&tls.Config{InsecureSkipVerify: true}))
			require.NoError(t, l.Bind("bob", password))
			people, err := o.People().Online(t.Context())
			require.NoError(t, err)
			require.Len(t, people, len(protocols))

			require.NoError(t, tt.change())
			for i, p := range protocols {
				if !tt.ends(p.service) {
					_, err := fmt.Fprint(conns[i], "NOOP\r\n") // which all of them answer
					require.NoError(t, err)
					line, err := lines[i].ReadString('\n')
					require.NoError(t, err)
					require.NotContains(t, line, "ended", p.service)
					continue
				}
				line, err := lines[i].ReadString('\n')
				require.NoError(t, err, p.service)
				require.Equal(t, p.bye+"\r\n", line)
				_, err = lines[i].ReadByte()
				require.Error(t, err, p.service)
			}
			_, err = l.Search(ldap.NewSearchRequest("dc=postoffice,dc=test", ldap.ScopeWholeSubtree, 0, 1, 0, false, "(uid=alice)", nil, nil))
			if tt.ends("ldap") {
				require.Error(t, err)
			} else if err != nil {
				require.True(t, ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded), "%v", err)
			}
			for i := range conns {
				conns[i].Close()
			}
			if tt.name != "removed" {
				require.NoError(t, accounts.Change(t.Context(), "bob", tt.restore))
				require.NoError(t, accounts.Change(t.Context(), "alice", manage.UserChange{Disabled: new(false)}))
			}
			require.Eventually(t, func() bool {
				people, err := o.People().Online(t.Context())
				return err == nil && len(people) == 0
			}, time.Minute, time.Millisecond)
		})
	}
}

// loginRaw opens a conversation over TLS, and logs in by the last of the lines.
func (o *running) loginRaw(t *testing.T, server, greeting, login, password, ok string) (net.Conn, *bufio.Reader) {
	t.Helper()
	nc, err := tls.Dial("tcp", o.Addresses()[server], &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	r := bufio.NewReader(nc)
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(line, greeting), line)
	_, err = fmt.Fprint(nc, strings.ReplaceAll(login, "%s", password)+"\r\n")
	require.NoError(t, err)
	for !strings.HasPrefix(line, ok) {
		line, err = r.ReadString('\n')
		require.NoError(t, err, server)
	}
	return nc, r
}

// TestRevokeWeb: the sessions of an administrator end with his password, and with his role.
func TestRevokeWeb(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	for _, c := range []manage.UserChange{{Password: new("correct horse")}, {Administrator: new(false)}, {Disabled: new(true)}} {
		session := o.administrate(t, "alice", o.DemoUsers()[0].Password)
		require.Equal(t, http.StatusOK, session())
		require.NoError(t, o.Accounts().Change(t.Context(), "alice", c))
		require.Equal(t, http.StatusSeeOther, session(), "to the login")
		require.NoError(t, o.Accounts().Change(t.Context(), "alice", manage.UserChange{Password: &o.DemoUsers()[0].Password, Administrator: new(true)}))
	}
}

// administrate logs in to the administration, and returns what asks for a page.
func (o *running) administrate(t *testing.T, name, password string) (status func() int) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm("http://"+o.Addresses()["admin"]+"/login", map[string][]string{"name": {name}, "password": {password}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusSeeOther, resp.StatusCode)
	return func() int {
		resp, err := client.Get("http://" + o.Addresses()["admin"] + "/accounts")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
}

// TestRevokeWaiting: who waits for news, or sends one command after the other without waiting, is sent away, too.
func TestRevokeWaiting(t *testing.T) {
	o := start(t, Config{Dir: t.TempDir()})
	bob := o.DemoUsers()[1]
	idle, news := o.loginRaw(t, "imaps", "* OK", "a LOGIN bob %s", bob.Password, "a OK")
	_, err := fmt.Fprint(idle, "b SELECT INBOX\r\nc IDLE\r\n")
	require.NoError(t, err)
	for line := ""; !strings.HasPrefix(line, "+ "); {
		line, err = news.ReadString('\n')
		require.NoError(t, err)
	}
	var busy []*bufio.Reader
	for _, p := range [][5]string{
		{"imaps", "* OK", "a LOGIN bob %s", "a OK", "d NOOP\r\n"},
		{"pop3s", "+OK", "USER bob\r\nPASS %s", "+OK maildrop", "NOOP\r\n"},
		{"nntps", "20", "AUTHINFO USER bob\r\nAUTHINFO PASS %s", "281", "DATE\r\n"},
	} {
		nc, r := o.loginRaw(t, p[0], p[1], p[2], bob.Password, p[3])
		busy = append(busy, r)
		go func() { // until it is cut
			for err := error(nil); err == nil; {
				_, err = fmt.Fprint(nc, strings.Repeat(p[4], 100))
			}
		}()
	}
	require.NoError(t, o.Accounts().Change(t.Context(), "bob", manage.UserChange{Disabled: new(true)}))
	line, err := news.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "* BYE this login has ended")
	for _, r := range busy { // the last words may be lost to those who go on sending
		for err = nil; err == nil; {
			_, err = r.ReadString('\n')
		}
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	}
}
