package tnef

import (
	"encoding/binary"
	"fmt"
)

// A GUID is as in the stream: its first three numbers little-endian.
type GUID [16]byte

// OLEGUID returns one of the GUIDs {n-0000-0000-C000-000000000046} that Microsoft gave out for the property sets
// (0x20328 PS_MAPI, 0x20329 PS_PUBLIC_STRINGS, 0x20386 PS_INTERNET_HEADERS, 0x62002 PSETID_Appointment) and the
// interfaces (0x20307 IID_IMessage, 0x0B IID_IStorage, 0x0C IID_IStream).
func OLEGUID(n uint32) GUID {
	g := GUID{8: 0xc0, 15: 0x46}
	binary.LittleEndian.PutUint32(g[:], n)
	return g
}

// iidMessage marks an object that is a message (MS-OXTNEF, 2.1.3.4).
const iidMessage = 0x20307

// String writes a GUID the usual way: 00020329-0000-0000-C000-000000000046.
func (g GUID) String() string {
	return fmt.Sprintf("%08X-%04X-%04X-%04X-%012X", binary.LittleEndian.Uint32(g[:]), binary.LittleEndian.Uint16(g[4:]),
		binary.LittleEndian.Uint16(g[6:]), g[8:10], g[10:])
}
