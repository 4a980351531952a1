package smtp

import (
	"time"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A mailRequest is what a MAIL command says, as far as it can be known without
// the conversation.
type mailRequest struct {
	MailParams
	needs   []string // extensions that must have been offered
	hold    bool
	holdFor time.Duration
}

// need adds an extension that a parameter belongs to; "" is one that is always
// there.
func (r *mailRequest) need(extension string) {
	if extension != "" {
		r.needs = append(r.needs, extension)
	}
}

// A rcptRequest is what a RCPT command says.
type rcptRequest struct {
	RcptParams
	needs []string
	utf8  bool // a parameter is not ASCII
}

// A mailParam is one parameter of MAIL, and the extension that brings it.
type mailParam struct {
	keyword, extension string
	set                func(*mailRequest, string) error
}

// mailParams are the parameters of MAIL that the engine knows.
var mailParams = []mailParam{
	{"SIZE", "", mail(setSize)},                                 // RFC 1870, 3
	{"BODY", "", mail(setBody)},                                 // RFC 6152, 2; RFC 3030, 3
	{"SMTPUTF8", "", mail(setUTF8)},                             // RFC 6531, 3.4
	{"AUTH", "", mail(setAuth)},                                 // RFC 4954, 5
	{"RET", "DSN", mail(setReturn)},                             // RFC 3461, 4.3
	{"ENVID", "DSN", mail(setEnvelopeID)},                       // RFC 3461, 4.4
	{"REQUIRETLS", "REQUIRETLS", mail(setRequireTLS)},           // RFC 8689, 2
	{"BY", "DELIVERBY", mail(setDeliverBy)},                     // RFC 2852, 4
	{"MT-PRIORITY", "MT-PRIORITY", mail(setPriority)},           // RFC 6710, 4
	{"HOLDFOR", "FUTURERELEASE", (*mailRequest).setHoldFor},     // RFC 4865, 5
	{"HOLDUNTIL", "FUTURERELEASE", (*mailRequest).setHoldUntil}, // RFC 4865, 5
	{"PRDR", "PRDR", mail(setPRDR)},                             // draft-hall-prdr
}

// mail adapts a setter of MailParams.
func mail(set func(*MailParams, string) error) func(*mailRequest, string) error {
	return func(r *mailRequest, s string) error { return set(&r.MailParams, s) }
}

// A rcptParam is one parameter of RCPT, and the extension that brings it.
type rcptParam struct {
	keyword, extension string
	set                func(*RcptParams, string) error
}

// rcptParams are the parameters of RCPT that the engine knows.
var rcptParams = []rcptParam{
	{"NOTIFY", "DSN", setNotify},  // RFC 3461, 4.1
	{"ORCPT", "DSN", setOriginal}, // RFC 3461, 4.2
}

func setSize(m *MailParams, s string) (err error) {
	m.Size, err = size(s)
	return err
}

func setBody(m *MailParams, s string) error {
	for _, b := range []BodyType{Body7Bit, Body8Bit, BodyBinary} {
		if ascii.EqualFold(s, b.String()) {
			m.Body = b
			return nil
		}
	}
	return errSyntax
}

func setUTF8(m *MailParams, s string) error { return setFlag(&m.UTF8, s) }

func setRequireTLS(m *MailParams, s string) error { return setFlag(&m.RequireTLS, s) }

func setPRDR(m *MailParams, s string) error { return setFlag(&m.PerRecipient, s) }

// setFlag is for parameters without a value.
func setFlag(flag *bool, s string) error {
	if s != "" {
		return errSyntax
	}
	*flag = true
	return nil
}

func setAuth(m *MailParams, s string) error {
	mailbox, err := decodeXtext(s)
	if err != nil {
		return err
	}
	if mailbox != "<>" {
		p, err := ParsePath(mailbox)
		if err != nil || p.IsNull() {
			return errSyntax
		}
		mailbox = p.String()
	}
	m.Auth = mailbox
	return nil
}
