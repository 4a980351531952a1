// Package dnsresolve finds out where a domain's mail, news or presence server
// is, and how sure that is. A Resolver looks names up; Client is the one that
// asks name servers:
//
//	var client dnsresolve.Client // asks the servers of /etc/resolv.conf
//	answer, err := client.Lookup(ctx, "example.org", dnsresolve.TypeTXT)
//
// A Planner makes of that the route that mail takes, with the TLS that each host
// must offer:
//
//	planner := dnsresolve.Planner{Resolver: &client, Self: []string{"mx.example.com"}}
//	route, err := planner.MailRoute(ctx, "example.org")
//	...
//	for host := range route.Hosts(ctx) {
//		if deliver(host.Addrs, host.TLS, host.TLSNames, host.TLSA) == nil {
//			return nil
//		}
//	}
//	return cmp.Or(route.Err(), errNobodyAnswered)
//
// Services does the same for clients of other protocols, by SRV records.
//
// What "no such thing" and "try later" are is never mixed up: an *Error or
// *RouteError tells. In particular a lookup that failed never makes a domain its
// own mail exchanger, nor lets mail go without the authentication that it would
// have asked for.
//
// Nothing is validated by DNSSEC here. The resolver does that, and is believed if
// it is trusted: one on this machine, or so configured.
//
// RFCs: 1034, 1035, 2181 and 2308 (the DNS), 6891 (EDNS), 2782 (SRV), 5321 and
// 7505 (MX), 6698, 7671 and 7672 (DANE), 8461 (MTA-STS), 6761 (special names).
//
// The files:
//
//	resolver.go   Resolver, Answer, Record
//	error.go      Error and its Kinds
//	name.go       names, and their one form
//	client.go     Client
//	exchange.go   servers, tries, UDP and TCP
//	message.go    a question, and what answers it
//	response.go record.go  what an answer says
//	cache.go flight.go     what is remembered, and what is under way
//	resolvconf.go watch.go special.go  what this machine knows by itself
//	system.go     a Resolver on package net
//	addrs.go      addresses, and where they may lead
//	services.go   SRV
//	planner.go    MX records and next hops
//	route.go walk.go  Route and its hosts
//	dane.go       TLSA records
//	sts.go stspolicy.go stsfetch.go stsmemory.go  MTA-STS
//	reason.go     why there is no route
//
// Package dnstest has a name server for tests.
package dnsresolve
