package config

import (
	"fmt"
	"slices"
)

// A Virtual is a virtual server: one protocol at some addresses, with settings of its own.
type Virtual struct {
	Name     string `toml:"name" is:"server-name"` // unique; as logs.IsServerName has it
	Protocol string `toml:"protocol" oneof:"smtp submission lmtp pop3 imap4 nntp http ldap"`

	// Start says when it runs: from the beginning, when an administrator starts it, or never.
	Start string `toml:"start" oneof:"auto manual disabled"`

	Addresses    []string `toml:"addresses" is:"address"`
	TLSAddresses []string `toml:"tls-addresses" is:"address"` // where TLS begins with the connection

	// Hostname, Certificate and Key are the Server's if empty.
	Hostname    string `toml:"hostname" is:"domain"`
	Certificate Path   `toml:"certificate" is:"line"`
	Key         Path   `toml:"key" is:"line"`

	// Authentication are the names of mechanisms, best first; "all" alone is all that the accounts can serve. None is no
	// logins. InsecureAuth shows passwords to the network.
	Authentication []string `toml:"authentication"`
	InsecureAuth   bool     `toml:"insecure-auth"`

	// Allow are the only networks that may connect, if there are any; Deny may not, whatever Allow says. ProxyFrom are
	// load balancers, whose PROXY header is believed.
	Allow     Networks `toml:"allow"`
	Deny      Networks `toml:"deny"`
	ProxyFrom Networks `toml:"proxy-from"`

	LogLevel string `toml:"log-level" oneof:"debug info warn error default"`

	// For smtp, submission and lmtp alone. Domain is the Server's if empty; mail for LocalDomains is ours too, that for
	// AliasDomains as if it were for the local domain they name, and that for RelayDomains is sent on for everybody. RelayFrom
	// are networks that may send to all domains without a login.
	Domain       string            `toml:"default-domain" is:"domain"`
	LocalDomains []string          `toml:"local-domains" is:"domain"`
	RelayDomains []string          `toml:"relay-domains" is:"pattern"`
	AliasDomains map[string]string `toml:"alias-domains" keys:"domain" is:"domain"`
	RelayFrom    Networks          `toml:"relay-from"`

	Limits VirtualLimits `toml:"limits"`
}

// VirtualLimits bound what the clients of a Virtual can use; 0 is the engine's default.
type VirtualLimits struct {
	Conns        int `toml:"connections"`             // at once
	ConnsPerAddr int `toml:"connections-per-address"` // the same from one IPv4 address or IPv6 /64 network
	ConnsPerUser int `toml:"connections-per-user"`    // imap4: the same of one user

	MessageSize Size     `toml:"message-size"`            // octets of a message or article, or of what is uploaded
	Recipients  int      `toml:"recipients"`              // smtp, submission, lmtp: of one message
	Messages    int      `toml:"messages-per-connection"` // the same: of one conversation
	Errors      int      `toml:"errors"`                  // commands in error before the server hangs up
	Logins      int      `toml:"failed-logins"`           // before the server hangs up
	Posts       int      `toml:"posts"`                   // nntp: articles of one poster within PostsTime
	PostsTime   Duration `toml:"posts-time"`              // nntp

	Idle      Duration `toml:"idle"`      // to send a command
	Handshake Duration `toml:"handshake"` // for TLS
}

// connsPerAddr is generous: on a demonstration everybody comes from one address.
const connsPerAddr = 1000

func (v *Virtual) start([]any) {
	v.Start, v.LogLevel = "auto", "default"
	v.Authentication = []string{"all"}
	v.Limits.ConnsPerAddr = connsPerAddr
}

// Mechanisms are the names in Authentication, or nil for all there are; empty and not nil is none.
func (v *Virtual) Mechanisms() []string {
	if slices.Equal(v.Authentication, []string{"all"}) {
		return nil
	}
	return append([]string{}, v.Authentication...)
}

// isMail reports whether the Virtual takes mail in.
func (v *Virtual) isMail() bool {
	return v.Protocol == "smtp" || v.Protocol == "submission" || v.Protocol == "lmtp"
}

// mechanisms are what Authentication may name.
var mechanisms = []string{
	"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "EXTERNAL", "OAUTHBEARER", "XOAUTH2", "PLAIN",
	"LOGIN", "DIGEST-MD5", "CRAM-MD5", "NTLM", "ANONYMOUS",
}

// mechanismsOf are those of a protocol: HTTP has schemes of its own, and LDAP the simple bind (RFC 4513, 5.1).
func mechanismsOf(protocol string) []string {
	switch protocol {
	case "http":
		return []string{"BASIC", "DIGEST", "NTLM"}
	case "ldap":
		return append([]string{"SIMPLE"}, mechanisms...)
	}
	return mechanisms
}

// defaultVirtual is a virtual server of Default.
func defaultVirtual(name, protocol string, port, tlsPort int) Virtual {
	var v Virtual
	v.start(nil)
	v.Name, v.Protocol = name, protocol
	v.Addresses = []string{fmt.Sprintf("127.0.0.1:%d", port)}
	if tlsPort > 0 {
		v.TLSAddresses = []string{fmt.Sprintf("127.0.0.1:%d", tlsPort)}
	}
	return v
}
