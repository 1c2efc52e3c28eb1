package salesforce

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"time"
)

// assertionLife is how long a signed request for a token is good. Salesforce takes no more than a few minutes.
const assertionLife = 3 * time.Minute

// grant is the form that asks for a token.
func (c *Client) grant() (url.Values, error) {
	if c.key == nil {
		return url.Values{
			"grant_type": {"client_credentials"}, "client_id": {c.config.ClientID}, "client_secret": {c.config.ClientSecret},
		}, nil
	}
	assertion, err := sign(c.key, map[string]any{
		"iss": c.config.ClientID, "sub": c.config.Username, "aud": cmp.Or(c.config.Audience, audience(c.root)),
		"exp": c.config.Now().Add(assertionLife).Unix(),
	})
	if err != nil {
		return nil, err
	}
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}, nil
}

// audience is whom an assertion is meant for: not the org, but the host where people of such orgs sign in.
func audience(root *url.URL) string {
	host := strings.ToLower(root.Hostname())
	switch {
	case host == "test.salesforce.com", strings.Contains(host, ".sandbox.") && strings.HasSuffix(host, ".salesforce.com"):
		return "https://test.salesforce.com"
	case strings.HasSuffix(host, ".salesforce.com"):
		return "https://login.salesforce.com"
	default:
		return root.String()
	}
}

// sign writes claims as a JSON Web Token with RS256.
func sign(key *rsa.PrivateKey, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(payload)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + encode(signature), nil
}

// parseKey reads an RSA key in PEM, as openssl writes it in either form. The error completes "the private key".
func parseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("is not PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("cannot be read; it must be an RSA key without a passphrase")
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("is not an RSA key")
	}
	return key, nil
}
