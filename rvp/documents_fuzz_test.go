package rvp

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tooMuch reports whether a document that we wrote is refused for a limit: what is written may be a little deeper or longer
// than what was read.
func tooMuch(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "deeper than") || strings.Contains(err.Error(), "more than"))
}

// FuzzPropertyUpdate checks that what was parsed is read again as it was once it was written, that encoding/xml takes
// what was written, and that each change has a name.
func FuzzPropertyUpdate(f *testing.F) {
	for _, s := range []string{perlOnline, perlSet, mirandaOther} {
		f.Add([]byte(s))
	}
	f.Add(appendPropertyUpdate(nil, []PropertyChange{{Name: PropEmail, Remove: true}, {Name: PropState, Lease: Lease{Value: "<r:busy/>"}, View: "1"}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		changes, err := parsePropertyUpdate(b)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		for _, c := range changes {
			require.NotEmpty(t, c.Name.Local)
		}
		doc := appendPropertyUpdate(nil, changes)
		stdNames(t, string(doc))
		again, err := parsePropertyUpdate(doc)
		if tooMuch(err) {
			return
		}
		require.NoError(t, err, "%q", doc)
		require.Equal(t, changes, again)
	})
}

// FuzzPropFind checks that what was parsed is read again as it was once it was written, and asks for something.
func FuzzPropFind(f *testing.F) {
	f.Add([]byte(perlAll))
	f.Add([]byte(perlGet))
	f.Add([]byte("<propfind xmlns='DAV:'><propname/></propfind>"))
	f.Add([]byte("<d:propfind><d:prop><x:a xmlns:x='urn:x&amp;'/><b/></d:prop></d:propfind>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		find, err := parsePropFind(b)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		require.True(t, find.All || find.Names || len(find.Props) > 0)
		again, err := parsePropFind(find.append(nil))
		require.NoError(t, err)
		require.Equal(t, find, again)
	})
}

// FuzzMultistatus checks that what was parsed is read again as it was once it was written, and that encoding/xml takes
// what was written.
func FuzzMultistatus(f *testing.F) {
	f.Add(appendMultistatus(nil, []response{{anna.URL(), []propStat{{200, []Property{StateProperty(Busy)}}, {404, []Property{{Name: PropEmail}}}}}}))
	f.Add([]byte("<multistatus xmlns='DAV:'><response><href> x </href><status>HTTP/1.1 403</status></response></multistatus>"))
	f.Add([]byte("<d:multistatus><d:response><d:propstat><d:prop><r:state><online/> <r:view-id>1</r:view-id></r:state></d:prop><d:status>x</d:status></d:propstat></d:response></d:multistatus>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parseMultistatus(b)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		doc := appendMultistatus(nil, all)
		stdNames(t, string(doc))
		again, err := parseMultistatus(doc)
		if tooMuch(err) {
			return
		}
		require.NoError(t, err, "%q", doc)
		require.Equal(t, all, again)
	})
}

// FuzzSubscriptions checks that what was parsed is read again as it was once it was written, and that no time is
// negative.
func FuzzSubscriptions(f *testing.F) {
	f.Add(appendSubscriptions(nil, []subscriptionEntry{{1, "http://192.0.2.1:1025", anna.Principal(), time.Hour}, {ID: 2}}))
	f.Add([]byte("<subscriptions xmlns='DAV:'><subscription><timeout> Second-1 </timeout><subscription-id> 7 </subscription-id></subscription></subscriptions>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := parseSubscriptions(b)
		if err != nil {
			require.ErrorIs(t, err, errXML)
			return
		}
		for _, e := range entries {
			require.GreaterOrEqual(t, e.Left, time.Duration(0))
		}
		again, err := parseSubscriptions(appendSubscriptions(nil, entries))
		require.NoError(t, err)
		require.Equal(t, entries, again)
	})
}
