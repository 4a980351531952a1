package webdav_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/webdav"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/imap4/memory"
)

// A message is put into a mailbox, and asked for its properties.
func ExampleHandler() {
	store := &memory.Store{}
	mail := &webdav.Handler{
		// Behind an httpauth.Handler this asks httpauth.Identity(ctx).
		Open: func(context.Context, *http.Request) (imap4.Account, string, error) {
			return store.Account("alice"), "alice", nil
		},
	}
	srv := httptest.NewServer(mail)
	defer srv.Close()
	ask := func(method, path, body string) *http.Response {
		req, err := http.NewRequestWithContext(context.Background(), method, srv.URL+path, strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		req.Header.Set("Depth", "0")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			panic(err)
		}
		return resp
	}

	made := ask("PUT", "/alice/INBOX/hello.eml", "Subject: Hello\r\n\r\nHow are you?\r\n")
	defer made.Body.Close()
	fmt.Println(made.Status, made.Header.Get("Location"))

	told := ask("PROPFIND", made.Header.Get("Location"), `<propfind xmlns="DAV:"><prop><displayname/><getcontentlength/></prop></propfind>`)
	defer told.Body.Close()
	text, err := io.ReadAll(told.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(told.Status, strings.Contains(string(text), "<D:displayname>Hello</D:displayname>"))
	// Output:
	// 201 Created /alice/INBOX/1.1.eml
	// 207 Multi-Status true
}
