package mailfile_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
)

func ExampleReadMbox() {
	mbox := "From alice@example.test Sun Nov 22 12:00:00 2026\nSubject: hello\n\n>From here on it is text.\n"
	for m, err := range mailfile.ReadMbox(strings.NewReader(mbox)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		body, _ := io.ReadAll(m.Body)
		fmt.Printf("%s, %d: %q\n", m.Sender, m.Received.Year(), body)
	}
	// Output: alice@example.test, 2026: "Subject: hello\r\n\r\nFrom here on it is text.\r\n"
}
