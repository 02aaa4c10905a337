using System.Text.Json;
using PhiGateway.Identity.Proofs;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>Keys of proofs are imported once, for one user at a time, in a memory that does not grow.</summary>
public sealed class ProofKeysTests
{
    private static readonly ProofAlgorithm Es256 = ProofAlgorithm.Find("ES256")!;

    [Fact]
    public void Take_WhatWasGiven_IsTheSameForOneUserAtATime()
    {
        var keys = new ProofKeys();
        var key = Make("header");
        Assert.Null(keys.Take("header"));

        keys.Give(key);

        Assert.Null(keys.Take("heade"));
        Assert.Same(key, keys.Take("header"));
        Assert.Null(keys.Take("header"));
    }

    [Fact]
    public void Take_OfTwoThatUseOneAtOnce_EachHasItsOwnAndBothAreKept()
    {
        var keys = new ProofKeys();
        var (one, two) = (Make("header"), Make("header"));
        keys.Give(one);
        keys.Give(two);

        var taken = new[] { keys.Take("header"), keys.Take("header") };

        Assert.Null(keys.Take("header"));
        Assert.Contains(one, taken);
        Assert.Contains(two, taken);
    }

    [Fact]
    public void Give_MoreThanAreEverUsedAtOnce_KeepsNoMore()
    {
        var keys = new ProofKeys();
        for (var number = 0; number < 1000; number++)
        {
            keys.Give(Make("header"));
        }

        var kept = 0;
        while (keys.Take("header") is not null)
        {
            kept++;
        }

        Assert.Equal(Math.Max(2, Environment.ProcessorCount), kept);
    }

    [Fact]
    public void Give_OfManyKeys_KeepsTheNewestAndNoMoreThanItsCapacity()
    {
        var keys = new ProofKeys(capacity: 8);
        for (var number = 0; number < 100; number++)
        {
            keys.Give(Make($"header-{number}"));
        }

        var kept = Enumerable.Range(0, 100).Where(number => keys.Take($"header-{number}") is not null).ToList();

        Assert.InRange(kept.Count, 1, 8);
        Assert.Contains(99, kept);
        Assert.All(kept, static number => Assert.InRange(number, 92, 99));
    }

    [Fact]
    public void Give_OfSeveralKeysOfEachHeader_KeepsNoMoreThanItsCapacity()
    {
        var keys = new ProofKeys(capacity: 8);
        for (var number = 0; number < 100; number++)
        {
            keys.Give(Make($"header-{number}"));
            keys.Give(Make($"header-{number}"));
        }

        var kept = 0;
        for (var number = 0; number < 100; number++)
        {
            while (keys.Take($"header-{number}") is not null)
            {
                kept++;
            }
        }

        Assert.InRange(kept, 1, 8);
    }

    [Fact]
    public void Give_AHeaderThatIsMuchLongerThanAKey_IsNotKept()
    {
        var keys = new ProofKeys();

        keys.Give(Make(new string('a', 2049)));

        Assert.Null(keys.Take(new string('a', 2049)));
    }

    private static ProofKeys.ReadKey Make(string header) =>
        new(header, new byte[32], ProofKey.Import(Jwk(), Es256) ?? throw new InvalidOperationException("No key."));

    private static JsonElement Jwk() => JsonSerializer.SerializeToElement(SigningKey.Es256("k").PublicJwk());
}
