package imap4

// An UpdateKind says what an Update is about.
type UpdateKind uint8

// The kinds of Update.
const (
	UpdateExists         UpdateKind = iota + 1 // Number is how many messages the mailbox has now
	UpdateRecent                               // Number is how many are \Recent
	UpdateExpunged                             // the message with the sequence number Number is gone, and those behind it have moved up
	UpdateVanished                             // the messages UIDs are gone (RFC 7162, 3.2.10)
	UpdateMessage                              // Message has new flags
	UpdateFlags                                // Flags are those that the mailbox's messages have
	UpdatePermanentFlags                       // Flags are those that can be changed for good
	UpdateModSeq                               // the mailbox has the new HIGHESTMODSEQ ModSeq
	UpdateCapabilities                         // the server offers something else now: see Client.Capabilities
	UpdateMailbox                              // Mailbox was created, deleted, renamed or (un)subscribed (RFC 5465, 5.4 and 5.5)
	UpdateStatus                               // Status is news of another mailbox (RFC 5465, 5.2)
	UpdateMetadata                             // the annotations Entries of MailboxName have changed (RFC 5464, 4.4.2)
	UpdateAlert                                // Reply has text that the user must be shown (RFC 9051, 7.1)
	UpdateText                                 // Reply is an untagged OK, NO or BAD: a warning, mostly
	UpdateBye                                  // Reply is the server's last word
)

// An Update is something that the server says without being asked, or beside an
// answer. What belongs to the answer of a command is no Update. The numbers of
// the mailbox that is selected are kept in Client.Selected too.
type Update struct {
	Kind    UpdateKind
	Number  uint32
	UIDs    UIDSet
	ModSeq  ModSeq
	Flags   Flags
	Message *Fetched
	Mailbox *Listed
	Status  *MailboxStatus
	Reply   Reply

	MailboxName string
	Entries     []string
}
