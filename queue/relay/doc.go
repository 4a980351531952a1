// Package relay is the queue.Transport for SMTP and LMTP: it finds the hosts of a route, tries them in their order over
// connections that it keeps for the next message, and tells what came of each recipient.
//
//	r := &relay.Relay{Hello: "mx.example.org", Content: relay.Content}
//	r.Options.Convert = relay.Convert
//	defer r.Close()
//	q := &queue.Queue{Store: store, Transport: r}
//
// A Route without hosts goes where the DNS says (package dnsresolve), by DANE (RFC 7672) or MTA-STS (RFC 8461) where the
// domain has them. A Route with hosts goes to those, as [ParseHop] reads them.
//
// What a host says of a recipient for good, yes or no, is the verdict. Whom it may take later is tried at the next host
// (RFC 5321, 5.1), unless the message may have arrived. A host that turns everybody away with 5xx, before the message was
// spoken of, or that lacks an extension which the message needs, is no verdict while there are other hosts. If a login
// fails, or TLS, the mail waits: that is for administrators to mend, not for senders.
//
// TLS is opportunistic (RFC 7435) where nothing else is asked for: if the handshake fails it is done without. A message with
// REQUIRETLS (RFC 8689) goes to hosts only whose name is certain and whose certificate has it.
//
// The files:
//
//	relay.go    Relay, Deliver
//	passage.go  the recipients of one domain on their way through the hosts
//	hop.go      the hosts of a Route as they are written
//	hosts.go    the hosts that the DNS names; smarthosts.go: that the Route names
//	policy.go   what is asked of TLS
//	try.go      one address of one host; dial.go: connecting to it
//	verdict.go  what replies mean; failure.go: what it means that there is none
//	memory.go   addresses that did not answer lately
//	content.go  what a destination is sent, and what not: unwanted.go; source.go: read from where
package relay
