package header_test

import (
	"testing"
	"time"

	"github.com/wirepost/wirepost/mime/header"
)

func benchmark(b *testing.B, value string, parse func(string)) {
	b.ReportAllocs()
	b.SetBytes(int64(len(value)))
	for b.Loop() {
		parse(value)
	}
}

func BenchmarkParseAddresses(b *testing.B) {
	for name, value := range map[string]string{
		"one":     `John Doe <john.doe@machine.example.org>`,
		"list":    `"Joe Q. Public" <john.q.public@example.com>, Mary Smith <mary@x.test>, jdoe@example.org, <boss@nil.test>,` + "\r\n " + `Ned Freed <ned@innosoft.example>`,
		"encoded": `=?utf-8?q?J=C3=B6rg?= <joerg@machine.example.org>`,
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, value, func(s string) { header.ParseAddresses(s, nil) }) })
	}
}

func BenchmarkParseDate(b *testing.B) {
	benchmark(b, "Fri, 21 Nov 1997 09:55:06 -0600", func(s string) { header.ParseDate(s, nil) })
}

func BenchmarkDecodeText(b *testing.B) {
	for name, value := range map[string]string{
		"plain":   "Re: Saying Hello to all the people of the list",
		"folded":  "Re: Saying Hello to all the people of the list,\r\n and to those who are not on it",
		"encoded": "=?utf-8?q?Saying_Hello_to_all_the_people_of_Gr=C3=B6nland?=\r\n =?utf-8?b?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, value, func(s string) { header.DecodeText(s, nil) }) })
	}
}

func BenchmarkParseParams(b *testing.B) {
	for name, value := range map[string]string{
		"type":     `multipart/mixed; boundary="----=_Part_1234_5678.9012345678"; charset=utf-8`,
		"text":     "text/plain; charset=us-ascii",
		"extended": "attachment; filename*0*=utf-8''Gr%C3%BC%C3%9Fe%20an%20; filename*1*=alle.txt",
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, value, func(s string) { header.ParseParams(s, nil) }) })
	}
}

func BenchmarkParseMessageIDs(b *testing.B) {
	benchmark(b, "<abcd.1234@local.machine.test>\r\n <3456@example.net> <CAF+abcdefghijklmnop@mail.example.org>", func(s string) { header.ParseMessageIDs(s, nil) })
}

func BenchmarkParseReceived(b *testing.B) {
	benchmark(b, "from x.y.test (x.y.test [192.0.2.1])\r\n by example.net (Postfix) with ESMTPS id ABC12345\r\n for <mary@example.net>; Fri, 21 Nov 1997 10:05:43 -0600 (CST)", func(s string) { header.ParseReceived(s, nil) })
}

func BenchmarkFold(b *testing.B) {
	const value = `"Joe Q. Public" <john.q.public@example.com>, Mary Smith <mary@x.test>, jdoe@example.org, Ned Freed <ned@innosoft.example>`
	benchmark(b, value, func(s string) { _, _ = header.Fold("To", s) })
}

func BenchmarkFormatDate(b *testing.B) {
	at := time.Date(1997, time.November, 21, 9, 55, 6, 0, time.UTC)
	benchmark(b, header.FormatDate(at), func(string) { header.FormatDate(at) })
}
