package config

// News are newsgroups: who may read and post, how long articles stay, and whom we exchange them with.
type News struct {
	Access     []NewsAccess `toml:"access"` // the first whose groups match counts; the rights to folders if none does
	Moderators []Moderator  `toml:"moderator"`
	Expire     []Expiry     `toml:"expire"` // the first whose groups match counts; groups that none matches keep all

	// History is how long identifiers of articles that are gone are remembered, 11 days at least. Cutoff is how old an
	// article is at most that others send.
	History Duration `toml:"history"`
	Cutoff  Duration `toml:"cutoff"`

	PathIdentity string     `toml:"path-identity" is:"domain"` // the hostname if empty (RFC 5536, 3.1.5)
	Peers        []NewsPeer `toml:"peer"`                      // the first that a client is counts; who is none feeds nothing
	Feeds        []Feed     `toml:"feed"`
	Control      []Control  `toml:"control"` // the first that matches decides (RFC 5537, 5)
}

// NewsAccess says who may read and post.
type NewsAccess struct {
	Groups string `toml:"groups" is:"wildmat"`
	Read   string `toml:"read" oneof:"everyone users nobody"`
	Post   string `toml:"post" oneof:"everyone users nobody"`
}

func (a *NewsAccess) start([]any) { a.Read, a.Post = "everyone", "users" }

// A Moderator gets what is posted to moderated groups by mail. In its address %s is the group, dots as hyphens.
type Moderator struct {
	Groups  string `toml:"groups" is:"wildmat"`
	Address string `toml:"address" is:"moderator"`
}

// An Expiry says how long articles stay. A limit of 0 is none.
type Expiry struct {
	Groups   string   `toml:"groups" is:"wildmat"`
	Age      Duration `toml:"age"`      // since they came, for those that name no time
	MaxAge   Duration `toml:"max-age"`  // for those that do; Age if 0
	MinAge   Duration `toml:"min-age"`  // they stay for that long, whatever else is said
	Articles int      `toml:"articles"` // in a group; the oldest go first
	Size     Size     `toml:"size"`     // of a group, in octets; the oldest go first
}

// A NewsPeer is another news server that may feed us, by IHAVE or by CHECK and TAKETHIS, as INN's incoming.conf has them. A
// client is it if its address is one of Networks or Hosts, unless there are none of both, and if it has logged in as User,
// unless that is empty.
type NewsPeer struct {
	Name string `toml:"name" is:"name"` // unique; its path identity

	Networks Networks `toml:"networks"`
	Hosts    []string `toml:"hosts" is:"domain"` // whose addresses the DNS knows
	User     string   `toml:"user" is:"name"`    // an account

	Groups        string `toml:"groups" is:"wildmat"`        // that it may send
	Distributions string `toml:"distributions" is:"wildmat"` // all if empty
	Streaming     bool   `toml:"streaming"`                  // CHECK and TAKETHIS (RFC 4644), besides IHAVE
}

func (p *NewsPeer) start([]any) { p.Groups, p.Streaming = "*", true }

// A Feed is another news server.
type Feed struct {
	Name      string      `toml:"name" is:"name"` // unique; the peer's path identity, for one that is sent to
	Direction string      `toml:"direction" oneof:"push pull"`
	Host      string      `toml:"host" is:"server"`
	TLS       string      `toml:"tls" oneof:"none starttls implicit"`
	Login     Credentials `toml:"login"`

	Groups        string   `toml:"groups" is:"wildmat"`
	Distributions string   `toml:"distributions" is:"wildmat"` // all if empty
	Exclude       []string `toml:"exclude" is:"name"`          // push: further path identities that have what passed there
	MaxSize       Size     `toml:"max-size"`                   // octets of an article; 0: no limit

	Streaming bool     `toml:"streaming"`   // push: CHECK and TAKETHIS (RFC 4644) if the peer can
	Conns     int      `toml:"connections"` // push, at once; 0: 2
	Backlog   int      `toml:"backlog"`     // push: articles that wait at most; 0: 100,000
	Interval  Duration `toml:"interval"`    // pull: between two looks
	ByNumber  bool     `toml:"by-number"`   // pull: by article numbers, for servers without NEWNEWS
	First     Duration `toml:"first"`       // pull: how far back the first look goes
}

func (f *Feed) start([]any) {
	f.Direction, f.TLS, f.Groups, f.Streaming = "push", "none", "*", true
	f.Interval, f.First = 5*minute, 24*hour
}

// Control is a line of the table of what is done about control messages. What is empty asks for nothing.
type Control struct {
	Verbs  []string `toml:"verbs" oneof:"newgroup rmgroup checkgroups cancel sendme ihave"`
	From   []string `toml:"from" is:"mailbox"`
	Groups string   `toml:"groups" is:"wildmat"`
	Signer string   `toml:"signer" is:"line"`
	Posted bool     `toml:"posted"` // only what an administrator has posted here
	Unlock bool     `toml:"unlock"` // only a cancel whose target has no lock, or whose key fits (RFC 8315)
	Action string   `toml:"action" oneof:"file obey refuse"`
}

func (c *Control) start([]any) { c.Action = "file" }
