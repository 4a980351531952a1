//go:build interop

package interop

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	mailheader "github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/feed"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// An inn is a private INN, which everybody on this machine may feed and read.
// It queues what it gets for the peer out.example.
type inn struct {
	t    *testing.T
	dir  string
	addr string
	conf string
}

const innBin = "/usr/lib/news/bin"

// newINN starts one.
func newINN(t *testing.T) *inn {
	t.Helper()
	if _, err := os.Stat(innBin + "/innd"); err != nil {
		require.NoError(t, err, "INN is missing: install the Debian package inn2")
	}
	require.Zero(t, os.Getuid(), "INN is started by the superuser, as another user")
	n := &inn{t: t, dir: openDir(t), addr: freeAddr(t)}
	for _, d := range strings.Fields("db etc/filter run log/OLD spool/articles spool/overview spool/incoming/tmp spool/incoming/bad spool/outgoing") {
		require.NoError(t, os.MkdirAll(filepath.Join(n.dir, d), 0o755))
	}
	host, port, err := net.SplitHostPort(n.addr)
	require.NoError(t, err)
	n.conf = write(t, n.dir+"/etc/inn.conf", fmt.Sprintf(`
mta: "/bin/true %%s"
organization: test
ovmethod: tradindexed
hismethod: hisv6
pathhost: inn.example
domain: inn.example
pathnews: /usr/lib/news
pathbin: %[2]s
pathcontrol: %[2]s/control
pathdb: %[1]s/db
pathetc: %[1]s/etc
pathfilter: %[1]s/etc/filter
pathhttp: %[1]s/log
pathlog: %[1]s/log
pathrun: %[1]s/run
pathspool: %[1]s/spool
patharticles: %[1]s/spool/articles
pathoverview: %[1]s/spool/overview
pathincoming: %[1]s/spool/incoming
pathoutgoing: %[1]s/spool/outgoing
patharchive: %[1]s/spool
pathtmp: %[1]s/spool/incoming/tmp
enableoverview: true
wireformat: true
doinnwatch: false
bindaddress: %[3]s
port: %[4]s
`, n.dir, innBin, host, port))
	write(t, n.dir+"/etc/newsfeeds", "ME:*/!local::\nout.example:*:Tf,Wnm:\n")
	write(t, n.dir+"/etc/incoming.conf", "streaming: true\nmax-connections: 8\npeer here {\n  hostname: \"127.0.0.1\"\n}\n")
	write(t, n.dir+"/etc/storage.conf", "method tradspool {\n  newsgroups: *\n  class: 0\n}\n")
	write(t, n.dir+"/etc/readers.conf", "auth all {\n  hosts: \"*\"\n  default: \"<all>\"\n}\naccess all {\n  users: \"<all>\"\n  newsgroups: \"*\"\n  access: RPAN\n}\n")
	write(t, n.dir+"/etc/expire.ctl", "/remember/:11\n*:A:1:90:never\n")
	write(t, n.dir+"/etc/control.ctl", "all:*:*:drop\n")
	write(t, n.dir+"/etc/passwd.nntp", "")
	active := ""
	for _, group := range strings.Fields("control:n control.cancel:n junk:n example.test:y") {
		name, status, _ := strings.Cut(group, ":")
		active += name + " 0000000000 0000000001 " + status + "\n"
	}
	write(t, n.dir+"/db/active", active)
	for _, name := range []string{"active.times", "newsgroups", "history"} {
		write(t, n.dir+"/db/"+name, "")
	}
	news, err := user.Lookup("news")
	require.NoError(t, err)
	uid, err := strconv.Atoi(news.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(news.Gid)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(n.dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Chown(path, uid, gid)
		}
		return err
	}))
	n.run("makedbz", "-i", "-o", "-s", "100000", "-f", n.dir+"/db/history")
	setpriv := find(t, "setpriv", "util-linux")
	stop := func() { // by its own means, since it takes no notice of signals while it is idle
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if out, err := exec.CommandContext(ctx, setpriv, n.as("ctlinnd", "-t", "5", "shutdown", "done")...).CombinedOutput(); err != nil {
			t.Logf("ctlinnd: %v: %s", err, out)
		}
	}
	start(t, setpriv, n.as("innd", "-f", "-N", "-4", host, "-P", port), stop, n.addr)
	return n
}

// as is the arguments of setpriv for a program of INN's.
func (n *inn) as(program string, args ...string) []string {
	return append([]string{"--reuid=news", "--regid=news", "--init-groups", "env", "INNCONF=" + n.conf, innBin + "/" + program}, args...)
}

// run runs a program of INN's.
func (n *inn) run(program string, args ...string) string {
	n.t.Helper()
	out, err := run(n.t, find(n.t, "setpriv", "util-linux"), n.as(program, args...)...)
	require.NoError(n.t, err, "%s: %s", program, out)
	return out
}

// dial connects to it.
func (n *inn) dial(o *nntp.Options) func(context.Context) (*nntp.Client, error) {
	return func(ctx context.Context) (*nntp.Client, error) { return nntp.Dial(ctx, n.addr, o) }
}

// newsServer is a server of ours with the group example.test.
func newsServer(t *testing.T, name string) *nntptest.Server {
	t.Helper()
	srv := nntptest.NewUnstartedServer(t, "example.test")
	srv.Config.Hostname = name
	srv.Config.Logger = slog.New(slog.DiscardHandler)
	srv.Start()
	return srv
}

const articles = 1000

// newsID is the identifier of the nth article.
func newsID(n int) string { return fmt.Sprintf("<feed.%d@here.example>", n) }

// give gives a server of ours the articles.
func give(t *testing.T, srv *nntptest.Server) {
	t.Helper()
	body := strings.Repeat("All work and no play makes Jack a dull boy.\r\n", 40)
	for n := range articles {
		text := fmt.Sprintf("Path: origin.example!not-for-mail\r\nFrom: Ann <ann@here.example>\r\nNewsgroups: example.test\r\nSubject: number %d\r\n"+
			"Date: %s\r\nMessage-ID: %s\r\n\r\n.dot\r\n.\r\n..\r\n%s", n, mailheader.FormatDate(time.Now()), newsID(n), body)
		source := &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}
		require.NoError(t, srv.Config.Relay(t.Context(), source, []byte(text)))
	}
}

// requireNews checks that a server of ours has each article once, whole.
func requireNews(t *testing.T, srv *nntptest.Server) {
	t.Helper()
	c, err := nntp.Dial(t.Context(), srv.Addr, nil)
	require.NoError(t, err)
	defer c.Close()
	requireNewsAt(t, c)
}

// requireNewsAt is the same for any server.
func requireNewsAt(t *testing.T, c *nntp.Client) {
	t.Helper()
	g, err := c.Group(t.Context(), "example.test")
	require.NoError(t, err)
	require.Equal(t, int64(articles), g.Count)
	seen := make(map[string]int)
	var refs []nntp.Ref
	for e, err := range c.Over(t.Context(), nntp.Range{First: g.Low, Last: g.High}) {
		require.NoError(t, err)
		seen[e.Overview.MessageID]++
		refs = append(refs, nntp.Ref{MessageID: e.Overview.MessageID})
	}
	require.Len(t, seen, articles)
	for n := range articles {
		require.Equal(t, 1, seen[newsID(n)], n)
	}
	for r, err := range c.Fetch(t.Context(), func(yield func(nntp.Ref) bool) {
		for _, ref := range refs {
			if !yield(ref) {
				return
			}
		}
	}) {
		require.NoError(t, err)
		var text strings.Builder
		_, err = r.WriteTo(&text)
		require.NoError(t, err)
		require.Contains(t, text.String(), "\r\n\r\n.dot\r\n.\r\n..\r\nAll work")
		require.True(t, strings.HasSuffix(text.String(), "boy.\r\n"))
	}
}

// TestINNFeeds has us feed INN by streaming, INN feed us what it has got, and us
// pull it: none lost, none doubled.
func TestINNFeeds(t *testing.T) {
	n := newINN(t)
	here := newsServer(t, "here.example")
	give(t, here)

	t.Run("we feed it", func(t *testing.T) {
		file, err := feed.OpenFile(filepath.Join(t.TempDir(), "backlog"))
		require.NoError(t, err)
		defer file.Close()
		push := &feed.Push{Store: here.Store, Peers: []*feed.Peer{{
			Name: "inn.example", Groups: nntp.MatchAll(), Dial: n.dial(&nntp.Options{Feed: true}), Backlog: file,
		}}}
		ids := make([]string, articles)
		for i := range ids {
			ids[i] = newsID(i)
		}
		require.NoError(t, push.Enqueue(t.Context(), "inn.example", ids...))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		began := time.Now()
		wg.Go(func() { _ = push.Run(ctx) })
		await(t, "INN has taken all", func() bool { return push.Stats()[0].Queued == 0 })
		took := time.Since(began)
		cancel()
		wg.Wait()
		s := push.Stats()[0]
		t.Logf("%d articles in %v, %.0f a second: %+v", articles, took, articles/took.Seconds(), s)
		require.Equal(t, uint64(articles), s.Accepted)
		require.NoError(t, s.Err)

		c, err := n.dial(nil)(t.Context())
		require.NoError(t, err)
		defer c.Close()
		requireNewsAt(t, c)
	})
	t.Run("it feeds us", func(t *testing.T) {
		out := newsServer(t, "out.example")
		batch := n.dir + "/spool/outgoing/out.batch"
		n.run("ctlinnd", "flush", "out.example")
		require.NoError(t, os.Rename(n.dir+"/spool/outgoing/out.example", batch))
		n.run("ctlinnd", "flush", "out.example")
		lines, err := os.ReadFile(batch)
		require.NoError(t, err)
		half := strings.SplitAfter(string(lines), "\n")
		require.Len(t, half, articles+1)
		host, port, err := net.SplitHostPort(out.Addr)
		require.NoError(t, err)
		began := time.Now()
		n.run("innxmit", "-a", "-P", port, host, batch)
		took := time.Since(began)
		t.Logf("%d articles in %v, %.0f a second", articles, took, articles/took.Seconds())
		requireNews(t, out)
		// Half of them again, by IHAVE: it finds out that we have them.
		again := write(t, n.dir+"/spool/outgoing/again", strings.Join(half[:articles/2], ""))
		require.NoError(t, os.Chmod(again, 0o666))
		n.run("innxmit", "-s", "-P", port, host, again)
		requireNews(t, out)
	})
	for name, byNumber := range map[string]bool{"we pull it by time": false, "we pull it by number": true} {
		t.Run(name, func(t *testing.T) {
			to := newsServer(t, "to.example")
			pull := &feed.Pull{
				Dial: n.dial(nil), Sink: feed.ServerSink{Server: to.Config}, Groups: "example.*", ByNumber: byNumber,
				Marks: feed.MarkFile(filepath.Join(t.TempDir(), "marks")),
			}
			began := time.Now()
			got, err := pull.Once(within(t))
			require.NoError(t, err)
			t.Logf("%.0f articles a second: %+v", articles/time.Since(began).Seconds(), got)
			require.Equal(t, articles, got.Accepted)
			requireNews(t, to)
			got, err = pull.Once(within(t))
			require.NoError(t, err)
			require.Zero(t, got.Listed)
		})
	}
}

// TestINNClient has our client read and post by INN's nnrpd, compressed (RFC
// 8054).
func TestINNClient(t *testing.T) {
	n := newINN(t)
	ctx := within(t)
	c, err := n.dial(&nntp.Options{Compress: true})(ctx)
	require.NoError(t, err)
	defer c.Close()
	require.True(t, c.CanPost())
	d := &nntp.Draft{From: "ann@here.example", Newsgroups: []string{"example.test"}, Subject: "hello", MessageID: "<post@here.example>", Body: ".dot\n.\nend\n"}
	text, err := d.Article()
	require.NoError(t, err)
	require.NoError(t, c.Post(ctx, text))
	at, err := c.Date(ctx)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Hour)
	g, err := c.Group(ctx, "example.test")
	require.NoError(t, err)
	require.Equal(t, int64(1), g.Count)
	for e, err := range c.Over(ctx, nntp.Range{First: 1, Last: nntp.MaxNumber}) {
		require.NoError(t, err)
		require.Equal(t, "<post@here.example>", e.Overview.MessageID)
	}
	for line, err := range c.Hdr(ctx, "Subject", nntp.Range{First: 1, Last: nntp.MaxNumber}) {
		require.NoError(t, err)
		require.Equal(t, nntp.HeaderLine{Number: 1, Value: "hello"}, line)
	}
	r, err := c.Body(ctx, nntp.Ref{Number: 1})
	require.NoError(t, err)
	var body strings.Builder
	_, err = r.WriteTo(&body)
	require.NoError(t, err)
	require.Equal(t, ".dot\r\n.\r\nend\r\n", body.String())
	names := 0
	for _, err := range c.ListActive(ctx, "") {
		require.NoError(t, err)
		names++
	}
	require.Equal(t, 4, names)
	for id, err := range c.NewNews(ctx, "*", time.Now().Add(-time.Hour)) {
		require.NoError(t, err)
		require.Equal(t, "<post@here.example>", id)
	}
	require.NoError(t, c.Quit(ctx))
}

// TestSlrnpull has slrnpull fetch from our server, and post to it.
func TestSlrnpull(t *testing.T) {
	slrnpull := find(t, "slrnpull", "slrnpull")
	srv := newsServer(t, "here.example")
	give(t, srv)
	dir := t.TempDir()
	for _, d := range []string{"data", "news", "out.going/rejects"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, d), 0o755))
	}
	write(t, dir+"/slrnpull.conf", "default 0 0\nexample.test\n")
	write(t, dir+"/out.going/X1", "From: ann@here.example\nNewsgroups: example.test\nSubject: from slrnpull\n\nhello\n.dot\n")
	host, port, err := net.SplitHostPort(srv.Addr)
	require.NoError(t, err)
	cmd := exec.CommandContext(within(t), slrnpull, "-d", dir, "-h", host+":"+port, "--logfile", dir+"/log")
	cmd.Env = append(os.Environ(), "NNTPSERVER="+srv.Addr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	got, err := os.ReadDir(dir + "/news/example/test")
	require.NoError(t, err)
	numbered := 0
	for _, e := range got {
		if _, err := strconv.Atoi(e.Name()); err == nil {
			numbered++
		}
	}
	g, err := srv.Store.Group(t.Context(), "example.test")
	require.NoError(t, err)
	require.Equal(t, int64(articles+1), g.Count, "with what it posted; %s", out)
	require.GreaterOrEqual(t, numbered, articles)
}

// TestNNTPLib has Python's nntplib read from our server and post to it.
func TestNNTPLib(t *testing.T) {
	srv := newsServer(t, "here.example")
	give(t, srv)
	host, port, err := net.SplitHostPort(srv.Addr)
	require.NoError(t, err)
	script := write(t, filepath.Join(t.TempDir(), "read.py"), `
import sys, nntplib, datetime
s = nntplib.NNTP(sys.argv[1], int(sys.argv[2]), readermode=True)
assert 'READER' in s.getcapabilities(), s.getcapabilities()
resp, count, first, last, name = s.group('example.test')
assert count == 1000, count
resp, overviews = s.over((first, last))
assert len(overviews) == 1000, len(overviews)
for number, over in overviews:
    resp, info = s.body(number)
    assert info.lines[:3] == [b'.dot', b'.', b'..'], info.lines[:3]
resp, subjects = s.xhdr('subject', '1-10')
assert subjects[0] == ('1', 'number 0'), subjects[0]
resp, news = s.newnews('*', datetime.datetime.utcnow() - datetime.timedelta(hours=1))
assert len(news) == 1000, len(news)
resp, groups = s.list()
assert groups[0].group == 'example.test', groups
s.date(); s.help(); s.stat('1'); s.next(); s.last()
print(s.post(b'From: ann@here.example\nNewsgroups: example.test\nSubject: from nntplib\nMessage-ID: <nntplib@here.example>\n\n.dot\n'))
s.ihave('<ihave@here.example>', ('Path: x!not-for-mail\r\nFrom: ann@here.example\r\nNewsgroups: example.test\r\nSubject: from nntplib\r\nDate: %s\r\nMessage-ID: <ihave@here.example>\r\n\r\n.dot\r\n' % sys.argv[3]).encode())
s.quit()
`)
	out, err := run(t, find(t, "python3", "python3"), "-W", "ignore", script, host, port, mailheader.FormatDate(time.Now()))
	require.NoError(t, err, out)
	for _, id := range []string{"<nntplib@here.example>", "<ihave@here.example>"} {
		a, err := srv.Store.Find(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, a.Text.Close())
	}
}

// TestSinntp has sinntp post to our server, and fetch from it.
func TestSinntp(t *testing.T) {
	srv := newsServer(t, "here.example")
	dir := t.TempDir()
	letter := write(t, dir+"/post", "From: ann@here.example\nNewsgroups: example.test\nSubject: from sinntp\nMessage-ID: <sinntp@here.example>\n\nhello\n.dot\n")
	sh := find(t, "sh", "dash")
	env := "HOME=" + dir + " XDG_CONFIG_HOME=" + dir + " XDG_DATA_HOME=" + dir + " XDG_CACHE_HOME=" + dir + " PYTHONWARNINGS=ignore "
	out, err := run(t, sh, "-c", env+"nntp-push -S "+srv.Addr+" example.test < "+letter)
	require.NoError(t, err, out)
	out, err = run(t, sh, "-c", env+"nntp-get -S "+srv.Addr+" '<sinntp@here.example>'")
	require.NoError(t, err, out)
	require.Contains(t, out, "Subject: from sinntp")
	require.Contains(t, out, "\n.dot\n")
	out, err = run(t, sh, "-c", env+"nntp-list -S "+srv.Addr)
	require.NoError(t, err, out)
	require.Contains(t, out, "example.test")
}
