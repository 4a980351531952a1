// Package ldapserver shows the people and groups of a post office to mail
// clients by LDAPv3 (RFC 4511), as Exchange 5.5 did: who types a name into the
// address line of Outlook Express, Thunderbird or mutt finds the address. It is
// for reading only.
//
//	s := &ldapserver.Server{
//		People:    people,                                // what there is to find
//		Auth:      &auth.Authenticator{Accounts: &users}, // who may look
//		Domain:    "example.org",                         // dc=example,dc=org
//		TLSConfig: config,                                // for StartTLS and ServeTLS
//	}
//	err := s.Serve(listener)
//
// # The tree
//
//	(root)                                 what the server can do (RFC 4512, 5.1)
//	cn=Subschema                           the attributes and classes (RFC 4512, 4.2)
//	dc=example,dc=org
//	  ou=people,dc=example,dc=org
//	    uid=tim,ou=people,dc=example,dc=org    inetOrgPerson (RFC 2798)
//	  ou=groups,dc=example,dc=org
//	    cn=sales,ou=groups,dc=example,dc=org   groupOfNames (RFC 4519)
//
// The root and the schema can be read by anybody, the rest after a login, or with
// Server.AnonymousRead. There is nothing of passwords in it. Old clients search
// without a base; for them a search from the root goes through everything.
//
// # RFCs
//
// RFC 4511 without changes to entries, referrals and extensible matching; 4512
// (schema), 4513 (simple binds, SASL, StartTLS), 4514 (names), 4518 (preparation,
// in the main), 4519 and 2798 (attributes), 4526 (true and false filters), 4532
// (Who am I?), 3673 ("+"), 5020 (entryDN), 3045 (vendorName), 2696 (pages) and
// 2891 (sorting).
//
// # Files
//
//	server.go     Server: Serve, ServeTLS, ServeConn, Shutdown, Close
//	limits.go     Limits
//	people.go     People and Entry: what the program implements
//	conn.go       one conversation: requests in, one after another
//	read.go       the reader: idle clients, Abandon; frame.go: where messages end
//	write.go      what is sent
//	ber.go        BER, as much of it as LDAP has
//	message.go    the envelope and its controls
//	operation.go  THE PROTOCOL: one table, a line per request
//	result.go     result codes and replies
//	bind.go       logins; extended.go: StartTLS, Who am I?
//	search.go     the search; locate.go: where; select.go: which attributes
//	collect.go    going through the entries, and keeping those that are wanted
//	page.go       pages; order.go: sorting
//	compare.go    Compare
//	filter.go     parsing filters; match.go: what they say of an entry
//	prepare.go    how values compare
//	attribute.go  THE ATTRIBUTES: one table; class.go: the object classes
//	tree.go       the names of entries; object.go: entries as they are seen
//	rootdse.go    the root and the schema
package ldapserver
