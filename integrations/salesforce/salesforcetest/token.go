package salesforcetest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// segments are the parts of a call's path below the version, decoded one by one.
func segments(r *http.Request) []string {
	var parts []string
	for part := range strings.SplitSeq(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		decoded, err := url.PathUnescape(part)
		if err != nil {
			decoded = part
		}
		parts = append(parts, decoded)
	}
	return parts[3:]
}

// token serves a sign-in.
func (s *Server) token(r *http.Request) answer {
	refused := func(code, description string) answer {
		return answer{status: http.StatusBadRequest, body: map[string]string{"error": code, "error_description": description}}
	}
	if r.ParseForm() != nil {
		return refused("invalid_request", "the form cannot be read")
	}
	form := r.PostForm
	switch form.Get("grant_type") {
	case "client_credentials":
		if form.Get("client_id") != s.options.ClientID {
			return refused("invalid_client_id", "client identifier invalid")
		}
		if form.Get("client_secret") != s.options.ClientSecret {
			return refused("invalid_client", "invalid client credentials")
		}
	case jwtBearer:
		if why := s.assertion(form.Get("assertion")); why != "" {
			return refused("invalid_grant", why)
		}
	default:
		return refused("unsupported_grant_type", "grant type not supported")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token := "00D!" + rand.Text()
	s.sessions[token] = 0
	identity := s.of("Organization")[0].id + "/" + fullID("005Hs000000zzzz")
	return ok(map[string]string{
		"access_token": token, "instance_url": s.URL, "id": s.URL + "/id/" + identity, "token_type": "Bearer", "scope": "api",
		"issued_at": strconv.FormatInt(s.options.Now().UnixMilli(), 10), "signature": "c2lnbmF0dXJl",
	})
}

// assertion checks a signed request for a token, and returns what is wrong with it.
func (s *Server) assertion(token string) string {
	const invalid = "invalid assertion"
	parts := strings.Split(token, ".")
	if len(parts) != 3 || s.options.PublicKey == nil {
		return invalid
	}
	var head struct{ Alg string }
	var claims struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !part(parts[0], &head) || !part(parts[1], &claims) || head.Alg != "RS256" {
		return invalid
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	left := time.Unix(claims.Expires, 0).Sub(s.options.Now())
	switch {
	case rsa.VerifyPKCS1v15(s.options.PublicKey, crypto.SHA256, sum[:], signature) != nil:
		return invalid
	case !slices.Contains([]string{s.URL, "https://login.salesforce.com", "https://test.salesforce.com"}, claims.Audience):
		return "audience is invalid"
	case left <= 0, left > 5*time.Minute:
		return "assertion is not within its validity"
	case claims.Issuer != s.options.ClientID:
		return "client identifier invalid"
	case claims.Subject != s.options.Username:
		return "user hasn't approved this consumer"
	}
	return ""
}

func part(text string, out any) bool {
	b, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(b, out) == nil
}
