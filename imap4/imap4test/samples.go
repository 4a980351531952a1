package imap4test

import "strings"

// A sample is a message that the scratch mailbox of a case has.
type sample struct{ flags, date, text string }

// samples are three messages that differ in what can be asked about: the first
// is plain and unseen, the second has parts, the third is small and seen.
var samples = []sample{
	{"", "01-Jan-2020 10:00:00 +0000", crlf(`Date: Wed, 1 Jan 2020 09:59:58 +0000
From: "Ann Example" <ann@example.org>
To: bob@example.net, "Carol, C." <carol@example.net>
Cc: dave@example.net
Subject: first subject
Message-ID: <first@example.org>
X-Colour: green

The quick brown fox
jumps over it.
`)},
	{`\Flagged`, "02-Feb-2021 11:00:00 +0100", crlf(`Date: Tue, 2 Feb 2021 10:59:58 +0100
From: bob@example.net
To: ann@example.org
Subject: Re: first subject
Message-ID: <second@example.net>
In-Reply-To: <first@example.org>
References: <first@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

This is a preamble.
--outer
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

caf=C3=A9 zebra
--outer
Content-Type: application/octet-stream; name="a.bin"
Content-Disposition: attachment; filename="a.bin"
Content-Transfer-Encoding: base64

AAECAwQ=
--outer
Content-Type: message/rfc822

From: eve@example.com
Subject: inner subject
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain

deep
--inner
Content-Type: text/html

<p>deep</p>
--inner--
--outer--
`)},
	{`\Seen $Mine`, "03-Mar-2022 12:00:00 -0500", crlf(`Date: Thu, 3 Mar 2022 11:59:58 -0500
From: carol@example.net
Subject: another
Message-ID: <third@example.net>

tiny
`)},
}

// crlf gives lines the ends that they have in mail.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
