package cms

import "errors"

// The errors that callers tell apart. All but ErrDecrypt are about what anybody can see in the message.
var (
	ErrMalformed   = errors.New("malformed CMS")
	ErrUnsupported = errors.New("unsupported CMS")
	ErrTooLarge    = errors.New("content is larger than the limit")
	ErrNoRecipient = errors.New("not encrypted for any of the given certificates")
	ErrDecrypt     = errors.New("cannot be decrypted")
	ErrSignature   = errors.New("signature does not verify")
)
