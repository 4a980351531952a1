package nntp

import (
	"context"
	"slices"
	"strings"
)

// A capability is one line of what CAPABILITIES tells (RFC 3977, 3.3.3).
type capability struct {
	label string
	offer func(*Conn) (args string, ok bool)
}

// capabilities are told in this order, each if it holds now; VERSION comes first
// (RFC 3977, 3.3.2).
var capabilities = []capability{
	{"VERSION", func(*Conn) (string, bool) { return "2", true }},           // RFC 3977, 3.3.2
	{"IMPLEMENTATION", (*Conn).offerImplementation},                        // RFC 3977, 3.3.2
	{"READER", when((*Conn).mayRead)},                                      // RFC 3977, 3.4.2
	{"POST", when((*Conn).mayPost)},                                        // RFC 3977, 6.3.1
	{"IHAVE", when((*Conn).mayFeed)},                                       // RFC 3977, 6.3.2
	{"STREAMING", when((*Conn).mayStream)},                                 // RFC 4644, 2.1
	{"NEWNEWS", when((*Conn).mayNewNews)},                                  // RFC 3977, 7.4
	{"HDR", when((*Conn).mayRead)},                                         // RFC 3977, 8.5
	{"OVER", func(c *Conn) (string, bool) { return "MSGID", c.mayRead() }}, // RFC 3977, 8.3
	{"LIST", (*Conn).offerLists},                                           // RFC 3977, 7.6; RFC 6048, 2
	{"STARTTLS", when((*Conn).offersTLS)},                                  // RFC 4642, 2.1
	{"AUTHINFO", (*Conn).offerAuth},                                        // RFC 4643, 2.1
	{"SASL", (*Conn).offerSASL},                                            // RFC 4643, 2.1
	{"COMPRESS", (*Conn).offerCompress},                                    // RFC 8054, 2.1
}

func when(holds func(*Conn) bool) func(*Conn) (string, bool) {
	return func(c *Conn) (string, bool) { return "", holds(c) }
}

func (c *Conn) offerImplementation() (string, bool) {
	text := c.srv.Implementation
	return string(appendText(nil, text[:min(len(text), maxImplementation)])), text != ""
}

// maxImplementation leaves room on its line (RFC 3977, 3.1).
const maxImplementation = 400

// offerLists are the keywords that the table has, but for those that nothing is
// kept for.
func (c *Conn) offerLists() (string, bool) {
	var keywords []string
	for _, v := range c.verbs() {
		if keyword, ok := strings.CutPrefix(v.Name, "LIST "); ok {
			keywords = append(keywords, keyword)
		}
	}
	info, err := c.srv.info(context.Background())
	if err != nil {
		info = Info{}
	}
	keywords = slices.DeleteFunc(keywords, func(k string) bool {
		switch k {
		case "DISTRIB.PATS":
			return len(info.DistribPats) == 0
		case "DISTRIBUTIONS":
			return len(info.Distributions) == 0
		case "MODERATORS":
			return len(info.Moderators) == 0
		case "MOTD":
			return info.MOTD == ""
		case "SUBSCRIPTIONS":
			return len(info.Subscriptions) == 0
		}
		return false
	})
	return strings.Join(keywords, " "), c.mayRead()
}

func (c *Conn) offersTLS() bool {
	return c.srv.TLSConfig != nil && c.tls == nil && c.state == Fresh
}

// mayLogIn reports whether the connection is good enough for any login.
func (c *Conn) mayLogIn() bool {
	return c.srv.Auth != nil && c.state == Fresh && (!c.srv.RequireTLS || c.tls != nil)
}

// offerAuth: AUTHINFO is told whenever it may come, its keywords only if they
// may be used now (RFC 4643, 2.1).
func (c *Conn) offerAuth() (string, bool) {
	var keywords []string
	if c.mayLogIn() && c.srv.Auth.PasswordAllowed(c.authConn()) {
		keywords = append(keywords, "USER")
	}
	if len(c.mechanisms()) > 0 {
		keywords = append(keywords, "SASL")
	}
	return strings.Join(keywords, " "), c.srv.Auth != nil && c.state == Fresh
}

// offerSASL tells the mechanisms even after a login, so that the client can see
// whether somebody has removed the better ones (RFC 4643, 2.1).
func (c *Conn) offerSASL() (string, bool) {
	names := c.mechanisms()
	return strings.Join(names, " "), len(names) > 0
}

func (c *Conn) mechanisms() []string {
	if !c.mayLogIn() {
		return nil
	}
	return c.srv.Auth.Offer(c.authConn())
}

func (c *Conn) offerCompress() (string, bool) {
	return "DEFLATE", c.srv.Compress && c.state != Compressed
}

// capabilities answers CAPABILITIES.
func (c *Conn) capabilities(context.Context, struct{}) Reply {
	return capableReply.with(func(l *lines) error {
		for _, entry := range capabilities {
			args, ok := entry.offer(c)
			if !ok {
				continue
			}
			l.b = append(l.b, entry.label...)
			if args != "" {
				l.b = append(append(l.b, ' '), args...)
			}
			if err := l.end(); err != nil {
				return err
			}
		}
		return nil
	})
}
