package rvp_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/memory"
)

// everybody is a directory in which everybody is.
type everybody struct{}

func (everybody) User(context.Context, rvp.Node) (rvp.User, error) { return rvp.User{}, nil }

// Two users log on at a server in memory, and chat.
func ExampleClient() {
	domain, stop := startServer("anna", "ben")
	defer stop()

	ctx, heard := context.Background(), make(chan string)
	show := func(e rvp.ClientEvent) {
		if e, ok := e.(*rvp.MessageEvent); ok && e.Message.Kind() == rvp.Text {
			heard <- e.From.Description + ": " + string(e.Message.Body)
		}
	}
	anna := &rvp.Client{User: "anna@" + domain, Password: "secret", DisplayName: "Anna Poe"}
	ben := &rvp.Client{User: "ben@" + domain, Password: "secret", Events: show}
	for _, c := range []*rvp.Client{anna, ben} {
		if err := c.LogOn(ctx); err != nil {
			log.Fatal(err)
		}
		defer c.LogOff(ctx)
	}
	if err := anna.Converse(ben.Node()).Send(ctx, "See you at noon?"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-heard)
	// Output: Anna Poe: See you at noon?
}

// startServer starts a home server whose users all have the password "secret".
func startServer(names ...string) (domain string, stop func()) {
	users := auth.Users{Hasher: &auth.Hasher{NTHash: true}}
	for _, name := range names {
		if err := users.Set(name, "secret"); err != nil {
			log.Fatal(err)
		}
	}
	home := &rvp.HomeServer{
		Directory: everybody{}, Store: memory.New(), Auth: &auth.Authenticator{Accounts: &users},
	}
	srv := httptest.NewUnstartedServer(home)
	srv.Config.ConnContext = rvp.ConnContext
	home.Domain = srv.Listener.Addr().String()
	srv.Start()
	return home.Domain, func() {
		srv.Close()
		home.Close()
	}
}
