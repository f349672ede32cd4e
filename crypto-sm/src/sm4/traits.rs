//! The traits of the RustCrypto crates `cipher` and `aead`, so that their modes and protocols take this crate's SM4.

use super::{Cipher, ccm::Ccm, gcm::Gcm};
use aead::{
    AeadCore, AeadInOut, Nonce, Tag, TagPosition,
    consts::{U12, U16, U32},
    inout::InOutBuf,
};
use cipher::{
    AlgorithmName, Array, Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt,
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, Key,
    KeyInit, KeySizeUser, ParBlocks, ParBlocksSizeUser,
};
use std::fmt;

impl KeySizeUser for Cipher {
    type KeySize = U16;
}

impl KeyInit for Cipher {
    fn new(key: &Key<Self>) -> Self {
        Self::new(&key.0)
    }
}

impl BlockSizeUser for Cipher {
    type BlockSize = U16;
}

impl AlgorithmName for Cipher {
    fn write_alg_name(formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SM4")
    }
}

impl ParBlocksSizeUser for Cipher {
    type ParBlocksSize = U32;
}

impl BlockCipherEncrypt for Cipher {
    fn encrypt_with_backend(&self, closure: impl BlockCipherEncClosure<BlockSize = U16>) {
        closure.call(self);
    }
}

impl BlockCipherEncBackend for Cipher {
    fn encrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let mut bytes = block.get_in().0;
        Self::encrypt_block(self, &mut bytes);
        block.get_out().0 = bytes;
    }

    fn encrypt_par_blocks(&self, mut blocks: InOut<'_, '_, ParBlocks<Self>>) {
        let mut bytes = *blocks.get_in();
        self.encrypt_blocks(Array::cast_slice_to_core_mut(&mut bytes));
        *blocks.get_out() = bytes;
    }
}

impl BlockCipherDecrypt for Cipher {
    fn decrypt_with_backend(&self, closure: impl BlockCipherDecClosure<BlockSize = U16>) {
        closure.call(self);
    }
}

impl BlockCipherDecBackend for Cipher {
    fn decrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let mut bytes = block.get_in().0;
        Self::decrypt_block(self, &mut bytes);
        block.get_out().0 = bytes;
    }

    fn decrypt_par_blocks(&self, mut blocks: InOut<'_, '_, ParBlocks<Self>>) {
        let mut bytes = *blocks.get_in();
        self.decrypt_blocks(Array::cast_slice_to_core_mut(&mut bytes));
        *blocks.get_out() = bytes;
    }
}

impl KeySizeUser for Gcm {
    type KeySize = U16;
}

impl KeyInit for Gcm {
    fn new(key: &Key<Self>) -> Self {
        Self::new(&key.0)
    }
}

impl AeadCore for Gcm {
    type NonceSize = U12;
    type TagSize = U16;
    const TAG_POSITION: TagPosition = TagPosition::Postfix;
}

impl AeadInOut for Gcm {
    fn encrypt_inout_detached(
        &self,
        nonce: &Nonce<Self>,
        associated: &[u8],
        buffer: InOutBuf<'_, '_, u8>,
    ) -> aead::Result<Tag<Self>> {
        let data = buffer.into_out_with_copied_in();
        let tag = self.seal_in_place(&nonce.0, associated, data);
        tag.map(Into::into).map_err(|_| aead::Error)
    }

    fn decrypt_inout_detached(
        &self,
        nonce: &Nonce<Self>,
        associated: &[u8],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &Tag<Self>,
    ) -> aead::Result<()> {
        let data = buffer.into_out_with_copied_in();
        self.open_in_place(&nonce.0, associated, data, &tag.0)
            .map_err(|_| aead::Error)
    }
}

impl KeySizeUser for Ccm {
    type KeySize = U16;
}

impl KeyInit for Ccm {
    fn new(key: &Key<Self>) -> Self {
        Self::new(&key.0)
    }
}

impl AeadCore for Ccm {
    type NonceSize = U12;
    type TagSize = U16;
    const TAG_POSITION: TagPosition = TagPosition::Postfix;
}

impl AeadInOut for Ccm {
    fn encrypt_inout_detached(
        &self,
        nonce: &Nonce<Self>,
        associated: &[u8],
        buffer: InOutBuf<'_, '_, u8>,
    ) -> aead::Result<Tag<Self>> {
        let data = buffer.into_out_with_copied_in();
        let tag = self.seal_in_place(&nonce.0, associated, data);
        tag.map(Into::into).map_err(|_| aead::Error)
    }

    fn decrypt_inout_detached(
        &self,
        nonce: &Nonce<Self>,
        associated: &[u8],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &Tag<Self>,
    ) -> aead::Result<()> {
        let data = buffer.into_out_with_copied_in();
        self.open_in_place(&nonce.0, associated, data, &tag.0)
            .map_err(|_| aead::Error)
    }
}
