package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"registrar/bot/engine"
)

// minSecretKey is the least length of REGISTRAR_SECRET_KEY in bytes.
const minSecretKey = 16

// keyring holds the keys derived from the installation's one secret, each for
// one use.
type keyring struct {
	vault    cipher.AEAD
	decision []byte
	address  []byte
}

func newKeyring(secretKey, botToken string) (keyring, error) {
	root := secretKey
	switch {
	case secretKey != "" && len(secretKey) < minSecretKey:
		return keyring{}, fmt.Errorf("REGISTRAR_SECRET_KEY has %d bytes and needs at least %d", len(secretKey), minSecretKey)
	case secretKey == "" && botToken == "":
		return keyring{}, errors.New("either REGISTRAR_SECRET_KEY or the bot token is needed to derive keys from")
	case secretKey == "":
		root = botToken
	}
	derive := func(label string) []byte {
		key, err := hkdf.Key(sha256.New, []byte(root), nil, "registrar "+label+" v1", 32)
		if err != nil {
			panic("store: 32 bytes are within HKDF's limit: " + err.Error())
		}
		return key
	}
	block, err := aes.NewCipher(derive("vault"))
	if err != nil {
		return keyring{}, fmt.Errorf("vault: %w", err)
	}
	vault, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return keyring{}, fmt.Errorf("vault: %w", err)
	}
	return keyring{vault: vault, decision: derive("decision"), address: derive("address")}, nil
}

// sealedV1 begins a sealed text: the vault's form, then nonce and ciphertext.
const sealedV1 = "1"

// seal encrypts a secret for one key, so that it opens under no other.
func (k keyring) seal(key, secret string) string {
	return sealedV1 + string(k.vault.Seal(nil, nil, []byte(secret), []byte(key)))
}

// open returns ErrNotFound for what another key sealed: the secret is lost and
// can be asked for again.
func (k keyring) open(key, sealed string) (string, error) {
	text, ok := strings.CutPrefix(sealed, sealedV1)
	if !ok {
		return "", fmt.Errorf("secret in a form this release does not know: %w", engine.ErrNotFound)
	}
	plain, err := k.vault.Open(nil, nil, []byte(text), []byte(key))
	if err != nil {
		return "", fmt.Errorf("secret sealed with another key: %w", engine.ErrNotFound)
	}
	return string(plain), nil
}

// PutSecret keeps a secret encrypted under scope, a draft's or run's id, for
// 24 hours.
func (s *Store) PutSecret(ctx context.Context, scope, name, secret string) error {
	key := keySecret(scope, name)
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, key, s.keyring.seal(key, secret), secretLife)
		p.SAdd(ctx, keySecrets(scope), name)
		p.Expire(ctx, keySecrets(scope), secretLife)
		return nil
	})
	return failed("put secret", err)
}

// Secret decrypts a secret, or returns ErrNotFound where it is gone.
func (s *Store) Secret(ctx context.Context, scope, name string) (string, error) {
	key := keySecret(scope, name)
	sealed, err := s.rdb.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("secret: %w", engine.ErrNotFound)
	}
	if err != nil {
		return "", failed("read secret", err)
	}
	return s.keyring.open(key, sealed)
}

// DropSecrets deletes the named secrets of a scope.
func (s *Store) DropSecrets(ctx context.Context, scope string, names ...string) error {
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for _, name := range names {
			p.Del(ctx, keySecret(scope, name))
			p.SRem(ctx, keySecrets(scope), name)
		}
		return nil
	})
	return failed("drop secrets", err)
}

// Sign makes the MAC of a decision, in hex.
func (s *Store) Sign(text string) string { return mac(s.keyring.decision, text) }

// KeyedHash stands for an address or a link where only sameness matters. The
// case of letters counts; callers lower addresses first.
func (s *Store) KeyedHash(text string) string { return mac(s.keyring.address, text) }

func mac(key []byte, text string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
