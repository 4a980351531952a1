package pop3

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumber(t *testing.T) {
	for in, want := range map[string]int{
		"1": 1, "42": 42, "007": 7, " 3 ": 3,
		"9223372036854775807": math.MaxInt, "9223372036854775808": math.MaxInt, strings.Repeat("9", 200): math.MaxInt,
	} {
		n, err := number(in)
		require.NoError(t, err, in)
		require.Equal(t, want, n, in)
	}
	for _, in := range []string{
		"", " ", "-1", "+1", "1x", "x1", "0x1", "1_0", "1.0", "1e3", "1 2", "1\t", "\t1", "\u0661", "\uff11", "--", "*", "1:2",
	} {
		_, err := number(in)
		require.ErrorIs(t, err, errSyntax, in)
	}
	for _, in := range []string{"0", "000", " 0 "} {
		_, err := number(in)
		require.ErrorIs(t, err, noSuchMessage, in)
	}
}

func TestMaybeNumber(t *testing.T) {
	for in, want := range map[string]int{"": 0, "  ": 0, "5": 5, " 5": 5} {
		n, err := maybeNumber(in)
		require.NoError(t, err, in)
		require.Equal(t, want, n, in)
	}
	_, err := maybeNumber("0") // not the same as nothing
	require.ErrorIs(t, err, noSuchMessage)
	_, err = maybeNumber("-1")
	require.ErrorIs(t, err, errSyntax)
}

func TestTopArgs(t *testing.T) {
	for in, want := range map[string]topRequest{
		"1 0": {1, 0}, "2 10": {2, 10}, "1  5 ": {1, 5}, "3 99999999999999999999": {3, math.MaxInt},
	} {
		req, err := topArgs(in)
		require.NoError(t, err, in)
		require.Equal(t, want, req, in)
	}
	for _, in := range []string{"", "1", "1 ", " 1", "1 -1", "-1 1", "1 +1", "1 2 3", "1 x", "x 1", "1,2"} {
		_, err := topArgs(in)
		require.ErrorIs(t, err, errSyntax, in)
	}
}

func TestNameAndPassword(t *testing.T) {
	n, err := name(" tim ")
	require.NoError(t, err)
	require.Equal(t, "tim", n)
	_, err = name("  ")
	require.ErrorIs(t, err, errSyntax)

	p, err := password(" a  b ")
	require.NoError(t, err)
	require.Equal(t, " a  b ", p, "spaces are part of a password")
	_, err = password("")
	require.ErrorIs(t, err, errSyntax)

	_, err = nothing("  ")
	require.NoError(t, err)
	_, err = nothing(" x")
	require.ErrorIs(t, err, errSyntax)
}

func TestAuthArgs(t *testing.T) {
	for in, want := range map[string]authRequest{
		"PLAIN":          {"PLAIN", nil},
		"plain ":         {"plain", nil},
		"PLAIN =":        {"PLAIN", []byte{}},
		"PLAIN AHQAdA==": {"PLAIN", []byte("\x00t\x00t")},
	} {
		req, err := authArgs(in)
		require.NoError(t, err, in)
		require.Equal(t, want, req, in)
	}
	for in, want := range map[string]error{
		"PLAIN !!!": authMalformed, "PLAIN AHQAdA": authMalformed,
		"PLAIN AHQAdA==x": authMalformed, "PLAIN  AHQAdA==": authMalformed, "PLAIN AHQAdB==": authMalformed,
	} {
		_, err := authArgs(in)
		require.ErrorIs(t, err, want, in)
	}
}

// FuzzArgs checks that no parser panics, that a message-number is never less
// than 1 and a number of lines never negative, that what is read as a number
// was made of digits and spaces only, that a language range is of letters,
// digits and hyphens or "*", and that each error is a Reply that
// refuses or a plain error of syntax.
func FuzzArgs(f *testing.F) {
	for _, s := range []string{"", "1", "1 2", " 7 ", "-1", "99999999999999999999", "PLAIN =", "PLAIN AHQAdA==", "a b c", "de-AT-1996", "*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check := func(err error) bool {
			if r, ok := errors.AsType[Reply](err); ok && (r.OK || r.isNone()) {
				t.Errorf("%q: not a refusal: %v", s, r)
			}
			return err == nil
		}
		n, err := number(s)
		if check(err) && (n < 1 || strings.Trim(s, " 0123456789") != "") {
			t.Errorf("%q is the number %d", s, n)
		}
		if n, err := maybeNumber(s); check(err) && n < 0 {
			t.Errorf("%q is the number %d", s, n)
		}
		top, err := topArgs(s)
		if check(err) && (top.number < 1 || top.lines < 0 || strings.Trim(s, " 0123456789") != "") {
			t.Errorf("%q is %v", s, top)
		}
		req, err := authArgs(s)
		if check(err) && (strings.Contains(req.mechanism, " ") || req.mechanism == "" && req.initial != nil) {
			t.Errorf("%q has the mechanism %q", s, req.mechanism)
		}
		wanted, err := languageRange(s)
		if check(err) && (strings.Trim(wanted, alphanumeric+"-*") != "" || len(wanted) > len(s)) {
			t.Errorf("%q is the range %q", s, wanted)
		}
		apop, err := apopArgs(s)
		if check(err) && (apop.digest == "" || strings.ContainsAny(apop.digest, " ") || apop.name == "") {
			t.Errorf("%q is %q", s, apop)
		}
		_, err = name(s)
		check(err)
		_, err = password(s)
		check(err)
		_, err = nothing(s)
		check(err)
	})
}
