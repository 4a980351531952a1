package config

// A Connector is the way out and in between this server and the Internet, Exchange's Internet Mail Service.
type Connector struct {
	Mode string `toml:"mode" oneof:"in-out in out none"`

	Inbound        int  `toml:"inbound-connections"`         // of all smtp servers at once; 0: what their own limits allow
	Outbound       int  `toml:"outbound-connections"`        // to all hosts at once; 0: 100
	PerDestination int  `toml:"connections-per-destination"` // 0: 20
	PerConnection  int  `toml:"messages-per-connection"`     // 0: no limit
	MaxSize        Size `toml:"max-size"`                    // octets of a message that leaves; 0: no limit

	// SmartHosts take all mail that no route takes, in this order, instead of the hosts that the DNS names. Login is for
	// them.
	SmartHosts []string    `toml:"smart-hosts" is:"hop"`
	Login      Credentials `toml:"login"`

	Resolver string `toml:"resolver" is:"resolver"`   // a DNS server; those of the system if empty
	Port     int    `toml:"port" min:"1" max:"65535"` // of other hosts
	Private  bool   `toml:"private"`                  // mail may go to private networks, and to names reserved for tests

	// MaxUnread is how many unread messages a mailbox has at most before no more are taken for it; 0 is no limit. The sender's
	// host is told to try again later, and mailboxes are looked at again after BackOff.
	MaxUnread int      `toml:"max-unread"`
	BackOff   Duration `toml:"back-off"`

	// AcceptFrom are the only senders whose mail leaves, if there are any: "user@example.org", "example.org",
	// "*.example.org", "*" or "group:Name". That of RejectFrom does not, whatever AcceptFrom says.
	AcceptFrom []string `toml:"accept-from" is:"sender"`
	RejectFrom []string `toml:"reject-from" is:"sender"`

	Schedules Schedules `toml:"schedule"`
	Timeouts  Timeouts  `toml:"timeouts"`

	Routes []Route `toml:"route"`

	OwnSite string `toml:"own-site" is:"name"` // which of Sites this server is in
	Sites   []Site `toml:"site"`
}

// Timeouts are what is waited for at most; 0 is the engine's default.
type Timeouts struct {
	Delivery  Duration `toml:"delivery"`  // of a message to a host: 1 hour
	Connect   Duration `toml:"connect"`   // 30 seconds
	Handshake Duration `toml:"handshake"` // of TLS: 1 minute
	Greeting  Duration `toml:"greeting"`  // 5 minutes
	Command   Duration `toml:"command"`   // 5 minutes
	Data      Duration `toml:"data"`      // for the reply to DATA: 2 minutes
	Block     Duration `toml:"block"`     // to take 64 KiB: 3 minutes
	End       Duration `toml:"end"`       // for the reply to the message: 10 minutes
}

// A Schedule says when to try again and when to give up.
type Schedule struct {
	// Retry are the intervals between tries, the last one being repeated; if there are none it is an hour at first, and each
	// one is one and a half times the last.
	Retry  []Duration `toml:"retry"`
	Expire Duration   `toml:"expire"`       // how long after its arrival mail goes back
	Notice Duration   `toml:"delay-notice"` // how long after its arrival the sender is told; 0 is never
}

// Schedules are for the priorities of messages. In a file, what the table for normal mail says is what the other two start
// with.
type Schedules struct {
	Normal    Schedule `toml:"normal"`
	Urgent    Schedule `toml:"urgent"`
	NonUrgent Schedule `toml:"non-urgent"`
}

func (s *Schedules) set(key string) {
	if key == "normal" {
		s.Urgent, s.NonUrgent = s.Normal, s.Normal
	}
}

// A Route is a connector for some domains.
type Route struct {
	Name   string   `toml:"name" is:"name"` // unique
	Spaces []Space  `toml:"spaces"`
	Next   []string `toml:"next" is:"hop"` // hosts, in this order; those that the DNS names if there are none
	RouteOptions
	Domains []RouteDomain `toml:"domain"` // exceptions
}

// A Space is a set of domains that a Route serves at a cost.
type Space struct {
	Pattern string `toml:"pattern" is:"pattern"`   // "example.org", "*.example.org" for all below it, or "*"
	Cost    int    `toml:"cost" min:"1" max:"100"` // 1 if it is not there; the cheapest Route is taken first
}

func (s *Space) start([]any) { s.Cost = 1 }

// RouteOptions are how mail is sent. Those of a Route start with what the Connector and [content] say.
type RouteOptions struct {
	// Park lets mail wait until its host asks for it by ETRN (RFC 1985), or fetches it by ATRN (RFC 2645) after a login as
	// ParkUser; nobody can if that is empty.
	Park     bool   `toml:"park"`
	ParkUser string `toml:"park-user" is:"name"`

	Refuse      bool `toml:"refuse"`                // mail goes back at once
	MaxSize     Size `toml:"max-size"`              // octets of a message; 0: no limit
	Concurrency int  `toml:"connections"`           // at once; 0: the Connector's PerDestination
	PerMinute   int  `toml:"deliveries-per-minute"` // 0: no limit

	// TLS is the least that is asked of hosts; "default" is verified for smart hosts with a login, and else TLS if it is
	// offered.
	TLS   string      `toml:"tls" oneof:"default none opportunistic required verified dane"`
	Login Credentials `toml:"login"` // at the hosts in Next

	Schedules Schedules `toml:"schedule"`
	Content   Content   `toml:"content"`
}

func (r *Route) start(outer []any) {
	f := outer[0].(*File)
	r.RouteOptions = RouteOptions{TLS: "default", MaxSize: f.Connector.MaxSize, Schedules: f.Connector.Schedules, Content: f.Content}
}

// A RouteDomain has options in place of the Route's, with which they start.
type RouteDomain struct {
	Pattern string `toml:"pattern" is:"pattern"`
	RouteOptions
}

func (d *RouteDomain) start(outer []any) {
	d.RouteOptions = outer[len(outer)-1].(*Route).RouteOptions
}

// A Site is one of several that pass mail on to each other. All of them have the same table.
type Site struct {
	Name    string     `toml:"name" is:"name"`
	Domains []string   `toml:"domains" is:"domain"` // whose mailboxes are there
	Links   []SiteLink `toml:"link"`
}

// A SiteLink leads to another Site; the way back is a link of that one.
type SiteLink struct {
	To   string   `toml:"to" is:"name"`
	Cost int      `toml:"cost" min:"1" max:"100"`
	Next []string `toml:"next" is:"hop"` // hosts there
}

func (l *SiteLink) start([]any) { l.Cost = 1 }

// Content is what messages are made into before they leave.
type Content struct {
	Attachments    string `toml:"attachments" oneof:"as-is mime uuencode"`
	Charset        string `toml:"charset" is:"charset"`          // of text in MIME; as it is if empty
	NonMIMECharset string `toml:"non-mime-charset" is:"charset"` // of text with uuencode
	RichText       string `toml:"rich-text" oneof:"as-sent never always"`
	WordWrap       int    `toml:"word-wrap" max:"998"` // characters of a line; 0: not

	DisplayNames       bool `toml:"display-names"`
	AutomaticReplies   bool `toml:"automatic-replies"`
	DeliveryReports    bool `toml:"delivery-reports"`
	NondeliveryReports bool `toml:"nondelivery-reports"`
}
