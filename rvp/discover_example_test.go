package rvp_test

import (
	"context"
	"fmt"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/rvp"
)

// records is a dnsresolve.Resolver.
type records map[string]dnsresolve.Record

func (r records) Lookup(_ context.Context, name string, t dnsresolve.Type) (dnsresolve.Answer, error) {
	record, ok := r[t.String()+" "+name]
	if !ok {
		return dnsresolve.Answer{}, &dnsresolve.Error{Name: name, Type: t, Kind: dnsresolve.NoData}
	}
	return dnsresolve.Answer{Name: name, Canonical: name, Records: []dnsresolve.Record{record}}, nil
}

// A program that adds a contact asks where it is, and who.
func ExampleLocator_Discover() {
	locator := &rvp.Locator{Resolver: records{
		"SRV _rvp._tcp.example.test": {Host: "im.example.test", Port: 80},
	}}
	service, err := locator.Discover(context.Background(), "Anna.Poe@Example.Test")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(service.User)
	fmt.Println(service.Targets)

	_, err = locator.Discover(context.Background(), "anna")
	fmt.Println(err)
	// Output:
	// http://im.example.test/instmsg/aliases/anna.poe
	// [im.example.test:80]
	// rvp: not the URL of a user: "anna": write user@domain
}
