package ntlm

import (
	"encoding/binary"
	"fmt"
	"time"
)

// avID is the kind of an AV pair (MS-NLMP, 2.2.2.1).
type avID uint16

const (
	avEOL             avID = 0
	avNbComputerName  avID = 1
	avNbDomainName    avID = 2
	avDNSComputerName avID = 3
	avDNSDomainName   avID = 4
	avFlags           avID = 6
	avTimestamp       avID = 7
	avTargetName      avID = 9
	avChannelBindings avID = 10
)

// avFlagMIC in avFlags: the message has a MIC.
const avFlagMIC = 2

// appendAV appends a pair.
func appendAV(b []byte, id avID, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(id))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// eachAV calls f for each pair up to the end of the list, which may be the end
// of b: there are clients that leave out the last pair.
func eachAV(b []byte, f func(id avID, value []byte)) error {
	for len(b) >= 4 {
		id, n := avID(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
		if b = b[4:]; id == avEOL {
			return nil
		}
		if n > len(b) {
			break
		}
		f(id, b[:n])
		if b = b[n:]; len(b) == 0 {
			return nil
		}
	}
	if len(b) == 0 {
		return nil
	}
	return fmt.Errorf("%w: AV pairs that are cut off", ErrMalformed)
}

// epoch is how many 100 ns there are from 1601, where FILETIME begins, to 1970.
const epoch = 116444736000000000

// fileTime is a time as Windows has it (MS-DTYP, 2.3.3).
func fileTime(t time.Time) uint64 {
	return uint64(t.Unix()*1e7 + int64(t.Nanosecond())/100 + epoch)
}

// goTime is the inverse of fileTime. Beyond what an int64 holds it is the
// end of time, which is as far from now as need be.
func goTime(v uint64) time.Time {
	t := int64(min(v, 1<<63-1)) - epoch
	return time.Unix(t/1e7, t%1e7*100)
}
