package imap4

import "math"

// searchKeys are the search keys, and how what follows each is read.
var searchKeys = map[string]func(*parser, *program) *Query{
	"ALL":        func(*parser, *program) *Query { return &Query{Key: And} }, // RFC 9051, 6.4.4
	"ANSWERED":   flagKey(`\Answered`, true),
	"BCC":        fieldKey("Bcc"),
	"BEFORE":     dateKey(ReceivedBefore),
	"BODY":       textKey(BodyText),
	"CC":         fieldKey("Cc"),
	"DELETED":    flagKey(`\Deleted`, true),
	"DRAFT":      flagKey(`\Draft`, true),
	"FLAGGED":    flagKey(`\Flagged`, true),
	"FROM":       fieldKey("From"),
	"HEADER":     headerKey,
	"KEYWORD":    keywordIs(true),
	"LARGER":     sizeKey(Larger),
	"NEW":        func(*parser, *program) *Query { return &Query{Sub: []*Query{{Key: Recent}, not(seen())}} }, // RFC 3501, 6.4.4
	"OLD":        func(*parser, *program) *Query { return not(&Query{Key: Recent}) },                          // RFC 3501, 6.4.4
	"ON":         dateKey(ReceivedOn),
	"RECENT":     func(*parser, *program) *Query { return &Query{Key: Recent} }, // RFC 3501, 6.4.4
	"SEEN":       flagKey(`\Seen`, true),
	"SENTBEFORE": dateKey(SentBefore),
	"SENTON":     dateKey(SentOn),
	"SENTSINCE":  dateKey(SentSince),
	"SINCE":      dateKey(ReceivedSince),
	"SMALLER":    sizeKey(Smaller),
	"SUBJECT":    fieldKey("Subject"),
	"TEXT":       textKey(AnyText),
	"TO":         fieldKey("To"),
	"UID":        uidKey,
	"UNANSWERED": flagKey(`\Answered`, false),
	"UNDELETED":  flagKey(`\Deleted`, false),
	"UNDRAFT":    flagKey(`\Draft`, false),
	"UNFLAGGED":  flagKey(`\Flagged`, false),
	"UNKEYWORD":  keywordIs(false),
	"UNSEEN":     flagKey(`\Seen`, false),

	"OLDER": sizeKey(Older), "YOUNGER": sizeKey(Younger), // RFC 5032, 4
	"MODSEQ":      modSeqKey,                                                                            // RFC 7162, 3.1.5
	"SAVEDBEFORE": dateKey(SavedBefore), "SAVEDON": dateKey(SavedOn), "SAVEDSINCE": dateKey(SavedSince), // RFC 8514, 4.3
	"SAVEDATESUPPORTED": func(*parser, *program) *Query { return &Query{Key: SaveDateSupported} }, // RFC 8514, 4.3
	"UIDAFTER":          uidBound(func(u UID) UIDSet { return uidsBetween(u+1, math.MaxUint32) }), // RFC 9738, 3.2
	"UIDBEFORE":         uidBound(func(u UID) UIDSet { return uidsBetween(1, u-1) }),              // RFC 9738, 3.2
	"EMAILID":           idKey(EmailIDIs), "THREADID": idKey(ThreadIDIs),                          // RFC 8474, 6
}

// searchKey returns how what follows a key is read, nil if there is no such key.
// Those that hold keys are not in the map, which they are read by.
func searchKey(word string) func(*parser, *program) *Query {
	switch word {
	case "NOT":
		return notKey
	case "OR":
		return orKey
	case "FUZZY":
		return fuzzyKey // RFC 6203, 3
	}
	return searchKeys[word]
}

func seen() *Query { return &Query{Key: HasFlag, Flag: `\Seen`} }

func notKey(p *parser, prog *program) *Query {
	p.space()
	return not(p.key(prog))
}

func orKey(p *parser, prog *program) *Query {
	p.space()
	a := p.key(prog)
	p.space()
	return &Query{Key: Or, Sub: []*Query{a, p.key(prog)}}
}

func headerKey(p *parser, _ *program) *Query {
	p.space()
	field := p.astring()
	p.space()
	return &Query{Key: HeaderText, Field: field, Text: p.searchText()}
}

func uidKey(p *parser, prog *program) *Query {
	p.space()
	return p.inSet(prog, true)
}

// uidBound is for a key that compares a UID.
func uidBound(matching func(UID) UIDSet) func(*parser, *program) *Query {
	return func(p *parser, _ *program) *Query {
		p.space()
		return &Query{Key: InSet, UIDs: matching(UID(p.nz()))}
	}
}

// uidsBetween are the UIDs of a range, which is empty where its ends are 0.
func uidsBetween(first, last UID) UIDSet {
	if first == 0 || last == 0 {
		return nil
	}
	return UIDSet{{first, last}}
}
