package smtp

// isForeign tells the first line of another protocol, which a browser can be
// made to send here (RFC 5321 has no rule; hanging up ends the attack).
func isForeign(line []byte) bool {
	for _, c := range line {
		if c >= 0x80 || c < ' ' && c != '\t' {
			return true
		}
	}
	for _, verb := range []string{"GET ", "PUT ", "HEAD ", "POST ", "DELETE ", "CONNECT ", "OPTIONS ", "PATCH ", "PRI "} {
		if len(line) >= len(verb) && string(line[:len(verb)]) == verb {
			return true
		}
	}
	return false
}
