// Package ntlm is NTLM ([MS-NLMP]), both sides, without a transport: messages
// in, messages out. Package auth makes a SASL mechanism of it, and from there
// it gets to HTTP.
//
//	s := &ntlm.Server{Domain: "EXAMPLE"}
//	h, challenge, err := s.Challenge(negotiate)    // message 1 in, 2 out
//	r, err := h.Open(authenticate)                 // message 3 in
//	err = r.Verify(hashOf(r.Domain, r.User))       // the account's NT hash
//
// The server takes NTLMv2 responses, and the older ones only if AllowV1 says
// so; LM responses, with which passwords can be found in minutes, and anonymous
// logins never. The client sends NTLMv2 and nothing else.
//
// There is no security layer: what is signed or sealed afterwards is TLS's
// business. The keys are computed nevertheless, because the check of a
// message's integrity (MIC) needs them.
//
//	flags.go         what is negotiated
//	payload.go       fields that point into a message
//	text.go          UTF-16 and OEM strings
//	avpair.go        the list that describes the server
//	negotiate.go     message 1
//	challenge.go     message 2
//	authenticate.go  message 3
//	hash.go          NTOWFv1, NTOWFv2
//	response.go      responses and session keys
//	desl.go          DES, as NTLMv1 uses it
//	mic.go           the integrity of the three messages
//	binding.go       channel bindings
//	server.go verify.go  the server
//	client.go        the client
//
// [MS-NLMP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-nlmp
package ntlm
