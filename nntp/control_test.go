package nntp_test

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// TestCancelLock has the example of RFC 8315, 5.1: a key and its lock.
func TestCancelLock(t *testing.T) {
	const lock = "sha256:s/pmK/3grrz++29ce2/mQydzJuc7iqHn1nqcJiQTPMc="
	const key = "sha256:qv1VXHYiCGjkX/N1nhfYKcAeUn8bCVhrWhoKuBSnpMA="
	require.True(t, nntp.Unlocks(key, lock))
	require.True(t, nntp.Unlocks("other:x  SHA256:"+key[7:], "sha1:x\t"+lock))
	require.False(t, nntp.Unlocks(key, strings.Replace(lock, "s/", "S/", 1)), "base64 has cases")
	require.False(t, nntp.Unlocks(lock, lock))
	require.False(t, nntp.Unlocks("", lock))
	require.False(t, nntp.Unlocks(key, ""))
	require.False(t, nntp.Unlocks("x:", "x:"))
	require.False(t, nntp.Unlocks("sha256:", "sha256:"+lock[7:]))
	require.True(t, nntp.Unlocks("(a (b\\)) c)"+key+"(d)", "md5:x(sha256:x)"+lock), "comments are accepted")
	require.False(t, nntp.Unlocks("("+key+")", lock), "and are no keys")
	require.False(t, nntp.Unlocks(key, "(("+lock+")"))
	require.True(t, nntp.Unlocks("sha512:abc", "sha512:"+sha512Of("abc")))
	many := strings.Repeat("md5:x ", 1000)
	require.True(t, nntp.Unlocks(many+key, many+lock), "those of other schemes hide none")
	require.False(t, nntp.Unlocks("sha256", "sha256"))
	// printf aaaBBBcccDDDeeeFFF | openssl sha1 -binary | base64
	require.True(t, nntp.Unlocks("ShA1:aaaBBBcccDDDeeeFFF", "sha1:"+sha1Of("aaaBBBcccDDDeeeFFF")))

	secret := []byte("secret")
	require.True(t, nntp.Unlocks(nntp.CancelKey(secret, "ann", "<1@x>"), nntp.CancelLock(secret, "ann", "<1@x>")))
	require.False(t, nntp.Unlocks(nntp.CancelKey(secret, "bob", "<1@x>"), nntp.CancelLock(secret, "ann", "<1@x>")))
	require.False(t, nntp.Unlocks(nntp.CancelKey(secret, "ann", "<2@x>"), nntp.CancelLock(secret, "ann", "<1@x>")))
}

// relay has the server take an article with fields besides those of relayed.
func relay(tb testing.TB, srv *nntp.Server, id, extra, body string) error {
	tb.Helper()
	from := &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}
	return srv.Relay(tb.Context(), from, []byte(relayed(id)+extra+"\r\n"+body))
}

// TestCancel: only who has the key can cancel or supersede, without a policy.
func TestCancel(t *testing.T) {
	secret := []byte("s")
	lock, key := nntp.CancelLock(secret, "u", "<old@x>"), nntp.CancelKey(secret, "u", "<old@x>")
	for name, tc := range map[string]struct {
		extra string
		gone  bool
	}{
		"cancel":              {"Control: cancel <old@x>\r\nCancel-Key: " + key + "\r\n", true},
		"supersedes":          {"Supersedes: <old@x>\r\nCancel-Key: " + key + "\r\n", true},
		"cancel without key":  {"Control: cancel <old@x>\r\n", false},
		"cancel, wrong key":   {"Control: cancel <old@x>\r\nCancel-Key: sha256:x\r\n", false},
		"supersedes, no key":  {"Supersedes: <old@x>\r\n", false},
		"cancel in a subject": {"X-Subject: cmsg cancel <old@x>\r\nCancel-Key: " + key + "\r\n", false},
		"also-control":        {"Also-Control: cancel <old@x>\r\nCancel-Key: " + key + "\r\n", false},
		"case":                {"Control: CANCEL <old@x>\r\nCancel-Key: " + key + "\r\n", true},
		"key of nothing here": {"Control: cancel <none@x>\r\nCancel-Key: " + key + "\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			srv, store := hostile(t, "control.cancel")
			require.NoError(t, relay(t, srv, "<old@x>", "Cancel-Lock: "+lock+"\r\n", "x\r\n"))
			require.NoError(t, relay(t, srv, "<new@x>", tc.extra, "x\r\n"))
			_, err := store.Find(t.Context(), "<old@x>")
			require.Equal(t, tc.gone, errors.Is(err, nntp.ErrNoArticle), "%v", err)
			a, err := store.Find(t.Context(), "<new@x>")
			require.NoError(t, err)
			if strings.HasPrefix(tc.extra, "Control") {
				require.Equal(t, []nntp.Place{{"control.cancel", 1}}, a.Places)
			}
			seen, err := store.Seen(t.Context(), "<none@x>")
			require.NoError(t, err)
			require.False(t, seen, "a cancel of what is not here, that nobody vouches for, is not remembered")
		})
	}
}

// TestCancelInStream: a cancel right behind its target finds it.
func TestCancelInStream(t *testing.T) {
	secret := []byte("s")
	srv, store := hostile(t)
	var in strings.Builder
	for i := range 50 {
		old, id := fmt.Sprintf("<old%d@x>", i), fmt.Sprintf("<new%d@x>", i)
		in.WriteString("TAKETHIS " + old + "\r\n" + relayed(old) + "Cancel-Lock: " + nntp.CancelLock(secret, "", old) + "\r\n\r\n.\r\n")
		in.WriteString("TAKETHIS " + id + "\r\n" + relayed(id) + "Control: cancel " + old + "\r\nCancel-Key: " + nntp.CancelKey(secret, "", old) + "\r\n\r\n.\r\n")
	}
	for _, code := range say(t, srv, strings.NewReader(in.String())) {
		require.Equal(t, "239", code)
	}
	g, err := store.Group(t.Context(), "example.test")
	require.NoError(t, err)
	require.Zero(t, g.Count)
}

// sha512Of is the lock of a key.
func sha512Of(key string) string {
	sum := sha512.Sum512([]byte(key))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestControlPolicy(t *testing.T) {
	policy := &nntp.ControlPolicy{
		Rules: []nntp.ControlRule{
			{Verbs: []string{"newgroup", "rmgroup"}, Signer: "hierarchy", Groups: patterns("big.*,poster,town.*,example.*"), Action: nntp.Obey},
			{Verbs: []string{"newgroup", "checkgroups"}, From: []string{"Boss@example.org"}, Groups: patterns("town.*,example.test"), Action: nntp.Obey},
			{Verbs: []string{"rmgroup"}, Action: nntp.Refuse},
			{Verbs: []string{"cancel"}, Unlock: true, From: []string{"boss@example.org"}, Action: nntp.Obey},
		},
		Verify: func(_ context.Context, c *nntp.Control) (string, error) {
			switch c.Article.Header.Get("X-PGP-Sig") {
			case "good":
				return "hierarchy", nil
			case "cannot tell":
				return "", errors.New("no keyring")
			}
			return "", nil
		},
	}
	srv, store := hostile(t, "control", "big.old", "town.extra")
	srv.Control = policy.Decide
	exists := func(name string) bool {
		_, err := store.Group(t.Context(), name)
		return err == nil
	}
	approved := "Approved: x@example.org\r\n"
	boss := approved + "Sender: The Boss <boss@EXAMPLE.ORG>\r\n"

	require.NoError(t, relay(t, srv, "<1@x>", approved+"Control: newgroup big.new moderated\r\n", ""))
	require.False(t, exists("big.new"), "not signed")
	require.NoError(t, relay(t, srv, "<2@x>", approved+"X-PGP-Sig: good\r\nControl: newgroup big.new moderated\r\n",
		"For your newsgroups file:\r\nbig.new\t\tNew things. (Moderated)\r\n"))
	g, err := store.Group(t.Context(), "big.new")
	require.NoError(t, err)
	require.Equal(t, nntp.Moderated, g.Status)
	require.Equal(t, "New things.", strings.TrimSpace(g.Description))
	require.Equal(t, "a@b.example", g.Creator)
	require.Equal(t, 436, relay(t, srv, "<3@x>", approved+"X-PGP-Sig: cannot tell\r\nControl: rmgroup big.old\r\n", "").(nntp.Reply).Code)
	require.Equal(t, 437, relay(t, srv, "<4@x>", approved+"Control: rmgroup big.old\r\n", "").(nntp.Reply).Code)
	require.NoError(t, relay(t, srv, "<5@x>", approved+"X-PGP-Sig: good\r\nControl: rmgroup big.old\r\n", ""))
	require.False(t, exists("big.old"))
	require.NoError(t, relay(t, srv, "<6@x>", boss+"Control: newgroup big.boss\r\n", ""))
	require.False(t, exists("big.boss"), "a group that the boss has no say in")
	require.NoError(t, relay(t, srv, "<7@x>", boss+"Control: newgroup town.boss\r\n", ""))
	require.True(t, exists("town.boss"))
	for i, name := range []string{"poster", "town.all", "town.2026", "town.Upper", "example.boss"} {
		require.NoError(t, relay(t, srv, fmt.Sprintf("<7.%d@x>", i), approved+"X-PGP-Sig: good\r\nControl: newgroup "+name+"\r\n", ""))
		require.False(t, exists(name), "no group may have that name")
	}
	require.NoError(t, relay(t, srv, "<8@x>", boss+"Control: checkgroups town #2000010100\r\n", "town.7\tNone.\r\ntown.listed\tA list.\r\ntown.mod\tB. (Moderated)\r\nnot a line\r\n"))
	require.True(t, exists("town.listed"))
	require.False(t, exists("town.7"))
	require.True(t, exists("town.extra"), "what is not listed stays, for people to decide")
	g, err = store.Group(t.Context(), "town.mod")
	require.NoError(t, err)
	require.Equal(t, nntp.Moderated, g.Status)

	// A cancel without a lock.
	require.NoError(t, relay(t, srv, "<old@x>", "", "x\r\n"))
	require.NoError(t, relay(t, srv, "<9@x>", "Control: cancel <old@x>\r\n", ""))
	_, err = store.Find(t.Context(), "<old@x>")
	require.NoError(t, err)
	require.NoError(t, relay(t, srv, "<10@x>", "Sender: boss@example.org\r\nControl: cancel <old@x>\r\n", ""))
	_, err = store.Find(t.Context(), "<old@x>")
	require.ErrorIs(t, err, nntp.ErrNoArticle)
}

// TestControlReach: authority over some newsgroups is none over what a message says
// about others, whatever its Newsgroups are.
func TestControlReach(t *testing.T) {
	srv, store := hostile(t, "local.test")
	srv.Control = (&nntp.ControlPolicy{Rules: []nntp.ControlRule{{Groups: patterns("local.*"), Action: nntp.Obey}}}).Decide
	n := 0
	relay := func(group, more string) {
		n++
		head := strings.Replace(relayed(fmt.Sprintf("<%d@x>", n)), "example.test", group, 1)
		require.NoError(t, srv.Relay(t.Context(), &nntp.Source{Access: nntp.Access{Feed: nntp.MatchAll()}}, []byte(head+more)))
	}
	here := func(id string) bool {
		_, err := store.Find(t.Context(), id)
		return err == nil
	}
	relay("example.test", "\r\n")
	relay("local.test", "\r\n")
	relay("local.test", "Control: cancel <1@x>\r\n\r\n")
	relay("local.test", "Supersedes: <1@x>\r\n\r\n")
	require.True(t, here("<1@x>"))
	relay("local.test", "Control: cancel <2@x>\r\n\r\n")
	require.False(t, here("<2@x>"))

	check := "Control: checkgroups\r\nApproved: x@b.example\r\n\r\nlocal.new\tNew\r\n"
	relay("local.test", check+"example.new\tNew\r\n")
	_, err := store.Group(t.Context(), "example.new")
	require.ErrorIs(t, err, nntp.ErrNoGroup)
	_, err = store.Group(t.Context(), "local.new")
	require.ErrorIs(t, err, nntp.ErrNoGroup, "all or nothing")
	relay("local.test", check)
	_, err = store.Group(t.Context(), "local.new")
	require.NoError(t, err)
}
