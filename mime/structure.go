package mime

import (
	"strings"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/mime/transfer"
)

// A BodyStructure is what the BODY and BODYSTRUCTURE of IMAP say of a part (RFC 3501, 7.4.2; RFC 9051, 7.5.2): of a
// multipart if there are Parts, else of a leaf. A nil string is NIL. BODY leaves out what is marked as extension.
type BodyStructure struct {
	Type, Subtype string // in lower case
	Params        header.Params

	Parts []*BodyStructure // of a multipart

	// Of a leaf:
	ID, Description *string
	Encoding        string // in lower case, "7bit" where there is none
	Size            int64  // in octets, as transferred
	// Lines is the number of lines, as transferred, of a text, or of an enclosed message. HasLines reports that it belongs
	// in the answer.
	Lines    int64
	HasLines bool
	// Envelope and Body are those of the enclosed message, if it was indexed.
	Envelope *Envelope
	Body     *BodyStructure

	// Extension, of which MD5 is that of a leaf:
	MD5               *string
	Disposition       string // "" for NIL
	DispositionParams header.Params
	Languages         []string
	Location          *string
}

// BodyStructure describes the message. What claims to be a multipart or a message, but could not be indexed as one, is
// described as the leaf that it is for [Message.Section]: text/plain and application/octet-stream, since IMAP has no
// multipart without parts, and no message without an envelope. The envelopes of enclosed messages are read from the source,
// whose error it returns; from the first 4 MiB of their headers, those of the rest are empty.
func (m *Message) BodyStructure() (*BodyStructure, error) {
	left := int64(maxEnvelopes)
	made := map[*Part]*BodyStructure{}
	for p := range m.Root.All() {
		b := p.structure()
		made[p] = b
		switch {
		case p.parent == nil:
		case p.number > 0:
			made[p.parent].Parts = append(made[p.parent].Parts, b)
		default:
			h, err := p.readHeader(min(left, maxHeader))
			if err != nil {
				return nil, err
			}
			left -= min(left, p.BodyStart-p.Start)
			made[p.parent].Envelope, made[p.parent].Body = h.Envelope(), b
		}
	}
	return made[m.Root], nil
}

// maxEnvelopes bounds the octets of headers that envelopes are made of, for an address takes much more memory than it has
// octets.
const maxEnvelopes = 4 << 20

// structure describes a part alone.
func (p *Part) structure() *BodyStructure {
	b := &BodyStructure{
		Params: p.Params, Size: p.Size(), ID: nstring(p.ID), Description: nstring(p.Description), MD5: nstring(p.MD5),
		Disposition: p.Disposition, DispositionParams: p.DispositionParams, Location: nstring(p.Location),
		Encoding: p.encodingName(), Languages: header.ParseKeywords(p.Language, nil),
	}
	mediaType := p.Type
	switch {
	case p.IsMultipart() || p.Message != nil:
	case strings.HasPrefix(mediaType, "multipart/"):
		mediaType = plainText
		b.Params = nil
	case mediaType == messageRFC822 || mediaType == messageGlobal:
		mediaType = "application/octet-stream"
	}
	b.Type, b.Subtype, _ = strings.Cut(mediaType, "/")
	if mediaType == plainText && b.Params.Get("charset") == "" {
		b.Params = append(header.Params{{Name: "charset", Value: "us-ascii"}}, b.Params...) // RFC 2045, 5.2
	}
	if b.HasLines = b.Type == "text" || p.Message != nil; b.HasLines {
		b.Lines = p.Lines
	}
	return b
}

// encodingName is what IMAP says of the transfer encoding: its proper name where it is known, and else what there is.
func (p *Part) encodingName() string {
	switch {
	case p.KnownEncoding && p.Encoding != "":
		return string(p.Encoding)
	case p.EncodingLabel != "":
		return lower(p.EncodingLabel)
	}
	return string(transfer.SevenBit)
}

// nstring is NIL for nothing.
func nstring(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
