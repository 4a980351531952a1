package header_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/header"
)

func TestFold(t *testing.T) {
	w := strings.Repeat("w", 20)
	for _, c := range []struct{ value, want string }{
		{"x", "S: x\r\n"},
		{"", "S: \r\n"},
		{"  x\t", "S: x\r\n"},
		{strings.TrimSpace(strings.Repeat(w+" ", 4)), "S: " + w + " " + w + " " + w + "\r\n " + w + "\r\n"},
		{w + "  \t" + w + w + w + w, "S: " + w + "\r\n  \t" + w + w + w + w + "\r\n"},
		{w + w + w + w, "S: " + w + w + w + w + "\r\n"},
		{w + ` "` + w + " " + w + " " + w + `"`, "S: " + w + "\r\n \"" + w + " " + w + " " + w + "\"\r\n"},
		{w + ` "` + w + " " + w + " " + w, "S: " + w + " \"" + w + " " + w + "\r\n " + w + "\r\n"}, // no quoted string
		{"a\r\n b\r\n\tc", "S: a b\tc\r\n"},
		{`"` + strings.Repeat("a ", 600) + `"`, "S: \"" + strings.Repeat("a ", 496) + "a\r\n" + strings.Repeat(" a", 103) + " \"\r\n"},
	} {
		got, err := header.Fold("S", c.value)
		require.NoError(t, err)
		require.Equal(t, c.want, string(got))
	}
	for _, bad := range []struct {
		name, value string
		err         error
	}{
		{"", "x", header.ErrName},
		{"a b", "x", header.ErrName},
		{"a:b", "x", header.ErrName},
		{"ä", "x", header.ErrName},
		{strings.Repeat("a", 78), "x", header.ErrName},
		{"S", "a\nb", header.ErrControl},
		{"S", "a\n b", header.ErrControl},
		{"S", "a\r\nb", header.ErrControl},
		{"S", "a\r\n", header.ErrControl},
		{"S", "a\rb", header.ErrControl},
		{"S", "a\x00b", header.ErrControl},
		{"S", "a\r\n\r\n b", header.ErrControl},
		{"S", strings.Repeat("a", 999), header.ErrLineTooLong},
		{"S", "x " + strings.Repeat("a", 998), header.ErrLineTooLong},
	} {
		_, err := header.Fold(bad.name, bad.value)
		require.ErrorIs(t, err, bad.err, "%.20q", bad.value)
	}
	got, err := header.Fold("S", strings.Repeat("a ", 1_000_000))
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(strings.Repeat("a ", 1_000_000)), header.Unfold(string(got[3:len(got)-2])))
}

func TestUnfold(t *testing.T) {
	for value, want := range map[string]string{
		"a":                "a",
		"a\r\n b\n\tc":     "a b\tc",
		"a\r\nb\nc\rd\x00": "a b c d ",
		"a\r\n\r\n b":      "a  b",
		"a\r b":            "a b",
		"a\r\n":            "a ",
	} {
		require.Equal(t, want, header.Unfold(value), "%q", value)
	}
	require.Len(t, header.Unfold(strings.Repeat("\r\n ", 1_000_000)), 1_000_000)
}

func TestValidFieldName(t *testing.T) {
	for _, good := range []string{"Subject", "X-1", "!", "a;b"} {
		require.True(t, header.ValidFieldName(good), good)
	}
	for _, bad := range []string{"", "a b", "a:", "a\t", "ä", "a\x7f", strings.Repeat("a", 78)} {
		require.False(t, header.ValidFieldName(bad), bad)
	}
}
