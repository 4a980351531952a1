package httpauth_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
)

func Example() {
	login := &httpauth.Handler{
		Auth:  &auth.Authenticator{Accounts: accounts{"tim": "tanstaaftanstaaf"}},
		Realm: "im.example",
		Next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, _ := httpauth.Identity(r.Context())
			fmt.Fprintf(w, "Hello %s, you came by %s", id.Name(), id.Mechanism)
		}),
	}
	srv := httptest.NewUnstartedServer(login)
	srv.Config.ConnContext = httpauth.ConnContext
	srv.Start()
	defer srv.Close()

	client := &http.Client{Transport: &httpauth.Transport{
		Host: srv.Listener.Addr().String(), User: "tim", Password: "tanstaaftanstaaf",
	}}
	defer client.CloseIdleConnections()
	resp, err := client.Get(srv.URL)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body), err)
	// Output: 200 Hello tim, you came by Digest <nil>
}

// A server for clients of 2000, which know neither TLS nor anything of today.
func ExampleHandler() {
	people := accounts{"tim": "tanstaaftanstaaf"}
	login := &httpauth.Handler{
		Auth:     &auth.Authenticator{Accounts: &auth.NTLM{Accounts: people, Domain: "EXAMPLE", AllowV1: true}},
		Realm:    "im.example",
		Schemes:  []string{"NTLM", "Digest"},
		Account:  httpauth.WindowsAccount("im.example"),
		Optional: true, // Next calls login.Challenge where it needs to know
		Digest:   httpauth.Digest{Algorithms: []string{"MD5"}, AllowRepeats: true},
		Next:     http.NotFoundHandler(),
	}
	srv := &http.Server{Handler: login, ConnContext: httpauth.ConnContext}
	defer srv.Close()

	w := httptest.NewRecorder()
	login.Challenge(w, httptest.NewRequest("SUBSCRIBE", "/instmsg/aliases/tim", nil))
	fmt.Println(w.Code, w.Header()["Www-Authenticate"][0][:25])
	// Output: 401 Digest realm="im.example"
}

// A client with a password for one server. Whatever other servers it is sent to
// get no credentials.
func ExampleTransport() {
	login := &httpauth.Handler{
		Auth: &auth.Authenticator{Accounts: accounts{"tim": "tanstaaftanstaaf"}},
		Next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Method) }),
	}
	srv := httptest.NewServer(login)
	defer srv.Close()

	transport := &httpauth.Transport{
		Host: srv.Listener.Addr().String(), User: "tim", Password: "tanstaaftanstaaf",
		Schemes: []string{"Digest"},
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	resp, err := client.Head(srv.URL)
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
	fmt.Println(resp.StatusCode)
	fmt.Println(strings.HasPrefix(fmt.Sprint(transport), "httpauth.Transport("))
	// Output:
	// 200
	// true
}
