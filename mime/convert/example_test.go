package convert_test

import (
	"fmt"
	"strings"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
)

func ExampleConvert() {
	const text = "Subject: Grüße\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
		"Bis später!\r\n"
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := convert.Convert(m, convert.Options{Encoding: transfer.SevenBit})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range r.Changes {
		fmt.Println(n.Kind)
	}
	fmt.Println(r.Encoding, r.Size())
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.ReplaceAll(b.String(), "\r", ""))
	// Output:
	// header fields were encoded in ASCII
	// a part was encoded anew
	// 7bit 160
	// Subject: =?utf-8?b?R3LDvMOfZQ==?=
	// MIME-Version: 1.0
	// Content-Type: text/plain; charset=utf-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// Bis sp=C3=A4ter!
}

func ExampleRecognise() {
	const text = "Subject: I am away\r\nAuto-Submitted: auto-replied (vacation)\r\n\r\nUntil Monday.\r\n"
	m, err := mime.Index(strings.NewReader(text), int64(len(text)), mime.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := convert.Recognise(m)
	fmt.Println(a.IsReply(), a&convert.Vacation != 0, a.MayAnswer(), err)
	// Output: true true false <nil>
}

func ExampleTypes() {
	var types convert.Types
	fmt.Println(types.Type("Letter.DOC"), types.Extension("image/jpeg"))
	if err := types.Add("application/x-ledger", ".ledger"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(types.Type("2026.ledger"))
	// Output:
	// application/msword .jpg
	// application/x-ledger
}
