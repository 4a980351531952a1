//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/smtp"
)

// relayZone has the destinations. Each has an address of its own, and all the
// same port.
const relayZone = `
	postfix.example.  MX 10 mx.postfix.example.
	mx.postfix.example.  A 127.0.0.2
	grey.example.     MX 10 mx.grey.example.
	mx.grey.example.  A 127.0.0.3
	slow.example.     MX 10 mx.slow.example.
	mx.slow.example.  A 127.0.0.4
	dead.example.     MX 10 mx.dead.example.
	mx.dead.example.  A 127.0.0.5
	backup.example.   MX 10 mx.dead.example.
	backup.example.   MX 20 mx.postfix.example.
	null.example.     MX 0 .
`

// reports has Python read a mailbox and tell of each recipient that a report in
// it is about: action, status and whether the message comes with it.
const reports = `
import email, json, poplib, sys
host, port, user, password = sys.argv[1:]
box = poplib.POP3(host, int(port))
box.user(user)
box.pass_(password)
found = {}
for i in range(1, len(box.list()[1]) + 1):
    m = email.message_from_bytes(b"\r\n".join(box.retr(i)[1]))
    assert m.get_content_type() == "multipart/report", m.as_string()
    assert m.get_param("report-type") == "delivery-status"
    assert m["Return-Path"] == "<>" and m["Auto-Submitted"]
    text, status, original = m.get_payload()
    assert text.get_content_type() == "text/plain"
    assert "Subject: relayed" in original.as_string(), original.as_string()
    for fields in status.get_payload()[1:]:
        to = fields["Final-Recipient"].split(";")[1].strip()
        assert to not in found, "told twice of " + to
        found[to] = fields["Action"] + " " + fields["Status"]
print(json.dumps(found))
`

// greylisting refuses each recipient at first, and keeps what it takes.
type greylisting struct {
	mu    sync.Mutex
	seen  map[string]bool
	taken []string
}

func (g *greylisting) rcpt(to string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.seen[to] {
		g.seen[to] = true
		return smtp.R(451, smtp.Enhanced{4, 7, 1}, "greylisted, come back")
	}
	return nil
}

// A greySession is one conversation with it.
type greySession struct{ list *greylisting }

func (s greySession) Mail(context.Context, smtp.MailParams) error { return nil }

func (s greySession) Rcpt(_ context.Context, to smtp.RcptParams) error {
	return s.list.rcpt(to.Path.String())
}

func (s greySession) Data(_ context.Context, env *smtp.Envelope, body io.Reader) (smtp.Reply, error) {
	if _, err := io.Copy(io.Discard, body); err != nil {
		return smtp.Reply{}, err
	}
	s.list.mu.Lock()
	defer s.list.mu.Unlock()
	for _, to := range env.To {
		s.list.taken = append(s.list.taken, to.Path.String())
	}
	return smtp.Reply{}, nil
}

func (s greySession) Reset()       {}
func (s greySession) Close() error { return nil }

// serveGreylisting serves on an address until the test is over.
func serveGreylisting(t *testing.T, addr string) *greylisting {
	t.Helper()
	list := &greylisting{seen: make(map[string]bool)}
	srv := &smtp.Server{
		Hostname: "mx.grey.example",
		Domains:  []string{"grey.example"},
		Backend: smtp.BackendFunc(func(context.Context, *smtp.Conn) (smtp.Session, error) {
			return greySession{list}, nil
		}),
	}
	l, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, srv.Close())
		require.ErrorIs(t, <-served, smtp.ErrServerClosed)
	})
	return list
}

// freePort is one that is free on all the addresses of relayZone.
func freePort(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddr(t))
	require.NoError(t, err)
	return port
}

// An office is the postoffice program, running.
type office struct {
	SMTP  string
	POP3  string
	Users []struct{ Name, Address, Password string }
}

// startOffice builds and starts the program.
func startOffice(t *testing.T, args ...string) *office {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "postoffice")
	out, err := run(t, find(t, "go", "golang"), "build", "-o", program, "../../examples/postoffice")
	require.NoError(t, err, out)
	ready := filepath.Join(dir, "ready.json")
	start(t, program, append([]string{"-ephemeral", "-data", filepath.Join(dir, "data"), "-ready", ready, "-insecure-auth"}, args...), nil)
	o := new(office)
	await(t, "the server is ready", func() bool {
		b, err := os.ReadFile(ready)
		return err == nil && json.Unmarshal(b, o) == nil
	})
	return o
}

// TestOfficeRelays has the postoffice program send mail to hosts that the DNS
// names: Postfix, which refuses somebody; one that greylists; one that is slow;
// one that is dead. Each recipient ends as he should, and the sender is told of
// those who were not served, once.
func TestOfficeRelays(t *testing.T) {
	port := freePort(t)
	post := startPostfix(t, newCertificate(t), "virtual_mailbox_domains = postfix.example, backup.example\nvirtual_mailbox_maps = inline:{ "+
		"{ anna@postfix.example = anna/ }, { anna@backup.example = anna/ } }\n", "127.0.0.2:"+port+" inet n - n - - smtpd\n")
	grey := serveGreylisting(t, "127.0.0.3:"+port)
	sink := []string{"-w", "2", "127.0.0.4:" + port, "100"}
	if os.Geteuid() == 0 {
		sink = append([]string{"-u", "nobody"}, sink...)
	}
	start(t, find(t, "smtp-sink", "postfix"), sink, nil, "127.0.0.4:"+port)
	dns := dnstest.NewServer(t, relayZone).Listen()
	o := startOffice(t, "-resolver", dns.String(), "-relay-port", port, "-private", "-trust", "127.0.0.0/8", "-retry", "1s", "-expire", "10s")
	alice := o.Users[0]

	to := []string{
		"anna@postfix.example", "nobody@postfix.example", "bert@grey.example", "carl@slow.example", "dora@dead.example",
		"anna@backup.example", "emil@null.example", "fritz@nowhere.example",
	}
	send := func(to ...string) {
		env, err := smtp.NewEnvelope(alice.Address, to...)
		require.NoError(t, err)
		c, err := smtp.Dial(within(t), o.SMTP, &smtp.Options{TLS: smtp.TLSNone})
		require.NoError(t, err)
		defer c.Close()
		out, err := c.Send(within(t), env, smtp.BodyFromBytes([]byte("Subject: relayed\r\n\r\n"+strings.Join(to, " ")+"\r\n")))
		require.NoError(t, err)
		require.NoError(t, out.Failure(env))
	}
	send(to...)

	letters := post.mailbox(t, "anna", 2)
	for _, letter := range letters {
		require.Contains(t, letter, "Subject: relayed")
		require.Contains(t, letter, "by postoffice.test with ESMTP id ")
	}
	want := map[string]string{
		"nobody@postfix.example": "failed 5.1.1",
		"dora@dead.example":      "failed 5.4.7",
		"emil@null.example":      "failed 5.1.10",
		"fritz@nowhere.example":  "failed 5.1.2",
	}
	host, pop3, err := net.SplitHostPort(o.POP3)
	require.NoError(t, err)
	var found map[string]string
	await(t, "the sender has been told of all", func() bool {
		out, err := run(t, find(t, "python3", "python3"), "-c", reports, host, pop3, alice.Name, alice.Password)
		require.NoError(t, err, out)
		require.NoError(t, json.Unmarshal([]byte(out), &found), out)
		return len(found) >= len(want)
	})
	require.Equal(t, want, found)
	grey.mu.Lock()
	defer grey.mu.Unlock()
	require.Equal(t, []string{"bert@grey.example"}, grey.taken)
}

// TestOfficeTellsOfItsQueue has the program's commands list what waits and what
// became of it.
func TestOfficeTellsOfItsQueue(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "postoffice")
	out, err := run(t, find(t, "go", "golang"), "build", "-o", program, "../../examples/postoffice")
	require.NoError(t, err, out)
	data, ready := filepath.Join(dir, "data"), filepath.Join(dir, "ready.json")
	start(t, program, []string{"-ephemeral", "-data", data, "-ready", ready, "-smarthost", freeAddr(t), "-trust", "127.0.0.0/8"}, nil)
	o := new(office)
	await(t, "the server is ready", func() bool {
		b, err := os.ReadFile(ready)
		return err == nil && json.Unmarshal(b, o) == nil
	})
	out, err = run(t, find(t, "swaks", "swaks"), "--server", o.SMTP, "--from", o.Users[0].Address, "--to", "x@elsewhere.example")
	require.NoError(t, err, out)
	_, id, ok := strings.Cut(out, "queued as ")
	require.True(t, ok, out)
	id = strings.Fields(id)[0]
	command := func(args ...string) string {
		out, err := run(t, program, append(args, "-data", data)...)
		require.NoError(t, err, "%q: %s", args, out)
		return out
	}
	await(t, "the first try is over", func() bool { return strings.Contains(command("queue", "list"), "451 4.4.1") })
	require.Equal(t, "hold: 1\n", command("queue", "hold", id))
	require.Regexp(t, fmt.Sprintf(`%s +held +out `, id), command("queue", "list", "-state", "held"))
	require.Equal(t, "release: 1\n", command("queue", "release", "-to-domain", ".example"))
	require.Contains(t, command("queue", "routes"), "out ")
	require.Equal(t, "drop: 1\n", command("queue", "drop", "-all"))
	require.Regexp(t, `(?s) RECEIVE .* DEFER .* HOLD .* RELEASE .* DROP `, command("track", id))
}
