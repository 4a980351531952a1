package imap4

import (
	"strconv"
	"strings"
)

// An extension is one line of what CAPABILITY advertises.
type extension struct {
	name  string
	when  ConnState // the states in which it is advertised
	offer func(*Conn) bool
}

// extensions are advertised in this order, each if it is offered now. Those that
// are of no use before a login are not told to strangers.
var extensions = []extension{
	{"IMAP4rev1", anyTime, nil},                           // RFC 3501
	{"IMAP4rev2", anyTime, nil},                           // RFC 9051
	{"LITERAL+", anyTime, nil},                            // RFC 7888
	{"SASL-IR", NotAuthenticated, (*Conn).offerAuth},      // RFC 4959
	{"STARTTLS", NotAuthenticated, (*Conn).offerTLS},      // RFC 9051, 6.2.1
	{"LOGINDISABLED", NotAuthenticated, (*Conn).noLogin},  // RFC 9051, 6.2.3
	{"ENABLE", anyTime, nil},                              // RFC 5161
	{"ID", anyTime, nil},                                  // RFC 2971
	{"LANGUAGE", anyTime, nil},                            // RFC 5255, 3
	{"IDLE", loggedIn, nil},                               // RFC 2177
	{"NAMESPACE", loggedIn, nil},                          // RFC 2342
	{"CHILDREN", loggedIn, nil},                           // RFC 3348
	{"UNSELECT", loggedIn, nil},                           // RFC 3691
	{"UIDPLUS", loggedIn, nil},                            // RFC 4315
	{"MOVE", loggedIn, nil},                               // RFC 6851
	{"LIST-EXTENDED", loggedIn, nil},                      // RFC 5258
	{"LIST-STATUS", loggedIn, nil},                        // RFC 5819
	{"SPECIAL-USE", loggedIn, nil},                        // RFC 6154
	{"CREATE-SPECIAL-USE", loggedIn, nil},                 // RFC 6154
	{"STATUS=SIZE", loggedIn, nil},                        // RFC 8438
	{"MULTIAPPEND", loggedIn, nil},                        // RFC 3502
	{"ESEARCH", loggedIn, nil},                            // RFC 4731
	{"SEARCHRES", loggedIn, nil},                          // RFC 5182
	{"WITHIN", loggedIn, nil},                             // RFC 5032
	{"CONDSTORE", loggedIn, nil},                          // RFC 7162
	{"QRESYNC", loggedIn, nil},                            // RFC 7162
	{"SORT", loggedIn, nil},                               // RFC 5256
	{"SORT=DISPLAY", loggedIn, nil},                       // RFC 5957
	{"ESORT", loggedIn, nil},                              // RFC 5267
	{"THREAD=ORDEREDSUBJECT", loggedIn, nil},              // RFC 5256
	{"THREAD=REFERENCES", loggedIn, nil},                  // RFC 5256
	{"THREAD=REFS", loggedIn, nil},                        // draft-ietf-morg-inthread-01
	{"BINARY", loggedIn, nil},                             // RFC 3516
	{"CATENATE", loggedIn, nil},                           // RFC 4469
	{"PARTIAL", loggedIn, nil},                            // RFC 9394
	{"PREVIEW", loggedIn, nil},                            // RFC 8970
	{"SAVEDATE", loggedIn, nil},                           // RFC 8514
	{"OBJECTID", loggedIn, nil},                           // RFC 8474
	{"COMPRESS=DEFLATE", loggedIn, (*Conn).notCompressed}, // RFC 4978
	{"UNAUTHENTICATE", loggedIn, (*Conn).notCompressed},   // RFC 8437
	{"UTF8=ACCEPT", loggedIn, nil},                        // RFC 6855
	{"UIDONLY", loggedIn, nil},                            // RFC 9586
	{"INPROGRESS", loggedIn, nil},                         // RFC 9585
	{"I18NLEVEL=1", loggedIn, nil},                        // RFC 5255, 4
	{"REPLACE", loggedIn, nil},                            // RFC 8508
	{"NOTIFY", loggedIn, nil},                             // RFC 5465
	{"MULTISEARCH", loggedIn, nil},                        // RFC 7377
	{"CONTEXT=SEARCH", loggedIn, nil},                     // RFC 5267
	{"CONTEXT=SORT", loggedIn, nil},                       // RFC 5267
	{"SEARCH=FUZZY", loggedIn, (*Conn).hasFuzzy},          // RFC 6203
	{"ACL", loggedIn, (*Conn).hasACL},                     // RFC 4314
	{"RIGHTS=texk", loggedIn, (*Conn).hasACL},             // RFC 4314, 2.2
	{"LIST-MYRIGHTS", loggedIn, (*Conn).hasACL},           // RFC 8440
	{"QUOTA", loggedIn, (*Conn).hasQuota},                 // RFC 9208
	{"QUOTASET", loggedIn, (*Conn).hasQuota},              // RFC 9208, 4.1.3
	{"QUOTA=RES-STORAGE", loggedIn, (*Conn).hasQuota},     // RFC 9208, 5.1
	{"QUOTA=RES-MESSAGE", loggedIn, (*Conn).hasQuota},     // RFC 9208, 5.2
	{"QUOTA=RES-MAILBOX", loggedIn, (*Conn).hasQuota},     // RFC 9208, 5.3
	{"METADATA", loggedIn, (*Conn).hasMetadata},           // RFC 5464
	{"METADATA-SERVER", loggedIn, (*Conn).hasMetadata},    // RFC 5464
	{"LIST-METADATA", loggedIn, (*Conn).hasMetadata},      // RFC 9590
}

// words returns the capabilities of now.
func (c *Conn) words() []string {
	var words []string
	for _, e := range extensions {
		if e.when&c.state != 0 && (e.offer == nil || e.offer(c)) {
			words = append(words, e.name)
		}
	}
	if l := c.srv.limits(); c.state != NotAuthenticated {
		if l.AppendSize > 0 {
			words = append(words, "APPENDLIMIT="+strconv.FormatInt(l.AppendSize, 10)) // RFC 7889
		}
		if l.Messages > 0 {
			words = append(words, "MESSAGELIMIT="+strconv.Itoa(l.Messages)) // RFC 9738
		}
	} else if c.mayLogIn() {
		for _, m := range c.srv.Auth.Offer(c.authConn()) {
			words = append(words, "AUTH="+m)
		}
	}
	return words
}

func (c *Conn) capabilityCode() string { return "CAPABILITY " + strings.Join(c.words(), " ") }

func (c *Conn) offerTLS() bool { return c.hasTLS() && c.wire.TLS() == nil }

func (c *Conn) offerAuth() bool { return c.mayLogIn() && len(c.srv.Auth.Offer(c.authConn())) > 0 }

func (c *Conn) noLogin() bool {
	return !c.mayLogIn() || !c.srv.Auth.PasswordAllowed(c.authConn())
}

// mayLogIn reports whether the connection is good enough for any login.
func (c *Conn) mayLogIn() bool { return !c.srv.RequireTLS || c.wire.TLS() != nil }

// hasTLS and hasAuth tell whether a command is known here at all; whether it
// makes sense now is for its handler to say.
func (c *Conn) hasTLS() bool { return c.srv.TLSConfig != nil }

func (c *Conn) hasAuth() bool { return c.srv.Auth != nil }

// A feature is what a client has switched on for the rest of the conversation.
type feature uint16

const (
	rev2       feature = 1 << iota // RFC 9051, by ENABLE IMAP4rev2
	utf8Accept                     // RFC 6855
	condStore                      // RFC 7162, by any of several commands
	qresync                        // RFC 7162
	uidOnly                        // RFC 9586
	compressed                     // RFC 4978
)

// has reports whether one of the features is switched on.
func (c *Conn) has(f feature) bool { return c.enabled&f != 0 }

// takesUTF8 reports whether names and quoted strings are UTF-8.
func (c *Conn) takesUTF8() bool { return c.has(utf8Accept | rev2) }
