package office

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// Addresses tells where the Office listens, by the name of the service:
// "host:port". Of a virtual server with several addresses it is the first.
func (o *Office) Addresses() map[string]string {
	addresses := make(map[string]string)
	for _, v := range o.all() {
		for _, p := range v.listening() {
			name := v.name
			if p.tls {
				name += "s"
			}
			if addresses[name] == "" {
				addresses[name] = p.listener.Addr().String()
			}
		}
	}
	return addresses
}

// DemoUsers are the accounts of the first start, as long as they exist and
// have their first passwords. The list may be empty, but not nil.
func (o *Office) DemoUsers() []DemoUser { return append([]DemoUser{}, o.users...) }

// FirstStart reports whether Open has made the accounts.
func (o *Office) FirstStart() bool { return o.firstStart }

// HasAdministrator reports whether somebody looks after the server who is not disabled.
func (o *Office) HasAdministrator(ctx context.Context) (bool, error) {
	list, err := o.store.Administrators(ctx)
	return slices.ContainsFunc(list, func(a store.Account) bool { return !a.Disabled }), err
}

// HasAccounts reports whether there are any in the data folder.
func (o *Office) HasAccounts(ctx context.Context) (bool, error) {
	for _, err := range o.store.ListAccounts(ctx) {
		return err == nil, err
	}
	return false, nil
}

// WriteReady writes a file for scripts: one JSON object with an address for
// each service ("smtp": "127.0.0.1:2525"), and "users", a list of demo
// accounts with name, address and password. Its form does not change, it only
// grows. The file appears whole.
func (o *Office) WriteReady(path string) error {
	object := map[string]any{"users": o.DemoUsers()}
	for name, address := range o.Addresses() {
		object[name] = address
	}
	b, err := json.MarshalIndent(object, "", "\t")
	if err != nil {
		return err
	}
	if err := writeFile(path, append(b, '\n')); err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	return nil
}
