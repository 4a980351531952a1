package ntlm

// Flags are what the two sides agree on (MS-NLMP, 2.2.2.5).
type Flags uint32

// The flags that matter here, by the letters of MS-NLMP's table.
const (
	flagUnicode       Flags = 1 << 0  // A: strings are UTF-16
	flagOEM           Flags = 1 << 1  // B: strings are in some code page
	flagRequestTarget Flags = 1 << 2  // C: name the server in the challenge
	flagSign          Flags = 1 << 4  // D
	flagSeal          Flags = 1 << 5  // E
	flagNTLM          Flags = 1 << 9  // H: NTLM, not LM alone
	flagOEMDomain     Flags = 1 << 12 // K: message 1 names the client's domain
	flagOEMHost       Flags = 1 << 13 // L: message 1 names the client's machine
	flagAlwaysSign    Flags = 1 << 15 // M
	flagTargetDomain  Flags = 1 << 16 // N: the target name is a domain's
	flagTargetServer  Flags = 1 << 17 // O: the target name is a server's
	flagESS           Flags = 1 << 19 // P: extended session security, NTLM2
	flagTargetInfo    Flags = 1 << 23 // S: the challenge holds AV pairs
	flagVersion       Flags = 1 << 25 // T
	flag128           Flags = 1 << 29 // U
	flagKeyExchange   Flags = 1 << 30 // V: the client chooses the session key
	flag56            Flags = 1 << 31 // W
)

// granted are the flags that a server gives if they are asked for.
const granted = flagSign | flagSeal | flagAlwaysSign | flagESS | flagVersion | flag128 | flagKeyExchange | flag56

func (f Flags) has(g Flags) bool { return f&g == g }

// version says which Windows one is, for debugging only (MS-NLMP, 2.2.2.10):
// 6.1, build 7601, NTLM revision 15, as a Windows 7 would.
var version = [8]byte{6, 1, 0xb1, 0x1d, 0, 0, 0, 15}
