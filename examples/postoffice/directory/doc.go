// Package directory says who has mail at a post office: in its own store
// ([Stored]), in memory ([Memory]), or in an LDAP directory that is kept
// elsewhere ([LDAP]; RFC 4510 and those it names). A [Mirror] gives those who are
// kept elsewhere their mailboxes here.
//
//	people, err := directory.ParseLDAP("ldaps://ldap.example.org/ou=people,dc=example,dc=org?uid,mail")
//	if err != nil { ... }
//	defer people.Close()
//	user, err := people.VerifyPassword(ctx, nil, "tim", "tanstaaftanstaaf")
//
// # Files
//
//	directory.go    Directory and Account
//	stored.go       the store's own accounts
//	memory.go       accounts in memory
//	mirror.go       Mirror: mailboxes for accounts from elsewhere
//	ldap.go         LDAP and its settings
//	ldap_url.go     ParseLDAP (RFC 4516)
//	ldap_filter.go  from names and addresses to filters (RFC 4515)
//	ldap_search.go  finding accounts
//	ldap_bind.go    checking passwords
//	ldap_conn.go    connections: bounded in number and time
//	cache.go        what was found, for a while
package directory
