package ntlm

import (
	"crypto/md5"
	"encoding/binary"
)

// Binding is what ties a login to a TLS connection: the MD5 of a
// gss_channel_bindings_struct (MS-NLMP, 2.2.2.1). All zero is none.
type Binding [16]byte

// Bind returns the binding by a channel's data, such as the hash of the server's
// certificate, whose name is "tls-server-end-point" (RFC 5929, 4).
func Bind(name string, data []byte) Binding {
	n := len(name) + 1 + len(data)
	b := make([]byte, 16, 20+n) // the addresses of the two sides, which do not count
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	b = append(append(b, name...), ':')
	return md5.Sum(append(b, data...))
}
