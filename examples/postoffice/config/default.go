package config

import "time"

const (
	minute = Duration(time.Minute)
	hour   = Duration(time.Hour)
)

// Default is what holds without a configuration file, and what a file that says nothing says: a demonstration that listens
// on ports of the loopback interface alone.
func Default() *File {
	schedule := Schedule{Expire: 72 * hour}
	return &File{
		Server: Server{Domain: "postoffice.test", LogLevel: "info", Metrics: true},
		Log:    Log{Format: "text", Tracking: true},
		Content: Content{
			Attachments: "as-is", RichText: "as-sent",
			DisplayNames: true, AutomaticReplies: true, DeliveryReports: true, NondeliveryReports: true,
		},
		Accounts: Accounts{
			AddressRules: []Template{"%m@%d"},
			Protocols:    []string{"submission", "pop3", "imap4", "nntp", "http", "ldap", "im"},
			LDAP:         LDAP{Cache: minute},
		},
		Connector: Connector{
			Mode: "in-out", Port: 25, BackOff: 15 * minute,
			Schedules: Schedules{schedule, schedule, schedule},
		},
		News: News{
			History: 11 * 24 * hour, Cutoff: 10 * 24 * hour,
			// An administrator's control messages are obeyed, and of others only a cancel that has the key.
			Control: []Control{{Posted: true, Action: "obey"}},
		},
		IM: IM{
			HomeServer: true, Router: true,
			MaxLife: 24 * hour, MaxLease: 20 * minute, MaxHops: 10,
		},
		Web: Web{WebDAV: true, Prefix: "/dav", Address: "127.0.0.1:2081", SessionLife: 30 * minute},
		Virtual: []Virtual{
			defaultVirtual("smtp", "smtp", 2525, 2526),
			defaultVirtual("submission", "submission", 2587, 2465),
			defaultVirtual("pop3", "pop3", 2110, 2995),
			defaultVirtual("imap", "imap4", 2143, 2993),
			defaultVirtual("nntp", "nntp", 2119, 2563),
			defaultVirtual("http", "http", 2080, 0),
			defaultVirtual("ldap", "ldap", 2389, 0),
		},
	}
}
