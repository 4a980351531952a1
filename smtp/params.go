package smtp

// A mailParam is one parameter of MAIL.
type mailParam struct {
	keyword string
	set     func(*MailParams, string) error
}

// mailParams are the parameters of MAIL that the engine knows.
var mailParams = []mailParam{
	{"SIZE", setSize},     // RFC 1870, 3
	{"BODY", setBody},     // RFC 6152, 2
	{"SMTPUTF8", setUTF8}, // RFC 6531, 3.4
	{"AUTH", setAuth},     // RFC 4954, 5
}

func setSize(m *MailParams, s string) (err error) {
	m.Size, err = size(s)
	return err
}

func setBody(m *MailParams, s string) error {
	switch {
	case foldEqual(s, "7BIT"):
		m.Body = Body7Bit
	case foldEqual(s, "8BITMIME"):
		m.Body = Body8Bit
	default:
		return errSyntax
	}
	return nil
}

func setUTF8(m *MailParams, s string) error {
	if s != "" {
		return errSyntax
	}
	m.UTF8 = true
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
