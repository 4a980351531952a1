package rvp_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve/dnstest"
	"github.com/wirepost/wirepost/rvp"
)

// Who is where (RVP-024 to RVP-026).
func TestClientFind(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		c := o.client("anna", 1)
		for user, want := range map[string]rvp.Node{
			"Ben@Example.TEST": node("ben"),
			"http://im.example.test/instmsg/aliases/first.last": node("first.last"),
			"eve@other.test": {Host: "im.other.test", Name: "eve"},
		} {
			n, err := c.Find(t.Context(), user)
			require.NoError(t, err)
			require.Equal(t, want, n)
		}
		_, err := c.Find(t.Context(), "ben")
		require.ErrorIs(t, err, rvp.ErrNotNode)
		_, err = c.Find(t.Context(), "ben@nowhere.test")
		require.Error(t, err)
		require.Equal(t, rvp.Node{}, c.Node())
	})
}

// Two programs of a user: the one that ends does not take the other with it, and a
// choice is both's (RVP-076, RVP-078).
func TestTwoPrograms(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		desk, phone, ben := o.client("anna", 1), o.client("anna", 3), o.client("ben", 2)
		phone.Events = func(e rvp.ClientEvent) { o.happened("phone", e) }
		o.logOn(desk, phone, ben)
		_, err := ben.Watch(t.Context(), node("anna"))
		require.NoError(t, err)
		o.seen("ben")
		o.seen("phone")
		require.NoError(t, desk.SetState(t.Context(), rvp.Busy))
		require.Equal(t, []string{"anna is busy"}, o.seen("phone"))
		require.Equal(t, []string{"anna is busy"}, o.seen("ben"))
		require.NoError(t, ben.Converse(node("anna")).Send(t.Context(), "both of you"))
		require.Contains(t, o.seen("phone"), "ben says both of you")
		require.Contains(t, o.seen("anna"), "ben says both of you")
		for range 5 {
			require.NoError(t, desk.SetState(t.Context(), rvp.Offline))
			require.NoError(t, desk.SetState(t.Context(), rvp.Online))
		}
		pass(5 * time.Hour)
		o.seen("ben")
		require.NoError(t, desk.LogOff(t.Context()))
		require.Empty(t, o.seen("ben"), "the phone is there")
		require.NoError(t, phone.LogOff(t.Context()))
		require.Equal(t, []string{"anna is offline"}, o.seen("ben"))
	})
}

// A program that crashes is offline when its lease is over, and not reachable at once.
func TestClientCrash(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna, ben := o.client("anna", 1), o.client("ben", 2)
		o.logOn(anna, ben)
		_, err := ben.Watch(t.Context(), node("anna"))
		require.NoError(t, err)
		o.seen("ben")
		o.unplug("198.51.100.1", true)
		require.ErrorIs(t, ben.Converse(node("anna")).Send(t.Context(), "hello?"), rvp.ErrNotReachable)
		pass(19 * time.Minute)
		require.Empty(t, o.seen("ben"))
		pass(time.Minute)
		require.Equal(t, []string{"anna is offline"}, o.seen("ben"))
	})
}

// A server that goes by another name of its domain is understood; one that names
// somebody else is not.
func TestContactAlias(t *testing.T) {
	for href, told := range map[string]string{
		"http://im.example.test:80/instmsg/aliases/Ben/":       "ben is busy",
		"http://router2.example.test:8080/instmsg/aliases/ben": "ben is busy",
		"http://example.test/instmsg/aliases/ben":              "ben is busy",
		"http://im.other.test/instmsg/aliases/ben":             "",
		"http://im.example.test/instmsg/aliases/dora":          "",
	} {
		inRude(t, func(t *testing.T, o *office, s *rude) {
			anna := o.client("anna", 1)
			o.logOn(anna)
			s.set(func(w http.ResponseWriter, r *http.Request, name, _ string) bool {
				if r.Method != "SUBSCRIBE" || name != "ben" {
					return false
				}
				w.Header().Set("Subscription-Id", "77")
				w.WriteHeader(207)
				fmt.Fprint(w, strings.ReplaceAll(statusOf(name, "online"), url("ben"), href))
				return true
			})
			_, err := anna.Watch(t.Context(), node("ben"))
			require.NoError(t, err)
			o.seen("anna")
			require.Equal(t, 200, s.call(t).notify("NOTIFY /", change(href, url("anna"), "busy")))
			require.Equal(t, told, strings.Join(o.seen("anna"), ", "), href)
			require.Len(t, anna.Contacts(), 1)
			require.NoError(t, anna.Unwatch(t.Context(), node("ben")))
			require.Equal(t, 200, s.call(t).notify("NOTIFY /", change(href, url("anna"), "away")))
			require.Empty(t, o.seen("anna"))
		})
	}
}

// A contact whose server is away for a while is asked again, and no other one waits
// for that.
func TestContactServerAway(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna := o.client("anna", 1)
		o.logOn(anna)
		eve := rvp.Node{Host: "im.other.test", Name: "eve"}
		_, err := anna.Watch(t.Context(), eve)
		require.Error(t, err)
		_, err = anna.Watch(t.Context(), node("ben"))
		require.NoError(t, err)
		require.Equal(t, rvp.Connected, anna.Status(), "that is nothing to the own server")
		pass(24 * time.Hour)
		o.mu.Lock()
		tries := o.dials["192.0.2.9:80"]
		o.mu.Unlock()
		require.Less(t, tries, 60)
		require.Len(t, only(o.seen("anna"), "eve is unknown"), 1)
		require.Error(t, anna.Contacts()[1].Err)
	})
}

// Many contacts, in a minute, by a few requests at a time.
func TestManyContacts(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		anna := o.client("anna", 1)
		for i := range 500 {
			_, err := anna.Watch(t.Context(), node(fmt.Sprint("user", i)))
			require.NoError(t, err)
		}
		o.logOn(anna)
		pass(time.Minute)
		for _, p := range anna.Contacts() {
			require.Equal(t, rvp.Offline, p.State)
		}
		require.NoError(t, anna.LogOff(t.Context()))
		require.Len(t, strings.Split(strings.Join(without(o.asked(), "SUBSCRIBE"), "\n"), "UNSUBSCRIBE user"), 501)
	})
}

// No form of printing shows the password.
func TestClientPrintsNoPassword(t *testing.T) {
	c := &rvp.Client{User: "anna@example.test", Password: "tanstaaf", Locator: &rvp.Locator{Resolver: dnstest.NewServer(t, "").Client()}}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).InfoContext(context.Background(), "x", "client", c)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v", c, c), log.String()} {
		require.NotContains(t, s, "tanstaaf")
		require.Contains(t, s, "anna@example.test")
	}
}
