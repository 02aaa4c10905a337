using System.Security.Cryptography;
using PhiGateway.Audit.Journal.Segments;
using Xunit;

namespace PhiGateway.Tests.Audit;

public sealed class NativeSha256Tests
{
    [Fact]
    public void TryHash_AnyInput_IsTheLibrarysHashOrLeftToIt()
    {
        var random = new Random(11);
        var hash = new byte[32];
        foreach (var length in Enumerable.Range(0, 300).Append(4_095).Append(65_536).Append(3_000_001))
        {
            var input = new byte[length];
            random.NextBytes(input);
            Assert.Equal(NativeSha256.IsAvailable, NativeSha256.TryHash(input, hash));
            if (NativeSha256.IsAvailable)
            {
                Assert.Equal(SHA256.HashData(input), hash);
            }
        }
    }

    [Fact]
    public void TryHash_OnThreadsThatEnd_AreNotMixed()
    {
        for (var round = 0; round < 50; round++)
        {
            var threads = Enumerable
                .Range(0, 4)
                .Select(number => new Thread(() =>
                {
                    var hash = new byte[32];
                    for (var i = 0; i < 200; i++)
                    {
                        var input = BitConverter.GetBytes((number * 1_000) + i);
                        Assert.True(!NativeSha256.TryHash(input, hash) || SHA256.HashData(input).AsSpan().SequenceEqual(hash));
                    }
                }))
                .ToList();
            threads.ForEach(static thread => thread.Start());
            threads.ForEach(static thread => thread.Join());
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact]
    public void TryHash_IntoTooFewBytes_IsRefused() =>
        Assert.True(
            !NativeSha256.IsAvailable
                || Record.Exception(static () => NativeSha256.TryHash("x"u8, new byte[31])) is ArgumentOutOfRangeException
        );
}
