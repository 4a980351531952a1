package config

// Server is what holds for the whole server.
type Server struct {
	// Domain is the local mail domain of whatever says nothing else. Hostname is how the servers name themselves; Domain if
	// empty.
	Domain   string `toml:"default-domain" is:"domain"`
	Hostname string `toml:"hostname" is:"domain"`

	// Administrator is the mailbox that gets Notices; empty is postmaster at the default domain. Notices are which troubles of
	// the queue it is told of, by the names of queue.ReportClass.
	Administrator string   `toml:"administrator" is:"mailbox"`
	Notices       []string `toml:"notices" oneof:"bounce 2bounce delay recipient ambiguous mailbox resource network protocol conversion policy"`

	// Certificate and Key are PEM files; a self-signed certificate if both are empty. ClientCA has those who vouch for the
	// certificates by which users may log in; nobody may if empty.
	Certificate Path `toml:"certificate" is:"line"`
	Key         Path `toml:"key" is:"line"`
	ClientCA    Path `toml:"client-ca" is:"line"`

	LogLevel string `toml:"log-level" oneof:"debug info warn error"`
	Metrics  bool   `toml:"metrics"` // counted, and shown by the web administration
}

// Name is the Hostname, or the Domain that stands for it.
func (s *Server) Name() string {
	if s.Hostname != "" {
		return s.Hostname
	}
	return s.Domain
}

// Log is what is written about the server's work.
type Log struct {
	Format string `toml:"format" oneof:"text json"`

	// Levels are those of single categories, in place of Server.LogLevel.
	Levels map[string]string `toml:"levels" keys:"smtp pop3 imap4 nntp http ldap rvp queue store auth web dns tls server" oneof:"debug info warn error"`

	// Tracking writes the message tracking log, a file a day, of which TrackingDays are kept; 0 is all.
	Tracking     bool `toml:"tracking"`
	TrackingDays int  `toml:"tracking-days"`
}

// Web is what is done by HTTP besides mail's own protocols.
type Web struct {
	WebDAV bool   `toml:"webdav"`
	Prefix string `toml:"webdav-prefix" is:"folder"`

	// Address is where the administration listens; nowhere if empty. It is HTTPS if TLS is set, which it must be beyond this
	// machine.
	Address string `toml:"admin-address" is:"address"`
	TLS     bool   `toml:"admin-tls"`

	// Hosts are the names, or addresses, by which browsers reach the administration, besides the hostname, localhost and the
	// loopback addresses. Requests for others are refused, so that no page of another site can make them by a name of its own
	// that leads here.
	Hosts []string `toml:"admin-hosts" is:"host"`

	// Administrators are the accounts that may administer; if there are none, those that are administrators in the
	// store.
	Administrators []string `toml:"administrators" is:"name"`

	SessionLife Duration `toml:"session-life"` // since the last click
}

// IM is instant messaging and presence.
type IM struct {
	Domains    []string `toml:"domains" is:"domain"` // none: "im." and Server.Domain
	HomeServer bool     `toml:"home-server"`         // has the users' nodes
	Router     bool     `toml:"router"`              // sends requests to home servers

	// Homes are the home servers that the router knows by account, besides this one.
	Homes map[string]string `toml:"homes" keys:"name" is:"server"`

	// Inside are the networks whose clients are redirected to home servers; others have the router fetch answers for them.
	// All are inside if empty. Refused networks get nothing. Proxy is for requests to servers outside.
	Inside     Networks `toml:"inside"`
	Refused    Networks `toml:"refused"`
	Proxy      string   `toml:"proxy" is:"proxy"`
	ForceProxy bool     `toml:"force-proxy"` // redirect nobody

	MaxLife  Duration `toml:"max-subscription-life"` // of those that ask for more
	MaxLease Duration `toml:"max-lease"`             // of a state, whatever a client asks for
	MaxHops  int      `toml:"max-hops" min:"1" max:"100"`

	NTLMv1 bool `toml:"legacy-ntlmv1"` // for clients that speak nothing newer
}
