// Package rvp speaks RVP, the presence and instant messaging protocol of
// Exchange 2000: HTTP with the methods PROPFIND and PROPPATCH of WebDAV,
// SUBSCRIBE, UNSUBSCRIBE and NOTIFY of GENA, and SUBSCRIPTIONS and ACL
// (rvp-exchange2000, "RVP: A Presence and Instant Messaging Protocol", 2000).
//
// Each user is a Node, a URL such as http://im.example.test/instmsg/aliases/anna. A
// HomeServer keeps what users show and who watches them, and brings them what is
// sent; a Router is the front door of a domain; a Client is a user's program:
//
//	home := &rvp.HomeServer{
//		Domain:    "im.example.test",
//		Directory: users,
//		Store:     memory.New(),
//		Auth:      authenticator,
//	}
//	srv := &http.Server{Addr: ":80", Handler: home, ConnContext: rvp.ConnContext}
//	err := srv.ListenAndServe()
//
// Servers connect to their clients for each notification, so that a client has to be
// reachable. Messages are not stored: one to somebody who is not there is an
// error to the sender. Users are authenticated by NTLM and Digest; users of other domains
// are who they say, as far as the ACL of a node lets that do.
//
// Not part of it: group nodes, the polling of later service packs, whose format nobody
// has written down, and what clients agree on by invitations (files, NetMeeting),
// which pass as they are.
//
// The documents, each with its parser:
//
//	node.go, nodeurl.go      Node: logical and physical URLs
//	principal.go             Principal: users, servers and other nodes
//	state.go, property.go    State, Property: what a user shows
//	propertychange.go        leases and views, in propertyupdate.go: PROPPATCH
//	propfind.go              PROPFIND
//	multistatus.go           the 207 of PROPFIND, PROPPATCH and SUBSCRIBE
//	notification.go          Notification: NOTIFY
//	subscriptions.go         SUBSCRIPTIONS
//	acl.go, aclxml.go        ACL: rights, and the decision
//	message.go, format.go, conversation.go  Message: the MIME within a notification
//	xml.go, xmlparse.go, xmltag.go, xmltext.go, xmlwrite.go  XML itself
//
// The home server:
//
//	homeserver.go, event.go  HomeServer
//	method.go                THE TABLE of methods
//	request.go, peer.go      one request: about whom, and from where
//	access.go                who asks, and whether he may
//	subscribe.go, subscriptions_method.go  logons and watchers
//	properties_method.go, proppatch.go, profile.go  properties
//	view.go, view_values.go, effect.go  what a change makes of a Record: pure
//	acl_method.go, notify_method.go     ACL and NOTIFY
//	fanout.go, watchers.go   who is told of a change
//	lease.go                 what ends by itself
//	courier.go, courier_*.go deliveries: order, retries, back-pressure
//	notify.go, notify_status.go  one NOTIFY to a client
//	callback.go              who may be called
//	store.go, directory.go   what the program brings
//
// The router, and finding servers:
//
//	router.go, topology.go   Router: redirect, pass or refuse
//	router_pass.go, router_upstream.go  speaking for clients outside
//	locator.go, locator_*.go Locator: connections by SRV, redirections
//	discover.go              from a sign-in name to a Service
//
// The client:
//
//	client.go                Client; client_*.go: logon, requests, state, schedule, events
//	contact.go               what is known of contacts
//	session.go, session_receive.go  conversations
//	listener.go              what comes
package rvp
