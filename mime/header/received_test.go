package header_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func TestParseReceived(t *testing.T) {
	at := func(s string) time.Time {
		got, ok := header.ParseDate(s, nil)
		require.True(t, ok)
		return got
	}
	for _, c := range []struct {
		value string
		want  header.Received
		kind  defect.Kind
	}{
		{
			"from x.y.test\r\n   by example.net\r\n   via TCP\r\n   with ESMTP\r\n   id ABC12345\r\n   for <mary@example.net>;  21 Nov 1997 10:05:43 -0600",
			header.Received{From: "x.y.test", By: "example.net", Via: "TCP", With: "ESMTP", ID: "ABC12345", For: "mary@example.net", Date: at("21 Nov 1997 10:05:43 -0600")},
			"",
		},
		{"from node.example by x.y.test; 21 Nov 1997 10:01:22 -0600", header.Received{From: "node.example", By: "x.y.test", Date: at("21 Nov 1997 10:01:22 -0600")}, ""},
		{
			"from [192.0.2.1] (helo=x (really; y) [192.0.2.1]) by mx (Postfix) with Microsoft SMTP Server; 21 Nov 1997 10:01:22 -0600",
			header.Received{From: "[192.0.2.1]", FromInfo: "helo=x (really; y) [192.0.2.1]", By: "mx", ByInfo: "Postfix", With: "Microsoft SMTP Server", Date: at("21 Nov 1997 10:01:22 -0600")},
			"",
		},
		{"(qmail 1 invoked by uid 0); 21 Nov 1997 10:01:22 -0600", header.Received{Date: at("21 Nov 1997 10:01:22 -0600")}, header.OddReceived},
		{"by x", header.Received{By: "x"}, header.OddReceived},
		{"junk by x y; when", header.Received{By: "x"}, header.StrayText},
		{"from a\x00b by (x", header.Received{From: "a", ByInfo: "x"}, header.UnclosedComment},
		{"", header.Received{}, header.OddReceived},
	} {
		var found defect.List
		require.Equal(t, c.want, header.ParseReceived(c.value, &found), "%q", c.value)
		if c.kind == "" {
			require.Zero(t, found.Len(), "%q: %v", c.value, found)
		} else {
			require.True(t, found.Has(c.kind), "%q: %v", c.value, found)
		}
	}
	require.LessOrEqual(t, len(header.ParseReceived("with "+strings.Repeat("x ", 100_000), nil).With), 80)
}

func TestParseKeywords(t *testing.T) {
	for value, want := range map[string][]string{
		"a, b c,\"d, e\"":                  {"a", "b c", "d, e"},
		"=?utf-8?q?=C3=A4?= x (no, y), ,z": {"ä x", "z"},
		"de, en-GB (British)":              {"de", "en-GB"},
		"a, \"b, c":                        {"a", "b", "c"},
		"":                                 nil,
		" (x)":                             nil,
	} {
		require.Equal(t, want, header.ParseKeywords(value, nil), "%q", value)
	}
	require.Len(t, header.ParseKeywords(strings.Repeat("a,", 200_000), nil), 50_000)
}

func TestParseListURLs(t *testing.T) {
	for value, want := range map[string][]string{
		"<mailto:list@host.example?subject=help> (List Instructions)":       {"mailto:list@host.example?subject=help"},
		"<ftp://ftp.host.example/list.txt>,\r\n <mailto:list@host.example>": {"ftp://ftp.host.example/list.txt", "mailto:list@host.example"},
		"NO (posting not allowed on this list)":                             nil,
		"<https://x.example/a\r\n b>":                                       {"https://x.example/ab"},
		"https://x.example/a, <mailto:x@y":                                  {"https://x.example/a", "mailto:x@y"},
		"junk":                                                              nil,
		"":                                                                  nil,
	} {
		require.Equal(t, want, header.ParseListURLs(value, nil), "%q", value)
	}
	require.Len(t, header.ParseListURLs(strings.Repeat("<a:>", 200_000), nil), 50_000)
}

func TestParseListID(t *testing.T) {
	for value, want := range map[string][2]string{
		"List Header Mailing List <list-header.nisto.example>":                           {"list-header.nisto.example", "List Header Mailing List"},
		"<commonspace-users.list-id.within.com.example>":                                 {"commonspace-users.list-id.within.com.example", ""},
		`"Lena's Personal <Joke> List" <lenas-jokes.da39efc25c530ad145d41b86f7420c3b.x>`: {"lenas-jokes.da39efc25c530ad145d41b86f7420c3b.x", "Lena's Personal <Joke> List"},
		"bare.example":             {"bare.example", ""},
		"x <a.b":                   {"a.b", "x"},
		"=?utf-8?q?=C3=A4?= <a.b>": {"a.b", "ä"},
	} {
		id, description := header.ParseListID(value, nil)
		require.Equal(t, want, [2]string{id, description}, "%q", value)
	}
}
