package header_test

import (
	"bytes"
	"fmt"
	"log"
	"time"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/header"
)

func ExampleParseAddresses() {
	var found defect.List
	for _, a := range header.ParseAddresses(`Team: "J. Doe" <joe@example.org>, jane@example.net (Jane), =?utf-8?q?J=C3=B6rg?= <joerg@example.org>;`, &found) {
		if a.Mark == header.Mailbox {
			fmt.Printf("%s at %s: %s\n", a.Local, a.Domain, a.Name)
		}
	}
	fmt.Println(found.Len(), "defects")
	// Output:
	// joe at example.org: J. Doe
	// jane at example.net: Jane
	// joerg at example.org: Jörg
	// 0 defects
}

func ExampleFormatAddresses() {
	to, err := header.FormatAddresses([]header.Address{
		{Name: "J. Doe", Local: "joe", Domain: "example.org"},
		{Name: "Jörg", Local: "joerg", Domain: "example.org"},
		{Name: "Undisclosed recipients", Mark: header.GroupStart},
		{Mark: header.GroupEnd},
	}, header.ASCII)
	if err != nil {
		log.Fatal(err)
	}
	field, err := header.Fold("To", to)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", bytes.ReplaceAll(field, []byte("\r\n"), []byte("\n")))
	// Output:
	// To: "J. Doe" <joe@example.org>, =?utf-8?b?SsO2cmc=?= <joerg@example.org>,
	//  Undisclosed recipients:;
}

func ExampleParseDate() {
	var found defect.List
	t, ok := header.ParseDate("21 Nov 97 09(comment):55 EST", &found)
	fmt.Println(t.Format(time.RFC3339), ok)
	for d := range found.All() {
		fmt.Println(d)
	}
	// Output:
	// 1997-11-21T09:55:00-05:00 true
	// a year of two or three digits at octet 7
	// a zone that is named at octet 25
}

func ExampleDecodeText() {
	fmt.Println(header.DecodeText("Re: =?utf-8?q?Gr=C3?=\r\n =?utf-8?b?vMOfZQ==?= from afar", nil))
	// Output: Re: Grüße from afar
}

func ExampleEncodeText() {
	s, err := header.EncodeText("Re: Grüße from afar", header.ASCII)
	fmt.Println(s, err)
	// Output: Re: =?utf-8?b?R3LDvMOfZQ==?= from afar <nil>
}

func ExampleParseParams() {
	value, params := header.ParseParams("attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe; filename*2=.txt", nil)
	fmt.Println(value, params.Get("filename"))
	// Output: attachment Grüße.txt
}

func ExampleFormatParams() {
	s, err := header.FormatParams("attachment", header.Params{{Name: "filename", Value: "Grüße.txt"}, {Name: "size", Value: "12"}}, header.ASCII)
	fmt.Println(s, err)
	// Output: attachment; filename="=?utf-8?b?R3LDvMOfZS50eHQ=?="; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt; size=12 <nil>
}

func ExampleParseMessageIDs() {
	fmt.Println(header.ParseMessageIDs("<1234@local.machine.example>\r\n <34 @ (x) example.net>", nil))
	// Output: [<1234@local.machine.example> <34@example.net>]
}

func ExampleParseReceived() {
	r := header.ParseReceived("from client.example (mx [192.0.2.1]) by x.y.test with ESMTPS id 1; Fri, 21 Nov 1997 10:01:22 -0600", nil)
	fmt.Println(r.From, r.FromInfo, r.By, r.With, r.Date.UTC())
	// Output: client.example mx [192.0.2.1] x.y.test ESMTPS 1997-11-21 16:01:22 +0000 UTC
}
