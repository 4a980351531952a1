package nntp_test

import (
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

func given(id string) string {
	return "TAKETHIS " + id + "\r\n" + relayed(id) + "\r\n.\r\n"
}

// TestReadsOn: a feed is heard while what it has sent is being stored, and gets the answers while nothing comes.
func TestReadsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: newStore(t, "example.test"), turn: make(chan struct{}, 1)}
		srv := &nntp.Server{Store: store, Hostname: "news.example", Access: all}
		nc := nntptest.Dial(t, srv)
		playOn(t, nc, "S: 200\n")
		for _, id := range []string{"<0@x.example>", "<1@x.example>", "<2@x.example>"} {
			_, err := io.WriteString(nc, given(id))
			require.NoError(t, err)
			synctest.Wait() // all that is there has been read
		}
		store.turn <- struct{}{}
		require.Equal(t, 3, store.now, "are being stored")
		<-store.turn
		playOn(t, nc, "S: 239 <0@x.example>\nS: 239 <1@x.example>\nS: 239 <2@x.example>\nC: QUIT\nS: 205\nS: EOF\n")
	})
}

// TestHungUpWhileReading: an answer that ends the conversation does so while the client is silent.
func TestHungUpWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: newStore(t, "example.test"), turn: make(chan struct{}, 1)}
		srv := &nntp.Server{Store: failing{store}, Hostname: "news.example", Access: all}
		nc := nntptest.Dial(t, srv)
		playOn(t, nc, "S: 200\n")
		for _, id := range []string{"<0@x.example>", "<1@x.example>"} {
			_, err := io.WriteString(nc, given(id))
			require.NoError(t, err)
			synctest.Wait()
		}
		playOn(t, nc, "S: 400\nS: EOF\n")
	})
}
