package header_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		value, want string // RFC 3339; "" for no date
		kind        defect.Kind
	}{
		// RFC 5322, appendix A.
		{"Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00", ""},
		{"Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T10:52:37+02:00", ""},
		{"Thu, 13 Feb 1969 23:32:54 -0330", "1969-02-13T23:32:54-03:30", ""},
		{" 21 Nov 1997 10:05:43 -0600\r\n", "1997-11-21T10:05:43-06:00", ""},
		{"Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30", ""},
		{"21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z", header.ObsoleteYear},
		{"Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00", ""},
		// Zones.
		{"21 Nov 1997 09:55:06 EST", "1997-11-21T09:55:06-05:00", header.ObsoleteZone},
		{"21 Nov 1997 09:55:06 PDT", "1997-11-21T09:55:06-07:00", header.ObsoleteZone},
		{"21 Nov 1997 09:55:06 A", "1997-11-21T09:55:06Z", header.UnknownZone},
		{"21 Nov 1997 09:55:06 XYZT", "1997-11-21T09:55:06Z", header.UnknownZone},
		{"21 Nov 1997 09:55:06 -0000", "1997-11-21T09:55:06Z", ""},
		{"21 Nov 1997 09:55:06", "1997-11-21T09:55:06Z", header.MissingZone},
		{"21 Nov 1997 09:55:06 +9959", "1997-11-21T09:55:06Z", header.ZoneOutOfRange},
		{"21 Nov 1997 09:55:06 +0160", "1997-11-21T09:55:06Z", header.ZoneOutOfRange},
		{"21 Nov 1997 09:55:06 +12345", "1997-11-21T09:55:06Z", header.ZoneOutOfRange},
		{"21 Nov 1997 09:55:06 +01:30", "1997-11-21T09:55:06+01:30", header.OddDate},
		{"21 Nov 1997 09:55:06 +2", "1997-11-21T09:55:06+02:00", header.OddDate},
		{"21 Nov 1997 09:55:06 GMT+0200", "1997-11-21T09:55:06+02:00", header.ObsoleteZone},
		{"21 Nov 1997 09:55:06 +0200 CEST", "1997-11-21T09:55:06+02:00", header.OddDate},
		{"21 Nov 1997 09:55:06 0200", "1997-11-21T09:55:06+02:00", header.OddDate},
		// Years.
		{"1 Jan 49 00:00:00 +0000", "2049-01-01T00:00:00Z", header.ObsoleteYear},
		{"1 Jan 50 00:00:00 +0000", "1950-01-01T00:00:00Z", header.ObsoleteYear},
		{"1 Jan 101 00:00:00 +0000", "2001-01-01T00:00:00Z", header.ObsoleteYear},
		// Other forms.
		{"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z", header.MissingZone},
		{"Sun Nov  6 08:49:37 EST 1994", "1994-11-06T08:49:37-05:00", header.ObsoleteZone},
		{"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z", header.OddDate},
		{"1994-11-06T08:49:37Z", "1994-11-06T08:49:37Z", header.OddDate},
		{"1994-11-06 08:49:37.25+01:00", "1994-11-06T08:49:37+01:00", header.OddDate},
		{"1994-11-06", "1994-11-06T00:00:00Z", header.MissingTime},
		{"November 6, 1994 8:49 PM +0000", "1994-11-06T20:49:00Z", header.OddDate},
		{"6 Nov 1994 12:05 AM +0000", "1994-11-06T00:05:00Z", header.OddDate},
		{"6 Nov 1994 08.49.37 +0000", "1994-11-06T08:49:37Z", header.OddDate},
		{"Mon, 6 Nov 1994 08:49:37 +0000", "1994-11-06T08:49:37Z", header.WrongWeekday},
		{"Fri, 6 Nov 1994", "1994-11-06T00:00:00Z", header.WrongWeekday},
		{"31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z", ""},
		{"29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z", ""},
		// No date.
		{"29 Feb 1900 00:00:00 +0000", "", header.BadDate},
		{"31 Nov 1997 09:55:06 -0600", "", header.BadDate},
		{"0 Nov 1997 09:55:06 -0600", "", header.BadDate},
		{"21 Nov 1997 24:00:00 -0600", "", header.BadDate},
		{"21 Nov 1997 09:60:00 -0600", "", header.BadDate},
		{"21 Nov 1997 09:55:61 -0600", "", header.BadDate},
		{"21 Nov 99999999999999999999 09:55:06 -0600", "", header.BadDate},
		{"1994-13-06", "", header.BadDate},
		{"1994-00-06", "", header.BadDate},
		{"", "", header.NoDate},
		{"yesterday", "", header.NoDate},
		{"21 1997", "", header.NoDate},
		{"Nov 1997", "", header.NoDate},
	} {
		var found defect.List
		got, ok := header.ParseDate(c.value, &found)
		require.Equal(t, c.want != "", ok, "%q", c.value)
		if ok {
			require.Equal(t, c.want, got.Format(time.RFC3339), "%q", c.value)
		}
		if c.kind == "" {
			require.Zero(t, found.Len(), "%q: %v", c.value, found)
		} else {
			require.True(t, found.Has(c.kind), "%q: %v", c.value, found)
		}
	}
	_, ok := header.ParseDate(strings.Repeat("(", 1_000_000), nil)
	require.False(t, ok)
}

func TestFormatDate(t *testing.T) {
	at := time.Date(1997, time.November, 1, 9, 55, 6, 999, time.FixedZone("", -6*60*60))
	require.Equal(t, "Sat, 1 Nov 1997 09:55:06 -0600", header.FormatDate(at))
	require.Equal(t, "Sat, 1 Nov 1997 15:55:06 +0000", header.FormatDate(at.In(time.FixedZone("LMT", 61))))
	require.Equal(t, "Sat, 1 Nov 1997 15:55:06 +0000", header.FormatDate(at.In(time.FixedZone("", 25*60*60))))
}
