package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// TestPullTooLarge passes over articles that are too large, by the client's limit
// or the Pull's own, fetches those behind them, and does not ask for them again.
func TestPullTooLarge(t *testing.T) {
	for name, byNumber := range ways {
		for _, own := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, own limit %v", name, own), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					from, to := server(t, "from.example"), server(t, "to.example")
					fill(t, from, 0, 10)
					large := "Path: x!y\r\nFrom: a@b.example\r\nNewsgroups: example.test\r\nSubject: s\r\nMessage-ID: <large@x.example>\r\nDate: " +
						time.Now().UTC().Format(time.RFC1123Z) + "\r\n\r\n" + strings.Repeat("a line of a large article\r\n", 1000)
					require.NoError(t, from.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}, []byte(large)))
					fill(t, from, 10, 20)
					p := puller(t, from, to, byNumber)
					asked := 0
					from.Trace = func(_ *nntp.Conn, e nntp.Event) {
						if e.Verb == "ARTICLE" {
							asked++
						}
					}
					if own {
						p.MaxSize = 10_000
					} else {
						p.Dial = dialer(t, from, &nntp.Options{Article: 10_000})
					}
					got, err := p.Once(t.Context())
					require.NoError(t, err)
					require.Equal(t, 20, got.Accepted)
					require.Equal(t, 1, got.TooLarge)
					requireAll(t, to, 20)
					before := asked
					got, err = p.Once(t.Context())
					require.NoError(t, err)
					require.Zero(t, got, "it is listed again, and not asked for")
					require.Equal(t, before, asked)
				})
			})
		}
	}
}
