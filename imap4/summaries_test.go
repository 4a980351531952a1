package imap4

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A weighedStore notes how much memory is in use when the last message is opened.
type weighedStore struct {
	*store
	heap uint64
}

func (s *weighedStore) Body(ctx context.Context, box MailboxID, uid UID) (Body, error) {
	if uid == s.boxes[0].uidNext-1 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.heap = m.HeapAlloc
	}
	return s.store.Body(ctx, box, uid)
}

// Of a message of many parts there is much to say, and of many such messages it is
// not all held at once: whoever may send mail cannot use up memory by it.
func TestSummariesAreLetGo(t *testing.T) {
	for _, command := range []string{"FETCH 1:* ENVELOPE", "SEARCH FROM x", "THREAD REFERENCES UTF-8 ALL"} {
		s := &weighedStore{store: newStore()}
		text := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n\r\n", 10_000)
		for range 40 {
			s.put(s.boxes[0], text, Flags{})
		}
		srv := newServer(nil)
		srv.Backend = backendOf(s)
		srv.Limits.Summaries = 1 << 20
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		require.Contains(t, say(t, srv, "a "+command+"\r\n"), "a OK")
		require.Less(t, s.heap, before.HeapAlloc+25<<20, command)
	}
}

// A store that keeps summaries gets large ones at once, and need not give all of
// them back at once.
func TestLargeSummaries(t *testing.T) {
	a, srv := newAble()
	text := "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n\r\n", 10_000)
	const count = 20
	for i := range count {
		a.put(a.boxes[0], text+strings.Repeat("x", i), Flags{})
	}
	const in = "a FETCH 1:* ENVELOPE\r\nb FETCH 1 ENVELOPE\r\n"
	first := say(t, srv, in)
	require.Equal(t, 3+count, a.used["save"])
	another := newServer(a.store)
	another.Backend = srv.Backend
	require.Equal(t, first, say(t, another, in))
	require.Less(t, a.used["load"], 3+count, "no more is loaded together than can be held")
}
