package nntp_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/dialogue"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// play goes on in a conversation.
func playOn(t *testing.T, nc net.Conn, script string) {
	t.Helper()
	p := dialogue.Player{Conn: nc, ReadReply: func(r *bufio.Reader) ([]string, error) {
		line, err := r.ReadString('\n')
		return []string{strings.TrimSuffix(line, "\r\n")}, err
	}}
	require.NoError(t, p.Play(script))
}

func TestStartTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := library(t)
		require.NoError(t, srv.Users.Set("tim", "secret"))
		srv.Config.Auth.AllowInsecure, srv.Config.RequireTLS = false, true
		srv.Config.Auth.Mechanisms = []string{"PLAIN"}
		srv.StartInMemory()
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		playOn(t, nc, "S: 200\nC: AUTHINFO USER tim\nS: 483\nC: GROUP example.test\nS: 211\nC: STARTTLS\nS: 382\n")
		secure := tls.Client(nc, srv.ClientTLS)
		// The group is forgotten, and there is no second STARTTLS.
		playOn(t, secure, "C: STAT 1\nS: 412\nC: STARTTLS\nS: 502\nC: AUTHINFO USER tim\nS: 381\nC: AUTHINFO PASS secret\nS: 281\n"+
			"C: CAPABILITIES\nS: 101\nS: VERSION\nS: READER\nS: POST\nS: IHAVE\nS: STREAMING\nS: NEWNEWS\nS: HDR\nS: OVER\nS: LIST\nS: COMPRESS\nS: .\n"+
			"C: CHECK <x@y>\nS: 238\nC: QUIT\nS: 205\nS: EOF\n")
	})
}

func TestImplicitTLS(t *testing.T) {
	srv := library(t)
	srv.StartTLS()
	nc, err := tls.Dial("tcp", srv.Addr, srv.ClientTLS)
	require.NoError(t, err)
	defer nc.Close()
	playOn(t, nc, "S: 200\nC: STARTTLS\nS: 502\nC! \"TAKETHIS <new@x.example>\\r\\n\"\n")
	_, err = io.WriteString(nc, relayed("<new@x.example>")+"\r\n.\r\n")
	require.NoError(t, err)
	playOn(t, nc, "S: 239\nC: QUIT\nS: 205\n")
}

// deflatedConn is the client's side of COMPRESS.
type deflatedConn struct {
	net.Conn
	r io.Reader
	w *flate.Writer
}

func compressed(nc net.Conn) *deflatedConn {
	w, err := flate.NewWriter(nc, flate.DefaultCompression)
	if err != nil {
		panic(err)
	}
	return &deflatedConn{nc, flate.NewReader(nc), w}
}

func (c *deflatedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

func (c *deflatedConn) Write(p []byte) (int, error) {
	if n, err := c.w.Write(p); err != nil {
		return n, err
	}
	return len(p), c.w.Flush()
}

// TestCompress: RFC 8054; and deadlines pass between commands without harm.
func TestCompress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := library(t)
		srv.StartInMemory()
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		playOn(t, nc, "S: 200\nC: COMPRESS NONSENSE\nS: 503\nC: COMPRESS DEFLATE\nS: 206\n")
		c := compressed(nc)
		playOn(t, c, "C: COMPRESS DEFLATE\nS: 502\nC: AUTHINFO USER tim\nS: 502\nC: STARTTLS\nS: 502\n"+
			"C: CAPABILITIES\nS: 101\nS: VERSION\nS: READER\nS: POST\nS: IHAVE\nS: STREAMING\nS: NEWNEWS\nS: HDR\nS: OVER\nS: LIST\nS: .\n"+
			"wait 6m\nC: DATE\nS: 111\nwait 6m\nC: DATE\nS: 111\nwait 9m59s\nC: GROUP example.test\nS: 211\n"+
			"C: BODY 1\nS: 222\nS: Hello\nS: ..\nS: ...two\nS: .\n")
		fmt.Fprintf(c, "TAKETHIS <new@x.example>\r\n%s\r\n.\r\nCHECK <a@b>\r\nTAKETHIS", relayed("<new@x.example>"))
		playOn(t, c, "S: 239\nS: 238\nwait 1m\nC:  <new@x.example>\nC: .\nS: 439\nC: QUIT\nS: 205\nS: EOF\n")
	})
}

// TestBomb (N9): what grows a thousandfold is not inflated to its end.
func TestBomb(t *testing.T) {
	srv := library(t)
	srv.Start()
	nc, err := srv.Dial(t.Context())
	require.NoError(t, err)
	playOn(t, nc, "S: 200\nC: COMPRESS DEFLATE\nS: 206\n")
	var bomb bytes.Buffer
	w, err := flate.NewWriter(&bomb, flate.BestCompression)
	require.NoError(t, err)
	fmt.Fprint(w, "TAKETHIS <new@x.example>\r\n")
	_, err = w.Write(make([]byte, 64<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	done := make(chan error, 1)
	go func() {
		_, err := nc.Write(bomb.Bytes())
		done <- err
	}()
	_, err = io.Copy(io.Discard, nc) // until the server hangs up
	_ = err                          // perhaps by a reset
	<-done
	require.Eventually(t, func() bool { return srv.Config.Stats().Active == 0 }, 10*time.Second, time.Millisecond)
}

func TestLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := library(t)
		srv.StartInMemory()
		nc, err := srv.Dial(t.Context())
		require.NoError(t, err)
		playOn(t, nc, "S: 200\n")
		srv.Config.Pause()
		second, err := srv.Dial(t.Context())
		require.NoError(t, err)
		playOn(t, second, "S: 400\nS: EOF\n")
		srv.Config.Resume()
		require.Equal(t, 1, srv.Config.Stats().Active)
		require.NoError(t, srv.Config.Shutdown(t.Context()))
		playOn(t, nc, "S: 400\nS: EOF\n")
	})
}

// TestShutdownOfFeed: the gate in front of a feed does not hide it from
// Shutdown, and what it is storing is stored.
func TestShutdownOfFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: newStore(t, "example.test"), turn: make(chan struct{}, 1)}
		srv := &nntp.Server{Store: store, Hostname: "news.example", Access: all}
		nc := nntptest.Dial(t, srv)
		playOn(t, nc, "S: 200\n")
		_, err := io.WriteString(nc, "TAKETHIS <0@x.example>\r\n"+relayed("<0@x.example>")+"\r\n.\r\n")
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, srv.Shutdown(t.Context()))
		playOn(t, nc, "S: 239\nS: 400\nS: EOF\n")
	})
}

func TestServeErrors(t *testing.T) {
	srv := new(nntp.Server)
	require.Error(t, srv.ServeConn(t.Context(), &tape{}))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.Error(t, srv.ServeTLS(l))
	require.ErrorIs(t, l.Close(), net.ErrClosed)
	_, err = srv.Inject(t.Context(), &nntp.Source{}, nil)
	require.Error(t, err)
	require.Error(t, srv.Relay(t.Context(), &nntp.Source{}, nil))
	failed := &nntp.Server{Store: newStore(t), Access: func(context.Context, *nntp.Conn) (nntp.Access, error) {
		return nntp.Access{}, nntp.R(502, "not you")
	}}
	tp := &tape{in: strings.NewReader("")}
	require.Error(t, failed.ServeConn(t.Context(), tp))
	require.Equal(t, "502 not you\r\n", tp.out.String())
}
