// Package skim reads what a queue wants to know of a message's header while the message passes: how many hosts it has come
// through, what its Message-ID is, and whether its sender does without TLS. The octets go on unchanged, and what is kept of
// them is bounded.
package skim
