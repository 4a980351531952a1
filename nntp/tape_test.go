package nntp_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/memory"
)

// A tape is a connection on which all that the client says is there from the
// start.
type tape struct {
	in  io.Reader
	out bytes.Buffer
	n   int64 // octets written, if they are not kept
	not bool  // do not keep them
}

func (t *tape) Read(p []byte) (int, error) { return t.in.Read(p) }

func (t *tape) Write(p []byte) (int, error) {
	t.n += int64(len(p))
	if t.not {
		return len(p), nil
	}
	return t.out.Write(p)
}

func (t *tape) Close() error        { return nil }
func (t *tape) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 119} }

func (t *tape) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 1024} }
func (t *tape) SetDeadline(time.Time) error      { return nil }
func (t *tape) SetReadDeadline(time.Time) error  { return nil }
func (t *tape) SetWriteDeadline(time.Time) error { return nil }

// newStore has groups, "m" and the like behind a colon being the status.
func newStore(tb testing.TB, groups ...string) *memory.Store {
	tb.Helper()
	store := memory.New()
	for _, g := range groups {
		name, s, _ := strings.Cut(g, ":")
		status := nntp.Posting
		if s != "" {
			status = nntp.Status(s)
		}
		require.NoError(tb, store.ChangeGroup(context.Background(), nntp.GroupChange{Name: name, Status: &status}))
	}
	return store
}

// all permits everything.
func all(context.Context, *nntp.Conn) (nntp.Access, error) {
	a := nntp.MatchAll()
	return nntp.Access{Read: a, Post: a, Approve: a, Feed: a, Control: true, Peer: "peer.example"}, nil
}

// newStoreOf is newStore for Examples.
func newStoreOf(group string) nntp.Store {
	store := memory.New()
	if err := store.ChangeGroup(context.Background(), nntp.GroupChange{Name: group}); err != nil {
		panic(err)
	}
	return store
}
