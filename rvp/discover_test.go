package rvp

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

const discoverZone = `
	_rvp._tcp.example.test.  SRV 0 0 80 im.example.test.
	im.example.test.         A 192.0.2.1

	_rvp._tcp.many.test.     SRV 5 0 80 back.many.test.
	_rvp._tcp.many.test.     SRV 0 10 80 im1.many.test.
	_rvp._tcp.many.test.     SRV 0 90 5280 im2.many.test.
	_rvp._tcp.many.test.     SRV 0 90 80 im3.many.test.

	_rvp._tcp.hosted.test.   SRV 0 0 5281 im.provider.test.
	_rvp._tcp.lodger.test.   SRV 0 0 80 im.provider.test.

	_rvp._tcp.none.test.     SRV 0 0 0 .
	im.none.test.            A 192.0.2.9

	im.plain.test.           A 192.0.2.2
	plain.test.              A 192.0.2.3
	alone.test.              A 192.0.2.4
	im.six.test.             AAAA 2001:db8::1
`

func TestDiscover(t *testing.T) {
	for _, test := range []struct{ user, url, targets string }{
		// SRV records (RVP-024, RVP-026).
		{"anna@example.test", "http://im.example.test/instmsg/aliases/anna", "im.example.test:80"},
		{"anna.poe@EXAMPLE.Test.", "http://im.example.test/instmsg/aliases/anna.poe", "im.example.test:80"},
		{"anna@im.example.test", "http://im.example.test/instmsg/aliases/anna", "im.example.test:80"},
		{"anna@hosted.test", "http://im.provider.test:5281/instmsg/aliases/anna", "im.provider.test:5281"},
		{"anna@lodger.test", "http://im.provider.test/instmsg/aliases/anna", "im.provider.test:80"},

		// None (RVP-025).
		{"anna@plain.test", "http://im.plain.test/instmsg/aliases/anna", "im.plain.test:80"},
		{"anna@im.plain.test", "http://im.plain.test/instmsg/aliases/anna", "im.plain.test:80"},
		{"anna@alone.test", "http://alone.test/instmsg/aliases/anna", "alone.test:80"},
		{"anna@six.test", "http://im.six.test/instmsg/aliases/anna", "im.six.test:80"},

		// Without the DNS.
		{"anna@192.0.2.7", "http://192.0.2.7/instmsg/aliases/anna", "192.0.2.7:80"},
		{"anna@192.0.2.7:5280", "http://192.0.2.7:5280/instmsg/aliases/anna", "192.0.2.7:5280"},
		{"anna@alone.test:5280", "http://alone.test:5280/instmsg/aliases/anna", "alone.test:5280"},
		{"http://im.example.test/instmsg/aliases/anna", "http://im.example.test/instmsg/aliases/anna", "im.example.test:80"},
		{"http://alone.test:5280/instmsg/aliases/anna", "http://alone.test:5280/instmsg/aliases/anna", "alone.test:5280"},
	} {
		t.Run(test.user, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &Locator{Resolver: dnstest.NewServer(t, discoverZone).Client()}
				s, err := l.Discover(t.Context(), test.user)
				require.NoError(t, err)
				require.Equal(t, test.url, s.User.URL())
				require.Equal(t, s.User.Host, s.Domain)
				require.Equal(t, test.targets, strings.Join(s.Targets, " "))
			})
		})
	}
}

// Who a user is does not depend on which router comes first this time.
func TestDiscoverSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Locator{Resolver: dnstest.NewServer(t, discoverZone).Client()}
		orders := map[string]bool{}
		for range 200 {
			s, err := l.Discover(t.Context(), "anna@many.test")
			require.NoError(t, err)
			require.Equal(t, "im2.many.test", s.Domain)
			require.Len(t, s.Targets, 4)
			require.Equal(t, "back.many.test:80", s.Targets[3])
			require.True(t, slices.Contains(s.Targets, "im2.many.test:5280"))
			orders[s.Targets[0]] = true
		}
		require.Len(t, orders, 3)
	})
}

func TestDiscoverNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Locator{Resolver: dnstest.NewServer(t, discoverZone).Client()}
		for user, kind := range map[string]dnsresolve.Kind{
			"anna@none.test":                         dnsresolve.Unavailable,
			"anna@nobody.test":                       dnsresolve.NotExist,
			"anna@" + strings.Repeat("a", 64) + ".x": dnsresolve.BadName,
		} {
			_, err := l.Discover(t.Context(), user)
			e, ok := errors.AsType[*dnsresolve.Error](err)
			require.True(t, ok, "%s: %v", user, err)
			require.Equal(t, kind, e.Kind, user)
		}
		for _, user := range []string{"", "anna", "@example.test", "anna@", "http://im.example.test/"} {
			_, err := l.Discover(t.Context(), user)
			require.ErrorIs(t, err, ErrNotNode, user)
		}
	})
}

// A look-up that fails never makes another host the user's.
func TestDiscoverServFail(t *testing.T) {
	for name, user := range map[string]string{
		"_rvp._tcp.example.test": "anna@example.test",
		"_rvp._tcp.plain.test":   "anna@plain.test",
		"im.alone.test":          "anna@alone.test",
	} {
		synctest.Test(t, func(t *testing.T) {
			srv := dnstest.NewServer(t, discoverZone)
			srv.Fail(name, dnstest.Fault{Code: 2})
			l := &Locator{Resolver: srv.Client()}
			_, err := l.Discover(t.Context(), user)
			e, ok := errors.AsType[*dnsresolve.Error](err)
			require.True(t, ok, "%v", err)
			require.True(t, e.Temporary())
		})
	}
}
