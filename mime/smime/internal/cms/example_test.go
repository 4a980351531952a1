package cms_test

import (
	"fmt"

	"github.com/wirepost/wirepost/mime/smime/internal/cms"
)

func ExampleNormalise() {
	// An octet string in two pieces, of no fixed length.
	der, err := cms.Normalise([]byte{0x24, 0x80, 4, 1, 'h', 4, 1, 'i', 0, 0})
	fmt.Printf("%x %v\n", der, err)
	// Output: 04026869 <nil>
}
