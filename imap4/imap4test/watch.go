package imap4test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A watch looks at all that a server says in a conversation, and knows what may
// not come: what holds in every case need not be said in each.
type watch struct {
	utf8     bool // UTF8=ACCEPT or IMAP4rev2 has been enabled
	qresync  bool
	uidonly  bool
	selected bool
	messages int             // in the selected mailbox
	flags    map[string]bool // that FLAGS announced, in upper case
	uids     []uint64        // of those messages; 0 where it is not known
	opening  bool            // a mailbox is being selected
	counted  bool            // EXISTS has come since
}

// see learns from a response. The error says why it may not come now (RFC 9051,
// 7.4.1, 7.5.1 and 5.5).
func (w *watch) see(r *response, pending []command) error {
	if r.hungUp() || r.tag == "+" {
		return nil
	}
	verb := ""
	if len(pending) > 0 {
		verb = ascii.Upper(verbOf(pending[0].text))
	}
	if r.tag != "*" {
		return w.answered(r, pending, verb)
	}
	if r.name == "OK" && r.codeName() == "CLOSED" { // what follows is about another mailbox (RFC 7162, 3.2.11)
		w.counted, w.messages, w.uids, w.flags = false, 0, nil, nil
	}
	switch verb {
	case "SELECT", "EXAMINE":
		if !w.opening && (r.name == "FLAGS" || r.name == "EXISTS" || r.name == "OK" && r.codeName() != "CLOSED") {
			w.opening, w.counted, w.messages, w.uids, w.flags, w.selected = true, false, 0, nil, nil, true
		}
	}
	switch r.name {
	case "FLAGS":
		w.flags = make(map[string]bool)
		for _, f := range r.args[0].list {
			w.flags[ascii.Upper(f.text)] = true
		}
	case "EXISTS":
		if w.counted && r.number < w.messages {
			return fmt.Errorf("EXISTS falls from %d to %d without EXPUNGE", w.messages, r.number)
		}
		w.counted, w.messages = true, r.number
		w.resize()
	case "EXPUNGE":
		return w.expunged(r, verb, pending)
	case "VANISHED":
		return w.vanished(r, verb)
	case "FETCH":
		return w.fetched(r)
	case "ESEARCH":
		if strings.HasSuffix(verb, "SEARCH") || strings.HasSuffix(verb, "SORT") {
			return correlated(r, pending[0].tag)
		}
	case "ENABLED":
		for _, n := range r.args {
			switch ascii.Upper(n.text) {
			case "UTF8=ACCEPT", "IMAP4REV2":
				w.utf8 = true
			case "QRESYNC":
				w.qresync = true
			case "UIDONLY":
				w.uidonly = true
			}
		}
	}
	return nil
}

// answered is see for the answer to a command.
func (w *watch) answered(r *response, pending []command, verb string) error {
	for _, c := range pending {
		if c.tag == r.tag {
			switch {
			case verb == "SELECT" || verb == "EXAMINE":
				w.selected, w.opening = r.name == "OK", false
			case (verb == "CLOSE" || verb == "UNSELECT") && r.name == "OK":
				*w = watch{utf8: w.utf8, qresync: w.qresync, uidonly: w.uidonly}
			}
			return nil
		}
	}
	if strings.HasPrefix(r.tag, "A") && isNumber(r.tag[1:]) {
		return errors.New("an answer to a command that has none to come")
	}
	return nil
}

// noExpunge are the commands during which no EXPUNGE may come.
var noExpunge = map[string]bool{"FETCH": true, "STORE": true, "SEARCH": true, "SORT": true, "THREAD": true, "": true}

func (w *watch) expunged(r *response, verb string, pending []command) error {
	switch {
	case noExpunge[verb]:
		return fmt.Errorf("EXPUNGE may not come now (during %q)", verb)
	case w.qresync || w.uidonly:
		return errors.New("EXPUNGE instead of VANISHED")
	case r.number > w.messages:
		return fmt.Errorf("there are only %d messages", w.messages)
	}
	w.resize()
	w.messages--
	w.uids = slices.Delete(w.uids, r.number-1, r.number)
	return nil
}

// resize makes room for as many UIDs as there are messages.
func (w *watch) resize() {
	for len(w.uids) < w.messages {
		w.uids = append(w.uids, 0)
	}
	w.uids = w.uids[:w.messages]
}

func (w *watch) vanished(r *response, verb string) error {
	if len(r.args) == 2 { // EARLIER
		return nil
	}
	switch {
	case !w.qresync && !w.uidonly:
		return errors.New("VANISHED, and QRESYNC is not enabled")
	case noExpunge[verb]:
		return fmt.Errorf("VANISHED may not come now (during %q)", verb)
	}
	gone := int(setLen(r.args[0].text))
	if gone > w.messages {
		return fmt.Errorf("there are only %d messages", w.messages)
	}
	w.messages -= gone
	if spans, err := parseSet(r.args[0].text); err == nil && !slices.Contains(w.uids, 0) {
		w.uids = slices.DeleteFunc(w.uids, func(uid uint64) bool {
			return slices.ContainsFunc(spans, func(s span) bool { return s.first <= uid && uid <= s.last })
		})
		if len(w.uids) != w.messages {
			return errors.New("a message that has gone already, or never was")
		}
	} else {
		w.uids = make([]uint64, w.messages) // which are left is not known
	}
	return nil
}

// fetched checks that a message is known, and its keywords.
func (w *watch) fetched(r *response) error {
	if r.number > w.messages && !w.uidonly {
		return fmt.Errorf("there are only %d messages", w.messages)
	}
	items := r.args[0].list
	for i := 0; i+1 < len(items); i += 2 {
		if ascii.Upper(items[i].text) == "UID" && !w.uidonly {
			if err := w.named(r.number, items[i+1].text); err != nil {
				return err
			}
		}
		if ascii.Upper(items[i].text) != "FLAGS" {
			continue
		}
		for _, f := range items[i+1].list {
			if name := ascii.Upper(f.text); name != `\RECENT` && w.flags != nil && !w.flags[name] {
				return fmt.Errorf("the flag %s has not been announced by FLAGS", f.text)
			}
		}
	}
	return nil
}

// named checks that a message has the UID that it had, and that UIDs ascend.
func (w *watch) named(number int, text string) error {
	w.resize()
	uid, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return err
	}
	if was := w.uids[number-1]; was != 0 && was != uid {
		return fmt.Errorf("message %d has the UID %d, and had %d", number, uid, was)
	}
	w.uids[number-1] = uid
	for i, other := range w.uids {
		if other != 0 && (i+1 < number && other >= uid || i+1 > number && other <= uid) {
			return fmt.Errorf("message %d has the UID %d, and message %d the UID %d", i+1, other, number, uid)
		}
	}
	return nil
}

// correlated checks that ESEARCH names the command that it answers (RFC 4731, 2.1).
func correlated(r *response, tag string) error {
	if len(r.args) == 0 || r.args[0].kind != list {
		return errors.New("ESEARCH without the tag of its command")
	}
	for i, n := range r.args[0].list {
		if i%2 == 1 && ascii.Upper(r.args[0].list[i-1].text) == "TAG" && n.text != tag {
			return fmt.Errorf("ESEARCH with the tag %q, want %q", n.text, tag)
		}
	}
	return nil
}
