// Package dnstest has a name server for tests: a zone in a few lines, faults by
// name, and a record of what was asked.
//
//	srv := dnstest.NewServer(t, `
//		example.org.     MX 10 mx.example.org.
//		mx.example.org.  A  192.0.2.1
//	`)
//	srv.Fail("mx.example.org", dnstest.Fault{Silent: true, Times: 1})
//	planner := dnsresolve.Planner{Resolver: srv.Client()}
//
// A Server opens no port but by Listen: what Client asks goes through memory,
// so that all of it can run in a bubble of testing/synctest, where timeouts and
// TTLs pass at once.
package dnstest
