package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/examples/postoffice/web"
)

func Example() {
	var users auth.Users
	if err := users.Set("ann", "tanstaaftanstaaf"); err != nil {
		fmt.Println(err)
	}
	site := &web.Site{
		Auth:          &auth.Authenticator{Accounts: &users, Guard: &auth.Guard{}, AllowInsecure: true}, // on the loopback address
		MayAdminister: func(name string) bool { return name == "ann" },
	}
	server := httptest.NewServer(site)
	defer server.Close()
	res, err := http.Get(server.URL + "/queues")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	fmt.Println(res.StatusCode, res.Request.URL.Path) // there is no Mail

	if res, err = http.Get(server.URL + "/"); err == nil {
		defer res.Body.Close()
		fmt.Println(res.StatusCode, res.Request.URL.Path)
	}
	// Output:
	// 404 /queues
	// 200 /login
}
