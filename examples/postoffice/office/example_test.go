package office_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// An Office on free ports, as a test of other software would use it.
func Example() {
	dir, err := os.MkdirTemp("", "postoffice-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	o, err := office.Open(context.Background(), office.Config{
		Dir:       dir,
		Ephemeral: true,
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(o.Addresses()), "services")
	for _, u := range o.DemoUsers() {
		fmt.Println(u.Name, u.Address)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- o.Serve(ctx) }()
	// Here mail is sent and read.
	stop()
	fmt.Println(<-served)
	// Output:
	// 13 services
	// alice alice@postoffice.test
	// bob bob@postoffice.test
	// <nil>
}

// Accounts are managed in the same way whether a server runs on the data folder
// or not.
func ExampleOpenAccounts() {
	dir, err := os.MkdirTemp("", "postoffice-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	o, err := office.Open(ctx, office.Config{Dir: dir, Ephemeral: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer o.Close()
	accounts, err := office.OpenAccounts(ctx, dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer accounts.Close()
	u, err := accounts.Add(ctx, manage.NewUser{Name: "carol", Password: office.NewPassword()})
	fmt.Println(u.Name, u.Addresses, err)
	// Output: carol [carol@postoffice.test] <nil>
}
