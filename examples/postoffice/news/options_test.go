package news_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/nntp"
)

func TestPermit(t *testing.T) {
	users, everyone := news.Who{Users: true}, news.Who{Everyone: true}
	o := &news.Options{Access: []news.Rule{
		{Groups: "staff.*", Read: news.Who{Named: []string{"Ann"}}, Post: everyone},
		{Groups: "open.*", Read: everyone, Post: everyone},
		{Groups: "town.*,!town.left", Read: users, Post: news.Who{Named: []string{"ann", "bob"}}},
	}}
	require.NoError(t, o.Check())
	rights := nntp.Access{Read: nntp.MatchAll(), Control: true}
	for user, want := range map[string]string{
		"":    "open rw, staff --, town --, town.left r-, other r-",
		"ann": "open rw, staff rw, town rw, town.left r-, other r-",
		"BOB": "open rw, staff --, town rw, town.left r-, other r-",
		"cy":  "open rw, staff --, town r-, town.left r-, other r-",
	} {
		a, err := o.Permit(user, rights)
		require.NoError(t, err)
		require.True(t, a.Control, "what is not about groups stays")
		see := func(group string) string {
			s := []byte("--")
			if a.Read.Match(group) {
				s[0] = 'r'
			}
			if a.Post.Match(group) {
				s[1] = 'w'
			}
			return string(s)
		}
		got := fmt.Sprintf("open %s, staff %s, town %s, town.left %s, other %s", see("open.x"), see("staff.x"), see("town.x"), see("town.left"), see("other.x"))
		require.Equal(t, want, got, user)
	}
	same, err := new(news.Options).Permit("ann", rights)
	require.NoError(t, err)
	require.Equal(t, rights, same)
	for _, bad := range []*news.Options{
		{Access: []news.Rule{{Groups: "a["}}},
		{Moderators: []nntp.ModeratorAddress{{Groups: "a[", Address: "x"}}},
		{Moderators: []nntp.ModeratorAddress{{Groups: "a"}}},
	} {
		require.Error(t, bad.Check())
	}
	_, err = (&news.Options{Access: []news.Rule{{Groups: "a["}}}).Permit("", rights)
	require.Error(t, err, "nothing is permitted by mistake")
}

func TestOptionsServer(t *testing.T) {
	srv := &nntp.Server{Limits: nntp.Limits{Posts: 7, Article: 5}, Cutoff: time.Hour}
	new(news.Options).Set(srv)
	require.Equal(t, &nntp.Server{Limits: nntp.Limits{Posts: 7, Article: 5}, Cutoff: time.Hour}, srv)
	o := &news.Options{MaxArticle: 9, Posts: -1, PostsTime: time.Minute, Cutoff: -1, Moderators: []nntp.ModeratorAddress{{Groups: "a", Address: "x"}}, MOTD: "hi"}
	o.Set(srv)
	require.Equal(t, &nntp.Server{Limits: nntp.Limits{Posts: -1, PostsTime: time.Minute, Article: 9}, Cutoff: -1}, srv)
	own := []nntp.ModeratorAddress{{Groups: "*", Address: "y"}}
	require.Equal(t, nntp.Info{MOTD: "hi", Moderators: []nntp.ModeratorAddress{{Groups: "a", Address: "x"}, {Groups: "*", Address: "y"}}, Subscriptions: []string{"s"}},
		o.Tell(nntp.Info{MOTD: "no", Moderators: own, Subscriptions: []string{"s"}}))
}

// An article that is in two groups goes from each after its own rule; its identifier stays known.
func TestExpire(t *testing.T) {
	w := newTown(t)
	require.NoError(t, w.post("<1@x>", "a", "b"))
	for i := range 5 {
		require.NoError(t, w.post(fmt.Sprintf("<b%d@x>", i), "b"))
	}
	a, err := nntp.ParsePatterns("a")
	require.NoError(t, err)
	o := &news.Options{Retention: nntp.Retention{Rules: []nntp.RetentionRule{{Groups: a, Age: time.Hour}, {Groups: nntp.MatchAll(), Articles: 4}}}}
	done, err := w.news.Expire(t.Context(), o, time.Now())
	require.NoError(t, err)
	require.EqualValues(t, 2, done.Articles, "the oldest of b")
	require.Len(t, w.overview("a"), 1)
	require.Equal(t, "body of <1@x>\r\n", w.text(w.news.Find(t.Context(), "<1@x>"))[len("Message-ID: <1@x>\r\n\r\n"):])
	_, err = w.news.Expire(t.Context(), o, time.Now().Add(2*time.Hour))
	require.NoError(t, err)
	require.Empty(t, w.overview("a"))
	_, err = w.news.Find(t.Context(), "<1@x>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)
	require.ErrorIs(t, w.post("<1@x>", "a"), nntp.ErrDuplicate)
	_, err = w.news.Expire(t.Context(), o, time.Now().Add(30*24*time.Hour))
	require.NoError(t, err)
	require.NoError(t, w.post("<1@x>", "a"), "forgotten after the history's time")
}
