package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

// TestProblems checks what is said of files with mistakes: each line of want is a line, a key, the reason and the remedy.
func TestProblems(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       []string
	}{
		{
			"unknown key", `[server]
hostnam = "a.example.org"`,
			[]string{
				`2: server.hostnam: there is no such key; write "hostname", if that is meant`,
			},
		},
		{
			"unknown key, nothing near", `[server]
zzz = 1`,
			[]string{
				`2: server.zzz: there is no such key; write one of: default-domain, hostname, administrator, notices, certificate, key, client-ca, log-level, metrics`,
			},
		},
		{
			"unknown table", `
[conector]
mode = "in"`,
			[]string{
				`2: conector: there is no such key; write "connector", if that is meant`,
			},
		},
		{
			"unknown key in an inline table", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*", price = 2 }]`,
			[]string{
				`3: connector.route[0].spaces[0].price: there is no such key; write one of: pattern, cost`,
			},
		},
		{
			"names of virtual servers", `[[virtual]]
name = "a,b"
protocol = "pop3"
addresses = ["127.0.0.1:1"]
[[virtual]]
name = "Admin"
protocol = "pop3"
addresses = ["127.0.0.1:2"]
tls-addresses = ["127.0.0.1:4"]
[[virtual]]
name = "admins"
protocol = "pop3"
addresses = ["127.0.0.1:3"]
[[virtual]]
name = "\u00e4"
protocol = "pop3"
addresses = ["127.0.0.1:5"]`,
			[]string{
				`2: virtual[0].name: "a,b" is not a name of a virtual server; write letters from a to z, digits, hyphens, underscores, dots, and spaces within it`,
				`6: virtual[1].name: "Admin" is the administration's; choose another name, or write admin-address = "" in [web]`,
				`11: virtual[2].name: "admins" is what the TLS addresses of "Admin" are called; choose another name`,
				`15: virtual[3].name: "ä" is not a name of a virtual server; write letters from a to z, digits, hyphens, underscores, dots, and spaces within it`,
			},
		},
		{
			"hosts of the administration", `[web]
admin-hosts = ["mail.example.org", "192.0.2.1", "mail.example.org:443", "https://mail.example.org"]`,
			[]string{
				`2: web.admin-hosts[2]: "mail.example.org:443" is not a host; write "mail.example.org" or "192.0.2.1", without port`,
				`2: web.admin-hosts[3]: "https://mail.example.org" is not a host; write "mail.example.org" or "192.0.2.1", without port`,
			},
		},
		{
			"news peers", `[[news.peer]]
name = "a"
[[news.peer]]
networks = ["0.0.0.0/0"]
groups = ""
[[news.peer]]
name = "A"
hosts = ["192.0.2.1:119"]
[[news.peer]]
name = "b"
networks = ["::/0"]
user = "feeder"`,
			[]string{
				`1: news.peer[0]: anybody could say to be this peer; write networks, hosts or user, by which it is known`,
				`3: news.peer[1].name: there is none; write its path identity, such as its hostname`,
				`4: news.peer[1].networks[0]: anybody could feed this server; write the networks of the peer, or a user that it has to log in as`,
				`5: news.peer[1].groups: there is none; write which newsgroups it is for, "*" for all`,
				`7: news.peer[2].name: "a" is taken; give each one a name of its own`,
				`8: news.peer[2].hosts[0]: "192.0.2.1:119" is not a domain; write letters, digits, hyphens and dots, other letters as A-labels: "example.org"`,
			},
		},
		{
			"no TOML", `[server]
hostname = a`,
			[]string{
				`2: unexpected character U+0061 'a' at start of value; write it as TOML: key = value, text in double quotes, tables as [name]`,
			},
		},
		{
			"a key twice", `[im]
router = true
router = false`,
			[]string{
				`3: key router is already defined; write it as TOML: key = value, text in double quotes, tables as [name]`,
			},
		},
		{
			"text for a number", `[connector]
port = "25"`,
			[]string{
				`2: connector.port: this is a text; write a whole number, without quotes`,
			},
		},
		{
			"number for a text", `[server]
hostname = 25`,
			[]string{
				`2: server.hostname: this is a number; write a text in double quotes, "like this"`,
			},
		},
		{
			"text for a list", `[connector]
smart-hosts = "relay.example.org"`,
			[]string{
				`2: connector.smart-hosts: this is a text; write a list in square brackets, ["like", "this"]`,
			},
		},
		{
			"list for a table", `server = []`,
			[]string{
				`1: server: this is a list; write a table of its own: [its.name] and below it its keys`,
			},
		},
		{
			"text for true or false", `[web]
webdav = "yes"`,
			[]string{
				`2: web.webdav: this is a text; write true or false, without quotes`,
			},
		},
		{
			"fraction", `[connector]
port = 2.5`,
			[]string{
				`2: connector.port: this is a number with a fraction; write a whole number, without quotes`,
			},
		},
		{
			"date", `[news]
history = 2020-01-01`,
			[]string{
				`2: news.history: this is a date or time; write a number and its unit in double quotes, such as "15m" or "3d"`,
			},
		},
		{
			"bad duration", `[connector]
back-off = "15 minutes"`,
			[]string{
				`2: connector.back-off: "15 minutes" is not a duration; write a number and its unit, such as "15m", "1h30m" or "3d"`,
			},
		},
		{
			"duration without unit", `[connector]
back-off = "15"`,
			[]string{
				`2: connector.back-off: "15" has no unit; write "15s" for seconds or "15m" for minutes`,
			},
		},
		{
			"duration is a number", `[connector]
back-off = 15`,
			[]string{
				`2: connector.back-off: this is a number; write a number and its unit in double quotes, such as "15m" or "3d"`,
			},
		},
		{
			"negative duration", `[web]
session-life = "-1h"`,
			[]string{
				`2: web.session-life: "-1h" is negative; write "0" or a duration such as "15m"`,
			},
		},
		{
			"bad size", `[connector]
max-size = "10 apples"`,
			[]string{
				`2: connector.max-size: "10 apples" is not a size; write octets as a number, or with a unit: "500 kB", "10 MiB", "2 GiB"`,
			},
		},
		{
			"size too large", `[connector]
max-size = "9999999999 TiB"`,
			[]string{
				`2: connector.max-size: "9999999999 TiB" is not a size; write octets as a number, or with a unit: "500 kB", "10 MiB", "2 GiB"`,
			},
		},
		{
			"negative size", `[connector]
max-size = -1`,
			[]string{
				`2: connector.max-size: "-1" is negative; write 0 for the default, or a size such as "10 MiB"`,
			},
		},
		{
			"negative limit", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
limits.connections = -1`,
			[]string{
				`5: virtual[0].limits.connections: -1 is negative; write 0 for the default, or a limit from 1 on`,
			},
		},
		{
			"port out of range", `[connector]
port = 70000`,
			[]string{
				`2: connector.port: 70000 is out of range; write a number from 1 to 65535`,
			},
		},
		{
			"word that is none of its values", `[connector]
mode = "inout"`,
			[]string{
				`2: connector.mode: "inout" is none of its values; write "in-out", if that is meant`,
			},
		},
		{
			"category of the log", `[log.levels]
smpt = "debug"`,
			[]string{
				`2: log.levels.smpt: "smpt" is none of its values; write "smtp", if that is meant`,
			},
		},
		{
			"level of the log", `[log.levels]
smtp = "loud"`,
			[]string{
				`2: log.levels.smtp: "loud" is none of its values; write one of: debug, info, warn, error`,
			},
		},
		{
			"not a domain", `[server]
default-domain = "exa mple"`,
			[]string{
				`2: server.default-domain: "exa mple" is not a domain; write letters, digits, hyphens and dots, other letters as A-labels: "example.org"`,
			},
		},
		{
			"no domain", `[server]
default-domain = ""`,
			[]string{
				`2: server.default-domain: there is none; write the domain of mailboxes here, "example.org"`,
			},
		},
		{
			"certificate without key", `[server]
certificate = "a.pem"`,
			[]string{
				`2: server.certificate: there is no key for it; name its PEM file as key`,
			},
		},
		{
			"key without certificate", `[server]
key = "a.pem"`,
			[]string{
				`2: server.key: there is no certificate for it; name its PEM file as certificate`,
			},
		},
		{
			"notice", `[server]
notices = ["bounces"]`,
			[]string{
				`2: server.notices[0]: "bounces" is none of its values; write "bounce", if that is meant`,
			},
		},
		{
			"virtual server without anything", `[[virtual]]`,
			[]string{
				`1: virtual[0].addresses: it listens nowhere; write addresses or tls-addresses, or start = "disabled"`,
				`1: virtual[0].name: there is none; give it a name`,
				`1: virtual[0].protocol: there is none; write one of: smtp, submission, lmtp, pop3, imap4, nntp, http, ldap`,
			},
		},
		{
			"virtual name twice", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
[[virtual]]
name = "A"
protocol = "pop3"
addresses = [":110"]`,
			[]string{
				`6: virtual[1].name: "a" is taken; give each one a name of its own`,
			},
		},
		{
			"address twice", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = ["127.0.0.1:25"]
[[virtual]]
name = "b"
protocol = "pop3"
addresses = [
  "127.0.0.1:110",
  "127.0.0.1:25",
]`,
			[]string{
				`10: virtual[1].addresses[1]: "127.0.0.1:25" is an address of virtual server "a" already; choose another port or address`,
			},
		},
		{
			"address of all addresses", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = ["127.0.0.1:25"]
tls-addresses = [":25"]`,
			[]string{
				`5: virtual[0].tls-addresses[0]: ":25" is an address of virtual server "a" already; choose another port or address`,
			},
		},
		{
			"address of the administration", `[[virtual]]
name = "a"
protocol = "http"
addresses = ["127.0.0.1:2081"]`,
			[]string{
				`1: web.admin-address: "127.0.0.1:2081" is an address of virtual server "a" already; choose another port or address`,
			},
		},
		{
			"not an address", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = ["25"]`,
			[]string{
				`4: virtual[0].addresses[0]: "25" is not an address to listen on; write "127.0.0.1:2525", "[::1]:2525", or ":25" for all of this machine's`,
			},
		},
		{
			"unknown protocol", `[[virtual]]
name = "a"
protocol = "imap"
addresses = [":143"]`,
			[]string{
				`3: virtual[0].protocol: "imap" is none of its values; write "imap4", if that is meant`,
			},
		},
		{
			"unknown mechanism", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
authentication = ["PLAIN", "CRAMMD5"]`,
			[]string{
				`5: virtual[0].authentication[1]: "CRAMMD5" is no mechanism of smtp; write "CRAM-MD5", if that is meant`,
			},
		},
		{
			"mechanism in small letters", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
authentication = ["plain"]`,
			[]string{
				`5: virtual[0].authentication[0]: "plain" is no mechanism of smtp; write "PLAIN", if that is meant`,
			},
		},
		{
			"mechanism of another protocol", `[[virtual]]
name = "a"
protocol = "http"
addresses = [":80"]
authentication = ["SCRAM-SHA-256"]`,
			[]string{
				`5: virtual[0].authentication[0]: "SCRAM-SHA-256" is no mechanism of http; write one of: BASIC, DIGEST, NTLM`,
			},
		},
		{
			"all mechanisms and one", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
authentication = ["all", "PLAIN"]`,
			[]string{
				`5: virtual[0].authentication[0]: "all" leaves nothing to choose; write it alone, or only the others`,
			},
		},
		{
			"mechanism twice", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
authentication = ["PLAIN", "PLAIN"]`,
			[]string{
				`5: virtual[0].authentication[1]: "PLAIN" is there already; leave out one of them`,
			},
		},
		{
			"not a network", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
allow = ["10.0.0"]`,
			[]string{
				`5: virtual[0].allow[0]: "10.0.0" is not a network; write "192.0.2.0/24", "192.0.2.1" or "192.0.2.1-192.0.2.99"`,
			},
		},
		{
			"network with bits behind its length", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
deny = ["10.0.0.1/8"]`,
			[]string{
				`5: virtual[0].deny[0]: "10.0.0.1/8" has bits behind its length of 8; write "10.0.0.0/8"`,
			},
		},
		{
			"range reversed", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
proxy-from = ["10.0.0.99-10.0.0.1"]`,
			[]string{
				`5: virtual[0].proxy-from[0]: "10.0.0.99-10.0.0.1" is reversed; write "10.0.0.1-10.0.0.99"`,
			},
		},
		{
			"range of two families", `[im]
inside = ["10.0.0.1-::1"]`,
			[]string{
				`2: im.inside[0]: "10.0.0.1-::1" mixes IPv4 and IPv6; write two networks`,
			},
		},
		{
			"open relay by networks", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
relay-from = ["0.0.0.0/0", "10.0.0.0/8", "fc00::/7", "128.0.0.0/1", "1.0.0.0-255.255.255.255", "2000::/3"]`,
			[]string{
				`5: virtual[0].relay-from[0]: anybody could send to everybody through this server; write the networks that may`,
				`5: virtual[0].relay-from[3]: anybody could send to everybody through this server; write the networks that may`,
				`5: virtual[0].relay-from[4]: anybody could send to everybody through this server; write the networks that may`,
				`5: virtual[0].relay-from[5]: anybody could send to everybody through this server; write the networks that may`,
			},
		},
		{
			"open relay by domains", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
relay-domains = ["*"]`,
			[]string{
				`5: virtual[0].relay-domains[0]: anybody could send to everybody through this server; write the domains, or relay-from with the networks that may`,
			},
		},
		{
			"local domain twice", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
local-domains = ["Postoffice.test"]`,
			[]string{
				`5: virtual[0].local-domains[0]: "Postoffice.test" is the default domain already; leave it out`,
			},
		},
		{
			"alias to a domain that is not local", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
[virtual.alias-domains]
"example.net" = "example.org"`,
			[]string{
				`6: virtual[0].alias-domains."example.net": "example.org" is not local; write a local domain, or add that one to local-domains`,
			},
		},
		{
			"alias that is local", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
[virtual.alias-domains]
"postoffice.test" = "postoffice.test"`,
			[]string{
				`6: virtual[0].alias-domains."postoffice.test": "postoffice.test" is the default domain already; leave it out here, or there`,
			},
		},
		{
			"relay domain that is local", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
relay-domains = ["postoffice.test"]`,
			[]string{
				`5: virtual[0].relay-domains[0]: "postoffice.test" is the default domain; leave it out here, or there: mail is either kept or sent on`,
			},
		},
		{
			"domains where there is no mail", `[[virtual]]
name = "a"
protocol = "pop3"
addresses = [":110"]
local-domains = ["example.org"]`,
			[]string{
				`5: virtual[0].local-domains: pop3 takes no mail in; leave it out, or write it for a virtual server of smtp, submission or lmtp`,
			},
		},
		{
			"limit of another protocol", `[[virtual]]
name = "a"
protocol = "pop3"
addresses = [":110"]
[virtual.limits]
recipients = 5`,
			[]string{
				`6: virtual[0].limits.recipients: pop3 has no such limit; leave it out: it is for smtp, submission, lmtp`,
			},
		},
		{
			"idle time too short", `[[virtual]]
name = "a"
protocol = "imap4"
addresses = [":143"]
[virtual.limits]
idle = "5m"`,
			[]string{
				`6: virtual[0].limits.idle: "5m" is less than RFC 9051, 5.4 asks for; write "30m" or more`,
			},
		},
		{
			"route without name and spaces", `[[connector.route]]
next = ["relay.example.org"]`,
			[]string{
				`1: connector.route[0].name: there is none; give it a name`,
				`1: connector.route[0].spaces: the route leads nowhere; write spaces = [{ pattern = "example.org", cost = 1 }]`,
			},
		},
		{
			"cost 0", `[[connector.route]]
name = "a"
spaces = [
  { pattern = "example.org", cost = 0 },
]`,
			[]string{
				`4: connector.route[0].spaces[0].cost: 0 is out of range; write a number from 1 to 100`,
			},
		},
		{
			"bad pattern", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*example.org" }]`,
			[]string{
				`3: connector.route[0].spaces[0].pattern: "*example.org" is not a pattern of domains; write "example.org", "*.example.org" for all below it, or "*"`,
			},
		},
		{
			"route twice", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*" }]
[[connector.route]]
name = "a"
spaces = [{ pattern = "example.org" }]`,
			[]string{
				`5: connector.route[1].name: "a" is taken; give each one a name of its own`,
			},
		},
		{
			"bad next hop", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*" }]
next = ["relay.example.org:http"]`,
			[]string{
				`4: connector.route[0].next[0]: "relay.example.org:http" is not a host to send to; write "relay.example.org", "relay.example.org:587" or "smtps://relay.example.org"`,
			},
		},
		{
			"login without hosts", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*" }]
login = { user = "u", password = "p" }`,
			[]string{
				`4: connector.route[0].login: there is no host to log in at; write next, or leave out the login`,
			},
		},
		{
			"password twice", `[connector]
smart-hosts = ["relay.example.org"]
[connector.login]
user = "u"
password = "hunter2"
password-file = "p"`,
			[]string{
				`5: connector.login.password: there is a password-file too; leave out one of them`,
			},
		},
		{
			"password on two lines", `[connector]
smart-hosts = ["relay.example.org"]
login = { user = "u", password = "hunter\n2" }`,
			[]string{
				`3: connector.login.password: the password has a line end or NUL; write it in one line`,
			},
		},
		{
			"login without TLS", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*" }]
next = ["relay.example.org"]
tls = "none"
login = { user = "u", password = "p" }`,
			[]string{
				`5: connector.route[0].tls: the password would cross the network; leave out tls, or the login`,
			},
		},
		{
			"domain of a route twice", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*" }]
[[connector.route.domain]]
pattern = "a.example"
[[connector.route.domain]]
pattern = "A.example"`,
			[]string{
				`7: connector.route[0].domain[1].pattern: "a.example" is there already; leave out one of them`,
			},
		},
		{
			"user of mail that does not wait", `[[connector.route]]
name = "a"
spaces = [{ pattern = "*" }]
park-user = "u"`,
			[]string{
				`4: connector.route[0].park-user: mail does not wait for that user; write park = true, or leave out the user`,
			},
		},
		{
			"retry too soon", `[connector.schedule.normal]
retry = ["1h", "5s"]`,
			[]string{
				`2: connector.schedule.normal.retry[1]: "5s" is too soon to try again; write "1m" or more`,
			},
		},
		{
			"notice after the end", `[connector.schedule.urgent]
expire = "4h"
delay-notice = "12h"`,
			[]string{
				`3: connector.schedule.urgent.delay-notice: "12h" is not before the mail goes back, after "4h"; write a shorter time, or 0 for no notice`,
			},
		},
		{
			"rich text without MIME", `[content]
attachments = "uuencode"
rich-text = "always"`,
			[]string{
				`3: content.rich-text: rich text needs MIME; write attachments = "mime", or rich-text = "never"`,
			},
		},
		{
			"charset", `[content]
charset = "latin-klingon"`,
			[]string{
				`2: content.charset: "latin-klingon" is not a charset that is known; write "utf-8", "iso-8859-1" or another name of the IANA's list`,
			},
		},
		{
			"sender accepted and rejected", `[connector]
accept-from = ["example.org"]
reject-from = ["example.org"]`,
			[]string{
				`3: connector.reject-from[0]: "example.org" is in accept-from too; leave it out here, or there`,
			},
		},
		{
			"not a sender", `[connector]
accept-from = ["a@b@c"]`,
			[]string{
				`2: connector.accept-from[0]: "a@b@c" is not a sender; write "user@example.org", "example.org", "*.example.org" or "group:Name"`,
			},
		},
		{
			"link to no site", `[connector]
own-site = "A"
[[connector.site]]
name = "A"
[[connector.site.link]]
to = "B"
next = ["b.example.org"]`,
			[]string{
				`6: connector.site[0].link[0].to: there is no site "B"; write the name of a [[connector.site]]`,
			},
		},
		{
			"sites without our own", `[[connector.site]]
name = "A"`,
			[]string{
				`1: connector.own-site: there is none; write the name of the site that this server is in`,
			},
		},
		{
			"template without %d", `[accounts]
address-rules = ["%m"]`,
			[]string{
				`2: accounts.address-rules[0]: "%m" has no %d; write @%d behind it`,
			},
		},
		{
			"template of a domain that is not local", `[accounts]
address-rules = ["%m@example.org"]`,
			[]string{
				`2: accounts.address-rules[0]: "example.org" is not local; write @%d, or @ and one of the local domains`,
			},
		},
		{
			"template with an unknown placeholder", `[accounts]
address-rules = ["%m@%d", "%x@%d"]`,
			[]string{
				`2: accounts.address-rules[1]: "%x" is no placeholder; write %m, %g, %s, %i or %d, and %% for a percent sign`,
			},
		},
		{
			"template that is the same for all", `[accounts]
address-rules = ["info@%d"]`,
			[]string{
				`2: accounts.address-rules[0]: "info@%d" gives all users the same address; write %m, or %g.%s, before the @ and %d behind it`,
			},
		},
		{
			"quota in the wrong order", `[accounts.quota]
warn = "50 MiB"
no-send = "40 MiB"`,
			[]string{
				`3: accounts.quota.no-send: 40 MiB is less than warn, 50 MiB; write more here, or less there`,
			},
		},
		{
			"settings of no directory", `[accounts.ldap]
bind = "cn=search"`,
			[]string{
				`1: accounts.ldap.url: there is none, so the other keys count for nothing; write "ldaps://ldap.example.org/ou=people,dc=example,dc=org"`,
			},
		},
		{
			"URL of a directory", `[accounts.ldap]
url = "http://ldap.example.org"`,
			[]string{
				`2: accounts.ldap.url: scheme "http": use ldap or ldaps; write "ldaps://ldap.example.org/ou=people,dc=example,dc=org?uid,mail", and look at the other keys`,
			},
		},
		{
			"base twice", `[accounts.ldap]
url = "ldaps://ldap.example.org/dc=example,dc=org"
base = "dc=example"`,
			[]string{
				`2: accounts.ldap.url: the URL has a base already, "dc=example,dc=org"; write "ldaps://ldap.example.org/ou=people,dc=example,dc=org?uid,mail", and look at the other keys`,
			},
		},
		{
			"filter of a directory", `[accounts.ldap]
url = "ldaps://ldap.example.org/dc=example,dc=org"
filter = "(uid="`,
			[]string{
				`1: accounts.ldap: filter "(uid=": LDAP Result Code 201 "Filter Compile Error": ldap: unexpected end of filter; write it like (mail=%s); correct the key that it is about`,
			},
		},
		{
			"wildmat", `[[news.access]]
groups = "comp.["`,
			[]string{
				`2: news.access[0].groups: "comp.[" is not a wildmat; write patterns with commas between them, "!" before those that are excluded: "comp.*,!comp.binaries.*"`,
			},
		},
		{
			"no wildmat", `[[news.expire]]
age = "3d"`,
			[]string{
				`1: news.expire[0].groups: there is none; write which newsgroups it is for, "*" for all`,
			},
		},
		{
			"times of expiry", `[[news.expire]]
groups = "*"
age = "30d"
max-age = "10d"
min-age = "40d"`,
			[]string{
				`4: news.expire[0].max-age: "10d" is less than age, "30d"; write more here, or less there`,
				`5: news.expire[0].min-age: "40d" is more than age, "30d"; write less here, or more there`,
			},
		},
		{
			"history too short", `[news]
history = "3d"`,
			[]string{
				`2: news.history: "72h" is less than 11 days; write "11d" or more`,
			},
		},
		{
			"cutoff beyond history", `[news]
cutoff = "20d"`,
			[]string{
				`2: news.cutoff: "20d" is not less than history, "11d": articles would come back; write less here, or more there (RFC 5537, 3.6)`,
			},
		},
		{
			"everybody obeyed", `[[news.control]]
verbs = ["rmgroup"]
action = "obey"`,
			[]string{
				`3: news.control[0].action: everybody's messages would be obeyed; write signer, posted, unlock or from too`,
			},
		},
		{
			"unknown control message", `[[news.control]]
verbs = ["newgrp"]`,
			[]string{
				`2: news.control[0].verbs[0]: "newgrp" is none of its values; write "newgroup", if that is meant`,
			},
		},
		{
			"feed without a port", `[[news.feed]]
name = "n"
host = "news.example.org"`,
			[]string{
				`3: news.feed[0].host: "news.example.org" is not a host and port; write "news.example.org:119"`,
			},
		},
		{
			"feed twice", `[[news.feed]]
name = "n"
host = "a.example.org:119"
[[news.feed]]
name = "n"
host = "b.example.org:119"`,
			[]string{
				`5: news.feed[1].name: "n" is taken; give each one a name of its own`,
			},
		},
		{
			"key of the other direction", `[[news.feed]]
name = "n"
host = "a.example.org:119"
direction = "push"
interval = "1h"`,
			[]string{
				`5: news.feed[0].interval: a feed in direction "push" has no such key; leave it out: it is for "pull"`,
			},
		},
		{
			"password of a feed without TLS", `[[news.feed]]
name = "n"
host = "a.example.org:119"
[news.feed.login]
user = "u"
password-file = "p"`,
			[]string{
				`1: news.feed[0].tls: the password would cross the network; write tls = "starttls" or "implicit"`,
			},
		},
		{
			"moderator", `[[news.moderator]]
groups = "*"
address = "nobody"`,
			[]string{
				`3: news.moderator[0].address: "nobody" is not an address; write "moderator@example.org", with %s for the group's name if need be`,
			},
		},
		{
			"domains of nobody", `[im]
domains = ["example.org"]
home-server = false
router = false`,
			[]string{
				`2: im.domains: there is neither a home server nor a router for them; write home-server = true or router = true, or leave out the domains`,
			},
		},
		{
			"inside and refused", `[im]
inside = ["10.0.0.0/8"]
refused = ["10.0.0.0/8"]`,
			[]string{
				`3: im.refused[0]: "10.0.0.0/8" is inside too; leave it out here, or in inside`,
			},
		},
		{
			"lease too short", `[im]
max-lease = "10s"`,
			[]string{
				`2: im.max-lease: "10s" is shorter than clients can renew it; write "1m" or more`,
			},
		},
		{
			"proxy", `[im]
proxy = "proxy.example.org:80"`,
			[]string{
				`2: im.proxy: "proxy.example.org:80" is not a proxy; write "http://proxy.example.org:8080"`,
			},
		},
		{
			"administration without TLS", `[web]
admin-address = ":2081"`,
			[]string{
				`2: web.admin-address: passwords of administrators would cross the network; write admin-tls = true, or an address of this machine's own such as 127.0.0.1:2081`,
			},
		},
		{
			"folder of WebDAV", `[web]
webdav-prefix = "dav/"`,
			[]string{
				`2: web.webdav-prefix: "dav/" is not the path of a folder; write "/dav"`,
			},
		},
		{
			"several", `[server]
hostname = "a b"
log-level = "all"
[web]
webdav = 1
[[connector.route]]
name = "r"`,
			[]string{
				`2: server.hostname: "a b" is not a domain; write letters, digits, hyphens and dots, other letters as A-labels: "example.org"`,
				`3: server.log-level: "all" is none of its values; write one of: debug, info, warn, error`,
				`5: web.webdav: this is a number; write true or false, without quotes`,
				`6: connector.route[0].spaces: the route leads nowhere; write spaces = [{ pattern = "example.org", cost = 1 }]`,
			},
		},
		{
			"no sessions", `[web]
session-life = "0"`,
			[]string{
				`2: web.session-life: sessions would end at once; write "30m"`,
			},
		},
		{
			"WebDAV nowhere", `[web]
webdav-prefix = ""`,
			[]string{
				`2: web.webdav-prefix: there is none; write the path of WebDAV's folders, "/dav"`,
			},
		},
		{
			"full mailboxes without pause", `[connector]
max-unread = 100
back-off = "0"`,
			[]string{
				`3: connector.back-off: full mailboxes would be looked at without pause; write "15m"`,
			},
		},
		{
			"login at no smart host", `[connector.login]
user = "u"
password = "p"`,
			[]string{
				`1: connector.login: there is no smart host to log in at; write smart-hosts, or leave out the login`,
			},
		},
		{
			"user without password", `[connector]
smart-hosts = ["a.example.org"]
login.user = "u"`,
			[]string{
				`3: connector.login.user: there is a user and no password; name a password-file, or write a password`,
			},
		},
		{
			"password without user", `[connector]
login.password-file = "u"`,
			[]string{
				`2: connector.login.user: there is a password and no user; write whose it is, or leave out the password`,
			},
		},
		{
			"short lines", `[content]
word-wrap = 5`,
			[]string{
				`2: content.word-wrap: lines of 5 characters can't be read; write 76, or 0 for no wrapping`,
			},
		},
		{
			"resolver", `[connector]
resolver = "ns.example.org:53"`,
			[]string{
				`2: connector.resolver: "ns.example.org:53" is not an address and port; write "192.0.2.53:53"`,
			},
		},
		{
			"alias that is no domain", `[[virtual]]
name = "a"
protocol = "smtp"
addresses = [":25"]
alias-domains = { "a b" = "postoffice.test" }`,
			[]string{
				`5: virtual[0].alias-domains."a b": "a b" is not a domain; write letters, digits, hyphens and dots, other letters as A-labels: "example.org"`,
			},
		},
		{
			"size that is none", `[connector]
max-size = true`,
			[]string{
				`2: connector.max-size: this is true or false; write octets as a number, or a text with a unit, such as "10 MiB"`,
			},
		},
		{
			"network that is a number", `[im]
inside = [10]`,
			[]string{
				`2: im.inside[0]: this is a number; write a text in double quotes, "like this"`,
			},
		},
		{
			"name with a line end", `[server]
certificate = "a\nb"
key = "k"`,
			[]string{
				`2: server.certificate: "a\nb" is not a line of text; leave out control characters, and write something`,
			},
		},
		{
			"key with a line end twice", `[server]
"a\nb" = 1
"a\nb" = 1`,
			[]string{
				`3: key a b is already defined; write it as TOML: key = value, text in double quotes, tables as [name]`,
			},
		},
		{
			"expiry at once", `[connector.schedule.normal]
expire = "0"`,
			[]string{
				`2: connector.schedule.normal.expire: mail would go back at once; write "72h"`,
			},
		},
		{
			"own site unknown", `[connector]
own-site = "A"`,
			[]string{
				`2: connector.own-site: there is no site "A"; write the name of a [[connector.site]]`,
			},
		},
		{
			"site that leads to itself", `[connector]
own-site = "A"
[[connector.site]]
name = "A"
domains = ["example.org"]
[[connector.site.link]]
to = "a"
[[connector.site]]
name = "B"
domains = ["Example.org"]`,
			[]string{
				`6: connector.site[0].link[0].next: there is no host to send to; write the hosts of that site`,
				`7: connector.site[0].link[0].to: the link leads to its own site; write the name of another one`,
				`10: connector.site[1].domains[0]: "example.org" is of another site already; leave it out here, or there`,
			},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := config.Parse("p.toml", []byte(row.text))
			require.Nil(t, f)
			problems, ok := err.(config.Problems)
			require.True(t, ok, "%v", err)
			var got []string
			for _, p := range problems {
				require.Equal(t, "p.toml", p.File)
				got = append(got, strings.TrimPrefix(p.Error(), "p.toml:"))
			}
			require.Equal(t, row.want, got)
		})
	}
}
