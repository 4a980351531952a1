package mime_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime"
)

const invoice = "From: Jane <jane@a.example>\r\nSubject: Re: Your =?utf-8?q?order?=\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSch=C3=B6ne Gr=C3=BC=C3=9Fe!\r\n" +
	"--b\r\nContent-Type: application/pdf; name=\"../invoice.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"

func ExampleIndex() {
	m, err := mime.Index(strings.NewReader(invoice), int64(len(invoice)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for p := range m.Root.All() {
		fmt.Printf("%q %s, %d octets\n", p.Path(), p.Type, p.Size())
	}
	text, err := io.ReadAll(m.Part("1").Text())
	fmt.Printf("%s %v\n", text, err)
	fmt.Println(mime.SafeFilename(m.Part("2").Filename()))
	// Output:
	// "" multipart/mixed, 236 octets
	// "1" text/plain, 28 octets
	// "2" application/pdf, 8 octets
	// Schöne Grüße! <nil>
	// invoice.pdf
}

func ExampleIndexer() {
	x := mime.NewIndexer(mime.Limits{})
	var store bytes.Buffer
	if _, err := io.Copy(io.MultiWriter(&store, x), strings.NewReader(invoice)); err != nil {
		fmt.Println(err)
		return
	}
	m, err := x.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	m.SetSource(bytes.NewReader(store.Bytes()))
	preview, err := m.Preview()
	fmt.Println(preview, err)
	// Output: Schöne Grüße! <nil>
}

func ExampleMessage_Section() {
	m, err := mime.Index(strings.NewReader(invoice), int64(len(invoice)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	section, err := mime.ParseSection("HEADER.FIELDS (From Date)")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := m.Section(section)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := io.ReadAll(mime.Partial(r, 6, 4))
	fmt.Println(r.Size(), string(b), err)
	// Output: 31 Jane <nil>
}

func ExampleHeader() {
	h := mime.ParseHeader([]byte("received: by a.example\nSubject:   hello\n\n"))
	if err := h.Prepend("Received", "by b.example; Thu, 5 Mar 2026 10:11:12 +0100"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(h.Get("subject"), len(h.Values("Received")))
	if err := h.Set("Subject", "hello\r\nBcc: x@a.example"); err != nil {
		fmt.Println("refused")
	}
	fmt.Print(strings.ReplaceAll(string(h.Bytes()), "\r", ""))
	// Output:
	// hello 2
	// refused
	// Received: by b.example; Thu, 5 Mar 2026 10:11:12 +0100
	// received: by a.example
	// Subject:   hello
}

func ExampleBaseSubject() {
	base, reply := mime.BaseSubject("Re: [list] Fwd: =?utf-8?q?order?= (fwd)")
	fmt.Println(base, reply)
	// Output: order true
}
