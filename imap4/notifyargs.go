package imap4

import "strings"

// notifyRequest is what a NOTIFY command says (RFC 5465, 3.1).
type notifyRequest struct {
	set    bool // else NONE
	status bool
	groups []eventGroup
}

// An eventGroup is some mailboxes, and what is to be told of them.
type eventGroup struct {
	scope
	events events      // 0: none, whatever other groups say
	items  []fetchItem // of MessageNew
}

// events are what can be told without being asked for (RFC 5465, 5).
type events uint8

const (
	messageNew events = 1 << iota
	messageExpunge
	flagChange
	mailboxName
	subscriptionChange
	mailboxMetadata
	serverMetadata

	messageEvents = messageNew | messageExpunge | flagChange
)

// eventNames are those that there are. AnnotationChange is not.
var eventNames = map[string]events{
	"MESSAGENEW": messageNew, "MESSAGEEXPUNGE": messageExpunge, "FLAGCHANGE": flagChange,
	"MAILBOXNAME": mailboxName, "SUBSCRIPTIONCHANGE": subscriptionChange,
	"MAILBOXMETADATACHANGE": mailboxMetadata, "SERVERMETADATACHANGE": serverMetadata,
}

// badEvent names the events that there are, without METADATA or with it.
func badEvent(metadata bool) Reply {
	names := "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange"
	if metadata {
		names += " MailboxMetadataChange ServerMetadataChange"
	}
	return No(names+")", "event not known")
}

// maxGroups bounds the groups in one command.
const maxGroups = 100

func notifyArgs(p *parser) (r notifyRequest) {
	p.space()
	if p.is("NONE") {
		p.end()
		return r
	}
	if r.set = p.is("SET"); !r.set {
		p.fail("SET or NONE is missing")
	}
	p.space()
	if r.status = p.is("STATUS"); r.status {
		p.space()
	}
	names := 0
	for p.err == nil {
		g := p.eventGroup()
		if g.kind <= selectedDelayed {
			for _, other := range r.groups {
				if other.kind <= selectedDelayed {
					p.fail("SELECTED or SELECTED-DELAYED, once") // RFC 5465, 6.1
				}
			}
		}
		r.groups = append(r.groups, g)
		if names += len(g.names); len(r.groups) > maxGroups || names > maxScopeNames {
			p.refuse(tooManyArgs)
		}
		if !p.skip(' ') {
			break
		}
	}
	p.end()
	return r
}

// eventGroup takes mailboxes and events.
func (p *parser) eventGroup() (g eventGroup) {
	p.need('(')
	g.scope = p.scope("SELECTED-DELAYED", selectedDelayed)
	p.space()
	switch {
	case p.is("NONE"):
	case p.peek() == '(':
		p.list(false, func() { p.event(&g) })
	default:
		p.event(&g)
	}
	p.need(')')
	both := messageNew | messageExpunge
	switch {
	case p.err != nil:
	case g.events&both != 0 && g.events&both != both, g.events&flagChange != 0 && g.events&both == 0:
		p.fail("MessageNew and MessageExpunge belong together, and to FlagChange") // RFC 5465, 5
	case g.kind <= selectedDelayed && g.events&^messageEvents != 0:
		p.fail("only events of messages are for SELECTED") // RFC 5465, 6.1
	case g.kind > selectedDelayed && len(g.items) > 0:
		p.fail("data items are for SELECTED only") // RFC 5465, 8
	}
	return g
}

// event takes an event, behind which there may be data items.
func (p *parser) event(g *eventGroup) {
	word := p.word()
	e, known := eventNames[word]
	if !known && p.err == nil {
		p.refuse(badEvent(false))
	}
	g.events |= e
	if e == messageNew && strings.HasPrefix(p.s[p.i:], " (") {
		p.space()
		g.items = p.fetchItems()
	}
}

// fetchItems takes a list of data items. Whatever they are, \Seen is left as it
// is, for nobody has asked to read a message.
func (p *parser) fetchItems() []fetchItem {
	var r fetchRequest
	p.list(false, func() { p.fetchItem(&r, false) })
	return r.items
}
