package queue

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// FuzzPattern: for any pattern and domain, ASCII letters' case and a final dot make no difference; what a pattern holds by
// the tables is what it holds by its definition; and a Route that is found is found again by its name.
func FuzzPattern(f *testing.F) {
	f.Add("example.org", "example.org")
	f.Add("*.example.org", "a.b.Example.ORG.")
	f.Add("*", "[192.0.2.1]")
	f.Add("*.0.2.1]", "[192.0.2.1]")
	f.Add("*.org", ".org")
	f.Add("*.", "")
	f.Add("K.example", "\u212a.example")
	f.Fuzz(func(t *testing.T, pattern, domain string) {
		c, err := NewConnectors(Connector{Name: "c", Spaces: []AddressSpace{{Pattern: pattern}}, Domains: map[string]RouteOptions{pattern: {MaxSize: 1}}})
		if err != nil {
			return
		}
		to := smtp.Path{Local: "x", Domain: domain}
		route, err := c.Route(context.Background(), to, nil)
		require.Equal(t, holds(pattern, domain), err == nil)
		if err != nil {
			require.ErrorIs(t, err, ErrNoRoute)
			return
		}
		require.EqualValues(t, 1, route.Options.MaxSize)
		upper := smtp.Path{Local: "x", Domain: upper(domain)}
		again, ok := c.Named(context.Background(), route.Name, upper)
		require.True(t, ok)
		require.Equal(t, route, again)
	})
}

// holds is what AddressSpace says a pattern holds.
func holds(pattern, domain string) bool {
	pattern, domain = fold(pattern), fold(domain)
	if pattern == "*" {
		return true
	}
	if suffix, ok := strings.CutPrefix(pattern, "*."); ok {
		return !strings.HasPrefix(domain, "[") && len(domain) > len(suffix)+1 && strings.HasSuffix(domain, "."+suffix)
	}
	return pattern == domain
}

// upper makes ASCII letters great and leaves all other octets alone.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// FuzzFileTracker: an event is one line of twelve fields for each recipient, whatever its own fields hold, and no line has
// a control character.
func FuzzFileTracker(f *testing.F) {
	f.Add("id", "a b", "example.org", "route", "mx.example.org", "ok", 250)
	f.Add("id\n", "a\tb", "exa\r\nmple", "r\x00", "\u0085\u2028", "two\nlines", 550)
	f.Add("\xff", "\"", "\x1b[2J", "#", "", "", 0)
	f.Fuzz(func(t *testing.T, id, local, domain, route, remote, text string, code int) {
		dir := t.TempDir()
		tracker := &FileTracker{Dir: dir}
		p := smtp.Path{Local: local, Domain: domain}
		e := &Event{
			Time: time.Date(2003, 4, 1, 12, 0, 0, 0, time.UTC), Kind: Failed, Message: id, About: id, Sender: p,
			To: []Recipient{{RcptParams: smtp.RcptParams{Path: p}}, {Index: 1}}, Route: route, Remote: remote, Reply: smtp.R(code, smtp.Enhanced{}, text),
		}
		tracker.Track(context.Background(), e)
		require.NoError(t, tracker.Close())
		log, err := os.ReadFile(filepath.Join(dir, "20030401.log"))
		require.NoError(t, err)
		lines := strings.Split(string(log), "\n")
		require.Len(t, lines, 4)
		require.Empty(t, lines[3])
		for _, l := range lines[:3] {
			require.Len(t, strings.Split(l, "\t"), 13)
			require.False(t, strings.ContainsFunc(l, func(r rune) bool { return r != '\t' && printable(r) != r }))
		}
	})
}
