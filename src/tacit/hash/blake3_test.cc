#include "tacit/hash/blake3.h"

#include <gtest/gtest.h>
namespace tacit::hash {
namespace {

constexpr std::string_view kKey = "whats the Elvish word for friend";
constexpr std::string_view kContext = "BLAKE3 2019-12-27 16:29:52 test vectors context";

// The official test vectors' inputs (byte i = i mod 251), key and context.
struct Vector {
  size_t length;
  const char* hash;
  const char* keyed;
  const char* derived;
  const char* xof;  // bytes [99, 131) of the extended output, unkeyed
};

constexpr Vector kVectors[] = {
    {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
     "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
     "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
     "2e159b402631f277ca96f2defdf1078282314e763699a31c5363165421cce14d"},
    {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
     "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
     "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c",
     "081cbcec3195c5871e6c23e2cc97d3c69a613eba131e5f1351f3f1da786545e5"},
    {63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b",
     "bb1eb5d4afa793c1ebdd9fb08def6c36d10096986ae0cfe148cd101170ce37ae",
     "b6451e30b953c206e34644c6803724e9d2725e0893039cfc49584f991f451af3",
     "ce88b095a200e62c10c043b3e9bc6cb9b6ac4dfa51794b02ace9f98779040755"},
    {64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
     "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6",
     "a5c4a7053fa86b64746d4bb688d06ad1f02a18fce9afd3e818fefaa7126bf73e",
     "b863174c33228924cdef7ae47559b10b294acd660666c4538833582b43f82d74"},
    {65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee",
     "c0a4edefa2d2accb9277c371ac12fcdbb52988a86edc54f0716e1591b4326e72",
     "51fd05c3c1cfbc8ed67d139ad76f5cf8236cd2acd26627a30c104dfd9d3ff8a8",
     "0abc4a4a696c9decc6e90454b53b000f456a3f10079072baaf7a981653221f2c"},
    {127, "d81293fda863f008c09e92fc382a81f5a0b4a1251cba1634016a0f86a6bd640d",
     "c64200ae7dfaf35577ac5a9521c47863fb71514a3bcad18819218b818de85818",
     "c91c090ceee3a3ac81902da31838012625bbcd73fcb92e7d7e56f78deba4f0c3",
     "5b452c5e2bbb5e2b66e99f5dd443d0cbcaaafd4beebaed24ae2f8bb672bcef78"},
    {128, "f17e570564b26578c33bb7f44643f539624b05df1a76c81f30acd548c44b45ef",
     "b04fe15577457267ff3b6f3c947d93be581e7e3a4b018679125eaf86f6a628ec",
     "81720f34452f58a0120a58b6b4608384b5c51d11f39ce97161a0c0e442ca0225",
     "5e9361f44cc8e214a100650db1313ff76a9f93ec6e84edb7add1cb4a95019b0c"},
    {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
     "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e",
     "74a16c1c3d44368a86e1ca6df64be6a2f64cce8f09220787450722d85725dea5",
     "8f9e9a81bbaae360d58f85e5fc9d75f7c370a0cc09b6522d9c8d822f2f28f485"},
    {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
     "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
     "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706",
     "7f0b385c6df265e77003b85102967486ed57db5c5ca170ba441427ed9afa684e"},
    {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
     "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
     "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb",
     "55c98e1d5f9565a9194cad0c4285f93700062d9595adb992ae68ff12800ab67a"},
    {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
     "879cf1fa2ea0e79126cb1063617a05b6ad9d0b696d0d757cf053439f60a99dd1",
     "7b2945cb4fef70885cc5d78a87bf6f6207dd901ff239201351ffac04e1088a23",
     "7ba0dba337b9d91c7e1ba586dc9a5bc2d5e90c14f53a8863ac75655461cea8f9"},
    {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
     "9f29700902f7c86e514ddc4df1e3049f258b2472b6dd5267f61bf13983b78dd5",
     "2ea477c5515cc3dd606512ee72bb3e0e758cfae7232826f35fb98ca1bcbdf273",
     "5a4ecdadece9eb178d80f26efccae630734dff63340285adec2aed3b51073ad3"},
    {3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2",
     "044a0e7b172a312dc02a4c9a818c036ffa2776368d7f528268d2e6b5df191770",
     "050df97f8c2ead654d9bb3ab8c9178edcd902a32f8495949feadcc1e0480c46b",
     "99b6209d78336e24839724c191b2a52a80448306e0daa84a3fdb566661a37e11"},
    {5000, "ee78d92070de3df1c57c37002abf0a6b1a6589acdeef4d8ffac7cf3d9e8f2836",
     "27dc394fb01f055606c3aedde3a8c3694c34a8c514cc61a27279f1417cc385e0",
     "0a1cafd7b26d6de6b85fd0aa7e6c8c12da6bcc602bbd8907896e91bba35952ec",
     "51616caf93e59f6721b9e5bb1bcc73d7db7b77f6222f43b8aa375606badd1d2f"},
    {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
     "efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419",
     "39772aef80e0ebe60596361e45b061e8f417429d529171b6764468c22928e28e",
     "8bf7b6579d57d533355aa20b8b77b13fd09748728a5cc327a8ec470f4013226f"},
};

Bytes pattern(size_t length) {
  Bytes data(length);
  for (size_t i = 0; i < length; ++i) data[i] = static_cast<uint8_t>(i % 251);
  return data;
}

std::array<uint8_t, 32> key() {
  std::array<uint8_t, 32> key;
  std::copy(kKey.begin(), kKey.end(), key.begin());
  return key;
}

TEST(Blake3, OfficialVectors) {
  for (const Vector& v : kVectors) {
    SCOPED_TRACE(v.length);
    Bytes data = pattern(v.length);
    EXPECT_EQ(hex(blake3(data)), v.hash);
    EXPECT_EQ(hex(Blake3::keyed_hash(key()).update(data).finalize()), v.keyed);
    EXPECT_EQ(hex(Blake3::derive_key(kContext).update(data).finalize()), v.derived);
    Digest tail;
    Blake3().update(data).finalize_xof(99, tail.bytes);
    EXPECT_EQ(hex(tail), v.xof);
  }
}

TEST(Blake3, PiecesAndPrefixesAgreeWithTheWhole) {
  Bytes data = pattern(5000);
  for (size_t piece : {1, 7, 63, 64, 65, 1000, 1024, 1025, 4999}) {
    Blake3 hasher;
    for (size_t at = 0; at < data.size(); at += piece) {
      size_t n = std::min(piece, data.size() - at);
      hasher.update(ByteView(data).subspan(at, n));
      EXPECT_EQ(hasher.finalize(), blake3(ByteView(data).first(at + n)));
    }
  }
}

TEST(Blake3, ExtendedOutputIsOneStream) {
  Blake3 hasher;
  hasher.update(pattern(2049));
  std::array<uint8_t, 300> whole;
  hasher.finalize_xof(0, whole);
  for (size_t offset : {0, 1, 63, 64, 65, 130, 255}) {
    std::array<uint8_t, 45> part;
    hasher.finalize_xof(offset, part);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + offset)) << offset;
  }
}

TEST(Blake3, SingleBlockShortcuts) {
  Bytes data = pattern(64);
  Digest left, right;
  std::copy_n(data.begin(), 32, left.bytes.begin());
  std::copy_n(data.begin() + 32, 32, right.bytes.begin());
  EXPECT_EQ(hash_pair(left, right), blake3(data));
  EXPECT_NE(hash_pair(right, left), blake3(data));
}

}  // namespace
}  // namespace tacit::hash
