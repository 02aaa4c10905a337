using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Tiles;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>A policy counts each witness once, asks for as many as it says, and is no policy when it can be read in two ways.</summary>
public sealed class WitnessPolicyTests : IDisposable
{
    private readonly NoteSigner _log = new("gw-01/a", [.. Enumerable.Repeat((byte)1, 32)]);
    private readonly Cosigner[] _witnesses =
    [
        .. Enumerable.Range(0, 3).Select(static i => new Cosigner($"w{i}", [.. Enumerable.Repeat((byte)(10 + i), 32)])),
    ];

    public void Dispose()
    {
        _log.Dispose();
        _witnesses.ToList().ForEach(static one => one.Dispose());
    }

    [Theory]
    [InlineData("quorum none", 0, true)]
    [InlineData("quorum w0", 0, false)]
    [InlineData("quorum w0", 1, true)]
    [InlineData("group g any w0 w1 w2\nquorum g", 1, true)]
    [InlineData("group g 2 w0 w1 w2\nquorum g", 1, false)]
    [InlineData("group g 2 w0 w1 w2\nquorum g", 2, true)]
    [InlineData("group g all w0 w1 w2\nquorum g", 2, false)]
    [InlineData("group g all w0 w1 w2\nquorum g", 3, true)]
    [InlineData("group a any w1 w2\ngroup g all w0 a\nquorum g", 1, false)]
    [InlineData("group a any w1 w2\ngroup g all w0 a\n\t# two of them\nquorum g", 2, true)]
    public void Policy_SoManyHaveCosigned_IsMetOrNot(string rest, int cosigned, bool expected)
    {
        var policy = WitnessPolicy.Parse(Text(rest), out var problem);

        Assert.Null(problem);
        Assert.Equal(expected, policy!.IsMet(Note(cosigned)));
        Assert.True(policy.KnowsLogOf(Note(cosigned)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("quorum nobody")]
    [InlineData("quorum w0\nquorum w1")]
    [InlineData("group g 2 w0\nquorum g")]
    [InlineData("group g 0 w0\nquorum g")]
    [InlineData("group g all w0 w0\nquorum g")]
    [InlineData("group a any w0\ngroup b any w0\nquorum b")]
    [InlineData("group none any w0\nquorum none")]
    [InlineData("group w0 any w1\nquorum w0")]
    [InlineData("witness w9 {0}\nquorum w9")]
    [InlineData("witness w9 nonsense\nquorum w9")]
    [InlineData("quorum w0 w1")]
    public void Policy_ThatSaysTwoThingsOrNothing_IsNone(string rest)
    {
        Assert.Null(
            WitnessPolicy.Parse(Text(rest.Replace("{0}", _witnesses[0].Public.ToString(), StringComparison.Ordinal)), out var problem)
        );
        Assert.NotNull(problem);
    }

    [Fact]
    public void Policy_CosignatureOfAnotherCheckpoint_DoesNotCount()
    {
        var policy = WitnessPolicy.Parse(Text("quorum w0"), out _)!;
        var other = new Checkpoint("gw-01/a", 6, TreeHash.Empty).ToText();
        var note = SignedNote.Parse(Note(0).Whole + _witnesses[0].SignatureLine(other, DateTimeOffset.UnixEpoch))!;

        Assert.False(policy.IsMet(note));
    }

    [Theory]
    [InlineData("group g 2 w0 more w1\nquorum g", 1, false)]
    [InlineData("group g 2 w0 more w1\nquorum g", 2, true)]
    [InlineData("group g any w0 more\nquorum g", 1, true)]
    [InlineData("group a any more w1\ngroup g 2 a w0\nquorum g", 1, false)]
    [InlineData("group a any more w1\ngroup g 2 a w0\nquorum g", 2, true)]
    [InlineData("group g all w0 more\nquorum g", 2, null)]
    public void Policy_TwoKeysOfOneWitness_CountOnce(string rest, int cosigned, bool? expected)
    {
        using var second = new Cosigner("w0", [.. Enumerable.Repeat((byte)99, 32)]);
        var policy = WitnessPolicy.Parse(Text($"witness more {second.Public}\n{rest}"), out var problem);
        var note = Note(cosigned);
        note = SignedNote.Parse(note.Whole + second.SignatureLine(note.Text, DateTimeOffset.UnixEpoch.AddDays(1)))!;

        Assert.Equal(expected is null, problem is not null);
        Assert.Equal(expected, policy?.IsMet(note));
    }

    private string Text(string rest) =>
        $"log {_log.Public}\n"
        + string.Concat(_witnesses.Select(static (one, i) => $"witness w{i} {one.Public} https://w{i}.example/\n"))
        + rest;

    private SignedNote Note(int cosigned)
    {
        var note = SignedNote.Sign(new Checkpoint("gw-01/a", 5, TreeHash.Empty).ToText(), [_log]);
        var lines = _witnesses.Take(cosigned).Select(one => one.SignatureLine(note.Text, DateTimeOffset.UnixEpoch.AddDays(1)));
        return SignedNote.Parse(note.Whole + string.Concat(lines))!;
    }
}
