package imap4

import (
	"context"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// What a program can use of extensions that this package does not know:
// FetchItems.Extra, the key Extension of a Query, and Do.

// A Value is what a server sends of an extension: an atom, a number, a string or
// NIL, or a list of such.
type Value struct {
	Text   string  // as it is in the response: nothing is decoded
	IsNil  bool    // it is NIL
	IsList bool    // it is List, and no Text
	List   []Value // perhaps empty
}

// Strings returns the Texts of a list, those of lists within it left out.
func (v Value) Strings() []string {
	var all []string
	for _, one := range v.List {
		if !one.IsList && !one.IsNil {
			all = append(all, one.Text)
		}
	}
	return all
}

// clientMaxValues bounds the values of one response, each of which takes far more
// memory than it has octets.
const clientMaxValues = 100_000

// anyValue reads a value of any kind.
func (p *clientParser) anyValue() Value {
	if p.values++; p.values > clientMaxValues {
		p.stop(clientMalformed("more than %d values in a response", clientMaxValues))
		return Value{}
	}
	switch p.peek() {
	case '(':
		v := Value{IsList: true}
		p.list(func() { v.List = append(v.List, p.anyValue()) })
		return v
	case '"', '{', '~':
		return Value{Text: p.str()}
	}
	if p.isNil() {
		return Value{IsNil: true}
	}
	return Value{Text: p.atom()}
}

// wanted reports whether a command in flight has asked for an item by name.
func (conn *clientConn) wanted(item string) bool {
	for _, call := range conn.calls {
		for _, name := range call.extra {
			if ascii.EqualFold(name, item) {
				return true
			}
		}
	}
	return false
}

// An Untagged is an untagged response of a kind that this package does not know.
type Untagged struct {
	Number uint32 // before the name; 0 without
	Name   string // in upper case
	Values []Value
}

// unknown reads a response of a kind that is not known: whole if Do is under way,
// whose it may be.
func (conn *clientConn) unknown(n uint32, name string) {
	p := &conn.p
	raw := false
	for _, call := range conn.calls {
		raw = raw || call.raw
	}
	if !raw {
		p.skipRest()
		return
	}
	u := &Untagged{Number: n, Name: name}
	for p.take(' ') {
	}
	for p.err == nil && p.i < len(p.b) {
		u.Values = append(u.Values, p.anyValue())
		for p.take(' ') {
		}
	}
	conn.offer(u, Update{})
}

// An Atom is an argument of Do that is sent as it is: a keyword, a number, a flag
// such as `\Seen`.
type Atom string

// clientOwn are the commands that change what comes after them, or that the server
// asks more for. Do leaves them to the methods that know how.
var clientOwn = strings.Fields("STARTTLS AUTHENTICATE LOGIN LOGOUT ENABLE SELECT EXAMINE CLOSE UNSELECT IDLE COMPRESS UNAUTHENTICATE APPEND REPLACE NOTIFY")

// Do sends a command for which there is no method: its verb, such as "XLIST" or "UID
// STORE", and its arguments: an Atom, a string (sent quoted, or as a literal), a
// number (int or uint32), a UIDSet, or a list of those ([]any). It returns the
// untagged responses of kinds that this package does not know; all others go to
// Options.Updates, as ever. The error is the Reply if that is not OK, or wraps
// ErrUnsafe if something cannot be sent, before anything is: an Atom that is none,
// a string with a NUL, or a command that has a method of its own because it changes
// what the conversation is, such as SELECT.
func (c *Client) Do(ctx context.Context, verb string, args ...any) (Reply, []Untagged, error) {
	var all []Untagged
	words := strings.Split(ascii.Upper(verb), " ")
	r, err := c.run(ctx, clientCommand{
		verb: strings.Join(words, " "), raw: true, alone: true,
		args: func(e *clientEncoder) {
			e.verb(words)
			for _, arg := range args {
				e.raw(" ").arg(arg, 0)
			}
		},
		take: func(v any) bool {
			u, is := v.(*Untagged)
			if is {
				all = append(all, *u)
			}
			return is
		},
	})
	return r, all, err
}

// verb checks that Do may send a command.
func (e *clientEncoder) verb(words []string) {
	check := clientEncoder{conn: e.conn}
	for _, word := range words {
		check.atom(word)
	}
	e.err = check.err
	for _, own := range clientOwn {
		if own == words[len(words)-1] || own == words[0] {
			e.fail("%s has a method of its own", own)
		}
	}
}

// arg adds an argument of Do.
func (e *clientEncoder) arg(arg any, depth int) {
	switch arg := arg.(type) {
	case Atom:
		if rest, is := strings.CutPrefix(string(arg), `\`); is {
			e.raw(`\`).atom(rest)
			return
		}
		e.atom(string(arg))
	case string:
		e.str(arg)
	case int:
		if arg < 0 {
			e.fail("the number %d", arg)
		}
		e.number(uint64(max(arg, 0)))
	case uint32:
		e.number(uint64(arg))
	case UIDSet:
		e.uids(arg)
	case []any:
		if depth >= clientMaxQuery {
			e.fail("lists nested deeper than %d", clientMaxQuery)
			return
		}
		clientList(e, arg, func(one any) { e.arg(one, depth+1) })
	default:
		e.fail("an argument of the type %T", arg)
	}
}
