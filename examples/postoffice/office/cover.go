package office

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// maxCover bounds a cover as text, in octets: that of a folder as deep as can be is shorter.
const maxCover = 64 << 10

// A cover says about a message what its octets don't, to a process or from it. Its text has no space,
// control character or line's end in it, whatever a folder is named.
type cover struct {
	message mailfile.Message // without Body
	key     string           // of an import
	uid     store.UID        // of an export, and so is the rest
	size    int64
	total   int64
}

// String returns it as the query of a URL.
func (c *cover) String() string {
	v := make(url.Values)
	set := func(name string, n int64) {
		if n != 0 {
			v.Set(name, strconv.FormatInt(n, 10))
		}
	}
	v["folder"] = c.message.Folder
	if c.message.Sender != "" {
		v.Set("sender", c.message.Sender)
	}
	if !c.message.Received.IsZero() {
		v.Set("received", c.message.Received.UTC().Format(time.RFC3339Nano))
	}
	if c.key != "" {
		v.Set("key", c.key)
	}
	set("flags", int64(c.message.System))
	set("uid", int64(c.uid))
	set("size", c.size)
	set("total", c.total)
	return v.Encode()
}

// parseCover reads what String has written.
func parseCover(text string) (c cover, err error) {
	v, err := url.ParseQuery(text)
	if err != nil {
		return cover{}, fmt.Errorf("cover of a message: %w", err)
	}
	number := func(name string, most uint64) uint64 {
		s := v.Get(name)
		if s == "" {
			return 0
		}
		n, nerr := strconv.ParseUint(s, 10, 63)
		if nerr != nil || n > most {
			err = errors.Join(err, fmt.Errorf("cover of a message: %s=%.40q is not a number up to %d", name, s, most))
		}
		return n
	}
	c.message.Folder, c.message.Sender, c.key = v["folder"], v.Get("sender"), v.Get("key")
	if s := v.Get("received"); s != "" {
		var terr error
		c.message.Received, terr = time.Parse(time.RFC3339Nano, s)
		err = errors.Join(err, terr)
	}
	const most = 1<<63 - 1
	c.message.System = store.SystemFlags(number("flags", uint64(^store.SystemFlags(0))))
	c.uid = store.UID(number("uid", uint64(store.MaxUID)))
	c.size, c.total = int64(number("size", most)), int64(number("total", most))
	if err != nil {
		return cover{}, err
	}
	return c, nil
}
