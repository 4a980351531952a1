package config

// Accounts are the policies about who has mail here.
type Accounts struct {
	// AddressRules make the addresses of new accounts; the first is the primary one.
	AddressRules []Template `toml:"address-rules"`

	// Protocols are what new accounts may use.
	Protocols []string `toml:"protocols" oneof:"submission pop3 imap4 nntp http ldap im"`

	// LegacyPasswords keeps new passwords readable in the data folder, for CRAM-MD5, DIGEST-MD5, APOP and NTLM.
	LegacyPasswords bool `toml:"legacy-passwords"`

	Quota Quota `toml:"quota"` // of new accounts
	LDAP  LDAP  `toml:"ldap"`
}

// A Quota is how large a mailbox may grow, in octets; 0 is no limit. Its owner is warned at first, then can't send, and
// then gets no mail.
type Quota struct {
	Warn      Size `toml:"warn"`
	NoSend    Size `toml:"no-send"`
	NoReceive Size `toml:"no-receive"`
}

// LDAP is a directory of further accounts.
type LDAP struct {
	// URL has the host, and may have the base, the attributes of the login name and of addresses, and the filter:
	// "ldaps://ldap.example.org/ou=people,dc=example,dc=org?uid,mail"; no directory if empty. Base and Filter are for what
	// the URL leaves out.
	URL    string `toml:"url" is:"line"`
	Base   string `toml:"base" is:"line"`
	Filter string `toml:"filter" is:"line"`

	Bind         string `toml:"bind" is:"line"` // the DN to search as; nobody in particular if empty
	Password     Secret `toml:"password"`
	PasswordFile Path   `toml:"password-file" is:"line"`

	LoginFilter   string `toml:"login-filter" is:"line"`   // finds a login name, such as "(uid=%s)"; by the attributes if empty
	AddressFilter string `toml:"address-filter" is:"line"` // the same for an address

	StartTLS bool     `toml:"starttls"`
	CA       Path     `toml:"ca" is:"line"` // PEM file of who vouches for its certificate; the system's if empty
	Insecure bool     `toml:"insecure"`
	Cache    Duration `toml:"cache"` // how long what was found is taken for true; 0 is not at all
}

// Credentials are those to search with.
func (l *LDAP) Credentials() *Credentials {
	return &Credentials{User: l.Bind, Password: l.Password, PasswordFile: l.PasswordFile}
}
