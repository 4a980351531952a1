package smime

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// skew is how far clocks may be apart: a signature from later than that is not one.
const skew = 24 * time.Hour

// checkChain looks for a way from the signer's certificate to a root (RFC 8550, 4).
func (s *Signer) checkChain(sent []*x509.Certificate, o x509.VerifyOptions) {
	const signing = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if s.Certificate.KeyUsage != 0 && s.Certificate.KeyUsage&signing == 0 { // RFC 8550, 4.4.2
		s.ChainErr = errors.New("the key usage of the certificate does not allow signatures")
		return
	}
	now := time.Now()
	if s.SigningTime.After(cmp.Or(o.CurrentTime, now).Add(skew)) {
		s.ChainErr = fmt.Errorf("signed in the future, at %s", s.SigningTime.Format(time.RFC3339))
		return
	}
	o.CurrentTime = cmp.Or(o.CurrentTime, s.SigningTime, now)
	if o.Intermediates == nil {
		o.Intermediates = x509.NewCertPool()
	} else {
		o.Intermediates = o.Intermediates.Clone()
	}
	for _, c := range sent {
		o.Intermediates.AddCert(c)
	}
	if len(o.KeyUsages) == 0 {
		o.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	}
	s.Chains, s.ChainErr = s.Certificate.Verify(o)
}
