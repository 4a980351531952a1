package header

import (
	"github.com/wirepost/wirepost/mime/defect"

	"github.com/wirepost/wirepost/internal/ascii"
)

// Defects of parameters.
const (
	QuotedValue        defect.Kind = "quotes around a value that needs none"
	MissingSemicolon   defect.Kind = "parameters without a semicolon between"
	EmptyParameter     defect.Kind = "a parameter without a name or a value"
	DuplicateParameter defect.Kind = "a parameter that is given twice"
	UnquotedValue      defect.Kind = "a parameter value that needs quotes"
	EncodedValue       defect.Kind = "an encoded word in a parameter value"
	BadExtended        defect.Kind = "an encoded parameter value without charset and language"
	BadPercent         defect.Kind = "a percent sign without two hexadecimal digits"
	MissingSection     defect.Kind = "a section of a continued parameter is missing, doubled or misnumbered"
	TooManyParams      defect.Kind = "too many parameters"
)

// MaxParams is how many parameters of different names [ParseParams] returns at most; the value of each is cut at [MaxText].
// Of values that are parted into sections (RFC 2231, 3), it reads 1,024 sections.
const MaxParams = 100

// A Param is one parameter of a Content-Type, Content-Disposition or the like.
type Param struct {
	Name     string // in lower case
	Value    string // decoded
	Language string // the tag that RFC 2231 gives to an encoded value, usually none
}

// Params are parameters in the order in which they first appear; no name is there twice.
type Params []Param

// Get returns the value of a parameter, "" if there is none. The case of ASCII letters does not matter.
func (p Params) Get(name string) string {
	for i := range p {
		if ascii.EqualFold(p[i].Name, name) {
			return p[i].Value
		}
	}
	return ""
}
