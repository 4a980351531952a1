// Package interop has mail exchanged with the programs that carry it in the
// world, to see that they and package smtp understand each other. It consists
// of tests with the build tag interop, which need these Debian packages:
//
//	postfix           as a client and as a server, of SMTP and LMTP; smtp-source
//	libsasl2-modules  for Postfix to log in
//	dovecot-lmtpd     as a server of LMTP, and to check logins for Postfix
//	swaks             as a client of LMTP
//	python3           as a client of LMTP and POP3
//	dovecot-pop3d     as a server of POP3
//	curl, fetchmail, getmail6, mpop  as clients of POP3
//
// Each test runs what it needs in a folder of its own, on free ports of the
// loopback interface. Postfix starts for root only. The tests of the programs
// that users run, msmtp and curl among them, are those of examples/postoffice.
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
//	lmtp_test.go            LMTP, in both directions
//	pop3_dovecot_test.go    a private Dovecot that serves POP3
//	pop3_client_test.go     our client to Dovecot
//	pop3_server_test.go     the clients of others to our server
package interop
