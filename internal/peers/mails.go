//go:build linux

package peers

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

const mailHeader = "Received: from mail.example.net (mail.example.net [192.0.2.1])\r\n" +
	"\tby mx.example.org with ESMTPS id 4Xy2kL1vZzz9sT;\r\n\tThu, 5 Mar 2026 10:11:12 +0100\r\n" +
	"Date: Thu, 5 Mar 2026 10:11:10 +0100\r\n" +
	"From: =?utf-8?q?J=C3=A9r=C3=B4me?= <jane@example.net>\r\n" +
	"To: \"Doe, John\" <john@example.org>, Mary <mary@example.org>\r\n" +
	"Cc: team@example.org\r\n" +
	"Subject: =?utf-8?q?R=C3=A9sum=C3=A9_of_the?= meeting\r\n" +
	"Message-ID: <20260305101110.1234@example.net>\r\n" +
	"MIME-Version: 1.0\r\n"

const (
	textLine = "A line of text that somebody wrote into a mail, as people do.\r\n"
	qpLine   = "Gr=C3=BC=C3=9Fe aus M=C3=BCnchen, wie gestern besprochen: der Text geht no=\r\nch weiter.\r\n"
	qpText   = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)

// mails are what parsers are measured with. In each there is about so much that
// is to be decoded.
func mails() map[string][]byte {
	return map[string][]byte{
		"plain 4 KiB":            []byte(mailHeader + "\r\n" + strings.Repeat(textLine, 64)),
		"typical 37 KiB":         []byte(typicalMail()),
		"attachment 1 MiB":       []byte(mailHeader + multipart("mixed", "a", qpText+qpLine, attachment(1<<20))),
		"quoted-printable 1 MiB": []byte(mailHeader + qpText + strings.Repeat(qpLine, 1<<20/len(qpLine))),
		"100 nested":             []byte(mailHeader + nestedParts(100)),
	}
}

// typicalMail has a text in two forms and a picture.
func typicalMail() string {
	alternatives := multipart("alternative", "b", qpText+strings.Repeat(qpLine, 30),
		strings.Replace(qpText, "plain", "html", 1)+strings.Repeat("<p>"+qpLine+"</p>\r\n", 60))
	return mailHeader + multipart("mixed", "a", alternatives, attachment(20<<10))
}

// attachment is a picture of so many octets, in base64.
func attachment(size int) string {
	var b strings.Builder
	b.WriteString("Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=a.png\r\n\r\n")
	picture := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("\x89PNG\x00\x01\x02"), size/7))
	for ; len(picture) > 76; picture = picture[76:] {
		b.WriteString(picture[:76] + "\r\n")
	}
	b.WriteString(picture + "\r\n")
	return b.String()
}

// multipart puts parts together: each begins with its header.
func multipart(subtype, boundary string, parts ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Content-Type: multipart/%s; boundary=\"=_%s\"\r\n\r\n", subtype, boundary)
	for _, p := range parts {
		fmt.Fprintf(&b, "--=_%s\r\n%s", boundary, p)
	}
	fmt.Fprintf(&b, "--=_%s--\r\n", boundary)
	return b.String()
}

// nestedParts is a text in so many multiparts.
func nestedParts(depth int) string {
	inner := "Content-Type: text/plain\r\n\r\n" + textLine
	for i := range depth - 1 { // the last one would be beyond the depth that all take
		inner = multipart("mixed", fmt.Sprint(i), inner)
	}
	return inner
}
