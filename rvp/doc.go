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
package rvp
