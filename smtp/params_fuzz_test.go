package smtp_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// FuzzChunkArgs checks what the parser of BDAT lets through: a size that is not
// negative, and is the one that was written; and that each error hangs up,
// because what follows cannot be told apart from commands.
func FuzzChunkArgs(f *testing.F) {
	for _, s := range []string{"0", "5 LAST", "5 last ", "-1", "+1", "0x10", "4294967296", "9223372036854775808", "00000000000000000000", "000000000000000000000", "1 LAST LAST", "", "1LAST"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, last, err := smtp.ParseChunk(s)
		if err != nil {
			require.True(t, asReply(err).Close, "%q", s)
			return
		}
		words := strings.Fields(s)
		want, err := strconv.ParseUint(words[0], 10, 63)
		require.NoError(t, err)
		require.Equal(t, int64(want), n)
		require.Equal(t, last, len(words) == 2)
	})
}

// FuzzURLArgs checks that what the parser of BURL lets through is one word of
// ASCII.
func FuzzURLArgs(f *testing.F) {
	for _, s := range []string{"imap://a/b", "imap://a/b LAST", "", "a b", "\u00fc LAST"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		url, last, err := smtp.ParseURL(s)
		if err != nil {
			return
		}
		require.NotEmpty(t, url)
		require.NotContains(t, url, " ")
		require.Equal(t, last, strings.Contains(strings.Trim(s, " "), " "))
	})
}

// FuzzETRN checks what the parsers of ETRN and ATRN let through: names without
// spaces or control characters.
func FuzzETRN(f *testing.F) {
	for _, s := range []string{"a.example", "@a.example", "#queue", "#", "@", "a,b", "", "a b", "@#a", "#\x01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := func(name string) {
			require.NotEmpty(t, name)
			require.Equal(t, -1, strings.IndexFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }), "%q", name)
		}
		if req, err := smtp.ParseETRN(s); err == nil {
			clean(req.Name)
			require.False(t, req.Queue && req.Subdomains)
		}
		if domains, err := smtp.ParseATRN(s); err == nil {
			for _, d := range domains {
				clean(d)
			}
		}
	})
}

// FuzzAttributes checks that the attributes of XCLIENT have a name in capitals
// and a value in printable ASCII.
func FuzzAttributes(f *testing.F) {
	for _, s := range []string{"ADDR=192.0.2.1", "name=[UNAVAILABLE] PORT=25", "A=+0A", "A", "=", "LOGIN=a+20b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := smtp.ParseAttributes(s)
		if err != nil {
			return
		}
		require.NotEmpty(t, list)
		for i, text := range list {
			require.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }), "%q", text)
			if i%2 == 0 {
				require.Equal(t, strings.ToUpper(text), text)
			}
		}
	})
}

// FuzzNotify checks that a NOTIFY reads the same when it is printed, and that
// NEVER is alone.
func FuzzNotify(f *testing.F) {
	for _, s := range []string{"NEVER", "success,failure,DELAY", "NEVER,DELAY", "", ",", "DELAY,DELAY"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := smtp.ParseNotify(s)
		if err != nil {
			require.Zero(t, n)
			return
		}
		again, err := smtp.ParseNotify(n.String())
		require.NoError(t, err)
		require.Equal(t, n, again)
		require.True(t, n == smtp.NotifyNever || n&smtp.NotifyNever == 0)
	})
}

// FuzzXtextRoundTrip checks that what is encoded reads the same, and is one
// word.
func FuzzXtextRoundTrip(f *testing.F) {
	for _, s := range []string{"", "a+b=c d", "~", "+2B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		encoded := smtp.EncodeXtext(s)
		require.NotContains(t, encoded, " ")
		require.NotContains(t, encoded, "=")
		printable := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f }) < 0
		got, err := smtp.DecodeXtext(encoded)
		require.Equal(t, printable, err == nil, "%q", s)
		if printable {
			require.Equal(t, s, got)
		}
	})
}
