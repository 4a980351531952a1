package nntp_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// as has whoever connects be a peer of that name.
func as(peer string) func(context.Context, *nntp.Conn) (nntp.Access, error) {
	return func(context.Context, *nntp.Conn) (nntp.Access, error) {
		return nntp.Access{Feed: nntp.MatchAll(), Peer: peer}, nil
	}
}

// TestRefused: who has sent an article that was refused for good is told so when
// offering it again, for a day; others are asked for theirs.
func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, _ := hostile(t)
		bad := func(id string) string { return strings.Replace(relayed(id), "Subject:", "X-Subject:", 1) + "\r\n.\r\n" }
		srv.Access = as("one.example")
		require.Equal(t, []string{"238", "439", "438", "435"}, say(t, srv, strings.NewReader(
			"CHECK <1@x>\r\nTAKETHIS <1@x>\r\n"+bad("<1@x>")+"CHECK <1@x>\r\nIHAVE <1@x>\r\n")))
		require.Equal(t, []string{"438", "335", "437", "438"}, say(t, srv, strings.NewReader(
			"CHECK <1@x>\r\nIHAVE <2@x>\r\n"+bad("<2@x>")+"CHECK <2@x>\r\n")), "also by another connection")
		srv.Access = as("two.example")
		good := relayed("<1@x>") + "\r\n.\r\n"
		require.Equal(t, []string{"238", "239"}, say(t, srv, strings.NewReader("CHECK <1@x>\r\nTAKETHIS <1@x>\r\n"+good)))
		srv.Access = as("one.example")
		time.Sleep(23 * time.Hour)
		require.Equal(t, []string{"438"}, say(t, srv, strings.NewReader("CHECK <2@x>\r\n")))
		time.Sleep(2 * time.Hour)
		require.Equal(t, []string{"238"}, say(t, srv, strings.NewReader("CHECK <2@x>\r\n")))
	})
}

// TestRefusedBounds: not more of them are remembered than Limits has, the latest,
// and nothing that is only put off.
func TestRefusedBounds(t *testing.T) {
	srv, _ := hostile(t)
	srv.Access, srv.Limits.RefusedIDs = as("one.example"), 3
	srv.Filter = func(_ context.Context, a *nntp.Candidate) error {
		if a.MessageID == "<later@x>" {
			return nntp.R(436, "later")
		}
		return nntp.R(437, "no")
	}
	var in strings.Builder
	for i := range 5 {
		// DATE is answered when what came before is.
		fmt.Fprintf(&in, "TAKETHIS <%d@x>\r\n%s\r\n.\r\nDATE\r\n", i, relayed(fmt.Sprintf("<%d@x>", i)))
	}
	for i := range 5 {
		fmt.Fprintf(&in, "CHECK <%d@x>\r\n", i)
	}
	fmt.Fprintf(&in, "IHAVE <later@x>\r\n%s\r\n.\r\nCHECK <later@x>\r\n", relayed("<later@x>"))
	require.Equal(t, []string{
		"439", "111", "439", "111", "439", "111", "439", "111", "439", "111",
		"238", "238", "438", "438", "438",
		"335", "436", "238",
	}, say(t, srv, strings.NewReader(in.String())))
}

// questioned is a Store that counts how often it is asked for identifiers.
type questioned struct {
	nntp.Store
	times atomic.Int32
}

func (a *questioned) Seen(ctx context.Context, id string) (bool, error) {
	a.times.Add(1)
	return a.Store.Seen(ctx, id)
}

// TestJudgedOnce: an article that comes again is not shown to those who judge articles, and if there are none the store is
// not asked twice.
func TestJudgedOnce(t *testing.T) {
	srv, _ := hostile(t)
	srv.Access = as("one.example")
	store := &questioned{Store: srv.Store}
	srv.Store = store
	twice := func(id string) []string {
		one := "TAKETHIS " + id + "\r\n" + relayed(id) + "\r\n.\r\nDATE\r\n"
		return say(t, srv, strings.NewReader(one+one))
	}
	require.Equal(t, []string{"239", "111", "439", "111"}, twice("<1@x>"))
	require.Zero(t, store.times.Load())
	judged := 0
	srv.Filter = func(context.Context, *nntp.Candidate) error {
		judged++
		return nil
	}
	require.Equal(t, []string{"239", "111", "439", "111"}, twice("<2@x>"))
	require.Equal(t, 1, judged)
}

// TestOpened: fields that are not in the overview are served of so many articles
// at once.
func TestOpened(t *testing.T) {
	srv, _ := hostile(t)
	srv.Limits.Opened = 3
	for i := range 4 {
		require.NoError(t, relay(t, srv, fmt.Sprintf("<%d@x>", i), "X-Test: "+strings.Repeat("a", 5000)+"b\r\n", "x\r\n"))
	}
	tp := &tape{in: strings.NewReader("GROUP example.test\r\nXHDR X-Test 1-\r\nHDR X-Test 1-4\r\nXPAT Subject 1- *\r\nXPAT X-Test 1-4 *b\r\nXPAT X-Test 2-4 *b\r\nXPAT X-Test 1-3 a*\r\n")}
	_ = srv.ServeConn(t.Context(), tp)
	var codes []string
	lines := 0
	for line := range strings.Lines(tp.out.String()) {
		if len(line) > 100 {
			lines++
		} else if !strings.HasPrefix(line, ".") && line[3] == ' ' {
			codes = append(codes, line[:3])
		}
	}
	require.Equal(t, []string{"200", "211", "503", "503", "221", "503", "221", "221"}, codes)
	require.Equal(t, 3, lines, "of a long field only the beginning is compared")
}
