package office

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// yielding yields messages of these bodies.
func yielding(bodies ...string) iter.Seq2[mailfile.Message, error] {
	return func(yield func(mailfile.Message, error) bool) {
		for _, b := range bodies {
			if !yield(mailfile.Message{Received: time.Unix(1e9, 0), Body: strings.NewReader(b)}, nil) {
				return
			}
		}
	}
}

// through is the mailboxes of an office that runs, as another process sees them.
func through(t *testing.T, dir string) manage.Mailboxes {
	t.Helper()
	m, err := OpenMailboxes(t.Context(), dir)
	require.NoError(t, err)
	require.IsType(t, &remoteMailboxes{}, m)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// Who idles is told of each message before the next one is read from the file.
func TestImportIsSeenAtOnce(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	alice := o.DemoUsers()[0]
	c := newClient(t, tls.Client(dialTCP(t, o.Addresses()["imaps"]), &tls.Config{InsecureSkipVerify: true}))
	require.Contains(t, c.line(), "* OK")
	until := func(what string) {
		t.Helper()
		for !strings.HasPrefix(c.line(), what) {
		}
	}
	c.send("a LOGIN " + alice.Name + " " + alice.Password + "\r\nb SELECT INBOX\r\n")
	until("b OK")
	c.send("c IDLE\r\n")
	until("+ ")
	messages := func(yield func(mailfile.Message, error) bool) {
		for i := range 3 {
			if !yield(mailfile.Message{Body: strings.NewReader(fmt.Sprintf("Subject: %d\r\n\r\n", i))}, nil) {
				return
			}
			until(fmt.Sprintf("* %d EXISTS", i+1))
		}
	}
	n, err := through(t, dir).Import(t.Context(), alice.Name, nil, messages, nil)
	require.NoError(t, err)
	require.Equal(t, manage.Imported{New: 3}, n)
}

// An import that is cut, by its file, by the server or on the way, has whole messages in the mailbox only; the
// same import again brings the rest, once.
func TestImportCutShort(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	bob := o.DemoUsers()[1]
	m := through(t, dir)
	large := "Subject: large\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 20_000)
	all := []string{"Subject: 1\r\n\r\n", large, "Subject: 1\r\n\r\n", "Subject: 4\r\n\r\n"}
	count := func() int { return len(o.read(t, bob)) }

	broken := func(yield func(mailfile.Message, error) bool) {
		yielding(all[0])(yield)
		yield(mailfile.Message{}, errors.New("the disk is scratched"))
	}
	n, err := m.Import(t.Context(), bob.Name, nil, broken, nil)
	require.EqualError(t, err, "message 2: the disk is scratched")
	require.Equal(t, manage.Imported{New: 1}, n)
	require.Equal(t, 1, count())

	// Half of a message came through the socket.
	nc, err := net.Dial("unix", filepath.Join(dir, socketFile))
	require.NoError(t, err)
	_, err = fmt.Fprintf(nc, "POST /mailboxes/%s/messages?key=k HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", bob.Name, len(large), large[:len(large)/2])
	require.NoError(t, err)
	require.NoError(t, nc.(*net.UnixConn).CloseWrite())
	answered, err := io.ReadAll(nc)
	require.NoError(t, err)
	require.NoError(t, nc.Close())
	require.NotContains(t, string(answered), "200 OK")
	require.Equal(t, 1, count())

	// What is refused says why, however much was on its way.
	_, err = m.Import(t.Context(), bob.Name, []string{strings.Repeat("n", 300)}, yielding(large), nil)
	require.ErrorContains(t, err, "message 1: folder ")
	require.ErrorContains(t, err, "want 1 to 255 octets")
	_, err = m.Import(t.Context(), "nobody", nil, yielding(), nil)
	require.ErrorContains(t, err, "not found")

	for _, want := range []manage.Imported{{New: 3, Known: 1}, {Known: 4}} {
		var done int64
		n, err = m.Import(t.Context(), bob.Name, nil, yielding(all...), func(d int64) { done = d })
		require.NoError(t, err)
		require.Equal(t, want, n)
		require.EqualValues(t, 4, done)
		require.Equal(t, 4, count())
	}
	require.Contains(t, strings.Join(o.read(t, bob), ""), large)

	// Who imports gives it up.
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	n, err = m.Import(ctx, bob.Name, nil, yielding(all[:2]...), func(int64) { cancel(enough) })
	require.ErrorIs(t, err, enough)
	require.EqualError(t, err, "message 2: enough")
	require.Equal(t, manage.Imported{Known: 1}, n)

	// The server stops in the midst: what is in is in.
	stopping := func(yield func(mailfile.Message, error) bool) {
		if !yield(mailfile.Message{Body: strings.NewReader("Subject: 5\r\n\r\n")}, nil) {
			return
		}
		require.NoError(t, o.stop())
		yield(mailfile.Message{Body: strings.NewReader("Subject: 6\r\n\r\n")}, nil)
	}
	n, err = m.Import(t.Context(), bob.Name, nil, stopping, nil)
	require.ErrorContains(t, err, "message 2: ")
	require.ErrorContains(t, err, "its server does not answer")
	require.Equal(t, manage.Imported{New: 1}, n)
	local, err := OpenMailboxes(t.Context(), dir)
	require.NoError(t, err)
	require.IsType(t, &localMailboxes{}, local)
	exported := 0
	require.NoError(t, local.Export(t.Context(), bob.Name, func(manage.Exported) error { exported++; return nil }))
	require.Equal(t, 5, exported)
	require.NoError(t, local.Close())
}

// What goes out through the socket is what a process with the store open sees, whatever it is named.
func TestExportThroughSocket(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	alice := o.DemoUsers()[0]
	m := through(t, dir)
	folder := []string{"A&b=c %", "ü/\\"}
	for i, m := range []mailfile.Message{
		{Sender: "a b@example.org", System: store.Seen | store.Draft, Received: time.Date(2024, 2, 29, 12, 13, 14, 0, time.FixedZone("", 3600))},
		{Folder: []string{"below"}},
	} {
		m.Body = strings.NewReader(strings.Repeat("\x00\r\n\xff", 40_000*i))
		_, err := o.Mailboxes().Import(t.Context(), alice.Name, folder, func(yield func(mailfile.Message, error) bool) { yield(m, nil) }, nil)
		require.NoError(t, err)
	}
	read := func(m manage.Mailboxes) (all []string) {
		require.NoError(t, m.Export(t.Context(), alice.Name, func(e manage.Exported) error {
			b, err := io.ReadAll(e.Body)
			all = append(all, fmt.Sprintf("%q %d %d %d %d <%s> %v %d %d", e.Folder, e.UID, e.Total, e.Size, e.System, e.Sender, e.Received.UTC(), len(b), bytes.Count(b, []byte("\x00\r\n\xff"))))
			return err
		}))
		return all
	}
	got := read(m)
	require.Equal(t, read(o.Mailboxes()), got)
	require.Len(t, got, 2)
	require.Contains(t, got[0], "<a b@example.org> 2024-02-29 11:13:14 +0000 UTC 0 0")
	require.Contains(t, got[1], "160000 40000")
	require.ErrorContains(t, m.Export(t.Context(), "nobody", nil), "not found")
	enough := errors.New("enough")
	require.ErrorIs(t, m.Export(t.Context(), alice.Name, func(manage.Exported) error { return enough }), enough)
	n := 0
	require.NoError(t, m.Export(t.Context(), alice.Name, func(manage.Exported) error { n++; return nil }), "nobody reads the bodies")
	require.Equal(t, 2, n)
	require.NoError(t, m.Export(t.Context(), o.DemoUsers()[1].Name, nil), "there is nothing")
}

// damaged are mailboxes of a server with a disk that fails.
type damaged struct{ manage.Mailboxes }

func (damaged) Export(_ context.Context, _ string, f func(manage.Exported) error) error {
	e := manage.Exported{Message: mailfile.Message{Body: strings.NewReader("half")}, Size: 4}
	if err := f(e); err != nil {
		return err
	}
	e.Body, e.Size = io.MultiReader(strings.NewReader("ha"), failingReader{}), 4
	return f(e)
}

func (damaged) Reindex(_ context.Context, progress func(done, total int64)) (manage.Reindexed, error) {
	progress(1, 1)
	return manage.Reindexed{}, errors.New("the disk is gone")
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// What goes wrong in the server in the midst of it is told by the command; so is a server that ends.
func TestMailboxesFail(t *testing.T) {
	mux := http.NewServeMux()
	controlMailboxes(damaged{}, nil)(mux)
	ending := false
	socket := filepath.Join(t.TempDir(), socketFile)
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ending {
			mux.ServeHTTP(w, r)
			return
		}
		io.WriteString(w, (&cover{size: 4}).String()+"\nha")
	})}
	t.Cleanup(func() { server.Close() })
	go server.Serve(l)
	m := &remoteMailboxes{remote{socket}}
	var bodies []string
	read := func(e manage.Exported) error {
		b, err := io.ReadAll(e.Body)
		bodies = append(bodies, string(b))
		return err
	}
	require.EqualError(t, m.Export(t.Context(), "u", read), "the disk is gone")
	require.Equal(t, []string{"half", "ha"}, bodies)
	_, err = m.Reindex(t.Context(), nil)
	require.EqualError(t, err, "the disk is gone")
	ending = true
	require.EqualError(t, m.Export(t.Context(), "u", read), "export: the server has ended before it was whole")
}

// A store is verified while mail comes in, and is sound; the second one who wants that at the same time waits.
func TestReindexWhileMailComesIn(t *testing.T) {
	dir := t.TempDir()
	o := start(t, Config{Dir: dir})
	bob := o.DemoUsers()[1]
	m := through(t, dir)
	stop := make(chan struct{})
	var senders sync.WaitGroup
	senders.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				o.submit(t, "x@example.org", fmt.Sprintf("Subject: %d\r\n\r\n%s", n, strings.Repeat(strings.Repeat("x", 70)+"\r\n", n%2*2000)), bob.Address)
			}
		}
	})
	var done, total int64
	for range 5 {
		r, err := m.Reindex(t.Context(), func(d, all int64) { done, total = d, all })
		require.NoError(t, err)
		require.Zero(t, r.Mended)
		require.Empty(t, r.Problems)
	}
	close(stop)
	senders.Wait()
	_, err := m.Reindex(t.Context(), func(d, all int64) { done, total = d, all })
	require.NoError(t, err)
	require.Positive(t, total)
	require.Equal(t, total, done)
	o.reindexing.Store(true)
	_, err = m.Reindex(t.Context(), nil)
	require.ErrorContains(t, err, "wait for it")
	o.reindexing.Store(false)
}

// FuzzCover checks:
//
//  1. what is read is written so that it is read again as it was
//  2. what is written has no space, NUL or end of a line in it
func FuzzCover(f *testing.F) {
	for _, c := range []cover{
		{},
		{message: mailfile.Message{Folder: []string{"a", "b c", ""}, Sender: "x@y", System: store.Seen, Received: time.Unix(1e9, 5)}, key: "k/1"},
		{uid: store.MaxUID, size: 1 << 40, total: 7},
	} {
		f.Add(c.String())
	}
	f.Add("flags=256&uid=-1&received=now&%zz")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCover(s)
		if err != nil {
			return
		}
		text := c.String()
		require.False(t, strings.ContainsAny(text, " \r\n\x00"))
		again, err := parseCover(text)
		require.NoError(t, err)
		require.Equal(t, text, again.String())
	})
}

// The deepest folder there can be has a cover that fits.
func TestLargestCover(t *testing.T) {
	deep := make([]string, store.MaxDepth)
	for i := range deep {
		deep[i] = strings.Repeat("\xff", store.MaxName)
	}
	c := cover{message: mailfile.Message{Folder: deep, Sender: strings.Repeat("%", store.MaxSender), System: store.Seen, Received: time.Now()}, uid: store.MaxUID, size: 1<<63 - 1, total: 1<<63 - 1}
	require.Less(t, len(c.String())+len(url.QueryEscape("\n")), maxCover)
}
