package transfer_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wirepost/wirepost/mime/defect"
	"github.com/wirepost/wirepost/mime/transfer"
)

func ExampleNewReader() {
	var found defect.List
	e, _ := transfer.Parse("Quoted-Printable (really)")
	text, _ := io.ReadAll(transfer.NewReader(e, strings.NewReader("caf=c3=a9 =\r\nau lait"), &found))
	fmt.Printf("%s\n", text)
	for d := range found.All() {
		fmt.Println(d)
	}
	// Output:
	// café au lait
	// lower-case hexadecimal digits in quoted-printable at octet 3
}

func ExampleNewWriter() {
	w := transfer.NewWriter(transfer.QuotedPrintable, os.Stdout)
	fmt.Fprint(w, "From here: café")
	w.Close()
	// Output: =46rom here: caf=C3=A9
}

func ExampleNewBinaryWriter() {
	w := transfer.NewBinaryWriter(transfer.QuotedPrintable, os.Stdout)
	fmt.Fprint(w, "one\ntwo\n")
	w.Close()
	// Output: one=0Atwo=0A
}

func ExampleParse() {
	fmt.Println(transfer.Parse(`"BASE64" (as always);`))
	fmt.Println(transfer.Parse("x-unheard-of"))
	// Output:
	// base64 true
	// binary false
}

func ExampleNewScanner() {
	article := "Here is my cat:\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n-- \nme\n"
	s := transfer.NewScanner(strings.NewReader(article), nil)
	for {
		seg, err := s.Next()
		if err != nil {
			break
		}
		content, _ := io.ReadAll(seg)
		if seg.File != nil {
			fmt.Printf("file %s: %q\n", seg.File.Name, content)
		} else {
			fmt.Printf("text: %q\n", content)
		}
	}
	// Output:
	// text: "Here is my cat:\n\n"
	// file cat.txt: "Cat"
	// text: "-- \nme\n"
}

func ExampleNewFileWriter() {
	var b strings.Builder
	w := transfer.NewFileWriter(transfer.File{Encoding: transfer.UUEncode, Name: "cat.txt"}, &b)
	fmt.Fprint(w, "Cat")
	w.Close()
	fmt.Printf("%q\n", b.String())
	// Output: "begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n"
}
