package logs_test

import (
	"fmt"
	"io"

	"github.com/wirepost/wirepost/examples/postoffice/logs"
)

func Example() {
	book, err := logs.Open(logs.Options{Writer: io.Discard, Levels: "info,queue=warn"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer book.Close()
	transfer := book.Server("smtp", "transfer")
	transfer.Debug("nobody is told of this")
	if err := book.SetLevels("smtp/transfer=debug"); err != nil {
		fmt.Println(err)
	}
	transfer.Debug("command", "verb", "MAIL", "code", 250)
	transfer.Info("login", "user", "ann", "password", "xyzzy")
	for _, r := range book.Records(logs.Filter{Category: "smtp", Min: -4}) {
		fmt.Println(r.Level, r.Server, r.Message, r.Attrs)
	}
	fmt.Println(book.Levels())
	// Output:
	// INFO transfer login user=ann password=(hidden)
	// DEBUG transfer command verb=MAIL code=250
	// info,queue=warn,smtp/transfer=debug
}
