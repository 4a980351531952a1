package mailbox

import (
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/imap4"
)

func stateOf(f store.Folder) imap4.State {
	return imap4.State{UIDValidity: f.UIDValidity, UIDNext: imap4.UID(f.UIDNext), ModSeq: imap4.ModSeq(f.ModSeq)}
}

func countsOf(c store.Counts) imap4.Counts {
	return imap4.Counts{Messages: uint32(c.Messages), Unseen: uint32(c.Unseen), Deleted: uint32(c.Deleted), Size: c.Bytes}
}

func metaOf(m store.Meta) imap4.Meta {
	meta := imap4.Meta{UID: imap4.UID(m.UID), ModSeq: imap4.ModSeq(m.ModSeq), Expunged: m.Expunged}
	if !m.Expunged {
		meta.Flags = imap4.Flags{System: systemOf(m.Flags.System), Keywords: m.Flags.Keywords}
		meta.Size, meta.Received, meta.Saved = m.Size, m.Received, m.Saved
		meta.EmailID = emailID(m.Blob)
	}
	return meta
}

func metasOf(all []store.Meta) []imap4.Meta {
	metas := make([]imap4.Meta, len(all))
	for i, m := range all {
		metas[i] = metaOf(m)
	}
	return metas
}

// flags are the system flags that both sides know.
var flags = []struct {
	store store.SystemFlags
	imap  imap4.SystemFlags
}{
	{store.Seen, imap4.Seen},
	{store.Answered, imap4.Answered},
	{store.Flagged, imap4.Flagged},
	{store.Deleted, imap4.Deleted},
	{store.Draft, imap4.Draft},
}

func systemOf(s store.SystemFlags) (out imap4.SystemFlags) {
	for _, f := range flags {
		if s&f.store != 0 {
			out |= f.imap
		}
	}
	return out
}

func flagsIn(in imap4.Flags) store.Flags {
	out := store.Flags{Keywords: in.Keywords}
	for _, f := range flags {
		if in.System&f.imap != 0 {
			out.System |= f.store
		}
	}
	return out
}

func modeIn(m imap4.FlagMode) store.FlagMode {
	switch m {
	case imap4.AddFlags:
		return store.Add
	case imap4.RemoveFlags:
		return store.Remove
	default:
		return store.Replace
	}
}

func uidsIn(s imap4.UIDSet) store.UIDSet {
	out := make(store.UIDSet, len(s))
	for i, r := range s {
		out[i] = store.UIDRange{From: store.UID(r.First), To: store.UID(r.Last)}
	}
	return out
}

func uidsOf(s store.UIDSet) imap4.UIDSet {
	out := make(imap4.UIDSet, len(s))
	for i, r := range s {
		out[i] = imap4.UIDRange{First: imap4.UID(r.From), Last: imap4.UID(r.To)}
	}
	return out
}

// An EMAILID is "B" and the blob's number: copies share it.
func emailID(b store.BlobID) string { return "B" + strconv.FormatInt(int64(b), 10) }

func blobOf(emailID string) (store.BlobID, bool) {
	digits, ok := strings.CutPrefix(emailID, "B")
	n, err := strconv.ParseInt(digits, 10, 64)
	return store.BlobID(n), ok && err == nil
}
