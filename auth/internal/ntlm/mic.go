package ntlm

// mic protects the three messages by the session key (MS-NLMP, 3.1.5.1.2). The
// place of the MIC in the third counts as zero.
func mic(key, negotiate, challenge, authenticate []byte) []byte {
	var zero [micHeader - micOffset]byte
	return hmacMD5(key, negotiate, challenge, authenticate[:micOffset], zero[:], authenticate[micHeader:])
}
