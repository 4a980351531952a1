package nntp_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

const day = 24 * time.Hour

func TestRetention(t *testing.T) {
	for name, tc := range map[string]struct {
		rule nntp.RetentionRule
		left []nntp.Number
	}{
		"all":             {nntp.RetentionRule{}, []nntp.Number{1, 2, 3, 4, 5, 6}},
		"age":             {nntp.RetentionRule{Age: 3*day + time.Hour}, []nntp.Number{3, 4, 5, 6}},
		"age and Expires": {nntp.RetentionRule{Age: day + time.Hour, MaxAge: 30 * day}, []nntp.Number{3, 5, 6}},
		"articles":        {nntp.RetentionRule{Articles: 2}, []nntp.Number{5, 6}},
		"bytes":           {nntp.RetentionRule{Bytes: 700}, []nntp.Number{4, 5, 6}},
		"MinAge":          {nntp.RetentionRule{Articles: 1, MinAge: 2*day + time.Hour}, []nntp.Number{4, 5, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv, store := hostile(t, "example.other")
				for i := range 6 {
					extra := ""
					if i == 2 {
						extra = "Expires: " + time.Now().Add(10*day).UTC().Format(time.RFC1123Z) + "\r\n"
					}
					require.NoError(t, relay(t, srv, fmt.Sprintf("<%d@x.example>", i), extra, "x\r\n"))
					time.Sleep(day)
				}
				tc.rule.Groups = patterns("example.test")
				r := nntp.Retention{Rules: []nntp.RetentionRule{tc.rule, {Groups: nntp.MatchAll(), Age: 1}}}
				before := 6
				// The clock is a day past the last article.
				done, err := r.Expire(t.Context(), store, time.Now().Add(-day))
				require.NoError(t, err)
				var left []nntp.Number
				for e, err := range store.Overview(t.Context(), "example.test", nntp.Range{First: 1, Last: nntp.MaxNumber}) {
					require.NoError(t, err)
					left = append(left, e.Number)
				}
				require.Equal(t, tc.left, left)
				require.EqualValues(t, before-len(left), done.Articles)
				require.Equal(t, 2, done.Groups)
			})
		})
	}
}

// TestHistory: an article that has expired is not taken again, for longer than
// Cutoff, and too old for Cutoff then.
func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, store := hostile(t)
		article := []byte(relayed("<1@x.example>") + "\r\nx\r\n")
		from := &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}
		require.NoError(t, srv.Relay(t.Context(), from, article))
		r := nntp.Retention{Rules: []nntp.RetentionRule{{Groups: nntp.MatchAll(), Age: time.Hour}}, History: time.Hour}
		for range 14 {
			time.Sleep(day)
			_, err := r.Expire(t.Context(), store, time.Now())
			require.NoError(t, err)
			require.Error(t, srv.Relay(t.Context(), from, article))
		}
		seen, err := store.Seen(t.Context(), "<1@x.example>")
		require.NoError(t, err)
		require.False(t, seen, "the history does not grow for ever")
	})
}

func ExampleRetention() {
	ctx := context.Background()
	r := nntp.Retention{Rules: []nntp.RetentionRule{
		{Groups: patterns("binaries.*"), Age: 3 * 24 * time.Hour, Bytes: 10 << 30},
		{Groups: nntp.MatchAll(), Age: 90 * 24 * time.Hour},
	}}
	done, err := r.Expire(ctx, newStoreOf("example.test"), time.Now())
	fmt.Println(done.Groups, done.Articles, err)
	// Output: 1 0 <nil>
}
