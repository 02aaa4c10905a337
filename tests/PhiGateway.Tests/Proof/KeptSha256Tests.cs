using System.Security.Cryptography;
using PhiGateway.Proof.Tiles;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed class KeptSha256Tests
{
    [Fact]
    public void Authenticate_AnyKeyAndMessage_IsTheLibrarysHmac()
    {
        var random = new Random(7);
        var mac = new byte[32];
        for (var round = 0; round < 2_000; round++)
        {
            var key = new byte[random.Next(0, 65)];
            var message = new byte[random.Next(0, 200)];
            random.NextBytes(key);
            random.NextBytes(message);
            KeptSha256.Authenticate(key, message, mac);
            Assert.Equal(HMACSHA256.HashData(key, message), mac);
            KeptSha256.Hash(message, mac);
            Assert.Equal(SHA256.HashData(message), mac);
        }
    }

    [Fact]
    public void Authenticate_KeyOverOneBlock_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => KeptSha256.Authenticate(new byte[65], [], new byte[32]));

    [Fact]
    public void Hash_ManyThreadsAtOnce_AreNotMixed() =>
        Parallel.For(
            0,
            20_000,
            static i =>
            {
                var input = BitConverter.GetBytes(i);
                var hash = new byte[32];
                KeptSha256.Hash(input, hash);
                Assert.Equal(SHA256.HashData(input), hash);
            }
        );
}
