package nntp

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
)

// nobody has no account.
type nobody struct{}

func (nobody) VerifyPassword(context.Context, *auth.Conn, string, string) (string, error) {
	return "", auth.ErrCredentials
}

// noStore has nothing; no method of it is called.
type noStore struct{ Store }

func tableConn(t *testing.T, state State) *Conn {
	client, server := memnet.Pipe()
	t.Cleanup(func() { client.Close(); server.Close() })
	c := newConn(&Server{Store: noStore{}, Auth: &auth.Authenticator{Accounts: nobody{}}}, server)
	c.state = state
	return c
}

// TestOutOfState walks the table: in a state that a command does not name it is
// refused and does nothing, and what is not permitted is refused with 480 as long
// as a login could help.
func TestOutOfState(t *testing.T) {
	for _, state := range []State{Fresh, LoggedIn, Compressed} {
		for i := range commands {
			cmd := &commands[i]
			c := tableConn(t, state)
			switch {
			case cmd.in&state == 0:
				require.Equal(t, 502, c.answer(t.Context(), cmd, "").Code, cmd.name())
				require.Equal(t, state, c.state)
			case cmd.needs != nil && state == Fresh:
				require.Equal(t, authRequired, c.answer(t.Context(), cmd, ""), cmd.name())
			case cmd.needs != nil:
				require.Equal(t, notPermitted, c.answer(t.Context(), cmd, ""), cmd.name())
			}
		}
	}
}

// TestTable: each line can be found, whatever its case.
func TestTable(t *testing.T) {
	for i := range commands {
		cmd := &commands[i]
		found, args, known := find(strings.ToLower(cmd.name()) + " \tx y")
		if cmd.verb == "LIST" && cmd.keyword == "" {
			continue
		}
		require.Same(t, cmd, found, cmd.name())
		require.Equal(t, "x y", args)
		require.True(t, known)
	}
	found, _, known := find("MODE NONSENSE")
	require.Nil(t, found)
	require.True(t, known)
	found, _, known = find("NON\u017FENSE")
	require.Nil(t, found)
	require.False(t, known)
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{ // RFC 3977, 7.3.2
		"20240229 235960": "2024-02-29 23:59:59",
		"260601 000000":   "2026-06-01 00:00:00",
		"271231 010203":   "1927-12-31 01:02:03",
		"990101 000000":   "1999-01-01 00:00:00",
	} {
		date, clock, _ := strings.Cut(in, " ")
		got, err := since(date, clock, now)
		require.NoError(t, err, in)
		require.Equal(t, want, got.Format(time.DateTime), in)
	}
	for _, bad := range []string{"2024022 000000", "20240230 000000", "240229 2400", "240229 240000", "24022a 000000", "+40229 000000"} {
		date, clock, _ := strings.Cut(bad, " ")
		_, err := since(date, clock, now)
		require.Error(t, err, bad)
	}
}

// FuzzArgs checks that no parser of arguments panics, that each returns the same
// with spaces at the end, but for those of secrets and names, and that no number
// is beyond the first that is too high.
func FuzzArgs(f *testing.F) {
	f.Add("")
	f.Add("1-2")
	f.Add("<a@b>")
	f.Add("* 20240101 000000 GMT")
	f.Add("Subject 1- *x*")
	f.Add("example.test 1-2147483648")
	f.Add("PLAIN =")
	f.Fuzz(func(t *testing.T, s string) {
		same(t, s, listGroupArgs)
		same(t, s, articleArg)
		same(t, s, rangeArg)
		same(t, s, headerArgs)
		same(t, s, messageID)
		same(t, s, sinceArgs)
		same(t, s, saslArgs)
		if r, err := rangeArg(s); err == nil {
			require.LessOrEqual(t, max(r.numbers.First, r.numbers.Last), MaxNumber+1)
		}
		if req, err := patArgs(s); err == nil {
			req.patterns.match(s)
		}
		if _, err := newNewsArgs(s); err == nil {
			require.Contains(t, s, " ")
		}
		if r, err := maybeWildmat(s); err == nil {
			r.Match(s)
		}
	})
}

func same[A any](t *testing.T, s string, parse func(string) (A, error)) {
	a, err := parse(s)
	b, err2 := parse(s + " \t")
	require.Equal(t, err, err2, "%q", s)
	require.Equal(t, a, b, "%q", s)
}

// TestOffers: what a peer was told to send is its own for a while, or until it
// is gone, and the table of such articles does not grow.
func TestOffers(t *testing.T) {
	var fs flights
	a, b := new(Conn), new(Conn)
	now := time.Now()
	require.Equal(t, wanted, fs.offer("1", a, now))
	require.Equal(t, wanted, fs.offer("1", a, now))
	require.Equal(t, perhaps, fs.offer("1", b, now))
	require.True(t, fs.busy("1", b, now))
	require.False(t, fs.busy("1", a, now))
	require.Equal(t, wanted, fs.offer("1", a, now.Add(offerTime)), "to ask again is no way to keep it")
	require.Equal(t, wanted, fs.offer("1", b, now.Add(offerTime+1)))
	b.flown.Store(true)
	require.Equal(t, wanted, fs.offer("1", a, now.Add(offerTime+2)))

	wait, asked := fs.begin("1", b)
	require.Nil(t, wait, "who has it may send it")
	require.False(t, asked, "though it was offered to another")
	require.Equal(t, perhaps, fs.offer("1", a, now))
	require.Equal(t, notWanted, fs.offer("1", b, now))
	wait, _ = fs.begin("1", a)
	require.NotNil(t, wait)
	fs.end("1")
	<-wait
	require.Equal(t, wanted, fs.offer("1", a, now))
	_, asked = fs.begin("1", a)
	require.True(t, asked)
	fs.end("1")

	for i := range 1000 {
		fs.offer(string(rune('a'+i)), a, now.Add(time.Duration(i)*time.Second))
	}
	require.LessOrEqual(t, len(fs.byID), 64)
	require.LessOrEqual(t, len(fs.offers), 64)
}

// TestAppendHead: only Path and Xref change.
func TestAppendHead(t *testing.T) {
	head := "A:x\r\npAtH:\r\n a!b\r\n\tc\r\nXref: x\r\n y\r\nXref2: z\r\n"
	require.Equal(t, "A:x\r\nPath: me!\r\n a!b\r\n\tc\r\nXref2: z\r\n", string(appendHead(nil, head, "me!")))
}

// oneShort is a Text that is shorter than it says.
type oneShort struct{ *bytes.Reader }

func (oneShort) Close() error  { return nil }
func (s oneShort) Size() int64 { return s.Reader.Size() + 1 }

func TestShortText(t *testing.T) {
	text := oneShort{bytes.NewReader([]byte("A: b\r\n\r\nx\r\n"))}
	for _, p := range []part{wholeArticle, headOnly, bodyOnly} {
		b := &articleBody{article: Article{Text: text}, part: p}
		_, err := b.WriteTo(&textBuffer{})
		require.Error(t, err)
	}
	long := make([]byte, 100_000)
	for i := range long {
		long[i] = 'x'
	}
	copy(long[90_000:], "\r\n\r\n")
	piece := make([]byte, 64)
	size, err := headSize(whole{bytes.NewReader(long)}, piece)
	require.NoError(t, err)
	require.EqualValues(t, 90_002, size)
	_, err = headSize(whole{bytes.NewReader(long[:90_003])}, piece)
	require.ErrorIs(t, err, errNoSeparator)
}

type whole struct{ *bytes.Reader }

func (whole) Close() error { return nil }

var _ net.Conn = (*gate)(nil)
