package nntp_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

func TestClientBegins(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		o            nntp.Options
		post         bool
		caps         int
	}{
		{"modern", modern, nntp.Options{}, true, 5},
		{"ancient", ancient, nntp.Options{}, true, 0},
		{"ancient, without modes", "S: 201 hi\nC: CAPABILITIES\nS: 500 no\nC: MODE READER\nS: 500 no\n", nntp.Options{}, false, 0},
		{"ancient, needs a login", "S: 201 hi\nC: CAPABILITIES\nS: 480 no\nC: MODE READER\nS: 480 no\n", nntp.Options{}, false, 0},
		{"a peer", "S: 200 hi\nC: CAPABILITIES\nS: 500 what?\n", nntp.Options{Feed: true}, true, 0},
		{
			"changes its mode",
			"S: 200 hi\nC: CAPABILITIES\nS: 101 ok\nS: VERSION 2\nS: MODE-READER\nS: IHAVE\nS: .\nC: MODE READER\nS: 201 yes\n" +
				"C: CAPABILITIES\nS: 101 ok\nS: VERSION 2\nS: READER\nS: .\n",
			nntp.Options{},
			false, 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := converse(t, tt.script+"C: QUIT\nS: 205 bye\n", &tt.o)
			require.Equal(t, tt.post, c.CanPost())
			require.Len(t, c.Capabilities(), tt.caps)
			require.NoError(t, c.Quit(t.Context()))
			_, err := c.Date(t.Context())
			require.ErrorIs(t, err, net.ErrClosed)
			require.NoError(t, c.Close(), "twice")
		})
	}
}

func TestClientDoesNotBegin(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		code   int   // of the Reply, or
		err    error // what it wraps
	}{
		"full":          {"S: 400 too many\n", 400, nil},
		"forbidden":     {"S: 502 go away\n", 502, nil},
		"other service": {"S: 220 smtp.example ESMTP\n", 0, nntp.ErrReply},
		"no digits":     {"S: hello\n", 0, nntp.ErrReply},
		"bare LF":       {"R: 200 hi\\n\n", 0, nntp.ErrReply},
		"gone":          {"hangup\n", 0, io.ErrUnexpectedEOF},
		"half a line":   {"R: 200 hi\nhangup\n", 0, io.ErrUnexpectedEOF},
		"mode refused":  {"S: 200 hi\nC: CAPABILITIES\nS: 500 no\nC: MODE READER\nS: 502 no\n", 502, nil},
		"no TLS":        {"S: 200 hi\nC: CAPABILITIES\nS: 500 no\nC: MODE READER\nS: 200 hi\nC: STARTTLS\nS: 580 no\nC: QUIT\n", 580, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := nntp.Options{ServerName: "news.example", StartTLS: name == "no TLS"}
			_, err := nntp.NewClient(t.Context(), script(t, tt.script), &o)
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
			} else {
				require.Equal(t, tt.code, code(t, err))
			}
		})
	}
}

// TestClientArguments checks that nothing that would be another command is sent.
func TestClientArguments(t *testing.T) {
	c := converse(t, modern, nil)
	ctx := t.Context()
	for _, evil := range []string{"", "a b", "a\r\nQUIT", "a\nQUIT", "a\x00"} {
		_, err := c.Group(ctx, evil)
		require.ErrorIs(t, err, nntp.ErrUnsafe)
		for _, err := range c.NewNews(ctx, evil, time.Now()) {
			require.ErrorIs(t, err, nntp.ErrUnsafe)
		}
		for _, err := range c.Hdr(ctx, evil, nntp.Range{First: 1, Last: 2}) {
			require.ErrorIs(t, err, nntp.ErrUnsafe)
		}
		for _, err := range c.List(ctx, evil, "") {
			require.ErrorIs(t, err, nntp.ErrUnsafe)
		}
		for _, err := range c.ListGroup(ctx, evil, nntp.Range{}) {
			require.ErrorIs(t, err, nntp.ErrUnsafe)
		}
		require.ErrorIs(t, c.IHave(ctx, "<"+evil+">", nil), nntp.ErrUnsafe)
		require.ErrorIs(t, c.Stream(0).Check(ctx, "<"+evil+">"), nntp.ErrUnsafe)
		if evil != "" {
			_, err = c.Stat(ctx, nntp.Ref{MessageID: evil})
			require.ErrorIs(t, err, nntp.ErrUnsafe)
			for _, err := range c.ListActive(ctx, evil) {
				require.ErrorIs(t, err, nntp.ErrUnsafe)
			}
		}
	}
	require.NoError(t, c.Err())
	_, err := c.Date(cancelled())
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, c.Err(), "nothing was sent")
}

func TestClientUnasked(t *testing.T) {
	// What is said unasked comes in one piece with what was asked for: else it
	// is a matter of time whether the client sees it before it sends more.
	c := converse(t, strings.TrimSuffix(modern, "S: .\n")+"R: .\\r\\n400 shutting down\\r\\n\n", nil)
	_, err := c.Date(t.Context())
	require.Error(t, err)
	_, err = c.Date(t.Context())
	require.Error(t, err)

	c = converse(t, modern+"C: DATE\nR: 111 20260102030405\\r\\n111 20260102030405\\r\\n\n", nil)
	at, err := c.Date(t.Context())
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), at)
	_, err = c.Date(t.Context())
	require.ErrorIs(t, err, nntp.ErrReply)
}

// TestClientPatience waits as long as it is told to, and no longer.
func TestClientPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := converse(t, modern+"C: DATE\n", &nntp.Options{Timeouts: nntp.Timeouts{Reply: time.Minute}})
		began := time.Now()
		_, err := c.Date(t.Context())
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())
		require.Equal(t, time.Minute, time.Since(began))
	})
	synctest.Test(t, func(t *testing.T) {
		c := converse(t, modern+"C: DATE\n", nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Date(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Error(t, c.Err())
	})
}

// TestClientTrace sees the commands and no secrets.
func TestClientTrace(t *testing.T) {
	var verbs []string
	var kinds []nntp.EventKind
	o := &nntp.Options{Trace: func(_ *nntp.Client, e nntp.Event) {
		kinds = append(kinds, e.Kind)
		if e.Kind == nntp.CommandDone {
			verbs = append(verbs, e.Verb)
		}
	}}
	c := converse(t, modern+"C: DATE\nS: 111 20260102030405\n", o)
	_, err := c.Date(t.Context())
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.Equal(t, []string{"", "CAPABILITIES", "DATE"}, verbs)
	require.Equal(t, nntp.ConnOpened, kinds[0])
	require.Equal(t, nntp.ConnClosed, kinds[len(kinds)-1])
}

func TestDial(t *testing.T) {
	broken := errors.New("no such host")
	o := &nntp.Options{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, broken }}
	_, err := nntp.Dial(t.Context(), "news.example:119", o)
	require.ErrorIs(t, err, broken)
	_, err = nntp.Dial(t.Context(), "news.example", o)
	require.ErrorContains(t, err, "host:port")
	o.DialContext = func(_ context.Context, network, addr string) (net.Conn, error) {
		require.Equal(t, "unix", network)
		return script(t, modern), nil
	}
	c, err := nntp.Dial(t.Context(), "/run/news", o)
	require.NoError(t, err)
	require.NoError(t, c.Close())
}
