package charset_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/mime/charset"
)

func ExampleDecode() {
	fmt.Println(charset.Decode("ISO_8859-1:1987", []byte("caf\xe9 for 2 \x80")))
	fmt.Println(charset.Decode("x-unheard-of", []byte("caf\xe9")))
	// Output:
	// café for 2 € true
	// café false
}

func ExampleNewReader() {
	r, _ := charset.NewReader("koi8-r", strings.NewReader("\xf0\xd2\xc9\xd7\xc5\xd4"))
	text, _ := io.ReadAll(r)
	fmt.Println(string(text))
	// Output: Привет
}

func ExampleEncode() {
	octets, whole := charset.Encode("iso-8859-1", "café for 2 €")
	fmt.Printf("%q %v\n", octets, whole)
	// Output: "caf\xe9 for 2 ?" false
}

func ExampleChoose() {
	fmt.Println(charset.Choose("café", "us-ascii", "iso-8859-15", "utf-8"))
	// Output: iso-8859-15
}

func ExampleCanonical() {
	fmt.Println(charset.Canonical("latin1"), charset.Canonical("3Diso-8859-1"), charset.Canonical("CP932"))
	// Output: ISO-8859-1 ISO-8859-1 Shift_JIS
}

func ExampleDetect() {
	fmt.Println(charset.Detect([]byte("\x1b$B$3$s\x1b(B")), charset.Detect([]byte("caf\xe9")))
	// Output: ISO-2022-JP windows-1252
}
