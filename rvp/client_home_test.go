package rvp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// What a client asks of the server, and when (RVP-147, RVP-148).
func TestClientOrder(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna := o.client("anna", 1)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err, "it is only noted")
		require.Equal(t, rvp.LoggedOff, anna.Status())
		o.logOn(anna)
		require.Equal(t, []string{
			"SUBSCRIBE anna 200", "SUBSCRIBE anna 207", "PROPPATCH anna 207", "SUBSCRIBE ben 207",
		}, without(o.asked(), "SUBSCRIPTIONS"))
		require.Equal(t, node("anna"), anna.Node())
		require.Equal(t, rvp.Connected, anna.Status())
		require.ErrorIs(t, anna.LogOn(t.Context()), rvp.ErrLoggedOn)

		require.NoError(t, anna.LogOff(t.Context()))
		asked := o.asked()
		require.Equal(t, "PROPPATCH anna 207", asked[0])
		require.ElementsMatch(t, []string{"UNSUBSCRIBE anna 200", "UNSUBSCRIBE ben 200"}, asked[1:3])
		require.Equal(t, []string{"UNSUBSCRIBE anna 200"}, asked[3:])
		require.NoError(t, anna.LogOff(t.Context()), "who is logged off is")
		require.ErrorIs(t, anna.Converse(node("ben")).Send(t.Context(), "?"), rvp.ErrNotLoggedOn)
		told := o.seen("anna")
		require.Equal(t, "connected", told[0])
		require.Equal(t, "logged off", told[len(told)-1])

		o.logOn(anna)
		require.Equal(t, "ben", anna.Contacts()[0].Node.Name, "contacts stay")
		require.Equal(t, rvp.Offline, anna.Contacts()[0].State)
	})
}

// without leaves out the requests of a method.
func without(all []string, method string) (rest []string) {
	for _, s := range all {
		if s[:min(len(s), len(method))] != method {
			rest = append(rest, s)
		}
	}
	return rest
}

// Contacts are told of as they come, change and go.
func TestClientPresence(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna)
		p, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		require.Equal(t, rvp.Presence{Node: node("ben"), State: rvp.Offline, DisplayName: "BEN", Email: "ben@example.test"}, p)
		_, err = anna.Watch(t.Context(), node("nobody"))
		require.ErrorIs(t, err, rvp.ErrNoUser)
		require.NoError(t, anna.Unwatch(t.Context(), node("nobody")))
		o.seen("anna")

		require.NoError(t, ben.SetState(t.Context(), rvp.Away))
		o.logOn(ben)
		require.Equal(t, []string{"ben is away"}, o.seen("anna"))
		for _, s := range []rvp.State{rvp.Busy, rvp.AtLunch, rvp.Idle, "juggling", rvp.Online} {
			require.NoError(t, ben.SetState(t.Context(), s))
			require.Equal(t, []string{"ben is " + string(s)}, o.seen("anna"))
			require.Equal(t, s, ben.State())
		}
		require.Error(t, ben.SetState(t.Context(), "<busy/>"))
		p, err = anna.Presence(t.Context(), node("ben"))
		require.NoError(t, err)
		require.Equal(t, rvp.Online, p.State)

		require.NoError(t, anna.Unwatch(t.Context(), node("ben")))
		require.NoError(t, ben.SetState(t.Context(), rvp.Busy))
		require.Empty(t, o.seen("anna"))
		require.Empty(t, anna.Contacts())
	})
}

// A day goes by: what is leased is refreshed before it ends, and no more often
// than that (RVP-083, RVP-149).
func TestClientDay(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna, ben)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		o.seen("anna")
		o.asked()
		pass(24 * time.Hour)
		asked := o.asked()
		require.Len(t, only(asked, "PROPPATCH anna 207"), 96, "each 15 minutes of a lease of 20")
		require.Len(t, only(asked, "SUBSCRIBE anna 200"), 96+6, "the logon as often, the own state 5 minutes before 4 hours are over")
		require.Len(t, only(asked, "SUBSCRIBE ben 200"), 96+6+6)
		require.Len(t, only(asked, "PROPFIND ben 207"), 6, "and with each renewal how ben is")
		require.Len(t, asked, 96*2+(96+6)+(96+6+6)+6, "nothing else, and nothing fails")
		require.Empty(t, o.seen("anna"))

		require.NoError(t, ben.SetState(t.Context(), rvp.OnPhone))
		require.Equal(t, []string{"ben is on-phone"}, o.seen("anna"))
		require.NoError(t, anna.Converse(node("ben")).Send(t.Context(), "still there?"))
		require.Contains(t, o.seen("ben"), "anna says still there?")
	})
}

func only(all []string, one string) (rest []string) {
	for _, s := range all {
		if s == one {
			rest = append(rest, s)
		}
	}
	return rest
}

// Who may see and send, and who watches.
func TestClientAccess(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna, ben)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		watchers, err := ben.Subscriptions(t.Context(), rvp.PropChange)
		require.NoError(t, err)
		require.Len(t, watchers, 2, "and himself")
		require.Equal(t, node("ben").Principal(), watchers[0].Principal)
		require.Equal(t, node("anna").Principal(), watchers[1].Principal)
		require.Equal(t, 4*time.Hour, time.Until(watchers[1].Until))

		require.NoError(t, ben.Block(t.Context(), node("anna").Principal()))
		require.ErrorIs(t, anna.Converse(node("ben")).Send(t.Context(), "hello?"), rvp.ErrDenied)
		require.NoError(t, anna.Unwatch(t.Context(), node("ben")))
		o.seen("anna")
		p, err := anna.Watch(t.Context(), node("ben"))
		require.ErrorIs(t, err, rvp.ErrDenied)
		require.Empty(t, p.State)
		require.Equal(t, []string{"ben is unknown"}, o.seen("anna"))
		pass(20 * time.Hour)
		require.Less(t, len(only(o.asked(), "SUBSCRIBE ben 403")), 60, "it is tried again, but not often")

		require.NoError(t, ben.Allow(t.Context(), node("anna").Principal()))
		require.NoError(t, anna.Converse(node("ben")).Send(t.Context(), "hello?"))
		pass(time.Hour)
		require.Equal(t, []string{"ben is online"}, o.seen("anna"))

		require.NoError(t, ben.Block(t.Context(), ""))
		acl, err := ben.ACL(t.Context())
		require.NoError(t, err)
		require.Equal(t, rvp.Principal(""), acl.Entries[len(acl.Entries)-1].Principal)
		require.NoError(t, anna.Converse(node("ben")).Send(t.Context(), "I may"), "an entry of its own comes first")
		require.Error(t, ben.Block(t.Context(), node("ben").Principal()))
	})
}

// A server that comes back without its memory is told everything again.
func TestClientServerRestart(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna, ben)
		_, err := anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		o.seen("anna")
		o.stop()
		o.startHome(memory.New())
		pass(16 * time.Minute)
		require.Contains(t, o.seen("anna"), "restored")
		require.Contains(t, o.seen("ben"), "restored")
		require.NoError(t, ben.SetState(t.Context(), rvp.Busy))
		require.Equal(t, []string{"ben is busy"}, o.seen("anna"))
		require.Equal(t, rvp.Restored, anna.Status())
	})
}

// The network goes and comes, for a moment or for a night.
func TestClientNetworkLoss(t *testing.T) {
	for _, gone := range []time.Duration{time.Minute, 10 * time.Hour} {
		inOffice(t, func(t *testing.T, o *office) {
			anna, ben := o.client("anna", 1), o.client("ben", 2)
			o.logOn(anna, ben)
			_, err := anna.Watch(t.Context(), node("ben"))
			require.NoError(t, err)
			o.seen("anna")
			o.unplug("198.51.100.1", true)
			require.Error(t, anna.Converse(node("ben")).Send(t.Context(), "hello?"))
			require.Equal(t, []string{"lost"}, o.seen("anna"), "it looks at once")
			require.NoError(t, ben.SetState(t.Context(), rvp.Busy))
			o.mu.Lock()
			o.dialed = nil
			o.mu.Unlock()
			pass(gone)
			o.mu.Lock()
			tries := len(o.dialed)
			o.mu.Unlock()
			require.Less(t, tries, 40+int(gone/(3*time.Minute)), "with a back-off")
			o.unplug("198.51.100.1", false)
			pass(5 * time.Minute)
			require.ElementsMatch(t, []string{"restored", "ben is busy"}, without(o.seen("anna"), "anna"))
			require.NoError(t, anna.Converse(node("ben")).Send(t.Context(), "here again"))
			require.Contains(t, o.seen("ben"), "anna says here again")
		})
	}
}

// A wrong password is an error, and is not tried again and again.
func TestClientWrongPassword(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna := o.client("anna", 1)
		anna.Password = "anna's"
		err := anna.LogOn(t.Context())
		require.ErrorIs(t, err, rvp.ErrLogin)
		require.NotContains(t, err.Error(), "anna's")
		require.Equal(t, rvp.LoggedOff, anna.Status())
		nobody := o.client("nobody", 2)
		require.ErrorIs(t, nobody.LogOn(t.Context()), rvp.ErrNoUser)
		require.Empty(t, o.seen("anna"))
	})
}
