package nntp_test

import (
	"bytes"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

var (
	replyLine = regexp.MustCompile(`^[1-5][0-9][0-9]( [^\r\n]*)?\r\n$`)
	dateReply = regexp.MustCompile(`(?m)^111 [0-9]{14}|(340 .*)|<[a-z0-9]{24}@news\.example>`)
)

// fuzzServer answers in, and returns what it wrote and how many articles it has
// then.
func fuzzServer(t *testing.T, in io.Reader) (out string, articles int64) {
	store := newStore(t, "a", "b:m")
	srv := &nntp.Server{Store: store, Hostname: "news.example", Access: all, Cutoff: -1, Logger: slog.New(slog.DiscardHandler)}
	tp := &tape{in: in}
	_ = srv.ServeConn(t.Context(), tp) // it ends with the tape
	g, err := store.Group(t.Context(), "a")
	require.NoError(t, err)
	return tp.out.String(), g.Count
}

// FuzzServe checks that whatever comes in, the server does not panic, answers
// the same however the octets arrive, writes nothing but lines that end in CRLF
// and begin with a reply, and files no more articles than ends have come.
func FuzzServe(f *testing.F) {
	const article = "Path: x!y\r\nFrom: a@b\r\nNewsgroups: a\r\nSubject: s\r\nDate: Sat, 1 Jan 2000 00:00:00 +0000\r\nMessage-ID: <1@x>\r\n\r\ntext\r\n.\r\n"
	f.Add([]byte("GROUP a\r\nOVER 1-\r\nCHECK <1@x>\r\nTAKETHIS <1@x>\r\n" + article + "ARTICLE <1@x>\r\nHDR Subject 1-\r\nLIST\r\nQUIT\r\n"))
	f.Add([]byte("IHAVE <1@x>\r\n" + article + "GROUP a\r\nXPAT Subject 1- *\r\nLAST\r\nNEXT\r\n"))
	f.Add([]byte("POST\r\nFrom: a@b\r\nNewsgroups: a\r\nSubject: s\r\nMessage-ID: <2@x>\r\n\r\n..\r\n\n.\r\n.\r\nDATE\r\n"))
	f.Add([]byte("TAKETHIS <1@x>\r\nx\r\n.\r\nTAKETHIS\r\n.\r\nMODE STREAM\r\nCAPABILITIES\r\nNEWNEWS * 20000101 000000\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, n := fuzzServer(t, bytes.NewReader(in))
		bytewise, m := fuzzServer(t, iotest.OneByteReader(bytes.NewReader(in)))
		if !bytes.Contains(in, []byte("Date")) { // dates and identifiers of posts differ
			require.Equal(t, dateReply.ReplaceAllString(whole, ""), dateReply.ReplaceAllString(bytewise, ""), "chunking matters")
			require.Equal(t, n, m)
		}
		first := true
		for line := range strings.Lines(whole) {
			require.True(t, strings.HasSuffix(line, "\r\n") && strings.Count(line, "\r") == 1, "not a line: %q", line)
			if first {
				require.Regexp(t, replyLine, line)
			}
			first = false
		}
		require.LessOrEqual(t, n, int64(bytes.Count(in, []byte("\r\n.\r\n"))))
	})
}

// FuzzWildmat checks that what can be parsed matches without a panic, that "!"
// before the only pattern turns a match into none, and that ParsePatterns and
// ParseWildmat agree on what both read, unless it has "@".
func FuzzWildmat(f *testing.F) {
	f.Add("a*,!ab*", "abc")
	f.Add("[a-z]?*\\*", "éx*")
	f.Add("*a*a*a*b", "aaaaaaaa")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		config, configErr := nntp.ParsePatterns(pattern)
		if configErr == nil {
			config.Match(name)
			config.Poisons(name)
		}
		w, err := nntp.ParseWildmat(pattern)
		if err != nil {
			return
		}
		matched := w.Match(name)
		if !strings.ContainsAny(pattern, "@ ") {
			require.NoError(t, configErr)
			require.Equal(t, matched, config.Match(name))
		}
		if matched && !strings.ContainsAny(pattern, ",!") {
			not, err := nntp.ParseWildmat("!" + pattern)
			require.NoError(t, err)
			require.False(t, not.Match(name))
		}
	})
}

// FuzzArticle checks of the parser of articles that a header it takes is what
// the text has, field for field, that overview lines have nine fields whatever
// is in the article, and that ParseEntry reads them as they were.
func FuzzArticle(f *testing.F) {
	f.Add([]byte("From: a\tb\r\nSubject: x\r\n y\r\nX:\r\n\r\nbody\r\n"))
	f.Add([]byte("\r\n"))
	f.Add([]byte("A: b\r\n c\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, body, err := nntp.ParseHeader(text)
		if err != nil {
			return
		}
		require.True(t, bytes.HasSuffix(text, body))
		head := string(text[:len(text)-len(body)])
		for _, field := range h {
			require.Contains(t, head, field.Name+":")
			require.Contains(t, head, field.Value+"\r\n")
			require.NotContains(t, strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(field.Value), "\n")
		}
		e := nntp.Entry{Number: 7, Overview: nntp.NewOverview(h, body, len(text)), Places: []nntp.Place{{Group: "a", Number: 7}}}
		line := string(e.AppendLine(nil, "news.example"))
		require.Equal(t, 8, strings.Count(line, "\t"))
		require.False(t, strings.ContainsAny(line, "\r\n\x00"))
		back, err := nntp.ParseEntry(line)
		require.NoError(t, err)
		require.Greater(t, back.Overview.Bytes, e.Overview.Bytes, "Xref counts")
		back.Overview.Bytes = e.Overview.Bytes
		require.Equal(t, e, back)
	})
}

// FuzzOverview checks of the parser of overview lines that it does not panic,
// and that what it takes is written as it was read, once it was.
func FuzzOverview(f *testing.F) {
	f.Add("7\ts\tf\td\t<1@x>\t<0@x>\t12\t3\tXref: h a:7 b.c:9")
	f.Add("1\t\t\t\t\t\t\t")
	f.Fuzz(func(t *testing.T, line string) {
		e, err := nntp.ParseEntry(line)
		if err != nil || len(e.Places) == 0 {
			return
		}
		again, err := nntp.ParseEntry(string(e.AppendLine(nil, "h")))
		require.NoError(t, err)
		again.Overview.Bytes = e.Overview.Bytes // which grows by the Xref
		require.Equal(t, e, again)
	})
}

// FuzzUnlocks checks that a key opens its lock however it is written, and that
// nothing opens a lock by chance.
func FuzzUnlocks(f *testing.F) {
	f.Add("sha256:x", "sha1:y", "user", "<1@x>")
	f.Fuzz(func(t *testing.T, keys, locks, user, id string) {
		nntp.Unlocks(keys, locks)
		secret := []byte("a secret that nobody knows")
		lock := nntp.CancelLock(secret, user, id)
		require.True(t, nntp.Unlocks("x:y "+nntp.CancelKey(secret, user, id), "y:x "+lock))
		require.False(t, nntp.Unlocks(keys, lock))
	})
}

// FuzzLockComments checks of any content of a Cancel-Lock that
//
//   - found: behind it, a lock is opened by its key, unless it leaves a comment open
//     or has more locks than are looked at;
//   - hidden: in a comment, no lock is;
//   - closed: a lock does not open itself, nor does what has no key.
func FuzzLockComments(f *testing.F) {
	for _, seed := range []string{"", "sha256:x", "(a (b) \\))", "md5:a sha1:b\tsha512:c", "((", ")", "\\(", "sha256:", ":", strings.Repeat("a:b ", 100)} {
		f.Add(seed)
	}
	secret := []byte("secret")
	lock, key := nntp.CancelLock(secret, "u", "<1@x>"), nntp.CancelKey(secret, "u", "<1@x>")
	f.Fuzz(func(t *testing.T, s string) {
		if !strings.Contains(s, "(") && strings.Count(s, ":") < 30 {
			require.True(t, nntp.Unlocks(key, s+" "+lock))
			require.True(t, nntp.Unlocks("(c)"+key, s+"(c)"+lock))
		}
		if !strings.ContainsAny(s, "()\\") {
			require.False(t, nntp.Unlocks(key, "("+s+" "+lock+")"))
		}
		require.False(t, nntp.Unlocks(s, lock) && !strings.Contains(s, key[7:]))
		require.False(t, nntp.Unlocks("", s))
	})
}
