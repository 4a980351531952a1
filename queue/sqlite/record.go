package sqlite

import (
	"maps"
	"slices"

	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// Records are what columns do not hold of messages and items. The first octet is the version of the form. A record of a
// version that is not known, or that goes on after its end, is an error, so that nothing that a newer program wrote gets
// lost; a new field needs a new version, a migration that keeps older programs out, and the old ones must be read for ever.
//
// Version 2 has the Message-ID and flagTLSOptional of messages, and History.Ways and Verdict of items.
const recordVersion = 2

// Flags of a message.
const (
	flagUTF8 = 1 << iota
	flagRequireTLS
	flagPerRecipient
	flagTrace
	flagTLSOptional
)

func encodeMessage(m *queue.Message) []byte {
	f := &m.From
	e := encoder{recordVersion}
	e.text(f.Path.Local)
	e.text(f.Path.Domain)
	e.number(int64(f.Body))
	e.number(f.Size)
	flags := int64(0)
	for bit, on := range []bool{f.UTF8, f.RequireTLS, f.PerRecipient, f.DeliverBy.Trace, m.TLSOptional} {
		if on {
			flags |= 1 << bit
		}
	}
	e.number(flags)
	e.text(f.Auth)
	e.number(int64(f.Return))
	e.text(f.EnvelopeID)
	e.number(int64(f.DeliverBy.In))
	e.number(int64(f.DeliverBy.Mode))
	e.number(int64(f.Priority))
	e.time(f.HoldUntil)
	e.number(m.Size)
	e.time(m.Arrived)
	e.text(m.Source)
	e.number(int64(len(m.Tags)))
	for _, k := range slices.Sorted(maps.Keys(m.Tags)) {
		e.text(k)
		e.text(m.Tags[k])
	}
	e.text(m.MessageID)
	return e
}

func decodeMessage(data []byte, m *queue.Message) error {
	f := &m.From
	d := newDecoder(data)
	f.Path.Local = d.text()
	f.Path.Domain = d.text()
	f.Body = smtp.BodyType(d.octet())
	f.Size = d.number()
	flags := d.number()
	f.UTF8, f.RequireTLS = flags&flagUTF8 != 0, flags&flagRequireTLS != 0
	f.PerRecipient, f.DeliverBy.Trace = flags&flagPerRecipient != 0, flags&flagTrace != 0
	m.TLSOptional = flags&flagTLSOptional != 0
	f.Auth = d.text()
	f.Return = smtp.ReturnType(d.octet())
	f.EnvelopeID = d.text()
	f.DeliverBy.In = d.duration()
	f.DeliverBy.Mode = smtp.DeliverByMode(d.octet())
	f.Priority = int8(d.between(-128, 127))
	f.HoldUntil = d.time()
	m.Size = d.number()
	m.Arrived = d.time()
	m.Source = d.text()
	if n := d.count(2); n > 0 {
		m.Tags = make(map[string]string, n)
		for range n {
			k := d.text()
			m.Tags[k] = d.text()
		}
	}
	if d.version >= 2 {
		m.MessageID = d.text()
	}
	return d.end()
}

func encodeItem(i *queue.Item) []byte {
	e := encoder{recordVersion}
	e.number(int64(i.Priority))
	e.time(i.History.First)
	e.time(i.History.Last)
	e.number(int64(i.History.Tries))
	e.number(int64(len(i.To)))
	for n := range i.To {
		r := &i.To[n]
		e.number(int64(r.Index))
		e.text(r.Path.Local)
		e.text(r.Path.Domain)
		e.number(int64(r.Notify))
		e.text(r.Original.Type)
		e.text(r.Original.Address)
		e.number(int64(r.Notices))
		e.reply(r.Last)
	}
	e.number(int64(i.History.Ways))
	e.reply(i.Verdict)
	return e
}

func (e *encoder) reply(r smtp.Reply) {
	e.number(int64(r.Code))
	for _, n := range r.Enhanced {
		e.number(int64(n))
	}
	e.text(r.Text)
	e.number(int64(boolBit(r.Close)))
}

func decodeItem(data []byte, i *queue.Item) error {
	d := newDecoder(data)
	i.Priority = queue.Priority(d.octet())
	i.History.First = d.time()
	i.History.Last = d.time()
	i.History.Tries = d.int()
	n := d.count(recipientOctets)
	i.To = make([]queue.Recipient, n)
	for n := range i.To {
		r := &i.To[n]
		r.Index = d.int()
		r.Path.Local = d.text()
		r.Path.Domain = d.text()
		r.Notify = smtp.Notify(d.octet())
		r.Original.Type = d.text()
		r.Original.Address = d.text()
		r.Notices = queue.Notices(d.octet())
		r.Last = d.reply()
	}
	if d.version >= 2 {
		i.History.Ways = d.int()
		i.Verdict = d.reply()
	}
	return d.end()
}

func (d *decoder) reply() (r smtp.Reply) {
	r.Code = d.int()
	for n := range r.Enhanced {
		r.Enhanced[n] = uint16(d.between(0, 1<<16-1))
	}
	r.Text = d.text()
	r.Close = d.between(0, 1) == 1
	return r
}

// recipientOctets is how many a recipient has at least.
const recipientOctets = 13

func boolBit(b bool) int {
	if b {
		return 1
	}
	return 0
}
