package chat_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/chat"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
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

// everybody is a directory in which everybody is.
type everybody struct{}

func (everybody) User(context.Context, rvp.Node) (rvp.User, error) { return rvp.User{}, nil }

// A script chats: what it types is one line after the other.
func ExampleRun() {
	users := &auth.Users{Hasher: &auth.Hasher{Time: 1, Memory: 8, NTHash: true}}
	if err := users.Set("anna", "secret"); err != nil {
		fmt.Println(err)
		return
	}
	home := &rvp.HomeServer{Directory: everybody{}, Store: memory.New(), Auth: &auth.Authenticator{Accounts: users}}
	defer home.Close()
	srv := httptest.NewUnstartedServer(home)
	srv.Config.ConnContext = rvp.ConnContext
	home.Domain = srv.Listener.Addr().String()
	srv.Start()
	defer srv.Close()

	script := "/busy\nhello\n/quit\n"
	err := chat.Run(context.Background(), chat.Options{
		Client: &rvp.Client{User: "anna@" + home.Domain, Password: "secret"},
		Screen: chat.Pipe(bufio.NewReader(strings.NewReader(script)), os.Stdout),
	})
	fmt.Println(err)
	// Output:
	// * you are online as anna; /help shows what you can do
	// * you are busy
	// ! you are in no conversation: begin one with /to NAME
	// <nil>
}
