package summary

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
)

func TestEnvelopes(t *testing.T) {
	for _, c := range []struct{ header, ascii, utf8 string }{
		{"Subject: a \"b\" \\ c\n", `(NIL "a \"b\" \\ c" NIL NIL NIL NIL NIL NIL NIL NIL)`, ""},
		{"Subject:\n", `(NIL "" NIL NIL NIL NIL NIL NIL NIL NIL)`, ""},
		{"Subject: =?utf-8?q?=C3=BC?=\n", `(NIL "=?utf-8?q?=C3=BC?=" NIL NIL NIL NIL NIL NIL NIL NIL)`, ""},
		{"Subject: für\n", `(NIL "=?utf-8?q?f=C3=BCr?=" NIL NIL NIL NIL NIL NIL NIL NIL)`, `(NIL "für" NIL NIL NIL NIL NIL NIL NIL NIL)`},
		{"Message-ID: <ü@x>\n", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL {6}\r\n<ü@x>)", `(NIL NIL NIL NIL NIL NIL NIL NIL NIL "<ü@x>")`},
		{
			"To: Group: a@b, \"C D\" <c@d>;, <@e,@f:g@h>, alone, Name\n",
			`(NIL NIL NIL NIL NIL ((NIL NIL "Group" NIL)(NIL NIL "a" "b")("C D" NIL "c" "d")(NIL NIL NIL NIL)` +
				`(NIL "@e,@f" "g" "h")(NIL NIL "alone" "")(NIL NIL "Name" "")) NIL NIL NIL NIL)`, "",
		},
		{
			"From: Jörg <jörg@dömäne>\n",
			"(NIL NIL ((\"=?utf-8?b?SsO2cmc=?=\" NIL {5}\r\njörg {8}\r\ndömäne)) ((\"=?utf-8?b?SsO2cmc=?=\" NIL {5}\r\njörg {8}\r\ndömäne)) " +
				"((\"=?utf-8?b?SsO2cmc=?=\" NIL {5}\r\njörg {8}\r\ndömäne)) NIL NIL NIL NIL NIL)",
			`(NIL NIL (("Jörg" NIL "jörg" "dömäne")) (("Jörg" NIL "jörg" "dömäne")) (("Jörg" NIL "jörg" "dömäne")) NIL NIL NIL NIL NIL)`,
		},
		{"Subject: \xfc\n", `(NIL "=?utf-8?b?w7w=?=" NIL NIL NIL NIL NIL NIL NIL NIL)`, "(NIL {1}\r\n\xfc NIL NIL NIL NIL NIL NIL NIL NIL)"},
		{"Subject: " + strings.Repeat("x", 1001) + "\n", "(NIL {1001}\r\n" + strings.Repeat("x", 1001) + " NIL NIL NIL NIL NIL NIL NIL NIL)", ""},
	} {
		s := sum(t, crlf(c.header+"\n"))
		require.Equal(t, c.ascii, s.Envelope.ASCII, c.header)
		if c.utf8 == "" {
			c.utf8 = c.ascii
		}
		require.Equal(t, c.utf8, s.Envelope.UTF8, c.header)
	}
}

func TestStructures(t *testing.T) {
	for _, c := range []struct{ text, body, structure string }{
		{
			"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: image/png; name=\"ä.png\"\n" +
				"Content-Transfer-Encoding: base64\nContent-ID: <i@d>\nContent-Description: a \"picture\"\n" +
				"Content-Disposition: attachment; filename*=utf-8'de'%C3%A4%20b.png\nContent-MD5: abc\n" +
				"Content-Language: de, en\nContent-Location: http://x/\n\nAAAA\n--b--\n",
			`(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0)` +
				`("image" "png" ("name*" "utf-8''%C3%A4.png") "<i@d>" "a \"picture\"" "base64" 4) "mixed")`,
			`(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0 NIL NIL NIL NIL)` +
				`("image" "png" ("name*" "utf-8''%C3%A4.png") "<i@d>" "a \"picture\"" "base64" 4 "abc" ` +
				`("attachment" ("filename*" "utf-8'de'%C3%A4%20b.png")) ("de" "en") "http://x/") "mixed" ("boundary" "b") NIL NIL NIL)`,
		},
		{
			"Content-Type: message/rfc822\nContent-Disposition: inline\nContent-Language: fr\n\nSubject: inner\n\nbody\n",
			`("message" "rfc822" NIL NIL NIL "7bit" 24 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) ` +
				`("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1) 3)`,
			`("message" "rfc822" NIL NIL NIL "7bit" 24 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) ` +
				`("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL NIL NIL NIL) 3 NIL ("inline" NIL) "fr" NIL)`,
		},
		{
			"Content-Type: multipart/mixed; boundary=none\n\nno parts\n",
			`("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 1)`,
			`("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)`,
		},
		{
			"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=x\n\n",
			`("application" "octet-stream" NIL NIL NIL "7bit" 0)`,
			`("application" "octet-stream" NIL NIL NIL "7bit" 0 NIL ("attachment" ("filename" "x")) NIL NIL)`,
		},
	} {
		s := sum(t, crlf(c.text))
		require.Equal(t, c.body, s.Body.ASCII)
		require.Equal(t, c.structure, s.BodyStructure.ASCII)
		require.Equal(t, c.structure, s.BodyStructure.UTF8)
	}
}

// bombs are messages that are made to cost much.
func bombs() map[string]string {
	var nested strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	addresses := strings.Repeat("a@b,\r\n ", 100_000)
	return map[string]string{
		"levels":          nested.String() + "\r\nx\r\n",
		"messages":        strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 5000),
		"parts":           "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 50_000) + "--b--\r\n",
		"messages beside": "Content-Type: multipart/digest; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nFrom: a@b\r\nSubject: ä\r\n\r\nx\r\n", 10_000) + "--b--\r\n",
		"addresses":       "From: " + addresses + "x\r\nTo: " + addresses + "x\r\n\r\n",
		"groups":          "To: " + strings.Repeat("a:b@c;,", 100_000) + "\r\n\r\n",
		"open groups":     "To: g:" + strings.Repeat("a@b,", 100_000) + "\r\n\r\n",
		"comments":        "From: " + strings.Repeat("(", 500_000) + "\r\n\r\n",
		"fields":          strings.Repeat("To: a\r\n", 100_000) + "\r\n",
		"references":      "References: " + strings.Repeat("<a@b> ", 150_000) + "\r\n\r\n",
		"a subject":       "Subject: " + strings.Repeat("Re: ", 250_000) + "\r\n\r\n",
		"encoded words":   "Subject: " + strings.Repeat("=?utf-8?q?=C3=BC?= ", 50_000) + "\r\n\r\n",
		"octets":          "Subject: " + strings.Repeat("\xfc", 900_000) + "\r\nFrom: " + strings.Repeat("\xfc", 90_000) + "@b\r\n\r\n",
		"parameters":      "Content-Type: text/plain; " + strings.Repeat("a=b; ", 100_000) + "\r\n\r\n",
		"sections":        "Content-Type: text/plain" + strings.Repeat("; a*0*=%C3%BC", 50_000) + "\r\n\r\n",
		"quotes":          "Subject: " + strings.Repeat(`\"`, 500_000) + "\r\n\r\n",
	}
}

func TestBombs(t *testing.T) {
	for name, text := range bombs() {
		s := sum(t, text)
		most := 640 << 10
		if strings.Contains(name, "parts") || strings.Contains(name, "messages beside") {
			most = 8 << 20 // there are so many
		}
		require.Less(t, s.Len(), most, name)
	}
}

func BenchmarkBombs(b *testing.B) {
	for name, text := range bombs() {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			size := 0
			for b.Loop() {
				m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				s, err := New(m)
				if err != nil {
					b.Fatal(err)
				}
				size = s.Len()
			}
			b.ReportMetric(float64(size), "octets")
		})
	}
}
