package chat_test

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/examples/postoffice/chat"
)

// A server on this machine has a domain that no DNS knows.
func ExampleLocate() {
	locator, err := chat.Locate("127.0.0.1:2080", "postoffice.test")
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := locator.Discover(context.Background(), "alice@postoffice.test")
	fmt.Println(found.User.URL(), found.Targets, err)
	// Output: http://im.postoffice.test/instmsg/aliases/alice [im.postoffice.test:2080] <nil>
}
