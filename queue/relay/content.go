package relay

import (
	"context"
	"errors"
	"fmt"

	"github.com/wirepost/wirepost/mime"
	"github.com/wirepost/wirepost/mime/convert"
	"github.com/wirepost/wirepost/mime/transfer"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// Content does what RouteOptions.Content says, for Relay.Content: package convert has the details. A message that needs no
// change is sent as it is, and so is one that cannot be changed, or that is signed, by DKIM too (RFC 6376), or encrypted. It
// is of no greater kind than it was, but for text of 8 bits beside uuencode. What the destination is not to get, automatic
// replies and reports, gets the verdict 250. Bodies that are no io.ReaderAt are held in memory meanwhile; those of more than
// 32 MiB are sent as they are.
func Content(ctx context.Context, d *queue.Delivery) (smtp.Body, error) {
	c := d.Route.Options.Content
	if c.Timeout = 0; c == (queue.Content{}) {
		return d.Body, nil
	}
	m, err := indexed(ctx, d.Body)
	if errors.Is(err, errHuge) {
		return d.Body, nil
	}
	if err != nil {
		return nil, err
	}
	if err := unwanted(m, d, &c); err != nil {
		return nil, err
	}
	if sealed, err := isSealed(m); sealed || err != nil {
		return d.Body, err
	}
	r, err := convert.Convert(m, contentOptions(&c, d.Body.Kind()))
	switch {
	case err != nil:
		return nil, fmt.Errorf("relay: changing the message: %w", err)
	case !r.Changed():
		return d.Body, nil
	}
	return converted{r}, nil
}

// contentOptions are what convert is to do with a message of a kind.
func contentOptions(c *queue.Content, kind smtp.BodyType) convert.Options {
	o := convert.Options{
		Charset: c.Charset, NonMIMECharset: c.Charset, Transliterate: true, LineLength: c.LineLength,
		NoDisplayNames: c.NoNames, Encoding: encodingOf(kind),
	}
	switch {
	case c.UUEncode:
		o.Format = convert.UUEncode
		if kind == smtp.Body7Bit {
			o.Encoding = transfer.EightBit // there is no encoding without MIME, only question marks
		}
	case c.MIME:
		o.Format = convert.MIME
	}
	switch {
	case c.NoRichText:
		o.RichText = convert.RichTextNever
	case c.RichText && !c.UUEncode:
		o.RichText = convert.RichTextAlways
	}
	return o
}

// Convert encodes a message anew for a host without 8BITMIME or BINARYMIME (RFC 6152, 3; RFC 3030, 3). It is an
// smtp.ConvertFunc, for Options.Convert. A message that cannot be encoded, such as one that is signed, is refused. Bodies
// that are no io.ReaderAt are held in memory meanwhile; those of more than 32 MiB are refused too.
func Convert(ctx context.Context, b smtp.Body, to smtp.BodyType) (smtp.Body, error) {
	want := encodingOf(to)
	r, err := changed(ctx, b, convert.Options{Encoding: want})
	switch {
	case errors.Is(err, errHuge):
		return b, nil // which the client refuses
	case err != nil:
		return nil, err
	}
	made := converted{r}
	if made.Kind() > to {
		why := "it is as it is"
		if note, ok := errors.AsType[convert.Note](r.Err()); ok {
			why = string(note.Kind)
		}
		return nil, smtp.R(554, smtp.Enhanced{5, 6, 3}, "message needs 8BITMIME or BINARYMIME, which the next server does not offer: "+why)
	}
	return made, nil
}

// changed is the message as o wants it.
func changed(ctx context.Context, b smtp.Body, o convert.Options) (*convert.Result, error) {
	m, err := indexed(ctx, b)
	if err != nil {
		return nil, err
	}
	r, err := convert.Convert(m, o)
	if err != nil {
		return nil, fmt.Errorf("relay: changing the message: %w", err)
	}
	return r, nil
}

// indexed is the message of a body. Its error is errHuge if it is too large to be looked at.
func indexed(ctx context.Context, b smtp.Body) (*mime.Message, error) {
	src, size, err := sourceOf(ctx, b)
	if err == nil {
		var m *mime.Message
		if m, err = mime.Index(src, size, mime.Limits{}); err == nil {
			return m, nil
		}
	}
	return nil, fmt.Errorf("relay: reading the message: %w", err)
}

// encodingOf is what a kind of message is encoded in at most.
func encodingOf(k smtp.BodyType) transfer.Encoding {
	switch k {
	case smtp.Body7Bit:
		return transfer.SevenBit
	case smtp.Body8Bit:
		return transfer.EightBit
	}
	return transfer.Binary
}

// A converted message is an smtp.Body.
type converted struct{ *convert.Result }

// Kind implements smtp.Body.
func (c converted) Kind() smtp.BodyType {
	switch c.Encoding {
	case transfer.SevenBit:
		return smtp.Body7Bit
	case transfer.EightBit:
		return smtp.Body8Bit
	}
	return smtp.BodyBinary
}
