package report

import (
	"errors"
	"slices"
	"strings"
)

// A DispositionType is what was done with a message (RFC 8098, 3.2.6.2).
type DispositionType string

// The types of disposition.
const (
	Displayed  DispositionType = "displayed"  // shown to somebody who reads the mailbox
	Dispatched DispositionType = "dispatched" // sent somewhere, printed or the like, perhaps unseen
	Processed  DispositionType = "processed"  // handled by a program, unseen
	Deleted    DispositionType = "deleted"    // seen or not
)

// A Disposition is a message disposition notification, such as a read receipt: what one recipient did with one message
// (RFC 8098). Whether one may be sent at all is for the caller to check (RFC 8098, 2.1): never for a report, never
// twice, and not without asking the user if the address to be told is not the Return-Path. A field that is empty is not
// written.
type Disposition struct {
	UserAgent, Product string // the reporting one: its host or name, and the product that it is (RFC 8098, 3.2.1)
	Gateway            Typed  // who has translated the report from another mail system
	Original           Typed  // as the field Original-Recipient of the message has it, and only that
	Final              Typed  // whose disposition it is; it must be there
	MessageID          string // of the message, with its angle brackets; if it has one it must be there
	AutomaticAction    bool   // it was done without the user, or else by the user
	SentAutomatically  bool   // the report was sent without asking the user, or else on the user's word
	Type               DispositionType
	Modifiers          []string // keywords: "error"
	Errors             []string // what happened, with the modifier "error"
	Extensions         []Field
}

// dispositionFields are the names of fields, in lower case.
var dispositionFields = []string{
	"reporting-ua", "mdn-gateway", "original-recipient", "final-recipient", "original-message-id", "disposition", "error",
}

// write writes the machine-readable part.
func (d *Disposition) write(w *fieldWriter) {
	if d.Final.address().Value == "" || !atom(string(d.Type)) {
		w.err = errors.Join(w.err, ErrIncomplete)
	}
	w.text("Reporting-UA", d.agent())
	w.typed("MDN-Gateway", d.Gateway, typeDNS)
	w.address("Original-Recipient", d.Original)
	w.address("Final-Recipient", d.Final)
	w.text("Original-Message-ID", d.MessageID)
	w.text("Disposition", d.disposition())
	for _, text := range d.Errors {
		w.text("Error", text)
	}
	w.extensions(d.Extensions, dispositionFields...)
}

// agent is the value of Reporting-UA.
func (d *Disposition) agent() string {
	name, product := clean(strings.ReplaceAll(d.UserAgent, ";", ",")), clean(d.Product)
	if product == "" {
		return name
	}
	return name + "; " + product
}

// disposition is the value of Disposition.
func (d *Disposition) disposition() string {
	action, sent := "manual-action", "MDN-sent-manually"
	if d.AutomaticAction {
		action = "automatic-action"
	}
	if d.SentAutomatically {
		sent = "MDN-sent-automatically"
	}
	value := action + "/" + sent + "; " + string(d.Type)
	modifiers := slices.DeleteFunc(slices.Clone(d.Modifiers), func(m string) bool {
		return !atom(m) || strings.Contains(m, "/")
	})
	if len(modifiers) > 0 {
		value += "/" + strings.Join(modifiers, ", ")
	}
	return value
}
