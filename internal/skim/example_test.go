package skim_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/internal/skim"
)

func Example() {
	r := &skim.Reader{R: strings.NewReader("Received: from a\r\nMessage-ID: <x@a.example>\r\nTLS-Required: No\r\n\r\nHello\r\n")}
	n, _ := io.Copy(io.Discard, r)
	fmt.Println(n, r.Received(), r.MessageID(), r.TLSOptional())
	// Output: 72 1 x@a.example true
}
