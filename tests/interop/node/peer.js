// A peer of the interoperability tests: sm-crypto or sm-crypto-v2 behind one line per request (see ../src/peer.rs).
'use strict'

const readline = require('readline')
const name = process.argv[2]
const { sm2, sm3, sm4, kdf, hkdf } = require(name)

const hex = (bytes) => Buffer.from(bytes).toString('hex')
const text = (bytes) => bytes.toString('utf8')
const number = (bytes) => bytes.readUInt32BE(0)

class Refused extends Error {}

const must = (condition) => {
  if (!condition) throw new Refused()
}

// Ciphertexts of these libraries lack the 04 before the point.
const rawEncrypt = ([point, plain]) => Buffer.from('04' + sm2.doEncrypt(plain, hex(point), 1), 'hex')
const decrypted = (plain, expected) => {
  // An empty answer is how they refuse.
  must(plain.length > 0 || expected === 0)
  return Buffer.from(plain)
}
const rawDecrypt = ([secret, sealed]) => {
  must(sealed.length >= 97 && sealed[0] === 4)
  const plain = sm2.doDecrypt(hex(sealed.subarray(1)), hex(secret), 1, { output: 'array' })
  return decrypted(plain, sealed.length - 97)
}

const block = (direction, mode) => ([key, iv, data]) => {
  const options = { padding: mode === 'cbc' ? 'pkcs#7' : 'none', mode, output: 'array' }
  if (mode === 'cbc') options.iv = [...iv]
  return sm4[direction]([...data], [...key], options)
}

const operations = {
  sm3: ([data]) => Buffer.from(sm3(data), 'hex'),
  hmac: ([key, data]) => Buffer.from(sm3(data, { key }), 'hex'),
  'sm4-ecb-encrypt': ([key, data]) => block('encrypt', 'ecb')([key, null, data]),
  'sm4-ecb-decrypt': ([key, data]) => block('decrypt', 'ecb')([key, null, data]),
  'sm4-cbc-encrypt': block('encrypt', 'cbc'),
  'sm4-cbc-decrypt': block('decrypt', 'cbc'),
  'sm2-public': ([secret]) => Buffer.from(sm2.getPublicKeyFromPrivateKey(hex(secret)), 'hex'),
  'sm2-sign': ([secret, id, message]) =>
    Buffer.from(sm2.doSignature(message, hex(secret), { der: true, hash: true, userId: text(id) }), 'hex'),
  'sm2-verify': ([point, id, message, signature]) => {
    must(sm2.doVerifySignature(message, hex(signature), hex(point), { der: true, hash: true, userId: text(id) }))
    return []
  },
  'sm2-encrypt-raw': rawEncrypt,
  'sm2-decrypt-raw': rawDecrypt
}

if (name === 'sm-crypto-v2') {
  Object.assign(operations, {
    kdf: ([z, length]) => kdf(z, number(length)),
    hkdf: ([material, salt, info, length]) => hkdf(material, salt, info, number(length)),
    'sm4-ecb-encrypt': ([key, data]) => sm4.encrypt(data, key, { padding: 'none', output: 'array' }),
    'sm4-ecb-decrypt': ([key, data]) => sm4.decrypt(data, key, { padding: 'none', output: 'array' }),
    'sm4-cbc-encrypt': ([key, iv, data]) => sm4.encrypt(data, key, { mode: 'cbc', iv, output: 'array' }),
    'sm4-cbc-decrypt': ([key, iv, data]) => sm4.decrypt(data, key, { mode: 'cbc', iv, output: 'array' }),
    'sm4-gcm-seal': ([key, iv, associatedData, data]) => {
      const sealed = sm4.encrypt(data, key, { mode: 'gcm', iv, associatedData, output: 'array', outputTag: true })
      return Buffer.concat([sealed.output, sealed.tag])
    },
    'sm4-gcm-open': ([key, iv, associatedData, sealed]) => {
      must(sealed.length >= 16)
      const tag = sealed.subarray(sealed.length - 16)
      const data = sealed.subarray(0, sealed.length - 16)
      return sm4.decrypt(data, key, { mode: 'gcm', iv, associatedData, tag, output: 'array' })
    },
    'sm2-encrypt-der': ([point, plain]) => Buffer.from(sm2.doEncrypt(plain, hex(point), 1, { asn1: true }), 'hex'),
    'sm2-decrypt-der': ([secret, sealed]) =>
      decrypted(sm2.doDecrypt(hex(sealed), hex(secret), 1, { output: 'array', asn1: true })),
    'sm2-agree': ([role, secret, ephemeral, id, peer, peerEphemeral, peerId, length]) => {
      const pair = (key) => ({ privateKey: hex(key), publicKey: sm2.getPublicKeyFromPrivateKey(hex(key)) })
      const responder = text(role) === 'responder'
      return sm2.calculateSharedKey(
        pair(secret), pair(ephemeral), hex(peer), hex(peerEphemeral), number(length), responder, text(id), text(peerId)
      )
    }
  })
}

const answer = (line) => {
  const [operation, ...words] = line.trim().split(' ')
  if (!Object.hasOwn(operations, operation)) return 'unsupported'
  try {
    const value = operations[operation](words.map((word) => Buffer.from(word === '-' ? '' : word, 'hex')))
    return 'ok ' + (hex(value) || '-')
  } catch (error) {
    // These libraries refuse by throwing; what a mistake in this file throws is told apart.
    if (error instanceof TypeError || error instanceof ReferenceError) {
      process.stderr.write(`${operation}: ${error.stack}\n`)
      return 'panicked'
    }
    return 'refused'
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => process.stdout.write(answer(line) + '\n'))
