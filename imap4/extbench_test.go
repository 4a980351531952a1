package imap4

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/internal/memnet"
)

// A flag changes among 10,000 messages, and a SEARCH and a SORT are kept up to
// date with it: what each command costs a client that has asked for that.
func BenchmarkLiveSearch(b *testing.B) {
	s := mailstore()
	for range 10_000 - len(letters) {
		s.deliver(s.boxes[0], []byte("Subject: x\r\n\r\n"), Flags{}, letterTime)
	}
	client, nc := memnet.Pipe()
	defer client.Close()
	c := newConn(newServer(s), nc)
	require.Equal(b, StatusOK, c.open(b.Context(), auth.Identity{User: "tim"}).Status)
	for _, line := range []string{"a SELECT INBOX", "b SEARCH RETURN (UPDATE) FLAGGED", "c SORT RETURN (UPDATE) (SIZE) UTF-8 UNFLAGGED"} {
		in := c.begin(line)
		require.Equal(b, StatusOK, c.answer(b.Context(), &in).Status)
	}
	require.Len(b, c.box.live, 2)
	lines := [2]string{"d STORE 5000 +FLAGS.SILENT (\\Flagged)", "d STORE 5000 -FLAGS.SILENT (\\Flagged)"}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		buf := make([]byte, 1<<16)
		for {
			if _, err := client.Read(buf); err != nil {
				return
			}
		}
	}()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in := c.begin(lines[i%2])
		if r := c.answer(b.Context(), &in); r.Status != StatusOK {
			b.Fatal(r)
		}
	}
	nc.Close()
	<-drained
}
