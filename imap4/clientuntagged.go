package imap4

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// What commands are offered of untagged responses, beside the types that are
// exported.
type (
	clientText         Reply // an untagged OK, NO or BAD
	clientCapabilities struct{}
	clientEnabled      []string
	clientCount        struct {
		word string // EXISTS, RECENT or EXPUNGE
		n    uint32
	}
	clientFlags    Flags
	clientVanished struct {
		earlier bool
		uids    UIDSet
	}
)

// untagged reads what is behind "* ".
func (conn *clientConn) untagged() {
	p := &conn.p
	if p.peek()-'0' <= 9 {
		conn.numbered()
		return
	}
	word := ascii.Upper(string(p.word()))
	if word == "PREAUTH" {
		if conn.greeted {
			p.fail("PREAUTH in the greeting alone")
			return
		}
		conn.loggedIn = true
	}
	if r := conn.status(word); r.Status != 0 {
		conn.untaggedStatus(r)
		return
	}
	read := clientResponses[word]
	if read == nil {
		conn.unknown(0, word)
		return
	}
	if p.take(' ') { // none behind "* SEARCH" that finds nothing
		for p.take(' ') {
		}
	}
	read(conn)
}

// clientResponses are the untagged responses that are not numbered, and not
// statuses.
var clientResponses = map[string]func(*clientConn){
	"CAPABILITY": (*clientConn).readCapability, // RFC 9051, 7.2.2
	"ENABLED":    (*clientConn).readEnabled,    // RFC 9051, 7.2.1
	"FLAGS":      (*clientConn).readFlags,      // RFC 9051, 7.3.5
	"VANISHED":   (*clientConn).readVanished,   // RFC 7162, 3.2.10
	"LIST":       (*clientConn).readList,       // RFC 9051, 7.3.1
	"LSUB":       (*clientConn).readList,       // RFC 3501, 7.2.3
	"STATUS":     (*clientConn).readStatus,     // RFC 9051, 7.3.4
	"NAMESPACE":  (*clientConn).readNamespace,  // RFC 9051, 7.3.2
	"ESEARCH":    (*clientConn).readESearch,    // RFC 9051, 7.3.3
	"SEARCH":     (*clientConn).readSearch,     // RFC 3501, 7.2.5
	"SORT":       (*clientConn).readSort,       // RFC 5256, 4
	"THREAD":     (*clientConn).readThread,     // RFC 5256, 4
	"ID":         (*clientConn).readID,         // RFC 2971, 3.2
	"QUOTA":      (*clientConn).readQuota,      // RFC 9208, 4.2.1
	"QUOTAROOT":  (*clientConn).readQuotaRoot,  // RFC 9208, 4.2.2
	"ACL":        (*clientConn).readACL,        // RFC 4314, 3.6
	"LISTRIGHTS": (*clientConn).readListRights, // RFC 4314, 3.7
	"MYRIGHTS":   (*clientConn).readMyRights,   // RFC 4314, 3.8
	"METADATA":   (*clientConn).readMetadata,   // RFC 5464, 4.4
}

// untaggedStatus gives an untagged status to whom it concerns.
func (conn *clientConn) untaggedStatus(r Reply) {
	if r.Close {
		conn.tell(Update{Kind: UpdateBye, Reply: r})
		return
	}
	name, args, _ := strings.Cut(r.Code, " ")
	if conn.taker(clientText(r)) != nil || conn.limited(r) {
		return
	}
	switch ascii.Upper(name) {
	case "ALERT", "CAPABILITY": // has been told
	case "PERMANENTFLAGS":
		if s := conn.selected; s != nil {
			s.takeText(conn, r)
			conn.tell(Update{Kind: UpdatePermanentFlags, Flags: s.Permanent})
		}
	case "HIGHESTMODSEQ":
		if s := conn.selected; s != nil {
			s.ModSeq = max(s.ModSeq, ModSeq(clientCodeNumber(args)))
			conn.tell(Update{Kind: UpdateModSeq, ModSeq: s.ModSeq})
		}
	default:
		conn.tell(Update{Kind: UpdateText, Reply: r})
	}
}

// numbered reads "* n WORD".
func (conn *clientConn) numbered() {
	p := &conn.p
	n := p.number32()
	p.space()
	word := ascii.Upper(string(p.word()))
	switch word {
	case "FETCH":
		p.space()
		conn.readFetch(n)
		return
	case "EXISTS", "RECENT", "EXPUNGE":
		p.end()
	default:
		conn.unknown(n, word)
		return
	}
	if p.err != nil {
		return
	}
	kind := conn.selected.count(word, n)
	conn.offer(clientCount{word, n}, Update{Kind: kind, Number: n})
}

// count keeps the numbers of the mailbox that is selected; s may be nil.
func (s *OpenMailbox) count(word string, n uint32) UpdateKind {
	if s == nil {
		s = new(OpenMailbox)
	}
	switch word {
	case "EXISTS":
		s.Messages = n
		return UpdateExists
	case "RECENT":
		s.Recent = n
		return UpdateRecent
	}
	s.Messages -= min(s.Messages, 1)
	return UpdateExpunged
}

func (conn *clientConn) readCapability() {
	conn.setCapabilities(strings.Fields(string(conn.p.rest())))
	conn.offer(clientCapabilities{}, Update{Kind: UpdateCapabilities})
}

// setCapabilities takes note of what is offered.
func (conn *clientConn) setCapabilities(all []string) {
	conn.caps = conn.caps[:0:0]
	for _, s := range all {
		s = ascii.Upper(s)
		if !slices.ContainsFunc(conn.opts.Ignore, func(i string) bool { return ascii.Upper(i) == s }) {
			conn.caps = append(conn.caps, s)
		}
	}
}

func (conn *clientConn) readEnabled() {
	conn.offer(clientEnabled(strings.Fields(ascii.Upper(string(conn.p.rest())))), Update{})
}

func (conn *clientConn) readFlags() {
	f := conn.p.flags()
	conn.p.end()
	if s := conn.selected; s != nil {
		s.Flags = f
	}
	conn.offer(clientFlags(f), Update{Kind: UpdateFlags, Flags: f})
}

func (conn *clientConn) readVanished() {
	p := &conn.p
	earlier := false
	if p.peek() == '(' {
		p.list(func() { earlier = ascii.EqualFold(p.word(), "EARLIER") })
		p.space()
	}
	uids := p.uidSet()
	p.end()
	if p.err != nil {
		return
	}
	if s := conn.selected; s != nil && !earlier { // each one was there (RFC 7162, 3.2.10.2)
		s.Messages -= uint32(min(uint64(s.Messages), clientCount64(uids)))
	}
	conn.offer(clientVanished{earlier, uids}, Update{Kind: UpdateVanished, UIDs: uids})
}
