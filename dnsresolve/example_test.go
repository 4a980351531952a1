package dnsresolve_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/wirepost/wirepost/dnsresolve"
	"github.com/wirepost/wirepost/dnsresolve/dnstest"
)

// A server stands for the Internet in these examples.
func server(zone string) (client *dnsresolve.Client, stop func()) {
	tb := &exampleTB{}
	srv := dnstest.NewServer(tb, zone)
	srv.Secure("signed.example")
	return srv.Client(), tb.stop
}

// exampleTB is what a Server needs of a test.
type exampleTB struct {
	testing.TB
	cleanup []func()
}

func (*exampleTB) Helper()            {}
func (t *exampleTB) Cleanup(f func()) { t.cleanup = append(t.cleanup, f) }
func (t *exampleTB) stop() {
	for _, f := range t.cleanup {
		f()
	}
}

// A Resolver answers, or says why it does not.
func ExampleResolver() {
	client, stop := server(`example.org TXT "v=spf1 mx " "-all"`)
	defer stop()
	var resolver dnsresolve.Resolver = client // or new(dnsresolve.Client)
	ctx := context.Background()

	answer, err := resolver.Lookup(ctx, "Example.ORG", dnsresolve.TypeTXT)
	fmt.Println(answer.Records[0].Text, err)

	for _, name := range []string{"example.net", "a..b"} {
		_, err := resolver.Lookup(ctx, name, dnsresolve.TypeTXT)
		e, _ := errors.AsType[*dnsresolve.Error](err)
		fmt.Println(name, "absent:", e.Absent(), "temporary:", e.Temporary(), "kind:", e.Kind)
	}
	// Output:
	// v=spf1 mx -all <nil>
	// example.net absent: true temporary: false kind: no such domain
	// a..b absent: false temporary: false kind: not a domain name
}

// A route has the hosts in the order to try, each with what TLS it must offer.
func ExamplePlanner_MailRoute() {
	client, stop := server(`
		signed.example           MX 20 second.example
		signed.example           MX 10 mx.signed.example
		mx.signed.example        A 192.0.2.1
		mx.signed.example        AAAA 2001:db8::1
		_25._tcp.mx.signed.example TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
		second.example           A 192.0.2.2
		nomail.example           MX 0 .
	`)
	defer stop()
	ctx := context.Background()
	planner := dnsresolve.Planner{Resolver: client, Self: []string{"relay.example"}}

	route, err := planner.MailRoute(ctx, "signed.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	for host := range route.Hosts(ctx) {
		fmt.Println(host.Name, host.Addrs, host.TLS == dnsresolve.TLSDANE, host.TLSNames)
	}
	fmt.Println(route.Err())

	_, err = planner.MailRoute(ctx, "nomail.example")
	e, _ := errors.AsType[*dnsresolve.RouteError](err)
	fmt.Println(e.Reason.Code(), e.Reason, e.Temporary())
	// Output:
	// mx.signed.example [2001:db8::1 192.0.2.1] true [mx.signed.example signed.example]
	// second.example [192.0.2.2] false [second.example]
	// <nil>
	// 5.1.10 the domain takes no mail false
}

// Where the IMAP server of a domain is, for a client of it.
func ExampleServices() {
	client, stop := server(`
		_imaps._tcp.example.org  SRV 0 1 993 imap.example.org
		_pop3s._tcp.example.org  SRV 0 0 0   .
	`)
	defer stop()
	ctx := context.Background()
	for _, service := range []string{"_imaps._tcp", "_pop3s._tcp", "_nntps._tcp"} {
		targets, err := dnsresolve.Services(ctx, client, service, "example.org", nil)
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, t := range targets {
			fmt.Println(t.Host, t.Port, t.TLSName, t.Default)
		}
	}
	// Output:
	// imap.example.org 993 example.org false
	// dnsresolve: SRV of _pop3s._tcp.example.org: the domain does not offer this service
	// example.org 563 example.org true
}

// Addresses that mail must not go to, whatever the DNS says.
func ExampleAddrPolicy() {
	client, stop := server("rebind.example A 127.0.0.1")
	defer stop()
	answer, err := dnsresolve.Addrs(context.Background(), client, "rebind.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	var policy dnsresolve.AddrPolicy
	fmt.Println(answer.Records[0].Addr, policy.Allows(answer.Records[0].Addr))
	// Output: 127.0.0.1 false
}
