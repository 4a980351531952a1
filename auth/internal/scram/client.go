package scram

import "strings"

// ClientFirst is the client-first-message.
type ClientFirst struct {
	Flag    byte   // of channel binding: 'n', 'y' or 'p' (RFC 5802, 7, gs2-cbind-flag)
	Binding string // the name of the binding, if Flag is 'p'
	Authzid string // "" if absent
	Name    string
	Nonce   string

	Header string // as sent, with its last comma: gs2-header
	Bare   string // as sent: client-first-message-bare
}

// NewClientFirst puts a message together; Header and Bare are made here.
func NewClientFirst(flag byte, binding, authzid, name, nonce string) ClientFirst {
	m := ClientFirst{Flag: flag, Binding: binding, Authzid: authzid, Name: name, Nonce: nonce}
	m.Header = string(rune(flag))
	if flag == 'p' {
		m.Header += "=" + binding
	}
	m.Header += ","
	if authzid != "" {
		m.Header += "a=" + escape.Replace(authzid)
	}
	m.Header += ","
	m.Bare = "n=" + escape.Replace(name) + ",r=" + nonce
	return m
}

// String is the message.
func (m ClientFirst) String() string { return m.Header + m.Bare }

// ParseClientFirst reads a client-first-message.
func ParseClientFirst(b []byte) (ClientFirst, error) {
	s, err := checkMessage(b)
	if err != nil {
		return ClientFirst{}, err
	}
	flag, rest, one := strings.Cut(s, ",")
	authzid, bare, two := strings.Cut(rest, ",")
	if !one || !two {
		return ClientFirst{}, syntax("SCRAM message without its GS2 header")
	}
	m := ClientFirst{Header: s[:len(s)-len(bare)], Bare: bare}
	if err := m.setFlag(flag); err != nil {
		return ClientFirst{}, err
	}
	if authzid != "" && authzid != "a=" { // gsasl, which curl uses, sends an empty one for none
		escaped, found := strings.CutPrefix(authzid, "a=")
		if !found {
			return ClientFirst{}, syntax("SCRAM message without its attribute a")
		}
		if m.Authzid, err = name(escaped); err != nil {
			return ClientFirst{}, err
		}
	}
	if m.Name, bare, err = attribute(bare, 'n'); err != nil {
		return ClientFirst{}, err
	}
	if m.Name, err = name(m.Name); err != nil {
		return ClientFirst{}, err
	}
	if m.Nonce, bare, err = attribute(bare, 'r'); err != nil {
		return ClientFirst{}, err
	}
	if err := checkNonce(m.Nonce); err != nil {
		return ClientFirst{}, err
	}
	if len(m.Nonce) > maxNonce/2 { // the server adds to it
		return ClientFirst{}, syntax("SCRAM nonce that is too long")
	}
	return m, checkExtensions(bare)
}

func (m *ClientFirst) setFlag(s string) error {
	if binding, found := strings.CutPrefix(s, "p="); found && isBinding(binding) {
		m.Flag, m.Binding = 'p', binding
		return nil
	}
	if s == "n" || s == "y" {
		m.Flag = s[0]
		return nil
	}
	return syntax("SCRAM message with another flag of channel binding than n, y and p")
}

// isBinding checks the grammar of cb-name.
func isBinding(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '.' && s[i] != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// ClientFinal is the client-final-message.
type ClientFinal struct {
	Binding []byte // what the header and the channel binding were: cbind-input
	Nonce   string
	Proof   []byte

	Unproven string // as sent: client-final-message-without-proof
}

// NewClientFinal puts a message together but for its Proof.
func NewClientFinal(binding []byte, nonce string) ClientFinal {
	return ClientFinal{Binding: binding, Nonce: nonce, Unproven: "c=" + encode(binding) + ",r=" + nonce}
}

// String is the message.
func (m ClientFinal) String() string { return m.Unproven + ",p=" + encode(m.Proof) }

// ParseClientFinal reads a client-final-message.
func ParseClientFinal(b []byte) (ClientFinal, error) {
	s, err := checkMessage(b)
	if err != nil {
		return ClientFinal{}, err
	}
	i := strings.LastIndex(s, ",p=") // base64 has no comma: what follows is the end
	if i < 0 {
		return ClientFinal{}, syntax("SCRAM message without its attribute p")
	}
	m := ClientFinal{Unproven: s[:i]}
	if m.Proof, err = data(s[i+len(",p="):]); err != nil {
		return ClientFinal{}, err
	}
	binding, rest, err := attribute(m.Unproven, 'c')
	if err != nil {
		return ClientFinal{}, err
	}
	if m.Binding, err = data(binding); err != nil {
		return ClientFinal{}, err
	}
	if m.Nonce, rest, err = attribute(rest, 'r'); err != nil {
		return ClientFinal{}, err
	}
	if err := checkNonce(m.Nonce); err != nil {
		return ClientFinal{}, err
	}
	return m, checkExtensions(rest)
}
