package relay_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue/relay"
)

// TestParseHop: what hosts of a Route may look like.
func TestParseHop(t *testing.T) {
	for s, want := range map[string]struct {
		relay.Hop
		printed string // if it is not s
	}{
		"relay.example.org":              {relay.Hop{Host: "relay.example.org", Port: "25"}, ""},
		"relay.example.org:587":          {relay.Hop{Host: "relay.example.org", Port: "587"}, ""},
		"smtp://relay.example.org":       {relay.Hop{Host: "relay.example.org", Port: "25"}, "relay.example.org"},
		"relay":                          {relay.Hop{Host: "relay", Port: "25"}, ""},
		"bücher.example":                 {relay.Hop{Host: "bücher.example", Port: "25"}, ""},
		"192.0.2.1":                      {relay.Hop{Host: "192.0.2.1", Port: "25"}, ""},
		"[192.0.2.1]":                    {relay.Hop{Host: "192.0.2.1", Port: "25"}, "192.0.2.1"},
		"[192.0.2.1]:26":                 {relay.Hop{Host: "192.0.2.1", Port: "26"}, "192.0.2.1:26"},
		"[relay.example.org]":            {relay.Hop{Host: "relay.example.org", Port: "25"}, "relay.example.org"},
		"2001:DB8::1":                    {relay.Hop{Host: "2001:db8::1", Port: "25"}, "[2001:db8::1]"},
		"[2001:db8::1]:25":               {relay.Hop{Host: "2001:db8::1", Port: "25"}, "[2001:db8::1]"},
		"[IPv6:2001:db8::1]:26":          {relay.Hop{Host: "2001:db8::1", Port: "26"}, "[2001:db8::1]:26"},
		"[fe80::1%eth0]:26":              {relay.Hop{Host: "fe80::1%eth0", Port: "26"}, ""},
		"smtps://relay.example.org":      {relay.Hop{Host: "relay.example.org", Port: "465", TLS: true}, ""},
		"smtps://relay.example.org:4650": {relay.Hop{Host: "relay.example.org", Port: "4650", TLS: true}, ""},
		"lmtp://store.example.org":       {relay.Hop{Host: "store.example.org", Port: "24", LMTP: true}, ""},
		"lmtp://[::1]:24":                {relay.Hop{Host: "::1", Port: "24", LMTP: true}, "lmtp://[::1]"},
		"lmtp:///run/store/lmtp":         {relay.Hop{Host: "/run/store/lmtp", LMTP: true}, ""},
		"smtp:///run/smtp":               {relay.Hop{Host: "/run/smtp"}, ""},
	} {
		got, err := relay.ParseHop(s)
		require.NoError(t, err, s)
		require.Equal(t, want.Hop, got, s)
		if want.printed == "" {
			want.printed = s
		}
		require.Equal(t, want.printed, got.String())
	}
	for _, s := range []string{
		"", ":25", "[]", "[]:25", "relay:", "relay:0", "relay:65536", "relay:smtp", "relay:+25", "relay:025", "relay:25:25", "http://relay",
		"LMTP://relay", "smtp://", "smtp://relay/", "smtp://u@relay", "/run/lmtp", "smtps:///run/x", "lmtp:///", "lmtp:///a\nb", "[relay", "relay]",
		"re lay", "relay\r\n", "relay\x00", "fe80::1%a\r\nb", "[fe80::1%a b]:25", "relay,other", "[[::1]]", "[IPv6:]", `re"lay`, "relay%x",
	} {
		got, err := relay.ParseHop(s)
		require.Error(t, err, "%q", s)
		require.Zero(t, got)
		require.NotContains(t, err.Error(), "\n")
	}
}

// FuzzParseHop holds ParseHop to these properties:
//
//	clean: no part has a control character or a space
//	round: parsing what String prints gives the same Hop
//	whole: there is a host; there is a port if and only if the host is no path
//	quoted: the error has no control character of the input
func FuzzParseHop(f *testing.F) {
	for _, s := range []string{
		"relay.example.org", "relay:587", "[2001:db8::1]:25", "[IPv6:::1]", "smtps://a", "lmtp:///run/x", "lmtp://b:24", "fe80::1%e\n0", "a\r\nb", "::ffff:1.2.3.4",
		"smtp://[::1%25]:1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := relay.ParseHop(s)
		if err != nil {
			require.Zero(t, h)
			require.False(t, strings.ContainsFunc(err.Error(), isControl), "quoted")
			return
		}
		require.False(t, strings.ContainsFunc(h.Host+h.Port, func(c rune) bool { return c == ' ' || isControl(c) }), "clean")
		again, err := relay.ParseHop(h.String())
		require.NoError(t, err, "round: %q", h.String())
		require.Equal(t, h, again, "round")
		require.NotEmpty(t, h.Host, "whole")
		require.Equal(t, strings.HasPrefix(h.Host, "/"), h.Port == "", "whole")
	})
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f }
