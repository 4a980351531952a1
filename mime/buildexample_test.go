package mime_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/header"
)

// A text with an attachment, which may be of any size: it is read when the message is written.
func ExampleBuilder() {
	out, err := fixed().Build(&mime.Draft{
		From:    []header.Address{{Name: "Jane", Local: "jane", Domain: "a.example"}},
		To:      []header.Address{{Local: "joe", Domain: "b.example"}},
		Subject: "The report",
		Text:    "It is attached.",
		Attachments: []mime.Entity{
			{Type: "application/pdf", Filename: "report.pdf", Content: mime.ContentFromString("%PDF-1.7")},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Size(), out.Encoding())
	var b strings.Builder
	if _, err := out.WriteTo(&b); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(b.String(), "\r", ""))
	// Output:
	// 561 7bit
	// Date: Thu, 5 Mar 2026 10:11:12 +0100
	// From: Jane <jane@a.example>
	// To: joe@b.example
	// Subject: The report
	// Message-ID: <aaaaaaaaaaaaaaaaaaaaaaaa@a.example>
	// MIME-Version: 1.0
	// Content-Type: multipart/mixed; boundary="=_0000_aaaaaaaaaaaaaaaaaaaaaaaa"
	//
	// --=_0000_aaaaaaaaaaaaaaaaaaaaaaaa
	// Content-Type: text/plain; charset=us-ascii
	//
	// It is attached.
	//
	// --=_0000_aaaaaaaaaaaaaaaaaaaaaaaa
	// Content-Type: application/pdf
	// Content-Transfer-Encoding: base64
	// Content-Disposition: attachment; filename=report.pdf
	//
	// JVBERi0xLjc=
	// --=_0000_aaaaaaaaaaaaaaaaaaaaaaaa--
}

// Text and HTML as alternatives, with an image that the HTML shows.
func ExampleDraft() {
	d := &mime.Draft{
		From: []header.Address{{Local: "jane", Domain: "a.example"}},
		To:   []header.Address{{Local: "joe", Domain: "b.example"}},
		Bcc:  []header.Address{{Local: "boss", Domain: "a.example"}},
		Text: "Our new logo is round.",
		HTML: `<p>Our new logo: <img src="cid:logo@a.example" alt="round">`,
		Inline: []mime.Entity{
			{Type: "image/png", ID: "logo@a.example", Content: mime.ContentFromString("\x89PNG")},
		},
	}
	out, err := mime.Builder{}.Build(d)
	if err != nil {
		fmt.Println(err)
		return
	}
	var b strings.Builder
	if _, err := out.WriteTo(&b); err != nil {
		fmt.Println(err)
		return
	}
	m, err := mime.Index(strings.NewReader(b.String()), int64(b.Len()), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for p := range m.Root.All() {
		fmt.Println(p.Path(), p.Type, p.Encoding)
	}
	for _, a := range d.Recipients() {
		fmt.Println("RCPT TO:", a.Spec())
	}
	// Output:
	//  multipart/alternative 7bit
	// 1 text/plain 7bit
	// 2 multipart/related 7bit
	// 2.1 text/html 7bit
	// 2.2 image/png base64
	// RCPT TO: joe@b.example
	// RCPT TO: boss@a.example
}

func ExampleMessage_Edit() {
	const text = "Received: by a.example\r\nSubject: hello\r\n\r\nThe body\n is not touched.\r\n"
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := m.Root.Header()
	if err != nil {
		fmt.Println(err)
		return
	}
	h.Del("Received")
	if err := h.Prepend("X-Checked", "yes"); err != nil {
		fmt.Println(err)
		return
	}
	c, err := m.Edit(mime.Change{Part: m.Root, Header: &h})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := c.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := io.ReadAll(r)
	fmt.Println(strings.ReplaceAll(string(b), "\r", ""), err)
	// Output:
	// X-Checked: yes
	// Subject: hello
	//
	// The body
	//  is not touched.
	//  <nil>
}
