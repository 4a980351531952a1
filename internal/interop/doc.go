// Package interop has our servers and clients talk with the programs that carry
// mail and news in the world, to see that they understand each other. It consists
// of tests with the build tag interop, which need these Debian packages:
//
//	postfix                     SMTP and LMTP, both sides; smtp-source
//	dovecot-lmtpd, -pop3d, -imapd  servers of LMTP, POP3 and IMAP; logins for Postfix
//	inn2                        news, both sides: readers, and feeds
//	gsasl, sasl2-bin, libsasl2-modules  SASL, both sides
//	curl, fetchmail, getmail6, mpop, swaks, python3  clients of mail
//	slrnpull, sinntp, python3   clients of news
//	curl, libwww-perl, libauthen-ntlm-perl, python3  clients of HTTP authentication
//
// Each test runs what it needs in a folder of its own, on free ports of the
// loopback interface. Postfix and INN start for root only. The tests of the
// programs that users run, msmtp and mbsync among them, are those of
// examples/postoffice.
//
// The files:
//
//	process_test.go         programs, started and waited for
//	recorder_test.go        our server, which keeps what comes
//	message_test.go         the messages, and how they are compared
//	postfix_test.go         a private Postfix
//	dovecot_test.go         a private Dovecot
//	source_test.go          smtp-source to our server
//	postfix_client_test.go  Postfix to our server
//	postfix_server_test.go  our client to Postfix
//	relay_test.go           postoffice to Postfix and others, by the DNS
//	lmtp_test.go            LMTP, in both directions
//	pop3_dovecot_test.go    a private Dovecot that serves POP3
//	pop3_client_test.go     our client to Dovecot
//	pop3_server_test.go     the clients of others to our server
//	imap_client_test.go     our client to Dovecot
//	auth_process_test.go    programs that speak SASL over pipes
//	auth_gsasl_test.go, auth_cyrus_test.go  GNU SASL and Cyrus SASL, both sides
//	auth_ntlm_test.go       curl's NTLM in mail
//	http_auth_test.go       curl, LWP and Python by HTTP
//	inn_feed_test.go        a private INN, and feeds in both directions
//	inn_test.go             our cases and readers against INN, its readers against us
package interop
