package mime_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

const someHeader = `Return-Path: <jane@a.example>
Received: from mail.a.example (mail.a.example [192.0.2.1])
	by mx.b.example with ESMTPS id 4Xy2kL1vZzz9sT;
	Thu, 5 Mar 2026 10:11:12 +0100 (CET)
Date: Thu, 5 Mar 2026 10:11:10 +0100
From: =?utf-8?q?J=C3=A9r=C3=B4me?= <jane@a.example>
To: "Doe, John" <john@b.example>, Mary <mary@b.example>
Cc: team@b.example
Subject: =?utf-8?q?R=C3=A9sum=C3=A9_of_the?= meeting
Message-ID: <20260305101110.1234@a.example>
In-Reply-To: <1@b.example>
References: <1@b.example> <2@b.example>
MIME-Version: 1.0
`

// typical is a mail of 37 kB: two texts in quoted-printable and a picture.
func typical() string {
	line := "Gr=C3=BC=C3=9Fe aus M=C3=BCnchen, wie gestern besprochen: der Text geht noch=\n ein wenig weiter.\n"
	picture := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("\x89PNG\x00\x01\x02"), 2800))
	var b64 strings.Builder
	for len(picture) > 76 {
		b64.WriteString(picture[:76] + "\n")
		picture = picture[76:]
	}
	return crlf(someHeader + "Content-Type: multipart/mixed; boundary=\"=_outer\"\n\n--=_outer\n" +
		"Content-Type: multipart/alternative; boundary=\"=_inner\"\n\n--=_inner\n" +
		"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat(line, 30) +
		"--=_inner\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("<p>"+line+"</p>\n", 60) +
		"--=_inner--\n--=_outer\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.png\n\n" +
		b64.String() + "--=_outer--\n")
}

func BenchmarkIndex(b *testing.B) {
	base64Lines := strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 1<<20/78)
	for _, bench := range []struct{ name, text string }{
		{"plain 4 kB", crlf(someHeader+"\n") + strings.Repeat("A line of text that somebody wrote into a mail.\r\n", 70)},
		{"typical 37 kB", typical()},
		{"attachment 1 MiB", crlf(someHeader+mixed+"--b\n\nhi\n--b\nContent-Transfer-Encoding: base64\n\n") + base64Lines + "--b--\r\n"},
		{"quoted-printable 1 MiB", crlf(someHeader+mixed+"--b\nContent-Transfer-Encoding: quoted-printable\n\n") +
			strings.Repeat("=E4 line that is encoded, and not as long as it might be=\r\n", 18_000) + "--b--\r\n"},
		{"100 nested", nested(100, true)},
		{"10,000 nested", nested(10_000, true)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.text)))
			text := []byte(bench.text)
			for b.Loop() {
				x := mime.NewIndexer(mime.Limits{})
				if _, err := x.Write(text); err != nil {
					b.Fatal(err)
				}
				if _, err := x.Finish(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead indexes a mail, reads the addresses, the date and the subject of its header, and decodes all of its parts.
func BenchmarkRead(b *testing.B) {
	text := typical()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	buf := make([]byte, 32<<10)
	for b.Loop() {
		m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
		require.NoError(b, err)
		h, err := m.Root.Header()
		require.NoError(b, err)
		for _, name := range []string{"From", "To", "Cc"} {
			if len(header.ParseAddresses(h.Get(name), nil)) == 0 {
				b.Fatal(name)
			}
		}
		header.ParseDate(h.Get("Date"), nil)
		header.DecodeText(h.Get("Subject"), nil)
		header.ParseMessageIDs(h.Get("References"), nil)
		for p := range m.Root.All() {
			r := p.Decoded()
			if strings.HasPrefix(p.Type, "text/") {
				r = p.Text()
			}
			if p.IsMultipart() {
				continue
			}
			for err == nil {
				_, err = r.Read(buf)
			}
			if err != io.EOF {
				b.Fatal(err)
			}
			err = nil
		}
	}
}

func BenchmarkBodyStructure(b *testing.B) {
	text := typical()
	m := index(b, text)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.BodyStructure(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStored(b *testing.B) {
	stored, err := index(b, typical()).MarshalBinary()
	require.NoError(b, err)
	b.ReportAllocs()
	b.ReportMetric(float64(len(stored)), "B/index")
	for b.Loop() {
		var m mime.Message
		if err := m.UnmarshalBinary(stored); err != nil {
			b.Fatal(err)
		}
	}
}
