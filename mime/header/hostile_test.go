package header_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

// TestHostile feeds 128 kB of what made other parsers quadratic, recursive or greedy to each function. If one of ours
// were, the test would not end in time.
func TestHostile(t *testing.T) {
	for _, c := range []struct{ before, again, after string }{
		{"", "a:", ""},
		{"", "a@", ""},
		{"", "a@b ", ""},
		{"", "a@b,", ""},
		{"", "<", ""},
		{"", "<a@b", ""},
		{"", "<a@b> ", ""},
		{"", "(", ""},
		{"", "()", ""},
		{"", "(a) b", ""},
		{"x", "(", strings.Repeat(")", 100)},
		{"", "\"", ""},
		{"\"", "\\\"", ""},
		{"a\"@b ", "\\\"@b ", ""},
		{"a ", "\\\"<a@b>", ""},
		{"", "\"a\" @", ""},
		{"", "[", ""},
		{"a@", "[a", ""},
		{"", ". ", ""},
		{"<", "@a,", ":b@c>"},
		{"", "=?", ""},
		{"", "=?a?q?", ""},
		{"", "=?utf-8?q?a?= ", ""},
		{"", "=?utf-8?q?a?=b", ""},
		{"", "=?utf-16?b?AGEA?= ", ""},
		{"", "=?a", ""},
		{"=?utf-8?q?", "a?", "?="},
		{"", "\r\n ", ""},
		{"x", "\r\n y", ""},
		{"", "\x00", ""},
		{"", "\xff", ""},
		{"a/b", "; a*0=b", ""},
		{"a/b; a=", "(x", ""},
		{"a/b; a=", "(x)y", ""},
		{"a/b; a=", "b c", ""},
		{"a/b", "; a=\"", ""},
		{"a/b", "; a=\"\\", ""},
		{"a/b; a*=utf-8''", "%41", ""},
		{"a ", "/ ", ""},
		{"", "1:", ""},
		{"", "1 (x) ", ""},
		{"", "+1", ""},
		{"", "from ", ""},
		{"with ", "x ", ""},
		{"", ";", ""},
		{"", ",", ""},
	} {
		value := c.before + strings.Repeat(c.again, (1<<17)/len(c.again)) + c.after
		var found defect.List
		require.LessOrEqual(t, len(header.ParseAddresses(value, &found)), header.MaxAddresses+3)
		header.ParseRawAddresses(value, &found)
		require.LessOrEqual(t, len(header.DecodeText(value, &found)), header.MaxText)
		_, params := header.ParseParams(value, &found)
		require.LessOrEqual(t, len(params), header.MaxParams)
		require.LessOrEqual(t, len(header.ParseMessageIDs(value, &found)), header.MaxMessageIDs)
		header.ParseDate(value, &found)
		header.ParseReceived(value, &found)
		header.ParseKeywords(value, &found)
		header.ParseListURLs(value, &found)
		header.ParseListID(value, &found)
		header.Unfold(value)
		if field, err := header.Fold("X", value); err == nil {
			requireField(t, string(field))
		}
	}
}
